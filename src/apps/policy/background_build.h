/* Builds a file of the policy in a thread, as often as what it is made from changes: many changes become one build.
 *
 * The next build begins when the last has ended and some time has passed, longer after long builds; one that failed is tried again. The thread
 * runs at low priority, without signals. One thread for the calls: the hub's loop.
 */
#ifndef HINOMI_APPS_BACKGROUND_BUILD_H
#define HINOMI_APPS_BACKGROUND_BUILD_H

#include <stdint.h>

#include "base/attr.h"

struct event_base;
struct background_build;

struct background_build_options {
    struct event_base *loop;
    void *self;
    void (*begin)(void *self); /* a build begins: what the thread needs is to be left for it */
    int (*work)(void *self);   /* the thread: 0, or a negative errno */
    void (*built)(void *self, int error, uint64_t took_ms);
};

int background_build_new(const struct background_build_options *options, struct background_build **ret_build) must_check;
/* Waits for a build that is under way. */
void background_build_free(struct background_build *b);
void background_build_changed(struct background_build *b);

#endif
