/* Folds statements, sightings and reports to one score: groups by independence, weighs, bounds, decides. */
#include "judge/score/score.h"

#include <errno.h>
#include <math.h>
#include <string.h>

enum { TABLE_LEN = 2 * SCORE_SOURCES_MAX };

static const double us_per_day = 86400e6;

/* The strongest statement of a group on one side; weight -1: none. */
struct best {
    int32_t weight;
    uint32_t source;
    uint32_t days;
    uint16_t permille;
    uint8_t claim;
    bool measured; /* its source has a record of its own */
};

enum { UNPROVEN, PROVEN };

/* Sources that are not independent of each other, or one source. */
struct group {
    uint64_t key;
    struct best against[2]; /* by UNPROVEN, PROVEN: at the time asked about */
    struct best denial[2];  /* the same of what speaks for the subject */
    int32_t peak[2];        /* against, as if nothing had faded or ended; -1: none */
    uint8_t peak_claim;
};

struct score {
    struct score_rules rules;
    struct sip_key key;
    uint16_t table[TABLE_LEN]; /* index of the group + 1; 0: free */
    uint32_t group_count;
    uint16_t used[SCORE_SOURCES_MAX]; /* places of the table, by group: cleared alone, since most subjects have few sources */
    struct group groups[SCORE_SOURCES_MAX];
    struct score_result aside; /* of score_next_change, which only compares */
};

/* Sums of a fold on their way. */
struct sums {
    int64_t total;
    int64_t against, denial; /* of sources, after the bound for those without a record */
    int64_t confirmed, false_block;
    size_t in_force_against, superseded_against, weighed;
    size_t ended, superseded, not_weighed, sides;
    int64_t newest_us; /* when the newest statement against, of those in force, was made */
};

struct score *score_new(const struct score_rules *rules, struct sip_key key)
{
    struct score *s = calloc(1, sizeof *s);
    if (!s)
        return NULL;
    s->rules = *rules;
    s->key = key;
    return s;
}

void score_free(struct score *s)
{
    free(s);
}

void score_set_rules(struct score *s, const struct score_rules *rules)
{
    s->rules = *rules;
}

static double logit(double p)
{
    return log(p / (1 - p));
}

static int32_t milli(double nats)
{
    return (int32_t)lround(nats * 1000);
}

/* Days from then to now; none when then is yet to come. In floating point: times may be any 64 bits. */
static double days_between(int64_t then_us, int64_t now_us)
{
    return now_us <= then_us ? 0 : ((double)now_us - (double)then_us) / us_per_day;
}

static double fade(double days, unsigned half_life_days)
{
    return half_life_days == 0 ? 1 : exp2(-days / half_life_days);
}

enum side { SIDE_NONE, SIDE_AGAINST, SIDE_FOR };

static enum side side_of(enum claim claim)
{
    const struct claim_traits *t = claim_traits(claim);
    if (claim == CLAIM_CONFIRMED || (t->group == CLAIM_ASSERTION && t->against))
        return SIDE_AGAINST;
    return claim == CLAIM_BENIGN || claim == CLAIM_FALSE_POSITIVE ? SIDE_FOR : SIDE_NONE;
}

static bool has_begun(const struct score_statement *st, int64_t now_us)
{
    return st->made_us <= now_us && st->from_us <= now_us;
}

static bool in_force(const struct score_statement *st, int64_t now_us)
{
    return has_begun(st, now_us) && (st->until_us == 0 || now_us < st->until_us);
}

/* NULL: no room. */
static struct group *group_of(struct score *s, const struct score_statement *st)
{
    uint64_t key = st->cluster ? (uint64_t)st->cluster << 1 | 1 : (uint64_t)st->source << 1;
    for (size_t at = sip_hash(s->key, &key, sizeof key);; at++) {
        uint16_t *slot = &s->table[at % TABLE_LEN];
        if (*slot == 0) {
            if (s->group_count == SCORE_SOURCES_MAX)
                return NULL;
            s->used[s->group_count] = (uint16_t)(at % TABLE_LEN);
            struct group *g = &s->groups[s->group_count++];
            static const struct best none = {.weight = -1};
            *g = (struct group){.key = key, .against = {none, none}, .denial = {none, none}, .peak = {-1, -1},
                                .peak_claim = CLAIM_MALICIOUS};
            *slot = (uint16_t)s->group_count;
            return g;
        }
        if (s->groups[*slot - 1].key == key)
            return &s->groups[*slot - 1];
    }
}

