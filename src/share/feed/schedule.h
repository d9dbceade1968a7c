/* When a feed is fetched next: regularly with a little chance, later and later after failures. Pure: time is an argument.
 *
 * Times are wall-clock microseconds, so that they mean the same after a restart.
 */
#ifndef HINOMI_SHARE_FEED_SCHEDULE_H
#define HINOMI_SHARE_FEED_SCHEDULE_H

#include <stdbool.h>
#include <stdint.h>

enum { FEED_RETRY_FIRST_S = 60, FEED_RETRY_MAX_S = 86400 };

struct feed_schedule {
    int64_t tried_us, ok_us; /* last; 0: never */
    int64_t next_us;         /* 0: at once */
    uint32_t failures;       /* since the last success */
};

/* chance: 0 to 255, evenly. `retry_s`: what the primary of a zone or a server asks for; 0: nothing. */
void feed_schedule_succeeded(struct feed_schedule *s, int64_t now_us, uint32_t every_s, uint8_t chance);
void feed_schedule_failed(struct feed_schedule *s, int64_t now_us, uint32_t every_s, uint32_t retry_s, uint8_t chance);
/* Is it time? A next time that lies further away than `every` is one of a clock that has jumped: it is brought back. */
bool feed_schedule_due(struct feed_schedule *s, int64_t now_us, uint32_t every_s);

#endif
