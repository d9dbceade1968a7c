/* Keeps accounts and invitations. */
#include "store/account.h"

#include <errno.h>
#include <stdarg.h>
#include <string.h>

#include "store/account_impl.h"

static void bind(sqlite3_stmt *s, const char *form, va_list values)
{
    for (int i = 1; *form; form++, i++) {
        if (*form == 'i') {
            sqlite3_bind_int64(s, i, va_arg(values, int64_t));
        } else if (*form == 't') {
            sqlite3_bind_text(s, i, va_arg(values, const char *), -1, SQLITE_STATIC);
        } else {
            const void *octets = va_arg(values, const void *);
            sqlite3_bind_blob(s, i, octets ? octets : "", va_arg(values, int), SQLITE_STATIC);
        }
    }
}

int account_prepare(struct ledger *l, const char *sql, sqlite3_stmt **ret_statement, const char *form, va_list values)
{
    int r = ledger_prepare(l, sql, ret_statement);
    if (r == 0)
        bind(*ret_statement, form, values);
    return r;
}

int account_run(struct ledger *l, const char *sql, const char *form, ...)
{
    sqlite3_stmt *s;
    va_list values;
    va_start(values, form);
    int r = account_prepare(l, sql, &s, form, values);
    va_end(values);
    if (r < 0)
        return r;
    r = ledger_check(l, sqlite3_step(s));
    sqlite3_finalize(s);
    return r;
}

int account_ask(struct ledger *l, const char *sql, sqlite3_stmt **ret_statement, const char *form, ...)
{
    va_list values;
    va_start(values, form);
    int r = account_prepare(l, sql, ret_statement, form, values);
    va_end(values);
    return r;
}

int account_ask_kept(struct ledger *l, enum ledger_statement which, const char *sql, sqlite3_stmt **ret_statement, const char *form, ...)
{
    va_list values;
    int r = ledger_statement(l, which, sql, ret_statement);
    va_start(values, form);
    if (r == 0)
        bind(*ret_statement, form, values);
    va_end(values);
    return r;
}

int account_run_kept(struct ledger *l, enum ledger_statement which, const char *sql, const char *form, ...)
{
    sqlite3_stmt *s;
    va_list values;
    int r = ledger_statement(l, which, sql, &s);
    va_start(values, form);
    if (r == 0)
        bind(s, form, values);
    va_end(values);
    return r < 0 ? r : ledger_step(l, s);
}

int account_number(struct ledger *l, sqlite3_stmt *s, int64_t *ret_number)
{
    int r = ledger_next_row(l, s);
    if (r == 1)
        *ret_number = sqlite3_column_int64(s, 0);
    sqlite3_finalize(s);
    return r == 1 ? 0 : r == 0 ? -ENOENT : r;
}

int account_take(sqlite3_stmt *s, struct account *a)
{
    *a = (struct account){.id = sqlite3_column_int64(s, 0),
                          .role = (enum account_role)sqlite3_column_int(s, 2),
                          .has_code_key = sqlite3_column_bytes(s, 5) == ACCOUNT_CODE_KEY_LEN,
                          .code_step = sqlite3_column_int64(s, 6),
                          .failures = (unsigned)sqlite3_column_int64(s, 7),
                          .locked_us = sqlite3_column_int64(s, 8),
                          .disabled = sqlite3_column_int(s, 9) != 0,
                          .made_us = sqlite3_column_int64(s, 10),
                          .seen_us = sqlite3_column_int64(s, 11)};
    if (a->has_code_key)
        memcpy(a->code_key, sqlite3_column_blob(s, 5), ACCOUNT_CODE_KEY_LEN);
    bool fine = (unsigned)a->role < ACCOUNT_ROLE_COUNT && ledger_take_text(s, 1, a->name, sizeof a->name) == 0 &&
                ledger_take_text(s, 3, a->member, sizeof a->member) == 0 && ledger_take_text(s, 4, a->password, sizeof a->password) == 0;
    return fine ? 0 : -EBADMSG;
}

