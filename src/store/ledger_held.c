/* Keeps the editions of lists that are held back until somebody accepts or discards them. */
#include <errno.h>
#include <string.h>

#include "store/ledger_impl.h"

static bool held_valid(const struct list_held *h)
{
    return h->name[0] && strnlen(h->name, sizeof h->name) < sizeof h->name &&
           strnlen(h->path, sizeof h->path) < sizeof h->path && (h->discarded || h->path[0]) && h->format[0] &&
           strnlen(h->format, sizeof h->format) < sizeof h->format &&
           strnlen(h->sha256, sizeof h->sha256) < sizeof h->sha256 &&
           strnlen(h->source, sizeof h->source) < sizeof h->source &&
           strnlen(h->reason, sizeof h->reason) < sizeof h->reason && h->since_us >= 0;
}

#define HELD_COLUMNS "name, path, format, sha256, names, skipped, old_names, since_us, source, reason, discarded"

static int take_held(sqlite3_stmt *s, struct list_held *ret_h)
{
    struct list_held h = {0};
    if (ledger_take_text(s, 0, h.name, sizeof h.name) < 0 || ledger_take_text(s, 1, h.path, sizeof h.path) < 0 ||
        ledger_take_text(s, 2, h.format, sizeof h.format) < 0 ||
        ledger_take_text(s, 3, h.sha256, sizeof h.sha256) < 0 ||
        ledger_take_text(s, 8, h.source, sizeof h.source) < 0 || ledger_take_text(s, 9, h.reason, sizeof h.reason) < 0)
        return -EBADMSG;
    h.names = (uint32_t)sqlite3_column_int64(s, 4);
    h.skipped = (uint32_t)sqlite3_column_int64(s, 5);
    h.old_names = (uint32_t)sqlite3_column_int64(s, 6);
    h.since_us = sqlite3_column_int64(s, 7);
    h.discarded = sqlite3_column_int(s, 10) != 0;
    *ret_h = h;
    return 0;
}

/* Runs the bound statement to its end and finalizes it. */
static int each_row(struct ledger *l, sqlite3_stmt *s, ledger_each_held *each, void *self)
{
    int step, r = 0;
    while (r == 0 && (step = sqlite3_step(s)) != SQLITE_DONE) {
        struct list_held h;
        r = ledger_check(l, step);
        if (r == 0)
            r = take_held(s, &h) < 0 ? ledger_fail(l, -EBADMSG) : each(&h, self);
    }
    sqlite3_finalize(s);
    return r;
}

int ledger_held_each(struct ledger *l, ledger_each_held *each, void *self)
{
    sqlite3_stmt *s;
    int r = ledger_prepare(l, "SELECT " HELD_COLUMNS " FROM list_held ORDER BY name", &s);
    return r < 0 ? r : each_row(l, s, each, self);
}

static int copy_held(const struct list_held *h, void *self)
{
    *(struct list_held *)self = *h;
    return 0;
}

int ledger_held_get(struct ledger *l, const char *name, struct list_held *ret_held)
{
    sqlite3_stmt *s;
    int r = ledger_prepare(l, "SELECT " HELD_COLUMNS " FROM list_held WHERE name = ?", &s);
    if (r < 0)
        return r;
    sqlite3_bind_text(s, 1, name, -1, SQLITE_STATIC);
    struct list_held h = {0};
    r = each_row(l, s, copy_held, &h);
    if (r == 0 && !h.name[0])
        r = ledger_fail(l, -ENOENT);
    if (r == 0)
        *ret_held = h;
    return r;
}

int ledger_held_put(struct ledger *l, const struct list_held *h)
{
    sqlite3_stmt *s;
    if (!held_valid(h))
        return ledger_fail(l, -EINVAL);
    int r = ledger_prepare(l, "INSERT OR REPLACE INTO list_held VALUES (?,?,?,?,?,?,?,?,?,?,?)", &s);
    if (r < 0)
        return r;
    sqlite3_bind_text(s, 1, h->name, -1, SQLITE_STATIC);
    sqlite3_bind_text(s, 2, h->path, -1, SQLITE_STATIC);
    sqlite3_bind_text(s, 3, h->format, -1, SQLITE_STATIC);
    sqlite3_bind_text(s, 4, h->sha256, -1, SQLITE_STATIC);
    sqlite3_bind_int64(s, 5, h->names);
    sqlite3_bind_int64(s, 6, h->skipped);
    sqlite3_bind_int64(s, 7, h->old_names);
    sqlite3_bind_int64(s, 8, h->since_us);
    sqlite3_bind_text(s, 9, h->source, -1, SQLITE_STATIC);
    sqlite3_bind_text(s, 10, h->reason, -1, SQLITE_STATIC);
    sqlite3_bind_int(s, 11, h->discarded);
    r = ledger_check(l, sqlite3_step(s));
    sqlite3_finalize(s);
    return r;
}

int ledger_held_delete(struct ledger *l, const char *name)
{
    sqlite3_stmt *s;
    int r = ledger_prepare(l, "DELETE FROM list_held WHERE name = ?", &s);
    if (r < 0)
        return r;
    sqlite3_bind_text(s, 1, name, -1, SQLITE_STATIC);
    r = ledger_check(l, sqlite3_step(s));
    sqlite3_finalize(s);
    return r;
}
