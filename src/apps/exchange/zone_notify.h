/* Which primaries may say that which zone has changed; the dns role takes the news, the fetch role looks.
 *
 * Workers ask at any time while the control thread sets another table: the one before is kept until the next change, which is minutes or
 * days away, and a worker holds it for less than a batch.
 */
#ifndef HINOMI_APPS_ZONE_NOTIFY_H
#define HINOMI_APPS_ZONE_NOTIFY_H

#include <stdatomic.h>

#include "apps/config/config.h"
#include "apps/process/shared_memory.h"

struct zone_notify_table;

struct zone_notify {
    struct feed_page *page; /* where the news goes */
    struct zone_notify_table *_Atomic current;
    struct zone_notify_table *before;
};

void zone_notify_init(struct zone_notify *n, struct feed_page *page);
/* From the control thread. -ENOMEM: the table before stays. */
int zone_notify_set(struct zone_notify *n, const struct config *c) must_check;
/* From any worker; as dns_worker_options' notify.take. */
bool zone_notify_take(void *self, const struct addr *from, const struct dns_name *zone);

#endif
