/* Gathers verdicts as statements of numbered sources, folds them, and tells the result with its reasons. */
#include "api/belief.h"

#include <errno.h>
#include <sodium.h>
#include <stdlib.h>
#include <string.h>

#include "judge/score/score.h"
#include "store/indicator.h"

enum { SUPERSEDED_MAX = BELIEF_STATEMENTS_MAX / 2 };

struct belief {
    struct belief_options options;
    struct score *score;
    struct subject subject;
    struct score_sightings sightings;
    struct score_reports false_blocks, confirmations;
    bool is_cut;
    size_t count, source_count, verdict_count;
    struct verdict_author sources[BELIEF_STATEMENTS_MAX]; /* by the number of a statement's source */
    struct belief_record records[BELIEF_STATEMENTS_MAX];
    struct score_statement statements[BELIEF_STATEMENTS_MAX];
    struct score_statement part[BELIEF_STATEMENTS_MAX]; /* those of a sharing level */
    uint8_t tlp[BELIEF_STATEMENTS_MAX], pap[BELIEF_STATEMENTS_MAX];
    uint32_t numbers[BELIEF_STATEMENTS_MAX];
    struct score_result result;
};

struct belief *belief_new(const struct belief_options *options)
{
    struct score_rules rules;
    struct sip_key key;
    struct belief *b = calloc(1, sizeof *b);
    if (!b)
        return NULL;
    b->options = *options;
    score_rules_default(&rules);
    randombytes_buf(&key, sizeof key);
    b->score = score_new(options->rules ? options->rules : &rules, key);
    if (!b->score) {
        free(b);
        return NULL;
    }
    return b;
}

void belief_free(struct belief *b)
{
    if (!b)
        return;
    score_free(b->score);
    free(b);
}

void belief_set_rules(struct belief *b, const struct score_rules *rules)
{
    score_set_rules(b->score, rules);
}

/* The version of a rule and the edition of a feed do not make another source. */
static uint32_t source_of(struct belief *b, const struct verdict_author *author)
{
    for (size_t i = 0; i < b->source_count; i++)
        if (b->sources[i].kind == author->kind && strcmp(b->sources[i].name, author->name) == 0)
            return (uint32_t)i;
    struct belief_record *record = &b->records[b->source_count];
    b->sources[b->source_count] = *author;
    *record = (struct belief_record){0};
    b->options.record(b->options.self, author, record);
    return (uint32_t)b->source_count++;
}

static bool is_report(const struct verdict *v)
{
    return v->author.kind == VERDICT_BY_MEMBER && claim_traits(v->claim)->group == CLAIM_APPRAISAL;
}

/* A member replaces its own report, so each report that stands is another reporter's. */
static void add_report(struct belief *b, const struct verdict *v)
{
    struct score_reports *r = v->claim == CLAIM_CONFIRMED ? &b->confirmations : &b->false_blocks;
    r->count++;
    r->reporters++;
    if (v->made_us > r->last_us)
        r->last_us = v->made_us;
}

static int add(void *self, const struct verdict *v, bool superseded)
{
    struct belief *b = self;
    b->verdict_count++;
    /* Who replaces his own word again and again does not push out what others say. */
    if (b->count == BELIEF_STATEMENTS_MAX || (superseded && b->count >= SUPERSEDED_MAX)) {
        b->is_cut = true;
        return 0;
    }
    bool stands = !superseded && (v->until_us == 0 || v->until_us > v->from_us);
    if (is_report(v) && stands)
        add_report(b, v);
    uint32_t source = source_of(b, &v->author);
    const struct belief_record *record = &b->records[source];
    b->tlp[b->count] = (uint8_t)v->tlp;
    b->pap[b->count] = (uint8_t)v->pap;
    b->numbers[b->count] = v->number;
    b->statements[b->count++] = (struct score_statement){
        .claim = v->claim,
        .author = v->author.kind,
        .source = source,
        .cluster = record->cluster,
        .made_us = v->made_us,
        .from_us = v->from_us,
        .until_us = v->until_us,
        .confirmed = record->confirmed,
        .wrong = record->wrong,
        .prior_right = record->prior_right,
        .prior_wrong = record->prior_wrong,
        .vouched = record->vouched,
        .probability = v->probability,
        .superseded = superseded || is_report(v) || record->is_muted, /* a report is counted as such */
    };
    return 0;
}

