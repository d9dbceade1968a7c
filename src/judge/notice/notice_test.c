/* The life of a notice: every state with every event, the times, and what a look finds. */
#include "judge/notice/notice.h"

#include <errno.h>

#include "base/test.h"

#define DAY INT64_C(86400000000)

static const struct notice_rules rules = {.fixed_after_us = 7 * DAY, .no_effect_after_us = 14 * DAY};

/* As the guide's table has it (docs/guide/notices.md); -1: the event changes nothing. */
TEST(every_event_in_every_state)
{
    enum { W = NOTICE_WAITING, H = NOTICE_HELD, S = NOTICE_SENT, L = NOTICE_FAILED, O = NOTICE_OPENED, A = NOTICE_ACTED, N = NOTICE_NO_EFFECT,
           F = NOTICE_FIXED, X = NOTICE_WITHDRAWN };
    static const int wanted[NOTICE_EVENT_COUNT][NOTICE_STATE_COUNT] = {
        /* from:                   W   H   S   L   O   A   N   F   X */
        [NOTICE_IS_SEEN] =       {-1, -1, -1, -1, -1, -1, -1,  W,  W},
        [NOTICE_IS_HELD] =       { H, -1, -1, -1, -1, -1, -1, -1, -1},
        [NOTICE_IS_TOLD] =       { S, -1, -1,  S, -1, -1, -1, -1, -1},
        [NOTICE_IS_LOST] =       { L, -1, -1, -1, -1, -1, -1, -1, -1},
        [NOTICE_IS_OPENED] =     { O, -1,  O,  O, -1, -1, -1, -1, -1},
        [NOTICE_IS_ACTED_ON] =   { A, -1,  A,  A,  A, -1,  A, -1, -1},
        [NOTICE_IS_QUIET] =      { F,  F,  F,  F,  F,  F,  F, -1, -1},
        [NOTICE_IS_IN_VAIN] =    {-1, -1,  N, -1,  N,  N, -1, -1, -1},
        [NOTICE_IS_WRONG] =      { X,  X,  X,  X,  X,  X,  X,  X, -1},
        [NOTICE_IS_TO_BE_TOLD] = {-1,  W,  W,  W,  W,  W,  W, -1, -1},
    };
    for (int event = 0; event < NOTICE_EVENT_COUNT; event++) {
        for (int state = 0; state < NOTICE_STATE_COUNT; state++) {
            struct notice_life n = {.state = (enum notice_state)state, .made_us = 1, .raised_us = 1};
            int want = wanted[event][state];
            bool changed = notice_step(&n, (enum notice_event)event, 10);
            if (changed != (want >= 0) || n.state != (enum notice_state)(want < 0 ? state : want))
                printf("# %s, event %d: %s\n", notice_state_word((unsigned)state), event, notice_state_word(n.state));
            check_int(changed, ==, want >= 0);
            check_int(n.state, ==, want < 0 ? state : want);
        }
    }
}

TEST(words)
{
    enum notice_state s;
    for (unsigned i = 0; i < NOTICE_STATE_COUNT; i++) {
        check_int(notice_state_parse(notice_state_word(i), &s), ==, 0);
        check_int(s, ==, i);
    }
    check_int(notice_state_parse("lost", &s), ==, -EINVAL);
    check_str(notice_state_word(NOTICE_STATE_COUNT), "unknown");
}

TEST(times_are_of_the_first_event)
{
    struct notice_life n = notice_life_of(5, 3);
    check(notice_step(&n, NOTICE_IS_TOLD, 10));
    check(!notice_step(&n, NOTICE_IS_TOLD, 11));
    check(notice_step(&n, NOTICE_IS_OPENED, 20));
    check(!notice_step(&n, NOTICE_IS_OPENED, 21));
    check(notice_step(&n, NOTICE_IS_ACTED_ON, 30));
    check_int(n.told_us, ==, 10);
    check_int(n.opened_us, ==, 20);
    check_int(n.acted_us, ==, 30);
    check_int(n.seen_us, ==, 3);
}

TEST(opened_behind_the_state_that_says_more)
{
    struct notice_life n = notice_life_of(5, 3);
    check(notice_step(&n, NOTICE_IS_ACTED_ON, 30));
    check(!notice_step(&n, NOTICE_IS_OPENED, 40));
    check_int(n.state, ==, NOTICE_ACTED);
    check_int(n.opened_us, ==, 40);
    struct notice_life held = {.state = NOTICE_HELD};
    check(!notice_step(&held, NOTICE_IS_OPENED, 40));
    check_int(held.opened_us, ==, 0);
}

