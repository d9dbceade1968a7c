/* Follows the ledger, and has subjects folded anew. */
#include "apps/belief/belief_keeper.h"

#include <errno.h>
#include <event2/event.h>
#include <stdlib.h>
#include <string.h>

#include "apps/belief/reckon_again.h"
#include "apps/belief/source_trust.h"
#include "base/clock.h"
#include "base/log.h"
#include "base/text.h"
#include "store/loop_clock.h"
#include "store/sharing.h"

enum {
    STEP_SUBJECTS = 256,    /* at most: as many as are reckoned in STEP_MS */
    STEP_SUBJECTS_MIN = 4,  /* the first of each step may have a thousand statements */
    STEP_MS = 5,            /* the loop has others who wait: a step of this length, and the disk's time for it */
    WALK_SPAN = 4096,       /* indicators that one step goes over: a millisecond or two when none of them acts */
    ASIDE_MAX = STEP_SUBJECTS, /* subjects that cannot be reckoned: were all of one step such, it would still end */
    RECHECK_MAX = 4096,     /* asked for at once; more are found when they are due */
    AGAIN_AFTER_S = 5,      /* a disk that was full may not be so for ever */
    NOT_READY_MS = 100,
    LOOK_AGAIN_S = 3600,    /* the wall clock may jump: never sleep longer */
    SOURCES_KNOWN_MAX = 4096,
};
#define CLOCK_BACK_US INT64_C(600000000) /* ten minutes: what is set back by less is no jump that anything expired by */
#define ASIDE_US INT64_C(86400000000)

struct known_source {
    struct indicator_source counts;
    struct indicator_source added; /* in this step */
    bool is_dirty;
};

struct change {
    uint32_t id;
    bool was_known;
    struct indicator was, now;
};

struct belief_keeper {
    struct belief_keeper_options o;
    const struct config *config;
    struct belief *belief;
    struct event *step;  /* as soon as others have had their turn */
    struct event *timer; /* the next one that is due */
    uint32_t folded;
    struct subject subjects[STEP_SUBJECTS];
    unsigned subject_count;
    struct change *changes; /* STEP_SUBJECTS of them */
    unsigned change_count;
    uint32_t rechecks[RECHECK_MAX];
    unsigned recheck_count;
    struct known_source *sources[SOURCES_KNOWN_MAX];
    unsigned source_count;
    unsigned batch; /* subjects of a step: fewer when they took too long, up to STEP_SUBJECTS */
    bool failing;
    unsigned broken; /* the step's subject that could not be reckoned; subject_count: none */
    struct subject aside[ASIDE_MAX]; /* what could not be reckoned for a reason of its own: left out, so that it does not stop all others */
    unsigned aside_count, aside_next;
    uint64_t set_aside;
    bool walking; /* over all that act, whether their guards are others now */
    uint32_t walked, walk_room;
    uint32_t walked_on_disk; /* so far: what follows is looked at again after a failure */
    struct reckon_again *again;
    bool is_again; /* the step's subjects come from there */
    bool checks;   /* another configuration is to be compared with what was reckoned */
    int64_t latest_us; /* of the wall clock, as far as it is known */
    uint64_t reckoned, failed;
};

/* ---- sources ---- */

/* NULL: there are too many, or no memory; then what is known of its kind has to do. */
static struct known_source *source_of(struct belief_keeper *k, const struct verdict_author *author)
{
    for (unsigned i = 0; i < k->source_count; i++)
        if (k->sources[i]->counts.kind == author->kind && strcmp(k->sources[i]->counts.name, author->name) == 0)
            return k->sources[i];
    if (k->source_count == SOURCES_KNOWN_MAX)
        return NULL;
    struct known_source *s = calloc(1, sizeof *s);
    if (!s || indicator_source_get(k->o.ledger, author->kind, author->name, &s->counts) < 0) {
        free(s);
        return NULL;
    }
    s->added = (struct indicator_source){.kind = s->counts.kind};
    memcpy(s->added.name, s->counts.name, sizeof s->added.name);
    k->sources[k->source_count++] = s;
    return s;
}

static void record_of(void *self, const struct verdict_author *author, struct belief_record *ret_record)
{
    struct belief_keeper *k = self;
    const struct known_source *known = source_of(k, author);
    source_trust(&k->config->judge, author, known ? &known->counts : NULL, ret_record);
}

