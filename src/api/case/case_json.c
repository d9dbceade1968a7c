/* Writes cases, their people and their notes. */
#include "api/case/case_json.h"

#include <errno.h>
#include <string.h>

#include "store/indicator.h"
#include "store/notice.h"

static const char *access_word(enum case_access access)
{
    return access == CASE_WRITE ? "write" : access == CASE_READ ? "read" : "shown";
}

json_t *case_json(const struct case_record *c, enum case_access access)
{
    bool is_own = access == CASE_SHOWN;
    return json_pack("{s:I, s:s, s:s, s:s, s:s, s:s, s:s, s:s, s:b, s:b, s:I, s:I, s:I, s:I, s:s, s:b}", "number", (json_int_t)c->number, "title", c->title, "state",
                     case_state_word(c->state), "outcome", case_outcome_word(c->outcome), "severity", verdict_severity_word(c->severity), "tlp",
                     verdict_tlp_word(c->tlp), "owner", is_own ? "" : c->owner, "made_by", is_own ? "" : c->made_by, "restricted", c->is_restricted, "shared",
                     c->is_shared, "made_us", (json_int_t)c->made_us, "changed_us", (json_int_t)c->changed_us, "closed_us", (json_int_t)c->closed_us, "version",
                     (json_int_t)c->version, "access", access_word(access), "answered", c->is_answered);
}

struct gathering {
    const struct case_question *q;
    json_t *rows;
    bool is_own;
    int64_t last;
};

bool case_subject_is_hidden(const struct case_question *q, const struct subject *s)
{
    struct indicator i;
    uint32_t id;
    return q->access == CASE_SHOWN && indicator_get(q->node->ledger, s, &id, &i) == 0 && !case_tlp_may_be_shared(i.tlp);
}

static int add_subject(void *self, const struct case_subject *s)
{
    struct gathering *g = self;
    bool is_hidden = case_subject_is_hidden(g->q, &s->subject);
    return json_array_append_new(g->rows, json_pack("{s:s, s:o, s:s, s:s, s:I}", "kind", subject_kind_word(s->subject.kind), "subject",
                                                    is_hidden ? json_null() : json_string(s->subject.value), "note", g->is_own ? "" : s->note, "made_by",
                                                    g->is_own ? "" : s->made_by, "made_us", (json_int_t)s->made_us)) < 0
               ? -ENOMEM
               : 0;
}

static int add_member(void *self, const char *member)
{
    struct gathering *g = self;
    if (g->is_own && strcmp(member, g->q->viewer.member) != 0)
        return 0;
    return json_array_append_new(g->rows, json_string(member)) < 0 ? -ENOMEM : 0;
}

static int add_person(void *self, const struct case_person *p)
{
    struct gathering *g = self;
    return json_array_append_new(g->rows, json_pack("{s:s, s:b}", "account", p->name, "write", p->may_write)) < 0 ? -ENOMEM : 0;
}

static bool is_own_notice(const struct gathering *g, const struct case_link *link)
{
    struct notice n;
    return link->kind == CASE_LINK_NOTICE && notice_get(g->q->node->ledger, link->reference, &n, NULL) == 0 && strcmp(n.member, g->q->viewer.member) == 0 &&
           n.life.state != NOTICE_HELD;
}

static int add_link(void *self, const struct case_link *link)
{
    struct gathering *g = self;
    if (g->is_own && !is_own_notice(g, link))
        return 0;
    return json_array_append_new(g->rows, json_pack("{s:s, s:I, s:s, s:I}", "kind", case_link_word(link->kind), "reference", (json_int_t)link->reference, "made_by",
                                                    g->is_own ? "" : link->made_by, "made_us", (json_int_t)link->made_us)) < 0
               ? -ENOMEM
               : 0;
}

json_t *case_whole_json(const struct case_question *q)
{
    struct ledger *l = q->node->ledger;
    int64_t number = q->record->number;
    json_t *o = case_json(q->record, q->access);
    struct gathering subjects = {q, json_array(), q->access == CASE_SHOWN, 0}, members = {q, json_array(), subjects.is_own, 0},
                     people = {q, json_array(), subjects.is_own, 0}, links = {q, json_array(), subjects.is_own, 0};
    int e = case_subjects(l, number, 0, CASE_SUBJECTS_MAX, add_subject, &subjects);
    if (e == 0)
        e = case_members(l, number, add_member, &members);
    if (e == 0 && !people.is_own)
        e = case_people(l, number, add_person, &people);
    if (e == 0)
        e = case_links(l, number, add_link, &links);
    json_object_set_new(o, "subjects", subjects.rows);
    json_object_set_new(o, "members", members.rows);
    json_object_set_new(o, "people", people.rows);
    json_object_set_new(o, "links", links.rows);
    if (e == 0)
        return o;
    json_decref(o);
    return NULL;
}

static int add_note(void *self, const struct case_note *n)
{
    struct gathering *g = self;
    g->last = n->id;
    return json_array_append_new(g->rows, json_pack("{s:I, s:s, s:b, s:s, s:s, s:I, s:s, s:s}", "id", (json_int_t)n->id, "field", n->field, "internal", n->is_internal,
                                                    "made_by", g->is_own && !n->member[0] ? "" : n->made_by, "member", n->member, "made_us", (json_int_t)n->made_us, "old", n->old, "text", n->text)) < 0
               ? -ENOMEM
               : 0;
}

json_t *case_notes_json(const struct case_question *q, int64_t before, unsigned max, int64_t *ret_after)
{
    struct gathering g = {q, json_array(), q->access == CASE_SHOWN, 0};
    if (case_notes(q->node->ledger, q->record->number, g.is_own ? q->viewer.member : NULL, before, max, add_note, &g) < 0) {
        json_decref(g.rows);
        return NULL;
    }
    *ret_after = json_array_size(g.rows) == max ? g.last : 0;
    return g.rows;
}
