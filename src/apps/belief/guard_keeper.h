/* Says why a subject must not be blocked without a person having looked: warning lists, never-block lists, what is popular, one's own, shared.
 *
 * Lists are read in small steps between other events. Until those of the present configuration are read nothing may be reckoned
 * (guard_keeper_is_ready), so that nothing is blocked that they would hold back. A list that is configured and cannot be read holds
 * everything back: better asked about than blocked in spite of it. One thread: the hub's.
 */
#ifndef HINOMI_APPS_GUARD_KEEPER_H
#define HINOMI_APPS_GUARD_KEEPER_H

#include "apps/config/config.h"
#include "apps/policy/policy_manager.h"
#include "apps/belief/warning_lists.h"
#include "store/ledger.h"

struct event_base;
struct guard_keeper;

struct guard_keeper_options {
    struct event_base *loop;
    struct policy_manager *policy;
    struct ledger *ledger; /* members, whose names and networks are one's own too */
    void *self;
    void (*changed)(void *self); /* what the guards say may be another now */
};

/* `config`: borrowed until guard_keeper_configure gives another. Its files: guard_keeper_take_files. */
int guard_keeper_new(const struct guard_keeper_options *options, const struct config *config, struct guard_keeper **ret_keeper) must_check;
void guard_keeper_free(struct guard_keeper *k);
/* Another configuration; its files follow. */
void guard_keeper_configure(struct guard_keeper *k, const struct config *config);
/* Takes the descriptors, by enum config_guard_list; -1: none, or it cannot be opened. */
void guard_keeper_take_files(struct guard_keeper *k, const int fds[CONFIG_GUARD_LISTS]);

/* Members have changed; at the start they are looked at by itself. */
void guard_keeper_members_changed(struct guard_keeper *k);

/* enum indicator_guard, or-ed. */
unsigned guard_keeper_guards(const struct guard_keeper *k, const struct subject *s);
bool guard_keeper_is_ready(struct guard_keeper *k);
/* NULL: none are configured. */
const struct warning_lists *guard_keeper_warnings(const struct guard_keeper *k);

#endif
