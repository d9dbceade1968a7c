/* The node's numbers for Prometheus: text format 0.0.4, names hinomi_..., those of all workers added up. */
#ifndef HINOMI_APPS_METRICS_H
#define HINOMI_APPS_METRICS_H

#include "apps/hub/node_status.h"

/* The whole text, to be freed; NULL when out of memory. */
char *metrics_text(const struct node_status_sources *s);

#endif
