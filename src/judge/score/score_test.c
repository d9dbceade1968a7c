/* Scores: values worked out by hand, and what must hold of every score. */
#include "judge/score/score.h"

#include <errno.h>
#include <math.h>

#include "base/test.h"

static const int64_t day_us = INT64_C(86400000000);
static const int64_t now_us = INT64_C(1700000000000000);

static struct score *fresh(void)
{
    struct score_rules rules;
    score_rules_default(&rules);
    return score_new(&rules, (struct sip_key){1, 2});
}

static struct score_statement says(enum claim claim, enum verdict_author_kind author, uint32_t source, int days_ago)
{
    return (struct score_statement){.claim = claim, .author = author, .source = source, .probability = 1000,
                                    .made_us = now_us - days_ago * day_us, .from_us = now_us - days_ago * day_us};
}

/* A feed with a record of 50 right and none wrong. */
static struct score_statement good_feed(uint32_t source, int days_ago)
{
    struct score_statement st = says(CLAIM_PHISHING, VERDICT_BY_FEED, source, days_ago);
    st.confirmed = 50;
    return st;
}

static struct score_input input(const struct score_statement *statements, size_t n)
{
    return (struct score_input){.kind = SUBJECT_DOMAIN, .statements = statements, .statement_count = n, .now_us = now_us};
}

static struct score_result fold(const struct score_input *in)
{
    static struct score *s;
    if (!s)
        s = fresh();
    struct score_result r = {0};
    check_int(score_fold(s, in, &r), ==, 0);
    int64_t sum = 0;
    for (unsigned i = 0; i < r.line_count; i++)
        sum += r.lines[i].log_odds;
    check_int(sum, ==, r.log_odds); /* of every score that these tests make */
    return r;
}

/* Is what the source says told as measured? */
static bool is_measured(const struct score_input *in, uint32_t source)
{
    struct score_result r = fold(in);
    for (unsigned i = 0; i < r.line_count; i++)
        if (r.lines[i].code == SCORE_LINE_AGAINST && r.lines[i].source == source)
            return r.lines[i].measured;
    check(false);
    return false;
}

static const struct score_line *line_of(const struct score_result *r, enum score_line_code code)
{
    static const struct score_line none = {.log_odds = INT32_MIN};
    for (unsigned i = 0; i < r->line_count; i++) {
        if (r->lines[i].code == code)
            return &r->lines[i];
    }
    return &none;
}

TEST(nothing_said_is_the_base_rate)
{
    struct score_input in = input(NULL, 0);
    struct score_result r = fold(&in);
    check_int(r.log_odds, ==, -1099); /* ln(0.25 / 0.75) = -1.0986 */
    check_int(r.probability, ==, 250);
    check_int(r.state, ==, INDICATOR_CANDIDATE);
    check_int(r.decision, ==, INDICATOR_DO_NONE);
    check_int(r.claim, ==, CLAIM_MALICIOUS);
    check_int(r.line_count, ==, 2);
    check_int(r.lines[1].code, ==, SCORE_LINE_THRESHOLDS);
}

/* 4 + 50 right, 2 wrong: mean 54/56 = 0.96429, deviation sqrt(54 * 2 / (56^2 * 57)) = 0.02458, so it is worth 0.93971.
 * ln(0.93971 / 0.06029) = 2.7463; less the base rate's -1.0986 is 3.8449. Alone it gives what it is worth: 94.0 %. */
TEST(a_source_with_a_record_gives_its_precision)
{
    struct score_statement st = good_feed(7, 0);
    struct score_input in = input(&st, 1);
    struct score_result r = fold(&in);
    check_int(r.lines[1].code, ==, SCORE_LINE_AGAINST);
    check_int(r.lines[1].log_odds, ==, 3845);
    check_int(r.lines[1].permille, ==, 940);
    check_int(r.lines[1].source, ==, 7);
    check_int(r.log_odds, ==, 2746);
    check_int(r.probability, ==, 940);
    check_int(r.claim, ==, CLAIM_PHISHING);
    check_int(r.state, ==, INDICATOR_ACTIVE);
    check_int(r.decision, ==, INDICATOR_DO_BLOCK);
}

