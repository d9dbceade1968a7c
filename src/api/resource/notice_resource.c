/* Notices: those there are, one with its subjects, what a member did about it, telling now; and the page behind the link of a mail. */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "api/control/rows.h"
#include "api/notice/notice_answer.h"
#include "api/notice/notice_change.h"
#include "api/notice/notice_json.h"
#include "api/web/web_call.h"
#include "base/clock.h"
#include "base/text.h"
#include "base/utf8.h"
#include "store/notice_delivery.h"

enum { LIST_DEFAULT = 100, LIST_MAX = 500, LINK_SUBJECTS = 30 /* as many as the mail said */ };
_Static_assert((int)DELIVERY_DIGEST_LEN == (int)ACCOUNT_DIGEST_LEN, "one kind of digest");

static const char *text_of(const json_t *object, const char *key)
{
    return json_string_value(json_object_get(object, key));
}

/* ---- reading ---- */

struct listing {
    json_t *rows;
    int64_t last;
    bool is_own;
};

static int add_row(void *self, const struct notice *n)
{
    struct listing *l = self;
    l->last = n->id;
    return json_array_append_new(l->rows, notice_json(n, l->is_own)) < 0 ? -ENOMEM : 0;
}

static struct notice_answer list(const struct notice_question *q)
{
    const char *state = text_of(q->arguments, "state");
    json_int_t limit = json_integer_value(json_object_get(q->arguments, "limit"));
    enum notice_state chosen = NOTICE_WAITING;
    if (state && notice_state_parse(state, &chosen) < 0)
        return notice_answer_wrong(400, "%s", _("state is waiting, held-back, sent, failed, opened, acted, no-effect, fixed or withdrawn"));
    struct notice_filter filter = {.member = text_of(q->arguments, "member"),
                                   .shown = q->is_own,
                                   .state = state ? (int)chosen : -1,
                                   .campaign = q->is_own ? NULL : text_of(q->arguments, "campaign"),
                                   .before = json_integer_value(json_object_get(q->arguments, "after")),
                                   .limit = limit > 0 && limit <= LIST_MAX ? (unsigned)limit : LIST_DEFAULT};
    struct listing l = {.rows = json_array(), .is_own = q->is_own};
    int e = notice_list(q->node->ledger, &filter, add_row, &l);
    if (e < 0) {
        json_decref(l.rows);
        return notice_answer_ledger(q->node->ledger);
    }
    json_int_t after = json_array_size(l.rows) == filter.limit ? (json_int_t)l.last : 0;
    return notice_answer_fine(json_pack("{s:o, s:I}", "rows", l.rows, "after", after));
}

/* The notice that the arguments name, when who asks may see it. Another member's is not there. */
static struct notice_answer find(const struct notice_question *q, struct notice *ret_notice)
{
    const char *id = text_of(q->arguments, "id"), *member = text_of(q->arguments, "member");
    char *end = NULL;
    long long number = id ? strtoll(id, &end, 10) : 0;
    int e = id && *id && *end == '\0' ? notice_get(q->node->ledger, number, ret_notice, NULL) : -ENOENT;
    bool is_hidden = e == 0 && ((member && strcmp(member, ret_notice->member) != 0) || (q->is_own && ret_notice->life.state == NOTICE_HELD));
    if (e == -ENOENT || is_hidden)
        return notice_answer_wrong(404, "%s", _("there is no such notice"));
    return e < 0 ? notice_answer_ledger(q->node->ledger) : notice_answer_fine(NULL);
}

struct deliveries {
    json_t *rows;
    bool is_own;
};

