/* What ledger.c and ledger_list.c share: the handle, and the steps that turn an SQLite result into an errno. */
#ifndef HINOMI_STORE_LEDGER_IMPL_H
#define HINOMI_STORE_LEDGER_IMPL_H

#include <sqlite3.h>
#include <stdbool.h>

#include "store/ledger.h"

struct ledger {
    sqlite3 *db;
    int error; /* of the last failure */
};

/* Remembers the error and returns it. */
int ledger_fail(struct ledger *l, int error);
/* 0 for OK, ROW and DONE. */
int ledger_check(struct ledger *l, int sqlite_error);
int ledger_run(struct ledger *l, const char *sql) must_check;
int ledger_prepare(struct ledger *l, const char *sql, sqlite3_stmt **ret_statement) must_check;
void ledger_rollback(struct ledger *l);
/* ledger_append for a caller that has begun a transaction. */
int ledger_append_inside(struct ledger *l, struct verdict *v) must_check;
/* Removes the held edition of that name, if there is one. */
int ledger_held_delete(struct ledger *l, const char *name) must_check;
/* -EBADMSG when the column is no text that fits. */
int ledger_take_text(sqlite3_stmt *s, int column, char *to, size_t max) must_check;

#endif
