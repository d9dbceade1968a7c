/* The share role's server of zones: made from the configuration, with the keys of recipients, and what it gave told to the hub.
 *
 * One thread: the role's loop.
 */
#ifndef HINOMI_APPS_ZONE_SERVER_H
#define HINOMI_APPS_ZONE_SERVER_H

#include "apps/process/roles.h"
#include "base/channel.h"
#include "base/writer.h"

struct event_base;
struct zone_server;

/* Reads the keys that are in start->files, and begins to listen when `store` can be read: enter the sandbox before. */
int zone_server_new(struct event_base *loop, struct role_start *start, const char *store, struct zone_server **ret_server) must_check;
void zone_server_free(struct zone_server *s);
/* The key of that recipient is another one; the descriptor stays the caller's. */
void zone_server_read_key(struct zone_server *s, unsigned recipient, int fd);
/* Sends what was given to the hub, which listens. */
void zone_server_tell(struct zone_server *s, struct channel *hub);
/* SHARE_ZONE_COUNTERS_COUNT of them. */
void zone_server_write_counters(const struct zone_server *s, struct writer *w);

#endif
