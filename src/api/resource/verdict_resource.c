/* Verdicts by hand: block, observe, allow, withdraw. */
#include <errno.h>
#include <sodium.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "api/intake/judgement.h"
#include "api/node.h"
#include "base/clock.h"
#include "base/text.h"
#include "proto/dns/name.h"

static json_t *evidence_json(const struct verdict *v)
{
    json_t *all = json_array();
    for (unsigned i = 0; i < v->evidence_count; i++) {
        const struct verdict_evidence *e = &v->evidence[i];
        char hex[2 * VERDICT_HASH_LEN + 1];
        json_array_append_new(all, json_pack("{s:s, s:s, s:s*}", "kind", verdict_evidence_word(e->kind), "reference",
                                             e->reference, "sha256",
                                             e->has_sha256 ? sodium_bin2hex(hex, sizeof hex, e->sha256, sizeof e->sha256) : NULL));
    }
    return all;
}

json_t *api_verdict_json(const struct verdict *v)
{
    char id[VERDICT_ID_TEXT_MAX];
    json_t *object = json_pack("{s:I, s:s, s:s, s:s, s:s, s:s, s:s, s:s, s:s, s:i, s:s, s:s, s:I, s:I, s:I, s:I}", "number",
                     (json_int_t)v->number, "id", verdict_id_format(&v->id, id), "claim", claim_traits(v->claim)->word, "kind",
                     subject_kind_word(v->subject.kind), "subject", v->subject.value, "author_kind",
                     verdict_author_word(v->author.kind), "source", v->author.name, "reason", v->reason, "group", v->scope,
                     "probability", (int)v->probability, "tlp", verdict_tlp_word(v->tlp), "pap", verdict_pap_word(v->pap),
                     "made_us", (json_int_t)v->made_us, "from_us", (json_int_t)v->from_us, "until_us",
                     (json_int_t)v->until_us, "supersedes", (json_int_t)v->supersedes);
    if (object && v->severity)
        json_object_set_new(object, "severity", json_string(verdict_severity_word(v->severity)));
    if (object && v->evidence_count > 0)
        json_object_set_new(object, "evidence", evidence_json(v));
    return object;
}

/* The newest verdict by hand for the same scope that nothing replaces. */
static int keep_standing(const struct verdict *v, void *self)
{
    struct verdict *found = self;
    if (claim_traits(v->claim)->group != CLAIM_DIRECTIVE || v->claim == CLAIM_LIST || strcmp(v->scope, found->scope) != 0)
        return 0;
    *found = *v;
    return 1;
}

int judgement_find_directive(struct ledger *l, struct verdict *v)
{
    struct verdict standing = {0};
    memcpy(standing.scope, v->scope, sizeof standing.scope);
    int e = ledger_find_subject(l, v->subject.value, keep_standing, &standing);
    v->supersedes = standing.number;
    return e < 0 ? e : 0;
}

/* What it is about and for whom, into the verdict. A text when that cannot be; NULL. */
static const char *take_subject(const struct node *node, const json_t *arguments, struct verdict *v)
{
    const char *given = json_string_value(json_object_get(arguments, "name"));
    const char *group = json_string_value(json_object_get(arguments, "group"));
    struct policy_subject_text subject;
    if (!given || policy_subject_parse(given, &subject) < 0)
        return _("neither a domain name nor an address or a network (bits after the prefix must be zero)");
    if (subject_guess(subject.text, strlen(subject.text), &v->subject) < 0)
        return _("no domain ends in a number or holds one of / : @ [ ] ( ) , ; < > \": a slip of the pen?");
    int found = group ? policy_find_group(node->policy(node->self), group) : 0;
    if (found < 0)
        return _("no client group of that name is configured, and no member is called so (member:NAME)");
    if (found > POLICY_GROUP_OF_MEMBERS && subject.subject.trigger != DNS_TRIGGER_NAME)
        return _("for the clients of one member only names can be blocked or allowed");
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

void judgement_append_directive(struct control_request *request, struct node *node, const struct verdict *verdict)
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

const char *judgement_protected_by(struct node *node, const struct verdict *v, char *text, size_t max)
{
    struct dns_name name;
    struct list_rule rule = {.name = &name, .action = DNS_ACTION_NXDOMAIN, .scope = POLICY_SCOPE_BOTH};
    struct name_set_entry by;
    char protected_name[DNS_NAME_TEXT_MAX];
    const struct protection *protection = node->protection(node->self);
    if (v->claim != CLAIM_BLOCK || dns_name_parse(v->subject.value, strlen(v->subject.value), &name) < 0 ||
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

static void make_verdict(struct control_request *request, const json_t *arguments, enum claim claim)
{
    struct node *node = control_request_self(request);
    const char *reason = json_string_value(json_object_get(arguments, "reason"));
    int64_t until_us = json_integer_value(json_object_get(arguments, "until_us"));
    int64_t now_us = clock_wall_us();
    struct verdict v = {.claim = claim, .probability = VERDICT_CERTAIN, .tlp = VERDICT_TLP_AMBER, .made_us = now_us,
                        .from_us = now_us, .until_us = until_us};
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
                                                                           : judgement_protected_by(node, &v, text, sizeof text);
    if (refusal) {
        control_reply_error(request, "%s", refusal);
        return;
    }
    snprintf(v.reason, sizeof v.reason, "%s", reason);
    snprintf(v.author.name, sizeof v.author.name, "%s", control_request_source(request));
    if (judgement_find_directive(node->ledger, &v) < 0) {
        control_reply_error(request, _("the ledger cannot be read: %s"), _(ledger_error(node->ledger)));
        return;
    }
    judgement_append_directive(request, node, &v);
}

static void handle_block(struct control_request *request, const json_t *arguments)
{
    bool observes = json_is_true(json_object_get(arguments, "observe"));
    make_verdict(request, arguments, observes ? CLAIM_OBSERVE : CLAIM_BLOCK);
}

static void handle_allow(struct control_request *request, const json_t *arguments)
{
    make_verdict(request, arguments, CLAIM_ALLOW);
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
    if (ledger_find_subject(node->ledger, v.subject.value, keep_standing, &v) < 0 || v.number == 0 ||
        (v.until_us != 0 && v.until_us <= clock_wall_us())) {
        control_reply_error(request, _("nothing was said by hand about %s, or it has ended"), v.subject.value);
        return;
    }
    if (!reason || !*reason || strlen(reason) >= sizeof v.reason) {
        control_reply_error(request, _("a reason is needed, of at most %d octets"), VERDICT_REASON_MAX - 1);
        return;
    }
    v.supersedes = v.number;
    v.id = (struct verdict_id){0};
    v.made_us = v.from_us = v.until_us = clock_wall_us();
    snprintf(v.reason, sizeof v.reason, "%s", reason);
    snprintf(v.author.name, sizeof v.author.name, "%s", control_request_source(request));
    judgement_append_directive(request, node, &v);
}

const struct control_command verdict_commands[] = {
    {"block", handle_block},
    {"allow", handle_allow},
    {"withdraw", handle_withdraw},
    {0},
};
