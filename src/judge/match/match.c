/* Keeps hashes of indicators in buckets of one cache line, and looks names, addresses and values up in them in batches. */
#include "judge/match/match.h"

#include <errno.h>
#include <string.h>
#include <sys/mman.h>

#include "base/reader.h"
#include "judge/match/key.h"

enum {
    BUCKET_SLOTS = 5,
    BUCKET_FULL = 4,     /* slots a bucket on average, when the table grows: 16 octets an indicator */
    BUCKETS_FIRST = 64,  /* 4 KiB */
    HUGE_PAGE = 2 << 20, /* larger tables ask for such pages: a look-up is then one miss, not two */
    BATCH = 128,         /* probes under way at once: more than memory serves at a time, few enough for the first cache */
    PASSED_MANY = UINT16_MAX,
    V4_NETS = 1 << 24, /* 2 MiB, in the second cache; most addresses are in none and need no look-up for these lengths */
    V4_NET_BITS = 24,
};

/* A look-up that does not find its hash goes on to the next bucket only if something had to be put further on. */
struct bucket {
    uint64_t hash[BUCKET_SLOTS]; /* of names, the lowest bit says: and everything below */
    uint32_t indicator[BUCKET_SLOTS];
    uint8_t used;
    uint8_t pad;
    uint16_t passed; /* entries that belong here or before and lie behind; PASSED_MANY stays */
};
_Static_assert(sizeof(struct bucket) == 64, "one cache line");

struct match_set {
    struct match_keys keys; /* with what is present */
    struct bucket *buckets;
    size_t bucket_count;
    size_t count;
    uint64_t *v4_nets; /* one bit for each /24 that an IPv4 prefix of 24 bits or more was ever in; NULL: none was */
};

static struct bucket *buckets_new(size_t count)
{
    size_t bytes = count * sizeof(struct bucket);
    size_t align = bytes < HUGE_PAGE ? sizeof(struct bucket) : HUGE_PAGE;
    bytes = (bytes + align - 1) / align * align;
    struct bucket *buckets = aligned_alloc(align, bytes);
    if (!buckets)
        return NULL;
    if (align == HUGE_PAGE)
        (void)madvise(buckets, bytes, MADV_HUGEPAGE); /* a wish: it works without */
    memset(buckets, 0, bytes);
    return buckets;
}

static size_t home_of(uint64_t hash, size_t bucket_count)
{
    return (size_t)((unsigned __int128)hash * bucket_count >> 64);
}

static size_t next_of(size_t at, size_t bucket_count)
{
    return at + 1 == bucket_count ? 0 : at + 1;
}

struct match_set *match_set_new(struct sip_key key, size_t expected)
{
    if (expected > MATCH_SET_MAX)
        return NULL;
    struct match_set *m = calloc(1, sizeof *m);
    if (!m)
        return NULL;
    m->keys.key = key;
    m->bucket_count = expected / BUCKET_FULL + 1;
    if (m->bucket_count < BUCKETS_FIRST)
        m->bucket_count = BUCKETS_FIRST;
    m->buckets = buckets_new(m->bucket_count);
    if (!m->buckets) {
        free(m);
        return NULL;
    }
    return m;
}

void match_set_free(struct match_set *m)
{
    if (!m)
        return;
    free(m->buckets);
    free(m->v4_nets);
    free(m);
}

size_t match_set_count(const struct match_set *m)
{
    return m->count;
}

size_t match_set_bytes(const struct match_set *m)
{
    return sizeof *m + m->bucket_count * sizeof *m->buckets + (m->v4_nets ? V4_NETS / 8 : 0);
}

/* There is a free slot somewhere. */
static void put(struct bucket *buckets, size_t bucket_count, uint64_t hash, uint32_t indicator)
{
    size_t at = home_of(hash, bucket_count);
    while (buckets[at].used == BUCKET_SLOTS) {
        if (buckets[at].passed < PASSED_MANY)
            buckets[at].passed++;
        at = next_of(at, bucket_count);
    }
    struct bucket *b = &buckets[at];
    b->hash[b->used] = hash;
    b->indicator[b->used] = indicator;
    b->used++;
}

static int grow(struct match_set *m)
{
    size_t bucket_count = m->bucket_count + m->bucket_count / 4;
    struct bucket *buckets = buckets_new(bucket_count);
    if (!buckets)
        return -ENOMEM;
    for (size_t i = 0; i < m->bucket_count; i++) {
        const struct bucket *b = &m->buckets[i];
        for (unsigned k = 0; k < b->used; k++)
            put(buckets, bucket_count, b->hash[k], b->indicator[k]);
    }
    free(m->buckets);
    m->buckets = buckets;
    m->bucket_count = bucket_count;
    return 0;
}

static int mark_net(struct match_set *m, const struct match_key *key)
{
    if (!m->v4_nets)
        m->v4_nets = calloc(V4_NETS / 64, sizeof *m->v4_nets);
    if (!m->v4_nets)
        return -ENOMEM;
    m->v4_nets[key->v4_net / 64] |= UINT64_C(1) << key->v4_net % 64;
    return 0;
}

