/* Gathers verdicts as statements of numbered sources, folds them, and tells the result with its reasons. */
#include "api/belief.h"

#include <errno.h>
#include <sodium.h>
#include <stdlib.h>
#include <string.h>

#include "judge/score/score.h"

enum { STATEMENTS_MAX = 1000 }; /* more on one subject are left to an analyst */

struct belief {
    enum subject_kind kind;
    size_t count, source_count;
    struct verdict_author sources[STATEMENTS_MAX]; /* by the number of a statement's source */
    struct score_statement statements[STATEMENTS_MAX];
};

struct belief *belief_new(enum subject_kind kind)
{
    struct belief *b = calloc(1, sizeof *b);
    if (b)
        b->kind = kind;
    return b;
}

void belief_free(struct belief *b)
{
    free(b);
}

/* The version of a rule and the edition of a feed do not make another source. */
static uint32_t source_of(struct belief *b, const struct verdict_author *author)
{
    for (size_t i = 0; i < b->source_count; i++)
        if (b->sources[i].kind == author->kind && strcmp(b->sources[i].name, author->name) == 0)
            return (uint32_t)i;
    b->sources[b->source_count] = *author;
    return (uint32_t)b->source_count++;
}

int belief_add(struct belief *b, const struct verdict *v, bool superseded)
{
    if (b->count == STATEMENTS_MAX)
        return -E2BIG;
    b->statements[b->count++] = (struct score_statement){
        .claim = v->claim,
        .author = v->author.kind,
        .source = source_of(b, &v->author),
        .made_us = v->made_us,
        .from_us = v->from_us,
        .until_us = v->until_us,
        .probability = v->probability,
        .superseded = superseded,
    };
    return 0;
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
    static struct score_result result;
    struct score_rules rules;
    struct sip_key key;
    int64_t next_us = INT64_MAX;
    struct score_input in = {
        .kind = b->kind, .statements = b->statements, .statement_count = b->count, .now_us = now_us};
    score_rules_default(&rules);
    randombytes_buf(&key, sizeof key);
    struct score *score = score_new(&rules, key);
    int e = score ? score_fold(score, &in, &result) : -ENOMEM;
    if (e == 0)
        e = score_next_change(score, &in, &next_us);
    score_free(score);
    if (e < 0)
        return NULL;
    return json_pack("{s:i, s:s, s:s, s:s, s:b, s:I, s:o}", "probability", (int)result.probability, "claim",
                     claim_traits(result.claim)->word, "state", indicator_state_word(result.state), "advice",
                     indicator_decision_word(result.decision), "conflict", result.conflict, "next_us",
                     (json_int_t)(next_us == INT64_MAX ? 0 : next_us), "lines", lines_json(b, &result));
}
