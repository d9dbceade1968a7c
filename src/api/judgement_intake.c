/* Takes the statements of documents into the ledger, in batches: what is new is added, what stands already changes nothing. */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "api/judgement.h"
#include "api/node.h"
#include "base/clock.h"
#include "base/text.h"
#include "share/statement/statement.h"

enum { BATCH = 1000, SAMPLES_MAX = 10, SHOWN_MAX = 200, WHYS_MAX = 96 };
#define DAY_US (INT64_C(86400) * 1000000)

/* What becomes of a statement. */
enum fate {
    FATE_ADDED,
    FATE_REPLACED,  /* the source says something else than before, or says it anew */
    FATE_WITHDRAWN, /* the source takes back what it said */
    FATE_UNCHANGED,
    FATE_ENDED,     /* it was over before it came */
    FATE_COUNT
};
static const char *const fate_words[] = {"added", "replaced", "withdrawn", "unchanged", "ended"};
_Static_assert(array_len(fate_words) == FATE_COUNT, "each fate has its word");

struct intake {
    struct control_request *request;
    struct node *node;
    struct ledger *ledger;
    struct statement_options options;
    struct statement_reader *reader; /* NULL between documents */
    char *map;
    bool is_whole, is_forced;
    struct verdict *batch;
    bool has_time[BATCH];
    enum fate fate[BATCH];
    size_t count;
    uint32_t start;   /* the last verdict before */
    uint8_t *touched; /* a bit for each verdict up to `start`: was it said again here? */
    uint64_t documents, broken, statements, fates[FATE_COUNT], refused, left_out, sightings;
    struct {
        const char *why;
        bool is_refused;
        uint64_t count;
    } whys[WHYS_MAX];
    json_t *samples;
    const char *warning; /* for people */
    int error;           /* of the ledger or of memory */
    /* for is_whole: what stands of this source and was not said again */
    uint64_t standing, missing;
    uint32_t after;
};

static void drop(struct intake *in)
{
    statement_close(in->reader);
    json_decref(in->samples);
    free(in->touched);
    free(in->batch);
    free(in->map);
    free(in);
}

/* ---- one statement and the ledger ---- */

static bool is_touched(const struct intake *in, uint32_t number)
{
    return number > in->start || (in->touched[number / 8] >> (number % 8) & 1);
}

static void touch(struct intake *in, uint32_t number)
{
    if (number <= in->start)
        in->touched[number / 8] |= (uint8_t)(1u << (number % 8));
}

static bool is_withdrawal(const struct verdict *v)
{
    return v->until_us != 0 && v->until_us == v->from_us;
}

/* What stands is `found`: what does this statement change? Editions are told by the time at which they were made, where a document says it. */
static enum fate compare(const struct intake *in, const struct verdict *v, bool has_time, const struct verdict *found)
{
    bool is_newer = has_time && v->made_us > found->made_us, is_older = has_time && v->made_us < found->made_us;
    if (is_withdrawal(v))
        return is_older || is_withdrawal(found) ? FATE_UNCHANGED : FATE_WITHDRAWN;
    /* Said twice in one intake: the first counts, unless the second is a newer edition; else two would replace each other for ever. */
    if (is_touched(in, found->number) && !is_newer)
        return FATE_UNCHANGED;
    if (is_withdrawal(found))
        return in->is_whole || !has_time || is_newer ? FATE_REPLACED : FATE_UNCHANGED;
    if (is_older)
        return FATE_UNCHANGED;
    /* Said again in the same words: entered once a day at most, so that a feed that dates itself anew each hour does not fill the ledger. */
    if (judgement_says_the_same(v, found))
        return is_newer && v->made_us - found->made_us >= DAY_US ? FATE_REPLACED : FATE_UNCHANGED;
    return FATE_REPLACED;
}

static int choose(struct ledger *l, struct verdict *v, void *self)
{
    struct intake *in = self;
    size_t i = (size_t)(v - in->batch);
    struct verdict found;
    int e = ledger_standing(l, v, &found);
    if (e < 0 && e != -ENOENT)
        return e;
    enum fate fate = e == 0 ? compare(in, v, in->has_time[i], &found) : is_withdrawal(v) ? FATE_UNCHANGED : FATE_ADDED;
    if (fate == FATE_ADDED && v->until_us != 0 && v->until_us <= in->options.common.made_us)
        fate = FATE_ENDED;
    if (e == 0)
        touch(in, found.number);
    v->supersedes = e == 0 ? found.number : 0;
    in->fate[i] = fate;
    return fate <= FATE_WITHDRAWN;
}

static int flush(struct intake *in)
{
    if (in->error == 0 && in->count > 0)
        in->error = ledger_append_chosen(in->ledger, in->batch, in->count, choose, in);
    for (size_t i = 0; in->error == 0 && i < in->count; i++)
        in->fates[in->fate[i]]++;
    in->count = 0;
    return in->error;
}

