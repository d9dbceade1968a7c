/* The tables that a score is made with: base rates, first records of authors, thresholds; and their defaults.
 *
 * Plain values, any thread. Where each number comes from: docs/formats/score.md.
 */
#ifndef HINOMI_JUDGE_SCORE_RULES_H
#define HINOMI_JUDGE_SCORE_RULES_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/attr.h"
#include "model/claim.h"
#include "model/subject.h"
#include "model/verdict.h"

enum {
    SCORE_LOG_ODDS_MAX = 6907,     /* ln 999: nothing is surer than 99.9 % */
    SCORE_PRECISION_MAX = 990,     /* per mille: no source is believed to be better than that */
    SCORE_PRIOR_MAX = 100,         /* a first record weighs as at most so many outcomes */
    SCORE_PROVEN = 10,             /* confirmed outcomes from which a source has a record */
    SCORE_UNPROVEN_MAX = 3000,     /* log-odds, for all sources together that have none */
    SCORE_REPORT = 1000,           /* log-odds of one reporter; n reporters: times log2(1 + n) */
    SCORE_REPORT_MAX = 6000,       /* 63 reporters */
    SCORE_CONTRADICTION = 1000,    /* log-odds of statements for the subject from which a block is asked about */
    SCORE_REFRESH_HALF_LIVES = 6,  /* for so long after a statement sightings keep it fresh */
    SCORE_NEVER = 1001,            /* a threshold that no probability reaches */
    SCORE_THRESHOLDS_MAX = 64,     /* rows: every claim for three sets of kinds */
};

#define SCORE_ANY_CLAIM CLAIM_COUNT /* in a row of thresholds */

/* Per mille, each reached when the probability is at least that. observe <= ask <= block. */
struct score_thresholds {
    enum claim claim; /* or SCORE_ANY_CLAIM */
    uint32_t kinds;   /* what the indicator acts on: a set of 1 << enum subject_kind; 0: any */
    char scope[VERDICT_SCOPE_MAX]; /* a client group; empty: any */
    uint16_t active, observe, ask, block;
};

struct score_beta {
    uint16_t right, wrong; /* outcomes that a source of the kind is taken to have had before the first is known */
};

struct score_rules {
    uint16_t base[SUBJECT_KIND_COUNT]; /* per mille, 1..999: of subjects that anybody names, how many deserve it */
    struct score_beta first[VERDICT_AUTHOR_KIND_COUNT];
    size_t threshold_count; /* at most SCORE_THRESHOLDS_MAX */
    struct score_thresholds thresholds[SCORE_THRESHOLDS_MAX]; /* of the rows that fit, one of a scope, then of a claim, then of kinds comes first */
};

void score_rules_default(struct score_rules *ret_rules);
/* The row that holds; never NULL: without any row, one that decides nothing. kind SUBJECT_KIND_COUNT: only rows of any kind. */
const struct score_thresholds *score_thresholds_find(const struct score_rules *rules, enum claim claim, enum subject_kind kind, const char *scope);
/* Puts the row in the place of that of the same claim, kinds and scope, or behind the others. -ENOSPC when there is no room. */
int score_thresholds_put(struct score_rules *rules, const struct score_thresholds *row) must_check;
/* What a source's word is worth, 0..1: the mean of its Beta distribution less one standard deviation, at most
 * SCORE_PRECISION_MAX. */
double score_precision(struct score_beta first, uint32_t confirmed, uint32_t wrong);

#endif
