/* Finds which of millions of active indicators an observation is about.
 *
 * A set of keyed 64-bit hashes, each with the number of an indicator, in buckets of one cache line; no names or values are
 * kept, 16 to 20 octets an indicator. A match is therefore a candidate: the caller holds it against its store. By chance a
 * look-up of something that is not in a set of n indicators matches with n / 2^63: at 10 million and 5 million look-ups a
 * second, once in two days. Nobody without the key can make it happen.
 *
 * What an indicator matches follows from its subject (model/subject.h):
 *
 *     domain       the name and everything below it
 *     host         that name alone
 *     address      that address
 *     prefix       every address in it; IPv4 and IPv6 are apart: ::/0 has no IPv4 address
 *     url, hashes, certificate, email, ja3, ja4    the same canonical value of the same kind
 *
 * Several indicators may have one subject; each is told. Depths of names, lengths of prefixes and kinds of values that no
 * indicator has are not looked for.
 *
 * Threads: one writer; nobody may look while it writes. Look-ups change nothing, any number of threads may look at once.
 * Only insertion allocates.
 */
#ifndef HINOMI_JUDGE_MATCH_MATCH_H
#define HINOMI_JUDGE_MATCH_MATCH_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/addr.h"
#include "base/attr.h"
#include "base/sip.h"
#include "model/answer_record.h"
#include "model/observation.h"
#include "model/subject.h"

enum { MATCH_SET_MAX = 1 << 28 }; /* indicators: 4.3 GB; the task is 10 million */

struct match_set;

/* What of the item matched. */
enum match_what {
    MATCH_NAME,   /* the name asked for, or a name above it */
    MATCH_CLIENT, /* the client's address */
    MATCH_DATA,   /* an address or a name in the data of a record */
    MATCH_VALUE,  /* a value given by its kind */
};

struct match_hit {
    uint32_t item; /* index of the observation, record or value in the batch; 0 for a single look-up */
    uint32_t indicator;
    uint8_t what;  /* enum match_what */
    uint8_t depth; /* labels of the name that matched, or bits of the prefix (IPv4: 0..32); else 0 */
};

/* Gets each hit, in the order of items. May not change the set. */
typedef void match_hit_fn(void *context, const struct match_hit *hit);

/* Room for `expected` indicators at once, so that it need not grow up to there. NULL: out of memory, or too many. */
struct match_set *match_set_new(struct sip_key key, size_t expected);
void match_set_free(struct match_set *m);

/* 0; -EEXIST: the same pair is there; -ENOTSUP: nothing observed is of that kind; -EINVAL: not a canonical subject;
 * -E2BIG past MATCH_SET_MAX; -ENOMEM. While it grows, old and new table are both there: 1.8 times the memory after. */
int match_set_insert(struct match_set *m, const struct subject *subject, uint32_t indicator) must_check;
/* -ENOENT when the pair is not there; -ENOTSUP, -EINVAL as above. Memory stays for what comes next. */
int match_set_remove(struct match_set *m, const struct subject *subject, uint32_t indicator) must_check;
size_t match_set_count(const struct match_set *m);
size_t match_set_bytes(const struct match_set *m);

/* Each returns the number of hits given to `hit`. */

/* A name in wire form, lower case, uncompressed; what is not one whole name has no hits. */
size_t match_find_name(const struct match_set *m, const uint8_t *wire, size_t len, match_hit_fn *hit, void *context);
size_t match_find_address(const struct match_set *m, const struct addr *address, match_hit_fn *hit, void *context);
/* A value in its canonical form. Names and addresses too, as what they are: a domain is found by itself and by those above. */
size_t match_find_value(const struct match_set *m, const struct subject *value, match_hit_fn *hit, void *context);

/* The same for many, with the memory asked for before it is looked at: names and clients of observations, owners and data
 * (A, AAAA, CNAME, NS, PTR, DNAME, MX, SRV, SVCB, HTTPS) of
 * records. Address hints of SVCB and HTTPS are not looked at: clients must not rely on them alone (RFC 9460 7.3). */
size_t match_observations(const struct match_set *m, const struct dns_observation *observations, size_t n, match_hit_fn *hit,
                          void *context);
size_t match_records(const struct match_set *m, const struct answer_record *records, size_t n, match_hit_fn *hit, void *context);

#endif
