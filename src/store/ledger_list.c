/* Keeps the table of imported lists beside the verdicts that stand for them. */
#include <errno.h>
#include <string.h>

#include "store/ledger_impl.h"

static bool text_fits(const char *text, size_t max)
{
    size_t len = strnlen(text, max);
    return len > 0 && len < max;
}

static bool record_valid(const struct list_record *r)
{
    return text_fits(r->name, sizeof r->name) && text_fits(r->format, sizeof r->format) &&
           strnlen(r->path, sizeof r->path) < sizeof r->path &&
           strnlen(r->sha256, sizeof r->sha256) < sizeof r->sha256 && r->imported_us >= 0;
}

#define LIST_COLUMNS "id, name, path, format, rank, verdict, imported_us, sha256, names, skipped, enabled, protects, observes"

static int take_record(sqlite3_stmt *s, struct list_record *ret_r)
{
    struct list_record r = {0};
    int64_t id = sqlite3_column_int64(s, 0), rank = sqlite3_column_int64(s, 4);
    if (id < 1 || id > UINT16_MAX || rank < 0 || rank > UINT16_MAX ||
        ledger_take_text(s, 1, r.name, sizeof r.name) < 0 || ledger_take_text(s, 2, r.path, sizeof r.path) < 0 ||
        ledger_take_text(s, 3, r.format, sizeof r.format) < 0 ||
        ledger_take_text(s, 7, r.sha256, sizeof r.sha256) < 0)
        return -EBADMSG;
    r.id = (uint16_t)id;
    r.order = (uint16_t)rank;
    r.verdict = (uint32_t)sqlite3_column_int64(s, 5);
    r.imported_us = sqlite3_column_int64(s, 6);
    r.names = (uint32_t)sqlite3_column_int64(s, 8);
    r.skipped = (uint32_t)sqlite3_column_int64(s, 9);
    r.enabled = sqlite3_column_int(s, 10) != 0;
    r.protects = sqlite3_column_int(s, 11) != 0;
    r.observes = sqlite3_column_int(s, 12) != 0;
    *ret_r = r;
    return 0;
}

/* Runs the bound statement to its end and finalizes it. */
static int each_row(struct ledger *l, sqlite3_stmt *s, ledger_each_list *each, void *self)
{
    int step, r = 0;
    while (r == 0 && (step = sqlite3_step(s)) != SQLITE_DONE) {
        struct list_record record;
        r = ledger_check(l, step);
        if (r == 0)
            r = take_record(s, &record) < 0 ? ledger_fail(l, -EBADMSG) : each(&record, self);
    }
    sqlite3_finalize(s);
    return r;
}

int ledger_list_each(struct ledger *l, ledger_each_list *each, void *self)
{
    sqlite3_stmt *s;
    int r = ledger_prepare(l, "SELECT " LIST_COLUMNS " FROM list ORDER BY rank, id", &s);
    return r < 0 ? r : each_row(l, s, each, self);
}

static int copy_record(const struct list_record *r, void *self)
{
    *(struct list_record *)self = *r;
    return 0;
}

int ledger_list_get(struct ledger *l, const char *name, struct list_record *ret_record)
{
    sqlite3_stmt *s;
    int r = ledger_prepare(l, "SELECT " LIST_COLUMNS " FROM list WHERE name = ?", &s);
    if (r < 0)
        return r;
    sqlite3_bind_text(s, 1, name, -1, SQLITE_STATIC);
    struct list_record record = {0};
    r = each_row(l, s, copy_record, &record);
    if (r == 0 && record.id == 0)
        r = ledger_fail(l, -ENOENT);
    if (r == 0)
        *ret_record = record;
    return r;
}

/* Unique name and existing verdict are told apart from other constraints, since their remedy is the operator's. */
static int step_put(struct ledger *l, sqlite3_stmt *s)
{
    int step = sqlite3_step(s);
    switch (sqlite3_extended_errcode(l->db)) {
    case SQLITE_CONSTRAINT_UNIQUE:
        return ledger_fail(l, -EEXIST);
    case SQLITE_CONSTRAINT_FOREIGNKEY:
        return ledger_fail(l, -ENOENT);
    default:
        return ledger_check(l, step);
    }
}

