/* What is known of a source, from its counts in the ledger's file and from what the operator says of it. */
#ifndef HINOMI_APPS_SOURCE_TRUST_H
#define HINOMI_APPS_SOURCE_TRUST_H

#include "api/belief.h"
#include "apps/config/config.h"
#include "store/indicator.h"

/* counts NULL: nothing was ever found out about it. */
void source_trust(const struct config_judge *judge, const struct verdict_author *source, const struct indicator_source *counts,
                  struct belief_record *ret_record);

#endif
