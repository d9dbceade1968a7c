/* Tests when the intake may go on while posts come. */
#include "apps/exchange/post_pace.h"

#include "base/test.h"

TEST(nothing_waits_without_posts)
{
    struct post_pace p = {0};
    check_int(post_pace_wait_ms(&p, 5000), ==, 0);
    post_pace_stepped(&p, 5000, 5010);
    check_int(post_pace_wait_ms(&p, 5010), ==, 0);
}

TEST(the_first_object_after_a_while_is_taken_at_once)
{
    struct post_pace p = {0};
    post_pace_stepped(&p, 1000, 1001);
    post_pace_posted(&p, 5000);
    check_int(post_pace_wait_ms(&p, 5000), ==, 0);
}

TEST(a_short_step_waits_a_tenth_of_a_second)
{
    struct post_pace p = {0};
    post_pace_posted(&p, 5000);
    post_pace_stepped(&p, 5000, 5010);
    check_int(post_pace_wait_ms(&p, 5010), ==, 100);
    check_int(post_pace_wait_ms(&p, 5109), ==, 1);
    check_int(post_pace_wait_ms(&p, 5110), ==, 0);
}

TEST(a_long_one_four_times_as_long_as_it_took_up_to_a_bound)
{
    struct post_pace p = {0};
    post_pace_posted(&p, 5100);
    post_pace_stepped(&p, 5000, 5100);
    check_int(post_pace_wait_ms(&p, 5100), ==, 400);
    post_pace_posted(&p, 6000);
    post_pace_stepped(&p, 5000, 6000);
    check_int(post_pace_wait_ms(&p, 6000), ==, 900);
}

TEST(posts_that_never_stop_hold_it_up_no_longer_than_that)
{
    struct post_pace p = {0};
    unsigned steps = 0;
    for (uint64_t now = 10000; now < 20000; now++) {
        post_pace_posted(&p, now);
        if (post_pace_wait_ms(&p, now) == 0) {
            steps++;
            post_pace_stepped(&p, now, now);
        }
    }
    check_int(steps, ==, 100);
}

TEST(when_posts_stop_it_goes_on)
{
    struct post_pace p = {0};
    post_pace_posted(&p, 5900);
    post_pace_stepped(&p, 5000, 6000);
    check(post_pace_wait_ms(&p, 6149) > 0);
    check_int(post_pace_wait_ms(&p, 6150), ==, 0);
}

int main(int argc, char **argv)
{
    return test_main(argc, argv);
}
