/* Opens and migrates the ledger's file, and wraps transactions: what is not committed leaves no trace in the tree either. */
#include "store/ledger.h"

#include <errno.h>
#include <sodium.h>
#include <sqlite3.h>
#include <stdio.h>
#include <string.h>

#include "base/text.h"
#include "store/ledger_impl.h"
#include "store/schema.h"
#include "store/sqlite_errno.h"

#define APPLICATION_ID 0x68696e6f /* "hino": file(1) and a second program can tell what this file is */
#define BUSY_WAIT_MS 1000         /* for a backup that reads; the hub is the only writer */

static const struct {
    const char *sql;
    int (*then)(struct ledger *l); /* what SQL cannot do; NULL: nothing */
} migrations[] = {
    {schema_0001_ledger, NULL},  {schema_0002_lists, NULL},   {schema_0003_scopes, NULL},
    {schema_0004_observe, NULL}, {schema_0005_entries, ledger_upgrade_entries},
    {schema_0006_indicators, NULL}, {schema_0007_sharing, NULL}, {schema_0008_feed_report, NULL},
    {schema_0009_accounts, NULL},
    {schema_0010_weighed, NULL}, {schema_0011_members, NULL}, {schema_0012_reports, NULL},
    {schema_0013_lead, NULL},    {schema_0014_notices, NULL},
    {schema_0015_member_groups, NULL}, {schema_0016_member_mail, NULL}, {schema_0017_member_webhook, NULL},
    {schema_0018_cases, NULL},  {schema_0019_case_answers, NULL},
};

static const struct {
    int error;
    const char *text;
} error_texts[] = {
    {-ENOSPC, N_("the disk is full")},
    {-EBUSY, N_("another process holds the ledger")},
    {-EBADMSG, N_("the ledger file is damaged")},
    {-EROFS, N_("the ledger file is read-only")},
    {-EACCES, N_("no permission for the ledger file")},
    {-EIO, N_("the disk did not read or write the ledger")},
    {-ENOMEM, N_("out of memory")},
    {-EPROTO, N_("the file was made by a newer or another program")},
    {-ENOENT, N_("no such verdict or list")},
    {-EEXIST, N_("that verdict was superseded before, or that list name is taken")},
    {-EINVAL, N_("a field is empty, too long or out of its range")},
    {-E2BIG, N_("there are as many lists as can be")},
};

const char *ledger_error_of(int error)
{
    for (size_t i = 0; i < array_len(error_texts); i++)
        if (error_texts[i].error == error)
            return error_texts[i].text;
    return error < 0 ? N_("the ledger failed") : N_("no error");
}

const char *ledger_error(const struct ledger *l)
{
    return l ? ledger_error_of(l->error) : "the ledger is not open";
}

int ledger_fail(struct ledger *l, int error)
{
    l->error = error;
    return error;
}

int ledger_check(struct ledger *l, int sqlite_error)
{
    int r = sqlite_errno(sqlite_error);
    return r < 0 ? ledger_fail(l, r) : 0;
}

int ledger_run(struct ledger *l, const char *sql)
{
    return ledger_check(l, sqlite3_exec(l->db, sql, NULL, NULL, NULL));
}

int ledger_prepare(struct ledger *l, const char *sql, sqlite3_stmt **ret_statement)
{
    return ledger_check(l, sqlite3_prepare_v2(l->db, sql, -1, ret_statement, NULL));
}

int ledger_statement(struct ledger *l, enum ledger_statement which, const char *sql, sqlite3_stmt **ret_statement)
{
    sqlite3_stmt **s = &l->statements[which];
    int r = *s ? 0 : ledger_check(l, sqlite3_prepare_v3(l->db, sql, -1, SQLITE_PREPARE_PERSISTENT, s, NULL));
    *ret_statement = *s;
    return r;
}

int ledger_next_row(struct ledger *l, sqlite3_stmt *s)
{
    int step = sqlite3_step(s);
    return step == SQLITE_ROW ? 1 : step == SQLITE_DONE ? 0 : ledger_check(l, step);
}

int ledger_step(struct ledger *l, sqlite3_stmt *s)
{
    int r = ledger_check(l, sqlite3_step(s));
    sqlite3_reset(s);
    sqlite3_clear_bindings(s);
    return r;
}

int ledger_read_number(struct ledger *l, const char *sql, int64_t *ret_number)
{
    sqlite3_stmt *s;
    int r = ledger_prepare(l, sql, &s);
    if (r < 0)
        return r;
    int step = sqlite3_step(s);
    if (step == SQLITE_ROW)
        *ret_number = sqlite3_column_int64(s, 0);
    r = step == SQLITE_ROW ? 0 : step == SQLITE_DONE ? ledger_fail(l, -EBADMSG) : ledger_check(l, step);
    sqlite3_finalize(s);
    return r;
}

int ledger_begin(struct ledger *l)
{
    int64_t version = 0;
    int r = ledger_run(l, "BEGIN IMMEDIATE");
    /* Somebody else may have written since: then our edge is not that of the file. */
    if (r == 0)
        r = ledger_read_number(l, "PRAGMA data_version", &version);
    if (r == 0 && version != l->data_version)
        r = ledger_log_load(l);
    if (r == 0) {
        l->data_version = version;
        l->committed = l->edge;
    }
    return r;
}

