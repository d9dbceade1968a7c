/* Sharing: what the exit gate lets through to whom and why not, what each recipient was given, and the receipts. */
#include <errno.h>
#include <stdio.h>
#include <string.h>

#include <sodium.h>

#include "api/case/case_wall.h"
#include "api/delivery.h"
#include "api/intake/judgement.h"
#include "api/node.h"
#include "api/control/rows.h"
#include "base/text.h"
#include "share/export/export.h"
#include "share/gate/gate.h"
#include "store/indicator.h"
#include "store/sharing.h"

enum { RECEIPTS_DEFAULT = 100, RECEIPTS_MAX = 10000, SAMPLES_MAX = 5 };

static json_t *decision_json(const struct node *node, unsigned recipient, const struct indicator *i)
{
    enum gate_outcome outcome = node->gate(node->self, recipient, i);
    return json_pack("{s:s, s:s, s:s}", "recipient", node->recipient(node->self, recipient), "outcome", gate_outcome_word(outcome), "text",
                     _(gate_outcome_text(outcome)));
}

struct given {
    json_t *all;
};

static int add_given(void *self, const char *recipient, const struct sharing_row *row)
{
    struct given *g = self;
    if (row->first_us > 0)
        json_array_append_new(g->all, json_pack("{s:s, s:b, s:I, s:I}", "recipient", recipient, "given", row->given, "first_us",
                                                (json_int_t)row->first_us, "modified_us", (json_int_t)row->modified_us));
    return 0;
}

/* Of one subject, for every recipient. */
static void tell_subject(struct control_request *request, struct node *node, const struct subject *s)
{
    struct indicator i;
    uint32_t id;
    int e = indicator_get(node->ledger, s, &id, &i);
    if (e < 0) {
        if (e == -ENOENT)
            control_reply_error(request, "%s", _("nothing was ever said of it"));
        else
            control_reply_error(request, _("the ledger cannot be read: %s"), _(ledger_error(node->ledger)));
        return;
    }
    struct given given = {json_array()};
    json_t *outcomes = json_array();
    for (unsigned n = 0; node->recipient(node->self, n); n++)
        json_array_append_new(outcomes, decision_json(node, n, &i));
    if (sharing_of(node->ledger, id, add_given, &given) < 0)
        json_array_clear(given.all);
    control_reply(request, json_pack("{s:s, s:s, s:o, s:o}", "kind", subject_kind_word(s->kind), "subject", s->value, "outcomes", outcomes,
                                     "given", given.all));
}

struct trial {
    struct node *node;
    unsigned recipient;
    uint64_t counts[GATE_OUTCOME_COUNT];
    json_t *samples[GATE_OUTCOME_COUNT];
};

static int try_one(void *self, uint32_t id, const struct indicator *i)
{
    struct trial *t = self;
    enum gate_outcome outcome = t->node->gate(t->node->self, t->recipient, i);
    (void)id;
    if (json_array_size(t->samples[outcome]) < SAMPLES_MAX)
        json_array_append_new(t->samples[outcome], json_string(i->subject.value));
    t->counts[outcome]++;
    return 0;
}

/* What would pass for one recipient, of all that is active. */
static void tell_trial(struct control_request *request, struct node *node, const char *recipient)
{
    static const struct indicator_filter active = {.states = 1 << INDICATOR_ACTIVE};
    struct trial t = {.node = node};
    const char *name;
    while ((name = node->recipient(node->self, t.recipient)) != NULL && strcmp(name, recipient) != 0)
        t.recipient++;
    if (!name) {
        control_reply_error(request, "%s", _("no recipient of that name is configured"));
        return;
    }
    for (unsigned n = 0; n < GATE_OUTCOME_COUNT; n++)
        t.samples[n] = json_array();
    int e = indicator_list(node->ledger, &active, try_one, &t);
    json_t *outcomes = json_array();
    for (unsigned n = 0; n < GATE_OUTCOME_COUNT; n++) {
        if (t.counts[n] > 0)
            json_array_append_new(outcomes, json_pack("{s:s, s:s, s:I, s:O}", "outcome", gate_outcome_word((enum gate_outcome)n), "text",
                                                      _(gate_outcome_text((enum gate_outcome)n)), "count", (json_int_t)t.counts[n],
                                                      "samples", t.samples[n]));
        json_decref(t.samples[n]);
    }
    if (e < 0) {
        json_decref(outcomes);
        control_reply_error(request, _("the ledger cannot be read: %s"), _(ledger_error(node->ledger)));
        return;
    }
    control_reply(request, json_pack("{s:s, s:I, s:o}", "recipient", recipient, "shared", (json_int_t)t.counts[GATE_PASSES], "outcomes",
                                     outcomes));
}

static void handle_share(struct control_request *request, const json_t *arguments)
{
    struct node *node = control_request_self(request);
    const char *recipient = json_string_value(json_object_get(arguments, "recipient"));
    struct subject s;
    if (recipient) {
        tell_trial(request, node, recipient);
        return;
    }
    const char *wrong = judgement_find_subject(node->ledger, arguments, &s);
    if (wrong)
        control_reply_error(request, "%s", wrong);
    else
        tell_subject(request, node, &s);
}

/* ---- exports ---- */

enum { EXPORT_PAGE = 5000 };

struct page {
    struct control_request *request;
    struct delivery delivery;
    uint64_t looked_at, count;
    uint32_t last;
};

