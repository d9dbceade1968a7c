/* The collections of exchanged objects, and the record of what was given to whom. */
#include <errno.h>
#include <sodium.h>
#include <stdio.h>
#include <string.h>

#include "base/utf8.h"
#include "base/uuid.h"
#include "store/exchange_impl.h"
#include "store/sqlite_errno.h"

#define MINUTE_US INT64_C(60000000)
#define COLUMNS "number, id, name, title, objects, octets, last_added_us, objects_max, octets_max"

/* ---- collections ---- */

static int take_row(sqlite3_stmt *s, struct exchange_collection *ret_collection)
{
    struct exchange_collection c = {.number = (unsigned)sqlite3_column_int(s, 0),
                                    .objects = sqlite3_column_int64(s, 4),
                                    .octets = sqlite3_column_int64(s, 5),
                                    .last_added_us = sqlite3_column_int64(s, 6),
                                    .objects_max = sqlite3_column_int64(s, 7),
                                    .octets_max = sqlite3_column_int64(s, 8)};
    int r = exchange_take_text(s, 1, c.id, sizeof c.id);
    if (r == 0)
        r = exchange_take_text(s, 2, c.name, sizeof c.name);
    if (r == 0)
        r = exchange_take_text(s, 3, c.title, sizeof c.title);
    if (r == 0)
        *ret_collection = c;
    return r;
}

/* The statement is finalized. */
static int read_one(sqlite3_stmt *s, struct exchange_collection *ret_collection)
{
    int step = sqlite3_step(s);
    int r = step == SQLITE_ROW ? take_row(s, ret_collection) : step == SQLITE_DONE ? -ENOENT : sqlite_errno(step);
    sqlite3_finalize(s);
    return r;
}

static int read_by_text(struct exchange *e, const char *sql, const char *text, struct exchange_collection *ret_collection)
{
    sqlite3_stmt *s;
    int r = exchange_prepare(e, sql, &s);
    if (r < 0)
        return r;
    sqlite3_bind_text(s, 1, text, -1, SQLITE_STATIC);
    return read_one(s, ret_collection);
}

int exchange_collection_get(struct exchange *e, const char *name, struct exchange_collection *ret_collection)
{
    return read_by_text(e, "SELECT " COLUMNS " FROM collection WHERE name = ?", name, ret_collection);
}

int exchange_collection_of_id(struct exchange *e, const char *id, struct exchange_collection *ret_collection)
{
    return read_by_text(e, "SELECT " COLUMNS " FROM collection WHERE id = ?", id, ret_collection);
}

int exchange_collection_by_number(struct exchange *e, unsigned number, struct exchange_collection *ret_collection)
{
    sqlite3_stmt *s;
    int r = exchange_prepare(e, "SELECT " COLUMNS " FROM collection WHERE number = ?", &s);
    if (r < 0)
        return r;
    sqlite3_bind_int64(s, 1, number);
    return read_one(s, ret_collection);
}

static void make_id(char *text)
{
    uint8_t octets[16];
    randombytes_buf(octets, sizeof octets);
    uuid_mark_v4(octets);
    uuid_format(octets, text);
}

static bool is_text(const char *text, size_t max)
{
    struct reader r = reader_of(text, strlen(text));
    if (r.left == 0 || r.left >= max)
        return false;
    while (r.left > 0)
        (void)utf8_take(&r);
    return !r.failed;
}

static int put_row(struct exchange *e, const struct exchange_collection *c)
{
    sqlite3_stmt *s;
    int r = exchange_prepare(e,
                             "INSERT INTO collection (id, name, title, objects_max, octets_max) VALUES (?, ?, ?, ?, ?) "
                             "ON CONFLICT (name) DO UPDATE SET title = excluded.title, objects_max = excluded.objects_max, "
                             "octets_max = excluded.octets_max",
                             &s);
    if (r < 0)
        return r;
    sqlite3_bind_text(s, 1, c->id, -1, SQLITE_STATIC);
    sqlite3_bind_text(s, 2, c->name, -1, SQLITE_STATIC);
    sqlite3_bind_text(s, 3, c->title, -1, SQLITE_STATIC);
    sqlite3_bind_int64(s, 4, c->objects_max);
    sqlite3_bind_int64(s, 5, c->octets_max);
    r = exchange_step(s);
    sqlite3_finalize(s);
    return r;
}