static void record_of_counts(void *self, const struct indicator_source *counts, struct belief_record *ret_record)
{
    const struct belief_keeper *k = self;
    struct verdict_author author = {.kind = counts->kind};
    memcpy(author.name, counts->name, sizeof author.name);
    source_trust(&k->config->judge, &author, counts, ret_record);
}

static unsigned guards_of(void *self, const struct subject *subject)
{
    struct belief_keeper *k = self;
    return k->o.guards(k->o.self, subject);
}

static void count(struct belief_keeper *k, const struct verdict_author *author, const struct indicator_source *more)
{
    struct known_source *s = source_of(k, author);
    if (!s)
        return;
    s->is_dirty = true;
    struct indicator_source *const both[] = {&s->added, &s->counts};
    for (size_t i = 0; i < array_len(both); i++) {
        both[i]->said += more->said;
        both[i]->first += more->first;
        both[i]->followed += more->followed;
        both[i]->lead_s += more->lead_s;
        both[i]->confirmed += more->confirmed;
        both[i]->wrong += more->wrong;
        if (more->last_us > both[i]->last_us)
            both[i]->last_us = more->last_us;
    }
}

static int keep_sources(struct belief_keeper *k)
{
    int e = 0;
    for (unsigned i = 0; e == 0 && i < k->source_count; i++) {
        struct known_source *s = k->sources[i];
        if (!s->is_dirty)
            continue;
        e = indicator_source_add(k->o.ledger, &s->added);
        if (e == 0)
            e = reckon_again_source(k->again, &s->counts);
        struct indicator_source none = {.kind = s->added.kind};
        memcpy(none.name, s->added.name, sizeof none.name);
        s->added = none;
        s->is_dirty = false;
    }
    return e;
}

/* After a step that was taken back: what the file has is what holds. */
static void forget_sources(struct belief_keeper *k)
{
    for (unsigned i = 0; i < k->source_count; i++)
        free(k->sources[i]);
    k->source_count = 0;
}

static bool is_against(const struct belief_statement *st)
{
    const struct claim_traits *t = claim_traits(st->claim);
    return t->group == CLAIM_ASSERTION && t->against;
}

static bool same_source(const struct verdict_author *a, const struct verdict_author *b)
{
    return a->kind == b->kind && strcmp(a->name, b->name) == 0;
}

/* Documents may say that they were made at any time: what is longer counts as ten years, so that no sum of them runs over. */
static int64_t lead_of(int64_t first_us, int64_t next_us)
{
    enum { LEAD_MAX_S = 10 * 366 * 86400 };
    int64_t lead_s = (next_us - first_us) / 1000000;
    return lead_s < 0 ? 0 : lead_s > LEAD_MAX_S ? LEAD_MAX_S : lead_s;
}

/* A new statement against: is its source the first, or the first to follow another? */
static void count_assertion(struct belief_keeper *k, unsigned index, const struct belief_statement *st)
{
    struct belief_statement earlier, first = {0};
    unsigned others = 0;
    for (unsigned i = 0; i < index; i++) {
        belief_statement(k->belief, i, &earlier);
        if (!is_against(&earlier))
            continue;
        if (same_source(&earlier.author, &st->author)) {
            count(k, &st->author, &(struct indicator_source){.last_us = st->made_us});
            return; /* said before */
        }
        if (others == 0)
            first = earlier;
        others += others == 0 || !same_source(&earlier.author, &first.author);
    }
    count(k, &st->author, &(struct indicator_source){.said = 1, .first = others == 0, .last_us = st->made_us});
    if (others == 1)
        count(k, &first.author, &(struct indicator_source){.followed = 1, .lead_s = lead_of(first.made_us, st->made_us)});
}

/* What an analyst finds out about a subject is the outcome of all who had named it. What members report is not: they could ruin a
 * source's record from outside. */