/* Phishing has a half-life of 14 days: 3.8449 / 2 = 1.9225; with the base 0.823: 69.5 %. */
TEST(belief_fades_by_the_half_life_of_the_claim)
{
    struct score_statement st = good_feed(7, 14);
    struct score_input in = input(&st, 1);
    struct score_result r = fold(&in);
    check_int(r.lines[1].log_odds, ==, 1922);
    check_int(r.log_odds, ==, 823);
    check_int(r.probability, ==, 695);
    check_int(r.decision, ==, INDICATOR_DO_OBSERVE);
    check_int(r.lines[1].days, ==, 14);

    st.made_us = now_us - 100 * day_us; /* 7.1 half-lives: 0.027 are left */
    r = fold(&in);
    check_int(r.state, ==, INDICATOR_EXPIRED);
    check_int(r.decision, ==, INDICATOR_DO_NONE);
}

TEST(a_sighting_keeps_it_fresh_for_six_half_lives)
{
    struct score_statement st = good_feed(7, 14);
    struct score_input in = input(&st, 1);
    in.sightings = (struct score_sightings){.count = 3, .members = 2, .last_us = now_us};
    struct score_result r = fold(&in);
    check_int(r.log_odds, ==, 2746);
    check_int(line_of(&r, SCORE_LINE_SIGHTED)->members, ==, 2);
    /* 98 days ago said, 84 of them refreshed at most: as if 14 days old. */
    st.made_us = now_us - 98 * day_us;
    r = fold(&in);
    check_int(r.log_odds, ==, 823);
}

/* A feed without a record: 4 right, 2 wrong: 0.66667 - 0.17817 = 0.48850; log-odds -0.0460 + 1.0986 = 1.0526. */
TEST(sources_without_a_record_never_block)
{
    struct score_statement st[2000];
    for (unsigned i = 0; i < array_len(st); i++)
        st[i] = says(CLAIM_C2, VERDICT_BY_FEED, i + 1, 0);
    struct score_input in = input(st, 1);
    check_int(fold(&in).log_odds, ==, -1099 + 1053);
    check_int(fold(&in).decision, ==, INDICATOR_DO_OBSERVE);
    in.statement_count = 2;
    check_int(fold(&in).log_odds, ==, -1099 + 2 * 1053);
    check_int(fold(&in).decision, ==, INDICATOR_DO_ASK); /* 73.2 % */
    in.statement_count = array_len(st);
    struct score_result r = fold(&in);
    check_int(r.log_odds, ==, -1099 + SCORE_UNPROVEN_MAX); /* 87.0 % */
    check_int(r.decision, ==, INDICATOR_DO_ASK);
    check_int(line_of(&r, SCORE_LINE_UNPROVEN)->log_odds, ==, SCORE_UNPROVEN_MAX - 2000 * 1053);
    /* The strongest are told, the rest in one line. */
    check_int(line_of(&r, SCORE_LINE_REST)->count, ==, 2000 - SCORE_LINE_SOURCES_MAX);
    check_int(line_of(&r, SCORE_LINE_REST)->log_odds, ==, (2000 - SCORE_LINE_SOURCES_MAX) * 1053);
    check_int(r.lines[1].source, ==, 1);
}

TEST(lines_are_in_the_order_of_their_weight)
{
    struct score_statement st[40];
    for (unsigned i = 0; i < array_len(st); i++) {
        st[i] = says(CLAIM_C2, VERDICT_BY_FEED, i + 1, 0);
        st[i].confirmed = 10 + i * 37 % 40;
    }
    struct score_input in = input(st, array_len(st));
    struct score_result r = fold(&in);
    for (unsigned i = 2; i <= SCORE_LINE_SOURCES_MAX; i++)
        check(r.lines[i - 1].log_odds > r.lines[i].log_odds);
    check_int(r.log_odds, ==, SCORE_LOG_ODDS_MAX);
    check_int(r.probability, ==, 999);
    check(line_of(&r, SCORE_LINE_BOUND)->log_odds < 0);
}

TEST(copies_count_once)
{
    struct score_statement st[3] = {good_feed(7, 0), good_feed(8, 0), good_feed(7, 0)};
    struct score_input in = input(st, 2);
    check_int(fold(&in).log_odds, ==, 2746 + 3845);
    check(is_measured(&in, 7)); /* 50 outcomes */
    st[0].confirmed = SCORE_PROVEN - 1;
    check(!is_measured(&in, 7));
    check(is_measured(&in, 8));
    st[0] = good_feed(7, 0);
    in.statement_count = 3; /* the same source again */
    check_int(fold(&in).log_odds, ==, 2746 + 3845);
    st[0].cluster = st[1].cluster = st[2].cluster = 5;
    struct score_result r = fold(&in);
    check_int(r.log_odds, ==, 2746);
    check_int(line_of(&r, SCORE_LINE_COPIES)->count, ==, 2);
    st[1].confirmed = 1000; /* the strongest of them: 0.99 at most, ln 99 = 4.595 */
    check_int(fold(&in).log_odds, ==, 4595);
}

