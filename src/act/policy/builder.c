/* Sorts names by hash and writes the policy image. */
#include "act/policy/builder.h"

#include <assert.h>
#include <errno.h>
#include <fcntl.h>
#include <sodium.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

#include "act/policy/image_format.h"
#include "act/policy/rule_table.h"
#include "base/reader.h"
#include "base/writer.h"

enum {
    RUNS_MAX = 512,           /* spill files open at once; at 64 MiB each more names than the format holds */
    STREAM_BUFFER = 256 << 10, /* of each spill file while merging */
    REFS_MAX = 1024,          /* of one name while merging; what fits POLICY_ENTRY_MAX is kept */
};

/* A subject and one rule for it, as collected: the head, then the octets of its key. */
struct item_head {
    uint64_t hash;
    uint32_t rule;
    uint32_t line;
    uint8_t key_len;
} __attribute__((packed));

struct item_ref {
    uint64_t hash;
    uint64_t at; /* of the item_head in memory */
};

struct policy_builder {
    struct policy_builder_options options;
    struct policy_list lists[POLICY_LISTS_MAX + POLICY_MEMBER_LISTS_MAX];
    unsigned list_count;
    struct rule_table rules;
    uint8_t *memory;
    size_t used, memory_len;
    struct item_ref *items, *items_scratch;
    size_t item_count, item_max;
    uint64_t added; /* items in all */
    int runs[RUNS_MAX];
    unsigned run_count;
    struct policy_build_stats stats;
};

int policy_builder_new(const struct policy_builder_options *options, struct policy_builder **ret_builder)
{
    if (options->memory_max < 1 << 20)
        return -EINVAL;
    struct policy_builder *b = calloc(1, sizeof *b);
    if (!b)
        return -ENOMEM;
    b->options = *options;
    /* A collected name is about 36 octets, and two references of 16 for sorting: half the memory each. */
    b->memory_len = options->memory_max / 2;
    b->item_max = options->memory_max / 2 / (2 * sizeof(struct item_ref));
    b->memory = malloc(b->memory_len);
    b->items = malloc(b->item_max * sizeof *b->items);
    b->items_scratch = malloc(b->item_max * sizeof *b->items);
    if (!b->memory || !b->items || !b->items_scratch || rule_table_init(&b->rules) < 0) {
        policy_builder_free(b);
        return -ENOMEM;
    }
    *ret_builder = b;
    return 0;
}

void policy_builder_free(struct policy_builder *b)
{
    if (!b)
        return;
    for (unsigned i = 0; i < b->run_count; i++)
        close(b->runs[i]);
    rule_table_done(&b->rules);
    free(b->memory);
    free(b->items);
    free(b->items_scratch);
    free(b);
}

struct sip_key policy_builder_key(const struct policy_builder *b)
{
    return b->options.key;
}

int policy_builder_list(struct policy_builder *b, const struct policy_list *list)
{
    bool has_member = b->list_count > 0 && b->lists[b->list_count - 1].member != 0;
    if (has_member && list->member == 0)
        return -EINVAL;
    if (b->list_count == POLICY_LISTS_MAX + (list->member ? POLICY_MEMBER_LISTS_MAX : 0))
        return -E2BIG;
    b->lists[b->list_count] = *list;
    b->lists[b->list_count].name[POLICY_LIST_NAME_MAX - 1] = '\0';
    return (int)b->list_count++;
}

/* ---- sorting ---- */

static const struct item_head *item_at(const struct policy_builder *b, const struct item_ref *r)
{
    return (const struct item_head *)(b->memory + r->at);
}

static const uint8_t *item_key(const struct item_head *h)
{
    return (const uint8_t *)(h + 1);
}

static int compare_keys(const uint8_t *a, size_t a_len, const uint8_t *b, size_t b_len)
{
    int order = memcmp(a, b, a_len < b_len ? a_len : b_len);
    return order ? order : (a_len > b_len) - (a_len < b_len);
}

static int compare_items(const struct policy_builder *b, const struct item_ref *x, const struct item_ref *y)
{
    if (x->hash != y->hash)
        return x->hash < y->hash ? -1 : 1;
    const struct item_head *hx = item_at(b, x), *hy = item_at(b, y);
    return compare_keys(item_key(hx), hx->key_len, item_key(hy), hy->key_len);
}

