/* STIX: indicators whose patterns are choices of single values become statements about these values. */
#include <assert.h>
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "base/text.h"
#include "proto/stix/bundle.h"
#include "proto/stix/matchers.h"
#include "proto/stix/object.h"
#include "share/statement/claim_word.h"
#include "share/statement/share_level.h"
#include "share/statement/statement_impl.h"

enum { OBJECT_VALUES = 100000, REFERENCES_TAKEN = 3 };

/* A marking that the document defines. */
struct marking {
    char id[sizeof "marking-definition--" + 36];
    enum stix_tlp tlp;
};

struct stix {
    struct statement_reader *reader;
    struct stix_bundle *bundle;
    struct json_tree *tree;
    struct stix_pattern *pattern;
    struct stix_matchers *matchers;
    struct marking *markings; /* STATEMENT_MARKINGS_MAX; those after are not known */
    unsigned marking_count;
    uint64_t number;
};

/* What each match is of ours; -1: nothing. */
static const int kinds[] = {
    [STIX_MATCH_SHA512] = SUBJECT_SHA512,
    [STIX_MATCH_SHA256] = SUBJECT_SHA256,
    [STIX_MATCH_SHA1] = SUBJECT_SHA1,
    [STIX_MATCH_MD5] = SUBJECT_MD5,
    [STIX_MATCH_CERTIFICATE_SHA256] = SUBJECT_CERTIFICATE,
    [STIX_MATCH_CERTIFICATE_SHA1] = -1,
    [STIX_MATCH_CERTIFICATE_MD5] = -1,
    [STIX_MATCH_URL] = SUBJECT_URL,
    [STIX_MATCH_EMAIL] = SUBJECT_EMAIL,
    [STIX_MATCH_NAME] = SUBJECT_HOST,
    [STIX_MATCH_SUBDOMAINS] = SUBJECT_DOMAIN,
    [STIX_MATCH_ADDRESS] = SUBJECT_ADDRESS,
    [STIX_MATCH_PREFIX] = SUBJECT_PREFIX,
    [STIX_MATCH_AS] = SUBJECT_AS,
};
static_assert(array_len(kinds) == STIX_MATCH_COUNT, "each match has its kind of subject");

/* ---- markings ---- */

static void remember_marking(struct stix *s, const struct stix_object *o)
{
    if (s->marking_count == STATEMENT_MARKINGS_MAX || strlen(o->id) >= sizeof s->markings->id)
        return;
    struct marking *m = &s->markings[s->marking_count++];
    memcpy(m->id, o->id, strlen(o->id) + 1);
    m->tlp = o->tlp;
}

/* -ENOENT: the document has not defined it, or not yet. */
static int find_marking(const struct stix *s, const char *id, enum stix_tlp *ret_tlp)
{
    for (unsigned i = 0; i < s->marking_count; i++)
        if (strcmp(s->markings[i].id, id) == 0) {
            *ret_tlp = s->markings[i].tlp;
            return 0;
        }
    return -ENOENT;
}

static enum verdict_tlp level_of(enum stix_tlp tlp)
{
    static const enum verdict_tlp levels[] = {
        [STIX_TLP_NONE] = VERDICT_TLP_AMBER,   [STIX_TLP_CLEAR] = VERDICT_TLP_CLEAR,
        [STIX_TLP_GREEN] = VERDICT_TLP_GREEN,  [STIX_TLP_AMBER] = VERDICT_TLP_AMBER,
        [STIX_TLP_AMBER_STRICT] = VERDICT_TLP_AMBER_STRICT, [STIX_TLP_RED] = VERDICT_TLP_RED,
    };
    static_assert(array_len(levels) == STIX_TLP_COUNT, "each marking has its level");
    return levels[tlp];
}

/* The strictest of what is marked counts; an unknown marking could be any, so what it stands on goes no further than amber. */
static void take_markings(const struct stix *s, const struct stix_object *o, struct share_level *level)
{
    for (unsigned i = 0; i < o->marking_refs.count; i++) {
        const char *id = o->marking_refs.word[i];
        enum stix_tlp tlp = stix_tlp_of_id(id);
        bool is_known = tlp != STIX_TLP_NONE || find_marking(s, id, &tlp) == 0;
        if (!is_known || tlp != STIX_TLP_NONE)
            share_level_raise(level, level_of(tlp));
    }
    for (unsigned i = 0; i < o->labels.count; i++)
        (void)share_level_take_word(level, o->labels.word[i], strlen(o->labels.word[i]));
}

/* ---- indicators ---- */

static void leave_out(struct stix *s, bool is_refused, const struct stix_object *o, const char *why, const char *part, size_t len)
{
    statement_leave_out(s->reader, is_refused, s->number, o ? o->id : NULL, why, part, len);
}

static void take_words(const struct stix_words *words, struct claim_choice *choice)
{
    for (unsigned i = 0; i < words->count; i++)
        (void)claim_word_take(words->word[i], strlen(words->word[i]), choice);
}

