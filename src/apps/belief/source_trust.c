/* Turns the configured trust in a source into the record that it begins with. */
#include "apps/belief/source_trust.h"

#include <string.h>

#include "judge/score/rules.h"

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
    }
    if (c)
        ret_record->cluster = c->cluster;
}
