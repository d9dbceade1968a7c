/* Writes zones: what is in them now, the journal of changes, and which transfers were completed. */
#include "store/exchange_zone.h"

#include <errno.h>
#include <string.h>

#include "store/exchange_impl.h"
#include "store/sqlite_errno.h"

#define MINUTE_US (INT64_C(60) * 1000000)

enum { KIND_HOST = 1, KIND_DOMAIN = 2 /* as the schema has them; an address is as a host */ };

static const struct {
    bool has_place;
    uint8_t form, kind;
} places[SUBJECT_KIND_COUNT] = {
    [SUBJECT_DOMAIN] = {true, EXCHANGE_ZONE_NAME, KIND_DOMAIN},
    [SUBJECT_HOST] = {true, EXCHANGE_ZONE_NAME, KIND_HOST},
    [SUBJECT_ADDRESS] = {true, EXCHANGE_ZONE_ADDRESS, KIND_HOST},
    [SUBJECT_PREFIX] = {true, EXCHANGE_ZONE_ADDRESS, KIND_HOST},
};

bool exchange_zone_has_place(const struct subject *s)
{
    return (unsigned)s->kind < SUBJECT_KIND_COUNT && places[s->kind].has_place &&
           strnlen(s->value, EXCHANGE_ZONE_NAME_MAX) < EXCHANGE_ZONE_NAME_MAX;
}

unsigned exchange_zone_records(unsigned kinds)
{
    return kinds & KIND_DOMAIN ? EXCHANGE_ZONE_ITSELF | EXCHANGE_ZONE_BELOW : kinds & KIND_HOST ? EXCHANGE_ZONE_ITSELF : 0;
}

/* ---- zones ---- */

#define ZONE_COLUMNS "SELECT number, recipient, state, place, serial, oldest, rules, changes FROM zone "

static int take_zone(sqlite3_stmt *s, struct exchange_zone *ret_zone)
{
    int64_t state = sqlite3_column_int64(s, 2), place = sqlite3_column_int64(s, 3);
    if (state < EXCHANGE_ZONE_EMPTYING || state > EXCHANGE_ZONE_SERVED || place < 0 || place > UINT32_MAX)
        return -EBADMSG;
    *ret_zone = (struct exchange_zone){.number = (unsigned)sqlite3_column_int64(s, 0),
                                       .state = (enum exchange_zone_state)state,
                                       .place = (uint32_t)place,
                                       .serial = sqlite3_column_int64(s, 4),
                                       .oldest = sqlite3_column_int64(s, 5),
                                       .rules = sqlite3_column_int64(s, 6),
                                       .changes = sqlite3_column_int64(s, 7)};
    return exchange_take_text(s, 1, ret_zone->recipient, sizeof ret_zone->recipient);
}

/* Finalizes the statement. */
static int read_zone(sqlite3_stmt *s, struct exchange_zone *ret_zone)
{
    int step = sqlite3_step(s);
    int r = step == SQLITE_ROW ? take_zone(s, ret_zone) : step == SQLITE_DONE ? -ENOENT : sqlite_errno(step);
    sqlite3_finalize(s);
    return r;
}

int exchange_zone_by_number(struct exchange *e, unsigned number, struct exchange_zone *ret_zone)
{
    sqlite3_stmt *s;
    int r = exchange_prepare(e, ZONE_COLUMNS "WHERE number = ?", &s);
    if (r < 0)
        return r;
    sqlite3_bind_int64(s, 1, number);
    return read_zone(s, ret_zone);
}

int exchange_zone_get(struct exchange *e, const char *recipient, struct exchange_zone *ret_zone)
{
    sqlite3_stmt *s;
    int r = exchange_prepare(e, ZONE_COLUMNS "WHERE recipient = ?", &s);
    if (r < 0)
        return r;
    sqlite3_bind_text(s, 1, recipient, -1, SQLITE_STATIC);
    return read_zone(s, ret_zone);
}

int exchange_zone_each(struct exchange *e, exchange_each_zone *each, void *self)
{
    sqlite3_stmt *s;
    int step = SQLITE_DONE, r = exchange_prepare(e, ZONE_COLUMNS "ORDER BY number", &s);
    if (r < 0)
        return r;
    while (r == 0 && (step = sqlite3_step(s)) == SQLITE_ROW) {
        struct exchange_zone z = {0};
        r = take_zone(s, &z);
        if (r == 0)
            r = each(self, &z);
    }
    sqlite3_finalize(s);
    return r != 0 ? r : step == SQLITE_DONE ? 0 : sqlite_errno(step);
}

