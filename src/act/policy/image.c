/* Maps a policy image, checks it, and searches it. */
#include "act/policy/image.h"

#include <errno.h>
#include <fcntl.h>
#include <sodium.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

#include "act/policy/image_format.h"
#include "base/reader.h"
#include "base/text.h"

struct policy_image {
    const uint8_t *map;
    size_t len;
    struct policy_header head; /* our own copy: the file may not change under us, but we need not trust that */
    const struct policy_bucket *buckets;
    const struct policy_rule *rules;
    const struct policy_list *lists;
    uint64_t rule_count, list_count;
    unsigned plain_count; /* of lists that are no member's */
};

static bool section_fits(const struct policy_section *s, uint64_t file_len, uint64_t element)
{
    return s->at % 64 == 0 && s->at >= sizeof(struct policy_header) && s->at <= file_len &&
           s->len <= file_len - s->at && s->len % element == 0;
}

static const char *header_flaw(const struct policy_header *h, uint64_t file_len)
{
    if (h->file_len != file_len)
        return N_("the file is cut or has grown");
    if (!section_fits(&h->entries, file_len, 1) || !section_fits(&h->data, file_len, 1) ||
        !section_fits(&h->rules, file_len, sizeof(struct policy_rule)) ||
        !section_fits(&h->lists, file_len, sizeof(struct policy_list)) ||
        !section_fits(&h->bucket_section, file_len, sizeof(struct policy_bucket)))
        return N_("a section lies outside the file");
    if (h->entries.len > UINT32_MAX || h->buckets == 0 || h->buckets > h->buckets_all ||
        h->buckets_all != h->bucket_section.len / sizeof(struct policy_bucket) ||
        h->lists.len / sizeof(struct policy_list) > POLICY_LISTS_MAX + POLICY_MEMBER_LISTS_MAX)
        return N_("a count does not fit its section");
    return NULL;
}

static bool checksum_matches(const uint8_t *map, size_t len, const struct policy_header *h)
{
    struct policy_header zeroed = *h;
    memset(zeroed.checksum, 0, sizeof zeroed.checksum);
    uint8_t sum[POLICY_CHECKSUM_LEN];
    crypto_generichash_state state;
    crypto_generichash_init(&state, NULL, 0, sizeof sum);
    crypto_generichash_update(&state, (const uint8_t *)&zeroed, sizeof zeroed);
    crypto_generichash_update(&state, map + sizeof zeroed, len - sizeof zeroed);
    crypto_generichash_final(&state, sum, sizeof sum);
    return memcmp(sum, h->checksum, sizeof sum) == 0;
}

static const char *content_flaw(const struct policy_image *im)
{
    for (uint64_t i = 0; i < im->rule_count; i++) {
        const struct policy_rule *r = &im->rules[i];
        if (r->list >= im->list_count || r->action >= DNS_ACTION_COUNT || r->scope == 0 ||
            r->scope > POLICY_SCOPE_BOTH || r->data_at > im->head.data.len ||
            r->data_len > im->head.data.len - r->data_at || r->data_len > POLICY_DATA_MAX)
            return N_("a rule is not valid");
    }
    for (uint64_t i = 0; i < im->list_count; i++)
        if (!memchr(im->lists[i].name, '\0', POLICY_LIST_NAME_MAX))
            return N_("a list's name has no end");
    for (uint64_t i = im->plain_count; i < im->list_count; i++)
        if (im->lists[i].member == 0 || im->lists[i].is_zone || im->lists[i].triggers & ~(1u << DNS_TRIGGER_NAME))
            return N_("a list that is a member's cannot be one");
    return im->plain_count > POLICY_LISTS_MAX ? N_("a count does not fit its section") : NULL;
}

static unsigned count_plain(const struct policy_image *im)
{
    unsigned n = 0;
    while (n < im->list_count && im->lists[n].member == 0)
        n++;
    return n;
}

