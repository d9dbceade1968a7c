/* Accounts: what one does with one's own (password, codes by time, keys of machines), and what an administrator does with others'. */
#include <errno.h>
#include <sodium.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "api/signing_in/base32.h"
#include "api/signing_in/one_time_code.h"
#include "api/web/web_call.h"
#include "base/text.h"

enum { TOKEN_DAYS_MAX = 366, LIST_DEFAULT = 100, LIST_MAX = 1000 };

/* ---- passwords ---- */

struct change {
    struct web_call *call;
    char password[ACCOUNT_PASSWORD_MAX];
};

static void end_change(struct change *h)
{
    sodium_memzero(h->password, sizeof h->password);
    free(h);
}

static void on_new_hash(void *self, int error, const char *hash)
{
    struct change *h = self;
    struct web_call *c = h->call;
    const struct web_principal *p = web_call_principal(c);
    struct ledger *l = web_call_node(c)->ledger;
    struct account a;
    int e = error < 0 ? error : account_by_id(l, p->account.id, &a);
    if (e == 0) {
        snprintf(a.password, sizeof a.password, "%s", hash);
        e = account_put(l, &a);
    }
    if (e == 0)
        e = account_sessions_end(l, a.id, p->digest);
    if (e < 0)
        web_ledger_problem(c);
    else
        web_reply(c, 200, json_object());
    end_change(h);
}

static void on_old_checked(void *self, int error, const char *hash)
{
    (void)hash;
    struct change *h = self;
    int e = error < 0 ? error : password_hash(web_call_passwords(h->call), h->password, on_new_hash, h);
    if (e == 0)
        return;
    web_problem(h->call, e == -EACCES ? 403 : 503, "%s", e == -EACCES ? _("that is not the password until now") : _("too many sign in at once; try again"));
    end_change(h);
}

/* How a person signs in is no key's to change: who finds one would keep its owner out. Replies when it is one. */
static bool is_by_key(struct web_call *c)
{
    if (web_call_principal(c)->by_token)
        web_problem(c, 403, "%s", _("a key changes neither password nor codes: sign in with name and password"));
    return web_call_principal(c)->by_token;
}

void web_post_password(struct web_call *c, const json_t *arguments)
{
    if (is_by_key(c))
        return;
    const char *old = json_string_value(json_object_get(arguments, "old"));
    const char *new = json_string_value(json_object_get(arguments, "new"));
    const char *flaw = !old || !new ? _("the password until now and the new one are needed") : password_flaw(new);
    struct change *h = flaw ? NULL : calloc(1, sizeof *h);
    if (!h) {
        web_problem(c, flaw ? 400 : 503, "%s", flaw ? flaw : strerror(ENOMEM));
        return;
    }
    h->call = c;
    snprintf(h->password, sizeof h->password, "%s", new);
    int e = password_check(web_call_passwords(c), old, web_call_principal(c)->account.password, false, on_old_checked, h);
    if (e < 0)
        on_old_checked(h, e == -EINVAL ? -EACCES : e, NULL);
}

/* ---- codes by time ---- */

static void begin_codes(struct web_call *c)
{
    uint8_t key[ACCOUNT_CODE_KEY_LEN];
    char text[BASE32_TEXT_MAX(ACCOUNT_CODE_KEY_LEN)], uri[256];
    randombytes_buf(key, sizeof key);
    base32_write(key, sizeof key, text);
    snprintf(uri, sizeof uri, "otpauth://totp/hinomi:%s?secret=%s&issuer=hinomi", web_call_principal(c)->account.name, text);
    web_reply(c, 200, json_pack("{s:s, s:s}", "key", text, "uri", uri));
    sodium_memzero(key, sizeof key);
}

void web_post_codes(struct web_call *c, const json_t *arguments)
{
    const char *text = json_string_value(json_object_get(arguments, "key"));
    const char *code = json_string_value(json_object_get(arguments, "code"));
    struct ledger *l = web_call_node(c)->ledger;
    struct account a;
    if (is_by_key(c))
        return;
    if (!text && !code) {
        begin_codes(c);
        return;
    }
    int e = account_by_id(l, web_call_principal(c)->account.id, &a);
    if (e < 0) {
        web_ledger_problem(c);
        return;
    }
    if (!text || base32_read(text, a.code_key, sizeof a.code_key) < 0 ||
        one_time_code_check(a.code_key, sizeof a.code_key, code ? code : "", web_call_now_us(c), 0, &a.code_step) < 0) {
        web_problem(c, 422, "%s", _("that code was not made with this key; is the clock of the device right?"));
        return;
    }
    a.has_code_key = true;
    if (account_put(l, &a) < 0)
        web_ledger_problem(c);
    else
        web_reply(c, 200, json_pack("{s:b}", "codes", 1));
}

