/* Words of cases. */
#include "model/case.h"

#include <errno.h>
#include <string.h>

#include "base/utf8.h"

static const char *const states[] = {"open", "waiting", "closed"};
static const char *const outcomes[] = {"none", "resolved", "false-alarm", "nothing-to-do", "handed-over", "duplicate"};
static const char *const links[] = {"verdict", "notice", "report"};
_Static_assert(array_len(states) == CASE_STATE_COUNT && array_len(outcomes) == CASE_OUTCOME_COUNT && array_len(links) == CASE_LINK_KIND_COUNT, "a word for each");

static int find(const char *const *words, unsigned count, const char *word)
{
    for (unsigned i = 0; i < count; i++)
        if (strcmp(words[i], word) == 0)
            return (int)i;
    return -EINVAL;
}

const char *case_state_word(unsigned state)
{
    return state < CASE_STATE_COUNT ? states[state] : "unknown";
}

const char *case_outcome_word(unsigned outcome)
{
    return outcome < CASE_OUTCOME_COUNT ? outcomes[outcome] : "unknown";
}

const char *case_link_word(unsigned kind)
{
    return kind < CASE_LINK_KIND_COUNT ? links[kind] : "unknown";
}

int case_state_parse(const char *word, enum case_state *ret_state)
{
    int found = find(states, array_len(states), word);
    if (found >= 0)
        *ret_state = (enum case_state)found;
    return found < 0 ? found : 0;
}

int case_outcome_parse(const char *word, enum case_outcome *ret_outcome)
{
    int found = find(outcomes, array_len(outcomes), word);
    if (found >= 0)
        *ret_outcome = (enum case_outcome)found;
    return found < 0 ? found : 0;
}

int case_link_parse(const char *word, enum case_link_kind *ret_kind)
{
    int found = find(links, array_len(links), word);
    if (found >= 0)
        *ret_kind = (enum case_link_kind)found;
    return found < 0 ? found : 0;
}

bool case_tlp_may_be_shared(enum verdict_tlp tlp)
{
    return tlp <= VERDICT_TLP_AMBER;
}

bool case_text_is_valid(const char *text, unsigned max, bool lines)
{
    size_t len = text ? strlen(text) : 0;
    struct reader r = reader_of(text ? text : "", len);
    while (r.left > 0 && !r.failed) {
        uint32_t c = utf8_take(&r);
        if ((c < ' ' && !(lines && (c == '\n' || c == '\t'))) || c == 0x7f)
            return false;
    }
    return len > 0 && len < max && !r.failed;
}