TEST(of_equal_copies_the_first_source_is_told)
{
    struct score_statement st[2] = {good_feed(9, 0), good_feed(4, 0)};
    st[0].cluster = st[1].cluster = 3;
    struct score_input in = input(st, 2);
    check_int(fold(&in).lines[1].source, ==, 4);
    st[0].source = 4;
    st[1].source = 9;
    check_int(fold(&in).lines[1].source, ==, 4);
}

TEST(a_cluster_with_a_record_is_not_bounded_as_one_without)
{
    /* Five feeds without a record fill the bound; a sixth has a record, and a copy of it has none. */
    struct score_statement st[7];
    for (unsigned i = 0; i < 5; i++)
        st[i] = says(CLAIM_PHISHING, VERDICT_BY_FEED, i + 1, 0);
    st[5] = good_feed(7, 14);
    st[6] = says(CLAIM_PHISHING, VERDICT_BY_FEED, 8, 0);
    st[5].cluster = st[6].cluster = 3;
    struct score_input in = input(st, 7);
    check_int(fold(&in).log_odds, ==, -1099 + SCORE_UNPROVEN_MAX + 1922);
}

/* Three reporters: log2(4) = 2. */
TEST(false_block_reports_lower_it)
{
    struct score_statement st = good_feed(7, 0);
    struct score_input in = input(&st, 1);
    in.false_blocks = (struct score_reports){.count = 1, .reporters = 1, .last_us = now_us};
    struct score_result r = fold(&in);
    check_int(r.log_odds, ==, 2746 - 1000); /* 85.1 % */
    check_int(r.decision, ==, INDICATOR_DO_ASK);
    in.false_blocks = (struct score_reports){.count = 90, .reporters = 3, .last_us = now_us};
    check_int(fold(&in).log_odds, ==, 2746 - 2000);
    in.false_blocks = (struct score_reports){.count = 9000, .reporters = 9000, .last_us = now_us};
    r = fold(&in);
    check_int(r.log_odds, ==, 2746 - SCORE_REPORT_MAX);
    check_int(r.state, ==, INDICATOR_REVOKED);
    /* A report about what was said before fades against what is said since: 180 days. */
    in.false_blocks = (struct score_reports){.count = 1, .reporters = 1, .last_us = now_us - 180 * day_us};
    check_int(fold(&in).log_odds, ==, 2746 - 500);
}

/* An analyst without a record: 19 right, 1 wrong: 0.95 - 0.04756 = 0.90244; ln(0.90244 / 0.09756) = 2.2247. */
TEST(a_weighty_denial_asks_instead_of_blocking)
{
    struct score_statement st[4] = {good_feed(1, 1), good_feed(2, 1), good_feed(3, 1),
                                    says(CLAIM_FALSE_POSITIVE, VERDICT_BY_ANALYST, 9, 0)};
    struct score_input in = input(st, 4);
    struct score_result r = fold(&in);
    check_int(line_of(&r, SCORE_LINE_FOR)->log_odds, ==, -2225);
    check(r.probability >= 900);
    check(r.conflict);
    check_int(r.decision, ==, INDICATOR_DO_ASK);
    check_int(line_of(&r, SCORE_LINE_CONTRADICTED)->log_odds, ==, 0);
    st[3].superseded = true;
    r = fold(&in);
    check_int(r.decision, ==, INDICATOR_DO_BLOCK);
    check(!r.conflict);
}

/* Of an analyst's worth 0.90244 a block follows, but not for somebody whom nobody answers for. */
TEST(the_word_of_a_vouched_source_blocks_alone)
{
    struct score_statement st = says(CLAIM_C2, VERDICT_BY_ANALYST, 1, 0);
    struct score_input in = input(&st, 1);
    st.vouched = true;
    struct score_result r = fold(&in);
    check_int(r.probability, ==, 902);
    check_int(r.decision, ==, INDICATOR_DO_BLOCK);
    st.vouched = false;
    r = fold(&in);
    check_int(r.probability, <, 900);
    check_int(r.decision, ==, INDICATOR_DO_ASK);
}

