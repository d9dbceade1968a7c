/* Turns the configured trust in a source into the record that it begins with. */
#include "apps/belief/source_trust.h"

#include <math.h>
#include <string.h>

#include "judge/score/rules.h"

/* Outcomes of a source that the configuration trusts count against so much of what it said: analysts look at what somebody complained of, and a
 * handful of complaints says little about a list of a hundred thousand names. */
enum { SAID_PER_OUTCOME = 1000 };

static uint32_t diluted(uint64_t outcomes, uint64_t said)
{
    if (said <= SAID_PER_OUTCOME)
        return (uint32_t)outcomes;
    double share = (double)outcomes * SAID_PER_OUTCOME / (double)said;
    return (uint32_t)lround(fmin(share, (double)outcomes));
}

static const struct config_source *configured(const struct config_judge *judge, const char *name)
{
    for (unsigned i = 0; i < judge->source_count; i++)
        if (strcmp(judge->sources[i].name, name) == 0)
            return &judge->sources[i];
    return NULL;
}

void source_trust(const struct config_judge *judge, const struct verdict_author *source, const struct indicator_source *counts,
                  struct belief_record *ret_record)
{
    const struct config_source *c = source->kind == VERDICT_BY_ANALYST ? NULL : configured(judge, source->name);
    *ret_record = (struct belief_record){.vouched = source->kind == VERDICT_BY_ANALYST || (c && c->trust_percent > 0)};
    if (counts) {
        ret_record->confirmed = (uint32_t)counts->confirmed;
        ret_record->wrong = (uint32_t)counts->wrong;
    }
    if (c && c->trust_percent > 0) {
        ret_record->prior_right = (uint16_t)((c->trust_percent * SCORE_PRIOR_MAX + 50) / 100);
        ret_record->prior_wrong = (uint16_t)(SCORE_PRIOR_MAX - ret_record->prior_right);
        ret_record->confirmed = diluted(ret_record->confirmed, counts ? counts->said : 0);
        ret_record->wrong = diluted(ret_record->wrong, counts ? counts->said : 0);
    }
    if (c)
        ret_record->cluster = c->cluster;
}
