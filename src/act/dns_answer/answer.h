/* Builds the answers that need no resolution: blocked names, local data, refusals, errors.
 *
 * Pure; writes into the caller's buffer. `message` is the query as it came (its question is copied, letter case kept).
 * Each function returns the length of the answer, 0 when there is to be none.
 */
#ifndef HINOMI_ACT_DNS_ANSWER_ANSWER_H
#define HINOMI_ACT_DNS_ANSWER_ANSWER_H

#include "base/attr.h"
#include "model/decision.h"
#include "proto/dns/chain.h"
#include "proto/dns/query.h"

enum {
    ANSWER_BLOCKED_TTL_S = 60, /* how long a client may remember a block: a release is felt within a minute */
};

/* In which language the text of an extended error (RFC 8914 2: UTF-8, for people) names verdict and list. */
enum answer_wording { ANSWER_IN_ENGLISH, ANSWER_IN_JAPANESE, ANSWER_IN_BOTH };

/* "en", "ja", "both"; -EINVAL. */
int answer_wording_parse(const char *word, enum answer_wording *ret_wording) must_check;

/* An answer with a response code and nothing else. `ede` DNS_EDE_NONE for none; `text` may be NULL. Works for a query
 * whose question could not be read. */
size_t answer_error(const struct dns_query *q, const uint8_t *message, unsigned rcode, uint16_t ede, const char *text,
                    uint8_t *to, size_t max);

/* What the policy's decision says: NXDOMAIN, NODATA, local data; REFUSED never comes here, DROP gives 0, TRUNCATE an
 * empty answer with TC. Cites the verdict in an extended error when the client speaks EDNS and the decision has one. */
size_t answer_policy(const struct dns_query *q, const uint8_t *message, const struct dns_decision *d, uint8_t *to,
                     size_t max);

/* The same about a name that aliases lead to, which stand in front of it. Too long for the client: empty, with TC. */
size_t answer_policy_behind(const struct dns_query *q, const uint8_t *message, const struct dns_decision *d,
                            const struct dns_chain *chain, uint8_t *to, size_t max);

/* Is the decision's local data on `owner` an alias for a query of this type, whose target the client would have us
 * resolve? Then true, and its target and TTL. */
bool answer_policy_alias(const struct dns_query *q, const struct dns_name *owner, const struct dns_decision *d,
                         struct dns_name *ret_target, uint32_t *ret_ttl);
/* The aliases, and behind them the records and the response code of what they lead to. Cites the decision when it is local
 * data, which was an alias then. */
size_t answer_policy_followed(const struct dns_query *q, const uint8_t *message, const struct dns_decision *d,
                              const struct dns_chain *chain, const uint8_t *target_answer, size_t target_len, uint8_t *to,
                              size_t max);

/* The minimal answer to a query for ANY, RFC 8482 4.2. */
size_t answer_any(const struct dns_query *q, const uint8_t *message, uint8_t *to, size_t max);

#endif
