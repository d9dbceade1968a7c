/* Makes the policy of a node from the ledger: the layer by hand at once, the layer of lists aside in a thread; and has the
 * dns role put each in force.
 *
 * An image is built beside the old one, renamed over it, and then announced; the dns role answers when it is in force.
 * Callbacks say so, or why not. One thread: the hub's loop; the builder thread touches only files and its own job.
 */
#ifndef HINOMI_APPS_POLICY_MANAGER_H
#define HINOMI_APPS_POLICY_MANAGER_H

#include "act/policy/compile.h"
#include "act/policy/policy.h"
#include "apps/policy/list_examiner.h"
#include "apps/policy/policy_lists.h"
#include "apps/policy/policy_members.h"
#include "store/ledger.h"

struct event_base;
struct policy_manager;

/* error: NULL when it is in force; else a text. */
typedef void policy_done_fn(void *self, const char *error);

struct policy_manager_options {
    struct event_base *loop;
    struct ledger *ledger;
    int data_fd; /* the node's data folder; borrowed */
    const char *ledger_path; /* for the thread that reads indicators; copied */
    const struct group_settings *groups; /* copied */
    enum member_groups member_groups;
    uint32_t may_allow; /* bits of enum claim: what members may let through although it is believed */
    void (*members_built)(void *self, const struct member_table *table); /* before the resolver hears of it */
    void (*protection_changed)(void *self); /* other never-block lists are in force */
    void *self;
    const struct policy_protect_file *protect_files; /* as policy_manager_set_protect_files */
    unsigned protect_count;
};

/* Loads or makes the node's key and the images; builds what is missing. */
int policy_manager_new(const struct policy_manager_options *options, struct policy_manager **ret_manager) must_check;
void policy_manager_free(struct policy_manager *m);
/* A new channel to the dns role; takes the descriptor. */
int policy_manager_connect(struct policy_manager *m, int fd) must_check;

/* The ledger's verdicts by hand have changed. done may be NULL; otherwise it is called once. */
void policy_manager_hand_changed(struct policy_manager *m, policy_done_fn *done, void *self);
/* The lists have changed. */
void policy_manager_lists_changed(struct policy_manager *m, policy_done_fn *done, void *self);

/* What is believed has changed, as far as the resolver is concerned. */
void policy_manager_belief_changed(struct policy_manager *m);

/* What members may let through, from the next build of beliefs on, which begins when it is another. */
void policy_manager_set_may_allow(struct policy_manager *m, uint32_t claims);

/* Those of the configuration, in the place of what was set before; in force with the next build of the lists. */
void policy_manager_set_protect_files(struct policy_manager *m, const struct policy_protect_file *files, unsigned count);
/* Of the last build; NULL: none. Valid until the loop runs on. */
const struct protection *policy_manager_protection(const struct policy_manager *m);
/* Are lists being read and built? */
bool policy_manager_is_building(const struct policy_manager *m);
/* Are there never-block lists? */
bool policy_manager_is_protecting(const struct policy_manager *m);

/* As list_examiner_take. */
int policy_manager_examine(struct policy_manager *m, int fd, const struct list_reading *reading,
                           list_examined_fn *done, void *self) must_check;

/* What is needed to hold one list against the policy in force, aside: the policy as it is now, and what that list is compiled from, alone and
 * with the never-block lists. The policy is the loop's; a thread may compile the lists. */
struct policy_aside {
    struct policy *now;
    struct policy_groups *groups; /* of `now` */
    struct list_sources lists;
    struct sip_key key;
    int folder; /* borrowed: where images are built */
};
/* Takes the descriptor over, of the list's edition. Errors of the ledger, -ENOMEM. policy_aside_close in any case. */
int policy_manager_aside(struct policy_manager *m, const struct list_record *r, int fd, struct policy_aside *ret_aside) must_check;
void policy_aside_close(struct policy_aside *a);

/* Other client groups are configured. */
int policy_manager_set_groups(struct policy_manager *m, const struct group_settings *settings) must_check;

/* Members, their networks or lists are others now. */
void policy_manager_members_changed(struct policy_manager *m);
void policy_manager_set_member_groups(struct policy_manager *m, enum member_groups groups);

/* The policy as the hub sees it, to explain decisions; never NULL. Valid until the loop runs on. */
const struct policy *policy_manager_policy(const struct policy_manager *m);

struct policy_manager_status {
    bool dns_connected, building;
    uint64_t names[POLICY_LAYER_COUNT], generation[POLICY_PARTS];
    uint64_t in_force[POLICY_PARTS]; /* as the dns role last said */
    uint64_t build_ms;               /* the last build of the lists */
    struct member_table_stats members; /* of the last build of the table of members */
    uint64_t members_ms;
};
void policy_manager_status_get(const struct policy_manager *m, struct policy_manager_status *ret_status);

#endif
