/* Takes indicators from the queue in batches, asks the store, and writes what was met. */
#include "apps/belief/look_back.h"

#include <errno.h>
#include <event2/event.h>
#include <jansson.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/clock.h"
#include "base/log.h"
#include "base/text.h"
#include "store/indicator.h"
#include "store/loop_clock.h"
#include "store/seen_query.h"

enum {
    BATCH = SEEN_SET_NAMES_MAX,
    FOUND_MAX = 1 << 16,  /* rows of one batch; a batch that finds more is taken again in halves */
    DAYS_MAX = 400,
    GATHER_MS = 300,      /* what becomes active together is looked for together, and the rows of just now are stored */
    REST_MS = 20,         /* between two questions */
    WHY_MAX = 400,
    AGAIN_S = 10,         /* after a failure: the store may be starting */
};

struct wanted {
    uint32_t id;
    enum subject_kind kind;
    char name[SEEN_NAME_MAX]; /* as the table has it; an address or prefix as text */
};

enum phase { PHASE_IDLE, PHASE_DAYS, PHASE_NAMES, PHASE_ADDRESSES, PHASE_PREFIXES, PHASE_WRITE };

struct look_back {
    struct look_back_options o;
    struct event *timer;
    enum phase phase;
    struct wanted *wanted;
    unsigned count, batch; /* at most so many are taken at once: fewer after what was too much, more again after what was not */
    uint32_t passed[BATCH]; /* taken from the queue with nothing to ask for */
    unsigned passed_count;
    uint32_t days[DAYS_MAX];
    unsigned day_count, day; /* how far the batch is */
    struct indicator_sighting *found;
    size_t found_count;
    uint64_t began_ms;
    bool asking, failing, too_many;
    char *sql;
    struct look_back_status status;
};

static void wake(struct look_back *b, unsigned ms)
{
    struct timeval wait = {.tv_sec = ms / 1000, .tv_usec = (suseconds_t)(ms % 1000) * 1000};
    event_add(b->timer, &wait);
}

static void fail(struct look_back *b, const char *why)
{
    b->status.failed++;
    if (!b->failing)
        log_warning(_("what is stored cannot be looked through: %s; it is tried again"), why);
    b->failing = true;
    b->phase = PHASE_IDLE;
    wake(b, AGAIN_S * 1000);
}

/* The statement, the result or what is found is too much at once: the same again in smaller batches. False: it is one indicator alone. */
static bool take_fewer(struct look_back *b)
{
    unsigned count = b->count + b->passed_count;
    if (count < 2)
        return false;
    b->batch = count / 2;
    b->phase = PHASE_IDLE;
    wake(b, REST_MS);
    return true;
}

/* ---- the batch ---- */

static bool is_name(enum subject_kind kind)
{
    return kind == SUBJECT_DOMAIN || kind == SUBJECT_HOST;
}

static int take(void *self, uint32_t id, const struct indicator *i)
{
    struct look_back *b = self;
    struct wanted *w = &b->wanted[b->count];
    enum subject_kind kind = i->subject.kind;
    *w = (struct wanted){.id = id, .kind = kind};
    bool fits = is_name(kind) ? seen_name(i->subject.value, w->name) == 0
                              : (kind == SUBJECT_ADDRESS || kind == SUBJECT_PREFIX) &&
                                    snprintf(w->name, sizeof w->name, "%s", i->subject.value) < (int)sizeof w->name;
    if (i->state == INDICATOR_ACTIVE && fits)
        b->count++;
    else
        b->passed[b->passed_count++] = id;
    return 0;
}

static int by_name(const void *a, const void *b)
{
    return strcmp(((const struct wanted *)a)->name, ((const struct wanted *)b)->name);
}

static void begin(struct look_back *b)
{
    b->count = b->passed_count = b->day_count = b->day = 0;
    b->found_count = 0;
    b->too_many = false;
    b->began_ms = clock_mono_ms();
    if (indicator_look_back_each(b->o.ledger, b->batch, take, b) < 0) {
        fail(b, _(ledger_error(b->o.ledger)));
        return;
    }
    if (b->count + b->passed_count == 0)
        return;
    qsort(b->wanted, b->count, sizeof *b->wanted, by_name);
    b->phase = b->count > 0 ? PHASE_DAYS : PHASE_WRITE;
    wake(b, 0);
}

/* ---- what was found ---- */