TEST(guards_ask_and_say_so)
{
    struct score_statement st = good_feed(7, 0);
    struct score_input in = input(&st, 1);
    static const enum score_line_code codes[] = {SCORE_LINE_GUARD_POPULAR, SCORE_LINE_GUARD_OWN, SCORE_LINE_GUARD_WARNING_LIST,
                                                 SCORE_LINE_GUARD_SHARED};
    for (unsigned i = 0; i < array_len(codes); i++) {
        in.guards = 1u << i;
        struct score_result r = fold(&in);
        check_int(r.decision, ==, INDICATOR_DO_ASK);
        check(r.conflict);
        check_int(r.probability, ==, 940);
        check_int(line_of(&r, codes[i])->log_odds, ==, 0);
    }
    st.made_us = now_us - 14 * day_us; /* only observed: no conflict */
    check(!fold(&in).conflict);
    check_int(fold(&in).decision, ==, INDICATOR_DO_OBSERVE);
}

TEST(states)
{
    struct score_statement st[2] = {good_feed(7, 1), says(CLAIM_BLOCK, VERDICT_BY_ANALYST, 9, 0)};
    struct score_input in = input(st, 2);
    check_int(fold(&in).state, ==, INDICATOR_ACTIVE);
    struct score_result r = fold(&in);
    check_int(line_of(&r, SCORE_LINE_NOT_WEIGHED)->count, ==, 1);
    st[0].until_us = now_us;
    r = fold(&in);
    check_int(r.state, ==, INDICATOR_EXPIRED);
    check_int(r.probability, ==, 250);
    check_int(r.claim, ==, CLAIM_PHISHING);
    check_int(line_of(&r, SCORE_LINE_ENDED)->count, ==, 1);
    st[0].until_us = now_us + 1;
    check_int(fold(&in).state, ==, INDICATOR_ACTIVE);
    st[0].superseded = true;
    r = fold(&in);
    check_int(r.state, ==, INDICATOR_REVOKED);
    check_int(line_of(&r, SCORE_LINE_SUPERSEDED)->count, ==, 1);
    st[0] = says(CLAIM_PHISHING, VERDICT_BY_RULE, 7, 1); /* 0.27639: 0.1362 */
    check_int(fold(&in).state, ==, INDICATOR_CANDIDATE);
    st[0] = good_feed(7, 0);
    st[0].from_us = now_us + 1;
    check_int(fold(&in).state, ==, INDICATOR_CANDIDATE);
}

TEST(the_author_may_be_unsure)
{
    struct score_statement st = good_feed(7, 0);
    st.probability = 500;
    struct score_input in = input(&st, 1);
    check_int(fold(&in).log_odds, ==, -1099 + 1922);
    st.probability = 65535; /* more than certain is certain */
    check_int(fold(&in).log_odds, ==, 2746);
}

TEST(the_claim_with_most_behind_it_leads)
{
    struct score_statement st[4] = {good_feed(1, 0), good_feed(2, 0), good_feed(3, 0), good_feed(4, 0)};
    st[0].claim = CLAIM_MALICIOUS;
    st[1].claim = st[2].claim = CLAIM_SCANNER;
    st[3].claim = CLAIM_CONFIRMED;
    struct score_input in = input(st, 4);
    struct score_result r = fold(&in);
    check_int(r.claim, ==, CLAIM_SCANNER);
    check_int(r.decision, ==, INDICATOR_DO_ASK); /* scanners are never blocked by default */
}