int belief_gather(struct belief *b, struct ledger *l, const struct subject *subject, uint32_t *ret_id)
{
    struct indicator i;
    b->subject = *subject;
    b->count = b->source_count = b->verdict_count = 0;
    b->is_cut = false;
    b->sightings = (struct score_sightings){0};
    b->false_blocks = b->confirmations = (struct score_reports){0};
    int e = indicator_statements(l, subject, add, b, ret_id);
    if (e < 0 || *ret_id == 0)
        return e;
    e = indicator_get_by_id(l, *ret_id, &i);
    if (e == 0)
        b->sightings = (struct score_sightings){.count = i.sightings, .members = i.seen_members, .last_us = i.seen_us};
    return e == -ENOENT ? 0 : e;
}

bool belief_is_cut(const struct belief *b)
{
    return b->is_cut;
}

unsigned belief_statement_count(const struct belief *b)
{
    return (unsigned)b->count;
}

void belief_statement(const struct belief *b, unsigned index, struct belief_statement *ret_statement)
{
    const struct score_statement *st = &b->statements[index];
    *ret_statement = (struct belief_statement){.number = b->numbers[index],
                                               .claim = st->claim,
                                               .author = b->sources[st->source],
                                               .made_us = st->made_us,
                                               .superseded = st->superseded};
}

static struct score_input input_of(const struct belief *b, int64_t now_us)
{
    return (struct score_input){
        .kind = b->subject.kind,
        .guards = b->options.guards(b->options.self, &b->subject),
        .statements = b->statements,
        .statement_count = b->count,
        .sightings = b->sightings,
        .false_blocks = b->false_blocks,
        .confirmations = b->confirmations,
        .now_us = now_us,
    };
}

static bool is_valid(const struct score_statement *st, int64_t now_us)
{
    return !st->superseded && st->from_us <= now_us && (st->until_us == 0 || now_us < st->until_us) &&
           claim_traits(st->claim)->against;
}

/* The least secret level whose statements, and those below it, are enough to hold the belief: then it can be told at that level
 * without giving away that somebody said the same in confidence. */
static int take_levels(struct belief *b, const struct score_input *in, struct indicator *i)
{
    unsigned present = 0;
    for (size_t n = 0; n < b->count; n++)
        if (is_valid(&b->statements[n], in->now_us))
            present |= 1U << b->tlp[n];
    i->tlp = VERDICT_TLP_RED;
    i->level_probability = i->probability;
    for (unsigned level = 0; level < VERDICT_TLP_COUNT; level++) {
        if (!(present & 1U << level))
            continue;
        i->tlp = (enum verdict_tlp)level;
        if (present >> level == 1) {
            i->level_probability = i->probability;
            break; /* all that was said is of that level or below */
        }
        struct score_input part = *in;
        part.statements = b->part;
        part.statement_count = 0;
        if (level < VERDICT_TLP_AMBER)
            part.confirmations = (struct score_reports){0}; /* members report in confidence */
        for (size_t n = 0; n < b->count; n++)
            if (b->tlp[n] <= level || !claim_traits(b->statements[n].claim)->against)
                b->part[part.statement_count++] = b->statements[n];
        int e = score_fold(b->score, &part, &b->result);
        if (e < 0)
            return e;
        i->level_probability = b->result.probability;
        if (b->result.state == i->state && b->result.claim == i->claim && b->result.decision == i->decision)
            break;
    }
    for (size_t n = 0; n < b->count; n++)
        if (is_valid(&b->statements[n], in->now_us) && b->tlp[n] <= i->tlp && b->pap[n] > i->pap)
            i->pap = (enum verdict_pap)b->pap[n];
    return 0;
}

/* Of the source that weighs most, else the newest that is valid. */
static uint32_t leading_verdict(const struct belief *b, const struct score_result *r, int64_t now_us)
{
    uint32_t best = 0, newest = 0;
    for (size_t n = 0; n < b->count; n++) {
        if (!is_valid(&b->statements[n], now_us))
            continue;
        newest = b->numbers[n];
        if (r->line_count > 1 && r->lines[1].code == SCORE_LINE_AGAINST && b->statements[n].source == r->lines[1].source &&
            b->statements[n].claim == r->lines[1].claim)
            best = b->numbers[n];
    }
    return best ? best : newest;
}

static void take_times(const struct belief *b, struct indicator *i)
{
    i->first_us = INT64_MAX;
    for (size_t n = 0; n < b->count; n++) {
        int64_t made_us = b->statements[n].made_us;
        i->first_us = made_us < i->first_us ? made_us : i->first_us;
        i->last_us = made_us > i->last_us ? made_us : i->last_us;
    }
    if (b->sightings.last_us > i->last_us)
        i->last_us = b->sightings.last_us;
}

