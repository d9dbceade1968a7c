/* The inside of a policy, shared by policy.c, which puts it together, and decide.c, which searches it. */
#ifndef HINOMI_ACT_POLICY_POLICY_IMPL_H
#define HINOMI_ACT_POLICY_POLICY_IMPL_H

#include "act/policy/policy.h"

/* An image with the number of policies that use it; only the control thread counts. */
struct shared_image {
    struct policy_image *image;
    unsigned uses;
};

/* The policy as one group has it. */
struct policy_view {
    bool plain[POLICY_LAYER_COUNT]; /* all lists, in their order: the orders need not be looked at */
    uint16_t first_response[POLICY_LAYER_COUNT]; /* the first list with triggers that look at answers */
    uint16_t first_address[POLICY_LAYER_COUNT];  /* the first with rules about addresses of answers */
    uint16_t first_ns[POLICY_LAYER_COUNT];       /* the first with triggers that look at name servers */
    uint16_t orders[POLICY_LAYER_COUNT][POLICY_LISTS_MAX];
};

struct policy {
    struct shared_image *layer[POLICY_LAYER_COUNT];
    const struct policy_groups *groups;
    uint64_t serial;
    struct policy_view views[]; /* by group */
};

#endif
