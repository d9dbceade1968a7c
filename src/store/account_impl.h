/* What the files of the accounts share: statements with their values bound by a form, and rows turned into accounts. */
#ifndef HINOMI_STORE_ACCOUNT_IMPL_H
#define HINOMI_STORE_ACCOUNT_IMPL_H

#include <stdarg.h>

#include "store/account.h"
#include "store/ledger_impl.h"

/* `form` names what follows, in the order of the statement's places: i int64_t, t text, b octets and int length (NULL: none). All of it
 * must outlive the statement. */
int account_prepare(struct ledger *l, const char *sql, sqlite3_stmt **ret_statement, const char *form, va_list values) must_check;
int account_ask(struct ledger *l, const char *sql, sqlite3_stmt **ret_statement, const char *form, ...) must_check;
/* The same of one that stays prepared: reset it after use. */
int account_ask_kept(struct ledger *l, enum ledger_statement which, const char *sql, sqlite3_stmt **ret_statement, const char *form, ...) must_check;
/* Runs one that gives no rows. */
int account_run(struct ledger *l, const char *sql, const char *form, ...) must_check;
int account_run_kept(struct ledger *l, enum ledger_statement which, const char *sql, const char *form, ...) must_check;
/* The first number of the first row; -ENOENT: no row. Ends the statement. */
int account_number(struct ledger *l, sqlite3_stmt *s, int64_t *ret_number) must_check;
/* The row's account, in the order of ACCOUNT_COLUMNS. -EBADMSG. */
int account_take(sqlite3_stmt *s, struct account *ret_account) must_check;

#define ACCOUNT_COLUMNS                                                                                                                     \
    "account.id, name, role, member, password, code_key, code_step, failures, locked_us, disabled, account.made_us, account.seen_us"

#endif
