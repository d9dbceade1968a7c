/* The policy as a DNS worker asks for it: act/policy and act/dns_answer behind watch/dns's struct dns_policy. */
#ifndef HINOMI_APPS_DNS_POLICY_H
#define HINOMI_APPS_DNS_POLICY_H

#include "act/dns_answer/answer.h"
#include "act/dns_answer/block_with.h"
#include "act/policy/policy.h"
#include "watch/dns/server.h"

struct dns_policy_source {
    struct policy_slot slot;
    const struct policy_groups *groups; /* of every policy in the slot; NULL: none */
    bool has_tokens;
    struct block_with block_with; /* all zeros: blocked names do not exist */
    enum answer_wording wording;
};

/* Borrows the source. */
struct dns_policy dns_policy_of(struct dns_policy_source *source);

#endif