int exchange_collection_put(struct exchange *e, const char *name, const char *title, int64_t objects_max, int64_t octets_max,
                            struct exchange_collection *ret_collection)
{
    if (!is_text(name, EXCHANGE_NAME_MAX) || !is_text(title, EXCHANGE_TITLE_MAX) || objects_max < 1 || octets_max < 1)
        return -EINVAL;
    struct exchange_collection c = {.objects_max = objects_max, .octets_max = octets_max}, found;
    snprintf(c.name, sizeof c.name, "%s", name);
    snprintf(c.title, sizeof c.title, "%s", title);
    make_id(c.id);
    int r = exchange_run(e, "BEGIN IMMEDIATE");
    if (r < 0)
        return r;
    int64_t count = 0, numbers = 0;
    r = exchange_collection_get(e, name, &found);
    if (r == -ENOENT) {
        r = exchange_read_number(e, "SELECT count(*) FROM collection", &count);
        if (r == 0) /* a number is given once: objects of one that was removed come back under no other name */
            r = exchange_read_number(e, "SELECT coalesce(max(seq), 0) FROM sqlite_sequence WHERE name = 'collection'", &numbers);
        if (r == 0 && (count >= EXCHANGE_COLLECTIONS_MAX || numbers >= EXCHANGE_NUMBER_MAX))
            r = -E2BIG;
    }
    if (r == 0)
        r = put_row(e, &c);
    if (r == 0)
        r = exchange_collection_get(e, name, &found);
    r = exchange_end(e, r);
    if (r == 0)
        *ret_collection = found;
    return r;
}

/* ---- those of sources ---- */

#define OF_SOURCES "name GLOB 'in-*'"

int exchange_collection_of_source(struct exchange *e, const char *source, struct exchange_collection *ret_collection)
{
    /* Sources have names of any letters; as a recipient's name it would be too long. */
    char name[EXCHANGE_NAME_MAX] = "in-";
    uint8_t hash[crypto_generichash_BYTES_MIN];
    int64_t count = 0;
    crypto_generichash(hash, sizeof hash, (const unsigned char *)source, strlen(source), NULL, 0);
    sodium_bin2hex(name + 3, sizeof name - 3, hash, sizeof hash);
    int r = exchange_collection_get(e, name, ret_collection);
    if (r != -ENOENT)
        return r;
    r = exchange_read_number(e, "SELECT count(*) FROM collection WHERE " OF_SOURCES, &count);
    if (r == 0 && count >= EXCHANGE_SOURCES_MAX)
        r = -E2BIG;
    return r < 0 ? r : exchange_collection_put(e, name, source, EXCHANGE_OBJECTS_DEFAULT, EXCHANGE_OCTETS_DEFAULT, ret_collection);
}

int exchange_collection_of_sources(struct exchange *e, exchange_each_collection *each, void *self)
{
    sqlite3_stmt *s;
    struct exchange_collection c;
    int step, r = exchange_prepare(e, "SELECT " COLUMNS " FROM collection WHERE " OF_SOURCES " ORDER BY number", &s);
    if (r < 0)
        return r;
    while (r == 0 && (step = sqlite3_step(s)) != SQLITE_DONE) {
        r = step == SQLITE_ROW ? take_row(s, &c) : sqlite_errno(step);
        if (r == 0)
            r = each(self, &c);
    }
    sqlite3_finalize(s);
    return r;
}

int exchange_collection_remove(struct exchange *e, unsigned number)
{
    struct exchange_collection c = {0};
    char sql[160];
    int r = exchange_run(e, "BEGIN IMMEDIATE");
    if (r < 0)
        return r;
    r = exchange_collection_by_number(e, number, &c);
    if (r == 0) {
        snprintf(sql, sizeof sql, "DELETE FROM object WHERE place BETWEEN %lld AND %lld",
                 (long long)exchange_place_of(number, 0), (long long)exchange_place_of(number, INT64_MAX));
        r = exchange_run(e, sql);
    }
    if (r == 0) {
        snprintf(sql, sizeof sql, "DELETE FROM collection WHERE number = %u", number);
        r = exchange_run(e, sql);
    }
    r = exchange_end(e, r);
    if (r == 0)
        e->counters.removed += (uint64_t)c.objects;
    return r;
}