/* Insertion sort: stable, and the chunks left by the radix passes are a handful of items. */
static void sort_chunk(const struct policy_builder *b, struct item_ref *a, size_t n)
{
    for (size_t i = 1; i < n; i++) {
        struct item_ref x = a[i];
        size_t k = i;
        for (; k > 0 && compare_items(b, &x, &a[k - 1]) < 0; k--)
            a[k] = a[k - 1];
        a[k] = x;
    }
}

/* Two stable radix passes over the top 32 bits of the hash, then the ties. */
static void sort_items(struct policy_builder *b)
{
    enum { RADIX = 1 << 16 };
    static const unsigned shifts[] = {32, 48};
    size_t n = b->item_count;
    size_t *start = malloc(RADIX * sizeof *start);
    if (start) {
        for (size_t pass = 0; pass < array_len(shifts); pass++) {
            memset(start, 0, RADIX * sizeof *start);
            for (size_t i = 0; i < n; i++)
                start[b->items[i].hash >> shifts[pass] & (RADIX - 1)]++;
            size_t sum = 0;
            for (size_t d = 0; d < RADIX; d++) {
                size_t count = start[d];
                start[d] = sum;
                sum += count;
            }
            for (size_t i = 0; i < n; i++)
                b->items_scratch[start[b->items[i].hash >> shifts[pass] & (RADIX - 1)]++] = b->items[i];
            struct item_ref *swap = b->items;
            b->items = b->items_scratch;
            b->items_scratch = swap;
        }
        free(start);
    }
    sort_chunk(b, b->items, n);
}

/* An unnamed file in the folder: it disappears with its descriptor, also after a crash. */
static int open_unnamed(int dir_fd)
{
    int fd = openat(dir_fd, ".", O_TMPFILE | O_RDWR | O_CLOEXEC, 0600);
    return fd < 0 ? -errno : fd;
}

/* A buffered stream over its own copy of the descriptor. */
static FILE *stream_of(int fd, const char *mode)
{
    int copy = fcntl(fd, F_DUPFD_CLOEXEC, 0);
    if (copy < 0)
        return NULL;
    FILE *f = fdopen(copy, mode);
    if (!f) {
        close(copy);
        return NULL;
    }
    setvbuf(f, NULL, _IOFBF, STREAM_BUFFER);
    return f;
}

static int spill(struct policy_builder *b)
{
    if (b->run_count == RUNS_MAX)
        return -E2BIG;
    sort_items(b);
    int fd = open_unnamed(b->options.dir_fd);
    if (fd < 0)
        return fd;
    b->runs[b->run_count++] = fd;
    FILE *f = stream_of(fd, "w");
    if (!f)
        return -errno;
    for (size_t i = 0; i < b->item_count; i++) {
        const struct item_head *h = item_at(b, &b->items[i]);
        fwrite(h, sizeof *h + h->key_len, 1, f);
    }
    bool failed = ferror(f) != 0;
    if (fclose(f) != 0 || failed)
        return -ENOSPC;
    b->used = 0;
    b->item_count = 0;
    b->stats.spills++;
    return 0;
}

static int add_key(struct policy_builder *b, uint64_t hash, const uint8_t *key, size_t key_len, uint8_t trigger,
                   const struct policy_rule_spec *spec, uint32_t line)
{
    if (spec->list >= b->list_count || spec->action >= DNS_ACTION_COUNT || spec->scope == 0 ||
        spec->scope > POLICY_SCOPE_BOTH || spec->data_len > POLICY_DATA_MAX)
        return -EINVAL;
    int64_t rule = rule_table_intern(&b->rules, spec);
    if (rule < 0)
        return (int)rule;
    b->lists[spec->list].triggers |= (uint8_t)(1u << trigger);
    struct item_head h = {.hash = hash, .rule = (uint32_t)rule, .line = line, .key_len = (uint8_t)key_len};
    size_t size = sizeof h + h.key_len;
    if (b->item_count == b->item_max || size > b->memory_len - b->used) {
        int e = spill(b);
        if (e < 0)
            return e;
    }
    memcpy(b->memory + b->used, &h, sizeof h);
    memcpy(b->memory + b->used + sizeof h, key, key_len);
    b->items[b->item_count++] = (struct item_ref){.hash = h.hash, .at = b->used};
    b->used += size;
    b->added++;
    return 0;
}

