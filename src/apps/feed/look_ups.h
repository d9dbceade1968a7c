/* The hub's questions for TXT records that are on their way: who waits for which. One thread, the hub's loop. */
#ifndef HINOMI_APPS_LOOK_UPS_H
#define HINOMI_APPS_LOOK_UPS_H

#include <jansson.h>

#include "api/node.h"

enum { LOOK_UPS_MAX = 8 };

struct look_ups {
    int64_t last;
    struct {
        node_looked_up_fn *done; /* NULL: free */
        void *self;
        int64_t number;
    } waiting[LOOK_UPS_MAX];
};

/* The number that the question has; -EBUSY. */
int64_t look_ups_add(struct look_ups *l, node_looked_up_fn *done, void *self);
/* The fetch role's answer, which is not trusted: an object as LOOKED_UP. */
void look_ups_take(struct look_ups *l, const json_t *object);
/* The fetch role has ended. */
void look_ups_end(struct look_ups *l, const char *why);

#endif
