/* The bytes of a policy image, shared by the one who builds it and the one who reads it; see docs/formats/policy-image.md.
 *
 * Little-endian, as mapped. Sections: entries, rules, data, lists, buckets; each starts 64-byte aligned.
 */
#ifndef HINOMI_ACT_POLICY_IMAGE_FORMAT_H
#define HINOMI_ACT_POLICY_IMAGE_FORMAT_H

#include "act/policy/image.h"

_Static_assert(__BYTE_ORDER__ == __ORDER_LITTLE_ENDIAN__, "the image is mapped as it is");

#define POLICY_IMAGE_MAGIC 0x474d49494d4f4e48u /* "HNOMIIMG" */
#define POLICY_IMAGE_VERSION 1

enum {
    POLICY_BUCKET_SLOTS = 14,
    POLICY_BUCKET_LOAD = 8, /* names a bucket on average: 8 octets of index a name, 2 % of buckets overflow */
    POLICY_CHECKSUM_LEN = 32,
};

/* One cache line: tags to reject by, places of the entries that remain. */
struct policy_bucket {
    uint16_t tag[POLICY_BUCKET_SLOTS]; /* 0: free */
    uint16_t at[POLICY_BUCKET_SLOTS];  /* offset from base */
    uint32_t base;                     /* in the entries section */
    uint8_t overflows;                 /* some names of this bucket stand in the next */
    uint8_t pad[3];
};
_Static_assert(sizeof(struct policy_bucket) == 64, "one cache line");

struct policy_section {
    uint64_t at, len;
};

struct policy_header {
    uint64_t magic;
    uint32_t version, header_len;
    uint64_t file_len, generation;
    int64_t built_us;
    struct sip_key key;
    uint64_t names;
    uint64_t buckets;      /* that names hash to; overflow buckets follow them */
    uint64_t buckets_all;  /* with the overflow buckets */
    uint64_t depths[2];    /* bit n: some name has n labels */
    struct policy_section entries, rules, data, lists, bucket_section;
    uint8_t checksum[POLICY_CHECKSUM_LEN]; /* BLAKE2b-256 of the file with these octets zero */
    uint8_t pad[48];
};
_Static_assert(sizeof(struct policy_header) == 256, "part of the file format");

/* An entry: u8 length of the name without the root, the name's octets, then references, highest precedence first:
 * varint (rule << 1 | another follows), varint line. */

static inline uint16_t policy_tag(uint64_t hash)
{
    uint16_t tag = (uint16_t)hash;
    return tag ? tag : 1;
}

/* Monotonic in the hash, so that names sorted by hash are sorted by bucket whatever the number of buckets. */
static inline uint64_t policy_bucket_of(uint64_t hash, uint64_t buckets)
{
    return (uint64_t)(((unsigned __int128)hash * buckets) >> 64);
}

/* Absorbs one label (length octet, then octets) as words, the last with the length in its top octet. The label's
 * octets must be followed by seven readable ones. */
static inline void policy_absorb_label(struct sip *s, const uint8_t *label)
{
    unsigned n = label[0];
    const uint8_t *p = label + 1;
    for (; n >= 8; n -= 8, p += 8) {
        uint64_t word;
        memcpy(&word, p, 8);
        sip_word(s, word);
    }
    uint64_t word;
    memcpy(&word, p, 8);
    word &= ((uint64_t)1 << (8 * n)) - 1;
    sip_word(s, word | (uint64_t)label[0] << 56);
}

static inline uint64_t policy_name_hash(struct sip_key key, const struct dns_name *name)
{
    struct sip s = sip_init(key);
    for (unsigned i = name->labels; i-- > 0;)
        policy_absorb_label(&s, name->wire + name->at[i]);
    return sip_finish(s);
}

#endif
