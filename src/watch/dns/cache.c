/* Keeps wire-format answers by S3-FIFO. */
#include "watch/dns/cache.h"

#include <errno.h>
#include <stdlib.h>

#include "proto/dns/opt.h"

enum {
    QUEUE_SMALL,
    QUEUE_MAIN,
    QUEUE_COUNT,
    USES_MAX = 3,          /* of the paper: two bits */
    SMALL_SHARE = 10,      /* per cent of the octets */
    ENTRY_EXPECTED = 256,  /* octets, to size the table; an entry of common names takes about this */
    MALLOC_OVERHEAD = 16,
    REFRESH_USES = 2,      /* asked for again and again */
    REFRESH_SHARE = 10,    /* per cent of the lifetime that are left */
    REFRESH_TTL_MIN_S = 10, /* below, an upstream would be asked for ever */
};

struct dns_cache_entry {
    struct dns_cache_entry *next; /* in its queue, towards newer */
    uint64_t hash;
    uint64_t mark;
    uint32_t stored_s, ttl_s;
    uint32_t hold_off_s; /* monotonic second until which no upstream is asked again; 0: none */
    uint16_t ede;
    uint16_t qtype;
    uint16_t wire_len;
    uint16_t ttl_count;
    uint8_t name_len;
    uint8_t uses;
    bool dnssec_ok, secure, unchecked, withheld, second, refreshing;
    uint8_t queue;
    /* then uint16_t ttl_at[ttl_count], uint8_t wire[wire_len] */
    uint16_t ttl_at[];
};

struct slot {
    uint64_t hash;
    struct dns_cache_entry *entry; /* NULL: free */
};

struct queue {
    struct dns_cache_entry *oldest, *newest;
    size_t bytes;
};

struct dns_cache {
    struct sip_key key;
    struct slot *slots;
    size_t slot_mask;
    struct queue queues[QUEUE_COUNT];
    uint32_t *ghosts; /* fingerprints of what left the small queue lately, by hash */
    size_t ghost_mask;
    size_t bytes, bytes_max, entries, entries_max;
    uint64_t evicted;
};

static uint8_t *entry_wire(const struct dns_cache_entry *e)
{
    return (uint8_t *)(uintptr_t)&e->ttl_at[e->ttl_count];
}

static size_t entry_size(const struct dns_cache_entry *e)
{
    return sizeof *e + e->ttl_count * sizeof e->ttl_at[0] + e->wire_len + MALLOC_OVERHEAD;
}

static size_t power_of_two_above(size_t n)
{
    size_t p = 1024;
    while (p < n)
        p *= 2;
    return p;
}

int dns_cache_new(size_t bytes_max, struct sip_key key, struct dns_cache **ret_cache)
{
    if (bytes_max < 1 << 20)
        return -EINVAL;
    struct dns_cache *c = calloc(1, sizeof *c);
    if (!c)
        return -ENOMEM;
    size_t slots = power_of_two_above(bytes_max / ENTRY_EXPECTED);
    c->key = key;
    c->bytes_max = bytes_max;
    c->slot_mask = slots - 1;
    c->entries_max = slots / 4 * 3;
    c->ghost_mask = slots / 2 - 1;
    c->slots = calloc(slots, sizeof *c->slots);
    c->ghosts = calloc(slots / 2, sizeof *c->ghosts);
    if (!c->slots || !c->ghosts) {
        dns_cache_free(c);
        return -ENOMEM;
    }
    c->bytes = slots * sizeof *c->slots + slots / 2 * sizeof *c->ghosts;
    *ret_cache = c;
    return 0;
}

void dns_cache_free(struct dns_cache *c)
{
    if (!c)
        return;
    for (int i = 0; i < QUEUE_COUNT; i++) {
        for (struct dns_cache_entry *e = c->queues[i].oldest, *next; e; e = next) {
            next = e->next;
            free(e);
        }
    }
    free(c->slots);
    free(c->ghosts);
    free(c);
}