int belief_now(struct belief *b, int64_t now_us, struct indicator *i)
{
    struct score_input in = input_of(b, now_us);
    int e = score_fold(b->score, &in, &b->result);
    *i = (struct indicator){.subject = b->subject,
                            .claim = b->result.claim,
                            .state = b->result.state,
                            .decision = b->result.decision,
                            .probability = b->result.probability,
                            .conflict = b->result.conflict};
    return e;
}

static bool is_as_before(const struct indicator *a, const struct indicator *b)
{
    return a->state == b->state && a->decision == b->decision && a->claim == b->claim && a->tlp == b->tlp && a->pap == b->pap &&
           a->conflict == b->conflict;
}

int belief_indicator(struct belief *b, int64_t now_us, uint32_t was_id, const struct indicator *was, struct indicator *i)
{
    struct score_input in = input_of(b, now_us);
    *i = (struct indicator){.subject = b->subject};
    int e = score_fold(b->score, &in, &b->result);
    if (e == 0)
        e = score_next_change(b->score, &in, &i->next_us);
    if (e < 0)
        return e;
    const struct score_result *r = &b->result;
    i->claim = r->claim;
    i->state = r->state;
    i->decision = r->decision;
    i->probability = r->probability;
    i->conflict = r->conflict;
    i->guards = in.guards;
    i->verdict = leading_verdict(b, r, now_us);
    i->verdict_count = (uint32_t)b->verdict_count;
    i->source_count = (uint32_t)b->source_count;
    i->sightings = b->sightings.count;
    i->seen_members = b->sightings.members;
    i->seen_us = b->sightings.last_us;
    i->false_blocks = b->false_blocks.reporters;
    take_times(b, i);
    e = take_levels(b, &in, i);
    i->changed_us = was_id && is_as_before(was, i) ? was->changed_us : now_us;
    return e;
}

static json_t *lines_json(const struct belief *b, const struct score_result *r)
{
    json_t *lines = json_array();
    char text[SCORE_LINE_TEXT_MAX];
    for (unsigned i = 0; i < r->line_count; i++) {
        const struct score_line *line = &r->lines[i];
        const char *source = line->source < b->source_count ? b->sources[line->source].name : "";
        json_array_append_new(lines, json_pack("{s:i, s:s}", "log_odds", (int)line->log_odds, "text",
                                               score_line_format(line, source, text, sizeof text)));
    }
    return lines;
}

json_t *belief_json(struct belief *b, int64_t now_us)
{
    int64_t next_us = INT64_MAX;
    struct score_input in = input_of(b, now_us);
    struct score_result *r = &b->result;
    int e = score_next_change(b->score, &in, &next_us);
    if (e == 0)
        e = score_fold(b->score, &in, r);
    if (e < 0)
        return NULL;
    return json_pack("{s:i, s:s, s:s, s:s, s:b, s:I, s:o}", "probability", (int)r->probability, "claim",
                     claim_traits(r->claim)->word, "state", indicator_state_word(r->state), "advice",
                     indicator_decision_word(r->decision), "conflict", r->conflict, "next_us",
                     (json_int_t)(next_us == INT64_MAX ? 0 : next_us), "lines", lines_json(b, r));
}

/* Folds what the others say. */
static int fold_without(struct belief *b, uint32_t source, int64_t now_us)
{
    struct score_input in = input_of(b, now_us);
    in.statements = b->part;
    for (size_t n = 0; n < b->count; n++) {
        b->part[n] = b->statements[n];
        b->part[n].superseded = b->part[n].superseded || b->part[n].source == source;
    }
    return score_fold(b->score, &in, &b->result);
}

static bool has_word(const struct belief *b, uint32_t source)
{
    for (size_t n = 0; n < b->count; n++)
        if (b->statements[n].source == source && !b->statements[n].superseded)
            return true;
    return false;
}

json_t *belief_without_json(struct belief *b, int64_t now_us)
{
    json_t *rows = json_array();
    const struct score_result *r = &b->result;
    for (uint32_t source = 0; rows && source < b->source_count && json_array_size(rows) < BELIEF_WITHOUT_MAX; source++) {
        if (!has_word(b, source) || fold_without(b, source, now_us) < 0)
            continue;
        json_t *row = json_pack("{s:s, s:s, s:i, s:s, s:s}", "source", b->sources[source].name, "claim", claim_traits(r->claim)->word, "probability",
                                (int)r->probability, "state", indicator_state_word(r->state), "advice", indicator_decision_word(r->decision));
        if (json_array_append_new(rows, row) < 0) {
            json_decref(rows);
            return NULL;
        }
    }
    return rows;
}