/* What the indicator says it is. NULL, or why that is nothing to us. */
static const char *take_claim(const struct statement_reader *r, const struct stix_object *o, struct verdict *v)
{
    struct claim_choice choice = {0};
    take_words(&o->labels, &choice);
    take_words(&o->indicator_types, &choice);
    take_words(&o->kill_chain_phases, &choice);
    if (choice.rank == 0 && choice.is_other && !r->options.has_claim)
        return N_("what it says is nothing that speaks for or against a subject");
    bool is_special = choice.rank != 0 && choice.claim != CLAIM_MALICIOUS;
    if (is_special || (choice.rank != 0 && !r->options.has_claim))
        v->claim = choice.claim;
    return NULL;
}

/* The common part of all statements of one indicator, in r->v. NULL, or why there are none. */
static const char *begin_indicator(struct stix *s, const struct stix_object *o)
{
    struct statement_reader *r = s->reader;
    struct verdict *v = statement_begin(r);
    struct share_level level = {0};
    const char *why = take_claim(r, o, v);
    if (!why && o->confidence == 0)
        why = N_("its author has no confidence in it");
    if (why)
        return why;
    if (o->confidence > 0)
        v->probability = (uint16_t)(o->confidence * (VERDICT_CERTAIN / STIX_CONFIDENCE_MAX));
    take_markings(s, o, &level);
    share_level_apply(&level, v);
    if (o->name)
        statement_add_reason(v, "", o->name, strlen(o->name));
    if (o->description)
        statement_add_reason(v, ": ", o->description, strlen(o->description));
    statement_add_evidence(v, VERDICT_EVIDENCE_OBJECT, o->id);
    for (unsigned i = 0; i < o->reference_count && i < REFERENCES_TAKEN; i++)
        if (o->reference[i].url)
            statement_add_evidence(v, VERDICT_EVIDENCE_DOCUMENT, o->reference[i].url);
    return NULL;
}

static bool text_equal(struct stix_text a, struct stix_text b)
{
    return a.len == b.len && memcmp(a.at, b.at, a.len) == 0;
}

/* "x, or what is below x" is one subject, the domain x. */
static bool is_covered(const struct stix_matchers *all, const struct stix_matcher *m)
{
    for (unsigned i = 0; i < all->count && m->match == STIX_MATCH_NAME; i++)
        if (all->matcher[i].match == STIX_MATCH_SUBDOMAINS && all->matcher[i].also.len == 0 && text_equal(all->matcher[i].value, m->value))
            return true;
    return false;
}

/* A value that is only one of several conditions is weaker than what was said, unless it is of one thing alone. NULL, or why it cannot be taken. */
static const char *weaken(const struct stix_matcher *m, struct verdict *v)
{
    if (m->also.len == 0 || m->match <= STIX_MATCH_EMAIL)
        return NULL;
    if (m->match >= STIX_MATCH_PREFIX)
        return N_("so wide a value holds only together with other conditions");
    v->probability = (uint16_t)((v->probability + 1) / 2);
    return NULL;
}

static int64_t later(int64_t a_us, int64_t b_us)
{
    return a_us > b_us ? a_us : b_us;
}

static int give_matcher(struct stix *s, const struct stix_object *o, const struct stix_matcher *m, const struct verdict *common)
{
    struct statement_reader *r = s->reader;
    r->v = *common;
    const char *why = kinds[m->match] < 0 ? N_("certificates are known by SHA-256 alone") : weaken(m, &r->v);
    if (!why)
        why = statement_take_subject(r, kinds[m->match], m->value.at, m->value.len);
    if (why) {
        leave_out(s, false, o, why, m->value.at, m->value.len);
        return 0;
    }
    int64_t from_us = o->valid_from.us, until_us = o->valid_until.is_set ? o->valid_until.us : 0;
    if (m->has_time) {
        from_us = later(from_us, m->start_us);
        until_us = until_us == 0 || m->stop_us < until_us ? m->stop_us : until_us;
    }
    statement_set_times(r, o->modified.us, from_us, until_us);
    if (o->revoked)
        statement_withdraw(r);
    if (m->also.len > 0)
        statement_add_reason(&r->v, " | ", m->also.at, m->also.len);
    return statement_give(r, s->number, true);
}

static int take_indicator(struct stix *s, const struct stix_object *o)
{
    struct stix_pattern_flaw flaw;
    struct reader text = reader_of(o->pattern, strlen(o->pattern));
    if (strcmp(o->pattern_type, "stix") != 0) {
        leave_out(s, false, o, N_("the pattern is not in the language of STIX"), o->pattern_type, strlen(o->pattern_type));
        return 0;
    }
    if (stix_pattern_read(&text, s->pattern, &flaw) < 0) {
        leave_out(s, true, o, stix_pattern_flaw_text(flaw.kind), o->pattern, strlen(o->pattern));
        return 0;
    }
    const char *why = begin_indicator(s, o);
    if (why) {
        leave_out(s, false, o, why, o->pattern, strlen(o->pattern));
        return 0;
    }
    struct verdict common = s->reader->v;
    (void)stix_matchers_of(s->pattern, s->matchers);
    int result = 0;
    for (unsigned i = 0; i < s->matchers->count && result == 0; i++)
        if (!is_covered(s->matchers, &s->matchers->matcher[i]))
            result = give_matcher(s, o, &s->matchers->matcher[i], &common);
    if (result == 0 && s->matchers->why != STIX_WHY_NONE)
        leave_out(s, false, o, stix_why_text(s->matchers->why), s->matchers->why_part.at, s->matchers->why_part.len);
    return result;
}