int policy_image_open_fd(int fd, bool check_all, struct policy_image **ret_image, const char **ret_reason)
{
    const char *reason = N_("the file cannot be read");
    if (!ret_reason)
        ret_reason = &reason;
    *ret_reason = reason;
    struct stat st;
    if (fstat(fd, &st) < 0)
        return -errno;
    if (!S_ISREG(st.st_mode) || st.st_size < (off_t)sizeof(struct policy_header)) {
        *ret_reason = N_("the file is too short for a policy image");
        return -EBADMSG;
    }
    size_t len = (size_t)st.st_size;
    /* Populated here, by the control thread, so that no answering thread waits for the disk. */
    void *map = mmap(NULL, len, PROT_READ, MAP_SHARED | MAP_POPULATE, fd, 0);
    if (map == MAP_FAILED)
        return -errno;
    struct policy_image *im = calloc(1, sizeof *im);
    if (!im) {
        munmap(map, len);
        return -ENOMEM;
    }
    im->map = map;
    im->len = len;
    memcpy(&im->head, map, sizeof im->head);
    const struct policy_header *h = &im->head;

    int result = -EBADMSG;
    if (h->magic != POLICY_IMAGE_MAGIC) {
        *ret_reason = N_("the file is not a policy image");
    } else if (h->version != POLICY_IMAGE_VERSION || h->header_len != sizeof *h) {
        *ret_reason = N_("the image has another format version");
        result = -EPROTONOSUPPORT;
    } else if ((*ret_reason = header_flaw(h, len)) == NULL) {
        im->buckets = (const struct policy_bucket *)(im->map + h->bucket_section.at);
        im->rules = (const struct policy_rule *)(im->map + h->rules.at);
        im->lists = (const struct policy_list *)(im->map + h->lists.at);
        im->rule_count = h->rules.len / sizeof(struct policy_rule);
        im->list_count = h->lists.len / sizeof(struct policy_list);
        im->plain_count = count_plain(im);
        if (check_all && !checksum_matches(im->map, len, h))
            *ret_reason = N_("the checksum does not match");
        else if ((*ret_reason = content_flaw(im)) == NULL)
            result = 0;
    }
    if (result < 0) {
        policy_image_close(im);
        return result;
    }
    madvise(map, len, MADV_RANDOM);
    *ret_image = im;
    return 0;
}

int policy_image_open(int dir_fd, const char *file, bool check_all, struct policy_image **ret_image,
                      const char **ret_reason)
{
    int fd = openat(dir_fd, file, O_RDONLY | O_CLOEXEC);
    if (fd < 0) {
        if (ret_reason)
            *ret_reason = N_("the file cannot be opened");
        return -errno;
    }
    int e = policy_image_open_fd(fd, check_all, ret_image, ret_reason);
    close(fd);
    return e;
}

void policy_image_close(struct policy_image *image)
{
    if (!image)
        return;
    munmap((void *)(uintptr_t)image->map, image->len);
    free(image);
}

void policy_image_info(const struct policy_image *image, struct policy_image_info *ret_info)
{
    *ret_info = (struct policy_image_info){
        .names = image->head.names,
        .rules = image->rule_count,
        .lists = image->list_count,
        .bytes = image->len,
        .generation = image->head.generation,
        .built_us = image->head.built_us,
        .key = image->head.key,
    };
}

const struct policy_list *policy_image_list(const struct policy_image *image, unsigned index)
{
    return index < image->list_count ? &image->lists[index] : NULL;
}

static bool depth_present(const struct policy_header *h, unsigned labels)
{
    return h->depths[labels / 64] >> (labels % 64) & 1;
}

void policy_probe_init(struct policy_probe *p, const struct policy_image *image, const struct dns_name *name)
{
    p->image = image;
    p->count = 0;
    if (image->head.names == 0)
        return;
    struct sip s = sip_init(image->head.key);
    if (depth_present(&image->head, 0)) { /* a rule for the root: "everything" */
        p->label[p->count] = name->labels;
        p->hash[p->count++] = sip_finish(s);
    }
    for (unsigned i = name->labels; i-- > 0;) {
        policy_absorb_label(&s, name->wire + name->at[i]);
        if (!depth_present(&image->head, name->labels - i))
            continue;
        uint64_t hash = sip_finish(s);
        __builtin_prefetch(&image->buckets[policy_bucket_of(hash, image->head.buckets)]);
        p->label[p->count] = (uint8_t)i;
        p->hash[p->count++] = hash;
    }
}

