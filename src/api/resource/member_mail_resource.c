/* Proofs by mail: asking a registered address, the code that is given back, and the page behind the link of such a mail. */
#include <errno.h>
#include <sodium.h>
#include <stdio.h>
#include <string.h>

#include "api/intake/proof_mail.h"
#include "api/node.h"
#include "api/web/audit_trail.h"
#include "api/web/web_call.h"
#include "base/clock.h"
#include "base/text.h"
#include "store/notice_delivery.h"

enum { WHO_MAX = MEMBER_MAIL_MAX + 8 };
#define DAY_US INT64_C(86400000000)

static struct member one; /* the hub's loop is the only thread here: too large for the stack */

static const char *text_of(const json_t *object, const char *key)
{
    return json_string_value(json_object_get(object, key));
}

static void ledger_failed(struct control_request *request, const struct node *node)
{
    control_reply_error(request, _("the ledger cannot be used: %s"), _(ledger_error(node->ledger)));
}

/* "name" and "value". A text for people; NULL. */
static const char *take_claim(const json_t *arguments, const char **ret_member, struct member_claim *ret_claim)
{
    const char *value = text_of(arguments, "value");
    *ret_member = text_of(arguments, "name");
    if (!*ret_member || !value || member_claim_parse(value, ret_claim) < 0)
        return _("the member's name, and a network or domain name that it claims, are needed");
    return NULL;
}

static json_t *mail_json(const struct member_mail *m)
{
    return json_pack("{s:s, s:s, s:s, s:s, s:s, s:I, s:I, s:I, s:b, s:i}", "value", m->value, "to", m->mail, "name", m->name, "asked_by", m->asked_by, "answer",
                     member_mail_answer_word(m->answer), "made_us", (json_int_t)m->made_us, "until_us", (json_int_t)m->until_us, "answered_us",
                     (json_int_t)m->answered_us, "sent", (int)(m->has_word || m->answer != MEMBER_MAIL_OPEN), "guesses", (int)m->wrong);
}

/* ---- asking ---- */

static const char *may_ask(struct node *node, const char *member, const struct member_claim *claim, int64_t now_us)
{
    struct member_mail before;
    unsigned count = 0;
    if (!node->has_mail || !node->has_mail(node->self))
        return _("no mail can be sent: configure notify: mail, or send the question yourself and record the answer");
    if (delivery_proof_count(node->ledger, member, now_us - DAY_US, &count) < 0)
        return _(ledger_error(node->ledger));
    if (count >= PROOF_MAILS_A_DAY)
        return _("this member was asked 20 times in a day: wait for the answers");
    if (member_mail_get(node->ledger, member, claim->kind, claim->value, &before) == 0 && before.answer == MEMBER_MAIL_OPEN &&
        before.made_us > now_us - PROOF_MAIL_PAUSE_S * INT64_C(1000000))
        return _("a mail about that is under way; ask again five minutes after it");
    return NULL;
}

static const char *take_address(struct node *node, const json_t *arguments, const struct member_claim *claim, struct member_mail *m)
{
    int e = member_get(node->ledger, m->member, &one);
    if (e < 0)
        return e == -ENOENT ? _("there is no such member") : _(ledger_error(node->ledger));
    e = proof_mail_address(&one, claim, text_of(arguments, "to"), m);
    if (e == -EINVAL)
        return _("to is the number of a contact of the member, or hostmaster or postmaster");
    if (e == -ENOENT)
        return claim->kind == MEMBER_NETWORK ? _("the member has no such contact; of a network only contacts can be asked") : _("the member has no such contact");
    return NULL;
}

static void handle_ask(struct control_request *request, const json_t *arguments)
{
    struct node *node = control_request_self(request);
    const char *member;
    struct member_claim claim = {.kind = MEMBER_NETWORK};
    struct member_mail m = {.answer = MEMBER_MAIL_OPEN};
    int64_t now_us = clock_wall_us();
    const char *flaw = take_claim(arguments, &member, &claim);
    if (!flaw) {
        snprintf(m.member, sizeof m.member, "%s", member);
        m.kind = claim.kind;
        memcpy(m.value, claim.value, sizeof m.value);
        snprintf(m.asked_by, sizeof m.asked_by, "%s", control_request_source(request));
        flaw = take_address(node, arguments, &claim, &m);
    }
    if (!flaw)
        flaw = may_ask(node, member, &claim, now_us);
    if (flaw) {
        control_reply_error(request, "%s", flaw);
        return;
    }
    int e = proof_mail_ask(node, &m, now_us);
    if (e == -ENOENT)
        control_reply_error(request, "%s", _("the member has no such network or name"));
    else if (e == -EDQUOT)
        control_reply_error(request, "%s", _("too many mails wait to be sent; see \"hinomi status\""));
    else if (e < 0)
        ledger_failed(request, node);
    else
        control_reply(request, mail_json(&m));
}

static void handle_state(struct control_request *request, const json_t *arguments)
{
    struct node *node = control_request_self(request);
    const char *member;
    struct member_claim claim = {.kind = MEMBER_NETWORK};
    struct member_mail m;
    const char *flaw = take_claim(arguments, &member, &claim);
    int e = flaw ? 0 : member_mail_get(node->ledger, member, claim.kind, claim.value, &m);
    if (flaw)
        control_reply_error(request, "%s", flaw);
    else if (e == -ENOENT)
        control_reply_error(request, "%s", _("nobody was asked about that by mail"));
    else if (e < 0)
        ledger_failed(request, node);
    else
        control_reply(request, mail_json(&m));
}

