/* Looks for each indicator that became active in what is stored, without being asked: whoever met it before is found then.
 *
 * The queue is in the ledger's file, filled with the change itself. Few names are asked for by ranges of the key, many in passes over
 * one day each, with a rest after each question so that the store also takes what comes in. What is found becomes sightings under
 * the members concerned. One thread: the hub's.
 */
#ifndef HINOMI_APPS_LOOK_BACK_H
#define HINOMI_APPS_LOOK_BACK_H

#include "apps/store/store_client.h"
#include "store/indicator.h"
#include "store/ledger.h"

struct event_base;
struct look_back;

struct look_back_options {
    struct event_base *loop;
    struct ledger *ledger;
    struct store_client *store;
    void *self;
    void (*met)(void *self, uint32_t indicator); /* it has sightings now, and they are on disk */
    int (*written)(void *self, const struct indicator_sighting *s); /* as of sighting_keeper_options */
};

int look_back_new(const struct look_back_options *options, struct look_back **ret_look_back) must_check;
void look_back_free(struct look_back *b);
/* The queue may have become longer. */
void look_back_poke(struct look_back *b);

struct look_back_status {
    uint64_t looked_for, met, questions, failed; /* indicators, sightings, statements, since the start */
    uint64_t last_ms;                            /* how long the last batch took */
    unsigned last_count;                         /* its indicators */
};
void look_back_status_get(const struct look_back *b, struct look_back_status *ret_status);

#endif