static void count_appraisal(struct belief_keeper *k, unsigned index, const struct belief_statement *st)
{
    struct belief_statement other;
    struct indicator_source outcome = {.confirmed = st->claim == CLAIM_CONFIRMED, .wrong = st->claim != CLAIM_CONFIRMED};
    if (st->author.kind != VERDICT_BY_ANALYST)
        return;
    for (unsigned i = 0; i < index; i++) {
        belief_statement(k->belief, i, &other);
        if (other.claim == st->claim && same_source(&other.author, &st->author))
            return; /* the same said again */
    }
    for (unsigned i = 0; i < index; i++) {
        belief_statement(k->belief, i, &other);
        if (is_against(&other) && !other.superseded && other.author.kind != VERDICT_BY_ANALYST)
            count(k, &other.author, &outcome);
    }
}

/* Entries between the two numbers are new; later ones have their turn in the next step. */
static void count_new(struct belief_keeper *k, uint32_t after, uint32_t last)
{
    struct belief_statement st;
    for (unsigned i = 0; i < belief_statement_count(k->belief); i++) {
        belief_statement(k->belief, i, &st);
        if (st.number <= after || st.number > last)
            continue;
        if (is_against(&st))
            count_assertion(k, i, &st);
        else if (st.claim == CLAIM_CONFIRMED || st.claim == CLAIM_FALSE_POSITIVE)
            count_appraisal(k, i, &st);
    }
}

/* ---- reckoning ---- */

/* With the change itself: what the exit gate is to look at, and the moments of the loop. */
static int note_change(struct belief_keeper *k, const struct change *c, int64_t now_us)
{
    enum indicator_decision before = c->was_known ? c->was.decision : INDICATOR_DO_NONE;
    bool was_active = c->was_known && c->was.state == INDICATOR_ACTIVE, is_active = c->now.state == INDICATOR_ACTIVE;
    int e = 0;
    bool told_else = !c->was_known || c->was.changed_us != c->now.changed_us || c->was.verdict != c->now.verdict ||
                     c->was.source_count != c->now.source_count || c->was.level_probability / 10 != c->now.level_probability / 10;
    if ((was_active || is_active) && told_else)
        e = sharing_queue(k->o.ledger, c->id);
    if (e == 0 && is_active && !was_active && c->now.sightings == 0)
        e = indicator_look_back_queue(k->o.ledger, c->id);
    if (e == 0 && c->now.decision > INDICATOR_DO_NONE && before == INDICATOR_DO_NONE)
        e = clock_mark(k->o.ledger, c->id, CLOCK_JUDGED, c->now.first_us);
    if (e == 0 && c->now.decision == INDICATOR_DO_BLOCK && before != INDICATOR_DO_BLOCK)
        e = clock_mark(k->o.ledger, c->id, CLOCK_BLOCKED, now_us);
    return e;
}

static int reckon(struct belief_keeper *k, const struct subject *s, uint32_t last, int64_t now_us)
{
    struct change *c = &k->changes[k->change_count];
    int e = belief_gather(k->belief, k->o.ledger, s, &c->id);
    if (e < 0 || c->id == 0)
        return e;
    count_new(k, k->folded, last);
    e = indicator_get_by_id(k->o.ledger, c->id, &c->was);
    c->was_known = e == 0;
    if (e < 0 && e != -ENOENT)
        return e;
    e = belief_indicator(k->belief, now_us, c->was_known ? c->id : 0, &c->was, &c->now);
    if (e == 0)
        e = indicator_put(k->o.ledger, c->id, &c->now);
    if (e == 0)
        e = note_change(k, c, now_us);
    k->change_count += e == 0;
    k->reckoned += e == 0;
    return e;
}

/* ---- what cannot be reckoned ---- */

static bool is_aside(const struct belief_keeper *k, const struct subject *s)
{
    for (unsigned i = 0; i < k->aside_count; i++)
        if (subject_equal(&k->aside[i], s))
            return true;
    return false;
}

/* A full disk and the like pass, and are of all subjects; what is damaged or out of its range is of one. */
static bool is_of_subject(int error)
{
    return error == -EBADMSG || error == -EINVAL || error == -ERANGE || error == -EOVERFLOW || error == -E2BIG;
}