/* ---- the code ---- */

/* The question that the code of its mail answers; a text for people; NULL. */
static const char *take_code(struct node *node, const char *member, const struct member_claim *claim, const char *code, int64_t now_us, struct member_mail *m)
{
    uint8_t digest[MEMBER_WORD_SHA256_LEN];
    struct member_mail found;
    int e = member_mail_get(node->ledger, member, claim->kind, claim->value, m);
    if (e < 0)
        return e == -ENOENT ? _("nobody was asked about that by mail") : _(ledger_error(node->ledger));
    if (m->answer != MEMBER_MAIL_OPEN || m->until_us <= now_us || !m->has_word)
        return _("no mail about that has a code that is good: it was used, is too old, was guessed at too often, or is not sent yet");
    if (proof_mail_digest(code, digest) < 0 || sodium_memcmp(digest, m->word_sha256, sizeof digest) != 0) {
        if (member_mail_guessed(node->ledger, m) < 0)
            return _(ledger_error(node->ledger));
        return m->has_word ? _("that is not the code of the mail") : _("that is not the code of the mail, and was the last try: have another mail sent");
    }
    e = proof_mail_find(node, code, now_us, &found);
    return e == 0 ? NULL : e == -ENOENT ? _("the address that was asked is no contact of the member any more; ask another") : _(ledger_error(node->ledger));
}

static void handle_code(struct control_request *request, const json_t *arguments)
{
    struct node *node = control_request_self(request);
    const char *member, *code = text_of(arguments, "code");
    struct member_claim claim = {.kind = MEMBER_NETWORK};
    struct member_mail m;
    int64_t now_us = clock_wall_us();
    const char *flaw = take_claim(arguments, &member, &claim);
    if (!flaw && !code)
        flaw = _("the code of the mail is needed");
    if (!flaw)
        flaw = take_code(node, member, &claim, code, now_us, &m);
    if (flaw) {
        control_reply_error(request, "%s", flaw);
        return;
    }
    int e = proof_mail_answer(node, &m, true, now_us);
    if (e == -ENOENT)
        control_reply_error(request, "%s", _("the member has no such network or name"));
    else if (e < 0)
        ledger_failed(request, node);
    else
        control_reply(request, mail_json(&m));
}

/* ---- the link ---- */

/* False: it has answered. */
static bool find(struct web_call *c, const json_t *arguments, struct member_mail *ret_mail)
{
    const char *word = text_of(arguments, "word");
    int e = word ? proof_mail_find(web_call_node(c), word, web_call_now_us(c), ret_mail) : -ENOENT;
    if (e == -ENOENT)
        web_problem(c, 404, "%s", _("no mail has that link, or it was answered, or is too old: ask the centre for another"));
    else if (e < 0)
        web_ledger_problem(c);
    return e == 0;
}

/* What is asked: looking answers nothing, so that a program which opens links ahead of people does not. */
void web_post_proof_open(struct web_call *c, const json_t *arguments)
{
    struct member_mail m;
    if (!find(c, arguments, &m))
        return;
    int e = member_get(web_call_node(c)->ledger, m.member, &one);
    if (e < 0)
        web_ledger_problem(c);
    else
        web_reply(c, 200, json_pack("{s:s, s:s, s:s, s:s, s:I}", "value", m.value, "kind", m.kind == MEMBER_NAME ? "name" : "network", "title",
                                    one.title[0] ? one.title : m.member, "language", m.is_japanese ? "ja" : "en", "until_us", (json_int_t)m.until_us));
}

void web_post_proof_answer(struct web_call *c, const json_t *arguments)
{
    struct member_mail m;
    struct node *node = web_call_node(c);
    const char *answer = text_of(arguments, "answer");
    char who[WHO_MAX];
    bool yes = answer && strcmp(answer, "yes") == 0;
    if (!yes && (!answer || strcmp(answer, "no") != 0)) {
        web_problem(c, 400, "%s", _("answer is yes or no"));
        return;
    }
    if (!find(c, arguments, &m))
        return;
    snprintf(who, sizeof who, "mail:%s", m.mail);
    json_t *about = json_pack("{s:s, s:s, s:s}", "name", m.member, "value", m.value, "answer", answer);
    int e = about ? audit_trail_write(node->ledger, who, ACCOUNT_OPERATOR, "POST /proofs/answer", about, web_call_now_us(c)) : -ENOMEM;
    json_decref(about);
    if (e == 0)
        e = proof_mail_answer(node, &m, yes, web_call_now_us(c));
    if (e == -ENOENT)
        web_problem(c, 404, "%s", _("the member has no such network or name"));
    else if (e < 0)
        web_ledger_problem(c);
    else
        web_reply(c, 200, json_pack("{s:s, s:s}", "value", m.value, "answer", answer));
}

const struct control_command member_mail_commands[] = {
    {"member-mail", handle_ask},
    {"member-mail-state", handle_state},
    {"member-code", handle_code},
    {0},
};