/* Where the pair lies; -1: nowhere. */
static int slot_of(const struct match_set *m, uint64_t hash, uint32_t indicator, size_t *ret_at)
{
    for (size_t at = home_of(hash, m->bucket_count), left = m->bucket_count; left > 0; left--) {
        const struct bucket *b = &m->buckets[at];
        for (int k = 0; k < b->used; k++) {
            if (b->hash[k] == hash && b->indicator[k] == indicator) {
                *ret_at = at;
                return k;
            }
        }
        if (b->passed == 0)
            break;
        at = next_of(at, m->bucket_count);
    }
    return -1;
}

int match_set_insert(struct match_set *m, const struct subject *subject, uint32_t indicator)
{
    struct match_key key;
    int e = match_key_of_subject(&m->keys, subject, &key);
    if (e < 0)
        return e;
    size_t at;
    if (slot_of(m, key.hash, indicator, &at) >= 0)
        return -EEXIST;
    if (m->count == MATCH_SET_MAX)
        return -E2BIG;
    if (m->count + 1 > m->bucket_count * BUCKET_FULL) {
        e = grow(m);
        if (e < 0)
            return e;
    }
    if (key.v4 && key.depth >= V4_NET_BITS) {
        e = mark_net(m, &key);
        if (e < 0)
            return e;
    }
    put(m->buckets, m->bucket_count, key.hash, indicator);
    m->count++;
    match_keys_count(&m->keys, &key, 1);
    return 0;
}

int match_set_remove(struct match_set *m, const struct subject *subject, uint32_t indicator)
{
    struct match_key key;
    int e = match_key_of_subject(&m->keys, subject, &key);
    if (e < 0)
        return e;
    size_t where;
    int slot = slot_of(m, key.hash, indicator, &where);
    if (slot < 0)
        return -ENOENT;
    for (size_t at = home_of(key.hash, m->bucket_count); at != where; at = next_of(at, m->bucket_count)) {
        if (m->buckets[at].passed < PASSED_MANY)
            m->buckets[at].passed--;
    }
    struct bucket *b = &m->buckets[where];
    b->used--;
    b->hash[slot] = b->hash[b->used];
    b->indicator[slot] = b->indicator[b->used];
    m->count--;
    match_keys_count(&m->keys, &key, -1);
    return 0;
}

/* One look-up under way: its bucket has been asked for. */
struct probe {
    uint64_t hash;
    uint32_t item;
    uint8_t what, depth;
    uint8_t scopes; /* 1: what holds for this value itself; 2: what holds for everything below */
};

struct batch {
    const struct match_set *m;
    match_hit_fn *hit;
    void *context;
    size_t hits;
    unsigned count;
    struct probe probes[BATCH];
};

static void look(struct batch *b, const struct probe *p)
{
    const struct match_set *m = b->m;
    for (size_t at = home_of(p->hash, m->bucket_count), left = m->bucket_count; left > 0; left--) {
        const struct bucket *bucket = &m->buckets[at];
        for (unsigned k = 0; k < bucket->used; k++) {
            uint64_t differs = bucket->hash[k] ^ p->hash;
            if (unlikely(differs <= 1) && (p->scopes & (bucket->hash[k] & 1 ? 2 : 1))) {
                b->hit(b->context, &(struct match_hit){.item = p->item, .indicator = bucket->indicator[k], .what = p->what,
                                                       .depth = p->depth});
                b->hits++;
            }
        }
        if (bucket->passed == 0)
            return;
        at = next_of(at, m->bucket_count);
    }
}

static void look_all(struct batch *b)
{
    for (unsigned i = 0; i < b->count; i++)
        look(b, &b->probes[i]);
    b->count = 0;
}

static void ask(struct batch *b, uint64_t hash, uint32_t item, enum match_what what, unsigned depth, unsigned scopes)
{
    __builtin_prefetch(&b->m->buckets[home_of(hash, b->m->bucket_count)]);
    b->probes[b->count++] =
        (struct probe){.hash = hash, .item = item, .what = (uint8_t)what, .depth = (uint8_t)depth, .scopes = (uint8_t)scopes};
    if (b->count == BATCH)
        look_all(b);
}

static void ask_name(struct batch *b, const struct match_labels *labels, uint32_t item, enum match_what what)
{
    const struct match_keys *keys = &b->m->keys;
    struct sip s = match_name_begin(keys);
    for (unsigned depth = 0; depth <= keys->deepest; depth++) {
        if (depth > 0)
            match_name_add(&s, labels, depth);
        bool whole = depth == labels->count;
        unsigned scopes = (keys->below[depth] > 0 ? 2u : 0u) | (whole && keys->exact[depth] > 0 ? 1u : 0u);
        if (scopes)
            ask(b, match_name_end(s), item, what, depth, scopes);
        if (whole)
            break;
    }
}

static void ask_wire_name(struct batch *b, struct reader r, bool to_its_end, uint32_t item, enum match_what what)
{
    struct match_labels labels;
    if (b->m->keys.names > 0 && match_labels_of_wire(&r, &labels) == 0 && (!to_its_end || r.left == 0))
        ask_name(b, &labels, item, what);
}

