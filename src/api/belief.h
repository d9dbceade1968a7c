/* What follows from the verdicts on one subject: the fold of judge/score, gathered and told as JSON. */
#ifndef HINOMI_API_BELIEF_H
#define HINOMI_API_BELIEF_H

#include <jansson.h>

#include "base/attr.h"
#include "model/verdict.h"

struct belief;

/* NULL when out of memory. One subject; its kind. */
struct belief *belief_new(enum subject_kind kind);
void belief_free(struct belief *b);
/* A verdict on the subject; superseded: something replaced it. -E2BIG when there are too many, -ENOMEM. */
int belief_add(struct belief *b, const struct verdict *v, bool superseded) must_check;
/* {"probability", "claim", "state", "advice", "conflict", "next_us", "lines": [{"log_odds", "text"}]}; NULL when nothing can be said. */
json_t *belief_json(struct belief *b, int64_t now_us);

#endif