/* ---- objects ---- */

static void tell_sighting(const struct stix *s, const struct stix_object *o)
{
    struct statement_sighting seen = {.ref = o->sighting_of_ref, .count = o->count, .first_us = o->first_seen.us, .last_us = o->last_seen.us};
    if (s->reader->calls.sighting && !o->revoked)
        s->reader->calls.sighting(s->reader->self, &seen);
}

static int take_object(void *arg, const struct stix_bundle_object *object)
{
    static const struct json_limits limits = {.octets = STIX_BUNDLE_OBJECT_MAX, .values = OBJECT_VALUES, .depth = STIX_BUNDLE_DEPTH_MAX};
    struct stix *s = arg;
    struct statement_reader *r = s->reader;
    struct reader text = reader_of(object->octets, object->len);
    const struct json_value *value;
    struct json_flaw json_flaw;
    struct stix_object_flaw flaw;
    struct stix_object o;
    s->number = object->number;
    int result = json_tree_read(s->tree, &text, &limits, &value, &json_flaw);
    if (result == -ENOMEM)
        return result;
    if (result < 0) {
        leave_out(s, true, NULL, json_flaw_text(json_flaw.kind), NULL, 0);
        return 0;
    }
    if (stix_object_read(value, &o, &flaw) < 0) {
        const char *id = json_value_member_text(value, "id");
        statement_leave_out(r, true, s->number, id, stix_object_flaw_text(flaw.kind), flaw.member, flaw.member ? strlen(flaw.member) : 0);
        return 0;
    }
    if (r->calls.keep)
        result = r->calls.keep(r->self, o.id, o.spec_version ? o.spec_version : o.created.is_set ? "2.0" : "2.1", o.modified.is_set ? o.modified.us : o.created.us, object->octets, object->len);
    if (result < 0)
        return result;
    if (o.type == STIX_MARKING_DEFINITION)
        remember_marking(s, &o);
    else if (o.type == STIX_SIGHTING)
        tell_sighting(s, &o);
    return o.type == STIX_INDICATOR ? take_indicator(s, &o) : 0;
}

static void tell_skipped(void *arg, uint64_t number, const struct stix_bundle_flaw *flaw)
{
    const struct stix *s = arg;
    statement_leave_out(s->reader, true, number, NULL, stix_bundle_flaw_text(flaw->kind), NULL, 0);
}

static void close_bundle(void *form)
{
    struct stix *s = form;
    stix_bundle_free(s->bundle);
    json_tree_free(s->tree);
    free(s->pattern);
    free(s->matchers);
    free(s->markings);
    free(s);
}

static void *open_bundle(struct statement_reader *r)
{
    static const struct stix_bundle_calls calls = {.object = take_object, .skipped = tell_skipped};
    static const struct stix_bundle_limits limits = {.object_octets = STIX_BUNDLE_OBJECT_MAX, .objects = STATEMENT_OBJECTS_MAX,
                                                     .depth = STIX_BUNDLE_DEPTH_MAX};
    struct stix *s = calloc(1, sizeof *s);
    if (!s)
        return NULL;
    s->reader = r;
    s->bundle = stix_bundle_new(&limits, &calls, s);
    s->tree = json_tree_new();
    s->pattern = malloc(sizeof *s->pattern);
    s->matchers = malloc(sizeof *s->matchers);
    s->markings = malloc(STATEMENT_MARKINGS_MAX * sizeof *s->markings);
    if (s->bundle && s->tree && s->pattern && s->matchers && s->markings)
        return s;
    close_bundle(s);
    return NULL;
}

static int end_with(struct stix *s, int result)
{
    if (result != -EBADMSG)
        return result;
    const struct stix_bundle_flaw *flaw = stix_bundle_flaw(s->bundle);
    return statement_refuse(s->reader, stix_bundle_flaw_text(flaw->kind), flaw->place.line, flaw->place.column);
}

static int feed_bundle(void *form, const void *octets, size_t len)
{
    struct stix *s = form;
    return end_with(s, stix_bundle_feed(s->bundle, octets, len));
}

static int finish_bundle(void *form)
{
    struct stix *s = form;
    return end_with(s, stix_bundle_finish(s->bundle));
}

const struct statement_form statement_stix = {.open = open_bundle, .close = close_bundle, .feed = feed_bundle, .finish = finish_bundle};
