/* A role's channel to the hub: made of each descriptor that the parent brings, forgotten when it ends; the parent then brings a new one.
 * One thread, the role's loop.
 */
#ifndef HINOMI_APPS_HUB_LINK_H
#define HINOMI_APPS_HUB_LINK_H

#include "apps/process/roles.h"
#include "base/channel.h"
#include "base/job_queue.h"

struct hub_link {
    struct event_base *loop;
    size_t message_max, queue_max;
    struct job_queue *jobs; /* begin when the hub takes them, end with the channel; NULL: the hub takes all from the first moment */
    uint16_t ready;         /* with jobs: the message by which the hub says that it takes them */
    void (*message)(void *self, uint16_t type, struct reader payload); /* all others */
    void (*forgotten)(void *self); /* after the end of a channel, and before a first one; NULL: nothing to do */
    void *self;
    /* The link's own. */
    struct channel *channel;
    bool is_ready;
};

/* Takes the descriptor, in the place of the one before. -1: there is none yet. */
void hub_link_connect(struct hub_link *l, int fd);
/* False: that is no new channel to the hub. */
bool hub_link_take(struct hub_link *l, struct handover *m);
/* NULL: the hub takes nothing now. */
struct channel *hub_link_channel(const struct hub_link *l);

#endif