static void note(struct look_back *b, const struct wanted *w, const json_t *row)
{
    int64_t first_s = json_integer_value(json_object_get(row, "first_s")), last_s = json_integer_value(json_object_get(row, "last_s"));
    const char *member = json_string_value(json_object_get(row, "member"));
    const json_t *count = json_object_get(row, "count");
    /* Large numbers come as texts. */
    uint64_t hits = json_is_string(count) ? strtoull(json_string_value(count), NULL, 10) : (uint64_t)json_integer_value(count);
    if (last_s <= 0 || first_s <= 0 || first_s > last_s || hits == 0)
        return;
    if (b->found_count == FOUND_MAX) {
        b->too_many = true;
        return;
    }
    struct indicator_sighting *s = &b->found[b->found_count++];
    *s = (struct indicator_sighting){.indicator = w->id, .hour = (uint32_t)(last_s / 3600), .count = hits, .first_us = first_s * 1000000,
                                     .last_us = last_s * 1000000};
    snprintf(s->member, sizeof s->member, "%s", member ? member : "");
}

/* Several indicators may have one name: a domain, and the host of that name. */
static void take_row(struct look_back *b, const json_t *row)
{
    const char *name = json_string_value(json_object_get(row, "wanted"));
    size_t low = 0, high = b->count;
    while (name && low < high) {
        size_t middle = low + (high - low) / 2;
        if (strcmp(b->wanted[middle].name, name) < 0)
            low = middle + 1;
        else
            high = middle;
    }
    for (; name && low < b->count && strcmp(b->wanted[low].name, name) == 0; low++)
        note(b, &b->wanted[low], row);
}

static void take_day(struct look_back *b, const json_t *row)
{
    const char *day = json_string_value(json_object_get(row, "day"));
    unsigned long number = day ? strtoul(day, NULL, 10) : 0;
    if (number >= 19700101 && number <= 99991231 && b->day_count < DAYS_MAX)
        b->days[b->day_count++] = (uint32_t)number;
}

static void next_phase(struct look_back *b)
{
    bool few = b->count <= SEEN_RANGE_NAMES_MAX;
    if (b->phase == PHASE_DAYS) {
        b->phase = b->day_count > 0 ? PHASE_NAMES : PHASE_ADDRESSES;
    } else if (b->phase == PHASE_NAMES) {
        b->day++;
        if (few || b->day == b->day_count)
            b->phase = PHASE_ADDRESSES;
    } else {
        b->phase = b->phase == PHASE_ADDRESSES ? PHASE_PREFIXES : PHASE_WRITE;
    }
    wake(b, REST_MS);
}

static void on_answer(void *self, bool ok, const char *bytes, size_t len)
{
    struct look_back *b = self;
    b->asking = false;
    if (!ok && take_fewer(b)) {
        b->status.failed++; /* perhaps the store was away; perhaps it was too much for it */
        wake(b, AGAIN_S * 100);
        return;
    }
    if (!ok) {
        char why[WHY_MAX];
        snprintf(why, sizeof why, "%.*s", (int)(len < sizeof why ? len : sizeof why - 1), len > 0 ? bytes : "");
        fail(b, why);
        return;
    }
    while (len > 0) {
        const char *end = memchr(bytes, '\n', len);
        size_t n = end ? (size_t)(end - bytes) : len;
        json_t *row = json_loadb(bytes, n, 0, NULL);
        if (b->phase == PHASE_DAYS)
            take_day(b, row);
        else
            take_row(b, row);
        json_decref(row);
        bytes += end ? n + 1 : n;
        len -= end ? n + 1 : n;
    }
    if (b->too_many && take_fewer(b))
        return;
    b->status.failed += b->too_many; /* of one indicator alone: the rest of what it met is left out */
    b->too_many = false;
    next_phase(b);
}

/* ---- questions ---- */

static void ask(struct look_back *b, int len)
{
    if (len == -E2BIG && take_fewer(b))
        return;
    if (len == -ENOMEM) {
        fail(b, strerror(ENOMEM));
        return;
    }
    if (len < 0) {
        next_phase(b); /* there is nothing to ask for */
        return;
    }
    int e = store_client_ask(b->o.store, b->sql, (size_t)len, on_answer, b);
    b->asking = e == 0;
    b->status.questions++;
    if (e < 0)
        fail(b, strerror(-e));
}

static void ask_names(struct look_back *b)
{
    struct seen_wanted *wanted = calloc(b->count, sizeof *wanted);
    unsigned count = 0;
    if (!wanted) {
        fail(b, strerror(ENOMEM));
        return;
    }
    for (unsigned i = 0; i < b->count; i++)
        if (is_name(b->wanted[i].kind))
            wanted[count++] = (struct seen_wanted){b->wanted[i].name, b->wanted[i].kind == SUBJECT_DOMAIN};
    int len = b->count <= SEEN_RANGE_NAMES_MAX
                  ? seen_query_ranges(wanted, count, b->days[b->day_count - 1], b->sql, SEEN_QUERY_MAX)
                  : seen_query_set(wanted, count, b->days[b->day], b->sql, SEEN_QUERY_MAX);
    free(wanted);
    ask(b, len);
}

