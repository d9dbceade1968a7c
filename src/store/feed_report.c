/* Keeps what is to be told back to feeds. */
#include "store/feed_report.h"

#include <errno.h>

#include "store/ledger_impl.h"

/* One number by the name of a feed. */
static int number_of(struct ledger *l, const char *sql, const char *feed, int64_t missing, int64_t *ret_number)
{
    sqlite3_stmt *s;
    int r = ledger_prepare(l, sql, &s);
    if (r < 0)
        return r;
    sqlite3_bind_text(s, 1, feed, -1, SQLITE_STATIC);
    r = ledger_next_row(l, s);
    *ret_number = r == 1 && sqlite3_column_type(s, 0) != SQLITE_NULL ? sqlite3_column_int64(s, 0) : missing;
    sqlite3_finalize(s);
    return r < 0 ? r : 0;
}

static int run(struct ledger *l, const char *sql, const char *feed, int64_t number)
{
    sqlite3_stmt *s;
    int r = ledger_prepare(l, sql, &s);
    if (r < 0)
        return r;
    sqlite3_bind_text(s, 1, feed, -1, SQLITE_STATIC);
    sqlite3_bind_int64(s, 2, number);
    r = ledger_check(l, sqlite3_step(s));
    sqlite3_finalize(s);
    return r;
}

int feed_report_waiting(struct ledger *l, const char *feed, uint64_t *ret_count)
{
    int64_t count;
    int r = number_of(l, "SELECT count(*) FROM feed_report WHERE feed = ?", feed, 0, &count);
    *ret_count = r == 0 ? (uint64_t)count : 0;
    return r;
}

int feed_report_add(struct ledger *l, const char *feed, const struct feed_report *f)
{
    sqlite3_stmt *s;
    /* The span of numbers, not their count: it is found at once, and rows leave from the front. */
    int64_t span;
    int r = number_of(l, "SELECT max(number) - min(number) FROM feed_report WHERE feed = ?", feed, 0, &span);
    if (r == 0 && span >= FEED_REPORT_ROWS_MAX)
        return -ENOBUFS;
    if (r == 0)
        r = ledger_prepare(l,
                           "INSERT INTO feed_report (feed, what, ref, hour, count, first_us, last_us, sealed) VALUES (?1,?2,?3,?4,?5,?6,?7,0)"
                           " ON CONFLICT (feed, what, ref, hour) WHERE sealed = 0 DO UPDATE SET count = count + ?5,"
                           " first_us = min(first_us, ?6), last_us = max(last_us, ?7)",
                           &s);
    if (r < 0)
        return r;
    sqlite3_bind_text(s, 1, feed, -1, SQLITE_STATIC);
    sqlite3_bind_int(s, 2, (int)f->what);
    sqlite3_bind_text(s, 3, f->ref, -1, SQLITE_STATIC);
    sqlite3_bind_int64(s, 4, f->hour);
    sqlite3_bind_int64(s, 5, (int64_t)f->count);
    sqlite3_bind_int64(s, 6, f->first_us);
    sqlite3_bind_int64(s, 7, f->last_us);
    r = ledger_check(l, sqlite3_step(s));
    sqlite3_finalize(s);
    return r;
}

int feed_report_seal(struct ledger *l, const char *feed, unsigned max, unsigned *ret_count)
{
    int64_t sealed = 0;
    int r = number_of(l, "SELECT count(*) FROM feed_report WHERE feed = ? AND sealed = 1", feed, 0, &sealed);
    if (r == 0 && sealed == 0) {
        r = run(l,
                "UPDATE feed_report SET sealed = 1 WHERE number IN (SELECT number FROM feed_report WHERE feed = ?1 AND sealed = 0 ORDER BY number"
                " LIMIT ?2)",
                feed, max);
        sealed = r == 0 ? sqlite3_changes(l->db) : 0;
    }
    *ret_count = (unsigned)sealed;
    return r;
}

