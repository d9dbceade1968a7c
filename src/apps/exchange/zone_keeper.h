/* Keeps the zones of recipients in step with what they have: fills a new one, follows each change, empties one that is no more.
 *
 * A zone is made for each recipient of the configuration that has one, and holds what was given to it and is to be blocked. Filling and
 * emptying go in small steps between other events, and go on where they were after a hub was killed. One thread: the hub's.
 */
#ifndef HINOMI_APPS_ZONE_KEEPER_H
#define HINOMI_APPS_ZONE_KEEPER_H

#include <jansson.h>

#include "apps/config/share_options.h"
#include "store/exchange_zone.h"
#include "store/ledger.h"

struct event_base;
struct zone_keeper;

struct zone_keeper_options {
    struct event_base *loop;
    struct ledger *ledger;
    struct exchange *(*exchange)(void *self); /* NULL: cannot be used now */
    void *self;
};

int zone_keeper_new(const struct zone_keeper_options *options, struct zone_keeper **ret_keeper) must_check;
void zone_keeper_free(struct zone_keeper *k);
/* `share`: borrowed until the next call. */
void zone_keeper_configure(struct zone_keeper *k, const struct share_options *share);
/* What has changed for a recipient, before the ledger's file says that it was told; nothing for one without a zone. An error: to be
 * tried again with the same. */
int zone_keeper_put(struct zone_keeper *k, const char *recipient, const struct exchange_zone_item *items, unsigned count) must_check;
/* For "hinomi status": an array of zones. */
json_t *zone_keeper_json(struct exchange *store, const struct share_options *share);

#endif
