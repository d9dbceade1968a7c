/* Gathers what the node knows of a case's subjects at the moment somebody looks, and in which order it came about. */
#include <errno.h>
#include <string.h>

#include "api/case/case_json.h"
#include "api/control/policy_question.h"
#include "store/indicator.h"
#include "store/loop_clock.h"
#include "store/notice.h"

#define HOUR_US INT64_C(3600000000)

enum {
    MET_HOURS = 7 * 24,
    SIGHTINGS_MAX = 500, /* rows looked at for one subject: the newest */
    NOTICES_TOLD = 20,
    OTHERS_TOLD = 20,
    OTHERS_LOOKED_AT = 200, /* of one subject: the newest, hidden ones too */
    NOTES_TOLD = 500,
};

struct knowing {
    const struct case_question *q;
    json_t *rows; /* of all subjects */
    json_t *of;   /* of the one that is being looked at */
    bool is_own;
    uint32_t since_hour;
    unsigned looked_at;
};

/* ---- where it was met ---- */

static json_t *met_row(json_t *rows, const char *member)
{
    size_t i;
    json_t *row;
    json_array_foreach(rows, i, row)
    {
        if (strcmp(json_string_value(json_object_get(row, "member")), member) == 0)
            return row;
    }
    row = json_pack("{s:s, s:I, s:I}", "member", member, "count", (json_int_t)0, "last_us", (json_int_t)0);
    json_array_append(rows, row);
    json_decref(row);
    return row;
}

static int add_sighting(void *self, const struct indicator_sighting *s)
{
    struct knowing *k = self;
    if (s->hour < k->since_hour)
        return 1; /* the newest come first */
    if (k->is_own && strcmp(s->member, k->q->viewer.member) != 0)
        return 0;
    json_t *row = met_row(k->of, s->member);
    json_int_t last = json_integer_value(json_object_get(row, "last_us"));
    json_object_set_new(row, "count", json_integer(json_integer_value(json_object_get(row, "count")) + (json_int_t)s->count));
    json_object_set_new(row, "last_us", json_integer(last > s->last_us ? last : (json_int_t)s->last_us));
    return 0;
}

/* ---- notices ---- */

static int add_notice(void *self, int64_t id)
{
    struct knowing *k = self;
    struct notice n;
    int e = notice_get(k->q->node->ledger, id, &n, NULL);
    if (e < 0 || (k->is_own && n.life.state == NOTICE_HELD))
        return e == -ENOENT ? 0 : e;
    return json_array_append_new(k->of, json_pack("{s:I, s:s, s:s}", "id", (json_int_t)id, "member", n.member, "state", notice_state_word(n.life.state))) < 0 ? -ENOMEM : 0;
}

/* ---- other cases ---- */

static int add_other(void *self, const struct case_record *c, const struct case_facts *f)
{
    struct knowing *k = self;
    if (c->number != k->q->record->number && case_wall_sight(&k->q->viewer, c, f) >= CASE_SHOWN)
        json_array_append_new(k->of, json_pack("{s:I, s:s, s:s}", "number", (json_int_t)c->number, "title", c->title, "state", case_state_word(c->state)));
    return json_array_size(k->of) == OTHERS_TOLD || ++k->looked_at == OTHERS_LOOKED_AT;
}

static json_t *others(struct knowing *k, const struct subject *s)
{
    struct case_asker asker = case_wall_asker(&k->q->viewer);
    const struct case_filter filter = {.subject = s, .state = -1};
    k->of = json_array();
    k->looked_at = 0;
    if (case_list(k->q->node->ledger, &filter, &asker, add_other, k) >= 0)
        return k->of;
    json_decref(k->of);
    return NULL;
}

/* ---- the policy ---- */

/* What everybody is answered with who asks for it; empty: no name and no address, or no rule. */
static const char *action_of(const struct node *node, const struct subject *s)
{
    struct policy_subject_text text;
    struct dns_asker nobody = {0};
    struct dns_decision d;
    bool is_asked_for = s->kind == SUBJECT_DOMAIN || s->kind == SUBJECT_HOST || s->kind == SUBJECT_ADDRESS || s->kind == SUBJECT_PREFIX;
    if (!is_asked_for || policy_subject_parse(s->value, &text) < 0 || policy_question_decide(node->policy(node->self), &text, &nobody, &d) < 0)
        return "";
    return d.action == DNS_ACTION_NONE ? "" : dns_action_word(d.action);
}

/* ---- one subject ---- */

static int know(struct knowing *k, const struct subject *s, json_t *row)
{
    struct ledger *l = k->q->node->ledger;
    struct indicator i;
    uint32_t id = 0;
    json_t *met = json_array(), *notices = json_array(), *also = others(k, s);
    int e = indicator_get(l, s, &id, &i);
    bool is_known = e == 0;
    if (e == -ENOENT)
        e = 0;
    k->of = met;
    if (e == 0 && is_known)
        e = indicator_sightings(l, id, SIGHTINGS_MAX, add_sighting, k);
    k->of = notices;
    if (e >= 0 && is_known)
        e = notice_of_indicator(l, id, k->is_own ? k->q->viewer.member : NULL, NOTICES_TOLD, add_notice, k);
    json_t *known = json_pack("{s:s, s:s, s:s, s:i, s:s, s:o, s:o}", "state", is_known ? indicator_state_word(i.state) : "", "claim",
                              is_known ? claim_traits(i.claim)->word : "", "advice", is_known ? indicator_decision_word(i.decision) : "", "probability",
                              is_known ? (int)i.probability : 0, "action", action_of(k->q->node, s), "met", met, "notices", notices);
    json_object_update(row, known);
    json_decref(known);
    json_object_set_new(row, "also", also ? also : json_array());
    return also ? e : -EIO;
}