/* The oldest gives way when there are too many: then it is found anew. */
static bool put_aside(struct belief_keeper *k, int error)
{
    if (k->broken >= k->subject_count || !is_of_subject(error))
        return false;
    const struct subject *s = &k->subjects[k->broken];
    log_error(_("what is believed of %s cannot be reckoned: %s; it is left out until the next start, and looked at again in a day"), s->value,
              _(ledger_error(k->o.ledger)));
    k->aside[k->aside_next] = *s;
    k->aside_next = (k->aside_next + 1) % ASIDE_MAX;
    k->aside_count += k->aside_count < ASIDE_MAX;
    k->set_aside++;
    return true;
}

static int reckon_each(struct belief_keeper *k, uint32_t last, int64_t now_us)
{
    int e = 0;
    for (k->broken = 0; k->broken < k->subject_count; k->broken++) {
        const struct subject *s = &k->subjects[k->broken];
        e = is_aside(k, s) ? indicator_put_off(k->o.ledger, s, now_us + ASIDE_US) : reckon(k, s, last, now_us);
        if (e < 0)
            return e;
    }
    return e;
}

static int note_subject(void *self, uint32_t number, const struct subject *s)
{
    (void)number;
    struct belief_keeper *k = self;
    for (unsigned i = 0; i < k->subject_count; i++)
        if (subject_equal(&k->subjects[i], s))
            return 0;
    k->subjects[k->subject_count++] = *s;
    return 0;
}

static int note_due(void *self, uint32_t id, const struct indicator *i)
{
    return note_subject(self, id, &i->subject);
}

/* What was asked for by number, as far as there is room. */
static int take_rechecks(struct belief_keeper *k)
{
    struct indicator i;
    while (k->recheck_count > 0 && k->subject_count < k->batch) {
        int e = indicator_get_by_id(k->o.ledger, k->rechecks[--k->recheck_count], &i);
        if (e == 0)
            e = note_subject(k, 0, &i.subject);
        if (e < 0 && e != -ENOENT)
            return e;
    }
    return 0;
}

static int note_guarded(void *self, uint32_t id, const struct indicator *i)
{
    struct belief_keeper *k = self;
    if (k->o.guards(k->o.self, &i->subject) != i->guards)
        note_subject(k, id, &i->subject);
    k->walked = id;
    return --k->walk_room == 0 || k->subject_count == k->batch; /* the rest has its turn in the next step */
}

static int walk(struct belief_keeper *k)
{
    uint32_t to = k->folded - k->walked > WALK_SPAN ? k->walked + WALK_SPAN : k->folded;
    struct indicator_filter acting = {.decisions = 1 << INDICATOR_DO_ASK | 1 << INDICATOR_DO_BLOCK, .after = k->walked, .until = to};
    k->walk_room = STEP_SUBJECTS;
    int e = to > k->walked ? indicator_list(k->o.ledger, &acting, note_guarded, k) : 0;
    if (e == 0)
        k->walked = to;
    k->walking = e < 0 || k->walked < k->folded;
    return e < 0 ? e : 0;
}

/* What took long is done in smaller pieces from then on. */
static void pace(struct belief_keeper *k, uint64_t took_us)
{
    enum { STEP_US = STEP_MS * 1000 };
    if (took_us > STEP_US && k->batch > STEP_SUBJECTS_MIN)
        k->batch = k->batch / 2 > STEP_SUBJECTS_MIN ? k->batch / 2 : STEP_SUBJECTS_MIN;
    else if (took_us < STEP_US / 2 && k->batch < STEP_SUBJECTS)
        k->batch = k->batch * 2 < STEP_SUBJECTS ? k->batch * 2 : STEP_SUBJECTS;
}

/* Time, a source's record, the rules: what makes others of indicators though nothing new was said of them. */
static int find_others(struct belief_keeper *k, int64_t now_us, bool *ret_more)
{
    int e = take_rechecks(k);
    if (e == 0 && k->subject_count == 0)
        e = indicator_due(k->o.ledger, now_us, k->batch, note_due, k);
    if (e == 0 && k->subject_count == 0 && k->walking) {
        e = walk(k);
        *ret_more = true; /* what comes after it has not been asked */
    } else if (e == 0 && k->subject_count == 0 && reckon_again_is_due(k->again)) {
        e = reckon_again_next(k->again, k->folded, k->batch, note_subject, k);
        *ret_more = k->is_again = true;
    }
    return e;
}