static int take_statement(void *self, const struct statement *s)
{
    struct intake *in = self;
    struct verdict *v = &in->batch[in->count];
    *v = *s->verdict;
    v->author = in->options.common.author;
    v->number = v->supersedes = 0;
    v->id = (struct verdict_id){0};
    in->has_time[in->count] = s->has_time;
    in->statements++;
    in->count++;
    return in->count == BATCH && flush(in) < 0 ? -EIO : 0; /* which it was stays in in->error */
}

/* ---- what is left out ---- */

static void count_why(struct intake *in, const char *why, bool is_refused)
{
    for (size_t i = 0; i < WHYS_MAX; i++)
        if (!in->whys[i].why || (in->whys[i].why == why && in->whys[i].is_refused == is_refused)) {
            in->whys[i].why = why;
            in->whys[i].is_refused = is_refused;
            in->whys[i].count++;
            return;
        }
}

/* As JSON text, cut; NULL (and so "?") when it is not UTF-8. */
static json_t *shown(const char *text, size_t len)
{
    size_t n = len < SHOWN_MAX ? len : SHOWN_MAX;
    while (n < len && n > 0 && ((unsigned char)text[n] & 0xc0) == 0x80)
        n--;
    json_t *value = json_stringn(text, n);
    return value ? value : json_string("?");
}

static void sample(struct intake *in, uint64_t number, const char *id, const char *why, const char *part, size_t len)
{
    if (json_array_size(in->samples) < SAMPLES_MAX)
        json_array_append_new(in->samples, json_pack("{s:I, s:I, s:o, s:s, s:o}", "document", (json_int_t)in->documents, "number",
                                                     (json_int_t)number, "id", shown(id, strlen(id)), "reason", _(why), "text",
                                                     shown(part, len)));
}

static void take_left_out(void *self, const struct statement_left_out *l)
{
    struct intake *in = self;
    in->refused += l->is_refused;
    in->left_out += !l->is_refused;
    count_why(in, l->why, l->is_refused);
    if (l->is_refused)
        sample(in, l->number, l->id, l->why, l->part, l->len);
}

static void take_sighting(void *self, const struct statement_sighting *s)
{
    struct intake *in = self;
    (void)s;
    in->sightings++;
}

/* ---- documents ---- */

static int end_document(struct intake *in)
{
    int e = statement_finish(in->reader);
    if (e == -EBADMSG) {
        const struct statement_flaw *flaw = statement_flaw_of(in->reader);
        in->broken++;
        json_array_insert_new(in->samples, 0, json_pack("{s:I, s:I, s:I, s:b, s:s}", "document", (json_int_t)in->documents, "number",
                                                        (json_int_t)flaw->line, "column", (json_int_t)flaw->column, "broken", true, "reason",
                                                        _(flaw->why)));
        e = 0;
    }
    statement_close(in->reader);
    in->reader = NULL;
    return e;
}

static int feed(struct intake *in, struct reader data)
{
    static const struct statement_calls calls = {.statement = take_statement, .left_out = take_left_out, .sighting = take_sighting};
    if (data.left == 0)
        return in->reader ? end_document(in) : 0;
    if (!in->reader) {
        in->documents++;
        in->reader = statement_open(&in->options, &calls, in);
    }
    if (!in->reader)
        return -ENOMEM;
    int e = statement_feed(in->reader, data.at, data.left);
    return e == -EBADMSG ? 0 : e; /* the rest of this document is passed over */
}

static void on_data(struct control_request *request, struct reader data, void *self)
{
    struct intake *in = self;
    (void)request;
    if (in->error == 0) {
        int e = feed(in, data);
        in->error = in->error ? in->error : e;
    }
}

/* ---- what the source does not say any more ---- */

static int count_missing(const struct verdict *v, void *self)
{
    struct intake *in = self;
    bool is_ours = v->author.kind == in->options.common.author.kind && claim_traits(v->claim)->group != CLAIM_DIRECTIVE;
    if (!is_ours || is_withdrawal(v) || (v->until_us != 0 && v->until_us <= in->options.common.made_us))
        return 0;
    in->standing++;
    in->missing += !is_touched(in, v->number);
    return 0;
}

static int take_missing(const struct verdict *v, void *self)
{
    struct intake *in = self;
    uint64_t missing = in->missing;
    in->after = v->number;
    (void)count_missing(v, in);
    if (in->missing == missing)
        return 0;
    struct verdict *w = &in->batch[in->count++];
    *w = *v;
    w->id = (struct verdict_id){0};
    w->supersedes = v->number;
    w->made_us = w->from_us = w->until_us = in->options.common.made_us;
    snprintf(w->reason, sizeof w->reason, "%s", _("the source does not say it any more"));
    return in->count == BATCH; /* enough for one transaction */
}

