/* Keeps sessions and the keys of machines. */
#include <errno.h>
#include <string.h>

#include "store/account_impl.h"

#define MINUTE_US INT64_C(60000000)

/* A full disk keeps nobody from looking: it is not noted then. */
static void note_use(struct ledger *l, const char *sql, int64_t now_us, const uint8_t *digest)
{
    int e = account_run(l, sql, "ib", now_us, digest, ACCOUNT_DIGEST_LEN);
    (void)e;
}

int account_session_add(struct ledger *l, const uint8_t digest[ACCOUNT_DIGEST_LEN], int64_t account, int64_t now_us, int64_t until_us)
{
    int r = account_run(l, "DELETE FROM session WHERE account = ?1 AND digest NOT IN (SELECT digest FROM session WHERE account = ?1"
                           " AND until_us > ?2 ORDER BY seen_us DESC LIMIT ?3)",
                        "iii", account, now_us, (int64_t)ACCOUNT_SESSIONS_MAX - 1);
    return r < 0 ? r
                 : account_run(l, "INSERT INTO session VALUES (?1, ?2, ?3, ?3, ?4)", "biii", digest, ACCOUNT_DIGEST_LEN, account, now_us, until_us);
}

static void bind_question(sqlite3_stmt *s, const uint8_t *digest, int64_t now_us)
{
    sqlite3_bind_blob(s, 1, digest, ACCOUNT_DIGEST_LEN, SQLITE_TRANSIENT);
    sqlite3_bind_int64(s, 2, now_us);
}

int account_session_find(struct ledger *l, const uint8_t digest[ACCOUNT_DIGEST_LEN], int64_t now_us, int64_t idle_us, struct account *ret_account)
{
    sqlite3_stmt *s;
    int64_t used_us = 0;
    int r = ledger_statement(l, ACCOUNT_SESSION_FIND,
                             "SELECT " ACCOUNT_COLUMNS ", session.seen_us FROM session JOIN account ON account.id = session.account"
                             " WHERE digest = ? AND until_us > ? AND session.seen_us > ? AND disabled = 0",
                             &s);
    if (r < 0)
        return r;
    bind_question(s, digest, now_us);
    sqlite3_bind_int64(s, 3, now_us - idle_us);
    r = ledger_next_row(l, s);
    if (r == 1) {
        used_us = sqlite3_column_int64(s, 12);
        r = account_take(s, ret_account) < 0 ? ledger_fail(l, -EBADMSG) : 1;
    }
    sqlite3_reset(s);
    if (r != 1)
        return r == 0 ? -ENOENT : r;
    if (now_us - used_us >= MINUTE_US)
        note_use(l, "UPDATE session SET seen_us = ?1 WHERE digest = ?2", now_us, digest);
    return 0;
}

int account_session_end(struct ledger *l, const uint8_t digest[ACCOUNT_DIGEST_LEN])
{
    return account_run(l, "DELETE FROM session WHERE digest = ?", "b", digest, ACCOUNT_DIGEST_LEN);
}

int account_sessions_end(struct ledger *l, int64_t account, const uint8_t *but)
{
    return account_run(l, "DELETE FROM session WHERE account = ? AND digest <> ?", "ib", account, but, but ? ACCOUNT_DIGEST_LEN : 0);
}

/* ---- keys of machines ---- */

int account_token_add(struct ledger *l, const uint8_t digest[ACCOUNT_DIGEST_LEN], struct account_token *t)
{
    sqlite3_stmt *s;
    int64_t count = 0;
    int r = account_ask(l, "SELECT count(*) FROM api_token WHERE account = ?", &s, "i", t->account);
    if (r == 0)
        r = account_number(l, s, &count);
    if (r == 0 && count >= ACCOUNT_TOKENS_MAX)
        return -ENOSPC;
    if (r == 0)
        r = account_ask(l, "SELECT count(*) FROM api_token WHERE digest = ?", &s, "b", digest, ACCOUNT_DIGEST_LEN);
    if (r == 0)
        r = account_number(l, s, &count);
    if (r == 0 && count > 0)
        return -EEXIST;
    if (r == 0)
        r = account_run(l, "INSERT INTO api_token (digest, account, label, scope, made_us, used_us, until_us) VALUES (?,?,?,?,?,0,?)", "bitiii",
                        digest, ACCOUNT_DIGEST_LEN, t->account, t->label, (int64_t)t->scope, t->made_us, t->until_us);
    if (r == 0)
        t->id = sqlite3_last_insert_rowid(l->db);
    return r;
}

