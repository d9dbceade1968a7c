/* Takes the observations out of the workers' rings and gives them to the store in batches.
 *
 * Everything has a bound: when the store is slow, batches wait, then rows, then the rings fill and drop, and each step is
 * counted. Answers never wait for it. One thread: the hub's loop.
 */
#ifndef HINOMI_APPS_RECORDER_H
#define HINOMI_APPS_RECORDER_H

#include "act/policy/groups.h"
#include "api/web/live.h"
#include "apps/process/shared_memory.h"
#include "apps/belief/sighting_keeper.h"
#include "apps/store/store_client.h"
#include "model/client_form.h"

struct recorder;

struct recorder_counters {
    uint64_t taken;   /* observations out of the rings by this hub */
    uint64_t invalid; /* frames that were none */
    uint64_t pushed, dropped, corrupt; /* of all rings since the node started */
    unsigned fill_percent;             /* of the fullest ring */
    size_t rows_waiting;               /* not yet in a batch */
    uint64_t rows_per_second;          /* taken, over the last five to ten seconds */
    uint64_t lost;                     /* were in a hub that was killed */
};

int recorder_new(struct event_base *loop, const struct shared_memory *memory, struct store_client *store,
                 struct recorder **ret_recorder) must_check;
/* Who looks at everything that is recorded; NULL: nobody. Borrowed until it is replaced. */
void recorder_set_sightings(struct recorder *r, struct sighting_keeper *sightings);
/* Who sees answers as they are recorded; NULL: nobody. */
void recorder_set_live(struct recorder *r, struct live *live);
/* How clients are stored from now on; what longer form they came in never leaves the hub. */
void recorder_set_clients(struct recorder *r, const struct client_form *form, const struct client_key *key);
/* The client as it is stored now. */
struct addr recorder_client(const struct recorder *r, const struct addr *client);
/* The client groups of the configuration in force: rows get the names of their numbers. */
void recorder_set_groups(struct recorder *r, const struct group_settings *groups);
void recorder_set_members(struct recorder *r, const struct member_table *table);
void recorder_free(struct recorder *r);
/* Everything that is in the rings goes to the store now: before a question that should see it. */
void recorder_flush(struct recorder *r);
struct recorder_counters recorder_counters_get(const struct recorder *r);

#endif