int exchange_zone_open(struct exchange *e, const char *recipient, struct exchange_zone *ret_zone)
{
    sqlite3_stmt *s = NULL;
    int64_t count = 0;
    int r = exchange_zone_get(e, recipient, ret_zone);
    if (r != -ENOENT)
        return r;
    if (!*recipient || strnlen(recipient, EXCHANGE_NAME_MAX) == EXCHANGE_NAME_MAX)
        return -EINVAL;
    r = exchange_read_number(e, "SELECT count(*) FROM zone", &count);
    if (r == 0 && count >= EXCHANGE_ZONES_MAX)
        r = -E2BIG;
    if (r == 0)
        r = exchange_prepare(e, "INSERT INTO zone (recipient) VALUES (?)", &s);
    if (r < 0)
        return r;
    sqlite3_bind_text(s, 1, recipient, -1, SQLITE_STATIC);
    r = exchange_step(s);
    sqlite3_finalize(s);
    return r < 0 ? r : exchange_zone_get(e, recipient, ret_zone);
}

static int save(struct exchange *e, const struct exchange_zone *z)
{
    sqlite3_stmt *s;
    int r = exchange_keep(e, EXCHANGE_ZONE_SAVE,
                          "UPDATE zone SET state = ?2, place = ?3, serial = ?4, oldest = ?5, rules = ?6, changes = ?7 WHERE number = ?1", &s);
    if (r < 0)
        return r;
    const int64_t numbers[] = {z->number, z->state, z->place, z->serial, z->oldest, z->rules, z->changes};
    for (size_t i = 0; i < array_len(numbers); i++)
        sqlite3_bind_int64(s, (int)i + 1, numbers[i]);
    return exchange_step(s);
}

/* ---- emptying ---- */

int exchange_zone_retire(struct exchange *e, unsigned zone)
{
    struct exchange_zone z = {0};
    int r = exchange_run(e, "BEGIN IMMEDIATE");
    if (r < 0)
        return r;
    r = exchange_zone_by_number(e, zone, &z);
    z.state = EXCHANGE_ZONE_EMPTYING;
    z.place = 0;
    if (r == 0)
        r = save(e, &z);
    return exchange_end(e, r);
}

static int run_limited(struct exchange *e, const char *sql, unsigned zone, unsigned max, unsigned *ret_count)
{
    sqlite3_stmt *s;
    int r = exchange_prepare(e, sql, &s);
    if (r < 0)
        return r;
    sqlite3_bind_int64(s, 1, zone);
    sqlite3_bind_int64(s, 2, max);
    r = exchange_step(s);
    *ret_count = r == 0 ? (unsigned)sqlite3_changes(e->db) : 0;
    sqlite3_finalize(s);
    return r;
}

int exchange_zone_empty(struct exchange *e, unsigned zone, unsigned max, bool *ret_empty)
{
    struct exchange_zone z = {0};
    unsigned rules = 0, changes = 0;
    int r = exchange_run(e, "BEGIN IMMEDIATE");
    if (r < 0)
        return r;
    r = exchange_zone_by_number(e, zone, &z);
    if (r == 0 && z.state != EXCHANGE_ZONE_EMPTYING)
        r = -EINVAL;
    if (r == 0)
        r = run_limited(e, "DELETE FROM zone_rule WHERE (zone, form, value) IN (SELECT zone, form, value FROM zone_rule WHERE zone = ?1 LIMIT ?2)",
                        zone, max, &rules);
    if (r == 0)
        r = run_limited(e,
                        "DELETE FROM zone_change WHERE (zone, serial, form, value) IN (SELECT zone, serial, form, value FROM zone_change"
                        " WHERE zone = ?1 LIMIT ?2)",
                        zone, max, &changes);
    bool empty = rules < max && changes < max;
    z.rules -= rules;
    z.changes -= changes;
    if (empty)
        z = (struct exchange_zone){.number = z.number, .state = EXCHANGE_ZONE_FILLING, .serial = z.serial, .oldest = z.serial};
    if (r == 0)
        r = save(e, &z);
    r = exchange_end(e, r);
    if (r == 0)
        *ret_empty = empty;
    return r;
}