int ledger_commit(struct ledger *l)
{
    int r = ledger_run(l, "COMMIT");
    if (r < 0)
        return r;
    bool grown = l->edge.size > l->committed.size;
    /* From here on this is what a rollback leads back to, also one after a transaction that could not even begin. */
    l->committed = l->edge;
    if (grown && l->appended)
        l->appended(l->appended_self);
    return 0;
}

void ledger_on_append(struct ledger *l, void (*appended)(void *self), void *self)
{
    l->appended = appended;
    l->appended_self = self;
}

/* SQLite takes back some failed transactions by itself (a full disk), others not. */
void ledger_rollback(struct ledger *l)
{
    if (!sqlite3_get_autocommit(l->db))
        sqlite3_exec(l->db, "ROLLBACK", NULL, NULL, NULL);
    l->edge = l->committed;
}

static int migrate(struct ledger *l)
{
    int64_t version = 0, application = 0;
    int r = ledger_read_number(l, "PRAGMA user_version", &version);
    if (r == 0)
        r = ledger_read_number(l, "PRAGMA application_id", &application);
    if (r < 0)
        return r;
    bool fresh = version == 0 && application == 0;
    if ((!fresh && application != APPLICATION_ID) || version > (int64_t)array_len(migrations))
        return ledger_fail(l, -EPROTO);
    for (size_t i = (size_t)version; i < array_len(migrations); i++) {
        char mark[96];
        snprintf(mark, sizeof mark, "PRAGMA user_version = %zu; PRAGMA application_id = %d; COMMIT", i + 1,
                 APPLICATION_ID);
        r = ledger_run(l, "BEGIN IMMEDIATE");
        if (r == 0)
            r = ledger_run(l, migrations[i].sql);
        if (r == 0 && migrations[i].then)
            r = migrations[i].then(l);
        if (r == 0)
            r = ledger_run(l, mark);
        if (r < 0) {
            ledger_rollback(l);
            return r;
        }
    }
    return 0;
}

static int check_version(struct ledger *l)
{
    int64_t version = 0, application = 0;
    int r = ledger_read_number(l, "PRAGMA user_version", &version);
    if (r == 0)
        r = ledger_read_number(l, "PRAGMA application_id", &application);
    bool ours = application == APPLICATION_ID && version == (int64_t)array_len(migrations);
    return r < 0 || ours ? r : ledger_fail(l, -EPROTO);
}

static int open_file(const char *path, int flags, const char *pragmas, int (*prepare)(struct ledger *l), struct ledger **ret_ledger)
{
    if (sodium_init() < 0)
        return -EIO;
    /* Counting memory costs a lock for each allocation, and nobody asks. It has no effect if SQLite is at work already. */
    (void)sqlite3_config(SQLITE_CONFIG_MEMSTATUS, 0);
    struct ledger *l = calloc(1, sizeof *l);
    if (!l)
        return -ENOMEM;
    int r = ledger_check(l, sqlite3_open_v2(path, &l->db, flags | SQLITE_OPEN_NOMUTEX /* one thread */, NULL));
    if (r == 0)
        r = ledger_check(l, sqlite3_busy_timeout(l->db, BUSY_WAIT_MS));
    if (r == 0)
        r = ledger_run(l, pragmas);
    if (r == 0)
        r = prepare(l);
    if (r == 0)
        r = ledger_read_number(l, "PRAGMA data_version", &l->data_version);
    if (r == 0)
        r = ledger_log_load(l);
    l->committed = l->edge;
    if (r < 0) {
        ledger_close(l);
        return r;
    }
    *ret_ledger = l;
    return 0;
}

/* trusted_schema off: a schema planted in the file cannot call functions with effects. */
#define CAREFUL "PRAGMA trusted_schema = OFF; PRAGMA cell_size_check = ON;"

int ledger_open(const char *path, struct ledger **ret_ledger)
{
    return open_file(path, SQLITE_OPEN_READWRITE | SQLITE_OPEN_CREATE,
                     "PRAGMA journal_mode = WAL; PRAGMA synchronous = FULL; PRAGMA foreign_keys = ON;" CAREFUL
                     "PRAGMA temp_store = MEMORY;" /* the sandbox keeps it from /tmp */
                     "PRAGMA cache_size = -65536; PRAGMA wal_autocheckpoint = 40000" /* 64 and 160 MiB: imports are large */,
                     migrate, ret_ledger);
}

/* In one transaction: what the node appends meanwhile is not seen. */
int ledger_open_to_read(const char *path, struct ledger **ret_ledger)
{
    return open_file(path, SQLITE_OPEN_READONLY, CAREFUL "PRAGMA query_only = ON; BEGIN", check_version, ret_ledger);
}

void ledger_close(struct ledger *l)
{
    if (!l)
        return;
    for (size_t i = 0; i < array_len(l->statements); i++)
        sqlite3_finalize(l->statements[i]);
    sqlite3_close(l->db);
    free(l);
}