uint64_t dns_cache_hash(const struct dns_cache *c, const struct dns_query *q)
{
    struct sip s = sip_init(c->key);
    sip_word(&s, (uint64_t)q->qtype << 2 | (unsigned)dns_query_unchecked(q) << 1 | q->dnssec_ok);
    sip_bytes(&s, q->name.wire, q->name.len);
    return sip_finish(s);
}

void dns_cache_fetch_slot(const struct dns_cache *c, uint64_t hash)
{
    __builtin_prefetch(&c->slots[hash & c->slot_mask]);
}

void dns_cache_fetch_entry(const struct dns_cache *c, uint64_t hash)
{
    const struct slot *s = &c->slots[hash & c->slot_mask];
    if (s->entry && s->hash == hash) {
        __builtin_prefetch(s->entry);
        __builtin_prefetch((const uint8_t *)s->entry + 64);
        __builtin_prefetch((const uint8_t *)s->entry + 128);
    }
}

static bool entry_is(const struct dns_cache_entry *e, const struct dns_query *q)
{
    return e->qtype == q->qtype && e->dnssec_ok == q->dnssec_ok && e->unchecked == dns_query_unchecked(q) && e->name_len == q->name.len &&
           memcmp(entry_wire(e) + DNS_HEADER_LEN, q->name.wire, q->name.len) == 0;
}

static size_t find_slot(const struct dns_cache *c, uint64_t hash, const struct dns_query *q)
{
    size_t i = hash & c->slot_mask;
    while (c->slots[i].entry && !(c->slots[i].hash == hash && entry_is(c->slots[i].entry, q)))
        i = (i + 1) & c->slot_mask;
    return i;
}

struct dns_cache_entry *dns_cache_find(struct dns_cache *c, uint64_t hash, const struct dns_query *q)
{
    struct dns_cache_entry *e = c->slots[find_slot(c, hash, q)].entry;
    if (e && e->uses < USES_MAX)
        e->uses++;
    return e;
}

/* Takes an entry out of the table, closing the gap so that linear probing still finds the others. */
static void table_remove(struct dns_cache *c, const struct dns_cache_entry *e)
{
    size_t i = e->hash & c->slot_mask;
    while (c->slots[i].entry != e)
        i = (i + 1) & c->slot_mask;
    size_t hole = i;
    for (;;) {
        i = (i + 1) & c->slot_mask;
        if (!c->slots[i].entry)
            break;
        size_t home = c->slots[i].hash & c->slot_mask;
        if (((i - home) & c->slot_mask) >= ((i - hole) & c->slot_mask)) {
            c->slots[hole] = c->slots[i];
            hole = i;
        }
    }
    c->slots[hole] = (struct slot){0};
    c->entries--;
}

static void queue_push(struct dns_cache *c, int number, struct dns_cache_entry *e)
{
    struct queue *q = &c->queues[number];
    e->queue = (uint8_t)number;
    e->next = NULL;
    if (q->newest)
        q->newest->next = e;
    else
        q->oldest = e;
    q->newest = e;
    q->bytes += entry_size(e);
}

static struct dns_cache_entry *queue_pop(struct dns_cache *c, int number)
{
    struct queue *q = &c->queues[number];
    struct dns_cache_entry *e = q->oldest;
    q->oldest = e->next;
    if (!q->oldest)
        q->newest = NULL;
    q->bytes -= entry_size(e);
    return e;
}

static uint32_t fingerprint(uint64_t hash)
{
    uint32_t f = (uint32_t)(hash >> 32);
    return f ? f : 1;
}

static void drop(struct dns_cache *c, struct dns_cache_entry *e)
{
    table_remove(c, e);
    c->bytes -= entry_size(e);
    c->evicted++;
    free(e);
}

/* Frees one entry: from the small queue while that is over its share, else from the main one. Each step moves an entry
 * on or drops it, and an entry's counter only falls, so this ends. */