/* ---- rules ---- */

static int read_kinds(struct exchange *e, unsigned zone, int form, const char *value, unsigned *ret_kinds)
{
    sqlite3_stmt *s;
    int r = exchange_keep(e, EXCHANGE_ZONE_KINDS, "SELECT kinds FROM zone_rule WHERE zone = ? AND form = ? AND value = ?", &s);
    if (r < 0)
        return r;
    sqlite3_bind_int64(s, 1, zone);
    sqlite3_bind_int(s, 2, form);
    sqlite3_bind_text(s, 3, value, -1, SQLITE_STATIC);
    int step = sqlite3_step(s);
    *ret_kinds = step == SQLITE_ROW ? (unsigned)sqlite3_column_int(s, 0) : 0;
    sqlite3_reset(s);
    sqlite3_clear_bindings(s);
    return step == SQLITE_ROW || step == SQLITE_DONE ? 0 : sqlite_errno(step);
}

static int write_kinds(struct exchange *e, unsigned zone, int form, const char *value, unsigned kinds)
{
    sqlite3_stmt *s;
    int r = kinds ? exchange_keep(e, EXCHANGE_ZONE_SET,
                                  "INSERT INTO zone_rule (zone, form, value, kinds) VALUES (?1, ?2, ?3, ?4)"
                                  " ON CONFLICT DO UPDATE SET kinds = ?4",
                                  &s)
                  : exchange_keep(e, EXCHANGE_ZONE_DROP, "DELETE FROM zone_rule WHERE zone = ? AND form = ? AND value = ?", &s);
    if (r < 0)
        return r;
    sqlite3_bind_int64(s, 1, zone);
    sqlite3_bind_int(s, 2, form);
    sqlite3_bind_text(s, 3, value, -1, SQLITE_STATIC);
    if (kinds)
        sqlite3_bind_int64(s, 4, kinds);
    return exchange_step(s);
}

/* A value that changes twice in one serial has one row: what it was before the first and is after the last. */
static int write_change(struct exchange *e, unsigned zone, int64_t serial, int form, const char *value, unsigned was, unsigned now)
{
    sqlite3_stmt *s;
    int r = exchange_keep(e, EXCHANGE_ZONE_CHANGE,
                          "INSERT INTO zone_change (zone, serial, form, value, was, now) VALUES (?1, ?2, ?3, ?4, ?5, ?6)"
                          " ON CONFLICT DO UPDATE SET now = ?6",
                          &s);
    if (r < 0)
        return r;
    sqlite3_bind_int64(s, 1, zone);
    sqlite3_bind_int64(s, 2, serial);
    sqlite3_bind_int(s, 3, form);
    sqlite3_bind_text(s, 4, value, -1, SQLITE_STATIC);
    sqlite3_bind_int64(s, 5, was);
    sqlite3_bind_int64(s, 6, now);
    return exchange_step(s);
}

/* serial 0: without a journal. *ret_changed: the records of the zone are others now. */
static int put_item(struct exchange *e, struct exchange_zone *z, const struct exchange_zone_item *item, int64_t serial, bool *ret_changed)
{
    unsigned kinds = 0;
    *ret_changed = false;
    if (!exchange_zone_has_place(item->subject)) {
        e->counters.zone_no_place += item->given;
        return 0;
    }
    int form = places[item->subject->kind].form;
    unsigned kind = places[item->subject->kind].kind;
    const char *value = item->subject->value;
    int r = read_kinds(e, z->number, form, value, &kinds);
    unsigned next = item->given ? kinds | kind : kinds & ~kind;
    if (r < 0 || next == kinds)
        return r;
    if (kinds == 0 && z->rules >= EXCHANGE_ZONE_RULES_MAX) {
        e->counters.zone_refused_full++;
        return 0;
    }
    r = write_kinds(e, z->number, form, value, next);
    z->rules += (kinds == 0) - (next == 0);
    unsigned was = exchange_zone_records(kinds), now = exchange_zone_records(next);
    *ret_changed = was != now;
    return r == 0 && serial && was != now ? write_change(e, z->number, serial, form, value, was, now) : r;
}

