/* Gathers how the node is into one JSON object, for `hinomi status`. */
#ifndef HINOMI_APPS_NODE_STATUS_H
#define HINOMI_APPS_NODE_STATUS_H

#include <jansson.h>

#include "apps/config/config.h"
#include "apps/feed/feed_service.h"
#include "apps/exchange/exchange_service.h"
#include "apps/hub/hub_loop.h"
#include "apps/policy/policy_manager.h"
#include "apps/hub/recorder.h"
#include "apps/store/store_client.h"
#include "apps/web/web_service.h"

struct node_status_sources {
    const struct config *config;
    const struct shared_memory *memory;
    const struct policy_manager *policy;
    const struct feed_service *feeds;
    const struct recorder *recorder;
    const struct store_client *store;
    struct ledger *ledger;
    struct hub_loop *closed;
    const struct exchange_service *exchange;
    const struct web_service *web; /* NULL: not made yet */
};

/* NULL when out of memory. */
json_t *node_status_json(const struct node_status_sources *s);

#endif
