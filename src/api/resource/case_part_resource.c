/* What belongs to a case: adding and taking away subjects, members and people; links; notes. */
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "api/case/case_json.h"
#include "api/case/case_part.h"
#include "api/intake/judgement.h"
#include "base/text.h"
#include "store/notice.h"
#include "store/report.h"

static const char *text_of(const json_t *object, const char *key)
{
    return json_string_value(json_object_get(object, key));
}

/* 1: something changed; 0: it was so already. */
static struct notice_answer changed(const struct case_question *q, int e)
{
    return e < 0 ? case_answer_error(q->node->ledger, e) : notice_answer_fine(json_pack("{s:b}", "changed", e > 0));
}

static struct notice_answer add_subjects(const struct case_question *q)
{
    struct case_subject *subjects;
    unsigned count;
    struct notice_answer a = case_part_take_subjects(q, true, &subjects, &count);
    if (a.status != 200)
        return a;
    int e = case_add_subjects(q->node->ledger, q->record->number, subjects, count, &q->hand);
    free(subjects);
    return changed(q, e);
}

static struct notice_answer drop_subject(const struct case_question *q)
{
    struct subject s = {.kind = SUBJECT_DOMAIN};
    const char *wrong = judgement_take_subject(q->arguments, &s);
    if (wrong)
        return notice_answer_wrong(400, "%s", wrong);
    int e = case_drop_subject(q->node->ledger, q->record->number, &s, &q->hand);
    if (e == 0 && s.kind == SUBJECT_DOMAIN && !text_of(q->arguments, "kind")) { /* of a name of which only the host is known, that was taken */
        s.kind = SUBJECT_HOST;
        e = case_drop_subject(q->node->ledger, q->record->number, &s, &q->hand);
    }
    return e == 0 ? notice_answer_wrong(404, "%s", _("the case has no such subject")) : changed(q, e);
}

static struct notice_answer add_member(const struct case_question *q)
{
    const char *member;
    struct notice_answer a = case_part_member(q, &member);
    return a.status == 200 ? changed(q, case_add_member(q->node->ledger, q->record->number, member, &q->hand)) : a;
}

static struct notice_answer drop_member(const struct case_question *q)
{
    const char *member = text_of(q->arguments, "member");
    int e = member ? case_drop_member(q->node->ledger, q->record->number, member, &q->hand) : 0;
    return e == 0 ? notice_answer_wrong(404, "%s", _("the case does not concern that member")) : changed(q, e);
}

static struct notice_answer admit(const struct case_question *q)
{
    const char *name = text_of(q->arguments, "account");
    struct account account;
    if (!name)
        return notice_answer_wrong(400, "%s", _("an account is needed"));
    struct notice_answer a = case_part_account(q, name, &account);
    if (a.status != 200)
        return a;
    struct case_person p = {.account = account.id, .may_write = !json_is_false(json_object_get(q->arguments, "write"))};
    memcpy(p.name, account.name, sizeof p.name);
    if (!p.may_write && strcmp(q->record->owner, p.name) == 0)
        return notice_answer_wrong(409, "%s", _("that is the case's owner: give it another one first"));
    return changed(q, case_admit(q->node->ledger, q->record->number, &p, &q->hand));
}

static struct notice_answer dismiss(const struct case_question *q)
{
    const char *name = text_of(q->arguments, "account");
    if (name && q->record->is_restricted && strcasecmp(q->record->owner, name) == 0)
        return notice_answer_wrong(409, "%s", _("that is the case's owner: give it another one first"));
    int e = name ? case_dismiss(q->node->ledger, q->record->number, name, &q->hand) : 0;
    return e == 0 ? notice_answer_wrong(404, "%s", _("that account is not admitted to the case")) : changed(q, e);
}

static int find_linked(struct ledger *l, enum case_link_kind kind, int64_t number)
{
    struct verdict v;
    struct notice n;
    struct report r;
    if (number <= 0)
        return -ENOENT;
    if (kind == CASE_LINK_VERDICT)
        return number <= UINT32_MAX ? ledger_get(l, (uint32_t)number, &v) : -ENOENT;
    return kind == CASE_LINK_NOTICE ? notice_get(l, number, &n, NULL) : report_by_number(l, number, &r);
}