/* RFC 1982: no step may be half of all numbers; a clock that leaps so far is not followed. 0 is left out: some take it for "none". */
static int64_t next_serial(int64_t last, int64_t now_s)
{
    int64_t next = now_s > last && (last == 0 || now_s - last < INT32_MAX) ? now_s : last + 1;
    return (uint32_t)next == 0 ? next + 1 : next;
}

static int count_step(struct exchange *e, unsigned zone, int64_t serial, int64_t *ret_rows)
{
    sqlite3_stmt *s;
    int r = exchange_prepare(e, "SELECT count(*) FROM zone_change WHERE zone = ? AND serial = ?", &s);
    if (r < 0)
        return r;
    sqlite3_bind_int64(s, 1, zone);
    sqlite3_bind_int64(s, 2, serial);
    int step = sqlite3_step(s);
    *ret_rows = step == SQLITE_ROW ? sqlite3_column_int64(s, 0) : 0;
    sqlite3_finalize(s);
    return step == SQLITE_ROW ? 0 : sqlite_errno(step);
}

/* Forgets the oldest serials until the journal is short enough. */
static int trim(struct exchange *e, struct exchange_zone *z, int64_t changes_max)
{
    int r = 0;
    while (r == 0 && z->changes > changes_max) {
        sqlite3_stmt *s;
        r = exchange_prepare(e, "DELETE FROM zone_change WHERE zone = ?1 AND serial = (SELECT min(serial) FROM zone_change WHERE zone = ?1)"
                                " RETURNING serial", &s);
        if (r < 0)
            return r;
        sqlite3_bind_int64(s, 1, z->number);
        int64_t rows = 0;
        int step;
        while ((step = sqlite3_step(s)) == SQLITE_ROW) {
            z->oldest = sqlite3_column_int64(s, 0);
            rows++;
        }
        r = step == SQLITE_DONE ? rows > 0 ? 0 : -EBADMSG : sqlite_errno(step);
        sqlite3_finalize(s);
        z->changes -= rows;
        e->counters.zone_serials_evicted++;
    }
    return r;
}

int exchange_zone_fill(struct exchange *e, unsigned zone, const struct exchange_zone_item *items, unsigned count, uint32_t place,
                       bool done, int64_t now_s)
{
    struct exchange_zone z = {0};
    struct exchange_counters before = e->counters;
    if (count > EXCHANGE_ZONE_BATCH_MAX)
        return -EINVAL;
    int r = exchange_run(e, "BEGIN IMMEDIATE");
    if (r < 0)
        return r;
    r = exchange_zone_by_number(e, zone, &z);
    if (r == 0 && z.state != EXCHANGE_ZONE_FILLING)
        r = -EINVAL;
    for (unsigned i = 0; r == 0 && i < count; i++) {
        bool changed;
        r = put_item(e, &z, &items[i], 0, &changed);
        e->counters.zone_changes += changed;
    }
    z.place = place;
    if (done) {
        z.state = EXCHANGE_ZONE_SERVED;
        z.serial = z.oldest = next_serial(z.serial, now_s);
    }
    if (r == 0)
        r = save(e, &z);
    r = exchange_end(e, r);
    if (r < 0)
        e->counters = before;
    return r;
}

static int put_all(struct exchange *e, struct exchange_zone *z, const struct exchange_zone_item *items, unsigned count, int64_t now_s)
{
    int64_t serial = z->state == EXCHANGE_ZONE_SERVED ? next_serial(z->serial, now_s) : 0, rows = 0;
    bool any = false;
    int r = 0;
    for (unsigned i = 0; r == 0 && i < count; i++) {
        bool changed;
        r = put_item(e, z, &items[i], serial, &changed);
        e->counters.zone_changes += changed;
        any = any || changed;
    }
    if (r == 0 && serial && any) {
        r = count_step(e, z->number, serial, &rows);
        z->serial = serial;
        z->changes += rows;
    }
    return r == 0 ? trim(e, z, EXCHANGE_ZONE_CHANGES_MAX) : r;
}

