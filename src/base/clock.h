/* The only place that asks the operating system what time it is; everything else takes time as an argument.
 *
 * Wall time goes through libc's clock_gettime, so that a laboratory can govern it (libfaketime).
 */
#ifndef HINOMI_BASE_CLOCK_H
#define HINOMI_BASE_CLOCK_H

#include <stdint.h>
#include <time.h>

/* Wall clock, microseconds since 1970-01-01 UTC. May jump. */
static inline int64_t clock_wall_us(void)
{
    struct timespec t;
    clock_gettime(CLOCK_REALTIME, &t);
    return (int64_t)t.tv_sec * 1000000 + t.tv_nsec / 1000;
}

/* Never goes back; for intervals and time-outs only. Milliseconds and nanoseconds since some start. */
static inline uint64_t clock_mono_ns(void)
{
    struct timespec t;
    clock_gettime(CLOCK_MONOTONIC, &t);
    return (uint64_t)t.tv_sec * 1000000000u + (uint64_t)t.tv_nsec;
}

static inline uint64_t clock_mono_ms(void)
{
    return clock_mono_ns() / 1000000u;
}

#endif
