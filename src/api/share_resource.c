/* Sharing: what the exit gate lets through to whom and why not, what each recipient was given, and the receipts. */
#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "api/judgement.h"
#include "api/node.h"
#include "api/rows.h"
#include "base/text.h"
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

const struct control_command share_commands[] = {
    {"share", handle_share},
    {"receipts", handle_receipts},
    {0},
};
