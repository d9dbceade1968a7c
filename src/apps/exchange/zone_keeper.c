/* Fills, follows and empties zones. */
#include "apps/exchange/zone_keeper.h"

#include <errno.h>
#include <event2/event.h>
#include <stdlib.h>
#include <string.h>

#include "base/clock.h"
#include "base/log.h"
#include "base/text.h"
#include "store/sharing.h"

enum {
    STEP_VALUES = 512,   /* between two other events: some milliseconds */
    AGAIN_AFTER_S = 5,
};

struct zone_keeper {
    struct zone_keeper_options o;
    const struct share_options *share; /* NULL: none yet */
    struct event *step;
    bool known;     /* the zones of the file have been held against the configuration */
    bool failing;
    /* of one step */
    struct subject *subjects; /* STEP_VALUES */
    struct exchange_zone_item items[STEP_VALUES];
    unsigned count, seen;
    uint32_t last;
};

static const struct share_recipient *find_recipient(const struct zone_keeper *k, const char *name)
{
    for (unsigned i = 0; k->share && i < k->share->recipient_count; i++)
        if (strcmp(k->share->recipients[i].who.name, name) == 0 && k->share->recipients[i].zone[0])
            return &k->share->recipients[i];
    return NULL;
}

/* ---- the configuration ---- */

struct others {
    const struct zone_keeper *k;
    unsigned numbers[EXCHANGE_ZONES_MAX], count;
};

static int gather_other(void *self, const struct exchange_zone *z)
{
    struct others *o = self;
    if (z->state != EXCHANGE_ZONE_EMPTYING && !find_recipient(o->k, z->recipient) && o->count < EXCHANGE_ZONES_MAX)
        o->numbers[o->count++] = z->number;
    return 0;
}

/* Makes the zones that are to be, and gives up those that are not. */
static int know(struct zone_keeper *k, struct exchange *store)
{
    struct others *others = calloc(1, sizeof *others);
    struct exchange_zone z;
    if (!others)
        return -ENOMEM;
    others->k = k;
    int e = exchange_zone_each(store, gather_other, others);
    for (unsigned i = 0; e == 0 && i < others->count; i++)
        e = exchange_zone_retire(store, others->numbers[i]);
    for (unsigned i = 0; e == 0 && i < k->share->recipient_count; i++)
        if (k->share->recipients[i].zone[0])
            e = exchange_zone_open(store, k->share->recipients[i].who.name, &z);
    free(others);
    k->known = e == 0;
    return e;
}

void zone_keeper_configure(struct zone_keeper *k, const struct share_options *share)
{
    k->share = share;
    k->known = false;
    event_active(k->step, 0, 0);
}

/* ---- steps ---- */

static int take_given(void *self, const struct sharing_row *row, const struct subject *subject)
{
    struct zone_keeper *k = self;
    k->seen++;
    k->last = row->indicator;
    if (row->decision != INDICATOR_DO_BLOCK || !exchange_zone_has_place(subject))
        return 0;
    k->subjects[k->count] = *subject;
    k->items[k->count] = (struct exchange_zone_item){.subject = &k->subjects[k->count], .given = true};
    k->count++;
    return 0;
}

static int fill(struct zone_keeper *k, struct exchange *store, const struct exchange_zone *z)
{
    uint32_t recipient = 0;
    k->count = k->seen = 0;
    k->last = z->place;
    if (!k->subjects && !(k->subjects = calloc(STEP_VALUES, sizeof *k->subjects)))
        return -ENOMEM;
    int e = sharing_find(k->o.ledger, z->recipient, &recipient);
    if (e == 0)
        e = sharing_given(k->o.ledger, recipient, z->place, STEP_VALUES, take_given, k);
    if (e < 0 && e != -ENOENT) {
        log_error(_("the zone of %s cannot be filled: %s; it is tried again"), z->recipient, _(ledger_error(k->o.ledger)));
        return e;
    }
    bool done = k->seen < STEP_VALUES;
    e = exchange_zone_fill(store, z->number, k->items, k->count, k->last, done, clock_wall_us() / 1000000);
    if (e == 0 && done)
        log_notice(_("the zone of %s is served"), z->recipient);
    return e;
}

