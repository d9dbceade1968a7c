/* Matches observations in batches, and writes what was met. */
#include "apps/belief/sighting_keeper.h"

#include <errno.h>
#include <event2/event.h>
#include <sodium.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "act/policy/group_names.h"
#include "base/clock.h"
#include "base/log.h"
#include "base/text.h"
#include "judge/match/match.h"
#include "judge/match/sightings.h"
#include "store/indicator.h"
#include "store/loop_clock.h"

enum {
    BATCH = 256,          /* so that a batch's memory is asked for ahead */
    LOAD_SPAN = 8192,     /* indicators that a turn of the loop goes over, some milliseconds, however few of them are active */
    WRITE_EVERY_S = 2,
    COUNTED_ROWS = 65536, /* 2 MiB: indicator, group, hour */
    KEPT_DAYS = 400,      /* of sightings; the counts of the indicators stay */
    FORGET_EVERY_S = 3600,
    WAITING_MAX = 65536,  /* sightings that wait for the disk; then they are counted as lost */
};

struct sighting_keeper {
    struct sighting_keeper_options o;
    struct match_set *set;
    struct sightings *counted;
    struct group_names *groups;
    struct event *load, *write;
    uint32_t loaded; /* up to this indicator */
    bool loading, failing;
    uint64_t forget_at_ms;
    struct indicator_sighting *waiting;
    size_t waiting_count;
    struct sighting_keeper_status status;
    size_t observation_count, record_count;
    struct dns_observation observations[BATCH];
    struct answer_record records[BATCH];
};

/* ---- the set ---- */

static void insert(struct sighting_keeper *k, uint32_t id, const struct subject *s)
{
    int e = match_set_insert(k->set, s, id);
    if (e == -ENOMEM || e == -E2BIG) {
        if (!k->failing)
            log_error(_("not every indicator is looked for: %s"), strerror(-e));
        k->failing = true;
    }
}

static int load_one(void *self, uint32_t id, const struct indicator *i)
{
    struct sighting_keeper *k = self;
    insert(k, id, &i->subject);
    return 0;
}

static void on_load(evutil_socket_t fd, short what, void *self)
{
    (void)fd, (void)what;
    struct sighting_keeper *k = self;
    uint64_t size;
    uint8_t root[LEDGER_HASH_LEN];
    ledger_root(k->o.ledger, &size, root); /* an indicator's number is that of an entry */
    uint32_t to = size - k->loaded > LOAD_SPAN ? k->loaded + LOAD_SPAN : (uint32_t)size;
    struct indicator_filter active = {.states = 1 << INDICATOR_ACTIVE, .after = k->loaded, .until = to};
    if (to > k->loaded && indicator_list(k->o.ledger, &active, load_one, k) < 0)
        log_error(_("not every indicator is looked for: %s"), _(ledger_error(k->o.ledger)));
    k->loaded = to;
    k->loading = to < size;
    if (k->loading)
        event_active(k->load, 0, 0);
}

void sighting_keeper_changed(struct sighting_keeper *k, uint32_t id, bool was_active, const struct indicator *now)
{
    bool is_active = now->state == INDICATOR_ACTIVE;
    if (is_active && !was_active)
        insert(k, id, &now->subject);
    else if (!is_active && was_active && match_set_remove(k->set, &now->subject, id) == -ENOMEM)
        log_error(_("not every indicator is looked for: %s"), strerror(ENOMEM));
}

/* ---- matching ---- */

static void on_observation(void *self, const struct match_hit *hit)
{
    struct sighting_keeper *k = self;
    const struct dns_observation *o = &k->observations[hit->item];
    if (sightings_add(k->counted, hit->indicator, o->group, o->time_us, 1) == 0)
        k->status.met++;
}

static void on_record(void *self, const struct match_hit *hit)
{
    struct sighting_keeper *k = self;
    if (hit->what != MATCH_DATA)
        return; /* whoever asked for the name was seen asking */
    if (sightings_add(k->counted, hit->indicator, 0, k->records[hit->item].time_us, 1) == 0)
        k->status.met++;
}

void sighting_keeper_end_batch(struct sighting_keeper *k)
{
    if (k->observation_count > 0)
        match_observations(k->set, k->observations, k->observation_count, on_observation, k);
    if (k->record_count > 0)
        match_records(k->set, k->records, k->record_count, on_record, k);
    k->status.looked_at += k->observation_count + k->record_count;
    k->observation_count = k->record_count = 0;
}

void sighting_keeper_observe(struct sighting_keeper *k, const struct dns_observation *o)
{
    k->observations[k->observation_count++] = *o;
    if (k->observation_count == BATCH)
        sighting_keeper_end_batch(k);
}

void sighting_keeper_record(struct sighting_keeper *k, const struct answer_record *a)
{
    k->records[k->record_count++] = *a;
    if (k->record_count == BATCH)
        sighting_keeper_end_batch(k);
}

/* ---- writing ---- */

static void wait_for_disk(struct sighting_keeper *k, const struct indicator_sighting *s)
{
    if (k->waiting_count == WAITING_MAX) {
        k->status.failed++;
        return;
    }
    k->waiting[k->waiting_count++] = *s;
}

