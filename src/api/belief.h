/* What follows from the verdicts on one subject: gathered from the ledger, folded by judge/score, told as an indicator or as JSON.
 *
 * A `struct belief` is the room for one subject at a time, made once (some 5 MB). One thread.
 */
#ifndef HINOMI_API_BELIEF_H
#define HINOMI_API_BELIEF_H

#include <jansson.h>

#include "base/attr.h"
#include "model/indicator.h"

struct ledger;
struct belief;

/* What is known of a source's record; zeros: nothing but its kind. */
struct belief_record {
    uint32_t confirmed, wrong;
    uint16_t prior_right, prior_wrong; /* what it is taken to have had before; both 0: by its kind */
    uint32_t cluster;                  /* sources that copy each other have the same; 0: none */
    bool vouched;                      /* the operator answers for it */
    bool is_muted;                     /* its word is not weighed */
};

struct score_rules; /* judge/score/rules.h */

struct belief_options {
    void *self;
    void (*record)(void *self, const struct verdict_author *source, struct belief_record *ret_record);
    unsigned (*guards)(void *self, const struct subject *subject); /* enum indicator_guard, or-ed */
    const struct score_rules *rules; /* copied; NULL: the defaults */
};

/* NULL when out of memory. */
struct belief *belief_new(const struct belief_options *options);
void belief_free(struct belief *b);

/* Other rules from now on; copied. */
void belief_set_rules(struct belief *b, const struct score_rules *rules);

/* Gathers all that was said of the subject, with where it was met. *ret_id: its indicator's number; 0: nothing was said.
 * Errors of the ledger; of more than BELIEF_STATEMENTS_MAX the newest are left out, and belief_is_cut says so. */
enum { BELIEF_STATEMENTS_MAX = 1000 };
int belief_gather(struct belief *b, struct ledger *l, const struct subject *subject, uint32_t *ret_id) must_check;
bool belief_is_cut(const struct belief *b);

/* One of what was gathered, the oldest first. */
struct belief_statement {
    uint32_t number;
    enum claim claim;
    struct verdict_author author; /* without its version */
    int64_t made_us;
    bool superseded;
};
unsigned belief_statement_count(const struct belief *b);
void belief_statement(const struct belief *b, unsigned index, struct belief_statement *ret_statement);

/* Folds what was gathered. `was`: the indicator as it stood; number 0: none did. -EINVAL, -E2BIG as score_fold. */
int belief_indicator(struct belief *b, int64_t now_us, uint32_t was_id, const struct indicator *was, struct indicator *ret_indicator) must_check;
/* The same without what is to be kept: claim, state, decision, probability, conflict and subject alone. */
int belief_now(struct belief *b, int64_t now_us, struct indicator *ret_indicator) must_check;
/* {"probability", "claim", "state", "advice", "conflict", "next_us", "lines": [{"log_odds", "text"}]}; NULL when nothing can be said. */
json_t *belief_json(struct belief *b, int64_t now_us);

enum { BELIEF_WITHOUT_MAX = 16 };
/* What would be believed if one of the sources had said nothing: [{"source", "claim", "probability", "state", "advice"}] for each that has a word that
 * stands, the first BELIEF_WITHOUT_MAX that spoke. NULL: out of memory. */
json_t *belief_without_json(struct belief *b, int64_t now_us);

#endif
