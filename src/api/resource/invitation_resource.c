/* Invitations: an administrator makes one, somebody makes an account of it; the first of a node comes from its console. */
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "api/web/web_call.h"
#include "base/text.h"

enum { INVITATION_DAYS = 7 };

void web_post_invitation(struct web_call *c, const json_t *arguments)
{
    const char *role = json_string_value(json_object_get(arguments, "role"));
    const char *member = json_string_value(json_object_get(arguments, "member"));
    int64_t now_us = web_call_now_us(c);
    struct account_invitation i = {.made_us = now_us, .until_us = now_us + INVITATION_DAYS * INT64_C(86400000000)};
    char word[WEB_WORD_TEXT_MAX];
    uint8_t digest[ACCOUNT_DIGEST_LEN];
    if (!role || account_role_parse(role, &i.role) < 0) {
        web_problem(c, 400, "%s", _("role is administrator, analyst, auditor, operator, reader or feed-client"));
        return;
    }
    if (account_role_is_of_member(i.role) != (member && *member) || (member && strlen(member) >= sizeof i.member)) {
        web_problem(c, 400, "%s", _("operators and readers need a member, others have none"));
        return;
    }
    if (member)
        memcpy(i.member, member, strlen(member) + 1);
    web_word_make(word, digest);
    int e = account_invite(web_call_node(c)->ledger, digest, &i);
    if (e == -ENOSPC)
        web_problem(c, 409, "%s", _("too many invitations are open"));
    else if (e < 0)
        web_ledger_problem(c);
    else
        web_reply(c, 200, json_pack("{s:s, s:s, s:s, s:I}", "word", word, "role", role, "member", i.member, "until_us", (json_int_t)i.until_us));
}

/* -ENOENT: that word is none, or has run out, or was used. */
static int find(struct web_call *c, const json_t *arguments, uint8_t digest[ACCOUNT_DIGEST_LEN], struct account_invitation *ret_i)
{
    const char *word = json_string_value(json_object_get(arguments, "word"));
    int e = word ? web_word_digest(word, digest) : -EINVAL;
    return e < 0 ? -ENOENT : account_invitation_find(web_call_node(c)->ledger, digest, web_call_now_us(c), ret_i);
}

static void refuse(struct web_call *c, int error)
{
    if (error == -ENOENT)
        web_problem(c, 404, "%s", _("this link was used, has run out, or was never given"));
    else
        web_ledger_problem(c);
}

void web_post_invitation_lookup(struct web_call *c, const json_t *arguments)
{
    uint8_t digest[ACCOUNT_DIGEST_LEN];
    struct account_invitation i;
    int e = find(c, arguments, digest, &i);
    if (e < 0)
        refuse(c, e);
    else
        web_reply(c, 200, json_pack("{s:s, s:s, s:I}", "role", account_role_word(i.role), "member", i.member, "until_us", (json_int_t)i.until_us));
}

struct acceptance {
    struct web_call *call;
    uint8_t digest[ACCOUNT_DIGEST_LEN];
    struct account account;
};

static void on_hashed(void *self, int error, const char *hash)
{
    struct acceptance *a = self;
    struct web_call *c = a->call;
    if (error == 0) {
        snprintf(a->account.password, sizeof a->account.password, "%s", hash);
        error = account_accept(web_call_node(c)->ledger, a->digest, web_call_now_us(c), &a->account);
    }
    if (error == -EEXIST)
        web_problem(c, 409, "%s", _("that name is taken"));
    else if (error == -ENOSPC)
        web_problem(c, 409, "%s", _("there are as many accounts as can be"));
    else if (error == -ENOMEM)
        web_problem(c, 503, "%s", strerror(ENOMEM));
    else if (error < 0)
        refuse(c, error);
    else
        web_begin_session(c, &a->account);
    free(a);
}

void web_post_invitation_accept(struct web_call *c, const json_t *arguments)
{
    const char *name = json_string_value(json_object_get(arguments, "name"));
    const char *password = json_string_value(json_object_get(arguments, "password"));
    struct account_invitation i;
    struct acceptance *a = calloc(1, sizeof *a);
    int e = a ? find(c, arguments, a->digest, &i) : -ENOMEM;
    const char *flaw = !name || !account_name_is_valid(name) ? _("a name has letters, digits and .-_@+, at most 63 of them")
                       : password                            ? password_flaw(password)
                                                             : _("a password is needed");
    if (e < 0 || flaw || !name) {
        free(a);
        if (e == -ENOMEM)
            web_problem(c, 503, "%s", strerror(ENOMEM));
        else if (e < 0)
            refuse(c, e);
        else
            web_problem(c, 400, "%s", flaw);
        return;
    }
    a->call = c;
    a->account.made_us = web_call_now_us(c);
    memcpy(a->account.name, name, strlen(name) + 1);
    e = password_hash(web_call_passwords(c), password, on_hashed, a);
    if (e < 0) {
        free(a);
        web_problem(c, 503, "%s", _("too many sign in at once; try again"));
    }
}