static void send_item(struct page *p, const struct delivery_item *d)
{
    json_t *row = api_indicator_json(d->id, &d->indicator);
    if (row && d->item.reason) {
        json_object_set_new(row, "reason", json_string(d->item.reason));
        json_object_set_new(row, "from_us", json_integer(d->item.from_us));
        json_object_set_new(row, "until_us", json_integer(d->item.until_us));
        json_object_set_new(row, "severity", json_string(verdict_severity_word(d->item.severity)));
    }
    api_send_row(p->request, row);
    p->count++;
}

static int export_one(void *self, uint32_t id, const struct indicator *i)
{
    struct page *p = self;
    struct delivery_item d;
    p->looked_at++;
    p->last = id;
    if (delivery_take(&p->delivery, id, i, &d))
        send_item(p, &d);
    return 0;
}

/* Of the subjects of a case, what may be told of them. */
static int export_of_case(void *self, const struct case_subject *s)
{
    struct page *p = self;
    struct delivery_item d;
    int e = delivery_of_subject(&p->delivery, &s->subject, &d);
    if (e > 0)
        send_item(p, &d);
    return e < 0 ? e : 0;
}

/* The case's number; 0: none is named; -ENOENT. Only the control socket names one, where all are seen; the receipt tells of it. */
static int64_t case_of(const struct node *node, const json_t *arguments)
{
    static const struct case_viewer here = {.role = ACCOUNT_ADMINISTRATOR, .name = "", .member = ""};
    struct case_record c;
    enum case_access access;
    json_t *wish = json_pack("{s:O*}", "number", json_object_get(arguments, "case"));
    int e = json_object_size(wish) ? case_wall_find(node->ledger, &here, wish, CASE_READ, &c, &access) : 0;
    bool is_named = json_object_size(wish) > 0;
    json_decref(wish);
    return e < 0 ? e : is_named ? c.number : 0;
}

/* A page of what may be told to a recipient now, with a receipt: who asks for it will pass it on. */
static void handle_export(struct control_request *request, const json_t *arguments)
{
    struct page p = {.request = request};
    struct node *node = control_request_self(request);
    const char *format = json_string_value(json_object_get(arguments, "format"));
    json_int_t after = json_integer_value(json_object_get(arguments, "after"));
    struct indicator_filter active = {.states = 1 << INDICATOR_ACTIVE, .after = (uint32_t)after, .max = EXPORT_PAGE};
    if (delivery_init(&p.delivery, node, json_string_value(json_object_get(arguments, "recipient"))) < 0 || !format || !*format || strlen(format) >= SHARING_WHAT_MAX ||
        after < 0 || after > UINT32_MAX) {
        control_reply_error(request, "%s", _("no recipient of that name is configured"));
        return;
    }
    int64_t number = case_of(node, arguments);
    if (number == -ENOENT) {
        control_reply_error(request, "%s", _("there is no such case"));
        return;
    }
    char what[SHARING_WHAT_MAX];
    snprintf(what, sizeof what, number > 0 ? "%s case %lld" : "%s", format, (long long)number);
    int e = number < 0 ? (int)number
            : number > 0 ? case_subjects(node->ledger, number, 0, CASE_SUBJECTS_MAX, export_of_case, &p)
                         : indicator_list(node->ledger, &active, export_one, &p);
    if (e < 0 || delivery_receipt(&p.delivery, what, p.count) < 0) {
        control_reply_error(request, _("the ledger cannot be read: %s"), _(ledger_error(node->ledger)));
        return;
    }
    control_reply(request, json_pack("{s:I, s:I}", "count", (json_int_t)p.count, "after",
                                     (json_int_t)(number == 0 && p.looked_at == EXPORT_PAGE ? p.last : 0)));
}

struct telling {
    struct control_request *request;
    uint64_t count;
};

static int tell_receipt(void *self, const struct sharing_receipt *r)
{
    struct telling *t = self;
    t->count++;
    api_send_row(t->request, json_pack("{s:I, s:s, s:s, s:s, s:s, s:s, s:I, s:I}", "number", (json_int_t)r->number, "recipient", r->recipient,
                                       "way", sharing_way_word(r->way), "what", r->what, "first", r->first, "last", r->last, "objects",
                                       (json_int_t)r->objects, "made_us", (json_int_t)r->made_us));
    return 0;
}

static void handle_receipts(struct control_request *request, const json_t *arguments)
{
    struct node *node = control_request_self(request);
    struct telling t = {.request = request};
    json_int_t limit = json_integer_value(json_object_get(arguments, "limit"));
    if (limit < 0 || limit > RECEIPTS_MAX) {
        control_reply_error(request, "%s", _("at most 10000 at once"));
        return;
    }
    if (sharing_receipts(node->ledger, json_string_value(json_object_get(arguments, "recipient")), limit ? (unsigned)limit : RECEIPTS_DEFAULT,
                         tell_receipt, &t) < 0)
        control_reply_error(request, _("the ledger cannot be read: %s"), _(ledger_error(node->ledger)));
    else
        control_reply(request, json_pack("{s:I}", "count", (json_int_t)t.count));
}

static void handle_identity(struct control_request *request, const json_t *arguments)
{
    struct node *node = control_request_self(request);
    const struct export_node *identity = node->identity(node->self);
    char space[2 * sizeof identity->space + 1];
    (void)arguments;
    sodium_bin2hex(space, sizeof space, identity->space, sizeof identity->space);
    control_reply(request, json_pack("{s:s, s:s}", "name", identity->name, "space", space));
}

const struct control_command share_commands[] = {
    {"identity", handle_identity},
    {"share", handle_share},
    {"receipts", handle_receipts},
    {"export", handle_export},
    {0},
};
