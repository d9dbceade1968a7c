/* Reads documents, chooses what of them goes into the ledger, and counts what became of each statement. */
#include "api/intake/statement_intake.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <ctype.h>
#include <string.h>

#include "base/reader.h"
#include "base/text.h"
#include "base/utf8.h"

enum {
    BATCH = 1000,
    SAMPLES_MAX = 10,
    SHOWN_MAX = 200,
    WHYS_MAX = 96,
    GONE_LEN = 36, /* octets of a UUID */
    STEP_ENTRIES = 20000, /* of the ledger that are looked at for what is missing before others get their turn */
};

enum phase { READING, ENDING /* what was said by documents that are gone */, COUNTING, TAKING, DONE };

struct statement_intake {
    struct statement_intake_options o; /* reading.map is ours */
    char *map;
    struct statement_reader *reader; /* NULL between documents */
    struct object_keeper *objects;
    struct verdict *batch;
    bool has_time[BATCH];
    enum statement_fate fate[BATCH];
    size_t count;
    uint32_t start;   /* the last verdict before */
    uint8_t *touched; /* a bit for each verdict up to `start`: was it said again here? */
    struct statement_intake_counts counts;
    struct {
        const char *why;
        bool is_refused;
        uint64_t count;
    } whys[WHYS_MAX];
    json_t *samples;
    const char *warning, *flaw; /* N_() */
    char (*gone)[GONE_LEN + 1]; /* in lower case; sorted when all have come */
    size_t gone_count, gone_room;
    int error;                  /* of the ledger or of memory */
    /* what stands of this source and was not said again */
    enum phase phase;
    uint64_t standing, missing;
    uint32_t after;
};

void statement_intake_free(struct statement_intake *in)
{
    if (!in)
        return;
    statement_close(in->reader);
    object_keeper_free(in->objects);
    json_decref(in->samples);
    free(in->gone);
    free(in->touched);
    free(in->batch);
    free(in->map);
    free(in);
}

/* ---- one statement and the ledger ---- */

static bool is_touched(void *self, uint32_t number)
{
    const struct statement_intake *in = self;
    return number > in->start || (in->touched[number / 8] >> (number % 8) & 1);
}

static void touch(struct statement_intake *in, uint32_t number)
{
    if (number != 0 && number <= in->start)
        in->touched[number / 8] |= (uint8_t)(1u << (number % 8));
}

static int choose(struct ledger *l, struct verdict *v, void *self)
{
    struct statement_intake *in = self;
    size_t i = (size_t)(v - in->batch);
    uint32_t found = 0;
    const struct statement_edition edition = {.has_time = in->has_time[i], .is_whole = in->o.is_whole, .now_us = in->o.reading.common.made_us,
                                              .is_touched = is_touched, .self = in};
    int r = statement_fate_choose(l, v, &edition, &in->fate[i], &found);
    if (r >= 0)
        touch(in, found);
    return r;
}

static int flush(struct statement_intake *in)
{
    if (in->error == 0 && in->count > 0)
        in->error = ledger_append_chosen(in->o.ledger, in->batch, in->count, choose, in);
    for (size_t i = 0; in->error == 0 && i < in->count; i++)
        in->counts.fates[in->fate[i]]++;
    in->count = 0;
    return in->error;
}

static int take_statement(void *self, const struct statement *s)
{
    struct statement_intake *in = self;
    struct verdict *v = &in->batch[in->count];
    *v = *s->verdict;
    v->author = in->o.reading.common.author;
    v->number = v->supersedes = 0;
    v->id = (struct verdict_id){0};
    in->has_time[in->count] = s->has_time;
    in->counts.statements++;
    in->count++;
    return in->count == BATCH && flush(in) < 0 ? -EIO : 0; /* which it was stays in in->error */
}

/* ---- what is left out ---- */

static void count_why(struct statement_intake *in, const char *why, bool is_refused)
{
    for (size_t i = 0; i < WHYS_MAX; i++)
        if (!in->whys[i].why || (in->whys[i].why == why && in->whys[i].is_refused == is_refused)) {
            in->whys[i].why = why;
            in->whys[i].is_refused = is_refused;
            in->whys[i].count++;
            return;
        }
}

