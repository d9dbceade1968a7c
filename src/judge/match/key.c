/* Makes the keys of subjects, names and prefixes. */
#include "judge/match/key.h"

#include <errno.h>
#include <string.h>

static uint8_t lower(uint8_t c)
{
    return c >= 'A' && c <= 'Z' ? (uint8_t)(c + ('a' - 'A')) : c;
}

static void add_label(struct match_labels *l, size_t at, const uint8_t *octets, size_t len)
{
    l->at[l->count] = (uint8_t)at;
    l->len[l->count] = (uint8_t)len;
    l->count++;
    for (size_t i = 0; i < len; i++)
        l->octets[at + i] = lower(octets[i]);
}

int match_labels_of_wire(struct reader *r, struct match_labels *ret_labels)
{
    enum { LABEL_MAX = 63 };
    size_t at = 0;
    ret_labels->count = 0;
    for (;;) {
        size_t len = reader_u8(r);
        const uint8_t *octets = reader_take(r, len);
        if (!octets || len > LABEL_MAX || at + 1 + len > MATCH_NAME_MAX)
            return -EBADMSG;
        if (len == 0)
            return 0;
        add_label(ret_labels, at + 1, octets, len); /* at most 127 of these fit */
        at += 1 + len;
        if (at >= MATCH_NAME_MAX)
            return -EBADMSG; /* no room for the root */
    }
}

int match_labels_of_text(const char *text, struct match_labels *ret_labels)
{
    enum { LABEL_MAX = 63 };
    size_t at = 0;
    ret_labels->count = 0;
    if (strcmp(text, ".") == 0)
        return 0;
    for (;;) {
        size_t len = strcspn(text, ".");
        if (len == 0 || len > LABEL_MAX || at + 1 + len >= MATCH_NAME_MAX)
            return -EINVAL;
        add_label(ret_labels, at + 1, (const uint8_t *)text, len);
        at += 1 + len;
        text += len;
        if (*text == '\0')
            return 0;
        text++;
    }
}

static uint64_t hash_of_value(const struct match_keys *keys, enum subject_kind kind, const char *value)
{
    struct sip s = sip_init(keys->key);
    sip_word(&s, (uint64_t)kind);
    sip_bytes(&s, (const uint8_t *)value, strlen(value));
    return sip_finish(s) & ~(uint64_t)1;
}

uint64_t match_prefix_hash(const struct match_keys *keys, const struct addr *a, unsigned first, unsigned bits)
{
    uint64_t high = 0, low = 0;
    for (unsigned i = 0; i < 8; i++) {
        high = high << 8 | a->bytes[i];
        low = low << 8 | a->bytes[8 + i];
    }
    unsigned length = first + bits;
    high &= length == 0 ? 0 : length >= 64 ? ~(uint64_t)0 : ~(uint64_t)0 << (64 - length);
    low &= length <= 64 ? 0 : ~(uint64_t)0 << (128 - length);
    struct sip s = sip_init(keys->key);
    sip_word(&s, (uint64_t)(first ? MATCH_CLASS_V4 : MATCH_CLASS_V6) | (uint64_t)bits << 32);
    if (!first)
        sip_word(&s, high);
    sip_word(&s, low);
    return sip_finish(s) & ~(uint64_t)1;
}

static int key_of_prefix(const struct match_keys *keys, const struct subject *subject, struct match_key *ret_key)
{
    struct addr_prefix p;
    if (addr_prefix_parse(subject->value, &p) < 0)
        return -EINVAL;
    ret_key->v4 = addr_is_v4(&p.addr) && p.bits >= 96;
    unsigned first = ret_key->v4 ? 96 : 0;
    ret_key->depth = p.bits - first;
    ret_key->v4_net = match_v4_net(&p.addr);
    ret_key->hash = match_prefix_hash(keys, &p.addr, first, ret_key->depth);
    return 0;
}

static int key_of_name(const struct match_keys *keys, const struct subject *subject, struct match_key *ret_key)
{
    struct match_labels labels;
    int e = match_labels_of_text(subject->value, &labels);
    if (e < 0)
        return e;
    struct sip s = match_name_begin(keys);
    for (unsigned depth = 1; depth <= labels.count; depth++)
        match_name_add(&s, &labels, depth);
    ret_key->depth = labels.count;
    ret_key->hash = match_name_end(s) | (subject->kind == SUBJECT_DOMAIN);
    return 0;
}

int match_key_of_subject(const struct match_keys *keys, const struct subject *subject, struct match_key *ret_key)
{
    *ret_key = (struct match_key){.kind = subject->kind};
    switch (subject->kind) {
    case SUBJECT_DOMAIN:
    case SUBJECT_HOST:
        return key_of_name(keys, subject, ret_key);
    case SUBJECT_ADDRESS:
    case SUBJECT_PREFIX:
        return key_of_prefix(keys, subject, ret_key);
    case SUBJECT_URL:
    case SUBJECT_MD5:
    case SUBJECT_SHA1:
    case SUBJECT_SHA256:
    case SUBJECT_SHA512:
    case SUBJECT_CERTIFICATE:
    case SUBJECT_EMAIL:
    case SUBJECT_JA3:
    case SUBJECT_JA4:
        if (subject->value[0] == '\0')
            return -EINVAL;
        ret_key->hash = hash_of_value(keys, subject->kind, subject->value);
        return 0;
    case SUBJECT_AS:
    case SUBJECT_ASSET:
    case SUBJECT_SOFTWARE:
    case SUBJECT_LIST:
    case SUBJECT_KIND_COUNT:
        break;
    }
    return -ENOTSUP;
}

void match_keys_count(struct match_keys *keys, const struct match_key *key, int change)
{
    uint32_t *count = &keys->kinds[key->kind];
    bool name = key->kind == SUBJECT_DOMAIN || key->kind == SUBJECT_HOST;
    if (name) {
        count = &(key->kind == SUBJECT_DOMAIN ? keys->below : keys->exact)[key->depth];
        keys->names += (uint32_t)change;
    } else if (key->kind == SUBJECT_ADDRESS || key->kind == SUBJECT_PREFIX) {
        count = &(key->v4 ? keys->v4 : keys->v6)[key->depth];
    }
    *count += (uint32_t)change;
    if (name && change > 0 && key->depth > keys->deepest)
        keys->deepest = key->depth;
    while (keys->deepest > 0 && keys->below[keys->deepest] == 0 && keys->exact[keys->deepest] == 0)
        keys->deepest--;
}
