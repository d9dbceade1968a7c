/* Computes when a feed is fetched next. */
#include "share/feed/schedule.h"

enum { SECOND_US = 1000000 };

/* Within a tenth around the length: feeds of one hour do not all come at the same second, here or at other nodes. */
static int64_t spread_us(uint64_t length_s, uint8_t chance)
{
    int64_t length_us = (int64_t)length_s * SECOND_US;
    return length_us - length_us / 20 + length_us / 10 * chance / 255;
}

void feed_schedule_succeeded(struct feed_schedule *s, int64_t now_us, uint32_t every_s, uint8_t chance)
{
    s->tried_us = s->ok_us = now_us;
    s->failures = 0;
    s->next_us = now_us + spread_us(every_s, chance);
}

void feed_schedule_failed(struct feed_schedule *s, int64_t now_us, uint32_t every_s, uint32_t retry_s, uint8_t chance)
{
    uint64_t wait_s = retry_s ? retry_s : every_s < FEED_RETRY_FIRST_S ? every_s : FEED_RETRY_FIRST_S;
    for (uint32_t i = 0; i < s->failures && wait_s < FEED_RETRY_MAX_S; i++)
        wait_s *= 2;
    uint64_t longest_s = every_s > retry_s ? every_s : retry_s;
    if (longest_s < FEED_RETRY_FIRST_S) /* one that is asked every few seconds is not asked so often while it is dead */
        longest_s = FEED_RETRY_FIRST_S;
    if (longest_s > FEED_RETRY_MAX_S)
        longest_s = FEED_RETRY_MAX_S;
    if (wait_s > longest_s)
        wait_s = longest_s;
    s->tried_us = now_us;
    if (s->failures < UINT32_MAX)
        s->failures++;
    /* Not before the server said (RFC 9110 10.2.3): what is spread comes behind it. */
    int64_t wait_us = (int64_t)wait_s * SECOND_US;
    s->next_us = now_us + (retry_s ? wait_us + wait_us / 20 * chance / 255 : spread_us(wait_s, chance));
}

bool feed_schedule_due(struct feed_schedule *s, int64_t now_us, uint32_t every_s)
{
    uint64_t longest_s = every_s > FEED_RETRY_MAX_S ? every_s : FEED_RETRY_MAX_S;
    if (s->next_us > now_us + spread_us(longest_s, 255))
        s->next_us = now_us + spread_us(every_s, 0);
    return s->next_us <= now_us;
}