static void evict_one(struct dns_cache *c)
{
    for (;;) {
        struct queue *small = &c->queues[QUEUE_SMALL], *main = &c->queues[QUEUE_MAIN];
        bool from_small = small->oldest && (!main->oldest || small->bytes > c->bytes_max / 100 * SMALL_SHARE);
        if (!from_small && !main->oldest)
            return;
        struct dns_cache_entry *e = queue_pop(c, from_small ? QUEUE_SMALL : QUEUE_MAIN);
        if (from_small && e->uses <= 1) {
            c->ghosts[e->hash & c->ghost_mask] = fingerprint(e->hash);
            drop(c, e);
            return;
        }
        if (!from_small && e->uses == 0) {
            drop(c, e);
            return;
        }
        e->uses = from_small ? 0 : e->uses - 1;
        queue_push(c, QUEUE_MAIN, e);
    }
}

/* Replaces an entry that is in a queue by a dead one of the same size that the queue will drop in its turn: a queue is
 * singly linked, and refreshing an answer must not search it. */
static void retire(struct dns_cache *c, struct dns_cache_entry *e)
{
    table_remove(c, e);
    e->uses = 0;
    e->name_len = 0; /* no query's name has length 0: it matches nothing */
    size_t i = e->hash & c->slot_mask;
    while (c->slots[i].entry)
        i = (i + 1) & c->slot_mask;
    c->slots[i] = (struct slot){.hash = e->hash, .entry = e};
    c->entries++;
}

int dns_cache_put(struct dns_cache *c, uint64_t hash, const struct dns_query *q, const struct dns_cache_answer *answer,
                  uint32_t now_s)
{
    size_t ttls_size = answer->ttls->count * sizeof(uint16_t);
    struct dns_cache_entry *e = malloc(sizeof *e + ttls_size + answer->len);
    if (!e)
        return -ENOMEM;
    *e = (struct dns_cache_entry){
        .hash = hash,
        .stored_s = now_s,
        .ttl_s = answer->ttl_s,
        .qtype = q->qtype,
        .wire_len = (uint16_t)answer->len,
        .ttl_count = answer->ttls->count,
        .name_len = q->name.len,
        .dnssec_ok = q->dnssec_ok,
        .secure = answer->secure,
        .unchecked = dns_query_unchecked(q),
        .withheld = answer->withheld,
        .second = answer->second,
        .ede = answer->ede,
    };
    memcpy(e->ttl_at, answer->ttls->at, ttls_size);
    memcpy(entry_wire(e), answer->message, answer->len);
    memcpy(entry_wire(e) + DNS_HEADER_LEN, q->name.wire, q->name.len);

    int queue = c->ghosts[hash & c->ghost_mask] == fingerprint(hash) ? QUEUE_MAIN : QUEUE_SMALL;
    struct dns_cache_entry *old = c->slots[find_slot(c, hash, q)].entry;
    if (old) {
        if (old->uses > 1)
            queue = QUEUE_MAIN; /* asked for again and again: a refresh does not put it on probation */
        retire(c, old);
    }
    size_t size = entry_size(e);
    while ((c->bytes + size > c->bytes_max || c->entries >= c->entries_max) && c->entries > 0)
        evict_one(c);
    c->slots[find_slot(c, hash, q)] = (struct slot){.hash = hash, .entry = e};
    c->entries++;
    c->bytes += size;
    queue_push(c, queue, e);
    return 0;
}

int64_t dns_cache_entry_fresh_s(const struct dns_cache_entry *e, uint32_t now_s)
{
    return (int64_t)e->stored_s + e->ttl_s - now_s;
}

enum dns_cache_state dns_cache_entry_state(struct dns_cache_entry *e, uint32_t now_s)
{
    int64_t left_s = dns_cache_entry_fresh_s(e, now_s);
    if (left_s <= 0)
        return now_s < e->hold_off_s ? DNS_CACHE_HELD_OFF : DNS_CACHE_EXPIRED;
    if (unlikely(e->withheld))
        return DNS_CACHE_WITHHELD;
    if (likely(left_s * 100 >= (int64_t)e->ttl_s * REFRESH_SHARE) || e->uses < REFRESH_USES || e->refreshing ||
        e->unchecked || e->ttl_s < REFRESH_TTL_MIN_S)
        return DNS_CACHE_FRESH;
    e->refreshing = true;
    return DNS_CACHE_AGING;
}

