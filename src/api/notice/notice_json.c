/* Writes notices as JSON. */
#include "api/notice/notice_json.h"

#include <errno.h>

#include "model/indicator.h"
#include "store/indicator.h"

json_t *notice_json(const struct notice *n, bool is_own)
{
    const struct notice_life *f = &n->life;
    json_t *o = json_pack("{s:I, s:s, s:s, s:s, s:s, s:b, s:I, s:I, s:I, s:I, s:I, s:I, s:I, s:I, s:I, s:b, s:i, s:I, s:I, s:I, s:s, s:s}", "id", (json_int_t)n->id,
                          "member", n->member, "kind", notice_kind_word(n->kind), "claim", claim_traits(n->claim)->word, "state", notice_state_word(f->state), "urgent",
                          n->is_urgent, "made_us", (json_int_t)f->made_us, "raised_us", (json_int_t)f->raised_us, "seen_us", (json_int_t)f->seen_us, "told_us",
                          (json_int_t)f->told_us, "opened_us", (json_int_t)f->opened_us, "acted_us", (json_int_t)f->acted_us, "fixed_us", (json_int_t)f->fixed_us,
                          "withdrawn_us", (json_int_t)f->wrong_us, "reopened", (json_int_t)f->reopened, "uncovered", f->uncovered, "coverage", n->coverage, "subjects",
                          (json_int_t)n->subjects, "left_out", (json_int_t)n->left_out, "hits", (json_int_t)n->hits, "acted_by", n->acted_by, "acted_text",
                          n->acted_text);
    if (o && !is_own) {
        json_object_set_new(o, "campaign", json_string(n->campaign));
        json_object_set_new(o, "control", json_boolean(n->is_control));
    }
    return o;
}

struct listing {
    struct ledger *ledger;
    json_t *rows;
    bool is_own;
};

static int add_subject(void *self, const struct notice_subject *s)
{
    struct listing *l = self;
    struct indicator i;
    int e = indicator_get_by_id(l->ledger, s->indicator, &i);
    if (e < 0)
        return e == -ENOENT ? 0 : e;
    bool is_hidden = l->is_own && i.tlp > VERDICT_TLP_AMBER;
    json_array_append_new(l->rows, json_pack("{s:s, s:o, s:s, s:s, s:I, s:I, s:I, s:b}", "kind", subject_kind_word(i.subject.kind), "subject",
                                             is_hidden ? json_null() : json_string(i.subject.value), "state", indicator_state_word(i.state), "advice",
                                             indicator_decision_word(i.decision), "hits", (json_int_t)s->hits, "first_us", (json_int_t)s->first_us, "last_us",
                                             (json_int_t)s->last_us, "wrong", s->wrong_us != 0));
    return 0;
}

json_t *notice_subjects_json(struct ledger *l, int64_t id, unsigned max, bool is_own)
{
    struct listing listing = {l, json_array(), is_own};
    if (notice_subjects(l, id, max, add_subject, &listing) < 0) {
        json_decref(listing.rows);
        return NULL;
    }
    return listing.rows;
}
