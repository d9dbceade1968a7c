/* Verdicts by hand: block, observe, allow, withdraw. */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "api/node.h"
#include "base/clock.h"
#include "base/text.h"
#include "proto/dns/name.h"

json_t *api_verdict_json(const struct verdict *v)
{
    return json_pack("{s:i, s:s, s:s, s:s, s:s, s:s, s:I, s:I, s:I, s:i}", "id", (int)v->id, "claim",
                     verdict_claim_word(v->claim), "subject", v->subject, "source", v->source, "reason", v->reason, "group", v->scope,
                     "made_us", (json_int_t)v->made_us, "from_us", (json_int_t)v->from_us, "until_us",
                     (json_int_t)v->until_us, "supersedes", (int)v->supersedes);
}

/* The newest verdict by hand for the same scope that nothing replaces. */
static int keep_standing(const struct verdict *v, void *self)
{
    struct verdict *found = self;
    if (v->claim == VERDICT_CLAIM_LIST || strcmp(v->scope, found->scope) != 0)
        return 0;
    *found = *v;
    return 1;
}

/* What it is about and for whom, into the verdict. A text when that cannot be; NULL. */
static const char *take_subject(const struct node *node, const json_t *arguments, struct verdict *v)
{
    const char *given = json_string_value(json_object_get(arguments, "name"));
    const char *group = json_string_value(json_object_get(arguments, "group"));
    struct policy_subject_text subject;
    if (!given || policy_subject_parse(given, &subject) < 0)
        return _("neither a domain name nor an address or a network (bits after the prefix must be zero)");
    if (snprintf(v->subject, sizeof v->subject, "%s", subject.text) >= (int)sizeof v->subject)
        return _("the name is too long");
    if (group && policy_group_of_name(policy_groups_get(node->policy(node->self)), group) < 0)
        return _("no client group of that name is configured");
    snprintf(v->scope, sizeof v->scope, "%s", group ? group : "");
    return NULL;
}

struct verdict_change {
    struct control_request *request;
    struct verdict verdict;
};

static void on_in_force(void *self, const char *error)
{
    struct verdict_change *change = self;
    json_t *object = json_pack("{s:o, s:b}", "verdict", api_verdict_json(&change->verdict), "in_force", error == NULL);
    if (object && error)
        json_object_set_new(object, "warning", json_string(error));
    control_reply(change->request, object);
    free(change);
}

/* Appends and puts in force; replies when the resolver has it. */
static void append(struct control_request *request, struct node *node, const struct verdict *verdict)
{
    struct verdict_change *change = malloc(sizeof *change);
    if (!change) {
        control_reply_error(request, "%s", strerror(ENOMEM));
        return;
    }
    *change = (struct verdict_change){.request = request, .verdict = *verdict};
    if (ledger_append(node->ledger, &change->verdict) < 0) {
        control_reply_error(request, _("the ledger refused the verdict: %s"), _(ledger_error(node->ledger)));
        free(change);
        return;
    }
    node->hand_changed(node->self, on_in_force, change);
}

/* A text when the block must not be made; NULL. */
static const char *protected_by(struct node *node, const struct verdict *v, char *text, size_t max)
{
    struct dns_name name;
    struct list_rule rule = {.name = &name, .action = DNS_ACTION_NXDOMAIN, .scope = POLICY_SCOPE_BOTH};
    struct name_set_entry by;
    char protected_name[DNS_NAME_TEXT_MAX];
    const struct protection *protection = node->protection(node->self);
    if (v->claim != VERDICT_CLAIM_BLOCK || dns_name_parse(v->subject, strlen(v->subject), &name) < 0 ||
        !node->is_protecting(node->self))
        return NULL;
    if (!protection)
        return _("the never-block lists are still being read; try again, or give --force");
    if (!protection_forbids(protection, &rule, &by))
        return NULL;
    snprintf(text, max, _("it would block %s, which the never-block list %s protects (line %u); give --force to do so"),
             dns_name_format(&by.name, protected_name), protection_source(protection, by.source), by.line);
    return text;
}