/* One try of the step's subjects, all or none. */
static int reckon_step(struct belief_keeper *k, uint32_t last, int64_t now_us)
{
    k->change_count = 0;
    k->broken = k->subject_count;
    int e = indicator_begin(k->o.ledger);
    if (e == 0)
        e = reckon_each(k, last, now_us);
    if (e == 0)
        e = keep_sources(k);
    if (e == 0 && last != k->folded)
        e = indicator_set_folded(k->o.ledger, last);
    if (e == 0 && k->is_again)
        e = reckon_again_put(k->again);
    if (e == 0)
        e = indicator_commit(k->o.ledger);
    if (e < 0) {
        indicator_rollback(k->o.ledger);
        forget_sources(k);
        k->change_count = 0;
    }
    return e;
}

/* *ret_more: there may be more to do at once. */
static int step(struct belief_keeper *k, int64_t now_us, bool *ret_more)
{
    uint32_t last = k->folded;
    uint64_t began_ns = clock_mono_ns();
    k->subject_count = k->change_count = 0;
    k->is_again = false;
    int e = indicator_new_subjects(k->o.ledger, k->folded, k->batch, note_subject, k, &last);
    *ret_more = last != k->folded;
    if (e == 0 && !*ret_more)
        e = find_others(k, now_us, ret_more);
    *ret_more |= k->subject_count > 0;
    if (e < 0 || !*ret_more)
        return e;
    /* The same subjects again without what cannot be reckoned: what was asked for by number is not found a second time. */
    for (unsigned tries = 0; (e = reckon_step(k, last, now_us)) < 0 && tries < ASIDE_MAX && put_aside(k, e);)
        tries++;
    pace(k, (clock_mono_ns() - began_ns) / 1000);
    if (e < 0) {
        k->walking |= k->walked != k->walked_on_disk;
        k->walked = k->walked_on_disk;
        return e;
    }
    k->folded = last;
    k->walked_on_disk = k->walked;
    if (k->is_again && reckon_again_done(k->again))
        forget_sources(k); /* with the weights that were */
    return 0;
}

static void sleep_until_due(struct belief_keeper *k)
{
    int64_t at_us = INT64_MAX, now_us = clock_wall_us();
    if (indicator_next_due(k->o.ledger, &at_us) < 0)
        at_us = INT64_MAX;
    int64_t wait_us = at_us > now_us ? at_us - now_us : 0;
    if (at_us == INT64_MAX || wait_us > (int64_t)LOOK_AGAIN_S * 1000000)
        wait_us = (int64_t)LOOK_AGAIN_S * 1000000;
    struct timeval wait = {.tv_sec = wait_us / 1000000, .tv_usec = wait_us % 1000000};
    event_add(k->timer, &wait);
}

/* When the node last knew what time it was, before this start. */
static int64_t last_known_us(struct ledger *l)
{
    struct ledger_checkpoint c;
    struct verdict v;
    uint64_t size;
    uint8_t root[LEDGER_HASH_LEN];
    int64_t signed_us = ledger_checkpoint_last(l, &c) == 0 ? c.made_us : 0;
    ledger_root(l, &size, root);
    int64_t made_us = size > 0 && size <= UINT32_MAX && ledger_get(l, (uint32_t)size, &v) == 0 ? v.made_us : 0;
    return made_us > signed_us ? made_us : signed_us;
}

/* What expired while the clock was wrong would be so for ever: nothing that is over is due again. */
static int look_at_clock(struct belief_keeper *k, int64_t now_us)
{
    bool is_back = now_us < k->latest_us - CLOCK_BACK_US;
    int e = is_back ? reckon_again_all(k->again) : 0;
    if (e < 0)
        return e;
    if (is_back)
        log_notice(_("the clock went back by %lld minutes: what is believed is reckoned again"), (long long)(k->latest_us - now_us) / 60000000);
    if (is_back || now_us > k->latest_us)
        k->latest_us = now_us;
    return 0;
}

/* Told once when it begins to fail, and once when it goes on. */
static void take_failure(struct belief_keeper *k)
{
    static const struct timeval again = {.tv_sec = AGAIN_AFTER_S};
    k->failed++;
    if (!k->failing)
        log_error(_("what is believed cannot be kept up to date: %s; it is tried again"), _(ledger_error(k->o.ledger)));
    k->failing = true;
    event_add(k->timer, &again);
}

