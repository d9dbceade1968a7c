/* Tests the record that a source begins with, and how its outcomes count against what it said. */
#include "apps/belief/source_trust.h"

#include <string.h>

#include "base/test.h"

static struct config_judge judge;

static void trust(const char *name, unsigned percent)
{
    judge = (struct config_judge){.source_count = 1};
    judge.sources[0].trust_percent = (uint8_t)percent;
    snprintf(judge.sources[0].name, sizeof judge.sources[0].name, "%s", name);
}

static struct belief_record record_of(uint64_t said, uint64_t confirmed, uint64_t wrong)
{
    struct indicator_source counts = {.kind = VERDICT_BY_FEED, .name = "list", .said = said, .confirmed = confirmed, .wrong = wrong};
    struct belief_record r;
    source_trust(&judge, &(struct verdict_author){.kind = VERDICT_BY_FEED, .name = "list"}, &counts, &r);
    return r;
}

TEST(outcomes_of_a_small_source_count_whole)
{
    trust("list", 95);
    struct belief_record r = record_of(1000, 7, 3);
    check(r.vouched);
    check_int(r.prior_right, ==, 95);
    check_int(r.prior_wrong, ==, 5);
    check_int(r.confirmed, ==, 7);
    check_int(r.wrong, ==, 3);
}

TEST(outcomes_of_a_large_trusted_source_count_for_each_thousand_that_it_said)
{
    trust("list", 95);
    check_int(record_of(150000, 0, 4).wrong, ==, 0);     /* 4 / 150 = 0.03 */
    check_int(record_of(150000, 0, 75).wrong, ==, 1);    /* 0.5 */
    check_int(record_of(150000, 0, 450).wrong, ==, 3);   /* three of a thousand: blocks no longer alone */
    check_int(record_of(2000, 10, 3).confirmed, ==, 5);
    check_int(record_of(2000, 10, 3).wrong, ==, 2);      /* 1.5 */
    check_int(record_of(5000000000, 0, 4000000000).wrong, ==, 800);
}

TEST(a_source_that_nobody_trusts_is_measured_by_its_outcomes_alone)
{
    trust("another", 95);
    struct belief_record r = record_of(150000, 12, 4);
    check(!r.vouched);
    check_int(r.confirmed, ==, 12);
    check_int(r.wrong, ==, 4);
}

TEST(an_unknown_source_has_no_outcomes)
{
    trust("list", 90);
    struct belief_record r;
    source_trust(&judge, &(struct verdict_author){.kind = VERDICT_BY_FEED, .name = "list"}, NULL, &r);
    check_int(r.prior_right, ==, 90);
    check_int(r.confirmed + r.wrong, ==, 0);
}

int main(int argc, char **argv)
{
    return test_main(argc, argv);
}
