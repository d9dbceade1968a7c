/* Buckets of tokens: a burst, then so many a second, and each key for itself. */
#include "api/signing_in/rate_limit.h"

#include "base/test.h"

TEST(a_burst_and_then_so_many_a_second)
{
    struct rate_limit *r;
    unsigned wait;
    check_int(rate_limit_new(2, 3, &r), ==, 0);
    for (unsigned i = 0; i < 3; i++)
        check(rate_limit_take(r, "a", 1, 1000, &wait));
    check(!rate_limit_take(r, "a", 1, 1000, &wait));
    check_int(wait, >=, 500);
    check_int(wait, <=, 501);
    check(rate_limit_take(r, "b", 1, 1000, &wait)); /* somebody else */
    check(!rate_limit_take(r, "a", 1, 1499, &wait));
    check(rate_limit_take(r, "a", 1, 1000 + 501, &wait));
    check(!rate_limit_take(r, "a", 1, 1000 + 502, &wait));
    for (unsigned i = 0; i < 3; i++) /* never more than the burst */
        check(rate_limit_take(r, "a", 1, 1000000, &wait));
    check(!rate_limit_take(r, "a", 1, 1000000, &wait));
    check_int(rate_limit_refused(r), ==, 4);
    rate_limit_free(r);
}

TEST(many_strangers_do_not_make_it_grow)
{
    struct rate_limit *r;
    unsigned wait;
    check_int(rate_limit_new(1, 1, &r), ==, 0);
    for (uint32_t i = 0; i < 4 * RATE_LIMIT_KEYS_MAX; i++)
        check(rate_limit_take(r, &i, sizeof i, 1000 + i, &wait));
    rate_limit_free(r);
}

int main(int argc, char **argv)
{
    return test_main(argc, argv);
}
