/* Takes documents that a person gives into the ledger: the resource behind "hinomi judge --from". */
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "api/intake/judgement.h"
#include "api/node.h"
#include "api/intake/statement_intake.h"
#include "base/text.h"

static void on_data(struct control_request *request, struct reader data, void *self)
{
    (void)request;
    /* An error stays, and is told at the end. */
    int e = data.left == 0 ? statement_intake_end_document(self) : statement_intake_feed(self, data.at, data.left);
    (void)e;
}

static void on_end(struct control_request *request, bool gone, void *self)
{
    struct statement_intake *in = self;
    if (gone) {
        control_reply_error(request, "gone");
    } else {
        int e;
        while ((e = statement_intake_finish(in)) > 0)
            continue;
        if (e < 0)
            control_reply_error(request, _("the ledger refused the verdict: %s"), _(ledger_error_of(e)));
        else
            control_reply(request, statement_intake_json(in));
    }
    statement_intake_free(in);
}

/* ---- the question ---- */

static bool is_set(const json_t *arguments, const char *key)
{
    return json_is_true(json_object_get(arguments, key));
}

/* NULL, or what is wrong with it. */
static const char *take_options(struct statement_intake_options *in, const json_t *arguments, const struct verdict *v)
{
    const char *format = json_string_value(json_object_get(arguments, "format"));
    const char *kind = json_string_value(json_object_get(arguments, "kind")), *map = json_string_value(json_object_get(arguments, "map"));
    struct statement_options *o = &in->reading;
    o->common = *v;
    o->has_claim = json_object_get(arguments, "claim") != NULL;
    o->hosts_of_urls = is_set(arguments, "hosts_of_urls");
    o->is_fresh = is_set(arguments, "fresh");
    o->unmarked = is_set(arguments, "unmarked");
    o->has_kind = kind != NULL;
    o->map = map;
    in->is_whole = is_set(arguments, "whole");
    in->is_forced = is_set(arguments, "force");
    if (format && statement_format_parse(format, &o->format) < 0)
        return _("the format is auto, stix, misp, csv or plain");
    if (kind && subject_kind_parse(kind, &o->kind) < 0)
        return _("no such kind of subject");
    const char *why = map ? statement_map_check(map) : NULL;
    return why ? _(why) : NULL;
}

void judgement_intake_begin(struct control_request *request, struct node *node, const json_t *arguments, const struct verdict *v)
{
    struct statement_intake_options options = {.ledger = node->ledger, .exchange = node->exchange ? node->exchange(node->self) : NULL, .shrink_percent = node->shrink_percent};
    struct statement_intake *in;
    const char *wrong = take_options(&options, arguments, v);
    if (!wrong && statement_intake_new(&options, &in) < 0)
        wrong = strerror(ENOMEM);
    if (wrong) {
        control_reply_error(request, "%s", wrong);
        return;
    }
    control_request_take_data(request, on_data, on_end, in);
}
