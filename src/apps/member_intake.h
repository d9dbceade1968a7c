/* Takes in what a recipient sends back by TAXII: its own indicators, where it met ours, and whether they were right.
 *
 * A STIX indicator becomes a verdict of that member; a sighting of an indicator that was shared with it is counted under its name; an
 * opinion on one (STIX 2.1 4.16: agree, disagree) becomes its report that the indicator is right or wrong. What refers to something
 * that was never shared with that member is left out and counted. One thread: the hub's.
 */
#ifndef HINOMI_APPS_MEMBER_INTAKE_H
#define HINOMI_APPS_MEMBER_INTAKE_H

#include "apps/sighting_keeper.h"
#include "store/exchange.h"

struct event_base;
struct member_intake;

struct member_intake_options {
    struct event_base *loop;
    struct ledger *ledger;
    struct exchange *(*exchange)(void *self); /* NULL: cannot be used now */
    void *self;
    struct sighting_keeper *sightings;
};

int member_intake_new(const struct member_intake_options *options, struct member_intake **ret_intake) must_check;
/* What was taken and not written yet is written. */
void member_intake_free(struct member_intake *m);
/* One object, as it was posted. It is on disk in the exchange store, and in the ledger soon after. */
void member_intake_take(struct member_intake *m, const char *member, const uint8_t *octets, size_t len);

struct member_intake_status {
    uint64_t objects, statements, reports, sightings, left_out, failed;
};
void member_intake_status_get(const struct member_intake *m, struct member_intake_status *ret_status);

#endif
