/* The policy in force: layers of images behind one pointer, swapped while workers go on answering. The folder's public face.
 *
 * The layer made by hand comes first and is small, so that a block by hand acts within milliseconds whatever the size of
 * the lists. A worker holds the policy for one batch (policy_hold, policy_release); the control thread swaps and then
 * frees the old one when no worker holds it any more (policy_slot_reclaim, called again until it says so).
 */
#ifndef HINOMI_ACT_POLICY_POLICY_H
#define HINOMI_ACT_POLICY_POLICY_H

#include <stdatomic.h>

#include "act/policy/compile.h"
#include "act/policy/groups.h"
#include "act/policy/subject.h"

/* In the order in which they are asked: what people say comes before lists, and what is reckoned from the statements of others after
 * both, so that a list may let through what is merely believed. */
enum policy_layer { POLICY_LAYER_HAND, POLICY_LAYER_LISTS, POLICY_LAYER_BELIEF, POLICY_LAYER_COUNT };
/* All that is built as a file and put in force while the resolver runs: the layers, and the table of members. */
enum { POLICY_PART_MEMBERS = POLICY_LAYER_COUNT, POLICY_PARTS };

/* Immutable once in a slot. Images may be shared by two successive policies: they are counted. */
struct policy;

/* Takes over the images (each may be NULL: an empty layer). groups: borrowed, outlives it; NULL: none. NULL when out of
 * memory: the images stay the caller's. */
struct policy *policy_new(struct policy_image *hand, struct policy_image *lists, struct policy_image *belief,
                          const struct policy_groups *groups);
/* A policy with one layer replaced, the other shared with `old`. */
struct policy *policy_with_layer(const struct policy *old, enum policy_layer layer, struct policy_image *image);
/* A policy with other groups, its images shared with `old`. */
struct policy *policy_with_groups(const struct policy *old, const struct policy_groups *groups);
/* A policy with another table of members, all else shared with `old`. Takes over the table; NULL: out of memory, and it is the caller's. */
struct policy *policy_with_members(const struct policy *old, struct member_table *table);
void policy_free(struct policy *p);
const struct policy_image *policy_layer(const struct policy *p, enum policy_layer layer);
const struct policy_groups *policy_groups_get(const struct policy *p);
const struct member_table *policy_members(const struct policy *p); /* NULL: none */

/* Groups as askers have them: of the configuration from 1 on; behind them those that members' networks make, by the member's number, so that
 * a number means the same under the next policy. */
enum { POLICY_GROUP_OF_MEMBERS = GROUPS_MAX, POLICY_GROUP_TEXT_MAX = 72 };
_Static_assert(POLICY_GROUP_OF_MEMBERS + MEMBER_TABLE_NUMBER_MAX <= UINT16_MAX, "all fit");
#define POLICY_MEMBER_GROUP "member:" /* before the member's name: no group of the configuration can be called so */

/* The group of a client by its address: what the configuration says goes before what members own. 0: none. */
uint16_t policy_group_of(const struct policy *p, const struct addr *client);
/* As observations have it: needs no policy for groups of members, so that one that is gone is still told apart. */
uint32_t policy_observed_group(const struct policy_groups *g, unsigned group);
/* "school", "member:hospital"; empty for 0. */
const char *policy_group_text(const struct policy *p, unsigned group, char text[POLICY_GROUP_TEXT_MAX]);
/* The same backwards. -ENOENT. */
int policy_find_group(const struct policy *p, const char *text);
/* The member that the group's clients are of; empty: nobody's. */
const char *policy_member_of_group(const struct policy *p, unsigned group);
/* Does that list of a layer count for the group? */
bool policy_list_counts(const struct policy *p, enum policy_layer layer, unsigned group, const struct policy_list *list);
/* Another number for every policy of this process, so that what was found out under one can be remembered; never 0. */
uint64_t policy_serial(const struct policy *p);

struct policy_probes {
    struct policy_probe layer[POLICY_LAYER_COUNT];
};
void policy_prepare(const struct policy *p, const struct dns_name *name, struct policy_probes *ret_probes);
/* What is known from the query alone. Action DNS_ACTION_NONE when no rule matches. Unless `final`, rules of lists that come
 * before may match the answer: resolve, then policy_examine. */
void policy_decide(const struct policy *p, const struct policy_probes *probes, const struct dns_name *name,
                   const struct dns_asker *asker, int64_t now_us, struct dns_decision *ret_decision);

/* What is known of an address that stands in an answer. */
void policy_decide_address(const struct policy *p, const struct addr *address, const struct dns_asker *asker,
                           int64_t now_us, struct dns_decision *ret_decision);
/* Looks at an answer: the names of its CNAME chain, its addresses (also the hints of SVCB and HTTPS), the zone's name
 * servers (NULL: not known). Replaces the query's decision when a rule comes before it: of the names of a chain the first
 * that has a rule, and for one name the first list. */
void policy_examine(const struct policy *p, const struct dns_asker *asker, int64_t now_us, const uint8_t *message,
                    size_t len, const struct dns_name_servers *servers, struct dns_decision *decision);
/* Could any rule, of any list and at any time, match the answer? If not, no client's decision changes by it. Without the
 * servers a rule about them could. */
bool policy_touches(const struct policy *p, const uint8_t *message, size_t len,
                    const struct dns_name_servers *servers);
/* Are there rules about names, so that one may hold for a name that an alias leads to? */
bool policy_has_names(const struct policy *p);
/* Are there rules about name servers that would come before this decision? */
bool policy_wants_name_servers(const struct policy *p, const struct dns_asker *asker,
                               const struct dns_decision *decision);
/* Would a decision on a name and its name servers (policy_examine) stand whatever the answer held? all: every server was known;
 * else one that is not may have a rule that comes before. */
bool policy_stands(const struct policy *p, const struct dns_asker *asker, const struct dns_decision *decision, bool all);

enum { POLICY_WORKERS_MAX = 64 };

struct policy_slot {
    _Atomic(struct policy *) current;
    _Atomic(struct policy *) held[POLICY_WORKERS_MAX]; /* by worker; NULL between batches */
    struct policy *retired;                            /* control thread only */
};

void policy_slot_init(struct policy_slot *slot, struct policy *first);
void policy_slot_done(struct policy_slot *slot);
/* Worker: the policy for this batch. Never NULL, never freed before policy_release. */
const struct policy *policy_hold(struct policy_slot *slot, unsigned worker);
void policy_release(struct policy_slot *slot, unsigned worker);
/* Control thread: puts a new policy in force. -EBUSY while an older one is still held: reclaim first. */
int policy_slot_swap(struct policy_slot *slot, struct policy *next) must_check;
/* Control thread: frees the retired policy if nobody holds it. True when none is left. */
bool policy_slot_reclaim(struct policy_slot *slot);

#endif
