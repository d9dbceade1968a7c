/* What pages see as it happens: answers given, and the node's counts, for whoever asked for such a stream.
 *
 * Streams with the same filter share a channel: its rows are written once, however many look. A channel that nobody looks at any more is
 * gone. What comes faster than LIVE_ROWS_MAX in a flush is counted, and the number told. One thread, the hub's loop.
 */
#ifndef HINOMI_API_LIVE_H
#define HINOMI_API_LIVE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/attr.h"
#include "model/account.h"
#include "model/observation.h"

struct event_base;
struct node;
struct live;

enum {
    LIVE_CHANNELS_MAX = 64,          /* of them: */
    LIVE_CHANNELS_OF_ONE = 12,       /* that one account opened, or the accounts of one member together */
    LIVE_CHANNELS_OF_MEMBERS = 48,   /* that accounts of members opened: the others are the centre's */
    LIVE_FLUSH_MS = 250,
    LIVE_ROWS_MAX = 1500,   /* of a channel in one flush: 6000 a second */
    LIVE_ROWS_MIN = 20,     /* so many even with many streams */
    LIVE_ROWS_SENT = 24000, /* of a channel in one flush to all its streams together: about 5 MB */
    LIVE_NOTICES_MAX = 100,
    LIVE_STATUS_EVERY_MS = 2000,
    LIVE_PING_EVERY_MS = 15000,
    LIVE_NAME_MAX = 256,
};

struct live_filter {
    bool log, status, notices;
    uint32_t actions; /* DNS_ACTION_BITs; 0: any */
    char member[ACCOUNT_MEMBER_MAX]; /* empty: of all */
    char below[LIVE_NAME_MAX];       /* a name as it is stored: that one and those below it; empty: any */
};

/* Octets of a text/event-stream for the streams of a channel; borrowed. */
typedef void live_publish_fn(void *self, uint32_t channel, const char *octets, size_t len);

int live_new(struct event_base *loop, struct node *node, live_publish_fn *publish, void *self, struct live **ret_live) must_check;
void live_free(struct live *l);
/* One more stream, for that account, perhaps of that member (empty: of the centre). -ENOSPC: there are as many channels as can be, of that one
 * or of all. A stream that ended is known to have ended when something is written to it: up to two LIVE_PING_EVERY_MS later. */
int live_join(struct live *l, const struct live_filter *filter, int64_t account, const char *member, uint32_t *ret_channel) must_check;
void live_leave(struct live *l, uint32_t channel);
void live_leave_all(struct live *l);
unsigned live_channel_count(const struct live *l);

/* An answer that is being recorded, its client in the form in which it is stored. */
struct live_answer {
    const struct dns_observation *o;
    const char *member, *group;
    uint64_t seq;
};
void live_tell(struct live *l, const struct live_answer *a);
/* A notice of that member has changed; json: one line, as its member may see it. Held back ones (is_hidden) go to the centre alone. At most
 * LIVE_NOTICES_MAX in a flush: who wants all of them asks the API. */
void live_tell_notice(struct live *l, const char *member, bool is_hidden, const char *json);

#endif
