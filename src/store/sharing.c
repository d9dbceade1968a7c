/* Keeps what the exit gate decided, and the queue to it. */
#include "store/sharing.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "store/indicator.h"
#include "store/ledger_impl.h"

static int run_with(struct ledger *l, enum ledger_statement which, const char *sql, int64_t number)
{
    sqlite3_stmt *s;
    int r = ledger_statement(l, which, sql, &s);
    if (r < 0)
        return r;
    sqlite3_bind_int64(s, 1, number);
    return ledger_step(l, s);
}

int sharing_queue(struct ledger *l, uint32_t indicator)
{
    return run_with(l, SHARING_QUEUE, "INSERT INTO outbox VALUES (?) ON CONFLICT DO NOTHING", indicator);
}

int sharing_queue_drop(struct ledger *l, uint32_t indicator)
{
    return run_with(l, SHARING_DROP, "DELETE FROM outbox WHERE indicator = ?", indicator);
}

int sharing_queue_read(struct ledger *l, unsigned max, uint32_t *ret_indicators, unsigned *ret_count)
{
    sqlite3_stmt *s;
    *ret_count = 0;
    int r = ledger_prepare(l, "SELECT indicator FROM outbox ORDER BY indicator LIMIT ?", &s);
    if (r < 0)
        return r;
    sqlite3_bind_int64(s, 1, max);
    while ((r = ledger_next_row(l, s)) == 1 && *ret_count < max)
        ret_indicators[(*ret_count)++] = (uint32_t)sqlite3_column_int64(s, 0);
    sqlite3_finalize(s);
    return r < 0 ? r : 0;
}

int sharing_queue_all(struct ledger *l, uint32_t recipient)
{
    sqlite3_stmt *s;
    int r = ledger_prepare(l,
                           "INSERT INTO outbox SELECT id FROM indicator WHERE state = 1 UNION SELECT indicator FROM shared WHERE"
                           " recipient = ? AND given = 1 ON CONFLICT DO NOTHING",
                           &s);
    _Static_assert(INDICATOR_ACTIVE == 1, "as SQL spells it");
    if (r < 0)
        return r;
    sqlite3_bind_int64(s, 1, recipient);
    r = ledger_check(l, sqlite3_step(s));
    sqlite3_finalize(s);
    return r;
}

/* 0: there is none. */
static int find_recipient(struct ledger *l, const char *name, const uint8_t *rules, uint32_t *ret_recipient, bool *ret_same)
{
    sqlite3_stmt *s;
    int r = ledger_prepare(l, "SELECT id, rules FROM recipient WHERE name = ?", &s);
    if (r < 0)
        return r;
    sqlite3_bind_text(s, 1, name, -1, SQLITE_STATIC);
    r = ledger_next_row(l, s);
    *ret_recipient = r == 1 ? (uint32_t)sqlite3_column_int64(s, 0) : 0;
    *ret_same = r == 1 && sqlite3_column_bytes(s, 1) == SHARING_RULES_LEN &&
                memcmp(sqlite3_column_blob(s, 1), rules, SHARING_RULES_LEN) == 0;
    sqlite3_finalize(s);
    return r < 0 ? r : 0;
}

int sharing_recipient(struct ledger *l, const char *name, const uint8_t rules[SHARING_RULES_LEN], uint32_t *ret_recipient, bool *ret_changed)
{
    sqlite3_stmt *s;
    bool same;
    int r = find_recipient(l, name, rules, ret_recipient, &same);
    *ret_changed = r == 0 && !same;
    if (r < 0 || same)
        return r;
    r = ledger_prepare(l, "INSERT INTO recipient (name, rules) VALUES (?1, ?2) ON CONFLICT (name) DO UPDATE SET rules = ?2", &s);
    if (r < 0)
        return r;
    sqlite3_bind_text(s, 1, name, -1, SQLITE_STATIC);
    sqlite3_bind_blob(s, 2, rules, SHARING_RULES_LEN, SQLITE_STATIC);
    r = ledger_check(l, sqlite3_step(s));
    sqlite3_finalize(s);
    return r < 0 ? r : find_recipient(l, name, rules, ret_recipient, &same);
}

int sharing_find(struct ledger *l, const char *name, uint32_t *ret_recipient)
{
    static const uint8_t none[SHARING_RULES_LEN];
    bool same;
    int r = find_recipient(l, name, none, ret_recipient, &same);
    return r == 0 && *ret_recipient == 0 ? -ENOENT : r;
}

int sharing_forget_rules(struct ledger *l, const uint32_t *but, unsigned count)
{
    char sql[128 + SHARING_RECIPIENTS_MAX * 12];
    size_t len = (size_t)snprintf(sql, sizeof sql, "UPDATE recipient SET rules = x'' WHERE rules <> x'' AND id NOT IN (0");
    if (count > SHARING_RECIPIENTS_MAX)
        return ledger_fail(l, -EINVAL);
    for (unsigned i = 0; i < count; i++)
        len += (size_t)snprintf(sql + len, sizeof sql - len, ",%u", but[i]);
    snprintf(sql + len, sizeof sql - len, ")");
    return ledger_run(l, sql);
}

enum { ROW_COLUMN_COUNT = 8 };
#define ROW_COLUMNS " s.indicator, s.outcome, s.given, s.decision, s.claim, s.told, s.first_us, s.modified_us"

