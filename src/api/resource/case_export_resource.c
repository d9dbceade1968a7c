/* A case as a bundle of STIX for a recipient: what the exit gate lets through of its subjects, as "hinomi export RECIPIENT stix FOLDER --case NUMBER" writes it. */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "api/case/case_answer.h"
#include "api/delivery.h"
#include "base/clock.h"
#include "base/text.h"
#include "store/sharing.h"

_Static_assert((int)CASE_SUBJECTS_MAX <= (int)EXPORT_GROUP_MAX, "all subjects of a case are of its grouping");

struct bundle {
    struct delivery delivery;
    struct export *export;
    FILE *text;
    int error; /* of the export, apart from those of the ledger */
};

/* An export_write; a bundle is one file. */
static int write_text(void *self, const char *file, const void *octets, size_t len)
{
    struct bundle *b = self;
    (void)file;
    return fwrite(octets, 1, len, b->text) == len ? 0 : -ENOMEM;
}

static int add_subject(void *self, const struct case_subject *s)
{
    struct bundle *b = self;
    struct delivery_item item;
    int e = delivery_of_subject(&b->delivery, &s->subject, &item);
    int added = e > 0 ? export_add(b->export, &item.item) : 0;
    b->error = added < 0 ? added : 0;
    return e < 0 ? e : b->error;
}

/* Into the stream; an error of the ledger, or b->error. */
static int write_bundle(struct bundle *b, int64_t number)
{
    char group[32];
    snprintf(group, sizeof group, "case %lld", (long long)number);
    b->export = export_new(EXPORT_STIX, b->delivery.node->identity(b->delivery.node->self), clock_wall_us(), write_text, b);
    b->error = b->export ? export_group(b->export, group) : -ENOMEM;
    int e = b->error < 0 ? b->error : case_subjects(b->delivery.node->ledger, number, 0, CASE_SUBJECTS_MAX, add_subject, b);
    if (e == 0)
        e = b->error = export_end(b->export);
    return e;
}

/* What is written is handed over when its receipt is kept. */
static struct notice_answer hand_over(struct bundle *b, int64_t number, const char *text, size_t len, int error)
{
    char what[SHARING_WHAT_MAX];
    snprintf(what, sizeof what, "stix case %lld", (long long)number);
    json_t *object = error == 0 ? json_loadb(text, len, 0, NULL) : NULL;
    if (!object && (error == 0 || b->error < 0))
        return notice_answer_wrong(503, _("the bundle cannot be written: %s"), strerror(b->error < 0 ? -b->error : ENOMEM));
    if (!object || delivery_receipt(&b->delivery, what, export_counts(b->export)->written) < 0) {
        json_decref(object);
        return notice_answer_ledger(b->delivery.node->ledger);
    }
    return notice_answer_fine(object);
}

static struct notice_answer export_case(const struct case_question *q)
{
    struct bundle b = {.error = 0};
    char *text = NULL;
    size_t len = 0;
    if (q->access < CASE_READ) /* whoever may export, sees all of the case or nothing */
        return notice_answer_wrong(404, "%s", _("there is no such case"));
    if (delivery_init(&b.delivery, q->node, json_string_value(json_object_get(q->arguments, "recipient"))) < 0)
        return notice_answer_wrong(400, "%s", _("no recipient of that name is configured"));
    b.text = open_memstream(&text, &len);
    if (!b.text)
        return notice_answer_wrong(503, _("the bundle cannot be written: %s"), strerror(errno));
    int e = write_bundle(&b, q->record->number);
    if (fclose(b.text) != 0 && e == 0)
        e = b.error = -ENOMEM;
    struct notice_answer a = hand_over(&b, q->record->number, text, len, e);
    export_free(b.export);
    free(text);
    return a;
}

void web_get_case_export(struct web_call *c, const json_t *arguments)
{
    case_answer_web(c, arguments, export_case);
}
