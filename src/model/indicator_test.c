/* The words of indicators: each parses to its own number, others are refused. */
#include "model/indicator.h"

#include <errno.h>

#include "base/test.h"

TEST(words_of_states_and_decisions_go_both_ways)
{
    for (unsigned i = 0; i < INDICATOR_STATE_COUNT; i++) {
        enum indicator_state state = INDICATOR_STATE_COUNT;
        check_int(indicator_state_parse(indicator_state_word((enum indicator_state)i), &state), ==, 0);
        check_int(state, ==, (int)i);
    }
    for (unsigned i = 0; i < INDICATOR_DECISION_COUNT; i++) {
        enum indicator_decision decision = INDICATOR_DECISION_COUNT;
        check_int(indicator_decision_parse(indicator_decision_word((enum indicator_decision)i), &decision), ==, 0);
        check_int(decision, ==, (int)i);
    }
}

TEST(other_words_are_refused)
{
    enum indicator_state state;
    enum indicator_decision decision;
    check_int(indicator_state_parse("actives", &state), ==, -EINVAL);
    check_int(indicator_decision_parse("", &decision), ==, -EINVAL);
}

int main(int argc, char **argv)
{
    return test_main(argc, argv);
}
