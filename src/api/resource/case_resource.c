/* Cases: those there are, one of them, opening, changing, judging all its subjects, and what the node knows of them now. */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "api/case/case_json.h"
#include "api/case/case_part.h"
#include "api/intake/judgement.h"
#include "base/text.h"

enum { LIST_DEFAULT = 100, LIST_MAX = 500, LOOKED_AT_MAX = 2000 /* of a page, hidden ones too: some ms of the hub's loop */, NOTES_DEFAULT = 50, NOTES_MAX = 500, KNOWN_DEFAULT = 50 };

static const char *text_of(const json_t *object, const char *key)
{
    return json_string_value(json_object_get(object, key));
}

static json_int_t number_of(const json_t *object, const char *key)
{
    return json_integer_value(json_object_get(object, key));
}

static unsigned limit_of(const json_t *arguments, unsigned usual, unsigned max)
{
    json_int_t limit = number_of(arguments, "limit");
    return limit > 0 && limit <= (json_int_t)max ? (unsigned)limit : usual;
}

static struct notice_answer ledger_failed(const struct case_question *q)
{
    return notice_answer_ledger(q->node->ledger);
}

/* ---- reading ---- */

struct listing {
    const struct case_question *q;
    json_t *rows;
    unsigned max, looked_at;
    int64_t last;
};

static int add_case(void *self, const struct case_record *c, const struct case_facts *f)
{
    struct listing *l = self;
    enum case_access access = case_wall_sight(&l->q->viewer, c, f);
    l->last = c->number;
    if (access >= CASE_SHOWN)
        json_array_append_new(l->rows, case_json(c, access));
    return json_array_size(l->rows) == l->max || ++l->looked_at == LOOKED_AT_MAX;
}

/* Where a subject has no name for members, asking for its name finds nothing either. */
static bool is_asked_in_vain(const struct case_question *q, const struct subject *s)
{
    struct case_question as_member = *q;
    as_member.access = CASE_SHOWN;
    return q->viewer.member[0] && case_subject_is_hidden(&as_member, s);
}

static struct notice_answer list(const struct case_question *q)
{
    const char *state = text_of(q->arguments, "state"), *member = text_of(q->arguments, "member"), *owner = text_of(q->arguments, "owner");
    enum case_state chosen = CASE_OPEN;
    struct subject subject;
    if (state && case_state_parse(state, &chosen) < 0)
        return notice_answer_wrong(400, "%s", _("state is open, waiting or closed"));
    const char *wrong = text_of(q->arguments, "subject") ? judgement_take_subject(q->arguments, &subject) : NULL;
    if (wrong)
        return notice_answer_wrong(400, "%s", wrong);
    if (text_of(q->arguments, "subject") && is_asked_in_vain(q, &subject))
        return notice_answer_fine(json_pack("{s:[], s:i}", "rows", "after", 0));
    /* What a member asks for beside its own name stands in no case that it may see. */
    bool is_own = q->viewer.member[0] != '\0';
    bool has_subject = text_of(q->arguments, "subject") != NULL; /* the wall then leaves the own ones, within what is looked at of a page */
    struct case_filter filter = {.member = !is_own ? (member && *member ? member : NULL) : has_subject ? NULL : q->viewer.member,
                                 .owner = !is_own && owner && *owner ? owner : NULL,
                                 .subject = has_subject ? &subject : NULL,
                                 .is_answered = json_is_true(json_object_get(q->arguments, "answered")),
                                 .state = state ? (int)chosen : -1,
                                 .before = number_of(q->arguments, "after")};
    struct listing l = {.q = q, .rows = json_array(), .max = limit_of(q->arguments, LIST_DEFAULT, LIST_MAX)};
    struct case_asker asker = case_wall_asker(&q->viewer);
    int e = case_list(q->node->ledger, &filter, &asker, add_case, &l);
    if (e < 0) {
        json_decref(l.rows);
        return ledger_failed(q);
    }
    return notice_answer_fine(json_pack("{s:o, s:I}", "rows", l.rows, "after", (json_int_t)(e > 0 ? l.last : 0)));
}

static struct notice_answer show(const struct case_question *q)
{
    json_t *o = case_whole_json(q);
    return o ? notice_answer_fine(o) : ledger_failed(q);
}

