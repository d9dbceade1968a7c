/* Effects: the intervals that Newcombe published, and lots that can be drawn again. */
#include "judge/notice/effect.h"

#include <math.h>

#include "base/test.h"

/* Newcombe 1998, table II, method 10, examples (a) to (h); four digits as printed. */
TEST(the_published_intervals)
{
    static const struct {
        struct effect_arm told, held;
        double low, high;
    } rows[] = {
        {{70, 56}, {80, 48}, 0.0524, 0.3339}, {{10, 9}, {10, 3}, 0.1705, 0.8090},    {{7, 6}, {7, 2}, 0.0582, 0.8062},
        {{56, 5}, {29, 0}, -0.0381, 0.1926},  {{10, 0}, {20, 0}, -0.1611, 0.2775},   {{10, 0}, {10, 0}, -0.2775, 0.2775},
        {{10, 10}, {20, 0}, 0.6791, 1.0000},  {{10, 10}, {10, 0}, 0.6075, 1.0000},
    };
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        struct effect_result e = effect_of(rows[i].told, rows[i].held);
        if (fabs(e.low - rows[i].low) > 0.00006 || fabs(e.high - rows[i].high) > 0.00006)
            printf("# row %zu: %.4f to %.4f\n", i, e.low, e.high);
        check(fabs(e.low - rows[i].low) <= 0.00006);
        check(fabs(e.high - rows[i].high) <= 0.00006);
    }
}

/* Newcombe 1998, "Two-sided confidence intervals for the single proportion", table I, method 3: 81/263, 15/148, 0/20, 1/29. */
TEST(wilson)
{
    static const struct {
        struct effect_arm arm;
        double low, high;
    } rows[] = {{{263, 81}, 0.2553, 0.3662}, {{148, 15}, 0.0624, 0.1605}, {{20, 0}, 0, 0.1611}, {{29, 1}, 0.0061, 0.1718}};
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        double low, high;
        effect_wilson(rows[i].arm, &low, &high);
        check(fabs(low - rows[i].low) <= 0.00006);
        check(fabs(high - rows[i].high) <= 0.00006);
    }
}

TEST(few_are_not_enough)
{
    check(!effect_of((struct effect_arm){9, 9}, (struct effect_arm){50, 1}).is_enough);
    check(!effect_of((struct effect_arm){50, 9}, (struct effect_arm){9, 1}).is_enough);
    check(effect_of((struct effect_arm){10, 9}, (struct effect_arm){10, 1}).is_enough);
    struct effect_result none = effect_of((struct effect_arm){0, 0}, (struct effect_arm){0, 0});
    check(!none.is_enough && none.low >= -1 && none.high <= 1);
}

TEST(the_lot_is_the_same_each_time_and_about_fair)
{
    static const uint8_t seed[EFFECT_SEED_LEN] = {1, 2, 3}, other[EFFECT_SEED_LEN] = {3, 2, 1};
    unsigned held = 0, differ = 0, none = 0;
    for (unsigned i = 0; i < 10000; i++) {
        char finding[32];
        snprintf(finding, sizeof finding, "member-%u met c2", i);
        bool is_held = effect_is_held(seed, "spring", finding, 30);
        held += is_held;
        check(is_held == effect_is_held(seed, "spring", finding, 30));
        differ += is_held != effect_is_held(other, "spring", finding, 30);
        none += effect_is_held(seed, "spring", finding, 0);
        check(!is_held || effect_is_held(seed, "spring", finding, 50)); /* a larger group has the smaller in it */
    }
    check_int(none, ==, 0);
    check(held > 2800 && held < 3200); /* 3000, and four standard deviations are 183 */
    check(differ > 3500);              /* 4200 */
}

int main(int argc, char **argv)
{
    return test_main(argc, argv);
}
