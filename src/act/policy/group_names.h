/* Which name and member a group's number in an observation stands for, across changes of the configuration.
 *
 * Observations carry dns_group_id of a name, or the number of a member. Those of groups that the configuration no longer has may still be on their
 * way, so former groups are kept until the room is needed: the one that was replaced first goes first. One thread.
 */
#ifndef HINOMI_ACT_POLICY_GROUP_NAMES_H
#define HINOMI_ACT_POLICY_GROUP_NAMES_H

#include "act/policy/groups.h"

enum { GROUP_NAMES_MAX = 2 * GROUPS_MAX }; /* the most that there are now, and as many former ones */

struct group_names;

struct group_label {
    const char *name, *member; /* valid until the next set of either; the member may be empty */
};

int group_names_new(struct group_names **ret_names) must_check;
void group_names_free(struct group_names *n);
/* The groups of another configuration are in force. */
void group_names_set(struct group_names *n, const struct group_settings *settings);
/* Another table of members is in force. Those that it no longer has are kept until their number is another's. */
void group_names_set_members(struct group_names *n, const struct member_table *table);
/* Empty texts for id 0; "#hhhhhhhh" as the name of one that is not known. */
struct group_label group_names_get(struct group_names *n, uint32_t id);

#endif