TEST(thresholds_by_kind_give_way_to_those_by_claim)
{
    struct score_rules rules;
    score_rules_default(&rules);
    size_t count = rules.threshold_count;
    struct score_thresholds addresses = {.claim = SCORE_ANY_CLAIM, .kinds = 1 << SUBJECT_ADDRESS | 1 << SUBJECT_PREFIX, .block = 970};
    struct score_thresholds both = {.claim = CLAIM_C2, .kinds = 1 << SUBJECT_ADDRESS, .block = 980}, any = {.claim = SCORE_ANY_CLAIM, .block = 950};
    check_int(score_thresholds_put(&rules, &addresses), ==, 0);
    check_int(score_thresholds_put(&rules, &both), ==, 0);
    check_int(score_thresholds_put(&rules, &any), ==, 0);
    check_int(rules.threshold_count, ==, count + 2); /* that of any claim was replaced */
    check_int(score_thresholds_find(&rules, CLAIM_PHISHING, SUBJECT_ADDRESS, NULL)->block, ==, 970);
    check_int(score_thresholds_find(&rules, CLAIM_PHISHING, SUBJECT_PREFIX, NULL)->block, ==, 970);
    check_int(score_thresholds_find(&rules, CLAIM_PHISHING, SUBJECT_DOMAIN, NULL)->block, ==, 950);
    check_int(score_thresholds_find(&rules, CLAIM_PHISHING, SUBJECT_KIND_COUNT, NULL)->block, ==, 950);
    check_int(score_thresholds_find(&rules, CLAIM_C2, SUBJECT_ADDRESS, NULL)->block, ==, 980);
    check_int(score_thresholds_find(&rules, CLAIM_C2, SUBJECT_PREFIX, NULL)->block, ==, 970);
    check_int(score_thresholds_find(&rules, CLAIM_SCANNER, SUBJECT_ADDRESS, NULL)->block, ==, SCORE_NEVER);
    while (rules.threshold_count < SCORE_THRESHOLDS_MAX) {
        any.kinds = (uint32_t)rules.threshold_count << 8;
        check_int(score_thresholds_put(&rules, &any), ==, 0);
    }
    any.kinds = 1 << SUBJECT_URL;
    check_int(score_thresholds_put(&rules, &any), ==, -ENOSPC);
}

TEST(thresholds_by_claim_and_scope)
{
    struct score_rules rules;
    score_rules_default(&rules);
    rules.thresholds[rules.threshold_count++] =
        (struct score_thresholds){.claim = SCORE_ANY_CLAIM, .scope = "schools", .active = 1, .observe = 2, .ask = 3, .block = 4};
    rules.thresholds[rules.threshold_count++] =
        (struct score_thresholds){.claim = CLAIM_C2, .scope = "schools", .active = 1, .observe = 2, .ask = 3, .block = 5};
    check_int(score_thresholds_find(&rules, CLAIM_C2, SUBJECT_DOMAIN, "schools")->block, ==, 5);
    check_int(score_thresholds_find(&rules, CLAIM_SCANNER, SUBJECT_DOMAIN, "schools")->block, ==, 4);
    check_int(score_thresholds_find(&rules, CLAIM_SCANNER, SUBJECT_DOMAIN, "")->block, ==, SCORE_NEVER);
    check_int(score_thresholds_find(&rules, CLAIM_C2, SUBJECT_DOMAIN, NULL)->block, ==, 900);
    rules.threshold_count = 0;
    check_int(score_thresholds_find(&rules, CLAIM_C2, SUBJECT_DOMAIN, "")->active, ==, SCORE_NEVER);
}

/* 899.5 per mille and more is 900: log-odds of 2192 and more, a weight of 3291. 3844.936 falls below 3290.5 after
 * 14 * log2(3844.936 / 3290.5) = 3.1452 days. */
TEST(next_change_by_decay)
{
    struct score *s = fresh();
    struct score_statement st = good_feed(7, 0);
    struct score_input in = input(&st, 1);
    int64_t at;
    check_int(score_next_change(s, &in, &at), ==, 0);
    double days = 14 * log2(3844.936 / 3290.5);
    check_int(llabs((at - now_us) / 1000000 - (long long)(days * 86400)), <=, 2);
    check_int(fold(&in).decision, ==, INDICATOR_DO_BLOCK);
    in.now_us = at;
    check_int(fold(&in).decision, ==, INDICATOR_DO_ASK);

    in.now_us = now_us;
    st.until_us = now_us + day_us; /* ends before that */
    check_int(score_next_change(s, &in, &at), ==, 0);
    check_int(at, ==, now_us + day_us);
    st.superseded = true;
    check_int(score_next_change(s, &in, &at), ==, 0);
    check_int(at, ==, INT64_MAX);
    score_free(s);
}

