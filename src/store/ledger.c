/* Keeps verdicts in SQLite: opens, migrates, appends with the chain hash, and reads them back. */
#include "store/ledger.h"

#include <errno.h>
#include <sodium.h>
#include <sqlite3.h>
#include <stdio.h>
#include <string.h>

#include "base/text.h"
#include "base/writer.h"
#include "store/ledger_impl.h"
#include "store/schema.h"

#define APPLICATION_ID 0x68696e6f /* "hino": file(1) and a second program can tell what this file is */
#define BUSY_WAIT_MS 1000         /* for a backup that reads; the hub is the only writer */
#define HASHED_MAX (LEDGER_HASH_LEN + 64 + VERDICT_SUBJECT_MAX + VERDICT_SOURCE_MAX + VERDICT_REASON_MAX + \
                    VERDICT_SCOPE_MAX)

static const char *const migrations[] = {
    schema_0001_ledger,
    schema_0002_lists,
    schema_0003_scopes,
    schema_0004_observe,
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

static int errno_of(int sqlite_error)
{
    switch (sqlite_error & 0xff) {
    case SQLITE_OK:
    case SQLITE_ROW:
    case SQLITE_DONE:
        return 0;
    case SQLITE_FULL:
        return -ENOSPC;
    case SQLITE_BUSY:
    case SQLITE_LOCKED:
        return -EBUSY;
    case SQLITE_CORRUPT:
    case SQLITE_NOTADB:
        return -EBADMSG;
    case SQLITE_READONLY:
        return -EROFS;
    case SQLITE_PERM:
    case SQLITE_CANTOPEN:
        return -EACCES;
    case SQLITE_NOMEM:
        return -ENOMEM;
    case SQLITE_CONSTRAINT:
    case SQLITE_MISMATCH:
        return -EINVAL;
    default:
        return -EIO;
    }
}

int ledger_check(struct ledger *l, int sqlite_error)
{
    int r = errno_of(sqlite_error);
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

/* SQLite takes back some failed transactions by itself (a full disk), others not. */
void ledger_rollback(struct ledger *l)
{
    if (!sqlite3_get_autocommit(l->db))
        sqlite3_exec(l->db, "ROLLBACK", NULL, NULL, NULL);
}

static int read_number(struct ledger *l, const char *sql, int64_t *ret_number)
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

static int migrate(struct ledger *l)
{
    int64_t version = 0, application = 0;
    int r = read_number(l, "PRAGMA user_version", &version);
    if (r == 0)
        r = read_number(l, "PRAGMA application_id", &application);
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
            r = ledger_run(l, migrations[i]);
        if (r == 0)
            r = ledger_run(l, mark);
        if (r < 0) {
            ledger_rollback(l);
            return r;
        }
    }
    return 0;
}

int ledger_open(const char *path, struct ledger **ret_ledger)
{
    if (sodium_init() < 0)
        return -EIO;
    struct ledger *l = calloc(1, sizeof *l);
    if (!l)
        return -ENOMEM;
    int r = ledger_check(l, sqlite3_open_v2(path, &l->db, SQLITE_OPEN_READWRITE | SQLITE_OPEN_CREATE, NULL));
    if (r == 0)
        r = ledger_check(l, sqlite3_busy_timeout(l->db, BUSY_WAIT_MS));
    /* trusted_schema off: a schema planted in the file cannot call functions with effects. */
    if (r == 0)
        r = ledger_run(l, "PRAGMA journal_mode = WAL; PRAGMA synchronous = FULL; PRAGMA foreign_keys = ON;"
                          "PRAGMA trusted_schema = OFF; PRAGMA cell_size_check = ON;"
                          "PRAGMA temp_store = MEMORY" /* the sandbox keeps it from /tmp */);
    if (r == 0)
        r = migrate(l);
    if (r < 0) {
        ledger_close(l);
        return r;
    }
    *ret_ledger = l;
    return 0;
}

void ledger_close(struct ledger *l)
{
    if (!l)
        return;
    sqlite3_close(l->db);
    free(l);
}

static bool text_fits(const char *text, size_t max)
{
    size_t len = strnlen(text, max);
    return len > 0 && len < max;
}

static bool verdict_valid(const struct verdict *v)
{
    return (unsigned)v->claim < VERDICT_CLAIM_COUNT && text_fits(v->subject, sizeof v->subject) &&
           text_fits(v->source, sizeof v->source) &&
           strnlen(v->reason, sizeof v->reason) < sizeof v->reason &&
           strnlen(v->scope, sizeof v->scope) < sizeof v->scope && v->made_us >= 0 && v->from_us >= 0 &&
           (v->until_us == 0 || v->until_us >= v->from_us);
}

static void put_text(struct writer *w, const char *text)
{
    size_t len = strlen(text);
    writer_u16(w, (uint16_t)len);
    writer_bytes(w, text, len);
}

/* docs/formats/ledger.md. Lengths go before texts, so no two rows have the same encoding. */
static void chain_hash(const uint8_t *previous, const struct verdict *v, uint8_t *hash)
{
    uint8_t bytes[HASHED_MAX];
    struct writer w = writer_of(bytes, sizeof bytes);
    writer_u8(&w, v->scope[0] ? 2 : 1); /* version of this encoding */
    writer_bytes(&w, previous, LEDGER_HASH_LEN);
    writer_u32(&w, v->id);
    writer_u8(&w, (uint8_t)v->claim);
    put_text(&w, v->subject);
    put_text(&w, v->source);
    put_text(&w, v->reason);
    writer_u64(&w, (uint64_t)v->made_us);
    writer_u64(&w, (uint64_t)v->from_us);
    writer_u64(&w, (uint64_t)v->until_us);
    writer_u32(&w, v->supersedes);
    if (v->scope[0])
        put_text(&w, v->scope);
    crypto_generichash(hash, LEDGER_HASH_LEN, w.base, w.len, NULL, 0);
}

static int insert(struct ledger *l, const struct verdict *v, const uint8_t *hash)
{
    sqlite3_stmt *s;
    int r = ledger_prepare(l, "INSERT INTO verdict VALUES (?,?,?,?,?,?,?,?,nullif(?,0),?,?)", &s);
    if (r < 0)
        return r;
    sqlite3_bind_int64(s, 1, v->id);
    sqlite3_bind_int(s, 2, (int)v->claim);
    sqlite3_bind_text(s, 3, v->subject, -1, SQLITE_STATIC);
    sqlite3_bind_text(s, 4, v->source, -1, SQLITE_STATIC);
    sqlite3_bind_text(s, 5, v->reason, -1, SQLITE_STATIC);
    sqlite3_bind_int64(s, 6, v->made_us);
    sqlite3_bind_int64(s, 7, v->from_us);
    sqlite3_bind_int64(s, 8, v->until_us);
    sqlite3_bind_int64(s, 9, v->supersedes);
    sqlite3_bind_blob(s, 10, hash, LEDGER_HASH_LEN, SQLITE_STATIC);
    sqlite3_bind_text(s, 11, v->scope, -1, SQLITE_STATIC);
    r = ledger_check(l, sqlite3_step(s));
    sqlite3_finalize(s);
    return r;
}

int ledger_append_inside(struct ledger *l, struct verdict *v)
{
    if (!verdict_valid(v))
        return ledger_fail(l, -EINVAL);
    uint32_t head = 0, replaced_by = 0;
    uint8_t previous[LEDGER_HASH_LEN], hash[LEDGER_HASH_LEN];
    int r = ledger_head(l, &head, previous);
    if (r < 0)
        return r;
    if (head == UINT32_MAX)
        return ledger_fail(l, -E2BIG);
    if (v->supersedes > head)
        return ledger_fail(l, -ENOENT);
    if (v->supersedes > 0) {
        r = ledger_superseded_by(l, v->supersedes, &replaced_by);
        if (r != -ENOENT)
            return r < 0 ? r : ledger_fail(l, -EEXIST);
    }
    struct verdict row = *v;
    row.id = head + 1;
    chain_hash(previous, &row, hash);
    r = insert(l, &row, hash);
    if (r < 0)
        return r;
    v->id = row.id;
    return 0;
}

int ledger_append(struct ledger *l, struct verdict *v)
{
    uint32_t old_id = v->id;
    int r = ledger_run(l, "BEGIN IMMEDIATE");
    if (r == 0)
        r = ledger_append_inside(l, v);
    if (r == 0)
        r = ledger_run(l, "COMMIT");
    if (r < 0) {
        ledger_rollback(l);
        v->id = old_id;
    }
    return r;
}

int ledger_take_text(sqlite3_stmt *s, int column, char *to, size_t max)
{
    const unsigned char *text = sqlite3_column_text(s, column);
    size_t len = (size_t)sqlite3_column_bytes(s, column);
    if (!text || len >= max || strlen((const char *)text) != len)
        return -EBADMSG;
    memcpy(to, text, len + 1);
    return 0;
}

#define VERDICT_COLUMNS "id, claim, subject, source, reason, made_us, from_us, until_us, ifnull(supersedes, 0), scope"

/* The row as it stands, checked: the file may have been written by others. */
static int take_verdict(sqlite3_stmt *s, struct verdict *ret_v)
{
    struct verdict v = {0};
    int64_t id = sqlite3_column_int64(s, 0), claim = sqlite3_column_int64(s, 1);
    int64_t supersedes = sqlite3_column_int64(s, 8);
    if (id < 1 || id > UINT32_MAX || claim < 0 || claim >= VERDICT_CLAIM_COUNT || supersedes < 0 ||
        supersedes >= id || ledger_take_text(s, 2, v.subject, sizeof v.subject) < 0 ||
        ledger_take_text(s, 3, v.source, sizeof v.source) < 0 ||
        ledger_take_text(s, 4, v.reason, sizeof v.reason) < 0 || ledger_take_text(s, 9, v.scope, sizeof v.scope) < 0)
        return -EBADMSG;
    v.id = (uint32_t)id;
    v.claim = (enum verdict_claim)claim;
    v.made_us = sqlite3_column_int64(s, 5);
    v.from_us = sqlite3_column_int64(s, 6);
    v.until_us = sqlite3_column_int64(s, 7);
    v.supersedes = (uint32_t)supersedes;
    *ret_v = v;
    return 0;
}

/* Runs the bound statement to its end and finalizes it. */
static int each_row(struct ledger *l, sqlite3_stmt *s, ledger_each_verdict *each, void *self)
{
    int step, r = 0;
    while (r == 0 && (step = sqlite3_step(s)) != SQLITE_DONE) {
        struct verdict v;
        r = ledger_check(l, step);
        if (r == 0)
            r = take_verdict(s, &v) < 0 ? ledger_fail(l, -EBADMSG) : each(&v, self);
    }
    sqlite3_finalize(s);
    return r;
}

static int copy_verdict(const struct verdict *v, void *self)
{
    *(struct verdict *)self = *v;
    return 0;
}

int ledger_get(struct ledger *l, uint32_t id, struct verdict *ret_verdict)
{
    sqlite3_stmt *s;
    int r = ledger_prepare(l, "SELECT " VERDICT_COLUMNS " FROM verdict WHERE id = ?", &s);
    if (r < 0)
        return r;
    sqlite3_bind_int64(s, 1, id);
    struct verdict v = {0};
    r = each_row(l, s, copy_verdict, &v);
    if (r == 0 && v.id == 0)
        r = ledger_fail(l, -ENOENT);
    if (r == 0)
        *ret_verdict = v;
    return r;
}

/* Of block, allow and observe, and replaced by none. */
#define STANDING " claim IN (0, 1, 3) AND NOT EXISTS (SELECT 1 FROM verdict AS s WHERE s.supersedes = verdict.id) "
_Static_assert(VERDICT_CLAIM_BLOCK == 0 && VERDICT_CLAIM_ALLOW == 1, "claims as STANDING spells them");

int ledger_current(struct ledger *l, int64_t now_us, ledger_each_verdict *each, void *self)
{
    sqlite3_stmt *s;
    int r = ledger_prepare(l,
                           "SELECT " VERDICT_COLUMNS " FROM verdict WHERE" STANDING
                           "AND from_us <= ?1 AND (until_us = 0 OR until_us > ?1) ORDER BY id",
                           &s);
    if (r < 0)
        return r;
    sqlite3_bind_int64(s, 1, now_us);
    return each_row(l, s, each, self);
}

int ledger_next_change(struct ledger *l, int64_t now_us, int64_t *ret_us)
{
    sqlite3_stmt *s;
    /* A withdrawal (until = from) is never in force, so its times change nothing. */
    int r = ledger_prepare(l,
                           "SELECT ifnull(min(CASE WHEN from_us > ?1 THEN from_us ELSE until_us END), 0)"
                           " FROM verdict WHERE" STANDING
                           "AND (from_us > ?1 OR until_us > ?1) AND until_us <> from_us",
                           &s);
    if (r < 0)
        return r;
    sqlite3_bind_int64(s, 1, now_us);
    int step = sqlite3_step(s);
    r = ledger_check(l, step);
    if (step == SQLITE_ROW)
        *ret_us = sqlite3_column_int64(s, 0);
    sqlite3_finalize(s);
    return r;
}

int ledger_find_subject(struct ledger *l, const char *subject, ledger_each_verdict *each, void *self)
{
    sqlite3_stmt *s;
    int r = ledger_prepare(l, "SELECT " VERDICT_COLUMNS " FROM verdict WHERE subject = ? ORDER BY id DESC", &s);
    if (r < 0)
        return r;
    sqlite3_bind_text(s, 1, subject, -1, SQLITE_STATIC);
    return each_row(l, s, each, self);
}

int ledger_superseded_by(struct ledger *l, uint32_t id, uint32_t *ret_id)
{
    sqlite3_stmt *s;
    int r = ledger_prepare(l, "SELECT id FROM verdict WHERE supersedes = ?", &s);
    if (r < 0)
        return r;
    sqlite3_bind_int64(s, 1, id);
    int step = sqlite3_step(s);
    r = step == SQLITE_DONE ? ledger_fail(l, -ENOENT) : ledger_check(l, step);
    if (step == SQLITE_ROW)
        *ret_id = (uint32_t)sqlite3_column_int64(s, 0);
    sqlite3_finalize(s);
    return r;
}

int ledger_head(struct ledger *l, uint32_t *ret_id, uint8_t ret_hash[LEDGER_HASH_LEN])
{
    sqlite3_stmt *s;
    int r = ledger_prepare(l, "SELECT id, hash FROM verdict ORDER BY id DESC LIMIT 1", &s);
    if (r < 0)
        return r;
    int step = sqlite3_step(s);
    r = ledger_check(l, step);
    if (step == SQLITE_DONE) {
        *ret_id = 0;
        memset(ret_hash, 0, LEDGER_HASH_LEN);
    } else if (r == 0 && sqlite3_column_bytes(s, 1) == LEDGER_HASH_LEN) {
        *ret_id = (uint32_t)sqlite3_column_int64(s, 0);
        memcpy(ret_hash, sqlite3_column_blob(s, 1), LEDGER_HASH_LEN);
    } else if (r == 0) {
        r = ledger_fail(l, -EBADMSG);
    }
    sqlite3_finalize(s);
    return r;
}

int ledger_verify(struct ledger *l, uint32_t *ret_first_bad_id)
{
    sqlite3_stmt *s;
    int r = ledger_prepare(l, "SELECT " VERDICT_COLUMNS ", hash FROM verdict ORDER BY id", &s);
    if (r < 0)
        return r;
    uint8_t chain[LEDGER_HASH_LEN] = {0};
    uint32_t want = 1;
    int step;
    while ((step = sqlite3_step(s)) == SQLITE_ROW) {
        struct verdict v;
        if (take_verdict(s, &v) < 0 || v.id != want || sqlite3_column_bytes(s, 10) != LEDGER_HASH_LEN)
            break;
        chain_hash(chain, &v, chain);
        if (memcmp(chain, sqlite3_column_blob(s, 10), LEDGER_HASH_LEN) != 0)
            break;
        want++;
    }
    r = step == SQLITE_ROW ? ledger_fail(l, -EBADMSG) : ledger_check(l, step);
    if (r == 0 || r == -EBADMSG)
        *ret_first_bad_id = r == 0 ? 0 : want;
    sqlite3_finalize(s);
    return r;
}
