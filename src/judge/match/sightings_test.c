/* Sightings: rows by hour, the bound, and that nothing is lost whatever leaves when. */
#include "judge/match/sightings.h"

#include <errno.h>

#include "base/test.h"

static const int64_t hour_us = INT64_C(3600000000);

struct kept {
    uint64_t counts[64][8][4]; /* by indicator, member, hour */
    uint64_t rows;
    struct sighting last;
};

static void keep(void *context, const struct sighting *row)
{
    struct kept *k = context;
    k->rows++;
    k->last = *row;
    if (row->indicator < 64 && row->member < 8 && row->hour < 4)
        k->counts[row->indicator][row->member][row->hour] += row->count;
    check(row->count > 0 && row->first_us <= row->last_us && row->first_us / hour_us == row->hour);
}

TEST(one_row_per_indicator_member_and_hour)
{
    struct kept k = {0};
    struct sightings *s = sightings_new((struct sip_key){1, 2}, 100, keep, &k);
    check_int(sightings_add(s, 7, 3, hour_us + 20, 2), ==, 0);
    check_int(sightings_add(s, 7, 3, hour_us + 10, 1), ==, 0); /* late */
    check_int(sightings_add(s, 7, 3, 2 * hour_us, 1), ==, 0);
    check_int(sightings_add(s, 7, 4, hour_us, 1), ==, 0);
    check_int(sightings_add(s, 8, 3, hour_us, 0), ==, 0); /* nothing */
    check_int(sightings_counters(s).rows, ==, 3);
    check_int(sightings_counters(s).added, ==, 5);
    check_int(sightings_flush(s, 2 * hour_us - 1), ==, 0); /* hour 1 goes on */
    check_int(sightings_flush(s, 2 * hour_us), ==, 2);
    check_int(k.counts[7][3][1], ==, 3);
    check_int(k.counts[7][4][1], ==, 1);
    check_int(sightings_flush(s, INT64_MAX), ==, 1);
    check_int(k.last.first_us, ==, 2 * hour_us);
    check_int(sightings_counters(s).rows, ==, 0);
    check_int(sightings_counters(s).flushed, ==, 3);
    sightings_free(s);
}

TEST(first_and_last_time)
{
    struct kept k = {0};
    struct sightings *s = sightings_new((struct sip_key){1, 2}, 4, keep, &k);
    static const int64_t at[] = {500, 300, 900, 600};
    for (unsigned i = 0; i < 4; i++)
        check_int(sightings_add(s, 1, 1, at[i], 1), ==, 0);
    check_int(sightings_flush(s, INT64_MAX), ==, 1);
    check_int(k.last.first_us, ==, 300);
    check_int(k.last.last_us, ==, 900);
    check_int(k.last.count, ==, 4);
    sightings_free(s);
}

TEST(a_full_bucket_gives_its_oldest_row)
{
    struct kept k = {0};
    struct sightings *s = sightings_new((struct sip_key){1, 2}, 4, keep, &k); /* one bucket */
    for (uint32_t i = 0; i < 4; i++)
        check_int(sightings_add(s, i, 1, 100 + i, 1), ==, 0);
    check_int(sightings_add(s, 0, 1, 200, 1), ==, 0); /* now 1 is the oldest */
    check_int(k.rows, ==, 0);
    check_int(sightings_add(s, 9, 1, 300, 1), ==, 0);
    check_int(k.rows, ==, 1);
    check_int(k.last.indicator, ==, 1);
    check_int(sightings_counters(s).evicted, ==, 1);
    check_int(sightings_counters(s).rows, ==, 4);
    sightings_free(s);
}

TEST(nothing_is_lost)
{
    static struct kept k, want;
    struct sightings *s = sightings_new((struct sip_key){3, 4}, 64, keep, &k);
    uint32_t x = 12345;
    for (unsigned i = 0; i < 100000; i++) {
        x = x * 1664525u + 1013904223u;
        uint32_t indicator = x >> 8 & 63, member = x >> 14 & 7, hour = x >> 17 & 3, count = 1 + (x >> 20 & 7);
        want.counts[indicator][member][hour] += count;
        check_int(sightings_add(s, indicator, member, hour * hour_us + (x >> 24), count), ==, 0);
        if (i % 10000 == 0)
            sightings_flush(s, 2 * hour_us);
        check(sightings_counters(s).rows <= 64);
    }
    sightings_flush(s, INT64_MAX);
    check_bytes(k.counts, want.counts, sizeof want.counts);
    struct sightings_counters c = sightings_counters(s);
    check(c.evicted > 0);
    check_int(c.evicted + c.flushed, ==, k.rows);
    sightings_free(s);
}

TEST(limits)
{
    struct kept k = {0};
    check(!sightings_new((struct sip_key){1, 2}, 0, keep, &k));
    check(!sightings_new((struct sip_key){1, 2}, (size_t)SIGHTINGS_ROWS_MAX + 1, keep, &k));
    struct sightings *s = sightings_new((struct sip_key){1, 2}, 1, keep, &k);
    check_int(sightings_add(s, 1, 1, -1, 1), ==, -EINVAL);
    check_int(sightings_add(s, 1, 1, INT64_MAX, 1), ==, -EINVAL);
    check_int(sightings_add(s, 1, 1, 5, UINT32_MAX), ==, 0);
    check_int(sightings_add(s, 1, 1, 6, 3), ==, 0); /* does not wrap */
    check_int(k.last.count, ==, UINT32_MAX);
    check_int(sightings_flush(s, INT64_MAX), ==, 1);
    check_int(k.last.count, ==, 3);
    check_int(sightings_counters(s).rows, ==, 0);
    sightings_free(s);
}

int main(int argc, char **argv)
{
    return test_main(argc, argv);
}
