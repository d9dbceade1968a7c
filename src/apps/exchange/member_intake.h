/* Takes in what recipients send back by TAXII: their own indicators, where they met ours, and whether they were right.
 *
 * A STIX indicator becomes a verdict of that member; a sighting of an indicator that was shared with it is counted under its name; an
 * opinion on one (STIX 2.1 4.16: agree, disagree) becomes its report that the indicator is right or wrong. A newer version of an object
 * takes back what the one before said and it does not, and an object that is removed what it said; sightings stay counted. What refers to something
 * that was never shared with that member is left out and counted. The collection "from-NAME" is followed object by object; how far is in
 * the ledger's file with what came of it, so nothing is lost with a hub that is killed. Small steps between other events; while posts
 * come one after the other they go first, and a step is taken ten times a second at most. One thread: the hub's.
 */
#ifndef HINOMI_APPS_MEMBER_INTAKE_H
#define HINOMI_APPS_MEMBER_INTAKE_H

#include "store/exchange.h"
#include "store/ledger.h"

struct event_base;
struct member_intake;

struct member_intake_options {
    struct event_base *loop;
    struct ledger *ledger;
    struct exchange *(*exchange)(void *self); /* NULL: cannot be used now */
    void *self;
    void (*met)(void *self, uint32_t indicator); /* it has sightings of a member, and they are on disk */
};

int member_intake_new(const struct member_intake_options *options, struct member_intake **ret_intake) must_check;
void member_intake_free(struct member_intake *m);
/* Whose collections are followed; copied. */
int member_intake_configure(struct member_intake *m, const char *const *members, unsigned count) must_check;
/* That member has just posted something, and it is on disk. */
void member_intake_posted(struct member_intake *m, const char *member);

/* That member is about to remove these versions of an object from its collection: what they said and no other version says is taken back,
 * on disk when it returns. Errors of both stores; -EAGAIN: the exchange store cannot be used now. Then nothing is to be removed. */
int member_intake_removing(struct member_intake *m, const char *member, unsigned collection, const char *id, const int64_t *versions_us,
                           unsigned count) must_check;

struct member_intake_status {
    uint64_t objects, statements, reports, sightings, taken_back, left_out, failed;
};
void member_intake_status_get(const struct member_intake *m, struct member_intake_status *ret_status);

#endif
