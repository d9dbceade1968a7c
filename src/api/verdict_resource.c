/* Verdicts by hand: block, allow, withdraw; and why a name is answered as it is. */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "api/node.h"
#include "base/clock.h"
#include "base/text.h"
#include "proto/dns/name.h"

/* A verdict as JSON; times in microseconds, 0 for "none". */
static json_t *verdict_json(const struct verdict *v)
{
    return json_pack("{s:i, s:s, s:s, s:s, s:s, s:I, s:I, s:I, s:i}", "id", (int)v->id, "claim",
                     verdict_claim_word(v->claim), "subject", v->subject, "source", v->source, "reason", v->reason,
                     "made_us", (json_int_t)v->made_us, "from_us", (json_int_t)v->from_us, "until_us",
                     (json_int_t)v->until_us, "supersedes", (int)v->supersedes);
}

/* The subject's newest verdict by hand that nothing replaces. */
static int keep_standing(const struct verdict *v, void *self)
{
    struct verdict *found = self;
    if (v->claim == VERDICT_CLAIM_LIST)
        return 0;
    *found = *v;
    return 1;
}

/* The name in one form: lower case, no dot at the end. VERDICT_SUBJECT_MAX octets. */
static int parse_subject(const json_t *arguments, char *ret_text)
{
    const char *given = json_string_value(json_object_get(arguments, "name"));
    struct dns_name name;
    char text[DNS_NAME_TEXT_MAX];
    if (!given || dns_name_parse(given, strlen(given), &name) < 0)
        return -EINVAL;
    dns_name_format(&name, text);
    return snprintf(ret_text, VERDICT_SUBJECT_MAX, "%s", text) < VERDICT_SUBJECT_MAX ? 0 : -ENAMETOOLONG;
}

struct verdict_change {
    struct control_request *request;
    struct verdict verdict;
};

