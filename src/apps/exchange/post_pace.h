/* When the intake of what members said may take its next step: posts go first, and it always gets a share of the time.
 *
 * What a statement costs after it is on disk (ledger, belief, policy, recipients) is some five times of what taking its object costs, so
 * a member that posts without a pause would wait for its own objects to be weighed. While posts come, a fifth of the time is for that: what is
 * posted is on disk, and can wait; who posts for ever holds up nobody. Pure; times are monotonic milliseconds.
 */
#ifndef HINOMI_APPS_POST_PACE_H
#define HINOMI_APPS_POST_PACE_H

#include <stdint.h>

enum {
    POST_PACE_COME_MS = 250,      /* so long after the last one, posts are still coming */
    POST_PACE_PAUSE_MS = 100,     /* between two steps meanwhile; or the time that the step took, */
    POST_PACE_PAUSE_TIMES = 4,    /* so many times, if that is more, */
    POST_PACE_PAUSE_MAX_MS = 900, /* up to this: belief has to follow within seconds */
};

/* All zero: nothing was posted yet. */
struct post_pace {
    uint64_t posted_ms, next_ms;
};

static inline void post_pace_posted(struct post_pace *p, uint64_t now_ms)
{
    p->posted_ms = now_ms;
}

/* How long the next step has to wait; 0: not at all. */
static inline unsigned post_pace_wait_ms(const struct post_pace *p, uint64_t now_ms)
{
    if (p->posted_ms == 0 || now_ms - p->posted_ms >= POST_PACE_COME_MS || now_ms >= p->next_ms)
        return 0;
    return (unsigned)(p->next_ms - now_ms);
}

/* A step was taken between these two. */
static inline void post_pace_stepped(struct post_pace *p, uint64_t begin_ms, uint64_t end_ms)
{
    uint64_t pause_ms = (end_ms - begin_ms) * POST_PACE_PAUSE_TIMES;
    if (pause_ms < POST_PACE_PAUSE_MS)
        pause_ms = POST_PACE_PAUSE_MS;
    p->next_ms = end_ms + (pause_ms < POST_PACE_PAUSE_MAX_MS ? pause_ms : POST_PACE_PAUSE_MAX_MS);
}

#endif