static int take_row(sqlite3_stmt *s, struct sharing_row *ret_row)
{
    int64_t indicator = sqlite3_column_int64(s, 0), outcome = sqlite3_column_int64(s, 1), decision = sqlite3_column_int64(s, 3);
    int64_t claim = sqlite3_column_int64(s, 4);
    if (claim < 0 || claim >= CLAIM_COUNT || indicator < 1 || indicator > UINT32_MAX || outcome < 0 || outcome > UINT8_MAX || decision < 0 || decision >= INDICATOR_DECISION_COUNT)
        return -EBADMSG;
    *ret_row = (struct sharing_row){.indicator = (uint32_t)indicator,
                                    .outcome = (unsigned)outcome,
                                    .given = sqlite3_column_int(s, 2) != 0,
                                    .decision = (enum indicator_decision)decision,
                                    .claim = (enum claim)claim,
                                    .told = sqlite3_column_int64(s, 5),
                                    .first_us = sqlite3_column_int64(s, 6),
                                    .modified_us = sqlite3_column_int64(s, 7)};
    return 0;
}

int sharing_get(struct ledger *l, uint32_t recipient, uint32_t indicator, struct sharing_row *ret_row)
{
    sqlite3_stmt *s;
    int r = ledger_statement(l, SHARING_GET, "SELECT" ROW_COLUMNS " FROM shared AS s WHERE s.recipient = ? AND s.indicator = ?", &s);
    if (r < 0)
        return r;
    sqlite3_bind_int64(s, 1, recipient);
    sqlite3_bind_int64(s, 2, indicator);
    r = ledger_next_row(l, s);
    if (r == 1)
        r = take_row(s, ret_row) < 0 ? ledger_fail(l, -EBADMSG) : 0;
    else if (r == 0)
        r = ledger_fail(l, -ENOENT);
    sqlite3_reset(s);
    return r;
}

int sharing_put(struct ledger *l, uint32_t recipient, const struct sharing_row *row)
{
    sqlite3_stmt *s;
    int r = ledger_statement(l, SHARING_PUT,
                             "INSERT INTO shared VALUES (?1,?2,?3,?4,?5,?6,?7,?8,?9) ON CONFLICT DO UPDATE SET outcome=?3, given=?4,"
                             " decision=?5, claim=?6, told=?7, first_us=?8, modified_us=?9",
                             &s);
    if (r < 0)
        return r;
    const int64_t numbers[] = {recipient, row->indicator, row->outcome, row->given, row->decision, row->claim, row->told, row->first_us, row->modified_us};
    for (size_t i = 0; i < array_len(numbers); i++)
        sqlite3_bind_int64(s, (int)i + 1, numbers[i]);
    return ledger_step(l, s);
}

int sharing_of(struct ledger *l, uint32_t indicator, sharing_each *each, void *self)
{
    sqlite3_stmt *s;
    int r = ledger_prepare(l,
                           "SELECT" ROW_COLUMNS ", r.name FROM shared AS s JOIN recipient AS r ON r.id = s.recipient"
                           " WHERE s.indicator = ? ORDER BY r.name",
                           &s);
    if (r < 0)
        return r;
    sqlite3_bind_int64(s, 1, indicator);
    while ((r = ledger_next_row(l, s)) == 1) {
        struct sharing_row row;
        char name[SHARING_NAME_MAX];
        r = take_row(s, &row) < 0 || ledger_take_text(s, ROW_COLUMN_COUNT, name, sizeof name) < 0 ? ledger_fail(l, -EBADMSG) : each(self, name, &row);
        if (r != 0)
            break;
    }
    sqlite3_finalize(s);
    return r;
}

int sharing_given(struct ledger *l, uint32_t recipient, uint32_t after, unsigned max, sharing_each_given *each, void *self)
{
    sqlite3_stmt *s;
    int r = ledger_prepare(l,
                           "SELECT" ROW_COLUMNS ", i.kind, i.value FROM shared AS s JOIN indicator AS i ON i.id = s.indicator"
                           " WHERE s.recipient = ? AND s.indicator > ? AND s.given = 1 ORDER BY s.indicator LIMIT ?",
                           &s);
    if (r < 0)
        return r;
    sqlite3_bind_int64(s, 1, recipient);
    sqlite3_bind_int64(s, 2, after);
    sqlite3_bind_int64(s, 3, max);
    while ((r = ledger_next_row(l, s)) == 1) {
        struct sharing_row row;
        struct subject subject;
        int kind = sqlite3_column_int(s, ROW_COLUMN_COUNT);
        if (take_row(s, &row) < 0 || kind < 0 || kind >= SUBJECT_KIND_COUNT ||
            ledger_take_text(s, ROW_COLUMN_COUNT + 1, subject.value, sizeof subject.value) < 0) {
            r = ledger_fail(l, -EBADMSG);
            break;
        }
        subject.kind = (enum subject_kind)kind;
        r = each(self, &row, &subject);
        if (r != 0)
            break;
    }
    sqlite3_finalize(s);
    return r;
}

int sharing_taken(struct ledger *l, const char *member, int64_t *ret_added_us)
{
    sqlite3_stmt *s;
    int r = ledger_prepare(l, "SELECT added_us FROM taken WHERE member = ?", &s);
    if (r < 0)
        return r;
    sqlite3_bind_text(s, 1, member, -1, SQLITE_STATIC);
    r = ledger_next_row(l, s);
    *ret_added_us = r == 1 ? sqlite3_column_int64(s, 0) : 0;
    sqlite3_finalize(s);
    return r < 0 ? r : 0;
}

int sharing_set_taken(struct ledger *l, const char *member, int64_t added_us)
{
    sqlite3_stmt *s;
    int r = ledger_prepare(l, "INSERT INTO taken VALUES (?1, ?2) ON CONFLICT DO UPDATE SET added_us = ?2", &s);
    if (r < 0)
        return r;
    sqlite3_bind_text(s, 1, member, -1, SQLITE_STATIC);
    sqlite3_bind_int64(s, 2, added_us);
    r = ledger_check(l, sqlite3_step(s));
    sqlite3_finalize(s);
    return r;
}