/* True when one of the four 16-bit lanes is zero. */
static bool has_zero_lane(uint64_t word)
{
    const uint64_t ones = 0x0001000100010001u;
    return ((word - ones) & ~word & (ones << 15)) != 0;
}

static bool bucket_may_hold(const struct policy_bucket *b, uint16_t tag)
{
    const uint64_t pattern = tag * 0x0001000100010001u;
    uint64_t w[3];
    memcpy(w, b->tag, sizeof w);
    return has_zero_lane(w[0] ^ pattern) || has_zero_lane(w[1] ^ pattern) || has_zero_lane(w[2] ^ pattern) ||
           b->tag[12] == tag || b->tag[13] == tag;
}

/* The references of an entry when it has this key. */
static bool entry_is(const struct policy_image *im, uint64_t at, const uint8_t *key, size_t len,
                     struct reader *ret_refs)
{
    if (at >= im->head.entries.len)
        return false;
    struct reader r = reader_of(im->map + im->head.entries.at + at, im->head.entries.len - at);
    uint8_t entry_len = reader_u8(&r);
    if (entry_len != len)
        return false;
    const uint8_t *octets = reader_take(&r, len);
    if (!octets || memcmp(octets, key, len) != 0)
        return false;
    *ret_refs = r;
    return true;
}

static bool find_entry(const struct policy_image *im, uint64_t hash, const uint8_t *key, size_t len,
                       struct reader *ret_refs)
{
    uint16_t tag = policy_tag(hash);
    for (uint64_t i = policy_bucket_of(hash, im->head.buckets); i < im->head.buckets_all; i++) {
        const struct policy_bucket *b = &im->buckets[i];
        if (unlikely(bucket_may_hold(b, tag))) {
            for (unsigned k = 0; k < POLICY_BUCKET_SLOTS; k++)
                if (b->tag[k] == tag && entry_is(im, (uint64_t)b->base + b->at[k], key, len, ret_refs))
                    return true;
        }
        if (likely(!b->overflows))
            return false;
    }
    return false;
}

/* The next reference of an entry; NULL at the end or when it is broken. */
static const struct policy_rule *next_ref(const struct policy_image *im, struct reader *refs, uint32_t *ret_line)
{
    if (refs->left == 0)
        return NULL;
    uint64_t head = reader_varint(refs);
    uint64_t line = reader_varint(refs);
    if (refs->failed || head >> 1 >= im->rule_count)
        return NULL;
    if (!(head & 1))
        refs->left = 0;
    *ret_line = (uint32_t)line;
    return &im->rules[head >> 1];
}

void policy_found_decision(const struct policy_image *im, const struct policy_found *found, struct dns_decision *d)
{
    const struct policy_rule *rule = found->rule;
    const struct policy_list *list = &im->lists[rule->list];
    uint32_t line = found->line;
    d->action = rule->action;
    d->label = found->label;
    d->trigger = found->trigger;
    d->order = found->order;
    d->list = (uint16_t)list->id;
    d->verdict = list->id ? (struct verdict_ref){list->verdict_id, line} : (struct verdict_ref){line, 0};
    d->ede = list->ede;
    d->list_name = list->name;
    d->data = rule->data_len ? im->map + im->head.data.at + rule->data_at : NULL;
    d->data_len = rule->data_len;
    d->since_us = rule->from_us ? rule->from_us : list->since_us;
    d->until_us = rule->until_us;
}

/* ---- searching ---- */

/* The two kinds of rules: those that act, and those that only observe. */
enum { ACTS, OBSERVES, KINDS };

/* The best so far, while the names above a name are searched from the longest: of one list the longest wins. */
struct candidates {
    struct policy_found of[KINDS];
    uint64_t closed[POLICY_LISTS_MAX / 64]; /* bit n: list n is a zone that has a longer name: nothing above applies */
};

static bool is_closed(const uint64_t *closed, unsigned list)
{
    return list < POLICY_LISTS_MAX && closed[list / 64] >> (list % 64) & 1;
}