static struct notice_answer notes(const struct case_question *q)
{
    int64_t after = 0;
    json_t *rows = case_notes_json(q, number_of(q->arguments, "after"), limit_of(q->arguments, NOTES_DEFAULT, NOTES_MAX), &after);
    return rows ? notice_answer_fine(json_pack("{s:o, s:I}", "rows", rows, "after", (json_int_t)after)) : ledger_failed(q);
}

static struct notice_answer known(const struct case_question *q)
{
    json_int_t from = number_of(q->arguments, "after");
    unsigned max = limit_of(q->arguments, KNOWN_DEFAULT, CASE_KNOWN_MAX);
    if (from < 0 || from > CASE_SUBJECTS_MAX)
        return notice_answer_wrong(400, "%s", _("after is the number of the subject to go on with"));
    json_t *rows = case_known_json(q, (unsigned)from, max);
    json_int_t after = rows && json_array_size(rows) == max ? from + (json_int_t)max : 0;
    return rows ? notice_answer_fine(json_pack("{s:o, s:I}", "rows", rows, "after", after)) : ledger_failed(q);
}

static struct notice_answer timeline(const struct case_question *q)
{
    bool cut = false;
    json_t *rows = case_timeline_json(q, &cut);
    return rows ? notice_answer_fine(json_pack("{s:o, s:b}", "rows", rows, "cut", cut)) : ledger_failed(q);
}

/* ---- changing ---- */

/* The fields that were given, into the case. A text when one is wrong; NULL. */
static const char *take_fields(const json_t *arguments, struct case_record *c)
{
    const char *title = text_of(arguments, "title"), *state = text_of(arguments, "state"), *outcome = text_of(arguments, "outcome");
    const char *severity = text_of(arguments, "severity"), *tlp = text_of(arguments, "tlp");
    const json_t *restricted = json_object_get(arguments, "restricted"), *shared = json_object_get(arguments, "shared");
    if (title && !case_text_is_valid(title, CASE_TITLE_MAX, false))
        return _("a title is one line of 1 to 255 octets");
    if (title)
        snprintf(c->title, sizeof c->title, "%s", title);
    if (state && case_state_parse(state, &c->state) < 0)
        return _("state is open, waiting or closed");
    if (outcome && case_outcome_parse(outcome, &c->outcome) < 0)
        return _("outcome is resolved, false-alarm, nothing-to-do, handed-over or duplicate");
    if (c->state != CASE_CLOSED && !outcome)
        c->outcome = CASE_NO_OUTCOME;
    if ((c->state == CASE_CLOSED) != (c->outcome != CASE_NO_OUTCOME))
        return _("a case is closed with an outcome (resolved, false-alarm, nothing-to-do, handed-over or duplicate), and only then has one");
    if (severity && strcmp(severity, "unknown") == 0)
        c->severity = VERDICT_SEVERITY_UNKNOWN;
    else if (severity && verdict_severity_parse(severity, &c->severity) < 0)
        return _("the severity is low, medium, high or critical");
    if (tlp && verdict_tlp_parse(tlp, &c->tlp) < 0)
        return _("the sharing level is clear, green, amber, amber+strict or red");
    if (restricted)
        c->is_restricted = json_is_true(restricted);
    if (shared)
        c->is_shared = json_is_true(shared);
    return NULL;
}

/* Why members may not see it although it is shared; NULL: they may, or it is not. */
static const char *sharing_flaw(const struct case_record *c)
{
    if (c->is_shared && c->is_restricted)
        return _("a restricted case is for its people alone: end sharing it with members, or the restriction");
    if (c->is_shared && !case_tlp_may_be_shared(c->tlp))
        return _("a case of TLP:AMBER+STRICT or TLP:RED is not shared with members");
    return NULL;
}

/* The account that is to own it: of the centre, and may work on cases. 0: nobody is to. */
static struct notice_answer take_owner(const struct case_question *q, struct case_record *c, struct account *ret_account)
{
    const char *owner = text_of(q->arguments, "owner");
    *ret_account = (struct account){0};
    if (!owner)
        return notice_answer_fine(NULL);
    if (!*owner) {
        c->owner[0] = '\0';
        return notice_answer_fine(NULL);
    }
    struct notice_answer a = case_part_account(q, owner, ret_account);
    if (a.status == 200)
        snprintf(c->owner, sizeof c->owner, "%s", ret_account->name);
    return a;
}

static int admit(const struct case_question *q, int64_t number, int64_t account, const char *name)
{
    struct case_person p = {.account = account, .may_write = true};
    snprintf(p.name, sizeof p.name, "%s", name);
    int e = account ? case_admit(q->node->ledger, number, &p, &q->hand) : 0;
    return e < 0 ? e : 0;
}