TEST(errors)
{
    struct score *s = fresh();
    struct score_result r;
    size_t n = SCORE_SOURCES_MAX + 1;
    autofree struct score_statement *st = calloc(n, sizeof *st);
    for (uint32_t i = 0; i < n; i++)
        st[i] = says(CLAIM_C2, VERDICT_BY_FEED, i, 0);
    struct score_input in = input(st, n);
    check_int(score_fold(s, &in, &r), ==, -E2BIG);
    st[n - 1].source = 3;
    check_int(score_fold(s, &in, &r), ==, 0);
    st[0].author = (enum verdict_author_kind)77;
    check_int(score_fold(s, &in, &r), ==, -EINVAL);
    st[0].author = VERDICT_BY_FEED;
    in.kind = SUBJECT_KIND_COUNT;
    check_int(score_fold(s, &in, &r), ==, -EINVAL);
    score_free(s);
}

TEST(precision_rises_with_right_and_falls_with_wrong)
{
    for (uint16_t a = 0; a <= 20; a++) {
        for (uint16_t b = 0; b <= 20; b++) {
            for (uint32_t right = 0; right < 40; right++) {
                for (uint32_t wrong = 0; wrong < 40; wrong++) {
                    double p = score_precision((struct score_beta){a, b}, right, wrong);
                    check(p >= 0 && p <= 0.99);
                    if (score_precision((struct score_beta){a, b}, right + 1, wrong) < p ||
                        score_precision((struct score_beta){a, b}, right, wrong + 1) > p) {
                        check_int(a * 1000000 + b * 10000 + right * 100 + wrong, ==, -1);
                        return;
                    }
                }
            }
        }
    }
    /* A first record weighs as at most 20 outcomes: 60000:20000 is 15:5. */
    check(fabs(score_precision((struct score_beta){60000, 20000}, 0, 0) - score_precision((struct score_beta){75, 25}, 0, 0)) < 1e-9);
}

static uint64_t random_state = 88172645463325252u;

static uint32_t chance(uint32_t below)
{
    random_state ^= random_state << 13;
    random_state ^= random_state >> 7;
    random_state ^= random_state << 17;
    return (uint32_t)(random_state >> 32) % below;
}

static struct score_statement any_statement(void)
{
    struct score_statement st = {.claim = (enum claim)chance(CLAIM_COUNT), .author = (enum verdict_author_kind)chance(4),
                                 .source = chance(60), .cluster = chance(3) ? 0 : 1 + chance(5),
                                 .probability = chance(2) ? 1000 : (uint16_t)(1 + chance(1000)), .superseded = chance(9) == 0,
                                 .confirmed = chance(2) ? 12 : chance(60), .wrong = chance(2) ? 0 : chance(20)};
    st.made_us = now_us - (int64_t)chance(30) * day_us; /* often the same, so that ties are tried */
    st.from_us = st.made_us;
    st.until_us = chance(4) ? 0 : st.made_us + (int64_t)chance(200 * 86400) * 1000000;
    return st;
}

TEST(what_holds_of_every_score)
{
    enum { MANY = 80 };
    struct score_statement st[MANY + 1];
    for (unsigned round = 0; round < 3000; round++) {
        size_t n = chance(MANY);
        for (size_t i = 0; i < n; i++)
            st[i] = any_statement();
        struct score_input in = input(st, n);
        in.kind = (enum subject_kind)chance(SUBJECT_KIND_COUNT);
        if (chance(2))
            in.sightings = (struct score_sightings){.count = 5, .members = 1, .last_us = now_us - chance(90) * day_us};
        in.false_blocks.reporters = chance(5);
        in.false_blocks.count = in.false_blocks.reporters;
        in.false_blocks.last_us = now_us - chance(400) * day_us;
        in.confirmations.reporters = chance(5);
        in.confirmations.count = in.confirmations.reporters;
        in.confirmations.last_us = now_us - chance(400) * day_us;
        struct score_result r = fold(&in);
        check(r.probability >= 1 && r.probability <= 999 && r.line_count <= SCORE_LINES_MAX);

        /* The order of statements does not matter, to the last line. */
        for (size_t i = n; i > 1; i--) {
            size_t j = chance((uint32_t)i);
            struct score_statement moved = st[i - 1];
            st[i - 1] = st[j];
            st[j] = moved;
        }
        struct score_result again = fold(&in);
        check_int(again.log_odds, ==, r.log_odds);
        check_int(again.claim, ==, r.claim);
        check_int(again.state, ==, r.state);
        check_int(again.line_count, ==, r.line_count);
        for (unsigned i = 0; i < r.line_count; i++) {
            check_int(again.lines[i].log_odds, ==, r.lines[i].log_odds);
            check_int(again.lines[i].source, ==, r.lines[i].source);
            check_int(again.lines[i].days, ==, r.lines[i].days);
        }

        /* One more source against it never lowers. */
        st[n] = any_statement();
        st[n].source = 1000;
        st[n].cluster = 0;
        st[n].claim = CLAIM_C2;
        in.statement_count = n + 1;
        check_int(fold(&in).log_odds, >=, r.log_odds);
        /* A copy, no newer, of the same worth, changes nothing. */
        if (n > 0) {
            st[n] = st[chance((uint32_t)n)];
            check_int(fold(&in).log_odds, ==, r.log_odds);
        }
        in.statement_count = n;

        /* One more report of a false block never raises. */
        struct score_input reported = in;
        reported.false_blocks.reporters++;
        reported.false_blocks.count++;
        reported.false_blocks.last_us = now_us;
        check_int(fold(&reported).log_odds, <=, r.log_odds);

        /* Decay never raises; and nothing changes before the next change. */
        for (size_t i = 0; i < n; i++) {
            st[i].until_us = 0;
            if (claim_traits(st[i].claim)->against)
                st[i].claim = CLAIM_PHISHING; /* so that its thresholds stay */
        }
        struct score_result before = fold(&in);
        struct score *s = fresh();
        int64_t next = 0;
        check_int(score_next_change(s, &in, &next), ==, 0);
        check(next > now_us);
        for (unsigned step = 0; step < 5; step++) {
            in.now_us += (int64_t)chance(20 * 86400) * 1000000;
            struct score_result later = fold(&in);
            check_int(later.log_odds, <=, before.log_odds);
            if (in.now_us < next) {
                check_int(later.decision, ==, before.decision);
                check_int(later.state, ==, before.state);
            }
        }
        score_free(s);
        if (test_failures > 0)
            return;
    }
}

