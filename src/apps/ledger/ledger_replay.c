/* Replays the ledger under other rules. */
#include "apps/ledger/ledger_replay.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "api/belief.h"
#include "apps/belief/source_trust.h"
#include "judge/score/score.h"

struct replay {
    struct ledger *ledger;
    const struct config_judge *judge;
    const struct replay_change *changes; /* NULL: as it is */
    unsigned count;
    unsigned guards; /* of the indicator that is reckoned */
};

struct both {
    struct replay before, after;
    struct belief *belief_before, *belief_after;
    int64_t now_us;
    struct progress *progress;
    uint64_t done;
    replay_each *each;
    void *self;
};

static void record_of(void *self, const struct verdict_author *source, struct belief_record *ret_record)
{
    const struct replay *r = self;
    struct indicator_source counts;
    bool known = indicator_source_get(r->ledger, source->kind, source->name, &counts) == 0;
    source_trust(r->judge, source, known ? &counts : NULL, ret_record);
    for (unsigned i = 0; r->changes && i < r->count; i++) {
        const struct replay_change *c = &r->changes[i];
        if (c->kind == REPLAY_THRESHOLD || strcmp(c->source, source->name) != 0)
            continue;
        ret_record->is_muted = c->kind == REPLAY_WITHOUT;
        ret_record->vouched = c->kind == REPLAY_TRUST;
        ret_record->prior_right = c->kind == REPLAY_TRUST ? (uint16_t)c->percent : 0;
        ret_record->prior_wrong = c->kind == REPLAY_TRUST ? (uint16_t)(100 - c->percent) : 0;
    }
}

/* The guards stood when it was reckoned last; they are not what is being changed. */
static unsigned guards_of(void *self, const struct subject *s)
{
    (void)s;
    return ((const struct replay *)self)->guards;
}

/* As in the configuration. */
static void set_block(struct score_thresholds *t, unsigned percent)
{
    t->block = percent == 100 ? SCORE_NEVER : (uint16_t)(percent * 10);
    t->ask = t->ask < t->block ? t->ask : t->block;
    t->observe = t->observe < t->ask ? t->observe : t->ask;
    t->active = t->active < t->observe ? t->active : t->observe;
}

static void change_thresholds(const struct replay *r, struct score_rules *rules)
{
    for (unsigned i = 0; r->changes && i < r->count; i++) {
        if (r->changes[i].kind != REPLAY_THRESHOLD)
            continue;
        for (size_t n = 0; n < rules->threshold_count; n++) {
            struct score_thresholds *t = &rules->thresholds[n];
            if (r->changes[i].claim != CLAIM_COUNT && t->claim != r->changes[i].claim)
                continue;
            set_block(t, r->changes[i].percent);
        }
        /* A claim without a row of its own gets one, like that of any claim. */
        const struct score_thresholds *now = score_thresholds_find(rules, r->changes[i].claim, SUBJECT_KIND_COUNT, NULL);
        if (r->changes[i].claim != CLAIM_COUNT && now->claim != r->changes[i].claim) {
            struct score_thresholds own = *now;
            own.claim = r->changes[i].claim;
            set_block(&own, r->changes[i].percent);
            if (score_thresholds_put(rules, &own) < 0)
                return; /* there is room for each claim: see CONFIG_THRESHOLDS_MAX */
        }
    }
}

static struct belief *room_of(struct replay *r)
{
    struct score_rules rules;
    struct belief_options options = {.self = r, .record = record_of, .guards = guards_of, .rules = &rules};
    rules = r->judge->rules;
    change_thresholds(r, &rules);
    return belief_new(&options);
}

static int reckon(struct replay *r, struct belief *b, const struct indicator *i, int64_t now_us, struct indicator *ret_indicator)
{
    uint32_t id;
    r->guards = i->guards;
    int e = belief_gather(b, r->ledger, &i->subject, &id);
    return e < 0 ? e : belief_now(b, now_us, ret_indicator);
}

static int compare(void *self, uint32_t id, const struct indicator *i)
{
    struct both *b = self;
    struct indicator before = {.state = INDICATOR_CANDIDATE}, after = before;
    int e = reckon(&b->before, b->belief_before, i, b->now_us, &before);
    if (e == 0)
        e = reckon(&b->after, b->belief_after, i, b->now_us, &after);
    if (e < 0)
        return e;
    b->done++;
    if (b->progress)
        progress_show(b->progress, b->done);
    return before.state == after.state && before.decision == after.decision ? 0 : b->each(b->self, id, &before, &after);
}

int ledger_replay(struct ledger *l, const struct config_judge *judge, const struct replay_change *changes, unsigned count, int64_t now_us,
                  struct progress *progress, replay_each *each, void *self, uint64_t *ret_count)
{
    static const struct indicator_filter all;
    struct both b = {.before = {.ledger = l, .judge = judge},
                     .after = {.ledger = l, .judge = judge, .changes = changes, .count = count},
                     .now_us = now_us,
                     .progress = progress,
                     .each = each,
                     .self = self};
    b.belief_before = room_of(&b.before);
    b.belief_after = room_of(&b.after);
    int e = b.belief_before && b.belief_after ? indicator_list(l, &all, compare, &b) : -ENOMEM;
    belief_free(b.belief_before);
    belief_free(b.belief_after);
    *ret_count = b.done;
    return e;
}
