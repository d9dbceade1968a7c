/* The keys of a policy image: octets that entries are found by, and their hashes.
 *
 * The key of a name is the name in wire form without the root. Every other key begins with POLICY_KEY_MARK and its
 * trigger, which no name does: then comes the name of a name server without the root, or a prefix as one octet with
 * its bits and sixteen with its address. Pure; any thread.
 */
#ifndef HINOMI_ACT_POLICY_IMAGE_KEY_H
#define HINOMI_ACT_POLICY_IMAGE_KEY_H

#include "base/addr.h"
#include "base/sip.h"
#include "model/observation.h"
#include "proto/dns/name.h"

/* What a rule is about: a name (the query's, or a name server's), or a prefix that an address lies in. */
struct policy_subject {
    uint8_t trigger;                  /* enum dns_trigger */
    const struct dns_name *name;      /* of the two triggers by name; borrowed */
    const struct addr_prefix *prefix; /* of the others; borrowed */
};

enum {
    POLICY_KEY_MARK = 0x80,
    POLICY_KEY_MAX = DNS_NAME_MAX, /* the mark takes the place of the root */
    POLICY_KEY_PREFIX_LEN = 2 + 16,
};

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

/* Of octets after a mark: no tree, so not label by label. */
static inline uint64_t policy_marked_hash(struct sip_key key, const uint8_t *octets, size_t len)
{
    return sip_hash(key, octets, len);
}

/* The key of a name server's name or one of its suffixes; `octets` has room for POLICY_KEY_MAX. Returns its length. */
static inline size_t policy_key_of_ns_name(const uint8_t *name_without_root, size_t len, uint8_t *octets)
{
    octets[0] = POLICY_KEY_MARK | DNS_TRIGGER_NS_NAME;
    memcpy(octets + 1, name_without_root, len);
    return len + 1;
}

/* The key of an address's first bits; `octets` has room for POLICY_KEY_PREFIX_LEN. Returns its length. */
static inline size_t policy_key_of_prefix(unsigned trigger, const struct addr *a, unsigned bits, uint8_t *octets)
{
    octets[0] = (uint8_t)(POLICY_KEY_MARK | trigger);
    octets[1] = (uint8_t)bits;
    memset(octets + 2, 0, 16);
    memcpy(octets + 2, a->bytes, bits / 8);
    if (bits % 8)
        octets[2 + bits / 8] = (uint8_t)(a->bytes[bits / 8] & (0xff00u >> bits % 8));
    return POLICY_KEY_PREFIX_LEN;
}

/* What a key is of. */
struct policy_key_parts {
    uint8_t trigger;
    struct dns_name name;      /* of the triggers by name */
    struct addr_prefix prefix; /* of the others */
    uint64_t hash;
};
/* -EBADMSG when the octets are no key. */
int policy_key_read(struct sip_key key, const uint8_t *octets, size_t len, struct policy_key_parts *ret_parts)
    must_check;
/* The key of a rule's subject; `octets` has room for POLICY_KEY_MAX. Returns its length; -EINVAL. */
int policy_key_write(const struct policy_subject *subject, uint8_t *octets) must_check;

#endif