static void on_in_force(void *self, const char *error)
{
    struct verdict_change *change = self;
    json_t *object = json_pack("{s:o, s:b}", "verdict", verdict_json(&change->verdict), "in_force", error == NULL);
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
    if (parse_subject(arguments, v.subject) < 0) {
        control_reply_error(request, _("not a domain name"));
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
    if (ledger_find_subject(node->ledger, v.subject, keep_standing, &standing) < 0) {
        control_reply_error(request, _("the ledger cannot be read: %s"), _(ledger_error(node->ledger)));
        return;
    }
    v.supersedes = standing.id;
    append(request, node, &v);
}

static void handle_block(struct control_request *request, const json_t *arguments)
{
    make_verdict(request, arguments, VERDICT_CLAIM_BLOCK);
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
    char subject[VERDICT_SUBJECT_MAX];
    struct verdict v = {0};
    if (parse_subject(arguments, subject) < 0) {
        control_reply_error(request, _("not a domain name"));
        return;
    }
    if (ledger_find_subject(node->ledger, subject, keep_standing, &v) < 0 || v.id == 0 ||
        (v.until_us != 0 && v.until_us <= clock_wall_us())) {
        control_reply_error(request, _("nothing was said by hand about %s, or it has ended"), subject);
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

/* ---- why ---- */

struct explain {
    struct node *node;
    const struct dns_name *name;
    json_t *matches;
};

static json_t *ledger_verdict_json(struct node *node, uint32_t id)
{
    struct verdict v;
    return id != 0 && ledger_get(node->ledger, id, &v) == 0 ? verdict_json(&v) : json_null();
}

static void add_match(void *self, const struct policy_list *list, const struct policy_rule *rule, uint32_t line,
                      unsigned label)
{
    struct explain *x = self;
    struct verdict_ref ref = list->id ? (struct verdict_ref){list->verdict_id, line} : (struct verdict_ref){line, 0};
    char ref_text[VERDICT_REF_TEXT_MAX], name[DNS_NAME_TEXT_MAX];
    dns_name_format_wire(x->name->wire + x->name->at[label], (size_t)x->name->len - x->name->at[label], name);
    json_t *match = json_pack("{s:s, s:s, s:s, s:i, s:s, s:i, s:I, s:I, s:o}", "action", dns_action_word(rule->action),
                              "matched", name, "list", list->name, "list_id", (int)list->id, "verdict",
                              verdict_ref_format(ref, ref_text), "line", (int)ref.line, "since_us",
                              (json_int_t)(rule->from_us ? rule->from_us : list->since_us), "until_us",
                              (json_int_t)rule->until_us, "statement", ledger_verdict_json(x->node, ref.id));
    json_array_append_new(x->matches, match ? match : json_null());
}

struct left_out {
    const struct dns_name *name;
    json_t *rules;
};

/* Rules that say something of the name but were left out. */
static int add_left_out(const struct protection_conflict *c, void *self)
{
    struct left_out *x = self;
    struct dns_name rule;
    if (dns_name_parse(c->name, strlen(c->name), &rule) < 0 || !dns_name_within(x->name, &rule))
        return 0;
    if (!(c->scope & (dns_name_equal(x->name, &rule) ? POLICY_SCOPE_EXACT : POLICY_SCOPE_BELOW)))
        return 0;
    json_array_append_new(x->rules, json_pack("{s:s, s:i, s:s, s:s, s:s, s:s, s:i}", "list", c->list, "line",
                                              (int)c->line, "name", c->name, "action", dns_action_word(c->action),
                                              "protected", c->protected_name, "by", c->by, "by_line", (int)c->by_line));
    return json_array_size(x->rules) >= 100;
}

/* "protected" and "left_out", when the never-block lists have a say in the name. */
static void add_protection(struct node *node, const struct dns_name *name, json_t *object)
{
    const struct protection *protection = node->protection(node->self);
    struct name_set_entry by;
    if (!protection)
        return;
    if (protection_has(protection, name, &by))
        json_object_set_new(object, "protected", json_pack("{s:s, s:i}", "by", protection_source(protection, by.source),
                                                           "line", (int)by.line));
    struct left_out x = {name, json_array()};
    protection_each(protection, add_left_out, &x);
    json_object_set_new(object, "left_out", x.rules);
}

static int add_history(const struct verdict *v, void *self)
{
    json_array_append_new(self, verdict_json(v));
    return json_array_size(self) >= 100; /* the newest hundred: more is for the ledger itself */
}

static void handle_why(struct control_request *request, const json_t *arguments)
{
    struct node *node = control_request_self(request);
    char subject[VERDICT_SUBJECT_MAX];
    struct dns_name name;
    if (parse_subject(arguments, subject) < 0 || dns_name_parse(subject, strlen(subject), &name) < 0) {
        control_reply_error(request, _("not a domain name"));
        return;
    }
    const struct policy *policy = node->policy(node->self);
    int64_t now_us = clock_wall_us();
    struct policy_probes *probes = malloc(sizeof *probes);
    if (!probes) {
        control_reply_error(request, "%s", strerror(ENOMEM));
        return;
    }
    struct dns_decision decision;
    struct dns_asker asker = {0};
    policy_prepare(policy, &name, probes);
    policy_decide(policy, probes, &name, &asker, now_us, &decision);
    free(probes);

    struct explain x = {.node = node, .name = &name, .matches = json_array()};
    for (int layer = 0; layer < POLICY_LAYER_COUNT; layer++)
        if (policy_layer(policy, (enum policy_layer)layer))
            policy_image_each_match(policy_layer(policy, (enum policy_layer)layer), &name, add_match, &x);
    json_t *history = json_array();
    if (ledger_find_subject(node->ledger, subject, add_history, history) < 0)
        json_array_clear(history);
    char ref[VERDICT_REF_TEXT_MAX] = "";
    if (decision.verdict.id)
        verdict_ref_format(decision.verdict, ref);
    json_t *object = json_pack("{s:s, s:s, s:s, s:o, s:o}", "name", subject, "action", dns_action_word(decision.action),
                               "verdict", ref, "matches", x.matches, "history", history);
    if (object)
        add_protection(node, &name, object);
    control_reply(request, object);
}

const struct control_command verdict_commands[] = {
    {"block", handle_block},
    {"allow", handle_allow},
    {"withdraw", handle_withdraw},
    {"why", handle_why},
    {0},
};