/* A total order, so that the order of statements decides nothing. */
static bool is_stronger(const struct best *a, const struct best *b)
{
    if (a->weight != b->weight)
        return a->weight > b->weight;
    if (a->claim != b->claim)
        return a->claim < b->claim;
    if (a->source != b->source)
        return a->source < b->source;
    return a->permille != b->permille ? a->permille > b->permille : a->days < b->days;
}

static double precision_of(const struct score *s, const struct score_statement *st)
{
    struct score_beta first = {st->prior_right, st->prior_wrong};
    if (first.right == 0 && first.wrong == 0)
        first = s->rules.first[st->author];
    return score_precision(first, st->confirmed, st->wrong);
}

/* Days since the statement was made or, within bounds, its subject last seen. */
static double age_of(const struct score_statement *st, const struct score_input *in, unsigned half_life_days, int64_t now_us)
{
    double age = days_between(st->made_us, now_us);
    if (in->sightings.count == 0)
        return age;
    double refreshed = days_between(st->made_us, in->sightings.last_us);
    return fmax(0, age - fmin(refreshed, (double)SCORE_REFRESH_HALF_LIVES * half_life_days));
}

static int weigh(struct score *s, const struct score_input *in, const struct score_statement *st, int64_t now_us,
                 struct sums *sums)
{
    if ((unsigned)st->author >= VERDICT_AUTHOR_KIND_COUNT)
        return -EINVAL;
    enum side side = side_of(st->claim);
    if (side == SIDE_NONE) {
        sums->not_weighed++;
        return 0;
    }
    if (st->superseded) {
        sums->superseded++;
        sums->superseded_against += side == SIDE_AGAINST;
        return 0;
    }
    bool counts = in_force(st, now_us);
    sums->ended += !counts;
    if (!has_begun(st, now_us) || (!counts && side == SIDE_FOR))
        return 0;
    struct group *g = group_of(s, st);
    if (!g)
        return -E2BIG;

    unsigned half_life = claim_traits(st->claim)->half_life_days;
    double precision = precision_of(s, st);
    double said = (st->probability < VERDICT_CERTAIN ? st->probability : VERDICT_CERTAIN) / 1000.0;
    double days, ratio, left;
    if (side == SIDE_AGAINST) {
        unsigned base = s->rules.base[in->kind];
        base = base < 1 ? 1 : base > 999 ? 999 : base;
        days = age_of(st, in, half_life, now_us);
        ratio = precision > 0 ? fmax(0, logit(precision) - logit(base / 1000.0)) : 0;
        left = fade(days, half_life);
    } else {
        days = days_between(st->made_us, now_us);
        ratio = precision > 0 ? fmax(0, logit(precision)) : 0;
        left = fade(days_between(st->made_us, sums->newest_us), half_life);
    }
    int proven = st->vouched || st->confirmed >= SCORE_PROVEN ? PROVEN : UNPROVEN;
    if (side == SIDE_AGAINST) {
        int32_t peak = milli(said * ratio);
        int32_t highest = g->peak[0] > g->peak[1] ? g->peak[0] : g->peak[1];
        if (peak > highest || (peak == highest && st->claim < g->peak_claim))
            g->peak_claim = (uint8_t)st->claim;
        if (peak > g->peak[proven])
            g->peak[proven] = peak;
    }
    if (!counts)
        return 0;
    struct best b = {.weight = milli(said * ratio * left), .source = st->source, .days = (uint32_t)fmin(days, UINT32_MAX),
                     .permille = (uint16_t)lround(precision * 1000), .claim = (uint8_t)st->claim,
                     .measured = st->confirmed >= SCORE_PROVEN};
    struct best *mine = side == SIDE_AGAINST ? &g->against[proven] : &g->denial[proven];
    sums->weighed++;
    sums->in_force_against += side == SIDE_AGAINST;
    if (is_stronger(&b, mine))
        *mine = b;
    return 0;
}

