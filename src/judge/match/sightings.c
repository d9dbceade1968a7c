/* A table of rows in buckets of four; a full bucket gives its oldest row away. */
#include "judge/match/sightings.h"

#include <errno.h>

enum { BUCKET_ROWS = 4 };

static const int64_t us_per_hour = INT64_C(3600000000);
static const int64_t time_max_us = INT64_C(253402300800000000); /* 10000-01-01 */

struct sightings {
    struct sip_key key;
    sightings_flush_fn *flush;
    void *context;
    struct sightings_counters counters;
    size_t bucket_count;
    struct sighting rows[]; /* count 0: free */
};

struct sightings *sightings_new(struct sip_key key, size_t rows, sightings_flush_fn *flush, void *context)
{
    if (rows == 0 || rows > SIGHTINGS_ROWS_MAX)
        return NULL;
    size_t buckets = (rows + BUCKET_ROWS - 1) / BUCKET_ROWS;
    struct sightings *s = calloc(1, sizeof *s + buckets * BUCKET_ROWS * sizeof s->rows[0]);
    if (!s)
        return NULL;
    s->key = key;
    s->flush = flush;
    s->context = context;
    s->bucket_count = buckets;
    return s;
}

void sightings_free(struct sightings *s)
{
    free(s);
}

struct sightings_counters sightings_counters(const struct sightings *s)
{
    return s->counters;
}

static void give_away(struct sightings *s, struct sighting *row)
{
    s->flush(s->context, row);
    row->count = 0;
    s->counters.rows--;
}

/* The row of the triple in its bucket: its own, else a free one, else the one last seen longest ago, given away. */
static struct sighting *row_of(struct sightings *s, uint32_t indicator, uint32_t member, uint32_t hour)
{
    struct sip h = sip_init(s->key);
    sip_word(&h, (uint64_t)indicator << 32 | member);
    sip_word(&h, hour);
    size_t bucket = (size_t)((unsigned __int128)sip_finish(h) * s->bucket_count >> 64);
    struct sighting *rows = &s->rows[bucket * BUCKET_ROWS], *best = NULL;
    for (unsigned i = 0; i < BUCKET_ROWS; i++) {
        struct sighting *row = &rows[i];
        if (row->count > 0 && row->indicator == indicator && row->member == member && row->hour == hour)
            return row;
        if (!best || (best->count > 0 && (row->count == 0 || row->last_us < best->last_us)))
            best = row;
    }
    if (best->count > 0) {
        give_away(s, best);
        s->counters.evicted++;
    }
    return best;
}

int sightings_add(struct sightings *s, uint32_t indicator, uint32_t member, int64_t time_us, uint32_t count)
{
    if (time_us < 0 || time_us >= time_max_us)
        return -EINVAL;
    if (count == 0)
        return 0;
    uint32_t hour = (uint32_t)(time_us / us_per_hour);
    struct sighting *row = row_of(s, indicator, member, hour);
    s->counters.added += count;
    if (row->count > UINT32_MAX - count) /* full: this much is handed on */
        give_away(s, row);
    if (row->count == 0) {
        *row = (struct sighting){.indicator = indicator, .member = member, .hour = hour, .count = count, .first_us = time_us,
                                 .last_us = time_us};
        s->counters.rows++;
        return 0;
    }
    row->count += count;
    if (time_us < row->first_us)
        row->first_us = time_us;
    if (time_us > row->last_us)
        row->last_us = time_us;
    return 0;
}

size_t sightings_flush(struct sightings *s, int64_t time_us)
{
    size_t flushed = 0;
    for (size_t i = 0; i < s->bucket_count * BUCKET_ROWS; i++) {
        struct sighting *row = &s->rows[i];
        if (row->count > 0 && (time_us == INT64_MAX || row->hour < time_us / us_per_hour)) {
            give_away(s, row);
            flushed++;
        }
    }
    s->counters.flushed += flushed;
    return flushed;
}
