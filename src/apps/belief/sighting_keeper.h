/* Holds every observation against the active indicators, and notes in the ledger's file where and when they were met.
 *
 * Matches are counted in memory by indicator, client group and hour, and written every few seconds; the indicators are then reckoned
 * again, since what is met stays fresh. The set is filled in steps after the start; what is not in it yet is found by the look
 * back over what is stored. One thread: the hub's.
 */
#ifndef HINOMI_APPS_SIGHTING_KEEPER_H
#define HINOMI_APPS_SIGHTING_KEEPER_H

#include "act/policy/groups.h"
#include "model/answer_record.h"
#include "model/indicator.h"
#include "model/observation.h"
#include "store/indicator.h"

struct event_base;
struct sighting_keeper;

struct sighting_keeper_options {
    struct event_base *loop;
    struct ledger *ledger;
    void *self;
    void (*met)(void *self, uint32_t indicator); /* it has new sightings, and they are on disk */
    /* Within the transaction that writes it, so it may write too. Errors of the ledger. */
    int (*written)(void *self, const struct indicator_sighting *s);
};

int sighting_keeper_new(const struct sighting_keeper_options *options, struct sighting_keeper **ret_keeper) must_check;
/* What is not written yet is written now, if it can be. */
void sighting_keeper_free(struct sighting_keeper *k);
/* Whose members the client groups are, from now on. */
void sighting_keeper_set_groups(struct sighting_keeper *k, const struct group_settings *groups);
void sighting_keeper_set_members(struct sighting_keeper *k, const struct member_table *table);
/* An indicator is active from now on, or no more. */
void sighting_keeper_changed(struct sighting_keeper *k, uint32_t id, bool was_active, const struct indicator *now);

/* Looked at with the next batch. */
void sighting_keeper_observe(struct sighting_keeper *k, const struct dns_observation *o);
void sighting_keeper_record(struct sighting_keeper *k, const struct answer_record *a);
/* No more come for now. */
void sighting_keeper_end_batch(struct sighting_keeper *k);
/* Writes what was met, now. */
void sighting_keeper_flush(struct sighting_keeper *k);

struct sighting_keeper_status {
    uint64_t indicators, bytes; /* in the set */
    uint64_t looked_at, met, written, failed;
    uint64_t forgotten; /* rows too old to be kept */
    bool loading;
};
void sighting_keeper_status_get(const struct sighting_keeper *k, struct sighting_keeper_status *ret_status);

#endif