int feed_report_sealed(struct ledger *l, const char *feed, feed_report_each *each, void *self)
{
    sqlite3_stmt *s;
    int r = ledger_prepare(l,
                           "SELECT number, what, ref, hour, count, first_us, last_us FROM feed_report WHERE feed = ? AND sealed = 1 ORDER BY number",
                           &s);
    if (r < 0)
        return r;
    sqlite3_bind_text(s, 1, feed, -1, SQLITE_STATIC);
    while ((r = ledger_next_row(l, s)) == 1) {
        int what = sqlite3_column_int(s, 1);
        struct feed_report f = {.number = sqlite3_column_int64(s, 0),
                                .what = (enum feed_report_what)what,
                                .hour = (uint32_t)sqlite3_column_int64(s, 3),
                                .count = (uint64_t)sqlite3_column_int64(s, 4),
                                .first_us = sqlite3_column_int64(s, 5),
                                .last_us = sqlite3_column_int64(s, 6)};
        bool is_well = what >= 0 && what < FEED_REPORT_WHAT_COUNT && ledger_take_text(s, 2, f.ref, sizeof f.ref) == 0;
        r = is_well ? each(self, &f) : ledger_fail(l, -EBADMSG);
        if (r != 0)
            break;
    }
    sqlite3_finalize(s);
    return r;
}

int feed_report_drop_sealed(struct ledger *l, const char *feed)
{
    return run(l, "DELETE FROM feed_report WHERE feed = ?1 AND sealed = 1 AND ?2", feed, 1);
}

int feed_report_mark_get(struct ledger *l, const char *feed, uint32_t *ret_number)
{
    int64_t number;
    uint64_t size;
    uint8_t root[LEDGER_HASH_LEN];
    ledger_root(l, &size, root);
    int r = number_of(l, "SELECT number FROM feed_report_mark WHERE feed = ?", feed, (int64_t)size, &number);
    if (r == 0)
        *ret_number = (uint32_t)number;
    return r;
}

int feed_report_mark_set(struct ledger *l, const char *feed, uint32_t number)
{
    return run(l, "INSERT INTO feed_report_mark VALUES (?1, ?2) ON CONFLICT DO UPDATE SET number = ?2", feed, number);
}

int feed_report_appraisals(struct ledger *l, uint32_t after, unsigned max, ledger_each_verdict *each, void *self, uint32_t *ret_last)
{
    sqlite3_stmt *s;
    struct verdict v;
    unsigned count = 0;
    uint64_t size;
    uint8_t root[LEDGER_HASH_LEN];
    _Static_assert(CLAIM_FALSE_POSITIVE == 16 && CLAIM_CONFIRMED == 17, "as SQL spells them");
    ledger_root(l, &size, root);
    int r = ledger_prepare(l, "SELECT number, supersedes, body FROM entry WHERE number > ? AND claim IN (16, 17) ORDER BY number LIMIT ?", &s);
    if (r < 0)
        return r;
    sqlite3_bind_int64(s, 1, after);
    sqlite3_bind_int64(s, 2, max);
    while ((r = ledger_next_row(l, s)) == 1) {
        count++;
        *ret_last = (uint32_t)sqlite3_column_int64(s, 0);
        r = ledger_take_verdict(s, 0, &v) < 0 ? ledger_fail(l, -EBADMSG) : each(&v, self);
        if (r != 0)
            break;
    }
    sqlite3_finalize(s);
    if (r == 0 && count < max)
        *ret_last = (uint32_t)size;
    return r;
}

int feed_report_hit(struct ledger *l, enum verdict_author_kind kind, const char *name, uint64_t count)
{
    sqlite3_stmt *s;
    int r = ledger_statement(l, FEED_REPORT_HIT, "INSERT INTO source_hit VALUES (?1,?2,?3) ON CONFLICT DO UPDATE SET hits = hits + ?3", &s);
    if (r < 0)
        return r;
    sqlite3_bind_int(s, 1, (int)kind);
    sqlite3_bind_text(s, 2, name, -1, SQLITE_STATIC);
    sqlite3_bind_int64(s, 3, (int64_t)count);
    return ledger_step(l, s);
}