/* ---- keys of machines ---- */

static json_t *scope_json(uint64_t scope)
{
    json_t *words = json_array();
    for (unsigned i = 0; i < PERMISSION_COUNT; i++)
        if (scope & UINT64_C(1) << i)
            json_array_append_new(words, json_string(permission_word(i)));
    return words;
}

static int add_token(void *self, const struct account_token *t)
{
    json_array_append_new(self, json_pack("{s:I, s:s, s:o, s:I, s:I, s:I}", "id", (json_int_t)t->id, "label", t->label, "scope",
                                          scope_json(t->scope), "made_us", (json_int_t)t->made_us, "used_us", (json_int_t)t->used_us,
                                          "until_us", (json_int_t)t->until_us));
    return 0;
}

void web_get_tokens(struct web_call *c, const json_t *arguments)
{
    (void)arguments;
    json_t *rows = json_array();
    if (account_tokens(web_call_node(c)->ledger, web_call_principal(c)->account.id, add_token, rows) < 0) {
        json_decref(rows);
        web_ledger_problem(c);
        return;
    }
    web_reply(c, 200, json_pack("{s:o}", "rows", rows));
}

/* -EACCES: a word that is none, or that the account itself has not. */
static int take_scope(const struct web_principal *p, const json_t *words, uint64_t *ret_scope)
{
    size_t i;
    json_t *word;
    enum permission permission;
    *ret_scope = 0;
    json_array_foreach(words, i, word)
    {
        const char *text = json_string_value(word);
        if (!text || permission_parse(text, &permission) < 0 || permission_access(permission, p->account.role) == ACCESS_NONE)
            return -EACCES;
        *ret_scope |= UINT64_C(1) << permission;
    }
    return *ret_scope ? 0 : -EACCES;
}

void web_post_token(struct web_call *c, const json_t *arguments)
{
    const struct web_principal *p = web_call_principal(c);
    const char *label = json_string_value(json_object_get(arguments, "label"));
    json_int_t days = json_integer_value(json_object_get(arguments, "days"));
    struct account_token t = {.account = p->account.id, .made_us = web_call_now_us(c)};
    char word[WEB_WORD_TEXT_MAX];
    uint8_t digest[ACCOUNT_DIGEST_LEN];
    if (p->by_token) {
        web_problem(c, 403, "%s", _("a key makes no keys: sign in with name and password"));
        return;
    }
    if (!label || !*label || strlen(label) >= sizeof t.label || days < 1 || days > TOKEN_DAYS_MAX) {
        web_problem(c, 400, "%s", _("label (1 to 63 octets) and days (1 to 366) are needed"));
        return;
    }
    if (take_scope(p, json_object_get(arguments, "scope"), &t.scope) < 0) {
        web_problem(c, 400, "%s", _("scope is a list of permissions that the account itself has; GET /api/v1/session shows them"));
        return;
    }
    memcpy(t.label, label, strlen(label) + 1);
    t.until_us = t.made_us + days * INT64_C(86400000000);
    const char *certificate = json_string_value(json_object_get(arguments, "certificate"));
    if (!certificate)
        web_word_make(word, digest);
    else if (web_certificate_digest(certificate, digest) < 0) {
        web_problem(c, 400, "%s", _("certificate is the SHA-256 fingerprint of one: 64 hexadecimal digits; \"openssl x509 -noout -fingerprint -sha256\" prints it"));
        return;
    }
    int e = account_token_add(web_call_node(c)->ledger, digest, &t);
    if (e == -ENOSPC)
        web_problem(c, 409, "%s", _("the account has as many keys as it can: end one first"));
    else if (e == -EEXIST)
        web_problem(c, 409, "%s", _("that certificate is a key already"));
    else if (e < 0)
        web_ledger_problem(c);
    else if (certificate)
        web_reply(c, 200, json_pack("{s:I, s:s, s:I}", "id", (json_int_t)t.id, "label", t.label, "until_us", (json_int_t)t.until_us));
    else
        web_reply(c, 200, json_pack("{s:I, s:s, s:s, s:I}", "id", (json_int_t)t.id, "token", word, "label", t.label, "until_us", (json_int_t)t.until_us));
}

