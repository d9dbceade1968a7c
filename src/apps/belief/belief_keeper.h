/* Keeps the table of indicators true: follows the ledger entry by entry, and reckons again what time has changed.
 *
 * How far it has come is in the same transaction as what it found, so a hub that is killed goes on where it was. Work is done in small
 * steps between other events of the loop. One thread: the hub's.
 */
#ifndef HINOMI_APPS_BELIEF_KEEPER_H
#define HINOMI_APPS_BELIEF_KEEPER_H

#include "api/belief.h"
#include "apps/config/config.h"
#include "store/indicator.h"

struct event_base;
struct belief_keeper;

struct belief_keeper_options {
    struct event_base *loop;
    struct ledger *ledger;
    void *self;
    unsigned (*guards)(void *self, const struct subject *subject); /* enum indicator_guard, or-ed */
    /* Can the guards be asked yet? Until then nothing is reckoned, so that nothing is blocked that they would hold back. */
    bool (*ready)(void *self);
    /* An indicator was made (was_known false) or reckoned again; after it is on disk. May not append. */
    void (*changed)(void *self, uint32_t id, const struct indicator *was, bool was_known, const struct indicator *now);
    /* All calls of one step have been made. */
    void (*settled)(void *self);
};

/* Begins with what the ledger has and the table has not. */
int belief_keeper_new(const struct belief_keeper_options *options, const struct config *config, struct belief_keeper **ret_keeper) must_check;
void belief_keeper_free(struct belief_keeper *k);
/* Thresholds, sources that the operator answers for may be others: what they bear on is reckoned again, in small steps. */
void belief_keeper_configure(struct belief_keeper *k, const struct config *config);
/* The room to gather and fold in, between two events of the loop. */
struct belief *belief_keeper_belief(struct belief_keeper *k);
/* Guards may be others now: what they say of indicators that act is looked at again. */
void belief_keeper_guards_changed(struct belief_keeper *k);
/* The indicator is to be reckoned again: it was met, say. */
void belief_keeper_recheck(struct belief_keeper *k, uint32_t id);

struct belief_keeper_status {
    uint64_t entries_behind; /* of the ledger, not yet folded */
    uint64_t reckoned, failed; /* since the start */
    uint64_t set_aside;        /* subjects that could not be reckoned and were left out */
    uint32_t again_at, again_of; /* entries gone over, of how many, because rules or the worth of sources have changed; of 0: none */
};
void belief_keeper_status_get(struct belief_keeper *k, struct belief_keeper_status *ret_status);

#endif
