/* Tells feeds by TAXII what became of their indicators here: how often they were met, and which of them analysts judged wrong or right.
 *
 * Only feeds with `report: true`, and only about objects that came from that feed. A sighting says a count with its first and last time, no
 * client and no member; what members told is not passed on, nor is what is TLP:AMBER+STRICT or TLP:RED, and an explanation goes along only
 * when it is TLP:GREEN or TLP:CLEAR. What waits is in the ledger's file; it is sealed before it is sent, and dropped when the server has it, so that
 * what is sent twice has the same identifiers. One thread: the hub's.
 */
#ifndef HINOMI_APPS_FEED_RETURN_H
#define HINOMI_APPS_FEED_RETURN_H

#include "apps/config/config.h"
#include "share/export/export.h"
#include "store/indicator.h"

struct event_base;
struct feed_return;

struct feed_return_options {
    struct event_base *loop;
    struct ledger *ledger;
    const struct export_node *node; /* borrowed */
    int data_fd;
    void *self;
    /* What lies under the feed's FEED_RETURN_FILE is to be sent; feed_return_done tells the end. -ENOTCONN: not now. */
    int (*send)(void *self, const char *feed);
};

int feed_return_new(const struct feed_return_options *options, const struct config *config, struct feed_return **ret_return) must_check;
void feed_return_free(struct feed_return *r);
void feed_return_configure(struct feed_return *r, const struct config *config);
/* A sighting of this node is written, not one that a member told; within its transaction. Counts hits of each source, and notes what is to be told. Errors of the ledger. */
int feed_return_written(struct feed_return *r, const struct indicator_sighting *s) must_check;
/* Something may have been said. */
void feed_return_poke(struct feed_return *r);

enum feed_return_result { FEED_RETURN_TAKEN, FEED_RETURN_REFUSED, FEED_RETURN_FAILED };
/* failures: objects that the server did not take; text: why it failed. */
void feed_return_done(struct feed_return *r, const char *feed, enum feed_return_result result, uint64_t failures, const char *text);

struct feed_return_status {
    uint64_t told, refused, failed, left_out; /* rows; tries; rows that found no room */
};
void feed_return_status_get(const struct feed_return *r, struct feed_return_status *ret_status);

#endif