/* Ends the statement. */
static int one_account(struct ledger *l, sqlite3_stmt *s, struct account *ret_account)
{
    int r = ledger_next_row(l, s);
    if (r == 1)
        r = account_take(s, ret_account) < 0 ? ledger_fail(l, -EBADMSG) : 1;
    sqlite3_finalize(s);
    return r == 1 ? 0 : r == 0 ? -ENOENT : r;
}

int account_by_name(struct ledger *l, const char *name, struct account *ret_account)
{
    sqlite3_stmt *s;
    int r = account_ask(l, "SELECT " ACCOUNT_COLUMNS " FROM account WHERE name = ?", &s, "t", name);
    return r < 0 ? r : one_account(l, s, ret_account);
}

int account_by_id(struct ledger *l, int64_t id, struct account *ret_account)
{
    sqlite3_stmt *s;
    int r = account_ask(l, "SELECT " ACCOUNT_COLUMNS " FROM account WHERE id = ?", &s, "i", id);
    return r < 0 ? r : one_account(l, s, ret_account);
}

static bool is_valid(const struct account *a)
{
    return account_name_is_valid(a->name) && (unsigned)a->role < ACCOUNT_ROLE_COUNT && a->password[0] &&
           account_role_is_of_member(a->role) == (a->member[0] != '\0');
}

int account_add(struct ledger *l, struct account *a)
{
    int64_t count = 0, taken = 0;
    sqlite3_stmt *s = NULL;
    if (!is_valid(a))
        return ledger_fail(l, -EINVAL);
    int r = ledger_read_number(l, "SELECT count(*) FROM account", &count);
    if (r == 0 && count >= ACCOUNTS_MAX)
        return -ENOSPC;
    if (r == 0)
        r = account_ask(l, "SELECT id FROM account WHERE name = ?", &s, "t", a->name);
    if (r < 0)
        return r;
    r = account_number(l, s, &taken);
    if (r != -ENOENT)
        return r < 0 ? r : -EEXIST;
    r = account_run(l,
                    "INSERT INTO account (name, role, member, password, code_key, code_step, failures, locked_us, disabled, made_us, seen_us)"
                    " VALUES (?,?,?,?,?,0,0,0,0,?,0)",
                    "tittbi", a->name, (int64_t)a->role, a->member, a->password, a->has_code_key ? a->code_key : NULL,
                    a->has_code_key ? ACCOUNT_CODE_KEY_LEN : 0, a->made_us);
    if (r == 0)
        a->id = sqlite3_last_insert_rowid(l->db);
    return r;
}

int account_put(struct ledger *l, const struct account *a)
{
    if (!is_valid(a))
        return ledger_fail(l, -EINVAL);
    int r = account_run(l,
                        "UPDATE account SET role = ?, member = ?, password = ?, code_key = ?, code_step = ?, failures = ?, locked_us = ?,"
                        " disabled = ?, seen_us = ? WHERE id = ?",
                        "ittbiiiiii", (int64_t)a->role, a->member, a->password, a->has_code_key ? a->code_key : NULL,
                        a->has_code_key ? ACCOUNT_CODE_KEY_LEN : 0, a->code_step, (int64_t)a->failures, a->locked_us, (int64_t)a->disabled,
                        a->seen_us, a->id);
    return r < 0 ? r : sqlite3_changes(l->db) == 0 ? -ENOENT : 0;
}

int account_delete(struct ledger *l, int64_t id)
{
    int r = account_run(l, "DELETE FROM session WHERE account = ?", "i", id);
    if (r == 0)
        r = account_run(l, "DELETE FROM api_token WHERE account = ?", "i", id);
    if (r == 0)
        r = account_run(l, "DELETE FROM account WHERE id = ?", "i", id);
    return r < 0 ? r : sqlite3_changes(l->db) == 0 ? -ENOENT : 0;
}

