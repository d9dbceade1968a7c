/* Builds the table of members in a thread: whose networks make which client group, and what lists they have, as the ledger's file says.
 *
 * As background_build.h; the thread reads the ledger's file by itself. One thread for the calls: the hub's loop.
 */
#ifndef HINOMI_APPS_POLICY_MEMBERS_H
#define HINOMI_APPS_POLICY_MEMBERS_H

#include "act/policy/member_table.h"

struct event_base;
struct policy_members;

/* Which of members' networks make groups of clients. */
enum member_groups { MEMBER_GROUPS_PROVED, MEMBER_GROUPS_ALL, MEMBER_GROUPS_NO, MEMBER_GROUPS_COUNT };

struct policy_members_options {
    struct event_base *loop;
    const char *ledger_path; /* copied */
    const char *file;        /* in the folder; a literal */
    int dir_fd;              /* borrowed */
    enum member_groups groups;
    void *self;
    uint64_t (*generation)(void *self); /* of the next build */
    /* The file is in place: 0; or an error, and the old file is. */
    void (*built)(void *self, int error, const struct member_table_stats *stats, uint64_t took_ms);
};

int policy_members_new(const struct policy_members_options *options, struct policy_members **ret_members) must_check;
/* Waits for a build that is under way. */
void policy_members_free(struct policy_members *m);
/* Members, their networks or their lists are others now. */
void policy_members_changed(struct policy_members *m);
/* Another configuration: builds anew if that is another word. */
void policy_members_set_groups(struct policy_members *m, enum member_groups groups);

#endif