/* The case as it is now. */
static struct notice_answer show_changed(const struct case_question *q, const struct case_record *c)
{
    struct case_question now = *q;
    now.record = c;
    now.access = CASE_WRITE;
    return show(&now);
}

static struct notice_answer open_case(const struct case_question *q)
{
    struct case_record c = {.tlp = VERDICT_TLP_AMBER, .made_us = q->hand.now_us};
    struct account owner;
    struct case_subject *subjects = NULL;
    unsigned count = 0;
    const char *text = text_of(q->arguments, "text");
    const char *wrong = text_of(q->arguments, "title") ? take_fields(q->arguments, &c) : _("a case needs a title");
    if (!wrong && c.state == CASE_CLOSED)
        wrong = _("a case is opened before it is closed");
    if (!wrong && text && *text && !case_text_is_valid(text, CASE_NOTE_MAX, true))
        wrong = _("a note is 1 to 8191 octets without control characters");
    if (!wrong)
        wrong = sharing_flaw(&c);
    if (wrong)
        return notice_answer_wrong(400, "%s", wrong);
    snprintf(c.owner, sizeof c.owner, "%s", q->viewer.account ? q->viewer.name : "");
    snprintf(c.made_by, sizeof c.made_by, "%s", q->hand.name);
    struct notice_answer a = take_owner(q, &c, &owner);
    if (a.status == 200)
        a = case_part_take_subjects(q, false, &subjects, &count);
    if (a.status != 200)
        return a;
    struct ledger *l = q->node->ledger;
    int64_t id;
    int e = case_add(l, &c, q->viewer.account, q->viewer.name);
    if (e == 0)
        e = admit(q, c.number, owner.id, owner.name);
    if (e == 0 && count > 0)
        e = case_add_subjects(l, c.number, subjects, count, &q->hand);
    if (e >= 0 && text && *text)
        e = case_add_note(l, c.number, text, true, &q->hand, &id);
    free(subjects);
    return e < 0 ? case_answer_error(l, e) : show_changed(q, &c);
}

static struct notice_answer change(const struct case_question *q)
{
    struct case_record to = *q->record;
    struct account owner;
    const json_t *version = json_object_get(q->arguments, "version");
    if (version && json_integer_value(version) != (json_int_t)to.version)
        return notice_answer_wrong(409, "%s", _("somebody else has changed it meanwhile; read it again"));
    const char *wrong = take_fields(q->arguments, &to);
    if (wrong)
        return notice_answer_wrong(400, "%s", wrong);
    wrong = sharing_flaw(&to);
    if (wrong)
        return notice_answer_wrong(409, "%s", wrong);
    struct notice_answer a = take_owner(q, &to, &owner);
    if (a.status != 200)
        return a;
    /* Who closes the door stays inside, and so does the owner. */
    struct ledger *l = q->node->ledger;
    int e = admit(q, to.number, owner.id, owner.name);
    if (e == 0 && to.is_restricted && !q->record->is_restricted) {
        e = admit(q, to.number, q->viewer.account, q->viewer.name);
        if (e == 0 && to.owner[0] && owner.id == 0 && account_by_name(l, to.owner, &owner) == 0)
            e = admit(q, to.number, owner.id, owner.name);
    }
    if (e == 0)
        e = case_change(l, q->record, &to, &q->hand);
    return e < 0 ? case_answer_error(l, e) : show_changed(q, &to);
}

/* ---- judging ---- */

struct judging {
    struct ledger *ledger;
    const struct verdict *like;
    struct verdict *all;
    unsigned count;
};

static int add_judged(void *self, const struct case_subject *s)
{
    struct judging *j = self;
    struct verdict *v = &j->all[j->count++];
    *v = *j->like;
    v->subject = s->subject;
    return 0;
}

