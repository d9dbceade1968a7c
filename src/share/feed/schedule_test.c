/* Lengths between fetches, by hand: a tenth around the wanted one, doubled after each failure up to a limit. */
#include "share/feed/schedule.h"

#include "base/test.h"

enum { HOUR_S = 3600 };
#define SECONDS(n) ((int64_t)(n)*1000000)
#define NOW SECONDS(1000000000)

TEST(a_feed_comes_regularly_with_a_tenth_of_chance)
{
    struct feed_schedule s = {.failures = 3};
    check(feed_schedule_due(&s, NOW, HOUR_S)); /* never fetched: at once */
    feed_schedule_succeeded(&s, NOW, HOUR_S, 0);
    check_int(s.next_us, ==, NOW + SECONDS(3420));
    check_int(s.failures, ==, 0);
    check_int(s.ok_us, ==, NOW);
    feed_schedule_succeeded(&s, NOW, HOUR_S, 255);
    check_int(s.next_us, ==, NOW + SECONDS(3780));
    check(!feed_schedule_due(&s, NOW + SECONDS(3779), HOUR_S));
    check(feed_schedule_due(&s, NOW + SECONDS(3780), HOUR_S));
}

TEST(after_failures_it_comes_later_and_later)
{
    struct feed_schedule s = {.ok_us = 5};
    static const int64_t waits_s[] = {57, 114, 228, 456, 912, 1824, 3420, 3420};
    for (size_t i = 0; i < sizeof waits_s / sizeof waits_s[0]; i++) {
        feed_schedule_failed(&s, NOW, HOUR_S, 0, 0);
        check_int(s.next_us, ==, NOW + SECONDS(waits_s[i]));
        check_int(s.failures, ==, i + 1);
    }
    check_int(s.ok_us, ==, 5);
    check_int(s.tried_us, ==, NOW);
}

TEST(what_the_server_asks_for_is_waited)
{
    struct feed_schedule s = {0};
    feed_schedule_failed(&s, NOW, 60, 7200, 0);
    check_int(s.next_us, ==, NOW + SECONDS(7200)); /* not before */
    s = (struct feed_schedule){0};
    feed_schedule_failed(&s, NOW, 60, 7200, 255);
    check_int(s.next_us, ==, NOW + SECONDS(7560));
    for (int i = 0; i < 100; i++)
        feed_schedule_failed(&s, NOW, 10 * 86400, 1, 0); /* not longer than a day */
    check_int(s.next_us, ==, NOW + SECONDS(86400));
}

TEST(a_clock_that_jumped_back_does_not_stop_a_feed)
{
    struct feed_schedule s = {0};
    feed_schedule_succeeded(&s, NOW + SECONDS(365 * 86400LL), HOUR_S, 0);
    check(!feed_schedule_due(&s, NOW, HOUR_S));
    check_int(s.next_us, ==, NOW + SECONDS(3420));
}

int main(int argc, char **argv)
{
    return test_main(argc, argv);
}