/* As JSON text, cut. What is no character to be shown (not UTF-8, NUL, what a terminal obeys) is "?". */
static json_t *shown(const char *text, size_t len)
{
    char safe[SHOWN_MAX];
    struct reader r = reader_of(text, len);
    size_t n = 0;
    while (r.left > 0) {
        const uint8_t *at = r.at;
        size_t left = r.left;
        uint32_t c = utf8_take(&r);
        if (r.failed) {
            r = reader_of(at + 1, left - 1);
            c = 0;
        }
        bool is_shown = c >= 0x20 && (c < 0x7f || c >= 0xa0);
        size_t octets = is_shown ? (size_t)(r.at - at) : 1;
        if (octets > sizeof safe - n)
            break;
        memcpy(safe + n, is_shown ? (const char *)at : c == '\t' ? " " : "?", octets);
        n += octets;
    }
    return json_stringn(safe, n);
}

static void sample(struct statement_intake *in, uint64_t number, const char *id, const char *why, const char *part, size_t len)
{
    if (json_array_size(in->samples) < SAMPLES_MAX)
        json_array_append_new(in->samples, json_pack("{s:I, s:I, s:o, s:s, s:o}", "document", (json_int_t)in->counts.documents, "number",
                                                     (json_int_t)number, "id", shown(id, strlen(id)), "reason", _(why), "text",
                                                     shown(part, len)));
}

static void take_left_out(void *self, const struct statement_left_out *l)
{
    struct statement_intake *in = self;
    in->counts.refused += l->is_refused;
    in->counts.left_out += !l->is_refused;
    count_why(in, l->why, l->is_refused);
    if (l->is_refused)
        sample(in, l->number, l->id, l->why, l->part, l->len);
}

static void take_sighting(void *self, const struct statement_sighting *s)
{
    struct statement_intake *in = self;
    (void)s;
    in->counts.sightings++;
}

static int keep_object(void *self, const char *id, const char *spec_version, int64_t modified_us, const uint8_t *octets, size_t len)
{
    struct statement_intake *in = self;
    return object_keeper_take(in->objects, id, spec_version, modified_us, octets, len);
}

/* ---- documents that are gone ---- */

static int by_text(const void *a, const void *b)
{
    return strcmp(a, b);
}

static bool lower(const char *id, char *ret_id)
{
    size_t len = strlen(id);
    for (size_t i = 0; i < len && len == GONE_LEN; i++)
        ret_id[i] = (char)tolower((unsigned char)id[i]);
    ret_id[GONE_LEN] = '\0';
    return len == GONE_LEN;
}

static int take_gone(void *self, const char *id)
{
    struct statement_intake *in = self;
    if (in->gone_count == in->gone_room) {
        size_t room = in->gone_room ? in->gone_room * 2 : 64;
        void *more = room <= 2 * STATEMENT_INTAKE_GONE_MAX ? realloc(in->gone, room * sizeof *in->gone) : NULL;
        if (!more)
            return -ENOMEM;
        in->gone = more;
        in->gone_room = room;
    }
    if (in->gone_count < STATEMENT_INTAKE_GONE_MAX && lower(id, in->gone[in->gone_count])) {
        in->gone_count++;
        return 0;
    }
    in->counts.refused++;
    count_why(in, N_("what is gone is named by a UUID, and at most 200000 at once"), true);
    return 0;
}

static bool is_gone(const struct statement_intake *in, const struct verdict *v)
{
    char id[GONE_LEN + 1];
    for (unsigned i = 0; i < v->evidence_count; i++)
        if (v->evidence[i].kind == VERDICT_EVIDENCE_OBJECT && lower(v->evidence[i].reference, id) &&
            bsearch(id, in->gone, in->gone_count, sizeof *in->gone, by_text))
            return true;
    return false;
}

/* ---- documents ---- */