int policy_builder_add(struct policy_builder *b, const struct dns_name *name, const struct policy_rule_spec *spec,
                       uint32_t line)
{
    return add_key(b, policy_name_hash(b->options.key, name), name->wire, name->len - 1u, DNS_TRIGGER_NAME, spec, line);
}

int policy_builder_add_subject(struct policy_builder *b, const struct policy_subject *subject,
                               const struct policy_rule_spec *spec, uint32_t line)
{
    uint8_t key[POLICY_KEY_MAX];
    if (subject->trigger == DNS_TRIGGER_NAME && subject->name)
        return policy_builder_add(b, subject->name, spec, line);
    int len = policy_key_write(subject, key);
    if (len < 0)
        return len;
    return add_key(b, policy_marked_hash(b->options.key, key, (size_t)len), key, (size_t)len, subject->trigger, spec,
                   line);
}

/* ---- merging ---- */

struct run {
    FILE *f; /* NULL: the items still in memory */
    size_t next;
    struct item_head head;
    uint8_t key[POLICY_KEY_MAX];
    unsigned number;
};

/* Loads the next item; false at the end of the run. */
static bool run_advance(struct policy_builder *b, struct run *r)
{
    if (!r->f) {
        if (r->next == b->item_count)
            return false;
        const struct item_head *h = item_at(b, &b->items[r->next++]);
        r->head = *h;
        memcpy(r->key, item_key(h), h->key_len);
        return true;
    }
    if (fread(&r->head, sizeof r->head, 1, r->f) != 1)
        return false;
    return r->head.key_len == 0 || fread(r->key, r->head.key_len, 1, r->f) == 1;
}

static bool run_before(const struct run *x, const struct run *y)
{
    if (x->head.hash != y->head.hash)
        return x->head.hash < y->head.hash;
    int order = compare_keys(x->key, x->head.key_len, y->key, y->head.key_len);
    return order ? order < 0 : x->number < y->number;
}

static void heap_sift(struct run **heap, size_t n, size_t i)
{
    for (;;) {
        size_t least = i, left = 2 * i + 1, right = left + 1;
        if (left < n && run_before(heap[left], heap[least]))
            least = left;
        if (right < n && run_before(heap[right], heap[least]))
            least = right;
        if (least == i)
            return;
        struct run *swap = heap[i];
        heap[i] = heap[least];
        heap[least] = swap;
        i = least;
    }
}

struct ref {
    uint32_t rule, line;
};

/* The subject being merged and what is said of it so far. */
struct group {
    uint64_t hash;
    uint8_t key[POLICY_KEY_MAX];
    uint8_t key_len;
    struct ref refs[REFS_MAX];
    unsigned ref_count;
    bool open;
};

struct image_out {
    FILE *f;
    uint64_t at;
    struct policy_header head;
    bool failed;
};

static void out_bytes(struct image_out *o, const void *bytes, size_t n)
{
    if (n > 0 && fwrite(bytes, n, 1, o->f) != 1)
        o->failed = true;
    o->at += n;
}

static void out_align(struct image_out *o)
{
    static const uint8_t zeros[64];
    out_bytes(o, zeros, (64 - o->at % 64) % 64);
}

/* Puts another rule into a reference, when making it went well. */
static int ref_replace(struct ref *ref, int64_t rule)
{
    if (rule < 0)
        return (int)rule;
    ref->rule = (uint32_t)rule;
    return 0;
}

/* A name's records come line by line: joins them into the first one's reference. */
static int group_add_data(struct policy_builder *b, struct ref *ref, uint32_t rule)
{
    int64_t both = rule_table_with_more_data(&b->rules, ref->rule, rule);
    if (both == -EMSGSIZE) {
        b->stats.cut++;
        return 0;
    }
    if (both == ref->rule)
        b->stats.duplicates++;
    return ref_replace(ref, both);
}

/* Adds one reference in order of precedence; a rule that its list has already given for that scope is a duplicate,
 * one that completes the same rule's scope joins it (an RPZ name and its wildcard). */
