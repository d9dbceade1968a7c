/* The table of a notice's states, and its times. */
#include "judge/notice/notice.h"

enum { STAYS = NOTICE_STATE_COUNT };
enum { WAIT = NOTICE_WAITING, HELD = NOTICE_HELD, SENT = NOTICE_SENT, FAIL = NOTICE_FAILED, OPEN = NOTICE_OPENED, ACT = NOTICE_ACTED,
       VAIN = NOTICE_NO_EFFECT, FIX = NOTICE_FIXED, WRONG = NOTICE_WITHDRAWN, ____ = STAYS };

/* What nobody was told may be opened in the console all the same; what is held back may not. */
static const uint8_t next[NOTICE_STATE_COUNT][NOTICE_EVENT_COUNT] = {
    /*                     SEEN  HELD  TOLD  LOST  OPENED ACTED QUIET VAIN  WRONG  TO_BE_TOLD */
    [NOTICE_WAITING]   = { ____, HELD, SENT, FAIL, OPEN,  ACT,  FIX,  ____, WRONG, ____ },
    [NOTICE_HELD]      = { ____, ____, ____, ____, ____,  ____, FIX,  ____, WRONG, WAIT },
    [NOTICE_SENT]      = { ____, ____, ____, ____, OPEN,  ACT,  FIX,  VAIN, WRONG, WAIT },
    [NOTICE_FAILED]    = { ____, ____, SENT, ____, OPEN,  ACT,  FIX,  ____, WRONG, WAIT },
    [NOTICE_OPENED]    = { ____, ____, ____, ____, ____,  ACT,  FIX,  VAIN, WRONG, WAIT },
    [NOTICE_ACTED]     = { ____, ____, ____, ____, ____,  ____, FIX,  VAIN, WRONG, WAIT },
    [NOTICE_NO_EFFECT] = { ____, ____, ____, ____, ____,  ACT,  FIX,  ____, WRONG, WAIT },
    [NOTICE_FIXED]     = { WAIT, ____, ____, ____, ____,  ____, ____, ____, WRONG, ____ },
    [NOTICE_WITHDRAWN] = { WAIT, ____, ____, ____, ____,  ____, ____, ____, ____,  ____ },
};

struct notice_life notice_life_of(int64_t now_us, int64_t seen_us)
{
    return (struct notice_life){.state = NOTICE_WAITING, .made_us = now_us, .raised_us = now_us, .seen_us = seen_us};
}

static void reopen(struct notice_life *n, int64_t at_us)
{
    n->reopened += n->fixed_us != 0;
    n->raised_us = at_us;
    n->told_us = n->opened_us = n->acted_us = n->fixed_us = n->wrong_us = 0;
}

/* Takes the time of the event down; the first one counts. */
static void stamp(struct notice_life *n, enum notice_event event, int64_t at_us)
{
    int64_t *const times[NOTICE_EVENT_COUNT] = {[NOTICE_IS_TOLD] = &n->told_us, [NOTICE_IS_OPENED] = &n->opened_us, [NOTICE_IS_ACTED_ON] = &n->acted_us,
                                                [NOTICE_IS_QUIET] = &n->fixed_us, [NOTICE_IS_WRONG] = &n->wrong_us, [NOTICE_IS_HELD] = &n->held_us};
    if (times[event] && *times[event] == 0)
        *times[event] = at_us;
}

static bool is_late_news(const struct notice_life *n, int64_t at_us)
{
    int64_t ended_us = n->state == NOTICE_FIXED ? n->fixed_us : n->state == NOTICE_WITHDRAWN ? n->wrong_us : INT64_MIN;
    return at_us <= ended_us;
}

bool notice_step(struct notice_life *n, enum notice_event event, int64_t at_us)
{
    if ((unsigned)event >= NOTICE_EVENT_COUNT || (unsigned)n->state >= NOTICE_STATE_COUNT || (event == NOTICE_IS_SEEN && is_late_news(n, at_us)))
        return false;
    unsigned to = next[n->state][event];
    if (event == NOTICE_IS_SEEN) {
        if (n->seen_us < at_us)
            n->seen_us = at_us;
        n->uncovered = false;
    }
    if (event == NOTICE_IS_OPENED && n->state != NOTICE_HELD && !notice_state_is_final(n->state))
        stamp(n, event, at_us); /* also behind the state that says more */
    if (to == STAYS)
        return false;
    if (event == NOTICE_IS_SEEN) {
        reopen(n, at_us);
        to = n->held_us != 0 ? NOTICE_HELD : to; /* its campaign goes on */
    }
    if (event == NOTICE_IS_TO_BE_TOLD)
        n->held_us = n->told_us = 0;
    stamp(n, event, at_us);
    n->state = (enum notice_state)to;
    return true;
}

/* ---- looking ---- */

static int64_t later(int64_t a, int64_t b)
{
    return a > b ? a : b;
}

int64_t notice_quiet_since(const struct notice_life *n)
{
    return later(n->seen_us, n->raised_us);
}

/* Since when an effect could be hoped for; 0: not yet. */
static int64_t hoped_since(const struct notice_life *n)
{
    bool told = n->state == NOTICE_SENT || n->state == NOTICE_OPENED || n->state == NOTICE_ACTED;
    return told ? later(n->told_us, later(n->opened_us, n->acted_us)) : 0;
}

int64_t notice_next_look(const struct notice_life *n, const struct notice_rules *rules)
{
    if (notice_state_is_final(n->state))
        return INT64_MAX;
    int64_t quiet_us = notice_quiet_since(n) + rules->fixed_after_us, hoped_us = hoped_since(n);
    int64_t vain_us = hoped_us ? hoped_us + rules->no_effect_after_us : INT64_MAX;
    return quiet_us < vain_us ? quiet_us : vain_us;
}

bool notice_look(struct notice_life *n, const struct notice_rules *rules, int64_t now_us, int coverage_percent)
{
    int64_t hoped_us = hoped_since(n);
    if (notice_state_is_final(n->state))
        return false;
    if (now_us >= notice_quiet_since(n) + rules->fixed_after_us) {
        bool was_uncovered = n->uncovered;
        n->uncovered = coverage_percent < NOTICE_COVERED_PERCENT;
        return n->uncovered ? !was_uncovered : notice_step(n, NOTICE_IS_QUIET, now_us);
    }
    /* Seen after an effect could be hoped for, not only before. */
    if (hoped_us && now_us >= hoped_us + rules->no_effect_after_us && n->seen_us > hoped_us)
        return notice_step(n, NOTICE_IS_IN_VAIN, now_us);
    return false;
}

int64_t notice_retry_us(int64_t first_us, unsigned tries)
{
    const int64_t most = INT64_C(6) * 3600 * 1000000;
    int64_t wait_us = first_us;
    for (unsigned i = 1; i < tries && wait_us < most; i++)
        wait_us *= 2;
    return wait_us < most ? wait_us : most;
}
