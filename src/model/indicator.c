/* The words of indicators. */
#include "model/indicator.h"

#include <errno.h>
#include <string.h>

static const char *const states[] = {"candidate", "active", "expired", "revoked"};
_Static_assert(array_len(states) == INDICATOR_STATE_COUNT, "one word per state");
static const char *const decisions[] = {"none", "observe", "ask", "block"};
_Static_assert(array_len(decisions) == INDICATOR_DECISION_COUNT, "one word per decision");

const char *indicator_state_word(enum indicator_state state)
{
    return (unsigned)state < INDICATOR_STATE_COUNT ? states[state] : "unknown";
}

const char *indicator_decision_word(enum indicator_decision decision)
{
    return (unsigned)decision < INDICATOR_DECISION_COUNT ? decisions[decision] : "unknown";
}

const char *indicator_guard_word(enum indicator_guard guard)
{
    switch (guard) {
    case INDICATOR_GUARD_POPULAR:
        return "popular";
    case INDICATOR_GUARD_OWN:
        return "own";
    case INDICATOR_GUARD_WARNING_LIST:
        return "warning-list";
    case INDICATOR_GUARD_SHARED:
        return "shared";
    case INDICATOR_GUARD_NEVER_BLOCK:
        return "never-block";
    case INDICATOR_GUARD_COUNT:
        break;
    }
    return "unknown";
}

static int find(const char *const *words, unsigned count, const char *word)
{
    for (unsigned i = 0; i < count; i++)
        if (strcmp(words[i], word) == 0)
            return (int)i;
    return -EINVAL;
}

int indicator_state_parse(const char *word, enum indicator_state *ret_state)
{
    int i = find(states, INDICATOR_STATE_COUNT, word);
    if (i >= 0)
        *ret_state = (enum indicator_state)i;
    return i < 0 ? i : 0;
}

int indicator_decision_parse(const char *word, enum indicator_decision *ret_decision)
{
    int i = find(decisions, INDICATOR_DECISION_COUNT, word);
    if (i >= 0)
        *ret_decision = (enum indicator_decision)i;
    return i < 0 ? i : 0;
}