static int group_add(struct policy_builder *b, struct group *g, uint32_t rule, uint32_t line)
{
    struct policy_rule spec = *rule_table_get(&b->rules, rule);
    unsigned begin = 0;
    while (begin < g->ref_count && rule_table_get(&b->rules, g->refs[begin].rule)->list < spec.list)
        begin++;
    unsigned i = begin;
    for (; i < g->ref_count; i++) {
        const struct policy_rule *other = rule_table_get(&b->rules, g->refs[i].rule);
        if (other->list > spec.list)
            break;
        if (other->until_us && (spec.until_us == 0 || spec.until_us > other->until_us))
            continue; /* goes on where the other ends */
        if (other->action == DNS_ACTION_LOCAL_DATA && spec.action == DNS_ACTION_LOCAL_DATA &&
            other->scope == spec.scope && g->refs[i].rule != rule)
            return group_add_data(b, &g->refs[i], rule);
        spec.scope &= (uint8_t)~other->scope;
    }
    if (spec.scope == 0) {
        b->stats.duplicates++;
        return 0;
    }
    for (unsigned k = begin; k < i; k++) {
        const struct policy_rule *other = rule_table_get(&b->rules, g->refs[k].rule);
        if (rule_table_same_effect(&b->rules, other, &spec))
            return ref_replace(&g->refs[k],
                               rule_table_with_scope(&b->rules, g->refs[k].rule, other->scope | spec.scope));
    }
    if (g->ref_count == REFS_MAX) {
        b->stats.cut++;
        return 0;
    }
    int64_t own = rule_table_with_scope(&b->rules, rule, spec.scope);
    if (own < 0)
        return (int)own;
    memmove(&g->refs[i + 1], &g->refs[i], (g->ref_count - i) * sizeof g->refs[0]);
    g->refs[i] = (struct ref){.rule = (uint32_t)own, .line = line};
    g->ref_count++;
    return 0;
}

static void set_bit(uint64_t *words, unsigned n)
{
    words[n / 64] |= (uint64_t)1 << (n % 64);
}

static unsigned labels_of(const uint8_t *name, size_t len)
{
    unsigned labels = 0;
    for (size_t at = 0; at < len; at += 1u + name[at])
        labels++;
    return labels;
}

/* So that a look-up only tries the sizes that are there. */
static void note_size(struct policy_header *h, const uint8_t *key, size_t len)
{
    if (len == 0 || !(key[0] & POLICY_KEY_MARK)) {
        set_bit(h->depths, labels_of(key, len));
        return;
    }
    switch (key[0] & ~POLICY_KEY_MARK) {
    case DNS_TRIGGER_NS_NAME:
        set_bit(h->ns_depths, labels_of(key + 1, len - 1));
        break;
    case DNS_TRIGGER_CLIENT:
        set_bit(h->client.bits, key[1]);
        break;
    case DNS_TRIGGER_ADDRESS:
        set_bit(h->address.bits, key[1]);
        break;
    default:
        set_bit(h->ns_address.bits, key[1]);
        break;
    }
}

static void group_write(struct policy_builder *b, struct group *g, struct image_out *o)
{
    if (!g->open)
        return;
    uint8_t entry[POLICY_ENTRY_MAX];
    struct writer w = writer_of(entry, sizeof entry);
    writer_u8(&w, g->key_len);
    writer_bytes(&w, g->key, g->key_len);
    enum { REF_LEN_MAX = 10 };
    unsigned fitting = (unsigned)((sizeof entry - w.len) / REF_LEN_MAX);
    if (g->ref_count > fitting) {
        b->stats.cut += g->ref_count - fitting;
        g->ref_count = fitting;
    }
    for (unsigned i = 0; i < g->ref_count; i++) {
        writer_varint(&w, (uint64_t)g->refs[i].rule << 1 | (i + 1 < g->ref_count));
        writer_varint(&w, g->refs[i].line);
    }
    out_bytes(o, entry, w.len);
    o->head.names++;
    note_size(&o->head, g->key, g->key_len);
}

static int merge_item(struct policy_builder *b, struct group *g, const struct run *r, struct image_out *o)
{
    bool same = g->open && g->hash == r->head.hash && g->key_len == r->head.key_len &&
                memcmp(g->key, r->key, g->key_len) == 0;
    if (!same) {
        group_write(b, g, o);
        g->hash = r->head.hash;
        g->key_len = r->head.key_len;
        memcpy(g->key, r->key, g->key_len);
        g->ref_count = 0;
        g->open = true;
    }
    return group_add(b, g, r->head.rule, r->head.line);
}

