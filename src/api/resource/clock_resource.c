/* The loop clock: how long it took from the first meeting to the verdict, the block, the sharing; medians by week and claim. */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "api/node.h"
#include "api/control/rows.h"
#include "base/clock.h"
#include "base/text.h"
#include "store/loop_clock.h"

enum { ROWS_MAX = 1 << 20, WEEKS_DEFAULT = 8 };
#define WEEK_US (INT64_C(7) * 86400 * 1000000)

/* From which moment to which. */
static const struct {
    enum clock_moment from, to;
} steps[] = {
    {CLOCK_SEEN, CLOCK_JUDGED},   {CLOCK_JUDGED, CLOCK_BLOCKED}, {CLOCK_JUDGED, CLOCK_SHARED},
    {CLOCK_SEEN, CLOCK_BLOCKED},  {CLOCK_BLOCKED, CLOCK_TOLD},   {CLOCK_TOLD, CLOCK_FIXED},
};
enum { STEPS = array_len(steps) };

/* One interval of one subject. */
struct interval {
    int64_t week_us; /* Monday 00:00 UTC */
    uint8_t claim, step;
    int64_t us;
};

struct gathering {
    struct interval *intervals;
    size_t count, max;
    uint64_t subjects;
    bool cut;
};

/* 1970-01-01 was a Thursday. */
static int64_t week_of(int64_t us)
{
    enum { THURSDAY = 3 };
    int64_t shifted = us + THURSDAY * INT64_C(86400000000);
    return shifted - shifted % WEEK_US - THURSDAY * INT64_C(86400000000);
}

static int gather(void *self, const struct clock_times *t)
{
    struct gathering *g = self;
    g->subjects++;
    for (unsigned i = 0; i < STEPS; i++) {
        int64_t from = t->at_us[steps[i].from], to = t->at_us[steps[i].to];
        if (from == 0 || to == 0)
            continue;
        if (g->count == g->max) {
            g->cut = true;
            return 1;
        }
        /* What was known before it was met took no time. */
        g->intervals[g->count++] = (struct interval){
            .week_us = week_of(t->at_us[CLOCK_JUDGED]), .claim = (uint8_t)t->claim, .step = (uint8_t)i, .us = to > from ? to - from : 0};
    }
    return 0;
}

static int by_group(const void *left, const void *right)
{
    const struct interval *a = left, *b = right;
    if (a->week_us != b->week_us)
        return a->week_us < b->week_us ? -1 : 1;
    if (a->claim != b->claim)
        return a->claim < b->claim ? -1 : 1;
    if (a->step != b->step)
        return a->step < b->step ? -1 : 1;
    return (a->us > b->us) - (a->us < b->us);
}

static bool same_group(const struct interval *a, const struct interval *b)
{
    return a->week_us == b->week_us && a->claim == b->claim && a->step == b->step;
}

/* Sorted values: the smallest that at least that share of them does not exceed. */
static int64_t quantile(const struct interval *sorted, size_t count, unsigned percent)
{
    size_t at = (count * percent + 99) / 100;
    return sorted[at > 0 ? at - 1 : 0].us;
}

static void tell_group(struct control_request *request, const struct interval *first, size_t count)
{
    char week[16];
    time_t second = (time_t)(first->week_us / 1000000);
    struct tm tm;
    gmtime_r(&second, &tm);
    strftime(week, sizeof week, "%G-W%V", &tm);
    api_send_row(request, json_pack("{s:s, s:s, s:s, s:s, s:I, s:I, s:I}", "week", week, "claim", claim_traits((enum claim)first->claim)->word,
                                    "from", clock_moment_word(steps[first->step].from), "to", clock_moment_word(steps[first->step].to), "count",
                                    (json_int_t)count, "median_us", (json_int_t)quantile(first, count, 50), "p90_us",
                                    (json_int_t)quantile(first, count, 90)));
}

static void handle_clock(struct control_request *request, const json_t *arguments)
{
    struct node *node = control_request_self(request);
    json_int_t weeks = json_integer_value(json_object_get(arguments, "weeks"));
    struct gathering g = {.max = ROWS_MAX};
    if (weeks < 0 || weeks > 520) {
        control_reply_error(request, "%s", _("1 to 520 weeks"));
        return;
    }
    g.intervals = calloc(g.max, sizeof *g.intervals);
    if (!g.intervals) {
        control_reply_error(request, "%s", strerror(ENOMEM));
        return;
    }
    int64_t since_us = week_of(clock_wall_us()) - ((weeks ? weeks : WEEKS_DEFAULT) - 1) * WEEK_US;
    int e = clock_read(node->ledger, since_us, gather, &g);
    if (e < 0) {
        free(g.intervals);
        control_reply_error(request, _("the ledger cannot be read: %s"), _(ledger_error(node->ledger)));
        return;
    }
    qsort(g.intervals, g.count, sizeof *g.intervals, by_group);
    for (size_t from = 0, to; from < g.count; from = to) {
        for (to = from + 1; to < g.count && same_group(&g.intervals[from], &g.intervals[to]); to++)
            ;
        tell_group(request, &g.intervals[from], to - from);
    }
    free(g.intervals);
    control_reply(request, json_pack("{s:I, s:b}", "subjects", (json_int_t)g.subjects, "cut", g.cut));
}

const struct control_command clock_commands[] = {
    {"clock", handle_clock},
    {0},
};
