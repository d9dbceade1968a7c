/* Turns deliveries into receipts. */
#include "apps/exchange/receipt_keeper.h"

#include <errno.h>
#include <event2/event.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/clock.h"
#include "base/log.h"
#include "base/text.h"
#include "base/timestamp.h"
#include "share/taxii/service.h"
#include "store/exchange_zone.h"
#include "store/sharing.h"

enum { LOOK_EVERY_S = 10, NEWEST_LOOKED_AT = 64, BATCH = 1024 };
#define MINUTE_US (INT64_C(60) * 1000000)
#define LATE_US (INT64_C(15) * 1000000) /* a page is told of when it has been sent */

struct receipt_keeper {
    struct receipt_keeper_options o;
    struct event *timer;
    struct exchange *store; /* while it is looked at */
    int64_t before_us; /* minutes before this one are over */
    int64_t done_us;   /* the last minute that was gathered */
    struct exchange_delivery due[BATCH];
    unsigned due_count;
    struct exchange_zone_delivery zones[BATCH];
    unsigned zone_count;
    bool failing;
};

/* Only what was given: a recipient also reads what it has sent itself. */
static int is_given(const struct exchange_delivery *d, struct exchange *store, bool *ret_given)
{
    struct exchange_collection collection;
    char name[EXCHANGE_NAME_MAX];
    taxii_collection_name(d->recipient, true, name);
    int e = exchange_collection_get(store, name, &collection);
    *ret_given = e == 0 && collection.number == d->collection;
    return e == -ENOENT ? 0 : e;
}

static int gather(void *self, const struct exchange_delivery *d)
{
    struct receipt_keeper *k = self;
    bool given;
    if (d->minute_us >= k->before_us || k->due_count == BATCH)
        return 1;
    int e = is_given(d, k->store, &given);
    k->done_us = d->minute_us;
    if (e == 0 && given)
        k->due[k->due_count++] = *d;
    return e;
}

struct twin {
    const struct sharing_receipt *of;
    bool found;
};

static int is_twin(void *self, const struct sharing_receipt *r)
{
    struct twin *t = self;
    t->found = r->way == t->of->way && r->made_us == t->of->made_us && r->objects == t->of->objects && strcmp(r->what, t->of->what) == 0 &&
               strcmp(r->first, t->of->first) == 0 && strcmp(r->last, t->of->last) == 0;
    return t->found;
}

/* A hub that was killed between the receipt and the end of its row finds it among the newest. */
static int append_once(struct receipt_keeper *k, struct sharing_receipt *r)
{
    struct twin twin = {.of = r};
    int e = sharing_receipts(k->o.ledger, r->recipient, NEWEST_LOOKED_AT, is_twin, &twin);
    return e < 0 ? e : twin.found ? 0 : sharing_receipt_append(k->o.ledger, r);
}

static int append(struct receipt_keeper *k, const struct exchange_delivery *d)
{
    struct sharing_receipt r = {.way = SHARING_BY_TAXII, .objects = (uint64_t)d->objects, .made_us = d->minute_us + MINUTE_US};
    snprintf(r.recipient, sizeof r.recipient, "%s", d->recipient);
    taxii_collection_name(d->recipient, true, r.what);
    timestamp_format(d->first_us, r.first);
    timestamp_format(d->last_us, r.last);
    return append_once(k, &r);
}

/* ---- zones: a row waits until its receipt is in the ledger ---- */

static int gather_zone(void *self, const struct exchange_zone_delivery *d)
{
    struct receipt_keeper *k = self;
    k->zones[k->zone_count++] = *d;
    return k->zone_count == BATCH;
}

static int append_zone(struct receipt_keeper *k, const struct exchange_zone_delivery *d)
{
    struct sharing_receipt r = {.way = SHARING_BY_ZONE, .objects = (uint64_t)d->records, .made_us = d->minute_us + MINUTE_US};
    snprintf(r.recipient, sizeof r.recipient, "%s", d->recipient);
    if (snprintf(r.what, sizeof r.what, "%s", d->zone) >= (int)sizeof r.what)
        log_debug("the name of zone %s is cut in its receipt", d->zone);
    snprintf(r.first, sizeof r.first, "%" PRId64, d->first_serial);
    snprintf(r.last, sizeof r.last, "%" PRId64, d->last_serial);
    int e = append_once(k, &r);
    return e < 0 ? e : exchange_zone_delivery_drop(k->store, d);
}

static int append_zones(struct receipt_keeper *k)
{
    k->zone_count = 0;
    int e = exchange_zone_delivery_each(k->store, k->before_us, gather_zone, k);
    for (unsigned i = 0; e >= 0 && i < k->zone_count; i++)
        e = append_zone(k, &k->zones[i]);
    return e;
}

static void on_timer(evutil_socket_t fd, short what, void *self)
{
    (void)fd, (void)what;
    struct receipt_keeper *k = self;
    int64_t now_us = clock_wall_us();
    k->before_us = now_us - LATE_US;
    k->before_us -= k->before_us % MINUTE_US;
    k->due_count = 0;
    k->done_us = INT64_MIN;
    k->store = k->o.exchange(k->o.self);
    if (!k->store)
        return;
    int e = exchange_delivery_each(k->store, 0, gather, k);
    for (unsigned i = 0; e >= 0 && i < k->due_count; i++)
        e = append(k, &k->due[i]);
    /* All of the batch is in the ledger; of the last minute of a full batch there may be more. */
    if (e >= 0 && k->done_us != INT64_MIN)
        e = exchange_delivery_expire(k->store, k->due_count == BATCH ? k->done_us : k->before_us);
    if (e >= 0)
        e = append_zones(k);
    if (e < 0 && !k->failing)
        log_error(_("receipts cannot be written: %s; it is tried again"), _(ledger_error(k->o.ledger)));
    k->failing = e < 0;
}

int receipt_keeper_new(const struct receipt_keeper_options *options, struct receipt_keeper **ret_keeper)
{
    static const struct timeval every = {.tv_sec = LOOK_EVERY_S};
    struct receipt_keeper *k = calloc(1, sizeof *k);
    if (!k)
        return -ENOMEM;
    k->o = *options;
    k->timer = event_new(options->loop, -1, EV_PERSIST, on_timer, k);
    if (!k->timer || event_add(k->timer, &every) < 0) {
        receipt_keeper_free(k);
        return -ENOMEM;
    }
    *ret_keeper = k;
    return 0;
}

void receipt_keeper_free(struct receipt_keeper *k)
{
    if (!k)
        return;
    if (k->timer)
        event_free(k->timer);
    free(k);
}