static struct notice_answer add_link(const struct case_question *q)
{
    const char *word = text_of(q->arguments, "kind");
    int64_t reference = json_integer_value(json_object_get(q->arguments, "reference"));
    enum case_link_kind kind;
    if (!word || case_link_parse(word, &kind) < 0)
        return notice_answer_wrong(400, "%s", _("kind is verdict, notice or report, and reference its number"));
    int e = find_linked(q->node->ledger, kind, reference);
    if (e == -ENOENT)
        return notice_answer_wrong(404, _("there is no %s of that number"), word);
    return e < 0 ? notice_answer_ledger(q->node->ledger) : changed(q, case_add_link(q->node->ledger, q->record->number, kind, reference, &q->hand));
}

static struct notice_answer add_note(const struct case_question *q)
{
    const char *text = text_of(q->arguments, "text");
    int64_t id = 0;
    if (!case_text_is_valid(text, CASE_NOTE_MAX, true))
        return notice_answer_wrong(400, _("a note is 1 to %d octets without control characters"), CASE_NOTE_MAX - 1);
    int e = case_add_note(q->node->ledger, q->record->number, text, !json_is_false(json_object_get(q->arguments, "internal")), &q->hand, &id);
    return e < 0 ? case_answer_error(q->node->ledger, e) : notice_answer_fine(json_pack("{s:I}", "id", (json_int_t)id));
}

static struct notice_answer add_answer(const struct case_question *q)
{
    const char *text = text_of(q->arguments, "text");
    int64_t id = 0;
    if (!case_text_is_valid(text, CASE_NOTE_MAX, true))
        return notice_answer_wrong(400, _("an answer is 1 to %d octets without control characters"), CASE_NOTE_MAX - 1);
    int e = case_add_answer(q->node->ledger, q->record->number, q->viewer.member, text, &q->hand, &id);
    return e < 0 ? case_answer_error(q->node->ledger, e) : notice_answer_fine(json_pack("{s:I}", "id", (json_int_t)id));
}

/* ---- ways in ---- */

void web_post_case_subjects(struct web_call *c, const json_t *arguments)
{
    case_answer_web(c, arguments, add_subjects);
}

void web_delete_case_subject(struct web_call *c, const json_t *arguments)
{
    case_answer_web(c, arguments, drop_subject);
}

void web_post_case_member(struct web_call *c, const json_t *arguments)
{
    case_answer_web(c, arguments, add_member);
}

void web_delete_case_member(struct web_call *c, const json_t *arguments)
{
    case_answer_web(c, arguments, drop_member);
}

void web_post_case_person(struct web_call *c, const json_t *arguments)
{
    case_answer_web(c, arguments, admit);
}

void web_delete_case_person(struct web_call *c, const json_t *arguments)
{
    case_answer_web(c, arguments, dismiss);
}

void web_post_case_link(struct web_call *c, const json_t *arguments)
{
    case_answer_web(c, arguments, add_link);
}

void web_post_case_note(struct web_call *c, const json_t *arguments)
{
    case_answer_web(c, arguments, add_note);
}

void web_post_case_answer(struct web_call *c, const json_t *arguments)
{
    case_answer_web(c, arguments, add_answer);
}

static void handle_add(struct control_request *r, const json_t *arguments)
{
    static const struct case_way way = {"hinomi case-add", true, true, add_subjects};
    case_answer_control(r, arguments, &way);
}

static void handle_concern(struct control_request *r, const json_t *arguments)
{
    static const struct case_way way = {"hinomi case-concern", true, true, add_member};
    case_answer_control(r, arguments, &way);
}

static void handle_admit(struct control_request *r, const json_t *arguments)
{
    static const struct case_way way = {"hinomi case-admit", true, true, admit};
    case_answer_control(r, arguments, &way);
}

static void handle_note(struct control_request *r, const json_t *arguments)
{
    static const struct case_way way = {"hinomi case-note", true, true, add_note};
    case_answer_control(r, arguments, &way);
}

const struct control_command case_part_commands[] = {
    {"case-add", handle_add}, {"case-concern", handle_concern}, {"case-admit", handle_admit}, {"case-note", handle_note}, {0},
};