int statement_intake_end_document(struct statement_intake *in)
{
    if (!in->reader)
        return in->error;
    int e = statement_finish(in->reader);
    if (e == -EBADMSG) {
        const struct statement_flaw *flaw = statement_flaw_of(in->reader);
        in->counts.broken++;
        in->flaw = flaw->why;
        json_array_insert_new(in->samples, 0, json_pack("{s:I, s:I, s:I, s:b, s:s}", "document", (json_int_t)in->counts.documents, "number",
                                                        (json_int_t)flaw->line, "column", (json_int_t)flaw->column, "broken", true, "reason",
                                                        _(flaw->why)));
        e = 0;
    }
    statement_close(in->reader);
    in->reader = NULL;
    object_keeper_flush(in->objects);
    in->error = in->error ? in->error : e;
    return in->error;
}

int statement_intake_feed(struct statement_intake *in, const void *octets, size_t len)
{
    static const struct statement_calls calls = {.statement = take_statement, .keep = keep_object, .gone = take_gone, .left_out = take_left_out, .sighting = take_sighting};
    if (in->error < 0)
        return in->error;
    if (!in->reader) {
        in->counts.documents++;
        in->reader = statement_open(&in->o.reading, &calls, in);
    }
    int e = in->reader ? statement_feed(in->reader, octets, len) : -ENOMEM;
    if (e != -EBADMSG && in->error == 0) /* else the rest of this document is passed over */
        in->error = e;
    return in->error;
}

/* ---- what the source does not say any more ---- */

static bool is_standing(const struct statement_intake *in, const struct verdict *v)
{
    return v->author.kind == in->o.reading.common.author.kind && claim_traits(v->claim)->group != CLAIM_DIRECTIVE &&
           !statement_is_withdrawal(v) && (v->until_us == 0 || v->until_us > in->o.reading.common.made_us);
}

static int count_missing(const struct verdict *v, void *self)
{
    struct statement_intake *in = self;
    if (is_standing(in, v)) {
        in->standing++;
        in->missing += !is_touched(in, v->number);
    }
    return 0;
}

static int take_back(struct statement_intake *in, const struct verdict *v, const char *why)
{
    in->after = v->number;
    struct verdict *w = &in->batch[in->count++];
    *w = *v;
    w->id = (struct verdict_id){0};
    w->supersedes = v->number;
    w->made_us = w->from_us = w->until_us = in->o.reading.common.made_us;
    snprintf(w->reason, sizeof w->reason, "%s", why);
    return in->count == BATCH; /* enough for one transaction */
}

static int take_missing(const struct verdict *v, void *self)
{
    struct statement_intake *in = self;
    return is_standing(in, v) && !is_touched(in, v->number) ? take_back(in, v, _("the source does not say it any more")) : 0;
}

/* What another document of the source said just now stays. */
static int take_ended(const struct verdict *v, void *self)
{
    struct statement_intake *in = self;
    return is_standing(in, v) && !is_touched(in, v->number) && is_gone(in, v) ? take_back(in, v, _("the source has taken the event away")) : 0;
}

/* One range of the ledger; the next phase behind the last. */
static int look_for_missing(struct statement_intake *in)
{
    uint32_t last = in->start - in->after > STEP_ENTRIES ? in->after + STEP_ENTRIES : in->start;
    const char *author = in->o.reading.common.author.name;
    ledger_each_verdict *each = in->phase == ENDING ? take_ended : in->phase == COUNTING ? count_missing : take_missing;
    int e = ledger_standing_of(in->o.ledger, author, in->after, last, each, in);
    if (e == 0)
        in->after = last;
    if (e >= 0 && in->count > 0)
        e = ledger_append_all(in->o.ledger, in->batch, in->count);
    in->counts.fates[FATE_WITHDRAWN] += e >= 0 ? in->count : 0;
    in->count = 0;
    return e < 0 ? e : 0;
}

static enum phase after_documents(const struct statement_intake *in)
{
    return in->o.is_whole && in->counts.broken == 0 ? COUNTING : DONE;
}

static void end_phase(struct statement_intake *in)
{
    in->after = 0;
    if (in->phase == ENDING) {
        in->phase = after_documents(in);
    } else if (in->phase == COUNTING && in->missing > 0 && !in->o.is_forced && in->missing * 100 > in->standing * in->o.shrink_percent) {
        in->warning = N_("so much is missing that nothing was withdrawn: look at the document, and give --force if it is right");
        in->phase = DONE;
    } else {
        in->phase = in->phase == COUNTING && in->missing > 0 ? TAKING : DONE;
    }
}