TEST(seen_fixed_needs_quiet_and_coverage)
{
    struct notice_life n = notice_life_of(0, 2 * DAY);
    check(notice_step(&n, NOTICE_IS_TOLD, 3 * DAY));
    check_int(notice_next_look(&n, &rules), ==, 9 * DAY);
    check(!notice_look(&n, &rules, 9 * DAY - 1, 100)); /* a moment too early */
    check(notice_look(&n, &rules, 9 * DAY, NOTICE_COVERED_PERCENT - 1));
    check(n.uncovered);
    check_int(n.state, ==, NOTICE_SENT);
    check(!notice_look(&n, &rules, 10 * DAY, -1)); /* nothing new */
    check(notice_look(&n, &rules, 11 * DAY, NOTICE_COVERED_PERCENT));
    check(!n.uncovered);
    check_int(n.state, ==, NOTICE_FIXED);
    check_int(n.fixed_us, ==, 11 * DAY);
    check_int(notice_next_look(&n, &rules), ==, INT64_MAX);
}

TEST(a_hit_begins_the_window_anew)
{
    struct notice_life n = notice_life_of(0, 0);
    check(!notice_step(&n, NOTICE_IS_SEEN, 6 * DAY));
    check(!notice_look(&n, &rules, 12 * DAY, 100));
    check(notice_look(&n, &rules, 13 * DAY, 100));
    check_int(n.state, ==, NOTICE_FIXED);
}

TEST(seen_again_reopens_and_counts)
{
    struct notice_life n = notice_life_of(0, 0);
    notice_step(&n, NOTICE_IS_TOLD, 1);
    notice_step(&n, NOTICE_IS_ACTED_ON, 2);
    check(notice_look(&n, &rules, 8 * DAY, 100));
    check(!notice_step(&n, NOTICE_IS_SEEN, 5 * DAY)); /* comes late, and was before */
    check_int(n.state, ==, NOTICE_FIXED);
    check(notice_step(&n, NOTICE_IS_SEEN, 9 * DAY));
    check_int(n.state, ==, NOTICE_WAITING);
    check_int(n.reopened, ==, 1);
    check_int(n.raised_us, ==, 9 * DAY);
    check_int(n.told_us + n.acted_us + n.fixed_us, ==, 0);
    check_int(n.made_us, ==, 0);
}

TEST(withdrawn_and_seen_again_is_not_counted_as_reopened)
{
    struct notice_life n = notice_life_of(0, 0);
    check(notice_step(&n, NOTICE_IS_WRONG, 10));
    check(notice_step(&n, NOTICE_IS_SEEN, 20));
    check_int(n.state, ==, NOTICE_WAITING);
    check_int(n.reopened, ==, 0);
}

TEST(what_is_held_back_goes_back_there)
{
    struct notice_life n = notice_life_of(0, 0);
    check(notice_step(&n, NOTICE_IS_HELD, 1));
    check(notice_look(&n, &rules, 8 * DAY, 100)); /* the control group is watched as the others are */
    check(notice_step(&n, NOTICE_IS_SEEN, 9 * DAY));
    check_int(n.state, ==, NOTICE_HELD);
    check(notice_step(&n, NOTICE_IS_TO_BE_TOLD, 10 * DAY));
    check_int(n.state, ==, NOTICE_WAITING);
    check_int(n.held_us, ==, 0);
}

TEST(in_vain_when_seen_after_it_was_told)
{
    struct notice_life n = notice_life_of(0, 0);
    notice_step(&n, NOTICE_IS_TOLD, DAY);
    notice_step(&n, NOTICE_IS_SEEN, DAY); /* at the latest then, not after */
    notice_step(&n, NOTICE_IS_SEEN, 14 * DAY);
    check(!notice_look(&n, &rules, 15 * DAY - 1, 100));
    check(notice_look(&n, &rules, 15 * DAY, 100));
    check_int(n.state, ==, NOTICE_NO_EFFECT);
    check(notice_step(&n, NOTICE_IS_ACTED_ON, 16 * DAY)); /* a second chance */
    notice_step(&n, NOTICE_IS_SEEN, 29 * DAY);
    check(!notice_look(&n, &rules, 29 * DAY, 100));
    check(notice_look(&n, &rules, 30 * DAY, 100));
    check_int(n.state, ==, NOTICE_NO_EFFECT);
}

TEST(what_was_not_told_is_not_in_vain)
{
    struct notice_life n = notice_life_of(0, 0);
    notice_step(&n, NOTICE_IS_SEEN, 100 * DAY);
    check(!notice_look(&n, &rules, 101 * DAY, 100));
    check_int(n.state, ==, NOTICE_WAITING);
}

TEST(tries_back_off)
{
    const int64_t minute = 60000000;
    check_int(notice_retry_us(minute, 1), ==, minute);
    check_int(notice_retry_us(minute, 2), ==, 2 * minute);
    check_int(notice_retry_us(minute, 7), ==, 64 * minute);
    check_int(notice_retry_us(minute, 9), ==, 256 * minute);
    check_int(notice_retry_us(minute, 10), ==, 360 * minute);
    check_int(notice_retry_us(minute, 4000000), ==, 360 * minute);
}

int main(int argc, char **argv)
{
    return test_main(argc, argv);
}
