/* What a subject is looked up by: a keyed hash of its kind and value, and a count of which shapes there are at all.
 *
 * Names are hashed label by label from the root, so that one pass gives the hashes of a name and of all names above it.
 * Internal to this folder. Plain values; counts change only with the set they belong to.
 */
#ifndef HINOMI_JUDGE_MATCH_KEY_H
#define HINOMI_JUDGE_MATCH_KEY_H

#include <stdbool.h>
#include <stdint.h>

#include "base/addr.h"
#include "base/attr.h"
#include "base/reader.h"
#include "base/sip.h"
#include "model/subject.h"

enum { MATCH_LABELS_MAX = 127, MATCH_NAME_MAX = 255 }; /* RFC 1035 2.3.4 */

/* Labels of a name, lower case, from the root: label 1 is the top-level domain. */
struct match_labels {
    unsigned count;
    uint8_t at[MATCH_LABELS_MAX];  /* of the label's octets in `octets`: at[count - depth] is label `depth` */
    uint8_t len[MATCH_LABELS_MAX];
    uint8_t octets[MATCH_NAME_MAX]; /* as on the wire, less the root; the octets of lengths are not set */
};

/* How many indicators there are of each shape; what is 0 is not looked for. */
struct match_keys {
    struct sip_key key;
    uint32_t below[MATCH_LABELS_MAX + 1]; /* domains by the number of their labels */
    uint32_t exact[MATCH_LABELS_MAX + 1]; /* hosts */
    uint32_t v4[33], v6[129];             /* addresses and prefixes by their length */
    uint32_t kinds[SUBJECT_KIND_COUNT];   /* values of other kinds */
    uint32_t names;
    unsigned deepest; /* labels of the deepest name */
};

struct match_key {
    uint64_t hash; /* the lowest bit: 1 for a domain, else 0 */
    enum subject_kind kind;
    unsigned depth; /* labels, or bits of a prefix */
    bool v4;
    unsigned v4_net; /* of IPv4: the first 24 bits */
};

/* -ENOTSUP for kinds that nothing observed has, -EINVAL for what is not in canonical form. */
int match_key_of_subject(const struct match_keys *keys, const struct subject *subject, struct match_key *ret_key) must_check;
/* One more (1) or one less (-1) of this shape. */
void match_keys_count(struct match_keys *keys, const struct match_key *key, int change);

/* Leaves the reader behind the name; -EBADMSG when it is none. Letters become lower case. */
int match_labels_of_wire(struct reader *r, struct match_labels *ret_labels) must_check;
/* "a.example", "." or -EINVAL. */
int match_labels_of_text(const char *text, struct match_labels *ret_labels) must_check;

/* Of the address' first `bits` bits after `first` (96 for IPv4, else 0). */
uint64_t match_prefix_hash(const struct match_keys *keys, const struct addr *a, unsigned first, unsigned bits);

static inline unsigned match_v4_net(const struct addr *a)
{
    return (unsigned)a->bytes[12] << 16 | (unsigned)a->bytes[13] << 8 | a->bytes[14];
}

enum { MATCH_CLASS_NAME = 256, MATCH_CLASS_V4 = 257, MATCH_CLASS_V6 = 258 }; /* below: subject kinds */

static inline struct sip match_name_begin(const struct match_keys *keys)
{
    struct sip s = sip_init(keys->key);
    sip_word(&s, MATCH_CLASS_NAME);
    return s;
}

static inline void match_name_add(struct sip *s, const struct match_labels *labels, unsigned depth)
{
    unsigned i = labels->count - depth;
    sip_bytes(s, labels->octets + labels->at[i], labels->len[i]);
}

static inline uint64_t match_name_end(struct sip s)
{
    return sip_finish(s) & ~(uint64_t)1;
}

#endif