struct next {
    const struct zone_keeper *k;
    struct exchange_zone zone;
};

/* The first one that has something to do. An emptied one of nobody stays as it is: FILLING, and not filled. */
static int find_next(void *self, const struct exchange_zone *z)
{
    struct next *n = self;
    if (z->state == EXCHANGE_ZONE_SERVED || (z->state == EXCHANGE_ZONE_FILLING && !find_recipient(n->k, z->recipient)))
        return 0;
    n->zone = *z;
    return 1;
}

/* 1: something was done, and there may be more. */
static int step(struct zone_keeper *k)
{
    struct next next = {.k = k};
    bool empty;
    struct exchange *store = k->share ? k->o.exchange(k->o.self) : NULL;
    if (!store)
        return k->share ? -EAGAIN : 0;
    int e = k->known ? 0 : know(k, store);
    if (e == 0)
        e = exchange_zone_each(store, find_next, &next);
    if (e != 1)
        return e;
    e = next.zone.state == EXCHANGE_ZONE_FILLING ? fill(k, store, &next.zone) : exchange_zone_empty(store, next.zone.number, STEP_VALUES, &empty);
    return e < 0 ? e : 1;
}

static void on_step(evutil_socket_t fd, short what, void *self)
{
    (void)fd, (void)what;
    static const struct timeval again = {.tv_sec = AGAIN_AFTER_S}, soon = {.tv_usec = 1000};
    struct zone_keeper *k = self;
    int e = step(k);
    if (e < 0 && e != -EAGAIN && !k->failing)
        log_error(_("zones cannot be brought up to date: %s; it is tried again"), _(exchange_error_of(e)));
    k->failing = e < 0;
    if (e != 0) {
        event_add(k->step, e < 0 ? &again : &soon);
    } else {
        free(k->subjects);
        k->subjects = NULL;
    }
}

/* ---- changes ---- */

int zone_keeper_put(struct zone_keeper *k, const char *recipient, const struct exchange_zone_item *items, unsigned count)
{
    struct exchange_zone z;
    int64_t serial;
    if (count == 0 || !find_recipient(k, recipient))
        return 0;
    struct exchange *store = k->o.exchange(k->o.self);
    if (!store)
        return -EAGAIN;
    int e = k->known ? 0 : know(k, store);
    if (e == 0)
        e = exchange_zone_get(store, recipient, &z);
    if (e == 0)
        e = exchange_zone_put(store, z.number, items, count, clock_wall_us() / 1000000, &serial);
    if (e == -ENOENT)
        k->known = false; /* the file is another one */
    if (e < 0)
        log_error(_("the zone of %s cannot be changed: %s"), recipient, _(exchange_error_of(e)));
    return e;
}

/* ---- status ---- */

json_t *zone_keeper_json(struct exchange *store, const struct share_options *share)
{
    static const char *const states[] = {"emptying", "filling", "served"};
    json_t *zones = json_array();
    for (unsigned i = 0; i < share->recipient_count; i++) {
        const struct share_recipient *r = &share->recipients[i];
        struct exchange_zone z;
        if (!r->zone[0] || exchange_zone_get(store, r->who.name, &z) < 0)
            continue;
        json_array_append_new(zones, json_pack("{s:s, s:s, s:s, s:I, s:I, s:I}", "recipient", r->who.name, "zone", r->zone, "state",
                                               states[z.state], "serial", (json_int_t)(uint32_t)z.serial, "values", (json_int_t)z.rules,
                                               "journal", (json_int_t)z.changes));
    }
    return zones;
}

/* ---- making ---- */

int zone_keeper_new(const struct zone_keeper_options *options, struct zone_keeper **ret_keeper)
{
    struct zone_keeper *k = calloc(1, sizeof *k);
    if (!k)
        return -ENOMEM;
    k->o = *options;
    k->step = event_new(options->loop, -1, 0, on_step, k);
    if (!k->step) {
        free(k);
        return -ENOMEM;
    }
    *ret_keeper = k;
    return 0;
}

void zone_keeper_free(struct zone_keeper *k)
{
    if (!k)
        return;
    event_free(k->step);
    free(k->subjects);
    free(k);
}