/* ---- deliveries ---- */

static int add_delivery(struct exchange *e, const struct exchange_delivery *d)
{
    sqlite3_stmt *s;
    int r = exchange_keep(e, EXCHANGE_ADD_DELIVERY,
                          "INSERT INTO delivery (minute_us, recipient, collection, objects, first_us, last_us) "
                          "VALUES (?, ?, ?, ?, ?, ?) ON CONFLICT DO UPDATE SET objects = objects + excluded.objects, "
                          "first_us = min(first_us, excluded.first_us), last_us = max(last_us, excluded.last_us)",
                          &s);
    if (r < 0)
        return r;
    int64_t within = d->minute_us % MINUTE_US;
    sqlite3_bind_int64(s, 1, d->minute_us - (within < 0 ? within + MINUTE_US : within));
    sqlite3_bind_text(s, 2, d->recipient, -1, SQLITE_STATIC);
    sqlite3_bind_int64(s, 3, d->collection);
    sqlite3_bind_int64(s, 4, d->objects);
    sqlite3_bind_int64(s, 5, d->first_us);
    sqlite3_bind_int64(s, 6, d->last_us);
    return exchange_step(s);
}

int exchange_delivery_add(struct exchange *e, const struct exchange_delivery *deliveries, size_t count)
{
    int64_t rows = 0;
    int r = exchange_run(e, "BEGIN IMMEDIATE");
    if (r < 0)
        return r;
    for (size_t i = 0; r == 0 && i < count; i++)
        r = is_text(deliveries[i].recipient, EXCHANGE_NAME_MAX) ? add_delivery(e, &deliveries[i]) : -EINVAL;
    /* Counted now and then: a count reads the whole table. */
    bool look = e->counters.deliveries / 4096 != (e->counters.deliveries + count) / 4096;
    if (r == 0 && look)
        r = exchange_read_number(e, "SELECT count(*) FROM delivery", &rows);
    int64_t excess = rows - EXCHANGE_DELIVERIES_MAX;
    if (r == 0 && excess > 0) {
        char sql[192];
        snprintf(sql, sizeof sql,
                 "DELETE FROM delivery WHERE minute_us <= (SELECT minute_us FROM delivery ORDER BY minute_us LIMIT 1 OFFSET %lld)",
                 (long long)excess);
        r = exchange_run(e, sql);
    }
    r = exchange_end(e, r);
    if (r == 0) {
        e->counters.deliveries += count;
        e->counters.deliveries_evicted += excess > 0 ? (uint64_t)excess : 0;
    }
    return r;
}

int exchange_delivery_each(struct exchange *e, int64_t from_us, exchange_each_delivery *each, void *self)
{
    sqlite3_stmt *s;
    int r = exchange_prepare(e,
                             "SELECT minute_us, recipient, collection, objects, first_us, last_us FROM delivery "
                             "WHERE minute_us >= ? ORDER BY minute_us, recipient, collection",
                             &s);
    if (r < 0)
        return r;
    sqlite3_bind_int64(s, 1, from_us);
    int step;
    while (r == 0 && (step = sqlite3_step(s)) != SQLITE_DONE) {
        struct exchange_delivery d = {.minute_us = sqlite3_column_int64(s, 0),
                                      .collection = (unsigned)sqlite3_column_int(s, 2),
                                      .objects = sqlite3_column_int64(s, 3),
                                      .first_us = sqlite3_column_int64(s, 4),
                                      .last_us = sqlite3_column_int64(s, 5)};
        r = step == SQLITE_ROW ? exchange_take_text(s, 1, d.recipient, sizeof d.recipient) : sqlite_errno(step);
        if (r == 0)
            r = each(self, &d);
    }
    sqlite3_finalize(s);
    return r;
}

int exchange_delivery_expire(struct exchange *e, int64_t before_us)
{
    char sql[96];
    snprintf(sql, sizeof sql, "DELETE FROM delivery WHERE minute_us < %lld", (long long)before_us);
    return exchange_run(e, sql);
}