/* The number in the path; 0: it is none. */
static int64_t id_of(const json_t *arguments)
{
    const char *text = json_string_value(json_object_get(arguments, "id"));
    char *end;
    long long id = text ? strtoll(text, &end, 10) : 0;
    return text && *text && *end == '\0' && id > 0 ? id : 0;
}

static void reply_done(struct web_call *c, int error, const char *missing)
{
    if (error == -ENOENT)
        web_problem(c, 404, "%s", missing);
    else if (error < 0)
        web_ledger_problem(c);
    else
        web_reply(c, 200, json_object());
}

void web_delete_token(struct web_call *c, const json_t *arguments)
{
    reply_done(c, account_token_end(web_call_node(c)->ledger, web_call_principal(c)->account.id, id_of(arguments)), _("you have no such key"));
}

/* ---- accounts of others ---- */

static int add_account(void *self, const struct account *a)
{
    json_array_append_new(self, json_pack("{s:I, s:s, s:s, s:s, s:b, s:b, s:i, s:I, s:I, s:I}", "id", (json_int_t)a->id, "name", a->name, "role",
                                          account_role_word(a->role), "member", a->member, "codes", a->has_code_key, "disabled", a->disabled,
                                          "failures", (int)a->failures, "locked_us", (json_int_t)a->locked_us, "made_us", (json_int_t)a->made_us,
                                          "seen_us", (json_int_t)a->seen_us));
    return 0;
}

void web_get_accounts(struct web_call *c, const json_t *arguments)
{
    json_int_t after = json_integer_value(json_object_get(arguments, "after")), limit = json_integer_value(json_object_get(arguments, "limit"));
    json_t *rows = json_array();
    if (limit < 1 || limit > LIST_MAX)
        limit = LIST_DEFAULT;
    if (account_list(web_call_node(c)->ledger, after, (unsigned)limit, add_account, rows) < 0) {
        json_decref(rows);
        web_ledger_problem(c);
        return;
    }
    size_t count = json_array_size(rows);
    json_int_t last = count > 0 ? json_integer_value(json_object_get(json_array_get(rows, count - 1), "id")) : 0;
    web_reply(c, 200, json_pack("{s:o, s:I}", "rows", rows, "after", (json_int_t)(count == (size_t)limit ? last : 0)));
}

/* A node without an administrator could not be opened again. */
static bool is_last_administrator(struct web_call *c, const struct account *a)
{
    unsigned count = 0;
    return a->role == ACCOUNT_ADMINISTRATOR && !a->disabled &&
           (account_count(web_call_node(c)->ledger, ACCOUNT_ADMINISTRATOR, &count) < 0 || count <= 1);
}

/* Replies itself when there is none. */
static bool take_account(struct web_call *c, const json_t *arguments, struct account *ret_a)
{
    int e = account_by_id(web_call_node(c)->ledger, id_of(arguments), ret_a);
    if (e < 0)
        reply_done(c, e, _("there is no such account"));
    return e == 0;
}

void web_patch_account(struct web_call *c, const json_t *arguments)
{
    struct ledger *l = web_call_node(c)->ledger;
    const json_t *disabled = json_object_get(arguments, "disabled");
    struct account a;
    if (!take_account(c, arguments, &a))
        return;
    if (json_is_true(disabled) && is_last_administrator(c, &a)) {
        web_problem(c, 409, "%s", _("that is the last administrator"));
        return;
    }
    if (disabled)
        a.disabled = json_is_true(disabled);
    if (json_is_true(json_object_get(arguments, "unlock")))
        a.failures = 0, a.locked_us = 0;
    if (json_is_true(json_object_get(arguments, "forget_codes")))
        a.has_code_key = false;
    int e = account_put(l, &a);
    if (e == 0 && a.disabled)
        e = account_sessions_end(l, a.id, NULL);
    if (e == 0 && a.disabled)
        e = account_tokens_end(l, a.id);
    reply_done(c, e, _("there is no such account"));
}

void web_delete_account(struct web_call *c, const json_t *arguments)
{
    struct account a;
    if (!take_account(c, arguments, &a))
        return;
    if (is_last_administrator(c, &a))
        web_problem(c, 409, "%s", _("that is the last administrator"));
    else
        reply_done(c, account_delete(web_call_node(c)->ledger, a.id), _("there is no such account"));
}