static void add_line(struct score_result *r, struct score_line line)
{
    r->lines[r->line_count++] = line;
}

static const struct best *stronger(const struct best pair[2])
{
    return is_stronger(&pair[PROVEN], &pair[UNPROVEN]) ? &pair[PROVEN] : &pair[UNPROVEN];
}

static int64_t zero_or(int64_t value)
{
    return value > 0 ? value : 0;
}

/* What a group adds to its side beyond what its proven sources give: this part is bounded for all groups together. */
static int64_t unproven_part(int32_t proven, int32_t unproven)
{
    return zero_or(zero_or(unproven) - zero_or(proven));
}

/* Keeps the strongest SCORE_LINE_SOURCES_MAX lines in order; the others are added to `rest`. */
static void tell_source(struct score_result *r, unsigned first, struct score_line line, struct score_line *rest)
{
    struct score_line out = line;
    for (unsigned i = first; i < r->line_count; i++) {
        struct score_line *at = &r->lines[i];
        int64_t mine = llabs((long long)out.log_odds), its = llabs((long long)at->log_odds);
        bool before = mine != its                ? mine > its
                      : out.code != at->code     ? out.code < at->code
                      : out.source != at->source ? out.source < at->source
                                                 : out.claim < at->claim;
        if (before) {
            struct score_line moved = *at;
            *at = out;
            out = moved;
        }
    }
    if (r->line_count - first < SCORE_LINE_SOURCES_MAX) {
        add_line(r, out);
    } else {
        rest->count++;
        rest->log_odds += out.log_odds;
    }
}

/* Per reporter less and less, so that nobody is worth much by reporting in many names. */
static int64_t report_weight(const struct score_reports *reports)
{
    uint32_t n = reports->count < reports->reporters ? (uint32_t)reports->count : reports->reporters;
    int64_t weight = milli(SCORE_REPORT / 1000.0 * log2(1.0 + n));
    return weight < SCORE_REPORT_MAX ? weight : SCORE_REPORT_MAX;
}

static struct score_line source_line(enum score_line_code code, const struct best *b)
{
    return (struct score_line){.code = code, .log_odds = code == SCORE_LINE_AGAINST ? b->weight : -b->weight,
                               .claim = (enum claim)b->claim, .source = b->source, .days = b->days, .permille = b->permille,
                               .measured = b->measured};
}

/* The claim with the most behind it; the first of equals. CLAIM_MALICIOUS only when nothing says more. */
static enum claim leading(const int64_t by_claim[CLAIM_COUNT], bool *ret_any)
{
    enum claim best = CLAIM_MALICIOUS;
    int64_t most = 0;
    for (unsigned c = 0; c < CLAIM_COUNT; c++) {
        if (c != CLAIM_CONFIRMED && by_claim[c] > most) {
            most = by_claim[c];
            best = (enum claim)c;
        }
    }
    *ret_any = most > 0;
    return best;
}

/* Goes through the groups: their lines, their sums, the leading claim. Returns the peak: what there would be if nothing had
 * faded or ended, and nothing spoke for the subject. */