/* RFC 4592 3.3.1: the closest encloser is a name that the zone has; wildcards above it cannot match. A name without a
 * rule of its own, between two that have one, closes nothing here (docs/formats/policy-image.md). */
static void close_above(const struct policy_image *im, const struct policy_rule *rule, uint64_t *closed)
{
    if (im->lists[rule->list].is_zone && rule->scope & POLICY_SCOPE_EXACT)
        closed[rule->list / 64] |= (uint64_t)1 << (rule->list % 64);
}

/* Where the rule's list stands for whom the search is made; POLICY_ORDER_NONE: nowhere. */
static uint16_t order_of(const struct policy_search *s, unsigned list)
{
    if (likely(list < s->image->plain_count))
        return s->orders ? s->orders[list] : (uint16_t)list;
    if (list + 1 == s->centre)
        return 0;
    return list + 1 == s->own || s->any_member ? (uint16_t)POLICY_ORDER_LAST : (uint16_t)POLICY_ORDER_NONE;
}

/* The best of one entry. References stand in the order of the image's lists; a client's order may differ. */
static void scan_entry(const struct policy_search *s, struct reader *refs, unsigned scope, uint8_t label,
                       struct candidates *c)
{
    const struct policy_image *im = s->image;
    const struct policy_rule *rule;
    uint64_t closed[array_len(c->closed)];
    uint32_t line;
    memcpy(closed, c->closed, sizeof closed);
    while ((rule = next_ref(im, refs, &line)) != NULL) {
        if (rule->until_us && rule->until_us <= s->now_us)
            continue;
        close_above(im, rule, c->closed);
        if (!(rule->scope & scope) || is_closed(closed, rule->list))
            continue;
        uint16_t order = order_of(s, rule->list);
        struct policy_found *best = &c->of[rule->action == DNS_ACTION_OBSERVE ? OBSERVES : ACTS];
        if (order == POLICY_ORDER_NONE || (best->rule && order >= best->order))
            continue;
        *best = (struct policy_found){.rule = rule, .line = line, .order = order, .label = label};
        if (!s->orders && best == &c->of[ACTS])
            break; /* what follows comes later in the order of lists */
    }
}

static void keep_best(struct policy_found *best, const struct policy_found *found, unsigned trigger)
{
    static const uint8_t precedence[DNS_TRIGGER_COUNT] = {
        [DNS_TRIGGER_CLIENT] = 0,  [DNS_TRIGGER_NAME] = 1,       [DNS_TRIGGER_ADDRESS] = 2,
        [DNS_TRIGGER_NS_NAME] = 3, [DNS_TRIGGER_NS_ADDRESS] = 4,
    };
    if (!found->rule)
        return;
    if (best->rule && (best->order < found->order || (best->order == found->order &&
                                                      precedence[best->trigger] <= precedence[trigger])))
        return;
    *best = *found;
    best->trigger = (uint8_t)trigger;
}

static void keep_candidates(struct policy_search *s, const struct candidates *c, unsigned trigger)
{
    keep_best(&s->best, &c->of[ACTS], trigger);
    keep_best(&s->observed, &c->of[OBSERVES], trigger);
}

void policy_search_probe(struct policy_search *s, const struct policy_probe *p, const struct dns_name *name)
{
    struct candidates c = {0};
    for (unsigned i = p->count; i-- > 0;) { /* from the whole name to its shortest suffix */
        uint8_t label = p->label[i];
        size_t start = name->at[label];
        struct reader refs;
        if (find_entry(s->image, p->hash[i], name->wire + start, (size_t)name->len - 1 - start, &refs))
            scan_entry(s, &refs, label == 0 ? POLICY_SCOPE_EXACT : POLICY_SCOPE_BELOW, label, &c);
    }
    keep_candidates(s, &c, DNS_TRIGGER_NAME);
}

void policy_search_name(struct policy_search *s, const struct dns_name *name)
{
    struct policy_probe p;
    policy_probe_init(&p, s->image, name);
    policy_search_probe(s, &p, name);
}

