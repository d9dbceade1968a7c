/* What two policies decide otherwise: each name and prefix that one of them knows is held against both.
 *
 * Memory is bounded by what the images already take; each subject is told once. Names below a rule are not told one by one: a name
 * stands for all below it, unless another rule is about them. Rules about clients and name servers are not compared, since what
 * they hold for is not in the policy; they are counted. One thread, which owns both policies for the call.
 */
#ifndef HINOMI_ACT_POLICY_DIFFERENCE_H
#define HINOMI_ACT_POLICY_DIFFERENCE_H

#include "act/policy/policy.h"

struct policy_flip {
    const struct policy_subject *subject; /* borrowed for the call */
    uint8_t scope;                        /* POLICY_SCOPE_*: of a name, is it decided otherwise, or what stands below it, or both? */
    bool blocks;                          /* by the second policy; by the first it is the opposite */
    const struct dns_decision *before, *after;
};

struct policy_difference {
    uint64_t looked_at;    /* names and prefixes */
    uint64_t blocked;      /* flips: by the second policy alone */
    uint64_t released;     /* flips: blocked by the first alone */
    uint64_t not_compared; /* rules about clients and name servers that only one of them has */
};

/* What is below 0 stops and is returned. */
typedef int policy_flip_fn(void *self, const struct policy_flip *flip);
/* Both with the same key and the same layer by hand. group: whose view, 0 for whoever is in none. -EBADMSG when an image is damaged. */
int policy_difference(const struct policy *before, const struct policy *after, uint16_t group, int64_t now_us, policy_flip_fn *each,
                      void *self, struct policy_difference *ret_difference) must_check;

/* Does the client not get what the name's owner publishes? action: enum dns_action. */
bool policy_action_blocks(unsigned action);
/* As the policy decides on the name alone; `decision` borrows from the policy. */
void policy_decide_name(const struct policy *p, const struct dns_name *name, uint16_t group, int64_t now_us, struct dns_decision *ret_decision);

#endif
