/* Keeps with what indicators were reckoned, and finds those that a source spoke of. */
#include <errno.h>
#include <string.h>

#include "store/indicator.h"
#include "store/ledger_impl.h"

int indicator_weight_put(struct ledger *l, enum verdict_author_kind kind, const char *name, int32_t weight)
{
    sqlite3_stmt *s;
    int r = ledger_prepare(l, "INSERT OR REPLACE INTO weighed VALUES (?, ?, ?)", &s);
    if (r < 0)
        return r;
    sqlite3_bind_int(s, 1, (int)kind);
    sqlite3_bind_text(s, 2, name, -1, SQLITE_STATIC);
    sqlite3_bind_int(s, 3, weight);
    r = ledger_check(l, sqlite3_step(s));
    sqlite3_finalize(s);
    return r;
}

int indicator_rules_get(struct ledger *l, uint8_t ret_hash[INDICATOR_RULES_LEN])
{
    sqlite3_stmt *s;
    int r = ledger_prepare(l, "SELECT rules FROM reckoned", &s);
    if (r < 0)
        return r;
    r = ledger_next_row(l, s);
    if (r == 0)
        r = ledger_fail(l, -ENOENT);
    else if (r == 1 && sqlite3_column_bytes(s, 0) == INDICATOR_RULES_LEN) {
        memcpy(ret_hash, sqlite3_column_blob(s, 0), INDICATOR_RULES_LEN);
        r = 0;
    } else if (r == 1) {
        r = ledger_fail(l, -EBADMSG);
    }
    sqlite3_finalize(s);
    return r;
}

int indicator_rules_put(struct ledger *l, const uint8_t hash[INDICATOR_RULES_LEN])
{
    sqlite3_stmt *s;
    int r = ledger_prepare(l, "INSERT OR REPLACE INTO reckoned VALUES (1, ?)", &s);
    if (r < 0)
        return r;
    sqlite3_bind_blob(s, 1, hash, INDICATOR_RULES_LEN, SQLITE_STATIC);
    r = ledger_check(l, sqlite3_step(s));
    sqlite3_finalize(s);
    return r;
}

int indicator_said(struct ledger *l, uint32_t after, uint32_t until, indicator_each_said *each, void *self)
{
    sqlite3_stmt *s;
    int r = ledger_prepare(l, "SELECT number, kind, subject, author FROM entry WHERE number > ? AND number <= ? AND type = 0 ORDER BY number", &s);
    if (r < 0)
        return r;
    sqlite3_bind_int64(s, 1, after);
    sqlite3_bind_int64(s, 2, until);
    while ((r = ledger_next_row(l, s)) == 1) {
        struct indicator_said said = {.number = (uint32_t)sqlite3_column_int64(s, 0),
                                      .kind = sqlite3_column_int(s, 1),
                                      .value = (const char *)sqlite3_column_text(s, 2),
                                      .author = (const char *)sqlite3_column_text(s, 3)};
        if (!said.value || !said.author)
            continue;
        r = said.kind < 0 || said.kind >= SUBJECT_KIND_COUNT || strlen(said.value) >= SUBJECT_VALUE_MAX ? ledger_fail(l, -EBADMSG) : each(self, &said);
        if (r != 0)
            break;
    }
    sqlite3_finalize(s);
    return r;
}