static int64_t add_groups(const struct score *s, struct score_result *r, struct sums *sums)
{
    int64_t by_claim[CLAIM_COUNT] = {0}, peak_by_claim[CLAIM_COUNT] = {0};
    int64_t peak = 0, peak_pool = 0, pool = 0, denial_pool = 0;
    struct score_line rest = {.code = SCORE_LINE_REST};
    unsigned first = r->line_count;
    for (uint32_t i = 0; i < s->group_count; i++) {
        const struct group *g = &s->groups[i];
        const struct best *a = stronger(g->against), *d = stronger(g->denial);
        if (a->weight >= 0) {
            sums->sides++;
            sums->against += a->weight;
            pool += unproven_part(g->against[PROVEN].weight, g->against[UNPROVEN].weight);
            by_claim[a->claim] += a->weight;
            tell_source(r, first, source_line(SCORE_LINE_AGAINST, a), &rest);
        }
        if (d->weight >= 0) {
            sums->sides++;
            sums->denial += d->weight;
            denial_pool += unproven_part(g->denial[PROVEN].weight, g->denial[UNPROVEN].weight);
            tell_source(r, first, source_line(SCORE_LINE_FOR, d), &rest);
        }
        int64_t top = zero_or(g->peak[0] > g->peak[1] ? g->peak[0] : g->peak[1]);
        peak += top;
        peak_pool += unproven_part(g->peak[PROVEN], g->peak[UNPROVEN]);
        peak_by_claim[g->peak_claim] += top;
    }
    if (rest.count > 0)
        add_line(r, rest);
    int64_t over = zero_or(pool + sums->confirmed - SCORE_UNPROVEN_MAX), denial_over = zero_or(denial_pool - SCORE_UNPROVEN_MAX);
    if (over > 0)
        add_line(r, (struct score_line){.code = SCORE_LINE_UNPROVEN, .log_odds = (int32_t)-over});
    if (denial_over > 0)
        add_line(r, (struct score_line){.code = SCORE_LINE_UNPROVEN_FOR, .log_odds = (int32_t)denial_over});
    sums->against -= over;
    sums->denial -= denial_over;
    bool any;
    r->claim = leading(by_claim, &any);
    if (!any)
        r->claim = leading(peak_by_claim, &any);
    return peak + sums->confirmed - zero_or(peak_pool + sums->confirmed - SCORE_UNPROVEN_MAX);
}

static uint16_t probability_of(int64_t log_odds)
{
    long p = lround(1000 / (1 + exp(-(double)log_odds / 1000)));
    return (uint16_t)(p < 1 ? 1 : p > 999 ? 999 : p);
}

static int64_t within_bound(int64_t log_odds)
{
    return log_odds > SCORE_LOG_ODDS_MAX ? SCORE_LOG_ODDS_MAX : log_odds < -SCORE_LOG_ODDS_MAX ? -SCORE_LOG_ODDS_MAX : log_odds;
}

static enum indicator_state state_of(const struct score_result *r, const struct sums *sums, const struct score_thresholds *t,
                                 int64_t base, int64_t peak)
{
    if (sums->in_force_against > 0 && r->probability >= t->active)
        return INDICATOR_ACTIVE;
    if (probability_of(within_bound(base + peak)) < t->active)
        return sums->superseded_against > 0 && sums->in_force_against == 0 ? INDICATOR_REVOKED : INDICATOR_CANDIDATE;
    if (probability_of(within_bound(base + peak - sums->denial - sums->false_block)) < t->active)
        return INDICATOR_REVOKED;
    return INDICATOR_EXPIRED;
}

static enum indicator_decision decision_of(const struct score_result *r, const struct score_thresholds *t)
{
    if (r->state != INDICATOR_ACTIVE)
        return INDICATOR_DO_NONE;
    return r->probability >= t->block     ? INDICATOR_DO_BLOCK
           : r->probability >= t->ask     ? INDICATOR_DO_ASK
           : r->probability >= t->observe ? INDICATOR_DO_OBSERVE
                                          : INDICATOR_DO_NONE;
}