static void on_step(evutil_socket_t fd, short what, void *self)
{
    (void)fd, (void)what;
    struct belief_keeper *k = self;
    bool more = false;
    if (!k->o.ready(k->o.self)) {
        static const struct timeval soon = {.tv_usec = NOT_READY_MS * 1000};
        event_add(k->timer, &soon);
        return;
    }
    int64_t now_us = clock_wall_us();
    int e = look_at_clock(k, now_us);
    if (e == 0 && k->checks) {
        e = reckon_again_check(k->again, &k->config->judge);
        k->checks = e < 0;
    }
    if (e == 0)
        e = step(k, now_us, &more);
    if (e < 0) {
        take_failure(k);
        return;
    }
    k->failing = false;
    for (unsigned i = 0; i < k->change_count; i++) {
        const struct change *c = &k->changes[i];
        k->o.changed(k->o.self, c->id, &c->was, c->was_known, &c->now);
    }
    if (k->change_count > 0)
        k->o.settled(k->o.self);
    k->change_count = 0;
    if (more)
        event_active(k->step, 0, 0);
    else
        sleep_until_due(k);
}

static void on_append(void *self)
{
    struct belief_keeper *k = self;
    event_active(k->step, 0, 0);
}

void belief_keeper_guards_changed(struct belief_keeper *k)
{
    k->walking = true;
    k->walked = k->walked_on_disk = 0;
    event_active(k->step, 0, 0);
}

void belief_keeper_recheck(struct belief_keeper *k, uint32_t id)
{
    if (k->recheck_count == RECHECK_MAX)
        return;
    k->rechecks[k->recheck_count++] = id;
    event_active(k->step, 0, 0);
}

struct belief *belief_keeper_belief(struct belief_keeper *k)
{
    return k->belief;
}

void belief_keeper_configure(struct belief_keeper *k, const struct config *config)
{
    k->config = config;
    belief_set_rules(k->belief, &config->judge.rules);
    k->checks = true;
    event_active(k->step, 0, 0);
}

void belief_keeper_status_get(struct belief_keeper *k, struct belief_keeper_status *ret_status)
{
    uint64_t size;
    uint8_t root[LEDGER_HASH_LEN];
    ledger_root(k->o.ledger, &size, root);
    *ret_status = (struct belief_keeper_status){
        .entries_behind = size > k->folded ? size - k->folded : 0, .reckoned = k->reckoned, .failed = k->failed, .set_aside = k->set_aside};
    reckon_again_progress(k->again, &ret_status->again_at, &ret_status->again_of);
}

int belief_keeper_new(const struct belief_keeper_options *options, const struct config *config, struct belief_keeper **ret_keeper)
{
    struct belief_keeper *k = calloc(1, sizeof *k);
    if (!k)
        return -ENOMEM;
    k->o = *options;
    k->config = config;
    k->batch = STEP_SUBJECTS / 4;
    k->checks = true;
    struct reckon_again_options again = {.ledger = options->ledger, .self = k, .record = record_of_counts};
    struct belief_options room = {.self = k, .record = record_of, .guards = guards_of, .rules = &config->judge.rules};
    k->changes = calloc(STEP_SUBJECTS, sizeof *k->changes);
    k->belief = belief_new(&room);
    k->step = event_new(options->loop, -1, 0, on_step, k);
    k->timer = event_new(options->loop, -1, 0, on_step, k);
    int e = k->changes && k->belief && k->step && k->timer ? indicator_folded(options->ledger, &k->folded) : -ENOMEM;
    if (e == 0)
        e = reckon_again_new(&again, &k->again);
    k->latest_us = last_known_us(options->ledger);
    if (e < 0) {
        belief_keeper_free(k);
        return e;
    }
    ledger_on_append(options->ledger, on_append, k);
    event_active(k->step, 0, 0);
    *ret_keeper = k;
    return 0;
}

void belief_keeper_free(struct belief_keeper *k)
{
    if (!k)
        return;
    ledger_on_append(k->o.ledger, NULL, NULL);
    forget_sources(k);
    reckon_again_free(k->again);
    if (k->step)
        event_free(k->step);
    if (k->timer)
        event_free(k->timer);
    belief_free(k->belief);
    free(k->changes);
    free(k);
}
