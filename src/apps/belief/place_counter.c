/* Walks over the indicators of addresses, and adds up. */
#include "apps/belief/place_counter.h"

#include <errno.h>
#include <event2/event.h>
#include <stdlib.h>
#include <string.h>

#include "base/clock.h"
#include "base/log.h"
#include "base/text.h"
#include "model/claim.h"
#include "model/place.h"
#include "store/indicator.h"

enum {
    SPAN = 8192,           /* numbers that one step goes over: some milliseconds */
    STEP_MS = 50,
    FIRST_MS = 3000,       /* what a start has to do comes first */
    REST = 20,             /* times as long as a walk */
    REST_MIN_MS = 10000,
    REST_MAX_MS = 600000,
};

struct top {
    uint32_t id;
    uint64_t sightings;
};

struct count {
    uint64_t indicators, blocked, met, sightings;
    int64_t seen_us;
    struct top top[PLACE_COUNTER_TOP]; /* id 0: none; the most often met first */
};

struct place_counter {
    struct ledger *ledger;
    struct event *timer;
    uint32_t at, until; /* of the walk */
    uint64_t began_ms;
    int64_t counted_us;
    struct count told[PLACE_MAX], walked[PLACE_MAX];
};

static void note_top(struct count *count, uint32_t id, uint64_t sightings)
{
    unsigned at = PLACE_COUNTER_TOP;
    while (at > 0 && (count->top[at - 1].id == 0 || count->top[at - 1].sightings < sightings))
        at--;
    if (at == PLACE_COUNTER_TOP)
        return;
    memmove(&count->top[at + 1], &count->top[at], (PLACE_COUNTER_TOP - 1 - at) * sizeof count->top[0]);
    count->top[at] = (struct top){id, sightings};
}

static int add(void *self, uint32_t id, const struct indicator *i)
{
    struct place_counter *c = self;
    struct addr_prefix p;
    if (addr_prefix_parse(i->subject.value, &p) < 0)
        return 0;
    struct count *count = &c->walked[place_of(&p.addr)];
    count->indicators++;
    count->blocked += i->decision == INDICATOR_DO_BLOCK;
    count->met += i->sightings > 0;
    count->sightings += i->sightings;
    count->seen_us = i->seen_us > count->seen_us ? i->seen_us : count->seen_us;
    note_top(count, id, i->sightings);
    return 0;
}

static int begin(struct place_counter *c)
{
    memset(c->walked, 0, sizeof c->walked);
    c->at = 0;
    c->began_ms = clock_mono_ms();
    return indicator_folded(c->ledger, &c->until);
}

static int walk(struct place_counter *c)
{
    uint32_t to = c->until - c->at > SPAN ? c->at + SPAN : c->until;
    int e = indicator_list(c->ledger,
                           &(struct indicator_filter){.after = c->at,
                                                      .until = to,
                                                      .kinds = 1 << SUBJECT_ADDRESS | 1 << SUBJECT_PREFIX,
                                                      .states = 1 << INDICATOR_CANDIDATE | 1 << INDICATOR_ACTIVE},
                           add, c);
    c->at = to;
    return e;
}

static void again_in(struct place_counter *c, unsigned ms)
{
    struct timeval wait = {.tv_sec = ms / 1000, .tv_usec = (suseconds_t)(ms % 1000) * 1000};
    if (evtimer_add(c->timer, &wait) < 0)
        log_error("%s", _("addresses are not counted by country any more: out of memory"));
}

static unsigned rest_ms(const struct place_counter *c)
{
    uint64_t ms = REST * (clock_mono_ms() - c->began_ms);
    return ms < REST_MIN_MS ? REST_MIN_MS : ms > REST_MAX_MS ? REST_MAX_MS : (unsigned)ms;
}

static void on_timer(int fd, short what, void *self)
{
    (void)fd, (void)what;
    struct place_counter *c = self;
    int e = c->at == c->until ? begin(c) : 0;
    if (e == 0 && c->until > 0)
        e = walk(c);
    if (e < 0) {
        log_warning(_("addresses cannot be counted by country: %s"), ledger_error(c->ledger));
        c->at = c->until = 0; /* from the beginning */
    }
    bool ends = e == 0 && c->at == c->until;
    if (ends) {
        memcpy(c->told, c->walked, sizeof c->told);
        c->counted_us = clock_wall_us();
    }
    again_in(c, e < 0 || ends ? rest_ms(c) : STEP_MS);
}

int place_counter_new(struct event_base *loop, struct ledger *ledger, struct place_counter **ret_counter)
{
    struct place_counter *c = calloc(1, sizeof *c);
    if (!c)
        return -ENOMEM;
    c->ledger = ledger;
    c->timer = evtimer_new(loop, on_timer, c);
    if (!c->timer) {
        free(c);
        return -ENOMEM;
    }
    again_in(c, FIRST_MS);
    *ret_counter = c;
    return 0;
}

void place_counter_free(struct place_counter *c)
{
    if (!c)
        return;
    event_free(c->timer);
    free(c);
}

/* ---- telling ---- */

static json_t *top_json(const struct place_counter *c, const struct count *count)
{
    json_t *all = json_array();
    for (unsigned n = 0; n < PLACE_COUNTER_TOP && count->top[n].id; n++) {
        struct indicator i;
        if (indicator_get_by_id(c->ledger, count->top[n].id, &i) == 0)
            json_array_append_new(all, json_pack("{s:s, s:s, s:s, s:I}", "kind", subject_kind_word(i.subject.kind), "subject", i.subject.value,
                                                 "claim", claim_traits(i.claim)->word, "sightings", (json_int_t)i.sightings));
    }
    return all;
}

struct ranked {
    unsigned place;
    uint64_t indicators;
};

static int by_indicators(const void *left, const void *right)
{
    const struct ranked *a = left, *b = right;
    if (a->indicators != b->indicators)
        return a->indicators > b->indicators ? -1 : 1;
    return (a->place > b->place) - (a->place < b->place);
}

json_t *place_counter_json(const struct place_counter *c)
{
    struct ranked ranked[PLACE_MAX];
    unsigned count = 0;
    json_t *rows = json_array();
    for (unsigned place = 0; place < PLACE_MAX; place++)
        if (c->told[place].indicators > 0)
            ranked[count++] = (struct ranked){place, c->told[place].indicators};
    qsort(ranked, count, sizeof ranked[0], by_indicators);
    for (unsigned n = 0; n < count; n++) {
        const struct count *of = &c->told[ranked[n].place];
        json_array_append_new(rows, json_pack("{s:s, s:I, s:I, s:I, s:I, s:I, s:o}", "country", place_code(ranked[n].place), "indicators",
                                              (json_int_t)of->indicators, "blocked", (json_int_t)of->blocked, "met", (json_int_t)of->met,
                                              "sightings", (json_int_t)of->sightings, "seen_us", (json_int_t)of->seen_us, "top", top_json(c, of)));
    }
    return json_pack("{s:I, s:s, s:o}", "counted_us", (json_int_t)c->counted_us, "table", place_table_date(), "rows", rows);
}