/* For the member without the centre's own webhook, and without what its relay said, which names machines of the centre. */
static int add_delivery(void *self, const struct notice_delivery *d)
{
    struct deliveries *all = self;
    bool is_of_member = delivery_is_of_member(d);
    if (all->is_own && d->channel == DELIVERY_WEBHOOK && !is_of_member)
        return 0;
    json_t *row = json_pack("{s:I, s:s, s:s, s:b, s:s, s:I, s:I, s:i, s:I, s:I, s:s}", "id", (json_int_t)d->id, "channel",
                            d->channel == DELIVERY_WEBHOOK ? "webhook" : "mail", "to", d->mail, "urgent", d->is_urgent, "state", delivery_state_word(d->state), "made_us",
                            (json_int_t)d->made_us, "due_us", (json_int_t)(d->state == DELIVERY_WAITS ? d->due_us : 0), "tries", (int)d->tries, "done_us",
                            (json_int_t)d->done_us, "opened_us", (json_int_t)d->opened_us, "error", all->is_own && !is_of_member ? "" : d->error);
    return json_array_append_new(all->rows, row) < 0 ? -ENOMEM : 0;
}

static struct notice_answer show(const struct notice_question *q)
{
    struct notice n = {0};
    struct ledger *l = q->node->ledger;
    struct notice_answer a = find(q, &n);
    if (a.status != 200)
        return a;
    if (q->is_own && notice_change(l, q->node->notice_rules(q->node->self), n.id, NOTICE_IS_OPENED, q->now_us, &n) > 0)
        q->node->notice_changed(q->node->self, &n);
    struct deliveries all = {json_array(), q->is_own};
    json_t *deliveries = all.rows, *subjects = notice_subjects_json(l, n.id, NOTICE_SUBJECTS_MAX, q->is_own), *o = notice_json(&n, q->is_own);
    if (!subjects || delivery_of_notice(l, n.id, add_delivery, &all) < 0) {
        json_decref(subjects);
        json_decref(deliveries);
        json_decref(o);
        return notice_answer_ledger(l);
    }
    json_object_set_new(o, "rows", subjects);
    json_object_set_new(o, "deliveries", deliveries);
    return notice_answer_fine(o);
}

static struct notice_answer summary(const struct notice_question *q)
{
    struct notice_counts c;
    const char *member = text_of(q->arguments, "member");
    if (notice_count(q->node->ledger, member, &c) < 0)
        return notice_answer_ledger(q->node->ledger);
    if (q->is_own)
        c.state[NOTICE_HELD] = 0;
    json_t *states = json_object();
    for (unsigned i = 0; i < NOTICE_STATE_COUNT; i++)
        if (!q->is_own || i != NOTICE_HELD)
            json_object_set_new(states, notice_state_word(i), json_integer((json_int_t)c.state[i]));
    return notice_answer_fine(json_pack("{s:o, s:I}", "states", states, "uncovered", (json_int_t)c.uncovered));
}

/* ---- changing ---- */

static bool is_text(const char *text, size_t max)
{
    struct reader r = reader_of(text ? text : "", text ? strlen(text) : 0);
    while (r.left > 0 && !r.failed) {
        uint32_t c = utf8_take(&r);
        if (c < ' ' && c != '\n')
            return false;
    }
    return text && *text && !r.failed && strlen(text) < max;
}

static struct notice_answer acted(const struct notice_question *q)
{
    struct notice n = {0};
    const char *text = text_of(q->arguments, "text");
    struct notice_answer a = find(q, &n);
    if (a.status != 200)
        return a;
    if (!is_text(text, NOTICE_ACTED_MAX))
        return notice_answer_wrong(400, _("text says what was done: 1 to %d octets"), NOTICE_ACTED_MAX - 1);
    if (n.life.state == NOTICE_HELD || notice_state_is_final(n.life.state))
        return notice_answer_wrong(409, _("it is %s"), notice_state_word(n.life.state));
    int e = notice_change_acted(q->node->ledger, q->node->notice_rules(q->node->self), n.id, q->who, text, q->now_us, &n);
    if (e < 0)
        return notice_answer_ledger(q->node->ledger);
    q->node->notice_changed(q->node->self, &n);
    return notice_answer_fine(notice_json(&n, q->is_own));
}