static void ask_address(struct batch *b, const struct addr *a, uint32_t item, enum match_what what)
{
    const struct match_keys *keys = &b->m->keys;
    unsigned first = addr_is_v4(a) ? 96 : 0;
    const uint32_t *present = first ? keys->v4 : keys->v6;
    unsigned longest = 128 - first;
    if (first) {
        unsigned net = match_v4_net(a);
        if (!b->m->v4_nets || !(b->m->v4_nets[net / 64] >> net % 64 & 1))
            longest = V4_NET_BITS - 1;
    }
    for (unsigned bits = 0; bits <= longest; bits++) {
        if (present[bits] > 0)
            ask(b, match_prefix_hash(keys, a, first, bits), item, what, bits, 1);
    }
}

static struct batch batch_of(const struct match_set *m, match_hit_fn *hit, void *context)
{
    struct batch b; /* the probes are written before they are read */
    b.m = m;
    b.hit = hit;
    b.context = context;
    b.hits = 0;
    b.count = 0;
    return b;
}

size_t match_find_name(const struct match_set *m, const uint8_t *wire, size_t len, match_hit_fn *hit, void *context)
{
    struct batch b = batch_of(m, hit, context);
    ask_wire_name(&b, reader_of(wire, len), true, 0, MATCH_NAME);
    look_all(&b);
    return b.hits;
}

size_t match_find_address(const struct match_set *m, const struct addr *address, match_hit_fn *hit, void *context)
{
    struct batch b = batch_of(m, hit, context);
    ask_address(&b, address, 0, MATCH_DATA);
    look_all(&b);
    return b.hits;
}

size_t match_find_value(const struct match_set *m, const struct subject *value, match_hit_fn *hit, void *context)
{
    struct batch b = batch_of(m, hit, context);
    struct match_labels labels;
    struct addr address;
    switch (value->kind) {
    case SUBJECT_DOMAIN:
    case SUBJECT_HOST:
        if (match_labels_of_text(value->value, &labels) == 0)
            ask_name(&b, &labels, 0, MATCH_NAME);
        break;
    case SUBJECT_ADDRESS:
        if (addr_parse(value->value, &address) == 0)
            ask_address(&b, &address, 0, MATCH_DATA);
        break;
    default:
        if ((unsigned)value->kind < SUBJECT_KIND_COUNT && m->keys.kinds[value->kind] > 0) {
            struct match_key key;
            if (match_key_of_subject(&m->keys, value, &key) == 0)
                ask(&b, key.hash, 0, MATCH_VALUE, 0, 1);
        }
    }
    look_all(&b);
    return b.hits;
}

size_t match_observations(const struct match_set *m, const struct dns_observation *observations, size_t n, match_hit_fn *hit,
                          void *context)
{
    struct batch b = batch_of(m, hit, context);
    for (size_t i = 0; i < n; i++) {
        const struct dns_observation *o = &observations[i];
        ask_wire_name(&b, reader_of(o->name, o->name_len), true, (uint32_t)i, MATCH_NAME);
        ask_address(&b, &o->client, (uint32_t)i, MATCH_CLIENT);
    }
    look_all(&b);
    return b.hits;
}

/* What the data of a record names (RFC 1035 3.3, 3596, 6672, 2782, 9460). */
static void ask_data(struct batch *b, const struct answer_record *a, uint32_t item)
{
    enum { A = 1, NS = 2, CNAME = 5, PTR = 12, MX = 15, AAAA = 28, SRV = 33, DNAME = 39, SVCB = 64, HTTPS = 65 };
    struct reader r = reader_of(a->data, a->data_len <= sizeof a->data ? a->data_len : 0);
    struct addr address = {{[10] = 0xff, [11] = 0xff}};
    switch (a->type) {
    case A:
        reader_copy(&r, address.bytes + 12, 4);
        if (!r.failed && r.left == 0)
            ask_address(b, &address, item, MATCH_DATA);
        return;
    case AAAA:
        reader_copy(&r, address.bytes, 16);
        if (!r.failed && r.left == 0)
            ask_address(b, &address, item, MATCH_DATA);
        return;
    case NS:
    case CNAME:
    case PTR:
    case DNAME:
        break;
    case MX:
    case SVCB:
    case HTTPS:
        reader_skip(&r, 2);
        break;
    case SRV:
        reader_skip(&r, 6);
        break;
    default:
        return;
    }
    ask_wire_name(b, r, a->type != SVCB && a->type != HTTPS, item, MATCH_DATA);
}

size_t match_records(const struct match_set *m, const struct answer_record *records, size_t n, match_hit_fn *hit, void *context)
{
    struct batch b = batch_of(m, hit, context);
    for (size_t i = 0; i < n; i++) {
        ask_wire_name(&b, reader_of(records[i].name, records[i].name_len), true, (uint32_t)i, MATCH_NAME);
        ask_data(&b, &records[i], (uint32_t)i);
    }
    look_all(&b);
    return b.hits;
}
