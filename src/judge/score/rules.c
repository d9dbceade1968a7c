/* The default tables of scores, and what a source's record is worth. */
#include "judge/score/rules.h"

#include <errno.h>
#include <math.h>
#include <string.h>

#include "base/attr.h"

/* Chosen, not measured: docs/formats/score.md says how and what they move. */
static const uint16_t base_default[] = {
    [SUBJECT_DOMAIN] = 250, [SUBJECT_HOST] = 250, [SUBJECT_ADDRESS] = 150, [SUBJECT_PREFIX] = 100, [SUBJECT_URL] = 300,
    [SUBJECT_MD5] = 400, [SUBJECT_SHA1] = 400, [SUBJECT_SHA256] = 400, [SUBJECT_SHA512] = 400, [SUBJECT_CERTIFICATE] = 300,
    [SUBJECT_EMAIL] = 250, [SUBJECT_JA3] = 50, [SUBJECT_JA4] = 100, [SUBJECT_AS] = 20, [SUBJECT_ASSET] = 100,
    [SUBJECT_SOFTWARE] = 100, [SUBJECT_LIST] = 250,
};
_Static_assert(array_len(base_default) == SUBJECT_KIND_COUNT, "one base rate per kind");

static const struct score_beta first_default[] = {
    [VERDICT_BY_ANALYST] = {19, 1},
    [VERDICT_BY_FEED] = {4, 2},
    [VERDICT_BY_RULE] = {2, 2},
    [VERDICT_BY_MEMBER] = {2, 1},
};
_Static_assert(array_len(first_default) == VERDICT_AUTHOR_KIND_COUNT, "one first record per kind of author");

/* Who is infected, scans or floods is told and not cut off: others depend on the same address. */
static const struct score_thresholds thresholds_default[] = {
    {.claim = SCORE_ANY_CLAIM, .active = 400, .observe = 400, .ask = 700, .block = 900},
    {.claim = CLAIM_SPAM, .active = 400, .observe = 400, .ask = 800, .block = 950},
    {.claim = CLAIM_SCANNER, .active = 400, .observe = 400, .ask = 900, .block = SCORE_NEVER},
    {.claim = CLAIM_INFECTED, .active = 400, .observe = 400, .ask = 800, .block = SCORE_NEVER},
    {.claim = CLAIM_DDOS_SOURCE, .active = 400, .observe = 400, .ask = 900, .block = SCORE_NEVER},
};
_Static_assert(array_len(thresholds_default) <= SCORE_THRESHOLDS_MAX, "the defaults fit");

void score_rules_default(struct score_rules *ret_rules)
{
    *ret_rules = (struct score_rules){.threshold_count = array_len(thresholds_default)};
    memcpy(ret_rules->base, base_default, sizeof base_default);
    memcpy(ret_rules->first, first_default, sizeof first_default);
    memcpy(ret_rules->thresholds, thresholds_default, sizeof thresholds_default);
}

const struct score_thresholds *score_thresholds_find(const struct score_rules *rules, enum claim claim, enum subject_kind kind, const char *scope)
{
    static const struct score_thresholds nothing = {
        .claim = SCORE_ANY_CLAIM, .active = SCORE_NEVER, .observe = SCORE_NEVER, .ask = SCORE_NEVER, .block = SCORE_NEVER};
    const struct score_thresholds *best = &nothing;
    int best_fit = -1;
    for (size_t i = 0; i < rules->threshold_count && i < SCORE_THRESHOLDS_MAX; i++) {
        const struct score_thresholds *t = &rules->thresholds[i];
        bool own_scope = t->scope[0] != '\0', own_claim = t->claim != SCORE_ANY_CLAIM, own_kinds = t->kinds != 0;
        if ((own_scope && (!scope || strcmp(t->scope, scope) != 0)) || (own_claim && t->claim != claim) ||
            (own_kinds && (kind == SUBJECT_KIND_COUNT || !(t->kinds >> kind & 1))))
            continue;
        /* The claim before the kind: who lowers the threshold of all addresses does not have scanners cut off by it. */
        int fit = own_scope * 4 + own_claim * 2 + own_kinds;
        if (fit > best_fit) {
            best = t;
            best_fit = fit;
        }
    }
    return best;
}

int score_thresholds_put(struct score_rules *rules, const struct score_thresholds *row)
{
    size_t at = 0;
    while (at < rules->threshold_count && (rules->thresholds[at].claim != row->claim || rules->thresholds[at].kinds != row->kinds ||
                                           strcmp(rules->thresholds[at].scope, row->scope) != 0))
        at++;
    if (at == SCORE_THRESHOLDS_MAX)
        return -ENOSPC;
    rules->thresholds[at] = *row;
    rules->threshold_count += at == rules->threshold_count;
    return 0;
}

double score_precision(struct score_beta first, uint32_t confirmed, uint32_t wrong)
{
    double right = first.right, not_right = first.wrong;
    double weight = right + not_right;
    if (weight > SCORE_PRIOR_MAX) {
        right *= SCORE_PRIOR_MAX / weight;
        not_right *= SCORE_PRIOR_MAX / weight;
    }
    double a = right + confirmed, b = not_right + wrong, n = a + b;
    if (n <= 0)
        return 0;
    double worth = a / n - sqrt(a * b / (n * n * (n + 1)));
    return fmax(0, fmin(worth, SCORE_PRECISION_MAX / 1000.0));
}
