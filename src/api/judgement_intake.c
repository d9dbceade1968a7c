/* Takes one judgement on many subjects, one a line, in batches: what is new is added, what stands already changes nothing. */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "api/judgement.h"
#include "base/text.h"

enum { BATCH = 500, SAMPLES_MAX = 10, LINE_MAX_LEN = SUBJECT_VALUE_MAX };

struct intake {
    struct control_request *request;
    struct ledger *ledger;
    struct verdict judgement;
    char kind[32]; /* empty: found by the form */
    struct verdict *batch;
    size_t count;
    uint64_t lines, added, replaced, unchanged, refused;
    json_t *samples;
    int error;
    bool too_long; /* the line being read */
    size_t len;
    char line[LINE_MAX_LEN];
};

static void drop(struct intake *in)
{
    json_decref(in->samples);
    free(in->batch);
    free(in);
}

static void flush(struct intake *in)
{
    if (in->error == 0 && in->count > 0)
        in->error = ledger_append_all(in->ledger, in->batch, in->count);
    for (size_t i = 0; in->error == 0 && i < in->count; i++) {
        in->replaced += in->batch[i].supersedes > 0;
        in->added += in->batch[i].supersedes == 0;
    }
    in->count = 0;
}

static void refuse(struct intake *in, const char *text, size_t len, const char *why)
{
    in->refused++;
    if (json_array_size(in->samples) >= SAMPLES_MAX)
        return;
    json_t *shown = json_stringn(text, len); /* NULL: not UTF-8 */
    json_array_append_new(in->samples, json_pack("{s:I, s:s, s:o}", "line", (json_int_t)in->lines, "reason", why, "text",
                                                 shown ? shown : json_string("?")));
}

static bool in_batch(const struct intake *in, const struct subject *s)
{
    for (size_t i = 0; i < in->count; i++)
        if (subject_equal(&in->batch[i].subject, s))
            return true;
    return false;
}

static void take_line(struct intake *in)
{
    const char *from = in->line, *to = in->line + in->len;
    bool same = false;
    in->lines++;
    while (from < to && (*from == ' ' || *from == '\t'))
        from++;
    while (to > from && (to[-1] == ' ' || to[-1] == '\t' || to[-1] == '\r'))
        to--;
    if (in->too_long) {
        refuse(in, from, 64, _("the subject is too long"));
        return;
    }
    if (from == to || *from == '#')
        return;
    struct verdict *v = &in->batch[in->count];
    *v = in->judgement;
    const char *wrong = judgement_read_subject(from, (size_t)(to - from), in->kind[0] ? in->kind : NULL, &v->subject);
    if (wrong) {
        refuse(in, from, (size_t)(to - from), wrong);
        return;
    }
    if (in_batch(in, &v->subject)) {
        in->unchanged++;
        return;
    }
    in->error = judgement_find_own(in->ledger, v, &same);
    in->unchanged += same;
    in->count += !same;
    if (in->count == BATCH)
        flush(in);
}

static void on_data(struct control_request *request, struct reader data, void *self)
{
    struct intake *in = self;
    (void)request;
    while (data.left > 0 && in->error == 0) {
        char c = (char)reader_u8(&data);
        if (c == '\n') {
            take_line(in);
            in->len = 0;
            in->too_long = false;
        } else if (in->len < sizeof in->line) {
            in->line[in->len++] = c;
        } else {
            in->too_long = true;
        }
    }
}

static void on_end(struct control_request *request, bool gone, void *self)
{
    struct intake *in = self;
    if (in->len > 0 && in->error == 0 && !gone)
        take_line(in);
    flush(in);
    if (gone)
        control_reply_error(request, "gone");
    else if (in->error < 0)
        control_reply_error(request, _("the ledger refused the verdict: %s"), _(ledger_error_of(in->error)));
    else
        control_reply(request, json_pack("{s:I, s:I, s:I, s:I, s:I, s:O}", "lines", (json_int_t)in->lines, "added",
                                         (json_int_t)in->added, "replaced", (json_int_t)in->replaced, "unchanged",
                                         (json_int_t)in->unchanged, "refused", (json_int_t)in->refused, "samples",
                                         in->samples));
    drop(in);
}

void judgement_intake_begin(struct control_request *request, struct ledger *l, const struct verdict *v, const char *kind)
{
    struct intake *in = calloc(1, sizeof *in);
    struct verdict *batch = calloc(BATCH, sizeof *batch);
    json_t *samples = json_array();
    if (!in || !batch || !samples) {
        free(in);
        free(batch);
        json_decref(samples);
        control_reply_error(request, "%s", strerror(ENOMEM));
        return;
    }
    in->request = request;
    in->ledger = l;
    in->judgement = *v;
    in->batch = batch;
    in->samples = samples;
    snprintf(in->kind, sizeof in->kind, "%s", kind ? kind : "");
    control_request_take_data(request, on_data, on_end, in);
}
