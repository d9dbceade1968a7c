/* The bytes of a policy image, shared by the one who builds it and the one who reads it; see docs/formats/policy-image.md.
 *
 * Little-endian, as mapped. Sections: entries, rules, data, lists, buckets; each starts 64-byte aligned.
 */
#ifndef HINOMI_ACT_POLICY_IMAGE_FORMAT_H
#define HINOMI_ACT_POLICY_IMAGE_FORMAT_H

#include "act/policy/image.h"
#include "act/policy/image_key.h"

_Static_assert(__BYTE_ORDER__ == __ORDER_LITTLE_ENDIAN__, "the image is mapped as it is");

#define POLICY_IMAGE_MAGIC 0x474d49494d4f4e48u /* "HNOMIIMG" */
#define POLICY_IMAGE_VERSION 4

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

/* Bit n: some prefix has n bits (0..128). */
struct policy_prefix_lengths {
    uint64_t bits[3];
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
    uint64_t ns_depths[2]; /* bit n: some name of a name server has n labels */
    struct policy_prefix_lengths client, address, ns_address;
    uint8_t pad[24];
};
_Static_assert(sizeof(struct policy_header) == 320, "part of the file format");

/* An entry: u8 length of the key, the key (image_key.h), then references, highest precedence first: varint
 * (rule << 1 | another follows), varint line. */

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

#endif
