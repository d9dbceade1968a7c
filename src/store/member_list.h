/* Lists of members and of groups of members: what a member's clients get besides, or without, what everybody gets.
 *
 * In the ledger's file, by its process and thread, and with its errors (store/ledger.h). Lists are known by their names, also ones that are not
 * there: they count from when they are.
 */
#ifndef HINOMI_STORE_MEMBER_LIST_H
#define HINOMI_STORE_MEMBER_LIST_H

#include "model/list.h"
#include "store/member.h"

enum {
    MEMBER_LISTS_MAX = 32,                                            /* of one owner */
    MEMBER_LISTS_ALL_MAX = (MEMBER_GROUPS_MAX + 1) * MEMBER_LISTS_MAX, /* with what its groups have */
};

enum member_list_owner { MEMBER_LIST_OF_MEMBER, MEMBER_LIST_OF_GROUP }; /* stored */

struct member_list {
    char name[LIST_NAME_MAX];
    bool without; /* not inherited */
};

/* In the order in which they are asked; how many. An owner that is not there has none. */
int member_list_get(struct ledger *l, enum member_list_owner kind, const char *owner, struct member_list ret_lists[MEMBER_LISTS_MAX]) must_check;
/* In the place of what there was. -EINVAL: a name that no list can have, or the same one twice. */
int member_list_put(struct ledger *l, enum member_list_owner kind, const char *owner, const struct member_list *lists, unsigned count) must_check;

/* What counts for the member: its own first, then those of its groups in their order; a list stands once. Its own word on a list goes
 * before that of its groups, and that of a group before that of the next. How many. */
int member_list_effective(struct ledger *l, const char *member, struct member_list ret_lists[MEMBER_LISTS_ALL_MAX]) must_check;

/* Groups of members, by name: those that members are in and those that have lists. */
typedef int member_group_each(void *self, const char *name, unsigned members);
int member_group_list(struct ledger *l, const char *after, unsigned max, member_group_each *each, void *self) must_check;

#endif
