/* What the files of the ledger share: the handle with the tree's right edge, transactions, and the steps that turn an SQLite
 * result into an errno.
 */
#ifndef HINOMI_STORE_LEDGER_IMPL_H
#define HINOMI_STORE_LEDGER_IMPL_H

#include <sqlite3.h>
#include <stdbool.h>

#include "proto/tlog/merkle.h"
#include "store/ledger.h"

enum ledger_entry_type { ENTRY_VERDICT, ENTRY_RECEIPT, ENTRY_AUDIT }; /* stored: only ever add at the end */

/* Statements that are used for every entry stay prepared. */
enum ledger_statement {
    LEDGER_INSERT,
    LEDGER_ADD_HASH,
    LEDGER_NUMBER_OF_ID,
    LEDGER_ID_OF_NUMBER,
    LEDGER_SUPERSEDED_BY,
    LEDGER_STANDING,
    INDICATOR_FIRST_NUMBER,
    INDICATOR_STATEMENTS,
    INDICATOR_PUT,
    INDICATOR_BY_ID,
    INDICATOR_ADD_SIGHTING,
    INDICATOR_COUNT_SIGHTING,
    INDICATOR_ADD_MEMBER,
    INDICATOR_ADD_SOURCE,
    LOOK_BACK_QUEUE,
    LOOK_BACK_DROP,
    SHARING_QUEUE,
    SHARING_DROP,
    SHARING_GET,
    SHARING_PUT,
    LEDGER_APPEND_FORM,
    ACCOUNT_SESSION_FIND,
    ACCOUNT_TOKEN_FIND,
    FEED_REPORT_HIT,
    CLOCK_ADD,
    CLOCK_MARK,
    CLOCK_MARK_LAST = CLOCK_MARK + 5, /* one for each moment */
    NOTICE_FIND_SUBJECT,
    NOTICE_SEEN_SUBJECT,
    NOTICE_SEEN,
    NOTICE_FIND_GATHERING,
    NOTICE_SUBJECT_COUNT,
    NOTICE_ADD_SUBJECT,
    NOTICE_COUNT_SUBJECT,
    NOTICE_PUT,
    NOTICE_GET,
    LEDGER_STATEMENT_COUNT
};

enum { CHANCE_OCTETS = 10 }; /* of one identifier */

struct ledger {
    sqlite3 *db;
    int error; /* of the last failure */
    int64_t data_version;
    struct merkle_edge edge;      /* of what is in the file and in the open transaction */
    struct merkle_edge committed; /* without the open transaction */
    void (*appended)(void *self); /* NULL: nobody wants to know */
    void *appended_self;
    sqlite3_stmt *statements[LEDGER_STATEMENT_COUNT];
    uint8_t chance[64 * CHANCE_OCTETS]; /* for identifiers; used from the front */
    size_t chance_used;
};

/* Remembers the error and returns it. */
int ledger_fail(struct ledger *l, int error);
/* 0 for OK, ROW and DONE. */
int ledger_check(struct ledger *l, int sqlite_error);
int ledger_run(struct ledger *l, const char *sql) must_check;
int ledger_prepare(struct ledger *l, const char *sql, sqlite3_stmt **ret_statement) must_check;
/* The first column of the first row; -EBADMSG when there is none. */
int ledger_read_number(struct ledger *l, const char *sql, int64_t *ret_number) must_check;
/* One that stays prepared: reset it after use, as ledger_step does. */
int ledger_statement(struct ledger *l, enum ledger_statement which, const char *sql, sqlite3_stmt **ret_statement) must_check;
/* 1: a row; 0: the end. */
int ledger_next_row(struct ledger *l, sqlite3_stmt *s) must_check;
/* Runs one that gives no rows, and resets it. */
int ledger_step(struct ledger *l, sqlite3_stmt *s) must_check;

/* A transaction that may append. After a failure in it: ledger_rollback. */
int ledger_begin(struct ledger *l) must_check;
int ledger_commit(struct ledger *l) must_check;
void ledger_rollback(struct ledger *l);

/* ledger_append for a caller that has begun a transaction. */
int ledger_append_inside(struct ledger *l, struct verdict *v) must_check;
/* Removes the held edition of that name, if there is one. */
int ledger_held_delete(struct ledger *l, const char *name) must_check;
/* -EBADMSG when the column is no text that fits. */
int ledger_take_text(sqlite3_stmt *s, int column, char *to, size_t max) must_check;

/* The verdict in columns number, supersedes (0: none), body from `column` on. -EBADMSG: the file was written by others. */
int ledger_take_verdict(sqlite3_stmt *s, int column, struct verdict *ret_v) must_check;

/* An entry that is no verdict: its canonical octets, and what is found by columns. */
struct ledger_form {
    enum ledger_entry_type type;
    const struct verdict_id *id;
    const char *author;
    int64_t made_us;
    const uint8_t *body;
    size_t len;
};
/* In a transaction of its own. */
int ledger_append_form(struct ledger *l, const struct ledger_form *f, uint32_t *ret_number) must_check;

/* Does the row of such an entry say what its body says? Columns as ledger_verify asks for them. */
bool ledger_receipt_agrees(sqlite3_stmt *s, const uint8_t *body, size_t len);
bool ledger_audit_agrees(sqlite3_stmt *s, const uint8_t *body, size_t len);

/* Reads the edge of the tree from the file. */
int ledger_log_load(struct ledger *l) must_check;
/* Takes the hash of the next entry into the tree. */
int ledger_log_append(struct ledger *l, const uint8_t leaf[MERKLE_HASH]) must_check;

/* Stored hashes; self is the ledger (merkle_read_fn). */
int ledger_log_read(void *self, unsigned level, uint64_t index, unsigned count, uint8_t (*ret_hashes)[MERKLE_HASH]) must_check;

/* Takes the rows of the old table `verdict` over, and drops it; inside a transaction. */
int ledger_upgrade_entries(struct ledger *l) must_check;

#endif