static int merge_runs(struct policy_builder *b, struct image_out *o)
{
    size_t max = b->run_count + 1u;
    struct run *runs = calloc(max, sizeof *runs);
    struct run **heap = calloc(max, sizeof *heap);
    struct group *g = calloc(1, sizeof *g);
    size_t n = 0;
    int e = runs && heap && g ? 0 : -ENOMEM;
    for (unsigned i = 0; e == 0 && i <= b->run_count; i++) {
        runs[i].number = i;
        if (i < b->run_count) {
            lseek(b->runs[i], 0, SEEK_SET);
            runs[i].f = stream_of(b->runs[i], "r");
            if (!runs[i].f)
                e = -errno;
        }
        if (e == 0 && run_advance(b, &runs[i]))
            heap[n++] = &runs[i];
    }
    for (size_t i = n; i-- > 0;)
        heap_sift(heap, n, i);
    uint64_t merged = 0;
    while (e == 0 && n > 0) {
        e = merge_item(b, g, heap[0], o);
        merged++;
        if (!run_advance(b, heap[0]))
            heap[0] = heap[--n];
        heap_sift(heap, n, 0);
    }
    if (e == 0 && merged != b->added)
        e = -EIO; /* a spill file could not be read to its end */
    if (e == 0)
        group_write(b, g, o);
    for (size_t i = 0; runs && i < max; i++)
        if (runs[i].f)
            fclose(runs[i].f);
    free(runs);
    free(heap);
    free(g);
    return e;
}

/* ---- the index ---- */

struct bucket_out {
    struct image_out *o;
    struct policy_bucket bucket;
    uint64_t number;
    unsigned used;
};

static void bucket_flush(struct bucket_out *bo)
{
    out_bytes(bo->o, &bo->bucket, sizeof bo->bucket);
    memset(&bo->bucket, 0, sizeof bo->bucket);
    bo->number++;
    bo->used = 0;
}

static void bucket_put(struct bucket_out *bo, uint64_t home, uint64_t hash, uint32_t entry_at)
{
    while (bo->number < home)
        bucket_flush(bo);
    if (bo->used == POLICY_BUCKET_SLOTS) {
        bo->bucket.overflows = 1;
        bucket_flush(bo);
    }
    if (bo->used == 0)
        bo->bucket.base = entry_at;
    bo->bucket.tag[bo->used] = policy_tag(hash);
    bo->bucket.at[bo->used] = (uint16_t)(entry_at - bo->bucket.base);
    bo->used++;
}
_Static_assert(POLICY_ENTRY_MAX * (POLICY_BUCKET_SLOTS - 1) <= UINT16_MAX, "an entry's offset in its bucket fits");

/* Second pass over the entries just written: they are in order of hash, so the buckets come out in order too. */
static int write_buckets(struct policy_builder *b, struct image_out *o)
{
    size_t len = o->head.entries.at + o->head.entries.len;
    if (fflush(o->f) != 0)
        return -ENOSPC;
    const uint8_t *map = mmap(NULL, len, PROT_READ, MAP_SHARED, fileno(o->f), 0);
    if (map == MAP_FAILED)
        return -errno;
    madvise((void *)(uintptr_t)map, len, MADV_SEQUENTIAL);
    struct reader r = reader_of(map + o->head.entries.at, o->head.entries.len);
    struct bucket_out bo = {.o = o};
    struct policy_key_parts parts;
    int e = 0;
    while (e == 0 && r.left > 0) {
        uint32_t at = (uint32_t)(o->head.entries.len - r.left);
        uint8_t key_len = reader_u8(&r);
        const uint8_t *key = reader_take(&r, key_len);
        e = key ? policy_key_read(b->options.key, key, key_len, &parts) : -EBADMSG;
        uint64_t head;
        do {
            head = reader_varint(&r);
            reader_varint(&r);
        } while (head & 1);
        if (e == 0)
            bucket_put(&bo, policy_bucket_of(parts.hash, o->head.buckets), parts.hash, at);
    }
    munmap((void *)(uintptr_t)map, len);
    if (e < 0 || r.failed)
        return -EBADMSG;
    do
        bucket_flush(&bo);
    while (bo.number < o->head.buckets);
    o->head.buckets_all = bo.number;
    return 0;
}

/* ---- the file ---- */

static struct policy_section begin_section(struct image_out *o)
{
    out_align(o);
    return (struct policy_section){.at = o->at};
}

