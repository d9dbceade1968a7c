/* The fold from what is said and seen of one subject to the belief about it: probability, state, decision, and why.
 *
 * Pure: the same input gives the same result, in any order of statements, to the last digit. Formulas, constants and
 * where they come from: docs/formats/score.md. Sums are whole thousandths of a nat (natural log-odds), so that the lines of
 * the explanation add up to the result exactly.
 *
 * A `struct score` is the room that a fold works in (half a MiB), made once; a fold allocates nothing. One thread uses it
 * at a time; different threads have one each. Input is borrowed for the call. Times are microseconds since 1970, given.
 */
#ifndef HINOMI_JUDGE_SCORE_SCORE_H
#define HINOMI_JUDGE_SCORE_SCORE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/attr.h"
#include "base/sip.h"
#include "judge/score/rules.h"
#include "model/claim.h"
#include "model/indicator.h"
#include "model/subject.h"
#include "model/verdict.h"

enum {
    SCORE_SOURCES_MAX = 4096,   /* independent sources of one subject; a node with more feeds and members has not been seen */
    SCORE_LINES_MAX = 40,       /* SCORE_LINE_SOURCES_MAX and one of each other code */
    SCORE_LINE_SOURCES_MAX = 16 /* told one by one; the rest in one line. As much as a person reads */
};

/* One verdict about the subject, and what is known of who said it. */
struct score_statement {
    enum claim claim;
    enum verdict_author_kind author;
    uint32_t source;  /* the author's number at the caller */
    uint32_t cluster; /* sources that copy each other have the same; of each cluster the strongest counts. 0: of none */
    int64_t made_us;           /* when it was last said */
    int64_t from_us;           /* valid from */
    int64_t until_us;          /* valid until; 0: no end */
    uint32_t confirmed, wrong; /* the source's measured record: how often it was right and was not */
    uint16_t prior_right, prior_wrong; /* of the Beta distribution it began with; both 0: that of its kind (rules.h) */
    uint16_t probability;      /* per mille, as its author sees it; above 1000 is 1000 */
    bool superseded;           /* replaced or withdrawn: not weighed */
    bool vouched; /* the operator answers for the source: its first record counts as one */
};

/* Matches of the subject in the members' traffic. They keep a belief fresh and are no evidence by themselves. */
struct score_sightings {
    uint64_t count;
    uint32_t members;
    int64_t last_us;
};

/* What members report back: that a block was wrong, or that it was right. */
struct score_reports {
    uint64_t count;
    uint32_t reporters; /* distinct; more reports of the same reporter weigh nothing */
    int64_t last_us;
};

struct score_input {
    enum subject_kind kind;
    const char *scope;  /* the client group that is decided for; NULL or "": everybody */
    unsigned guards;    /* enum indicator_guard, or-ed */
    const struct score_statement *statements; /* in any order; NULL only if there are none */
    size_t statement_count;
    struct score_sightings sightings;
    struct score_reports false_blocks;
    struct score_reports confirmations;
    int64_t now_us;
};

enum score_line_code {
    SCORE_LINE_BASE,          /* the base rate of the kind: count = per mille */
    SCORE_LINE_AGAINST,       /* a source says claim: permille = its precision, days since it was said or seen */
    SCORE_LINE_FOR,           /* a source says benign or false-positive: the same */
    SCORE_LINE_REST,          /* count = sources not told one by one, their sum */
    SCORE_LINE_CONFIRMED,     /* count = reporters, days since the last */
    SCORE_LINE_FALSE_BLOCK,   /* count = reporters, days since the last */
    SCORE_LINE_UNPROVEN,      /* what sources without a record say beyond the bound for all of them: taken off */
    SCORE_LINE_UNPROVEN_FOR,  /* the same of those that speak for the subject */
    SCORE_LINE_BOUND,         /* what goes beyond the bound of every score: taken off */
    SCORE_LINE_SIGHTED,       /* count = sightings, members, days since the last; weighs nothing by itself */
    SCORE_LINE_COPIES,        /* count = statements that repeat another of the same source or cluster */
    SCORE_LINE_ENDED,         /* count = statements not valid any more, or not yet */
    SCORE_LINE_SUPERSEDED,    /* count */
    SCORE_LINE_NOT_WEIGHED,   /* count = directives and claims that do not speak against the subject */
    SCORE_LINE_GUARD_POPULAR, /* one for each guard that stands */
    SCORE_LINE_GUARD_OWN,
    SCORE_LINE_GUARD_WARNING_LIST,
    SCORE_LINE_GUARD_SHARED,
    SCORE_LINE_GUARD_NEVER_BLOCK,
    SCORE_LINE_CONTRADICTED, /* not blocked, since a weighty statement speaks for the subject */
    SCORE_LINE_THRESHOLDS,   /* which thresholds decided; always there, the last */
    SCORE_LINE_CODE_COUNT
};

/* One line of the explanation. What a code does not use is 0. */
struct score_line {
    enum score_line_code code;
    int32_t log_odds; /* thousandths of a nat; all lines together are the result's */
    enum claim claim;
    uint32_t source;
    uint64_t count;
    uint32_t members;
    uint32_t days;
    enum subject_kind kind; /* of THRESHOLDS: what the row was looked up for */
    struct score_thresholds thresholds; /* of THRESHOLDS: the row that held */
    uint16_t permille;
    bool measured; /* of AGAINST and FOR: the source has a record of its own; else its precision is what its kind is taken to have */
};

struct score_result {
    int32_t log_odds;     /* thousandths of a nat, within SCORE_LOG_ODDS_MAX either way */
    uint16_t probability; /* per mille, 1..999 */
    enum claim claim;     /* the one that leads; CLAIM_MALICIOUS when nothing else does */
    enum indicator_state state;
    enum indicator_decision decision;
    bool conflict; /* it would be blocked or asked about, and a guard or a weighty statement speaks for the subject */
    unsigned line_count;
    struct score_line lines[SCORE_LINES_MAX]; /* the base, then sources by weight, then the rest */
};

struct score;

/* Keeps a copy of the rules. NULL: out of memory. */
struct score *score_new(const struct score_rules *rules, struct sip_key key);
void score_free(struct score *s);
/* Other rules from now on; copied. */
void score_set_rules(struct score *s, const struct score_rules *rules);

/* -E2BIG when there are more than SCORE_SOURCES_MAX independent sources; -EINVAL when a kind is none. */
int score_fold(struct score *s, const struct score_input *in, struct score_result *ret_result) must_check;
/* When the fold is to be asked again though nothing new was said: the first time after now at which decay changes state,
 * decision or leading claim, to the second, or a statement begins or ends; INT64_MAX: never. At most some eighty folds.
 * Errors as score_fold. */
int score_next_change(struct score *s, const struct score_input *in, int64_t *ret_us) must_check;

/* The line as a sentence in the reader's language, without its log-odds. `source` is the name of line->source. Cut to
 * size; returns text. */
enum { SCORE_LINE_TEXT_MAX = 512 };
const char *score_line_format(const struct score_line *line, const char *source, char *text, size_t size);

#endif