bool dns_cache_entry_withheld(const struct dns_cache_entry *e)
{
    return e->withheld;
}

bool dns_cache_entry_second(const struct dns_cache_entry *e)
{
    return e->second;
}

void dns_cache_entry_hold_off(struct dns_cache_entry *e, uint32_t until_s)
{
    e->hold_off_s = until_s;
}

unsigned dns_cache_entry_rcode(const struct dns_cache_entry *e)
{
    return entry_wire(e)[3] & DNS_FLAG_RCODE;
}

const uint8_t *dns_cache_entry_message(const struct dns_cache_entry *e, size_t *ret_len)
{
    *ret_len = e->wire_len;
    return entry_wire(e);
}

uint64_t dns_cache_entry_mark(const struct dns_cache_entry *e)
{
    return e->mark;
}

void dns_cache_entry_set_mark(struct dns_cache_entry *e, uint64_t mark)
{
    e->mark = mark;
}

static void count_down(const struct dns_cache_entry *e, uint32_t age_s, uint32_t stale_ttl_s, uint8_t *to)
{
    for (unsigned i = 0; i < e->ttl_count; i++) {
        uint8_t *at = to + e->ttl_at[i];
        uint32_t ttl = (uint32_t)at[0] << 24 | (uint32_t)at[1] << 16 | (uint32_t)at[2] << 8 | at[3];
        uint32_t left = ttl > age_s ? ttl - age_s : 0;
        writer_put_u32(at, stale_ttl_s ? stale_ttl_s : left);
    }
}

/* Header and question alone, TC set: the client comes back over TCP. */
static size_t write_truncated(uint8_t *to, size_t question_end)
{
    to[2] |= DNS_FLAG_TC >> 8;
    memset(to + 6, 0, 6);
    return question_end;
}

size_t dns_cache_entry_write(const struct dns_cache_entry *e, const struct dns_query *q, const uint8_t *message,
                             uint32_t now_s, uint32_t stale_ttl_s, uint8_t *to, size_t max)
{
    const uint8_t *wire = entry_wire(e);
    size_t question_end = (size_t)DNS_HEADER_LEN + q->question_len;
    bool fits = (size_t)e->wire_len + (q->edns ? DNS_OPT_LEN : 0) <= max;
    memcpy(to, wire, fits ? e->wire_len : question_end);
    memcpy(to + DNS_HEADER_LEN, message + DNS_HEADER_LEN, q->question_len);
    unsigned rcode = wire[3] & DNS_FLAG_RCODE;
    uint16_t flags = (uint16_t)(DNS_FLAG_QR | DNS_FLAG_RA | (q->flags & (DNS_FLAG_RD | DNS_FLAG_CD)) | rcode);
    if (wire[2] & DNS_FLAG_TC >> 8)
        flags |= DNS_FLAG_TC;
    if (e->secure && (q->dnssec_ok || (q->flags & DNS_FLAG_AD))) /* RFC 6840 5.8 */
        flags |= DNS_FLAG_AD;
    writer_put_u16(to, q->id);
    writer_put_u16(to + 2, flags);
    struct writer w = writer_of(to, max);
    if (fits) {
        count_down(e, now_s - e->stored_s, stale_ttl_s, to);
        w.len = e->wire_len;
    } else {
        w.len = write_truncated(to, question_end);
    }
    uint16_t ede = stale_ttl_s ? DNS_EDE_STALE_ANSWER : e->ede;
    if (q->edns)
        dns_opt_append(&w, &(struct dns_opt){.rcode = rcode,
                                             .dnssec_ok = q->dnssec_ok,
                                             .ede = ede,
                                             .text = e->withheld ? "private address of a public name" : NULL});
    return w.len;
}

struct dns_cache_stats dns_cache_stats_get(const struct dns_cache *c)
{
    return (struct dns_cache_stats){.entries = c->entries, .bytes = c->bytes, .evicted = c->evicted};
}