/* Of the addresses among the wanted, or of the prefixes. */
static void ask_of_kind(struct look_back *b, enum subject_kind kind)
{
    const char **values = calloc(b->count + 1, sizeof *values);
    unsigned count = 0;
    if (!values) {
        fail(b, strerror(ENOMEM));
        return;
    }
    for (unsigned i = 0; i < b->count; i++)
        if (b->wanted[i].kind == kind)
            values[count++] = b->wanted[i].name;
    int len = kind == SUBJECT_PREFIX ? seen_query_prefixes(values, count, b->sql, SEEN_QUERY_MAX)
                                     : seen_query_addresses(values, count, b->sql, SEEN_QUERY_MAX);
    free(values);
    ask(b, len);
}

/* ---- writing ---- */

static int write_all(struct look_back *b)
{
    int e = indicator_begin(b->o.ledger);
    for (size_t i = 0; e == 0 && i < b->found_count; i++) {
        e = indicator_put_sighting(b->o.ledger, &b->found[i]);
        if (e == 0)
            e = b->o.written(b->o.self, &b->found[i]);
        if (e == 0)
            e = clock_mark(b->o.ledger, b->found[i].indicator, CLOCK_SEEN, b->found[i].first_us);
    }
    for (unsigned i = 0; e == 0 && i < b->count; i++)
        e = indicator_look_back_drop(b->o.ledger, b->wanted[i].id);
    for (unsigned i = 0; e == 0 && i < b->passed_count; i++)
        e = indicator_look_back_drop(b->o.ledger, b->passed[i]);
    if (e == 0)
        e = indicator_commit(b->o.ledger);
    if (e < 0)
        indicator_rollback(b->o.ledger);
    return e;
}

static void finish(struct look_back *b)
{
    if (write_all(b) < 0) {
        fail(b, _(ledger_error(b->o.ledger)));
        return;
    }
    b->failing = false;
    b->phase = PHASE_IDLE;
    b->status.looked_for += b->count;
    b->status.met += b->found_count;
    b->status.last_ms = clock_mono_ms() - b->began_ms;
    b->status.last_count = b->count;
    b->batch = b->batch > BATCH / 2 ? BATCH : 2 * b->batch;
    for (size_t i = 0; i < b->found_count; i++)
        b->o.met(b->o.self, b->found[i].indicator);
    wake(b, REST_MS); /* there may be more */
}

static void on_timer(evutil_socket_t fd, short what, void *self)
{
    (void)fd, (void)what;
    struct look_back *b = self;
    if (b->asking)
        return;
    switch (b->phase) {
    case PHASE_IDLE:
        begin(b);
        return;
    case PHASE_DAYS:
        ask(b, seen_query_days(b->sql, SEEN_QUERY_MAX));
        return;
    case PHASE_NAMES:
        ask_names(b);
        return;
    case PHASE_ADDRESSES:
        ask_of_kind(b, SUBJECT_ADDRESS);
        return;
    case PHASE_PREFIXES:
        ask_of_kind(b, SUBJECT_PREFIX);
        return;
    case PHASE_WRITE:
        finish(b);
        return;
    }
}

void look_back_poke(struct look_back *b)
{
    if (b->phase == PHASE_IDLE && !event_pending(b->timer, EV_TIMEOUT, NULL))
        wake(b, GATHER_MS);
}

void look_back_status_get(const struct look_back *b, struct look_back_status *ret_status)
{
    *ret_status = b->status;
}

int look_back_new(const struct look_back_options *options, struct look_back **ret_look_back)
{
    struct look_back *b = calloc(1, sizeof *b);
    if (!b)
        return -ENOMEM;
    b->o = *options;
    b->batch = BATCH;
    b->wanted = calloc(BATCH, sizeof *b->wanted);
    b->found = calloc(FOUND_MAX, sizeof *b->found);
    b->sql = malloc(SEEN_QUERY_MAX);
    b->timer = event_new(options->loop, -1, 0, on_timer, b);
    if (!b->wanted || !b->found || !b->sql || !b->timer) {
        look_back_free(b);
        return -ENOMEM;
    }
    wake(b, AGAIN_S * 100); /* what was in the queue when the hub ended */
    *ret_look_back = b;
    return 0;
}

void look_back_free(struct look_back *b)
{
    if (!b)
        return;
    if (b->timer)
        event_free(b->timer);
    free(b->wanted);
    free(b->found);
    free(b->sql);
    free(b);
}