void policy_search_ns_name(struct policy_search *s, const struct dns_name *name)
{
    struct candidates c = {0};
    uint8_t key[POLICY_KEY_MAX];
    for (unsigned i = 0; i <= name->labels; i++) {
        unsigned labels = name->labels - i;
        if (!(s->image->head.ns_depths[labels / 64] >> (labels % 64) & 1))
            continue;
        size_t start = name->at[i];
        size_t len = policy_key_of_ns_name(name->wire + start, (size_t)name->len - 1 - start, key);
        struct reader refs;
        if (find_entry(s->image, policy_marked_hash(s->image->head.key, key, len), key, len, &refs))
            scan_entry(s, &refs, i == 0 ? POLICY_SCOPE_EXACT : POLICY_SCOPE_BELOW, 0, &c);
    }
    keep_candidates(s, &c, DNS_TRIGGER_NS_NAME);
}

static const struct policy_prefix_lengths *prefix_lengths(const struct policy_image *im, unsigned trigger)
{
    switch (trigger) {
    case DNS_TRIGGER_CLIENT:
        return &im->head.client;
    case DNS_TRIGGER_ADDRESS:
        return &im->head.address;
    default:
        return &im->head.ns_address;
    }
}

static bool has_length(const struct policy_prefix_lengths *lengths, unsigned bits)
{
    return lengths->bits[bits / 64] >> (bits % 64) & 1;
}

static bool find_prefix(const struct policy_image *im, unsigned trigger, const struct addr *a, unsigned bits,
                        struct reader *ret_refs)
{
    uint8_t key[POLICY_KEY_PREFIX_LEN];
    size_t len = policy_key_of_prefix(trigger, a, bits, key);
    return find_entry(im, policy_marked_hash(im->head.key, key, len), key, len, ret_refs);
}

/* A prefix of IPv6 that holds all of IPv4 (::/0) does not mean it. */
static unsigned shortest_prefix(const struct addr *a)
{
    return addr_is_v4(a) ? 96 : 0;
}

void policy_search_address(struct policy_search *s, unsigned trigger, const struct addr *a)
{
    const struct policy_prefix_lengths *lengths = prefix_lengths(s->image, trigger);
    struct candidates c = {0};
    struct reader refs;
    for (unsigned bits = 129; bits-- > shortest_prefix(a);)
        if (has_length(lengths, bits) && find_prefix(s->image, trigger, a, bits, &refs))
            scan_entry(s, &refs, POLICY_SCOPE_EXACT, 0, &c);
    keep_candidates(s, &c, trigger);
}

bool policy_image_has_trigger(const struct policy_image *im, unsigned trigger)
{
    if (trigger == DNS_TRIGGER_NAME)
        return (im->head.depths[0] | im->head.depths[1]) != 0;
    if (trigger == DNS_TRIGGER_NS_NAME)
        return (im->head.ns_depths[0] | im->head.ns_depths[1]) != 0;
    const struct policy_prefix_lengths *l = prefix_lengths(im, trigger);
    return (l->bits[0] | l->bits[1] | l->bits[2]) != 0;
}

bool policy_probe_decide(const struct policy_probe *p, const struct dns_name *name, int64_t now_us,
                         struct dns_decision *ret_decision)
{
    struct policy_search s = {.image = p->image, .now_us = now_us};
    policy_search_probe(&s, p, name);
    const struct policy_found *found = s.best.rule ? &s.best : &s.observed;
    if (!found->rule)
        return false;
    policy_found_decision(p->image, found, ret_decision);
    return true;
}

void policy_image_each_match(const struct policy_image *im, const struct dns_name *name, policy_each_fn *each,
                             void *self)
{
    struct policy_probe p;
    uint64_t closed[POLICY_LISTS_MAX / 64] = {0}, closes[POLICY_LISTS_MAX / 64] = {0};
    policy_probe_init(&p, im, name);
    for (unsigned i = p.count; i-- > 0; memcpy(closed, closes, sizeof closed)) {
        uint8_t label = p.label[i];
        size_t start = name->at[label];
        struct reader refs;
        if (!find_entry(im, p.hash[i], name->wire + start, (size_t)name->len - 1 - start, &refs))
            continue;
        unsigned scope = label == 0 ? POLICY_SCOPE_EXACT : POLICY_SCOPE_BELOW;
        const struct policy_rule *rule;
        uint32_t line;
        while ((rule = next_ref(im, &refs, &line)) != NULL) {
            close_above(im, rule, closes);
            if (rule->scope & scope && !is_closed(closed, rule->list))
                each(self, &im->lists[rule->list], rule, line, label);
        }
    }
}

