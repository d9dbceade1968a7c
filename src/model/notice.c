/* Words of notices, and which of them are urgent. */
#include "model/notice.h"

#include <errno.h>
#include <string.h>

static const char *const kinds[] = {"met", "own"};
_Static_assert(array_len(kinds) == NOTICE_KIND_COUNT, "a word for each");

const char *notice_kind_word(unsigned kind)
{
    return kind < NOTICE_KIND_COUNT ? kinds[kind] : "unknown";
}

int notice_kind_parse(const char *word, enum notice_kind *ret_kind)
{
    for (unsigned i = 0; i < NOTICE_KIND_COUNT; i++) {
        if (strcmp(word, kinds[i]) == 0) {
            *ret_kind = (enum notice_kind)i;
            return 0;
        }
    }
    return -EINVAL;
}

static const char *const words[] = {"waiting", "held-back", "sent", "failed", "opened", "acted", "no-effect", "fixed", "withdrawn"};
_Static_assert(array_len(words) == NOTICE_STATE_COUNT, "a word for each");

const char *notice_state_word(unsigned state)
{
    return state < NOTICE_STATE_COUNT ? words[state] : "unknown";
}

int notice_state_parse(const char *word, enum notice_state *ret_state)
{
    for (unsigned i = 0; i < NOTICE_STATE_COUNT; i++) {
        if (strcmp(word, words[i]) == 0) {
            *ret_state = (enum notice_state)i;
            return 0;
        }
    }
    return -EINVAL;
}

bool notice_state_is_final(enum notice_state state)
{
    return state == NOTICE_FIXED || state == NOTICE_WITHDRAWN;
}

bool notice_is_urgent(enum notice_kind kind, enum claim claim)
{
    static const unsigned urgent[NOTICE_KIND_COUNT] = {
        [NOTICE_MET] = 1u << CLAIM_C2 | 1u << CLAIM_DGA | 1u << CLAIM_TUNNEL,
        [NOTICE_OWN] = 1u << CLAIM_C2 | 1u << CLAIM_INFECTED | 1u << CLAIM_MALWARE | 1u << CLAIM_PHISHING,
    };
    return (unsigned)kind < NOTICE_KIND_COUNT && (unsigned)claim < CLAIM_COUNT && (urgent[kind] & 1u << claim) != 0;
}
