/* Appends entries that are no verdicts: receipts, and who did what. */
#include <errno.h>

#include "store/ledger_impl.h"

static int insert(struct ledger *l, const struct ledger_form *f, uint32_t number)
{
    sqlite3_stmt *s;
    uint8_t leaf[MERKLE_HASH];
    int e = ledger_statement(l, LEDGER_APPEND_FORM,
                             "INSERT INTO entry (number, type, id, author, scope, from_us, until_us, body, leaf)"
                             " VALUES (?1, ?2, ?3, ?4, '', ?5, ?5, ?6, ?7)",
                             &s);
    if (e < 0)
        return e;
    merkle_leaf_hash(f->body, f->len, leaf);
    sqlite3_bind_int64(s, 1, number);
    sqlite3_bind_int(s, 2, (int)f->type);
    sqlite3_bind_blob(s, 3, f->id->octets, sizeof f->id->octets, SQLITE_STATIC);
    sqlite3_bind_text(s, 4, f->author, -1, SQLITE_STATIC);
    sqlite3_bind_int64(s, 5, f->made_us);
    sqlite3_bind_blob(s, 6, f->body, (int)f->len, SQLITE_STATIC);
    sqlite3_bind_blob(s, 7, leaf, sizeof leaf, SQLITE_STATIC);
    e = ledger_step(l, s);
    return e < 0 ? e : ledger_log_append(l, leaf);
}

int ledger_append_form(struct ledger *l, const struct ledger_form *f, uint32_t *ret_number)
{
    int e = ledger_begin(l);
    if (e == 0 && l->edge.size >= UINT32_MAX)
        e = ledger_fail(l, -E2BIG);
    *ret_number = (uint32_t)l->edge.size + 1;
    if (e == 0)
        e = insert(l, f, *ret_number);
    if (e == 0)
        e = ledger_commit(l);
    if (e < 0)
        ledger_rollback(l);
    return e;
}
