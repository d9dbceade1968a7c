/* Counts sightings per indicator, member and hour in a bounded table, and hands the rows on.
 *
 * A row that leaves is an increment: whoever keeps it adds the count to what he has and widens first and last, so that the
 * same indicator, member and hour may leave more than once. Rows leave when their bucket is full (the one seen longest ago), when
 * asked (sightings_flush), and never by being forgotten.
 *
 * Nothing is allocated after sightings_new. One thread. Times are microseconds since 1970, given.
 */
#ifndef HINOMI_JUDGE_MATCH_SIGHTINGS_H
#define HINOMI_JUDGE_MATCH_SIGHTINGS_H

#include <stddef.h>
#include <stdint.h>

#include "base/attr.h"
#include "base/sip.h"

enum { SIGHTINGS_ROWS_MAX = 1 << 24 }; /* 512 MiB */

struct sighting {
    uint32_t indicator;
    uint32_t member;
    uint32_t hour;  /* since 1970 */
    uint32_t count; /* from 1 */
    int64_t first_us, last_us;
};

/* Takes a row over. May not use the table. */
typedef void sightings_flush_fn(void *context, const struct sighting *row);

struct sightings_counters {
    uint64_t added;   /* sightings, by their counts */
    uint64_t evicted; /* rows that left since their bucket was full */
    uint64_t flushed; /* rows that left when asked */
    uint64_t rows;    /* in the table now */
};

struct sightings;

/* Room for at least `rows` (1..SIGHTINGS_ROWS_MAX), 32 octets each. NULL: out of memory, or too many. */
struct sightings *sightings_new(struct sip_key key, size_t rows, sightings_flush_fn *flush, void *context);
/* What is still in the table is lost: flush before. */
void sightings_free(struct sightings *s);

/* -EINVAL for a time before 1970 or beyond the year 9999. */
int sightings_add(struct sightings *s, uint32_t indicator, uint32_t member, int64_t time_us, uint32_t count) must_check;
/* Hands on all rows of hours before that of time_us; INT64_MAX: all. Returns how many. */
size_t sightings_flush(struct sightings *s, int64_t time_us);
struct sightings_counters sightings_counters(const struct sightings *s);

#endif