/* All subjects at once, or none; each verdict names the case as evidence. */
static struct notice_answer judge(const struct case_question *q)
{
    struct verdict like;
    struct ledger *l = q->node->ledger;
    if (json_object_get(q->arguments, "source") || json_is_true(json_object_get(q->arguments, "many")))
        return notice_answer_wrong(400, "%s", _("a case is judged in one's own name"));
    const char *wrong = judgement_read_as(q->hand.name, q->arguments, &like);
    if (wrong)
        return notice_answer_wrong(400, "%s", wrong);
    if (!text_of(q->arguments, "tlp"))
        like.tlp = q->record->tlp;
    if (like.evidence_count == VERDICT_EVIDENCE_MAX)
        return notice_answer_wrong(400, "%s", _("at most seven pieces of evidence beside the case"));
    struct verdict_evidence *evidence = &like.evidence[like.evidence_count++];
    *evidence = (struct verdict_evidence){.kind = VERDICT_EVIDENCE_DOCUMENT};
    snprintf(evidence->reference, sizeof evidence->reference, "case %lld", (long long)q->record->number);
    struct judging j = {.ledger = l, .like = &like, .all = calloc(CASE_SUBJECTS_MAX, sizeof *j.all)};
    if (!j.all)
        return notice_answer_wrong(503, "%s", strerror(ENOMEM));
    int e = case_subjects(l, q->record->number, 0, CASE_SUBJECTS_MAX, add_judged, &j);
    for (unsigned i = 0; e == 0 && i < j.count; i++)
        e = judgement_find_own(l, &j.all[i]);
    if (e == 0 && j.count == 0) {
        free(j.all);
        return notice_answer_wrong(409, "%s", _("the case has no subject"));
    }
    if (e == 0)
        e = case_judge(l, q->record->number, j.all, j.count, &q->hand);
    json_t *numbers = json_array();
    for (unsigned i = 0; e == 0 && i < j.count; i++)
        json_array_append_new(numbers, json_integer(j.all[i].number));
    free(j.all);
    if (e == 0)
        return notice_answer_fine(json_pack("{s:o}", "verdicts", numbers));
    json_decref(numbers);
    return case_answer_error(l, e);
}

/* ---- ways in ---- */

void web_get_cases(struct web_call *c, const json_t *arguments)
{
    case_answer_web(c, arguments, list);
}

void web_post_case(struct web_call *c, const json_t *arguments)
{
    case_answer_web(c, arguments, open_case);
}

void web_get_case(struct web_call *c, const json_t *arguments)
{
    case_answer_web(c, arguments, show);
}

void web_patch_case(struct web_call *c, const json_t *arguments)
{
    case_answer_web(c, arguments, change);
}

void web_post_case_judge(struct web_call *c, const json_t *arguments)
{
    case_answer_web(c, arguments, judge);
}

void web_get_case_subjects(struct web_call *c, const json_t *arguments)
{
    case_answer_web(c, arguments, known);
}

void web_get_case_notes(struct web_call *c, const json_t *arguments)
{
    case_answer_web(c, arguments, notes);
}

void web_get_case_timeline(struct web_call *c, const json_t *arguments)
{
    case_answer_web(c, arguments, timeline);
}

static void handle_list(struct control_request *r, const json_t *arguments)
{
    static const struct case_way way = {"hinomi cases", false, false, list};
    case_answer_control(r, arguments, &way);
}

static void handle_show(struct control_request *r, const json_t *arguments)
{
    static const struct case_way way = {"hinomi case", true, false, show};
    case_answer_control(r, arguments, &way);
}

static void handle_notes(struct control_request *r, const json_t *arguments)
{
    static const struct case_way way = {"hinomi case-notes", true, false, notes};
    case_answer_control(r, arguments, &way);
}

static void handle_known(struct control_request *r, const json_t *arguments)
{
    static const struct case_way way = {"hinomi case-subjects", true, false, known};
    case_answer_control(r, arguments, &way);
}

static void handle_timeline(struct control_request *r, const json_t *arguments)
{
    static const struct case_way way = {"hinomi case-timeline", true, false, timeline};
    case_answer_control(r, arguments, &way);
}

static void handle_open(struct control_request *r, const json_t *arguments)
{
    static const struct case_way way = {"hinomi case-open", false, true, open_case};
    case_answer_control(r, arguments, &way);
}

static void handle_change(struct control_request *r, const json_t *arguments)
{
    static const struct case_way way = {"hinomi case-change", true, true, change};
    case_answer_control(r, arguments, &way);
}

static void handle_judge(struct control_request *r, const json_t *arguments)
{
    static const struct case_way way = {"hinomi case-judge", true, true, judge};
    case_answer_control(r, arguments, &way);
}

const struct control_command case_commands[] = {
    {"cases", handle_list},           {"case", handle_show},         {"case-notes", handle_notes},   {"case-subjects", handle_known},
    {"case-timeline", handle_timeline}, {"case-open", handle_open},  {"case-change", handle_change}, {"case-judge", handle_judge},
    {0},
};
