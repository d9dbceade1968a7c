/* The inside of a policy, shared by policy.c, which puts it together, and decide.c, which searches it. */
#ifndef HINOMI_ACT_POLICY_POLICY_IMPL_H
#define HINOMI_ACT_POLICY_POLICY_IMPL_H

#include "act/policy/policy.h"

/* Which lists of a layer are for a member, by their indexes + 1; 0: none. */
struct member_lists {
    uint16_t member, centre, own;
};

/* An image with the number of policies that use it; only the control thread counts. */
struct shared_image {
    struct policy_image *image;
    unsigned uses;
    struct member_lists *members; /* sorted by member */
    unsigned member_count;
};

struct shared_members {
    struct member_table *table;
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
    struct shared_members *members; /* NULL: none */
    uint64_t serial;
    uint16_t member_of_group[GROUPS_MAX + 1]; /* whose a group of the configuration is; 0: nobody's in the table */
    struct policy_view views[]; /* by group; behind those of the configuration, by set of lists of members */
};

/* The view of whoever is in the group. */
const struct policy_view *policy_view_of(const struct policy *p, unsigned group);
/* The member that the group is of; 0: none. */
unsigned policy_member_of(const struct policy *p, unsigned group);
/* The lists of the layer that are for that member alone. */
struct member_lists policy_member_lists(const struct policy *p, unsigned layer, unsigned member);

#endif
