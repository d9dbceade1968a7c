/* What the files of the cases share: steps that write something of a case with the note that tells of it. */
#ifndef HINOMI_STORE_CASE_IMPL_H
#define HINOMI_STORE_CASE_IMPL_H

#include "store/account_impl.h"
#include "store/case.h"

/* What was changed, from what to what; all of it UTF-8. */
struct case_trace {
    const char *field, *old, *text;
};
/* In the caller's transaction. -E2BIG: there are CASE_NOTES_MAX. */
int case_trace(struct ledger *l, int64_t number, const struct case_trace *t, const struct case_hand *by) must_check;
/* In the caller's transaction: the case was changed then. */
int case_touch(struct ledger *l, int64_t number, int64_t now_us) must_check;
/* Ends the transaction that the caller began: e < 0 takes all back. Gives `done` when it stands. */
int case_end(struct ledger *l, int e, int done) must_check;
/* How many rows of the case a table has: "SELECT count(*) FROM ... WHERE number = ?". */
int case_count(struct ledger *l, const char *sql, int64_t number, int64_t *ret_count) must_check;

#endif
