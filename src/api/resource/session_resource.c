/* Signing in and out: passwords, codes by time, and locks against guessing. */
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "api/web/audit_trail.h"
#include "api/signing_in/known_places.h"
#include "api/signing_in/one_time_code.h"
#include "api/web/web.h"
#include "api/web/web_call.h"
#include "base/log.h"
#include "base/text.h"

enum { FAILURES_FREE = 5, LOCK_FIRST_S = 15, LOCK_MAX_S = 300 };
/* A lock is short, and does not hold where the account has signed in from before: else a stranger who knows a name could keep its owner out.
 * Together with the limit by address it leaves a guesser a few hundred attempts a day. */

struct sign_in {
    struct web_call *call;
    char name[ACCOUNT_NAME_MAX];
    char code[ONE_TIME_CODE_DIGITS + 2];
    bool is_known;
};

static void refuse(struct web_call *c)
{
    web_problem(c, 401, "%s", _("name, password or code is wrong, or the account is locked for a while"));
}

static json_t *permissions_json(const struct web_principal *p)
{
    json_t *all = json_object();
    for (unsigned i = PERMIT_SELF; i < PERMISSION_COUNT; i++) {
        enum access access = permission_access((enum permission)i, p->account.role);
        if (p->by_token && !(p->scope & UINT64_C(1) << i))
            access = ACCESS_NONE;
        if (access != ACCESS_NONE)
            json_object_set_new(all, permission_word(i), json_string(access == ACCESS_OWN ? "own" : "all"));
    }
    return all;
}

static json_t *session_json(const struct web_principal *p, const char *csrf)
{
    json_t *object = json_pack("{s:I, s:s, s:s, s:s, s:b, s:o}", "id", (json_int_t)p->account.id, "name", p->account.name, "role",
                               account_role_word(p->account.role), "member", p->account.member, "codes", p->account.has_code_key, "permissions",
                               permissions_json(p));
    if (object && csrf)
        json_object_set_new(object, "csrf", json_string(csrf));
    return object;
}

void web_begin_session(struct web_call *c, const struct account *account)
{
    char word[WEB_WORD_TEXT_MAX], csrf[WEB_WORD_TEXT_MAX];
    struct web_principal p = {.account = *account, .access = ACCESS_ALL};
    struct addr from = web_call_address(c);
    int64_t now_us = web_call_now_us(c);
    web_word_make(word, p.digest);
    if (audit_trail_event(web_call_audit(c), account, "sign in", now_us) < 0 ||
        account_session_add(web_call_node(c)->ledger, p.digest, account->id, now_us, now_us + WEB_SESSION_S * INT64_C(1000000)) < 0) {
        web_ledger_problem(c);
        return;
    }
    known_places_add(web_call_places(c), account->id, &from, now_us);
    web_call_set_session(c, word);
    web_csrf_of(word, csrf);
    web_reply(c, 200, session_json(&p, csrf));
}

/* ---- failures ---- */

/* at_known: it is counted by the place that it came from, and not for the account. */
static void count_failure(struct ledger *l, struct audit_trail *audit, struct account *a, bool at_known, int64_t now_us)
{
    a->failures += !at_known;
    if (!at_known && a->failures >= FAILURES_FREE) {
        unsigned over = a->failures - FAILURES_FREE;
        int64_t lock_s = over > 5 ? LOCK_MAX_S : LOCK_FIRST_S << over;
        a->locked_us = now_us + (lock_s > LOCK_MAX_S ? LOCK_MAX_S : lock_s) * INT64_C(1000000);
        log_notice(_("account %s: %u failed sign-ins, locked for a while"), a->name, a->failures);
    }
    if (audit_trail_event(audit, a, "failed sign-in", now_us) < 0 || account_put(l, a) < 0)
        log_warning(_("a failed sign-in cannot be noted: %s"), _(ledger_error(l)));
}

/* A code counts once, and an account that has them needs one. */
static bool is_code_right(struct account *a, const char *code, int64_t now_us)
{
    return !a->has_code_key || one_time_code_check(a->code_key, sizeof a->code_key, code, now_us, a->code_step, &a->code_step) == 0;
}

static void on_checked(void *self, int error, const char *hash)
{
    (void)hash;
    struct sign_in *s = self;
    struct web_call *c = s->call;
    struct ledger *l = web_call_node(c)->ledger;
    int64_t now_us = web_call_now_us(c);
    struct account a;
    /* Anew: it may have changed since. */
    int e = s->is_known ? account_by_name(l, s->name, &a) : -ENOENT;
    struct addr from = web_call_address(c);
    struct known_places *places = web_call_places(c);
    bool is_open = e == 0 && !a.disabled && (a.locked_us <= now_us || known_places_has(places, a.id, &from, now_us));
    if (e < 0 && e != -ENOENT) {
        web_ledger_problem(c);
    } else if (!is_open) {
        refuse(c);
    } else if (error < 0 || !is_code_right(&a, s->code, now_us)) {
        count_failure(l, web_call_audit(c), &a, known_places_failed(places, a.id, &from), now_us);
        refuse(c);
    } else {
        if (a.locked_us <= now_us) /* else what strangers did goes on to count for them */
            a.failures = 0;
        a.seen_us = now_us;
        if (account_put(l, &a) < 0) /* without it a code could count twice */
            web_ledger_problem(c);
        else
            web_begin_session(c, &a);
    }
    free(s);
}

void web_post_session(struct web_call *c, const json_t *arguments)
{
    const char *name = json_string_value(json_object_get(arguments, "name"));
    const char *password = json_string_value(json_object_get(arguments, "password"));
    const char *code = json_string_value(json_object_get(arguments, "code"));
    struct account a;
    struct sign_in *s = calloc(1, sizeof *s);
    if (!s || !name || !password) {
        web_problem(c, s ? 400 : 503, "%s", s ? _("name and password are needed") : strerror(ENOMEM));
        free(s);
        return;
    }
    s->call = c;
    if (snprintf(s->code, sizeof s->code, "%s", code ? code : "") >= (int)sizeof s->code)
        s->code[0] = '\0';
    s->is_known = account_name_is_valid(name) && account_by_name(web_call_node(c)->ledger, name, &a) == 0;
    if (s->is_known)
        memcpy(s->name, a.name, sizeof s->name);
    struct password_worker *w = web_call_passwords(c);
    struct addr from = web_call_address(c);
    bool is_expected = s->is_known && known_places_has(web_call_places(c), a.id, &from, web_call_now_us(c));
    /* Somebody who is not there takes as long. */
    int e = password_check(w, password, s->is_known ? a.password : password_of_nobody(w), is_expected, on_checked, s);
    if (e < 0) {
        free(s);
        if (e == -EINVAL)
            refuse(c);
        else
            web_problem(c, 503, "%s", _("too many sign in at once; try again"));
    }
}

void web_get_session(struct web_call *c, const json_t *arguments)
{
    (void)arguments;
    char csrf[WEB_WORD_TEXT_MAX];
    const char *word = web_call_session_word(c);
    if (word)
        web_csrf_of(word, csrf);
    web_reply(c, 200, session_json(web_call_principal(c), word ? csrf : NULL));
}

void web_delete_session(struct web_call *c, const json_t *arguments)
{
    (void)arguments;
    const struct web_principal *p = web_call_principal(c);
    if (!p->by_token && account_session_end(web_call_node(c)->ledger, p->digest) < 0) {
        web_ledger_problem(c);
        return;
    }
    web_call_set_session(c, NULL);
    web_reply(c, 200, json_object());
}