/* Adds the lines that weigh nothing and say what was left out, and what stands in the way of a block. */
static void tell_remarks(const struct score_input *in, const struct sums *sums, int64_t now_us, struct score_result *r)
{
    static const struct {
        unsigned guard;
        enum score_line_code code;
    } guards[] = {
        {INDICATOR_GUARD_POPULAR, SCORE_LINE_GUARD_POPULAR},
        {INDICATOR_GUARD_OWN, SCORE_LINE_GUARD_OWN},
        {INDICATOR_GUARD_WARNING_LIST, SCORE_LINE_GUARD_WARNING_LIST},
        {INDICATOR_GUARD_SHARED, SCORE_LINE_GUARD_SHARED},
        {INDICATOR_GUARD_NEVER_BLOCK, SCORE_LINE_GUARD_NEVER_BLOCK},
    };
    const struct score_line remarks[] = {
        {.code = SCORE_LINE_SIGHTED, .count = in->sightings.count, .members = in->sightings.members,
         .days = (uint32_t)fmin(days_between(in->sightings.last_us, now_us), UINT32_MAX)},
        {.code = SCORE_LINE_COPIES, .count = sums->weighed - sums->sides},
        {.code = SCORE_LINE_ENDED, .count = sums->ended},
        {.code = SCORE_LINE_SUPERSEDED, .count = sums->superseded},
        {.code = SCORE_LINE_NOT_WEIGHED, .count = sums->not_weighed},
    };
    for (size_t i = 0; i < array_len(remarks); i++) {
        if (remarks[i].count > 0)
            add_line(r, remarks[i]);
    }
    bool guarded = false;
    for (size_t i = 0; i < array_len(guards); i++) {
        if (in->guards & guards[i].guard) {
            add_line(r, (struct score_line){.code = guards[i].code});
            guarded = true;
        }
    }
    bool contradicted = sums->denial >= SCORE_CONTRADICTION;
    r->conflict = r->decision >= INDICATOR_DO_ASK && (guarded || contradicted);
    if (r->conflict && contradicted)
        add_line(r, (struct score_line){.code = SCORE_LINE_CONTRADICTED});
    if (r->conflict)
        r->decision = INDICATOR_DO_ASK;
}

static int fold_at(struct score *s, const struct score_input *in, int64_t now_us, struct score_result *r)
{
    if ((unsigned)in->kind >= SUBJECT_KIND_COUNT)
        return -EINVAL;
    while (s->group_count > 0)
        s->table[s->used[--s->group_count]] = 0;
    struct sums sums = {.newest_us = INT64_MIN};
    for (size_t i = 0; i < in->statement_count; i++) {
        const struct score_statement *st = &in->statements[i];
        if (!st->superseded && side_of(st->claim) == SIDE_AGAINST && in_force(st, now_us) && st->made_us > sums.newest_us)
            sums.newest_us = st->made_us;
    }
    for (size_t i = 0; i < in->statement_count; i++) {
        int e = weigh(s, in, &in->statements[i], now_us, &sums);
        if (e < 0)
            return e;
    }
    unsigned base_rate = s->rules.base[in->kind];
    base_rate = base_rate < 1 ? 1 : base_rate > 999 ? 999 : base_rate;
    int64_t base = milli(logit(base_rate / 1000.0));
    double confirmed_days = days_between(in->confirmations.last_us, now_us);
    sums.confirmed = milli((double)report_weight(&in->confirmations) / 1000 *
                           fade(confirmed_days, claim_traits(CLAIM_CONFIRMED)->half_life_days));
    sums.false_block = milli((double)report_weight(&in->false_blocks) / 1000 *
                             fade(days_between(in->false_blocks.last_us, sums.newest_us),
                                  claim_traits(CLAIM_FALSE_POSITIVE)->half_life_days));

    r->line_count = 0;
    add_line(r, (struct score_line){.code = SCORE_LINE_BASE, .log_odds = (int32_t)base, .permille = (uint16_t)base_rate});
    int64_t peak = add_groups(s, r, &sums);
    if (in->confirmations.reporters > 0)
        add_line(r, (struct score_line){.code = SCORE_LINE_CONFIRMED, .log_odds = (int32_t)sums.confirmed,
                                        .count = in->confirmations.reporters, .days = (uint32_t)fmin(confirmed_days, UINT32_MAX)});
    if (in->false_blocks.reporters > 0)
        add_line(r, (struct score_line){
                        .code = SCORE_LINE_FALSE_BLOCK, .log_odds = (int32_t)-sums.false_block, .count = in->false_blocks.reporters,
                        .days = (uint32_t)fmin(days_between(in->false_blocks.last_us, now_us), UINT32_MAX)});
    sums.total = base + sums.against + sums.confirmed - sums.denial - sums.false_block;
    r->log_odds = (int32_t)within_bound(sums.total);
    if (r->log_odds != sums.total)
        add_line(r, (struct score_line){.code = SCORE_LINE_BOUND, .log_odds = (int32_t)(r->log_odds - sums.total)});
    r->probability = probability_of(r->log_odds);
    const struct score_thresholds *t = score_thresholds_find(&s->rules, r->claim, in->kind, in->scope);
    r->state = state_of(r, &sums, t, base, peak);
    r->decision = decision_of(r, t);
    tell_remarks(in, &sums, now_us, r);
    add_line(r, (struct score_line){.code = SCORE_LINE_THRESHOLDS, .thresholds = *t, .kind = in->kind});
    return 0;
}