static struct notice_answer send_now(const struct notice_question *q)
{
    struct notice n = {0};
    struct notice_answer a = find(q, &n);
    if (a.status != 200)
        return a;
    if (notice_state_is_final(n.life.state))
        return notice_answer_wrong(409, _("it is %s"), notice_state_word(n.life.state));
    int e = q->node->notice_send(q->node->self, n.id, &n);
    return e < 0 ? notice_answer_ledger(q->node->ledger) : notice_answer_fine(notice_json(&n, false));
}

static struct notice_answer digest(const struct notice_question *q)
{
    q->node->notice_digest(q->node->self);
    return notice_answer_fine(json_object());
}

/* ---- ways in ---- */

void web_get_notices(struct web_call *c, const json_t *arguments)
{
    notice_answer_web(c, arguments, list);
}

void web_get_notice_summary(struct web_call *c, const json_t *arguments)
{
    notice_answer_web(c, arguments, summary);
}

void web_get_notice(struct web_call *c, const json_t *arguments)
{
    notice_answer_web(c, arguments, show);
}

void web_post_notice_acted(struct web_call *c, const json_t *arguments)
{
    notice_answer_web(c, arguments, acted);
}

void web_post_notice_send(struct web_call *c, const json_t *arguments)
{
    notice_answer_web(c, arguments, send_now);
}

void web_post_notice_digest(struct web_call *c, const json_t *arguments)
{
    notice_answer_web(c, arguments, digest);
}

/* Who has the word of a mail's link sees what the mail said, as it stands now, and no more. */
void web_post_notice_open(struct web_call *c, const json_t *arguments)
{
    struct node *node = web_call_node(c);
    const char *word = text_of(arguments, "word");
    uint8_t of_word[ACCOUNT_DIGEST_LEN];
    struct notice_delivery d = {0};
    int e = word ? web_word_digest(word, of_word) : -EINVAL;
    if (e == 0)
        e = delivery_by_link(node->ledger, of_word, &d);
    if (e == -EINVAL || e == -ENOENT) {
        web_problem(c, 404, "%s", _("no mail has that link, or it is so old that it is no longer kept"));
        return;
    }
    json_t *rows = json_array();
    if (e == 0)
        e = delivery_opened(node->ledger, d.id, web_call_now_us(c));
    for (unsigned i = 0; e >= 0 && i < d.notice_count; i++) {
        struct notice n;
        e = notice_change(node->ledger, node->notice_rules(node->self), d.notices[i], NOTICE_IS_OPENED, web_call_now_us(c), &n);
        if (e == -ENOENT) {
            e = 0;
            continue;
        }
        if (e > 0)
            node->notice_changed(node->self, &n);
        if (e < 0 || n.life.state == NOTICE_HELD)
            continue;
        json_t *o = notice_json(&n, true);
        json_object_set_new(o, "rows", notice_subjects_json(node->ledger, n.id, LINK_SUBJECTS, true));
        json_array_append_new(rows, o);
    }
    if (e < 0) {
        json_decref(rows);
        web_ledger_problem(c);
        return;
    }
    web_reply(c, 200, json_pack("{s:s, s:s, s:I, s:o}", "member", d.member, "language", d.is_japanese ? "ja" : "en", "made_us", (json_int_t)d.made_us, "rows", rows));
}

static void handle_list(struct control_request *r, const json_t *arguments)
{
    notice_answer_control(r, arguments, list);
}

static void handle_show(struct control_request *r, const json_t *arguments)
{
    notice_answer_control(r, arguments, show);
}

static void handle_summary(struct control_request *r, const json_t *arguments)
{
    notice_answer_control(r, arguments, summary);
}

static void handle_acted(struct control_request *r, const json_t *arguments)
{
    notice_answer_control(r, arguments, acted);
}

static void handle_send(struct control_request *r, const json_t *arguments)
{
    notice_answer_control(r, arguments, send_now);
}

static void handle_digest(struct control_request *r, const json_t *arguments)
{
    notice_answer_control(r, arguments, digest);
}

const struct control_command notice_commands[] = {
    {"notices", handle_list},     {"notice", handle_show},      {"notice-summary", handle_summary},
    {"notice-acted", handle_acted}, {"notice-send", handle_send}, {"notice-digest", handle_digest},
    {0},
};
