/* Keeps the table of zones and primaries, and counts the news of each. */
#include "apps/exchange/zone_notify.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

struct zone_notify_table {
    unsigned count;
    struct {
        struct dns_name zone;
        struct addr primary;
        unsigned feed;
    } rows[FEED_MAX];
};

void zone_notify_init(struct zone_notify *n, struct feed_page *page)
{
    n->page = page;
    atomic_init(&n->current, NULL);
    n->before = NULL;
}

int zone_notify_set(struct zone_notify *n, const struct config *c)
{
    struct zone_notify_table *t = calloc(1, sizeof *t);
    if (!t)
        return -ENOMEM;
    for (unsigned i = 0; i < c->feed_count; i++) {
        const struct feed *f = &c->feeds[i];
        if (f->kind != FEED_ZONE || dns_name_parse(f->zone, strlen(f->zone), &t->rows[t->count].zone) < 0)
            continue;
        t->rows[t->count].primary = addr_of_sockaddr((const struct sockaddr *)&f->primary);
        t->rows[t->count++].feed = i;
    }
    free(n->before);
    n->before = atomic_exchange(&n->current, t);
    return 0;
}

bool zone_notify_take(void *self, const struct addr *from, const struct dns_name *zone)
{
    struct zone_notify *n = self;
    const struct zone_notify_table *t = atomic_load(&n->current);
    bool taken = false;
    for (unsigned i = 0; t && i < t->count; i++) {
        if (memcmp(&t->rows[i].primary, from, sizeof *from) != 0 || !dns_name_equal(&t->rows[i].zone, zone))
            continue;
        atomic_fetch_add(&n->page->notified[t->rows[i].feed], 1);
        taken = true;
    }
    return taken;
}