/* From `column` on: id, account, label, scope, made_us, used_us, until_us. */
static int take_token(sqlite3_stmt *s, int column, struct account_token *t)
{
    *t = (struct account_token){.id = sqlite3_column_int64(s, column),
                                .account = sqlite3_column_int64(s, column + 1),
                                .scope = (uint64_t)sqlite3_column_int64(s, column + 3),
                                .made_us = sqlite3_column_int64(s, column + 4),
                                .used_us = sqlite3_column_int64(s, column + 5),
                                .until_us = sqlite3_column_int64(s, column + 6)};
    return ledger_take_text(s, column + 2, t->label, sizeof t->label);
}

#define TOKEN_COLUMNS "api_token.id, api_token.account, label, scope, api_token.made_us, used_us, until_us"

int account_token_find(struct ledger *l, const uint8_t digest[ACCOUNT_DIGEST_LEN], int64_t now_us, struct account_token *ret_token,
                       struct account *ret_account)
{
    sqlite3_stmt *s;
    int r = ledger_statement(l, ACCOUNT_TOKEN_FIND,
                             "SELECT " ACCOUNT_COLUMNS ", " TOKEN_COLUMNS " FROM api_token JOIN account ON account.id = api_token.account"
                             " WHERE digest = ? AND until_us > ? AND disabled = 0",
                             &s);
    if (r < 0)
        return r;
    bind_question(s, digest, now_us);
    r = ledger_next_row(l, s);
    if (r == 1)
        r = account_take(s, ret_account) < 0 || take_token(s, 12, ret_token) < 0 ? ledger_fail(l, -EBADMSG) : 1;
    sqlite3_reset(s);
    if (r != 1)
        return r == 0 ? -ENOENT : r;
    if (now_us - ret_token->used_us >= MINUTE_US)
        note_use(l, "UPDATE api_token SET used_us = ?1 WHERE digest = ?2", now_us, digest);
    return 0;
}

int account_tokens(struct ledger *l, int64_t account, account_each_token *each, void *self)
{
    sqlite3_stmt *s;
    struct account_token t;
    int r = account_ask(l, "SELECT " TOKEN_COLUMNS " FROM api_token WHERE account = ? ORDER BY id", &s, "i", account);
    if (r < 0)
        return r;
    while ((r = ledger_next_row(l, s)) == 1) {
        r = take_token(s, 0, &t) < 0 ? ledger_fail(l, -EBADMSG) : each(self, &t);
        if (r != 0)
            break;
    }
    sqlite3_finalize(s);
    return r;
}

int account_token_end(struct ledger *l, int64_t account, int64_t id)
{
    int r = account_run(l, "DELETE FROM api_token WHERE account = ? AND id = ?", "ii", account, id);
    return r < 0 ? r : sqlite3_changes(l->db) == 0 ? -ENOENT : 0;
}

int account_tokens_end(struct ledger *l, int64_t account)
{
    return account_run(l, "DELETE FROM api_token WHERE account = ?", "i", account);
}

int account_expire(struct ledger *l, int64_t now_us)
{
    static const char *const statements[] = {"DELETE FROM session WHERE until_us <= ?", "DELETE FROM api_token WHERE until_us <= ?",
                                             "DELETE FROM invitation WHERE until_us <= ?"};
    int r = 0;
    for (size_t i = 0; r == 0 && i < array_len(statements); i++)
        r = account_run(l, statements[i], "i", now_us);
    return r;
}
