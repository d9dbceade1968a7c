/* Keeps with what weights and rules indicators were reckoned. */
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