static void on_row(void *self, const struct sighting *row)
{
    struct sighting_keeper *k = self;
    struct indicator_sighting s = {.indicator = row->indicator, .hour = row->hour, .count = row->count, .first_us = row->first_us,
                                   .last_us = row->last_us};
    snprintf(s.member, sizeof s.member, "%s", group_names_get(k->groups, row->member).member);
    wait_for_disk(k, &s);
}

static int write_all(struct sighting_keeper *k)
{
    int e = indicator_begin(k->o.ledger);
    for (size_t i = 0; e == 0 && i < k->waiting_count; i++) {
        const struct indicator_sighting *s = &k->waiting[i];
        e = indicator_add_sighting(k->o.ledger, s);
        if (e == 0)
            e = clock_mark(k->o.ledger, s->indicator, CLOCK_SEEN, s->first_us);
        if (e == 0)
            e = k->o.written(k->o.self, s);
        else if (e == -ENOENT)
            e = 0; /* by chance: a hash of something else */
    }
    if (e == 0)
        e = indicator_commit(k->o.ledger);
    if (e < 0)
        indicator_rollback(k->o.ledger);
    return e;
}

void sighting_keeper_flush(struct sighting_keeper *k)
{
    sighting_keeper_end_batch(k);
    sightings_flush(k->counted, INT64_MAX);
    if (k->waiting_count == 0)
        return;
    int e = write_all(k);
    if (e < 0) { /* they wait; the belief keeper tells of the disk */
        k->status.failed++;
        return;
    }
    size_t count = k->waiting_count;
    k->waiting_count = 0;
    k->status.written += count;
    for (size_t i = 0; i < count; i++)
        k->o.met(k->o.self, k->waiting[i].indicator);
}

/* Rows of long ago go, so that the table does not grow for ever. */
static void forget_old(struct sighting_keeper *k)
{
    uint64_t rows, now_ms = clock_mono_ms();
    int64_t hour = clock_wall_us() / 3600 / 1000000 - KEPT_DAYS * 24;
    if (now_ms < k->forget_at_ms || hour <= 0)
        return;
    k->forget_at_ms = now_ms + FORGET_EVERY_S * 1000;
    if (indicator_forget_sightings(k->o.ledger, (uint32_t)hour, &rows) == 0)
        k->status.forgotten += rows;
}

static void on_write(evutil_socket_t fd, short what, void *self)
{
    (void)fd, (void)what;
    sighting_keeper_flush(self);
    forget_old(self);
}

void sighting_keeper_set_groups(struct sighting_keeper *k, const struct group_settings *groups)
{
    sighting_keeper_end_batch(k);
    sightings_flush(k->counted, INT64_MAX); /* what was met until now belongs to the members of until now */
    group_names_set(k->groups, groups);
}

void sighting_keeper_set_members(struct sighting_keeper *k, const struct member_table *table)
{
    sighting_keeper_end_batch(k);
    sightings_flush(k->counted, INT64_MAX);
    group_names_set_members(k->groups, table);
}

void sighting_keeper_status_get(const struct sighting_keeper *k, struct sighting_keeper_status *ret_status)
{
    *ret_status = k->status;
    ret_status->indicators = match_set_count(k->set);
    ret_status->bytes = match_set_bytes(k->set);
    ret_status->loading = k->loading;
}

static int make_events(struct sighting_keeper *k)
{
    static const struct timeval every = {.tv_sec = WRITE_EVERY_S};
    k->load = event_new(k->o.loop, -1, 0, on_load, k);
    k->write = event_new(k->o.loop, -1, EV_PERSIST, on_write, k);
    if (!k->load || !k->write || event_add(k->write, &every) < 0)
        return -ENOMEM;
    k->loading = true;
    event_active(k->load, 0, 0);
    return 0;
}

int sighting_keeper_new(const struct sighting_keeper_options *options, struct sighting_keeper **ret_keeper)
{
    struct sip_key key;
    struct sighting_keeper *k = calloc(1, sizeof *k);
    if (!k)
        return -ENOMEM;
    k->o = *options;
    randombytes_buf(&key, sizeof key);
    k->set = match_set_new(key, 0);
    k->counted = sightings_new(key, COUNTED_ROWS, on_row, k);
    k->waiting = calloc(WAITING_MAX, sizeof *k->waiting);
    int e = k->set && k->counted && k->waiting ? group_names_new(&k->groups) : -ENOMEM;
    if (e == 0)
        e = make_events(k);
    if (e < 0) {
        sighting_keeper_free(k);
        return e;
    }
    *ret_keeper = k;
    return 0;
}

static void ignore(void *self, uint32_t indicator)
{
    (void)self, (void)indicator;
}

void sighting_keeper_free(struct sighting_keeper *k)
{
    if (!k)
        return;
    k->o.met = ignore;
    if (k->write)
        sighting_keeper_flush(k);
    if (k->load)
        event_free(k->load);
    if (k->write)
        event_free(k->write);
    match_set_free(k->set);
    sightings_free(k->counted);
    group_names_free(k->groups);
    free(k->waiting);
    free(k);
}
