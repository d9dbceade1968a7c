/* Counts by country where the addresses are that something bad is believed of, for the map of the world.
 *
 * The indicators are gone through in small steps, and the counts of the last walk that came to its end are told. Between two walks it rests for
 * twenty times as long as one takes, 10 seconds at least and 10 minutes at most. A prefix counts where it begins. One thread:
 * the hub's.
 */
#ifndef HINOMI_APPS_PLACE_COUNTER_H
#define HINOMI_APPS_PLACE_COUNTER_H

#include <jansson.h>

#include "base/attr.h"
#include "store/ledger.h"

struct event_base;
struct place_counter;

enum { PLACE_COUNTER_TOP = 5 }; /* of each country: those met most often */

int place_counter_new(struct event_base *loop, struct ledger *ledger, struct place_counter **ret_counter) must_check;
void place_counter_free(struct place_counter *c);

/* {"counted_us" (0: not yet), "table" (the day of the table of countries, empty: the program has none), "rows": [{"country" (ISO 3166-1 alpha-2;
 * empty: not known), "indicators", "blocked", "met", "sightings", "seen_us", "top": [{"kind", "subject", "claim", "sightings"}]}]}: of candidates
 * and active indicators; blocked: by belief; met: those that were ever seen. The country with the most first. NULL: out of memory. */
json_t *place_counter_json(const struct place_counter *c);

#endif
