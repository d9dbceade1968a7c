/* Carries questions and answers about cases. */
#include "api/case/case_answer.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/clock.h"
#include "base/text.h"
#include "store/audit.h"

struct notice_answer case_answer_error(const struct ledger *l, int error)
{
    switch (error) {
    case -E2BIG:
        return notice_answer_wrong(409, "%s", _("there are as many of these as there may be; close the case and open another"));
    case -EINVAL:
        return notice_answer_wrong(400, "%s", _("a text is empty, too long, no UTF-8, or has control characters"));
    default:
        return notice_answer_ledger(l);
    }
}

void case_answer_web(struct web_call *c, const json_t *arguments, case_answer_fn *answer)
{
    char who[VERDICT_NAME_MAX];
    const struct account *a = &web_call_principal(c)->account;
    snprintf(who, sizeof who, "%s (%s)", a->name, account_role_word(a->role));
    struct case_question q = {.node = web_call_node(c), .arguments = arguments, .hand = {who, web_call_now_us(c)}};
    q.viewer = (struct case_viewer){.account = a->id, .role = a->role, .name = a->name, .member = a->member};
    q.record = web_call_case(c, &q.access);
    notice_answer_reply_web(c, answer(&q));
}

/* ---- the control socket ---- */

/* Who works at the control socket is no account: its name stands in the ledger as the kernel and the client tell it. */
static int note(struct ledger *l, const struct case_question *q, const struct case_way *way)
{
    struct audit_row row = {.role = q->viewer.role, .count = 1, .first_us = q->hand.now_us, .last_us = q->hand.now_us};
    json_t *copy = case_wall_noted(q->arguments, q->record && q->record->is_restricted);
    json_object_del(copy, "command");
    char *text = json_dumps(copy, JSON_COMPACT | JSON_SORT_KEYS | JSON_ENSURE_ASCII);
    json_decref(copy);
    snprintf(row.account, sizeof row.account, "%s", q->hand.name);
    snprintf(row.what, sizeof row.what, "%s", way->what);
    if (text && snprintf(row.about, sizeof row.about, "%s", text) >= (int)sizeof row.about)
        memcpy(row.about + sizeof row.about - 4, "...", 4);
    free(text);
    return audit_append(l, q->hand.now_us, &row, 1);
}

static struct notice_answer ask(struct case_question *q, const struct case_way *way, struct case_record *room)
{
    struct ledger *l = q->node->ledger;
    if (way->names_case) {
        int e = case_wall_find(l, &q->viewer, q->arguments, case_wall_needed(&q->viewer, q->arguments, way->changes, false), room, &q->access);
        if (e < 0)
            return e == -ENOENT ? notice_answer_wrong(404, "%s", _("there is no such case")) : notice_answer_ledger(l);
        q->record = room;
    }
    bool is_noted = way->changes || !q->record || q->record->is_restricted; /* a list may have restricted ones */
    return is_noted && note(l, q, way) < 0 ? notice_answer_ledger(l) : way->answer(q);
}

void case_answer_control(struct control_request *r, const json_t *arguments, const struct case_way *way)
{
    struct case_record room;
    const char *who = control_request_source(r);
    struct case_question q = {.node = control_request_self(r), .arguments = arguments, .hand = {who, clock_wall_us()}};
    q.viewer = (struct case_viewer){.role = ACCOUNT_ADMINISTRATOR, .name = who, .member = ""};
    notice_answer_reply_control(r, ask(&q, way, &room));
}
