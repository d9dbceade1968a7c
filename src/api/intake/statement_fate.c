/* Holds a statement against what its author said before. */
#include "api/intake/statement_fate.h"

#include <errno.h>

#include "api/intake/judgement.h"

#define DAY_US (INT64_C(86400) * 1000000)

const char *statement_fate_word(enum statement_fate fate)
{
    static const char *const words[] = {"added", "replaced", "withdrawn", "unchanged", "ended"};
    _Static_assert(array_len(words) == FATE_COUNT, "each fate has its word");
    return words[fate];
}

bool statement_is_withdrawal(const struct verdict *v)
{
    return v->until_us != 0 && v->until_us == v->from_us;
}

/* What stands is `found`: what does this statement change? Editions are told by the time at which they were made, where a document says it. */
static enum statement_fate compare(const struct verdict *v, const struct statement_edition *e, const struct verdict *found)
{
    bool is_newer = e->has_time && v->made_us > found->made_us, is_older = e->has_time && v->made_us < found->made_us;
    if (statement_is_withdrawal(v))
        return is_older || statement_is_withdrawal(found) ? FATE_UNCHANGED : FATE_WITHDRAWN;
    /* Said twice in one intake: the first counts, unless the second is a newer edition; else two would replace each other for ever. */
    if (e->is_touched && e->is_touched(e->self, found->number) && !is_newer)
        return FATE_UNCHANGED;
    if (statement_is_withdrawal(found))
        return e->is_whole || !e->has_time || is_newer ? FATE_REPLACED : FATE_UNCHANGED;
    if (is_older)
        return FATE_UNCHANGED;
    /* Said again in the same words: entered once a day at most, so that a feed that dates itself anew each hour does not fill the ledger. */
    if (judgement_says_the_same(v, found))
        return is_newer && v->made_us - found->made_us >= DAY_US ? FATE_REPLACED : FATE_UNCHANGED;
    return FATE_REPLACED;
}

int statement_fate_choose(struct ledger *l, struct verdict *v, const struct statement_edition *e, enum statement_fate *ret_fate,
                          uint32_t *ret_found)
{
    struct verdict found;
    int r = ledger_standing(l, v, &found);
    if (r < 0 && r != -ENOENT)
        return r;
    enum statement_fate fate = r == 0 ? compare(v, e, &found) : statement_is_withdrawal(v) ? FATE_UNCHANGED : FATE_ADDED;
    if (fate == FATE_ADDED && v->until_us != 0 && v->until_us <= e->now_us)
        fate = FATE_ENDED;
    *ret_found = v->supersedes = r == 0 ? found.number : 0;
    *ret_fate = fate;
    return fate <= FATE_WITHDRAWN;
}
