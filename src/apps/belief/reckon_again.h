/* Knows which indicators are to be reckoned again because the rules or what a source's word is worth have become others.
 *
 * With what they were reckoned last is in the ledger's file, so a change is found after a new start too. Changes that come while a walk is
 * under way are walked over after it, together. A walk goes over the ledger in small steps; one that is cut off begins anew. One
 * thread: the hub's.
 */
#ifndef HINOMI_APPS_RECKON_AGAIN_H
#define HINOMI_APPS_RECKON_AGAIN_H

#include "api/belief.h"
#include "apps/config/config.h"
#include "store/indicator.h"

enum {
    RECKON_AGAIN_SOURCES_MAX = 64, /* of one walk; if more are others at once, all indicators are walked over */
    RECKON_AGAIN_WORTH = 10,       /* per mille: a source whose worth has moved by less is not walked over */
};

struct reckon_again;

struct reckon_again_options {
    struct ledger *ledger;
    void *self;
    /* The record of the source with these counts, under the present configuration. */
    void (*record)(void *self, const struct indicator_source *counts, struct belief_record *ret_record);
};

int reckon_again_new(const struct reckon_again_options *options, struct reckon_again **ret_again) must_check;
void reckon_again_free(struct reckon_again *r);

/* Compares all with what is in the file: when the hub starts, and under another configuration. Writes, in a transaction of its own. */
int reckon_again_check(struct reckon_again *r, const struct config_judge *judge) must_check;
/* The counts of a source have changed; weight as the file has it. Of one that was never weighed, writes its weight, sets it in the counts. */
int reckon_again_source(struct reckon_again *r, struct indicator_source *counts) must_check;

/* All are to be reckoned again whatever has changed. Writes, so that a new start does not forget it. */
int reckon_again_all(struct reckon_again *r) must_check;

bool reckon_again_is_due(const struct reckon_again *r);
/* The next subjects, `max` at most, perhaps none; `last`: of the ledger's entries that were folded. */
int reckon_again_next(struct reckon_again *r, uint32_t last, unsigned max, indicator_each_subject *each, void *self) must_check;
/* In the transaction in which these are reckoned. */
int reckon_again_put(struct reckon_again *r) must_check;
/* It is on disk. True: that was the end of a walk, and weights in the file are others. */
bool reckon_again_done(struct reckon_again *r);

/* How far the walk is, by numbers of entries; *ret_of 0: there is none. */
void reckon_again_progress(const struct reckon_again *r, uint32_t *ret_at, uint32_t *ret_of);

#endif
