/* Steps notices, and writes what follows. */
#include "api/notice/notice_change.h"

#include <stdio.h>

#include "store/loop_clock.h"

#define DAY_US INT64_C(86400000000)

struct marking {
    struct ledger *ledger;
    enum clock_moment moment;
    int64_t at_us;
};

static int mark_one(void *self, const struct notice_subject *s)
{
    const struct marking *m = self;
    return s->wrong_us ? 0 : clock_mark(m->ledger, s->indicator, m->moment, m->at_us);
}

static int mark(struct ledger *l, int64_t id, enum clock_moment moment, int64_t at_us)
{
    struct marking m = {l, moment, at_us};
    return notice_subjects(l, id, NOTICE_SUBJECTS_MAX, mark_one, &m);
}

static void plan_after(const struct notice *n, bool was_told, enum notice_event event, const struct notice_rules *rules, struct notice_plan *plan)
{
    switch (event) {
    case NOTICE_IS_SEEN: /* reopened */
    case NOTICE_IS_TO_BE_TOLD:
        plan->at_once = n->is_urgent;
        plan->digest = true;
        break;
    case NOTICE_IS_WRONG: /* who was told hears that it was wrong */
        plan->at_once = false;
        plan->digest = was_told;
        break;
    case NOTICE_IS_QUIET:
        plan->at_once = false;
        break;
    default:
        break;
    }
    plan->look_us = notice_next_look(&n->life, rules);
}

static int write_step(struct ledger *l, const struct notice_rules *rules, struct notice *n, struct notice_plan *plan, bool was_told, enum notice_event event,
                      int64_t at_us)
{
    plan_after(n, was_told, event, rules, plan);
    int e = notice_put(l, n, plan);
    if (e == 0 && (event == NOTICE_IS_TOLD || (event == NOTICE_IS_OPENED && n->life.told_us == 0)))
        e = mark(l, n->id, CLOCK_TOLD, at_us);
    if (e == 0 && event == NOTICE_IS_QUIET)
        e = mark(l, n->id, CLOCK_FIXED, at_us);
    return e;
}

static bool is_same(const struct notice_life *a, const struct notice_life *b)
{
    return a->seen_us == b->seen_us && a->opened_us == b->opened_us && a->uncovered == b->uncovered;
}

int notice_change(struct ledger *l, const struct notice_rules *rules, int64_t id, enum notice_event event, int64_t at_us, struct notice *ret_notice)
{
    struct notice_plan plan;
    int e = notice_get(l, id, ret_notice, &plan);
    if (e < 0)
        return e;
    const struct notice_life before = ret_notice->life;
    bool was_told = before.told_us != 0 || before.opened_us != 0, is_changed = notice_step(&ret_notice->life, event, at_us);
    if (event == NOTICE_IS_HELD && is_changed)
        ret_notice->is_control = true;
    if (is_changed)
        e = write_step(l, rules, ret_notice, &plan, was_told, event, at_us);
    else if (!is_same(&before, &ret_notice->life)) {
        plan.look_us = notice_next_look(&ret_notice->life, rules);
        e = notice_put(l, ret_notice, &plan);
    }
    return e < 0 ? e : is_changed;
}

int notice_change_look(struct ledger *l, const struct notice_rules *rules, int64_t id, int64_t now_us, int coverage_percent, struct notice *ret_notice)
{
    struct notice_plan plan;
    int e = notice_get(l, id, ret_notice, &plan);
    if (e < 0)
        return e;
    enum notice_state before = ret_notice->life.state;
    bool is_changed = notice_look(&ret_notice->life, rules, now_us, coverage_percent);
    ret_notice->coverage = coverage_percent;
    if (ret_notice->life.state != before)
        e = write_step(l, rules, ret_notice, &plan, true, ret_notice->life.state == NOTICE_FIXED ? NOTICE_IS_QUIET : NOTICE_IS_IN_VAIN, now_us);
    else {
        int64_t again_us = rules->fixed_after_us / 4 < DAY_US ? rules->fixed_after_us / 4 : DAY_US;
        plan.look_us = notice_next_look(&ret_notice->life, rules);
        if (plan.look_us <= now_us)
            plan.look_us = now_us + again_us;
        e = notice_put(l, ret_notice, &plan);
    }
    return e < 0 ? e : is_changed;
}

int notice_change_acted(struct ledger *l, const struct notice_rules *rules, int64_t id, const char *by, const char *text, int64_t now_us,
                        struct notice *ret_notice)
{
    struct notice_plan plan;
    int e = notice_get(l, id, ret_notice, &plan);
    if (e < 0)
        return e;
    bool is_changed = notice_step(&ret_notice->life, NOTICE_IS_ACTED_ON, now_us);
    snprintf(ret_notice->acted_by, sizeof ret_notice->acted_by, "%s", by);
    snprintf(ret_notice->acted_text, sizeof ret_notice->acted_text, "%s", text);
    if (is_changed) {
        e = write_step(l, rules, ret_notice, &plan, true, NOTICE_IS_ACTED_ON, now_us);
    } else {
        e = notice_put(l, ret_notice, &plan);
    }
    return e < 0 ? e : is_changed;
}
