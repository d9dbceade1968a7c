/* The life of a notice: what becomes of it when something is seen, told, opened, acted on, or when nothing is seen any more.
 *
 * A table of states and events, and the times that go with them. Times are microseconds since 1970, wall clock, and given by the caller; 0
 * means "not yet". Plain values, any thread.
 */
#ifndef HINOMI_JUDGE_NOTICE_H
#define HINOMI_JUDGE_NOTICE_H

#include <stdbool.h>
#include <stdint.h>

#include "base/attr.h"
#include "judge/notice/effect.h"
#include "model/notice.h"

enum notice_event {
    NOTICE_IS_SEEN,      /* what it is about was met (again) */
    NOTICE_IS_HELD,      /* the lot fell on the control group */
    NOTICE_IS_TOLD,      /* a server took the mail, or the webhook */
    NOTICE_IS_LOST,      /* the last try failed */
    NOTICE_IS_OPENED,
    NOTICE_IS_ACTED_ON,
    NOTICE_IS_QUIET,     /* the window passed, was covered, and nothing was seen in it */
    NOTICE_IS_IN_VAIN,   /* told long enough ago, and still seen */
    NOTICE_IS_WRONG,
    NOTICE_IS_TO_BE_TOLD, /* somebody wants it told now, or the campaign that held it back has ended */
    NOTICE_EVENT_COUNT
};

struct notice_rules {
    int64_t fixed_after_us;     /* without being seen, while watched */
    int64_t no_effect_after_us; /* still seen so long after it was told (or acted on) */
};

/* Made, as something was seen at seen_us (0: it is about a thing that is not met but said). */
struct notice_life notice_life_of(int64_t now_us, int64_t seen_us);
/* What happened at that moment. True: the state is another now. An event that means nothing in a state changes nothing; IS_SEEN takes
 * the later moment, and what was seen before it was seen fixed does not reopen it. */
bool notice_step(struct notice_life *n, enum notice_event event, int64_t at_us);

/* Over which part of the time the place was watched, in percent; -1: nobody knows. */
enum { NOTICE_COVERED_PERCENT = 25 }; /* nights and weekends are quiet in many places */
/* When it is to be looked at next; INT64_MAX: not before something happens. */
int64_t notice_next_look(const struct notice_life *n, const struct notice_rules *rules);
/* From when on the window reaches in which nothing may have been seen. */
int64_t notice_quiet_since(const struct notice_life *n);
/* A look at that time: sets uncovered, and steps by IS_QUIET or IS_IN_VAIN when it is time. True: something is another now. */
bool notice_look(struct notice_life *n, const struct notice_rules *rules, int64_t now_us, int coverage_percent);

/* ---- trying to tell ---- */

enum { NOTICE_TRIES_MAX = 16 }; /* two days, when the first wait is a minute: a relay that is down over a weekend night is waited for */
/* How long after that many tries in vain (1 and more) the next one comes: the first wait, doubled each time, at most six hours. */
int64_t notice_retry_us(int64_t first_us, unsigned tries);

#endif
