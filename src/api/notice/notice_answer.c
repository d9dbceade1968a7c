/* Carries questions and answers about notices. */
#include "api/notice/notice_answer.h"

#include <stdarg.h>
#include <stdio.h>

#include "api/control/rows.h"
#include "base/clock.h"
#include "base/text.h"

struct notice_answer notice_answer_fine(json_t *object)
{
    return (struct notice_answer){.status = 200, .object = object};
}

struct notice_answer notice_answer_wrong(unsigned status, const char *format, ...)
{
    struct notice_answer a = {.status = status};
    va_list args;
    va_start(args, format);
    vsnprintf(a.text, sizeof a.text, format, args);
    va_end(args);
    return a;
}

struct notice_answer notice_answer_ledger(const struct ledger *l)
{
    return notice_answer_wrong(503, _("the ledger cannot be used: %s"), _(ledger_error(l)));
}

void notice_answer_web(struct web_call *c, const json_t *arguments, notice_answer_fn *answer)
{
    char who[VERDICT_NAME_MAX];
    const struct web_principal *p = web_call_principal(c);
    snprintf(who, sizeof who, "%s (%s)", p->account.name, account_role_word(p->account.role));
    struct notice_question q = {
        .node = web_call_node(c), .arguments = arguments, .is_own = p->access != ACCESS_ALL, .who = who, .now_us = web_call_now_us(c)};
    notice_answer_reply_web(c, answer(&q));
}

void notice_answer_reply_web(struct web_call *c, struct notice_answer a)
{
    if (a.status == 200)
        web_reply(c, 200, a.object);
    else
        web_problem(c, a.status, "%s", a.text);
}

void notice_answer_control(struct control_request *r, const json_t *arguments, notice_answer_fn *answer)
{
    struct notice_question q = {
        .node = control_request_self(r), .arguments = arguments, .who = control_request_source(r), .now_us = clock_wall_us()};
    notice_answer_reply_control(r, answer(&q));
}

void notice_answer_reply_control(struct control_request *r, struct notice_answer a)
{
    if (a.status != 200) {
        control_reply_error(r, "%s", a.text);
        return;
    }
    size_t i;
    json_t *row, *rows = json_object_get(a.object, "rows");
    json_array_foreach(rows, i, row)
    {
        api_send_row(r, json_incref(row));
    }
    json_object_del(a.object, "rows");
    control_reply(r, a.object);
}