static void make_verdict(struct control_request *request, const json_t *arguments, enum verdict_claim claim)
{
    struct node *node = control_request_self(request);
    const char *reason = json_string_value(json_object_get(arguments, "reason"));
    int64_t until_us = json_integer_value(json_object_get(arguments, "until_us"));
    int64_t now_us = clock_wall_us();
    struct verdict v = {.claim = claim, .made_us = now_us, .from_us = now_us, .until_us = until_us};
    const char *wrong = take_subject(node, arguments, &v);
    if (wrong) {
        control_reply_error(request, "%s", wrong);
        return;
    }
    if (!reason || !*reason || strlen(reason) >= sizeof v.reason) {
        control_reply_error(request, _("a reason is needed, of at most %d octets"), VERDICT_REASON_MAX - 1);
        return;
    }
    if (until_us != 0 && until_us <= now_us) {
        control_reply_error(request, _("the end lies in the past"));
        return;
    }
    char text[PROTECTION_NAME_MAX + 2 * DNS_NAME_TEXT_MAX];
    const char *refusal = json_is_true(json_object_get(arguments, "force")) ? NULL
                                                                           : protected_by(node, &v, text, sizeof text);
    if (refusal) {
        control_reply_error(request, "%s", refusal);
        return;
    }
    snprintf(v.reason, sizeof v.reason, "%s", reason);
    snprintf(v.source, sizeof v.source, "%s", control_request_source(request));
    struct verdict standing = {0};
    memcpy(standing.scope, v.scope, sizeof standing.scope);
    if (ledger_find_subject(node->ledger, v.subject, keep_standing, &standing) < 0) {
        control_reply_error(request, _("the ledger cannot be read: %s"), _(ledger_error(node->ledger)));
        return;
    }
    v.supersedes = standing.id;
    append(request, node, &v);
}

static void handle_block(struct control_request *request, const json_t *arguments)
{
    bool observes = json_is_true(json_object_get(arguments, "observe"));
    make_verdict(request, arguments, observes ? VERDICT_CLAIM_OBSERVE : VERDICT_CLAIM_BLOCK);
}

static void handle_allow(struct control_request *request, const json_t *arguments)
{
    make_verdict(request, arguments, VERDICT_CLAIM_ALLOW);
}

/* Takes back what was said by hand: a verdict that supersedes and is itself never in force. */
static void handle_withdraw(struct control_request *request, const json_t *arguments)
{
    struct node *node = control_request_self(request);
    const char *reason = json_string_value(json_object_get(arguments, "reason"));
    struct verdict v = {0};
    const char *wrong = take_subject(node, arguments, &v);
    if (wrong) {
        control_reply_error(request, "%s", wrong);
        return;
    }
    if (ledger_find_subject(node->ledger, v.subject, keep_standing, &v) < 0 || v.id == 0 ||
        (v.until_us != 0 && v.until_us <= clock_wall_us())) {
        control_reply_error(request, _("nothing was said by hand about %s, or it has ended"), v.subject);
        return;
    }
    if (!reason || !*reason || strlen(reason) >= sizeof v.reason) {
        control_reply_error(request, _("a reason is needed, of at most %d octets"), VERDICT_REASON_MAX - 1);
        return;
    }
    v.supersedes = v.id;
    v.id = 0;
    v.made_us = v.from_us = v.until_us = clock_wall_us();
    snprintf(v.reason, sizeof v.reason, "%s", reason);
    snprintf(v.source, sizeof v.source, "%s", control_request_source(request));
    append(request, node, &v);
}

const struct control_command verdict_commands[] = {
    {"block", handle_block},
    {"allow", handle_allow},
    {"withdraw", handle_withdraw},
    {0},
};
