/* What a client gets for a name that is blocked: that there is no such name, no data, or addresses where a page says why.
 *
 * A rule that says something else than "no such name" (no data, local data, silence) keeps its own. Pure values, any thread.
 */
#ifndef HINOMI_ACT_DNS_ANSWER_BLOCK_WITH_H
#define HINOMI_ACT_DNS_ANSWER_BLOCK_WITH_H

#include "base/addr.h"
#include "base/attr.h"
#include "model/decision.h"

enum block_with_kind { BLOCK_WITH_NXDOMAIN, BLOCK_WITH_NODATA, BLOCK_WITH_ADDRESSES };

enum {
    BLOCK_WITH_ADDRESSES_MAX = 4,
    BLOCK_WITH_RECORD_MAX = 8 + 16, /* type, TTL, length, an IPv6 address */
};

/* All zeros: no such name. Compared as octets. */
struct block_with {
    enum block_with_kind kind;
    uint32_t data_len;
    uint8_t data[BLOCK_WITH_ADDRESSES_MAX * BLOCK_WITH_RECORD_MAX]; /* local data, in the form of a decision's */
};

/* "nxdomain", "nodata", or addresses with blanks or commas between. -EINVAL, -E2BIG: more than BLOCK_WITH_ADDRESSES_MAX. */
int block_with_parse(const char *text, struct block_with *ret_block) must_check;

/* The decision as it is to be answered: `d` itself, or *room, which then borrows from `b`. */
const struct dns_decision *block_with_apply(const struct block_with *b, const struct dns_decision *d, struct dns_decision *room);

#endif
