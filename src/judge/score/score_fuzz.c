/* Any octets as statements about a subject: what holds of every score holds. */
#include "judge/score/score.h"

#include <stdlib.h>

#include "base/reader.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

enum { STATEMENTS_MAX = 256 };

static struct score_reports reports_of(struct reader *r)
{
    return (struct score_reports){.count = reader_u8(r), .reporters = reader_u32(r), .last_us = (int64_t)reader_u64(r)};
}

static int64_t fold(struct score *s, const struct score_input *in)
{
    struct score_result r;
    if (score_fold(s, in, &r) < 0)
        abort();
    int64_t sum = 0;
    for (unsigned i = 0; i < r.line_count; i++) {
        char text[64];
        score_line_format(&r.lines[i], "source", text, sizeof text);
        sum += r.lines[i].log_odds;
    }
    if (sum != r.log_odds || r.line_count > SCORE_LINES_MAX || r.probability < 1 || r.probability > 999)
        abort();
    if (in->guards && r.decision == INDICATOR_DO_BLOCK)
        abort();
    return r.log_odds;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    static struct score *s;
    static struct score_statement st[STATEMENTS_MAX];
    if (!s) {
        struct score_rules rules;
        score_rules_default(&rules);
        s = score_new(&rules, (struct sip_key){1, 2});
        if (!s)
            abort();
    }
    struct reader r = reader_of(data, size);
    struct score_input in = {.statements = st};
    in.kind = (enum subject_kind)(reader_u8(&r) % SUBJECT_KIND_COUNT);
    in.guards = reader_u8(&r) & 15;
    in.now_us = (int64_t)reader_u64(&r);
    in.sightings = (struct score_sightings){.count = reader_u8(&r), .members = reader_u8(&r), .last_us = (int64_t)reader_u64(&r)};
    in.false_blocks = reports_of(&r);
    in.confirmations = reports_of(&r);
    while (r.left > 0 && in.statement_count < STATEMENTS_MAX) {
        struct score_statement *one = &st[in.statement_count++];
        one->claim = (enum claim)reader_u8(&r);
        one->author = (enum verdict_author_kind)(reader_u8(&r) % VERDICT_AUTHOR_KIND_COUNT);
        one->superseded = reader_u8(&r) == 1;
        one->source = reader_u8(&r);
        one->cluster = reader_u8(&r);
        one->probability = reader_u16(&r);
        one->confirmed = reader_u32(&r);
        one->wrong = reader_u32(&r);
        one->prior_right = reader_u16(&r);
        one->prior_wrong = reader_u16(&r);
        one->made_us = (int64_t)reader_u64(&r);
        one->from_us = (int64_t)reader_u64(&r);
        one->until_us = (int64_t)reader_u64(&r);
    }
    int64_t as_it_is = fold(s, &in), next = 0;
    for (size_t i = 0; i < in.statement_count / 2; i++) {
        struct score_statement moved = st[i];
        st[i] = st[in.statement_count - 1 - i];
        st[in.statement_count - 1 - i] = moved;
    }
    if (fold(s, &in) != as_it_is)
        abort();
    if (score_next_change(s, &in, &next) < 0 || (next <= in.now_us && in.now_us != INT64_MAX))
        abort();
    return 0;
}