TEST(lines_are_sentences)
{
    char text[SCORE_LINE_TEXT_MAX];
    struct score_line line = {.code = SCORE_LINE_AGAINST, .claim = CLAIM_C2, .permille = 940, .days = 3, .measured = true};
    check_str(score_line_format(&line, "example-feed", text, sizeof text),
              "example-feed: commands infected machines (right in at least 94.0 % of cases; said or seen 3 days ago)");
    line.measured = false; /* a first guess is not told as a measurement */
    check_str(score_line_format(&line, "example-feed", text, sizeof text),
              "example-feed: commands infected machines (taken to be right in 94.0 % of cases, not measured yet; said or seen 3 days ago)");
    line = (struct score_line){.code = SCORE_LINE_SIGHTED, .count = 12, .members = 3, .days = 1};
    check_str(score_line_format(&line, NULL, text, sizeof text), "seen 12 times at 3 members, last 1 days ago");
    check_str(score_line_format(&line, NULL, text, 8), "seen 12");
    check_str(score_line_format(&line, NULL, text, 1), "");
    for (unsigned code = 0; code < SCORE_LINE_CODE_COUNT; code++) {
        line.code = (enum score_line_code)code;
        check(!strchr(score_line_format(&line, "{claim}", text, sizeof text), '{') || code == SCORE_LINE_AGAINST ||
              code == SCORE_LINE_FOR); /* a name is not looked into */
    }
    line = (struct score_line){.code = SCORE_LINE_THRESHOLDS, .kind = SUBJECT_ADDRESS,
                               .thresholds = {.claim = SCORE_ANY_CLAIM, .observe = 400, .ask = 705, .block = SCORE_NEVER}};
    check_str(score_line_format(&line, NULL, text, sizeof text),
              "thresholds of any claim: watched from 40.0 % on, asked about from 70.5 % on, blocked never");
    line.thresholds.claim = CLAIM_C2;
    line.thresholds.kinds = 1 << SUBJECT_ADDRESS | 1 << SUBJECT_PREFIX;
    line.thresholds.block = 900;
    check_str(score_line_format(&line, NULL, text, sizeof text),
              "thresholds of c2, address: watched from 40.0 % on, asked about from 70.5 % on, blocked from 90.0 % on");
    line.code = SCORE_LINE_CODE_COUNT;
    check_str(score_line_format(&line, NULL, text, sizeof text), "?");
    check_str(indicator_state_word(INDICATOR_REVOKED), "revoked");
    check_str(indicator_decision_word(INDICATOR_DECISION_COUNT), "unknown");
}

int main(int argc, char **argv)
{
    return test_main(argc, argv);
}