void policy_image_each_prefix_match(const struct policy_image *im, unsigned trigger, const struct addr *a,
                                    policy_each_fn *each, void *self)
{
    struct reader refs;
    for (unsigned bits = 129; bits-- > shortest_prefix(a);) {
        if (!has_length(prefix_lengths(im, trigger), bits) || !find_prefix(im, trigger, a, bits, &refs))
            continue;
        const struct policy_rule *rule;
        uint32_t line;
        while ((rule = next_ref(im, &refs, &line)) != NULL)
            each(self, &im->lists[rule->list], rule, line, bits);
    }
}

/* Is a subject of this kind and size looked up at all? */
static bool size_present(const struct policy_image *im, const struct policy_key_parts *k)
{
    switch (k->trigger) {
    case DNS_TRIGGER_NAME:
        return depth_present(&im->head, k->name.labels);
    case DNS_TRIGGER_NS_NAME:
        return im->head.ns_depths[k->name.labels / 64] >> (k->name.labels % 64) & 1;
    default:
        return has_length(prefix_lengths(im, k->trigger), k->prefix.bits);
    }
}

int64_t policy_image_verify(const struct policy_image *im)
{
    struct reader r = reader_of(im->map + im->head.entries.at, im->head.entries.len);
    int64_t names = 0;
    while (r.left > 0) {
        struct policy_key_parts parts;
        struct reader refs;
        uint8_t len = reader_u8(&r);
        const uint8_t *key = reader_take(&r, len);
        if (!key || policy_key_read(im->head.key, key, len, &parts) < 0 || !size_present(im, &parts) ||
            !find_entry(im, parts.hash, key, len, &refs))
            return -EBADMSG;
        if (refs.at != r.at) /* another entry of the same key */
            return -EBADMSG;
        uint64_t head;
        do {
            head = reader_varint(&r);
            reader_varint(&r);
            if (r.failed || head >> 1 >= im->rule_count)
                return -EBADMSG;
        } while (head & 1);
        names++;
    }
    return r.failed || (uint64_t)names != im->head.names ? -EBADMSG : names;
}

/* Of the references at r, which are used up; 0: they are damaged. */
static uint8_t scopes_of(const struct policy_image *im, struct reader *r)
{
    uint8_t scopes = 0;
    uint64_t head;
    do {
        head = reader_varint(r);
        reader_varint(r);
        if (r->failed || head >> 1 >= im->rule_count)
            return 0;
        scopes |= im->rules[head >> 1].scope;
    } while (head & 1);
    return scopes;
}

int policy_image_each_subject(const struct policy_image *im, policy_each_subject_fn *each, void *self)
{
    struct reader r = reader_of(im->map + im->head.entries.at, im->head.entries.len);
    int e = 0;
    while (e == 0 && r.left > 0) {
        struct policy_key_parts parts;
        uint8_t len = reader_u8(&r);
        const uint8_t *key = reader_take(&r, len);
        uint8_t scopes = key && policy_key_read(im->head.key, key, len, &parts) == 0 ? scopes_of(im, &r) : 0;
        if (scopes == 0)
            return -EBADMSG;
        struct policy_subject subject = {.trigger = parts.trigger, .name = &parts.name, .prefix = &parts.prefix};
        e = each(self, &subject, scopes);
    }
    return e;
}

uint8_t policy_image_scopes(const struct policy_image *im, const struct policy_subject *subject)
{
    uint8_t key[POLICY_KEY_MAX];
    struct reader refs;
    int len = policy_key_write(subject, key);
    if (len < 0)
        return 0;
    uint64_t hash = subject->trigger == DNS_TRIGGER_NAME ? policy_name_hash(im->head.key, subject->name)
                                                         : policy_marked_hash(im->head.key, key, (size_t)len);
    return find_entry(im, hash, key, (size_t)len, &refs) ? scopes_of(im, &refs) : 0;
}