int account_list(struct ledger *l, int64_t after, unsigned max, account_each *each, void *self)
{
    sqlite3_stmt *s;
    struct account a;
    int r = account_ask(l, "SELECT " ACCOUNT_COLUMNS " FROM account WHERE id > ? ORDER BY id LIMIT ?", &s, "ii", after, (int64_t)max);
    if (r < 0)
        return r;
    while ((r = ledger_next_row(l, s)) == 1) {
        r = account_take(s, &a) < 0 ? ledger_fail(l, -EBADMSG) : each(self, &a);
        if (r != 0)
            break;
    }
    sqlite3_finalize(s);
    return r;
}

int account_count(struct ledger *l, enum account_role role, unsigned *ret_count)
{
    sqlite3_stmt *s;
    int64_t count = 0;
    int r = account_ask(l, "SELECT count(*) FROM account WHERE role = ? AND disabled = 0", &s, "i", (int64_t)role);
    if (r == 0)
        r = account_number(l, s, &count);
    *ret_count = (unsigned)count;
    return r;
}

/* ---- invitations ---- */

int account_invite(struct ledger *l, const uint8_t digest[ACCOUNT_DIGEST_LEN], const struct account_invitation *i)
{
    int64_t count;
    if ((unsigned)i->role >= ACCOUNT_ROLE_COUNT || account_role_is_of_member(i->role) != (i->member[0] != '\0'))
        return ledger_fail(l, -EINVAL);
    int r = ledger_read_number(l, "SELECT count(*) FROM invitation", &count);
    if (r == 0 && count >= ACCOUNT_INVITATIONS_MAX)
        return -ENOSPC;
    return r < 0 ? r
                 : account_run(l, "INSERT INTO invitation VALUES (?,?,?,?,?)", "bitii", digest, ACCOUNT_DIGEST_LEN, (int64_t)i->role, i->member,
                               i->made_us, i->until_us);
}

int account_uninvite(struct ledger *l, enum account_role role)
{
    return account_run(l, "DELETE FROM invitation WHERE role = ?", "i", (int64_t)role);
}

int account_invitation_find(struct ledger *l, const uint8_t digest[ACCOUNT_DIGEST_LEN], int64_t now_us, struct account_invitation *ret_invitation)
{
    sqlite3_stmt *s;
    int r = account_ask(l, "SELECT role, member, made_us, until_us FROM invitation WHERE digest = ? AND until_us > ?", &s, "bi", digest,
                        ACCOUNT_DIGEST_LEN, now_us);
    if (r < 0)
        return r;
    r = ledger_next_row(l, s);
    if (r == 1) {
        *ret_invitation = (struct account_invitation){.role = (enum account_role)sqlite3_column_int(s, 0),
                                                      .made_us = sqlite3_column_int64(s, 2),
                                                      .until_us = sqlite3_column_int64(s, 3)};
        bool fine = (unsigned)ret_invitation->role < ACCOUNT_ROLE_COUNT &&
                    ledger_take_text(s, 1, ret_invitation->member, sizeof ret_invitation->member) == 0;
        r = fine ? 1 : ledger_fail(l, -EBADMSG);
    }
    sqlite3_finalize(s);
    return r == 1 ? 0 : r == 0 ? -ENOENT : r;
}

int account_accept(struct ledger *l, const uint8_t digest[ACCOUNT_DIGEST_LEN], int64_t now_us, struct account *a)
{
    struct account_invitation i;
    int r = ledger_begin(l);
    if (r < 0)
        return r;
    r = account_invitation_find(l, digest, now_us, &i);
    if (r == 0) {
        a->role = i.role;
        memcpy(a->member, i.member, sizeof a->member);
        r = account_run(l, "DELETE FROM invitation WHERE digest = ?", "b", digest, ACCOUNT_DIGEST_LEN);
    }
    if (r == 0)
        r = account_add(l, a);
    if (r == 0)
        r = ledger_commit(l);
    if (r < 0)
        ledger_rollback(l);
    return r;
}