static int add_known(void *self, const struct case_subject *s)
{
    struct knowing *k = self;
    bool is_hidden = case_subject_is_hidden(k->q, &s->subject);
    json_t *row = json_pack("{s:s, s:o, s:s, s:s, s:I}", "kind", subject_kind_word(s->subject.kind), "subject",
                            is_hidden ? json_null() : json_string(s->subject.value), "note", k->is_own ? "" : s->note, "made_by", k->is_own ? "" : s->made_by,
                            "made_us", (json_int_t)s->made_us);
    json_array_append_new(k->rows, row);
    int e = know(k, &s->subject, row);
    return e < 0 ? e : 0;
}

json_t *case_known_json(const struct case_question *q, unsigned from, unsigned max)
{
    struct knowing k = {.q = q, .rows = json_array(), .is_own = q->access == CASE_SHOWN};
    k.since_hour = (uint32_t)(q->hand.now_us / HOUR_US) - MET_HOURS;
    if (case_subjects(q->node->ledger, q->record->number, from, max, add_known, &k) == 0)
        return k.rows;
    json_decref(k.rows);
    return NULL;
}

/* ---- the timeline ---- */

static void add_moment(json_t *rows, int64_t at_us, const char *what, const struct subject *s)
{
    json_t *row = at_us > 0 ? json_pack("{s:I, s:s}", "at_us", (json_int_t)at_us, "what", what) : NULL;
    if (row && s) {
        json_object_set_new(row, "kind", json_string(subject_kind_word(s->kind)));
        json_object_set_new(row, "subject", json_string(s->value));
    }
    if (row)
        json_array_append_new(rows, row);
}

static int add_moments(void *self, const struct case_subject *s)
{
    struct knowing *k = self;
    struct ledger *l = k->q->node->ledger;
    struct indicator i;
    uint32_t id;
    int64_t at_us[CLOCK_MOMENT_COUNT] = {0};
    if (case_subject_is_hidden(k->q, &s->subject))
        return 0;
    int e = indicator_get(l, &s->subject, &id, &i);
    if (e == 0)
        e = clock_get(l, id, at_us);
    if (e < 0)
        return e == -ENOENT ? 0 : e;
    if (at_us[CLOCK_JUDGED] == 0)
        at_us[CLOCK_JUDGED] = i.first_us;
    /* When others met it or were told is not a member's to know. */
    for (unsigned m = 0; m < CLOCK_MOMENT_COUNT; m++)
        if (!k->is_own || m == CLOCK_JUDGED || m == CLOCK_BLOCKED)
            add_moment(k->rows, at_us[m], clock_moment_word((enum clock_moment)m), &s->subject);
    return 0;
}

static int earlier(const void *a, const void *b)
{
    const json_t *const *x = a, *const *y = b;
    json_int_t left = json_integer_value(json_object_get(*x, "at_us")), right = json_integer_value(json_object_get(*y, "at_us"));
    json_int_t left_id = json_integer_value(json_object_get(*x, "id")), right_id = json_integer_value(json_object_get(*y, "id"));
    return left != right ? (left > right) - (left < right) : (left_id > right_id) - (left_id < right_id);
}

/* Takes over the rows. */
static json_t *in_order(json_t *rows)
{
    size_t count = json_array_size(rows), i;
    json_t **at = calloc(count ? count : 1, sizeof *at), *row, *sorted = json_array();
    if (at) {
        json_array_foreach(rows, i, row)
        {
            at[i] = row;
        }
        qsort(at, count, sizeof *at, earlier);
        for (i = 0; i < count; i++)
            json_array_append(sorted, at[i]);
    }
    free(at);
    json_decref(rows);
    return sorted;
}

json_t *case_timeline_json(const struct case_question *q, bool *ret_cut)
{
    struct knowing k = {.q = q, .rows = json_array(), .is_own = q->access == CASE_SHOWN};
    int64_t after = 0;
    size_t i;
    json_t *note, *notes = case_notes_json(q, 0, NOTES_TOLD, &after);
    if (!notes || case_subjects(q->node->ledger, q->record->number, 0, CASE_SUBJECTS_MAX, add_moments, &k) < 0) {
        json_decref(notes);
        json_decref(k.rows);
        return NULL;
    }
    if (k.is_own) { /* which are notes for the centre */
        add_moment(k.rows, q->record->made_us, "opened", NULL);
        add_moment(k.rows, q->record->closed_us, "closed", NULL);
    }
    json_array_foreach(notes, i, note)
    {
        json_object_set(note, "at_us", json_object_get(note, "made_us"));
        json_object_del(note, "made_us");
        json_object_set_new(note, "what", json_string(*json_string_value(json_object_get(note, "field")) ? "change" : "note"));
        json_array_append(k.rows, note);
    }
    json_decref(notes);
    *ret_cut = after > 0;
    return in_order(k.rows);
}