static int withdraw_missing(struct intake *in)
{
    const char *author = in->options.common.author.name;
    int e = ledger_standing_of(in->ledger, author, 0, in->start, count_missing, in);
    unsigned most = in->node->shrink_percent;
    if (e == 0 && !in->is_forced && in->missing * 100 > in->standing * most) {
        in->warning = N_("so much is missing that nothing was withdrawn: look at the document, and give --force if it is right");
        return 0;
    }
    for (bool more = true; e == 0 && more;) {
        e = ledger_standing_of(in->ledger, author, in->after, in->start, take_missing, in);
        more = e > 0;
        if (e >= 0)
            e = ledger_append_all(in->ledger, in->batch, in->count);
        in->fates[FATE_WITHDRAWN] += e == 0 ? in->count : 0;
        in->count = 0;
    }
    return e;
}

/* ---- the answer ---- */

static json_t *reasons(const struct intake *in)
{
    json_t *all = json_array();
    for (size_t i = 0; i < WHYS_MAX && in->whys[i].why; i++)
        json_array_append_new(all, json_pack("{s:s, s:b, s:I}", "reason", _(in->whys[i].why), "refused", in->whys[i].is_refused, "count",
                                             (json_int_t)in->whys[i].count));
    return all;
}

static void answer(struct intake *in)
{
    json_t *reply = json_pack("{s:I, s:I, s:I, s:I, s:I, s:I, s:o, s:O}", "documents", (json_int_t)in->documents, "broken",
                              (json_int_t)in->broken, "statements", (json_int_t)in->statements, "refused", (json_int_t)in->refused,
                              "not_matchable", (json_int_t)in->left_out, "sightings", (json_int_t)in->sightings, "reasons", reasons(in),
                              "samples", in->samples);
    for (unsigned i = 0; reply && i < FATE_COUNT; i++)
        json_object_set_new(reply, fate_words[i], json_integer((json_int_t)in->fates[i]));
    if (reply && in->warning)
        json_object_set_new(reply, "warning", json_string(_(in->warning)));
    control_reply(in->request, reply);
}

static void on_end(struct control_request *request, bool gone, void *self)
{
    struct intake *in = self;
    struct reader nothing = reader_of("", 0);
    if (in->error == 0 && !gone)
        in->error = feed(in, nothing);
    (void)flush(in);
    if (in->error == 0 && !gone && in->is_whole && in->broken > 0)
        in->warning = N_("a document is broken, so nothing was withdrawn of what is missing in it");
    else if (in->error == 0 && !gone && in->is_whole)
        in->error = withdraw_missing(in);
    if (gone)
        control_reply_error(request, "gone");
    else if (in->error < 0)
        control_reply_error(request, _("the ledger refused the verdict: %s"), _(ledger_error_of(in->error)));
    else
        answer(in);
    drop(in);
}

/* ---- the question ---- */

static bool is_set(const json_t *arguments, const char *key)
{
    return json_is_true(json_object_get(arguments, key));
}

/* NULL, or what is wrong with it. */
static const char *take_options(struct intake *in, const json_t *arguments, const struct verdict *v)
{
    const char *format = json_string_value(json_object_get(arguments, "format"));
    const char *kind = json_string_value(json_object_get(arguments, "kind")), *map = json_string_value(json_object_get(arguments, "map"));
    struct statement_options *o = &in->options;
    o->common = *v;
    o->has_claim = json_object_get(arguments, "claim") != NULL;
    o->hosts_of_urls = is_set(arguments, "hosts_of_urls");
    o->is_fresh = is_set(arguments, "fresh");
    o->unmarked = is_set(arguments, "unmarked");
    o->has_kind = kind != NULL;
    in->is_whole = is_set(arguments, "whole");
    in->is_forced = is_set(arguments, "force");
    if (format && statement_format_parse(format, &o->format) < 0)
        return _("the format is auto, stix, misp, csv or plain");
    if (kind && subject_kind_parse(kind, &o->kind) < 0)
        return _("no such kind of subject");
    const char *why = map ? statement_map_check(map) : NULL;
    if (why)
        return _(why);
    in->map = map ? strdup(map) : NULL;
    o->map = in->map;
    return map && !in->map ? strerror(ENOMEM) : NULL;
}

void judgement_intake_begin(struct control_request *request, struct node *node, const json_t *arguments, const struct verdict *v)
{
    struct intake *in = calloc(1, sizeof *in);
    if (!in) {
        control_reply_error(request, "%s", strerror(ENOMEM));
        return;
    }
    const char *wrong = take_options(in, arguments, v);
    if (!wrong) {
        uint64_t size = 0;
        uint8_t root[LEDGER_HASH_LEN];
        ledger_root(node->ledger, &size, root);
        in->start = (uint32_t)size;
        in->batch = calloc(BATCH, sizeof *in->batch);
        in->touched = calloc(size / 8 + 1, 1);
        in->samples = json_array();
        wrong = in->batch && in->touched && in->samples ? NULL : strerror(ENOMEM);
    }
    if (wrong) {
        control_reply_error(request, "%s", wrong);
        drop(in);
        return;
    }
    in->request = request;
    in->node = node;
    in->ledger = node->ledger;
    control_request_take_data(request, on_data, on_end, in);
}
