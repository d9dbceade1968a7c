/* Keeps the moments of the loop. */
#include "store/loop_clock.h"

#include <errno.h>
#include <stdio.h>

#include "store/ledger_impl.h"

static const char *const columns[] = {"seen", "judged", "blocked", "shared", "told", "fixed"};
_Static_assert(array_len(columns) == CLOCK_MOMENT_COUNT, "a column for each moment");

const char *clock_moment_word(enum clock_moment moment)
{
    return (unsigned)moment < CLOCK_MOMENT_COUNT ? columns[moment] : "unknown";
}

int clock_mark(struct ledger *l, uint32_t indicator, enum clock_moment moment, int64_t at_us)
{
    char sql[256];
    sqlite3_stmt *s;
    if ((unsigned)moment >= CLOCK_MOMENT_COUNT || at_us <= 0)
        return ledger_fail(l, -EINVAL);
    const char *column = columns[moment];
    /* The only texts that go into the statement are the ones above. */
    snprintf(sql, sizeof sql,
             "INSERT INTO clock (indicator, seen_us, judged_us, blocked_us, shared_us, told_us, fixed_us) VALUES (?1, 0, 0, 0, 0, 0, 0)"
             " ON CONFLICT DO NOTHING");
    int r = ledger_statement(l, CLOCK_ADD, sql, &s);
    if (r < 0)
        return r;
    sqlite3_bind_int64(s, 1, indicator);
    r = ledger_step(l, s);
    if (r < 0)
        return r;
    snprintf(sql, sizeof sql, "UPDATE clock SET %s_us = ?2 WHERE indicator = ?1 AND (%s_us = 0 OR %s_us > ?2)", column, column, column);
    r = ledger_statement(l, CLOCK_MARK + (enum ledger_statement)moment, sql, &s);
    if (r < 0)
        return r;
    sqlite3_bind_int64(s, 1, indicator);
    sqlite3_bind_int64(s, 2, at_us);
    return ledger_step(l, s);
}

int clock_read(struct ledger *l, int64_t since_us, clock_each *each, void *self)
{
    sqlite3_stmt *s;
    int r = ledger_prepare(l,
                           "SELECT c.indicator, i.claim, c.seen_us, judged_us, blocked_us, shared_us, told_us, fixed_us FROM clock AS c"
                           " JOIN indicator AS i ON i.id = c.indicator WHERE judged_us >= ? ORDER BY c.indicator",
                           &s);
    if (r < 0)
        return r;
    sqlite3_bind_int64(s, 1, since_us);
    while ((r = ledger_next_row(l, s)) == 1) {
        int claim = sqlite3_column_int(s, 1);
        struct clock_times t = {.indicator = (uint32_t)sqlite3_column_int64(s, 0), .claim = (enum claim)claim};
        for (int m = 0; m < CLOCK_MOMENT_COUNT; m++)
            t.at_us[m] = sqlite3_column_int64(s, 2 + m);
        r = claim < 0 || claim >= CLAIM_COUNT ? ledger_fail(l, -EBADMSG) : each(self, &t);
        if (r != 0)
            break;
    }
    sqlite3_finalize(s);
    return r;
}

int clock_get(struct ledger *l, uint32_t indicator, int64_t ret_us[CLOCK_MOMENT_COUNT])
{
    sqlite3_stmt *s;
    int r = ledger_prepare(l, "SELECT seen_us, judged_us, blocked_us, shared_us, told_us, fixed_us FROM clock WHERE indicator = ?", &s);
    if (r < 0)
        return r;
    sqlite3_bind_int64(s, 1, indicator);
    r = ledger_next_row(l, s);
    for (int m = 0; m < CLOCK_MOMENT_COUNT; m++)
        ret_us[m] = r == 1 ? sqlite3_column_int64(s, m) : 0;
    sqlite3_finalize(s);
    return r < 0 ? r : 0;
}
