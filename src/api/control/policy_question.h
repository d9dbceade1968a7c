/* What the policy in force says of a subject that a person names, for a client or a group. One thread, the hub's loop. */
#ifndef HINOMI_API_POLICY_QUESTION_H
#define HINOMI_API_POLICY_QUESTION_H

#include "act/policy/policy.h"

/* -ENOMEM. What is decided borrows from the policy. */
int policy_question_decide(const struct policy *policy, const struct policy_subject_text *subject, const struct dns_asker *asker,
                           struct dns_decision *ret_decision) must_check;
/* Would the client be kept from it? */
bool policy_question_is_block(const struct dns_decision *d);

#endif