int exchange_zone_put(struct exchange *e, unsigned zone, const struct exchange_zone_item *items, unsigned count, int64_t now_s,
                      int64_t *ret_serial)
{
    struct exchange_zone z = {0};
    struct exchange_counters before = e->counters;
    if (count > EXCHANGE_ZONE_BATCH_MAX)
        return -EINVAL;
    int r = exchange_run(e, "BEGIN IMMEDIATE");
    if (r < 0)
        return r;
    r = exchange_zone_by_number(e, zone, &z);
    /* One that is being emptied is filled afterwards, from what is given then. */
    if (r == 0 && z.state != EXCHANGE_ZONE_EMPTYING)
        r = put_all(e, &z, items, count, now_s);
    if (r == 0)
        r = save(e, &z);
    r = exchange_end(e, r);
    if (r < 0)
        e->counters = before;
    else
        *ret_serial = z.serial;
    return r;
}

/* ---- deliveries ---- */

static int limit_deliveries(struct exchange *e)
{
    int64_t rows;
    int r = exchange_read_number(e, "SELECT count(*) FROM zone_delivery", &rows);
    if (r < 0 || rows <= EXCHANGE_ZONE_DELIVERIES_MAX)
        return r;
    r = exchange_run(e, "DELETE FROM zone_delivery WHERE minute_us = (SELECT min(minute_us) FROM zone_delivery)");
    e->counters.zone_deliveries_evicted += r == 0 ? (uint64_t)sqlite3_changes(e->db) : 0;
    return r;
}

int exchange_zone_delivery_add(struct exchange *e, const struct exchange_zone_delivery *d)
{
    sqlite3_stmt *s;
    int r = exchange_run(e, "BEGIN IMMEDIATE");
    if (r < 0)
        return r;
    r = exchange_prepare(e,
                         "INSERT INTO zone_delivery VALUES (?1, ?2, ?3, ?4, ?5, ?6) ON CONFLICT DO UPDATE SET records = records + ?4,"
                         " first_serial = min(first_serial, ?5), last_serial = max(last_serial, ?6)",
                         &s);
    if (r == 0) {
        sqlite3_bind_int64(s, 1, d->minute_us - d->minute_us % MINUTE_US);
        sqlite3_bind_text(s, 2, d->recipient, -1, SQLITE_STATIC);
        sqlite3_bind_text(s, 3, d->zone, -1, SQLITE_STATIC);
        sqlite3_bind_int64(s, 4, d->records);
        sqlite3_bind_int64(s, 5, d->first_serial);
        sqlite3_bind_int64(s, 6, d->last_serial);
        r = exchange_step(s);
        sqlite3_finalize(s);
    }
    if (r == 0)
        r = limit_deliveries(e);
    return exchange_end(e, r);
}

int exchange_zone_delivery_each(struct exchange *e, int64_t before_us, exchange_each_zone_delivery *each, void *self)
{
    sqlite3_stmt *s;
    int step = SQLITE_DONE;
    int r = exchange_prepare(e,
                             "SELECT minute_us, recipient, zone, records, first_serial, last_serial FROM zone_delivery"
                             " WHERE minute_us < ? ORDER BY minute_us, recipient, zone",
                             &s);
    if (r < 0)
        return r;
    sqlite3_bind_int64(s, 1, before_us);
    while (r == 0 && (step = sqlite3_step(s)) == SQLITE_ROW) {
        struct exchange_zone_delivery d = {.minute_us = sqlite3_column_int64(s, 0),
                                           .records = sqlite3_column_int64(s, 3),
                                           .first_serial = sqlite3_column_int64(s, 4),
                                           .last_serial = sqlite3_column_int64(s, 5)};
        r = exchange_take_text(s, 1, d.recipient, sizeof d.recipient);
        if (r == 0)
            r = exchange_take_text(s, 2, d.zone, sizeof d.zone);
        if (r == 0)
            r = each(self, &d);
    }
    sqlite3_finalize(s);
    return r != 0 ? r : step == SQLITE_DONE ? 0 : sqlite_errno(step);
}

int exchange_zone_delivery_drop(struct exchange *e, const struct exchange_zone_delivery *d)
{
    sqlite3_stmt *s;
    int r = exchange_prepare(e, "DELETE FROM zone_delivery WHERE minute_us = ? AND recipient = ? AND zone = ?", &s);
    if (r < 0)
        return r;
    sqlite3_bind_int64(s, 1, d->minute_us);
    sqlite3_bind_text(s, 2, d->recipient, -1, SQLITE_STATIC);
    sqlite3_bind_text(s, 3, d->zone, -1, SQLITE_STATIC);
    r = exchange_step(s);
    sqlite3_finalize(s);
    return r;
}