static int put(struct ledger *l, struct list_record *r)
{
    if (!record_valid(r))
        return ledger_fail(l, -EINVAL);
    int64_t count = 0;
    int e = ledger_read_number(l, "SELECT count(*) FROM list", &count);
    if (e < 0)
        return e;
    if (r->id == 0 && count >= LIST_COUNT_MAX)
        return ledger_fail(l, -E2BIG);
    sqlite3_stmt *s;
    e = ledger_prepare(l,
                       r->id == 0 ? "INSERT INTO list VALUES (nullif(?,0),?,?,?,?,?,?,?,?,?,?,?,?)"
                                  : "UPDATE list SET name=?2, path=?3, format=?4, rank=?5, verdict=?6,"
                                    " imported_us=?7, sha256=?8, names=?9, skipped=?10, enabled=?11, protects=?12,"
                                    " observes=?13 WHERE id=?1",
                       &s);
    if (e < 0)
        return e;
    sqlite3_bind_int(s, 1, r->id);
    sqlite3_bind_text(s, 2, r->name, -1, SQLITE_STATIC);
    sqlite3_bind_text(s, 3, r->path, -1, SQLITE_STATIC);
    sqlite3_bind_text(s, 4, r->format, -1, SQLITE_STATIC);
    sqlite3_bind_int(s, 5, r->order);
    sqlite3_bind_int64(s, 6, r->verdict);
    sqlite3_bind_int64(s, 7, r->imported_us);
    sqlite3_bind_text(s, 8, r->sha256, -1, SQLITE_STATIC);
    sqlite3_bind_int64(s, 9, r->names);
    sqlite3_bind_int64(s, 10, r->skipped);
    sqlite3_bind_int(s, 11, r->enabled);
    sqlite3_bind_int(s, 12, r->protects);
    sqlite3_bind_int(s, 13, r->observes);
    e = step_put(l, s);
    sqlite3_finalize(s);
    if (e < 0)
        return e;
    if (r->id == 0)
        r->id = (uint16_t)sqlite3_last_insert_rowid(l->db);
    else if (sqlite3_changes(l->db) == 0)
        return ledger_fail(l, -ENOENT);
    return 0;
}

int ledger_list_put(struct ledger *l, struct list_record *r)
{
    struct list_record copy = *r;
    int e = ledger_begin(l);
    if (e == 0)
        e = put(l, &copy);
    if (e == 0)
        e = ledger_commit(l);
    if (e < 0)
        ledger_rollback(l);
    else
        *r = copy;
    return e;
}

int ledger_list_import(struct ledger *l, struct verdict *v, struct list_record *r)
{
    struct list_record record = *r;
    struct verdict verdict = *v;
    int e = ledger_begin(l);
    if (e == 0)
        e = ledger_append_inside(l, &verdict);
    if (e == 0) {
        record.verdict = verdict.number;
        e = put(l, &record);
    }
    if (e == 0)
        e = ledger_held_delete(l, record.name);
    if (e == 0)
        e = ledger_commit(l);
    if (e < 0) {
        ledger_rollback(l);
        return e;
    }
    *v = verdict;
    *r = record;
    return 0;
}

static int delete_row(struct ledger *l, uint16_t id)
{
    sqlite3_stmt *s;
    int e = ledger_prepare(l, "DELETE FROM list WHERE id = ?", &s);
    if (e < 0)
        return e;
    sqlite3_bind_int(s, 1, id);
    e = ledger_check(l, sqlite3_step(s));
    sqlite3_finalize(s);
    return e;
}

int ledger_list_remove(struct ledger *l, const char *name, struct verdict *why)
{
    struct list_record record;
    struct verdict v = *why;
    if (v.from_us <= 0)
        return ledger_fail(l, -EINVAL); /* until = from = 0 would say "no end" */
    int e = ledger_begin(l);
    if (e == 0)
        e = ledger_list_get(l, name, &record);
    if (e == 0) {
        v.claim = CLAIM_LIST;
        e = subject_read(SUBJECT_LIST, record.name, strlen(record.name), &v.subject);
    }
    if (e == 0) {
        v.supersedes = record.verdict;
        v.until_us = v.from_us;
        e = ledger_append_inside(l, &v);
    }
    if (e == 0)
        e = delete_row(l, record.id);
    if (e == 0)
        e = ledger_held_delete(l, record.name);
    if (e == 0)
        e = ledger_commit(l);
    if (e < 0) {
        ledger_rollback(l);
        return e;
    }
    *why = v;
    return 0;
}