int score_fold(struct score *s, const struct score_input *in, struct score_result *ret_result)
{
    int e = fold_at(s, in, in->now_us, &s->aside);
    if (e < 0)
        return e;
    *ret_result = s->aside;
    return 0;
}

static int64_t earlier_after(int64_t best, int64_t at, int64_t now_us)
{
    return at > now_us && at < best ? at : best;
}

/* When a statement next begins or ends. */
static int64_t next_boundary(const struct score_input *in)
{
    int64_t next = INT64_MAX;
    for (size_t i = 0; i < in->statement_count; i++) {
        const struct score_statement *st = &in->statements[i];
        if (st->superseded || side_of(st->claim) == SIDE_NONE)
            continue;
        next = earlier_after(next, st->made_us, in->now_us);
        next = earlier_after(next, st->from_us, in->now_us);
        if (st->until_us != 0)
            next = earlier_after(next, st->until_us, in->now_us);
    }
    return next;
}

/* Is the belief at that time another one than `then`? */
static int differs_at(struct score *s, const struct score_input *in, int64_t at_us, const struct score_result *then)
{
    int e = fold_at(s, in, at_us, &s->aside);
    if (e < 0)
        return e;
    return s->aside.state != then->state || s->aside.decision != then->decision || s->aside.claim != then->claim;
}

int score_next_change(struct score *s, const struct score_input *in, int64_t *ret_us)
{
    enum { GONE_HALF_LIVES = 60, SECOND_US = 1000000, FIRST_STEP_S = 3600 }; /* after so many no weight is left, refreshed or not */
    struct score_result now;
    int e = score_fold(s, in, &now);
    if (e < 0)
        return e;
    int64_t longest = 0;
    for (unsigned c = 0; c < CLAIM_COUNT; c++) {
        int64_t half_life = claim_traits((enum claim)c)->half_life_days;
        if (half_life > longest)
            longest = half_life;
    }
    int64_t boundary = next_boundary(in), from = in->now_us, to;
    if (__builtin_add_overflow(from, longest * GONE_HALF_LIVES * 24 * 3600 * SECOND_US, &to) || to > boundary)
        to = boundary - 1; /* just before */
    /* In growing steps, since the leading claim, and with it the thresholds, may change more than once. */
    const int64_t end = to;
    int64_t step = FIRST_STEP_S * (int64_t)SECOND_US;
    for (;;) {
        to = end - from > step ? from + step : end;
        e = differs_at(s, in, to, &now);
        if (e < 0)
            return e;
        if (e > 0)
            break;
        if (to == end) {
            *ret_us = boundary;
            return 0;
        }
        from = to;
        step += step / 4;
    }
    while (to - from > SECOND_US) {
        int64_t middle = from + (to - from) / 2;
        e = differs_at(s, in, middle, &now);
        if (e < 0)
            return e;
        if (e)
            to = middle;
        else
            from = middle;
    }
    *ret_us = to;
    return 0;
}