static int write_sections(struct policy_builder *b, struct image_out *o)
{
    struct policy_header *h = &o->head;
    static const uint8_t blank[sizeof(struct policy_header)];
    out_bytes(o, blank, sizeof blank);

    h->entries = begin_section(o);
    int e = merge_runs(b, o);
    if (e < 0)
        return e;
    h->entries.len = o->at - h->entries.at;
    if (h->entries.len > UINT32_MAX)
        return -EFBIG;

    h->rules = begin_section(o);
    h->rules.len = b->rules.count * sizeof(struct policy_rule);
    out_bytes(o, b->rules.rules, h->rules.len);
    h->data = begin_section(o);
    h->data.len = b->rules.data_len;
    out_bytes(o, b->rules.data, h->data.len);
    h->lists = begin_section(o);
    h->lists.len = b->list_count * sizeof(struct policy_list);
    out_bytes(o, b->lists, h->lists.len);

    h->buckets = h->names / POLICY_BUCKET_LOAD + 1;
    h->bucket_section = begin_section(o);
    e = write_buckets(b, o);
    if (e < 0)
        return e;
    h->bucket_section.len = o->at - h->bucket_section.at;
    h->file_len = o->at;
    return o->failed || fflush(o->f) != 0 ? -ENOSPC : 0;
}

/* The header goes in last, with the checksum over all: a file cut short anywhere is refused. */
static int write_header(struct image_out *o)
{
    struct policy_header *h = &o->head;
    int fd = fileno(o->f);
    const uint8_t *map = mmap(NULL, h->file_len, PROT_READ, MAP_SHARED, fd, 0);
    if (map == MAP_FAILED)
        return -errno;
    crypto_generichash_state state;
    crypto_generichash_init(&state, NULL, 0, POLICY_CHECKSUM_LEN);
    crypto_generichash_update(&state, (const uint8_t *)h, sizeof *h);
    crypto_generichash_update(&state, map + sizeof *h, h->file_len - sizeof *h);
    crypto_generichash_final(&state, h->checksum, POLICY_CHECKSUM_LEN);
    munmap((void *)(uintptr_t)map, h->file_len);
    ssize_t n = pwrite(fd, h, sizeof *h, 0);
    return n == (ssize_t)sizeof *h ? 0 : -ENOSPC;
}

static int write_image(struct policy_builder *b, int fd, struct policy_build_stats *ret_stats)
{
    sort_items(b);
    struct image_out o = {.f = stream_of(fd, "w+")};
    if (!o.f)
        return -errno;
    o.head = (struct policy_header){
        .magic = POLICY_IMAGE_MAGIC,
        .version = POLICY_IMAGE_VERSION,
        .header_len = sizeof o.head,
        .generation = b->options.generation,
        .built_us = b->options.now_us,
        .key = b->options.key,
    };
    int e = write_sections(b, &o);
    if (e == 0)
        e = write_header(&o);
    b->stats.names = o.head.names;
    b->stats.bytes = o.head.file_len;
    fclose(o.f);
    if (e == 0)
        *ret_stats = b->stats;
    return e;
}

int policy_builder_finish_fd(struct policy_builder *b, int *ret_fd, struct policy_build_stats *ret_stats)
{
    int fd = open_unnamed(b->options.dir_fd);
    if (fd < 0)
        return fd;
    int e = write_image(b, fd, ret_stats);
    if (e < 0) {
        close(fd);
        return e;
    }
    *ret_fd = fd;
    return 0;
}

int policy_builder_finish(struct policy_builder *b, const char *file, struct policy_build_stats *ret_stats)
{
    char temporary[256];
    int n = snprintf(temporary, sizeof temporary, "%s.new", file);
    if (n < 0 || (size_t)n >= sizeof temporary)
        return -ENAMETOOLONG;
    int fd = openat(b->options.dir_fd, temporary, O_RDWR | O_CREAT | O_TRUNC | O_CLOEXEC, 0640);
    if (fd < 0)
        return -errno;
    int e = write_image(b, fd, ret_stats);
    if (e == 0 && fsync(fd) < 0)
        e = -errno;
    close(fd);
    if (e == 0 && renameat(b->options.dir_fd, temporary, b->options.dir_fd, file) < 0)
        e = -errno;
    if (e < 0) {
        unlinkat(b->options.dir_fd, temporary, 0);
        return e;
    }
    return fsync(b->options.dir_fd) < 0 && errno != EINVAL ? -errno : 0;
}