int statement_intake_finish(struct statement_intake *in)
{
    if (in->phase == READING) {
        int e = statement_intake_end_document(in);
        e = flush(in) < 0 ? in->error : e;
        if (in->gone_count > 0)
            qsort(in->gone, in->gone_count, sizeof *in->gone, by_text);
        in->phase = e < 0 ? DONE : in->gone_count > 0 ? ENDING : after_documents(in);
        if (e == 0 && in->o.is_whole && in->counts.broken > 0)
            in->warning = N_("a document is broken, so nothing was withdrawn of what is missing in it");
        return e < 0 ? e : in->phase != DONE;
    }
    if (in->phase == DONE || in->error < 0)
        return in->error;
    in->error = look_for_missing(in);
    if (in->error == 0 && in->after == in->start)
        end_phase(in);
    return in->error < 0 ? in->error : in->phase != DONE;
}

/* ---- what became of it ---- */

const struct statement_intake_counts *statement_intake_counts(const struct statement_intake *in)
{
    return &in->counts;
}

struct object_keeper_counts statement_intake_objects(const struct statement_intake *in)
{
    return object_keeper_counts(in->objects);
}

const char *statement_intake_warning(const struct statement_intake *in)
{
    return in->warning ? _(in->warning) : NULL;
}

const char *statement_intake_flaw(const struct statement_intake *in)
{
    return in->flaw ? _(in->flaw) : NULL;
}

static json_t *reasons(const struct statement_intake *in)
{
    json_t *all = json_array();
    for (size_t i = 0; i < WHYS_MAX && in->whys[i].why; i++)
        json_array_append_new(all, json_pack("{s:s, s:b, s:I}", "reason", _(in->whys[i].why), "refused", in->whys[i].is_refused, "count",
                                             (json_int_t)in->whys[i].count));
    return all;
}

json_t *statement_intake_json(const struct statement_intake *in)
{
    const struct statement_intake_counts *c = &in->counts;
    json_t *reply = json_pack("{s:I, s:I, s:I, s:I, s:I, s:I, s:o, s:O}", "documents", (json_int_t)c->documents, "broken",
                              (json_int_t)c->broken, "statements", (json_int_t)c->statements, "refused", (json_int_t)c->refused,
                              "not_matchable", (json_int_t)c->left_out, "sightings", (json_int_t)c->sightings, "reasons", reasons(in),
                              "samples", in->samples);
    const struct object_keeper_counts objects = object_keeper_counts(in->objects);
    if (reply && objects.kept + objects.known + objects.not_kept > 0)
        json_object_set_new(reply, "objects", json_pack("{s:I, s:I, s:I, s:s*}", "kept", (json_int_t)objects.kept, "known",
                                                        (json_int_t)objects.known, "not_kept", (json_int_t)objects.not_kept, "reason",
                                                        objects.why ? _(objects.why) : NULL));
    for (unsigned i = 0; reply && i < FATE_COUNT; i++)
        json_object_set_new(reply, statement_fate_word((enum statement_fate)i), json_integer((json_int_t)c->fates[i]));
    if (reply && in->warning)
        json_object_set_new(reply, "warning", json_string(_(in->warning)));
    return reply;
}

int statement_intake_new(const struct statement_intake_options *options, struct statement_intake **ret_intake)
{
    uint64_t size = 0;
    uint8_t root[LEDGER_HASH_LEN];
    struct statement_intake *in = calloc(1, sizeof *in);
    if (!in)
        return -ENOMEM;
    in->o = *options;
    in->map = options->reading.map ? strdup(options->reading.map) : NULL;
    in->o.reading.map = in->map;
    ledger_root(options->ledger, &size, root);
    in->start = (uint32_t)size;
    in->batch = calloc(BATCH, sizeof *in->batch);
    in->touched = calloc(size / 8 + 1, 1);
    in->samples = json_array();
    int e = object_keeper_new(options->exchange, options->reading.common.author.name, &in->objects);
    if (e < 0 || !in->batch || !in->touched || !in->samples || (options->reading.map && !in->map)) {
        statement_intake_free(in);
        return -ENOMEM;
    }
    *ret_intake = in;
    return 0;
}
