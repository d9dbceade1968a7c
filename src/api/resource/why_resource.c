/* Why a name is answered as it is, or an address is: the decision for a client, and every rule that matches. */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "api/node.h"
#include "api/control/policy_question.h"
#include "base/clock.h"
#include "base/text.h"

enum { HISTORY_MAX = 100, LEFT_OUT_MAX = 100 }; /* more is for the ledger itself */

struct explain {
    struct node *node;
    const struct policy_subject_text *subject;
    unsigned group;
    enum policy_layer layer;           /* that is walked */
    const struct policy *policy;
    const struct policy_image *image; /* of the layer */
    json_t *matches;
    json_t *own_passes; /* of these, what a member lets through by itself */
    bool is_grave;      /* what is believed does not let it do so */
};

static json_t *ledger_verdict_json(struct node *node, uint32_t id)
{
    struct verdict v;
    return id != 0 && ledger_get(node->ledger, id, &v) == 0 ? api_verdict_json(&v) : json_null();
}

/* What is believed of the subject of that verdict, with the reasons. */
static json_t *belief_of(struct node *node, uint32_t number)
{
    struct verdict v;
    uint32_t id;
    struct belief *b = node->belief(node->self);
    json_t *belief = ledger_get(node->ledger, number, &v) == 0 && belief_gather(b, node->ledger, &v.subject, &id) == 0 && id
                         ? belief_json(b, clock_wall_us())
                         : NULL;
    return belief ? belief : json_null();
}

/* What the rule is about: part of the name, or a prefix of so many bits. */
static const char *matched_text(const struct policy_subject_text *s, unsigned part, char *text, size_t max)
{
    char address[ADDR_TEXT_MAX];
    if (s->subject.trigger == DNS_TRIGGER_NAME)
        return dns_name_format_wire(s->name.wire + s->name.at[part], (size_t)s->name.len - s->name.at[part], text);
    struct addr network = s->prefix.addr;
    for (unsigned i = 0; i < sizeof network.bytes; i++) {
        unsigned kept = part > 8 * i ? part - 8 * i : 0;
        if (kept < 8)
            network.bytes[i] &= (uint8_t)(0xff00u >> kept);
    }
    bool v4 = addr_is_v4(&network) && part >= 96;
    snprintf(text, max, "%s/%u", addr_format(&network, address), v4 ? part - 96 : part);
    return text;
}

/* The one group that the list is for; empty: everybody. */
static const char *list_group(const struct explain *x, const struct policy_list *list, char text[POLICY_GROUP_TEXT_MAX])
{
    return list->member > 0 ? policy_group_text(x->policy, POLICY_GROUP_OF_MEMBERS + list->member, text) : list->group;
}

static void add_match(void *self, const struct policy_list *list, const struct policy_rule *rule, uint32_t line,
                      unsigned part)
{
    struct explain *x = self;
    struct verdict_ref ref = list->id ? (struct verdict_ref){list->verdict_id, line} : (struct verdict_ref){line, 0};
    char ref_text[VERDICT_REF_TEXT_MAX], matched[DNS_NAME_TEXT_MAX], group[POLICY_GROUP_TEXT_MAX];
    json_t *match = json_pack("{s:s, s:s, s:s, s:i, s:s, s:b, s:s, s:i, s:I, s:I, s:o}", "action",
                              dns_action_word(rule->action), "matched",
                              matched_text(x->subject, part, matched, sizeof matched), "list", list->name, "list_id",
                              (int)list->id, "group", list_group(x, list, group), "counts", policy_list_counts(x->policy, x->layer, x->group, list), "verdict",
                              verdict_ref_format(ref, ref_text), "line", (int)ref.line, "since_us",
                              (json_int_t)(rule->from_us ? rule->from_us : list->since_us), "until_us",
                              (json_int_t)rule->until_us, "statement", ledger_verdict_json(x->node, ref.id));
    bool acts = rule->action != DNS_ACTION_OBSERVE && (rule->until_us == 0 || rule->until_us > clock_wall_us());
    if (match && x->layer == POLICY_LAYER_BELIEF)
        json_object_set_new(match, "belief", belief_of(x->node, ref.id));
    x->is_grave = x->is_grave || (x->layer == POLICY_LAYER_BELIEF && list->is_grave && acts && policy_list_counts(x->policy, x->layer, x->group, list));
    if (match && list->by_member && rule->action == DNS_ACTION_PASS)
        json_array_append(x->own_passes, match);
    json_array_append_new(x->matches, match ? match : json_null());
}

static void add_matches(struct explain *x, const struct policy *policy)
{
    x->policy = policy;
    for (int layer = 0; layer < POLICY_LAYER_COUNT; layer++) {
        x->layer = (enum policy_layer)layer;
        x->image = policy_layer(policy, x->layer);
        if (!x->image)
            continue;
        if (x->subject->subject.trigger == DNS_TRIGGER_NAME)
            policy_image_each_match(x->image, &x->subject->name, add_match, x);
        else
            policy_image_each_prefix_match(x->image, DNS_TRIGGER_ADDRESS, &x->subject->prefix.addr, add_match, x);
    }
}

/* As policy_decide passes them over. */
static void mark_set_aside(const struct explain *x)
{
    size_t i;
    json_t *match;
    json_array_foreach(x->own_passes, i, match)
    {
        if (x->is_grave)
            json_object_set_new(match, "set_aside", json_string(_("what is known of that name is too grave for one member to allow it")));
    }
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
    return json_array_size(x->rules) >= LEFT_OUT_MAX;
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
    json_array_append_new(self, api_verdict_json(v));
    return json_array_size(self) >= HISTORY_MAX;
}

/* Who is asked about: a client's address, or a group by its name; neither: a client of no group. */
static const char *take_asker(const struct policy *policy, const json_t *arguments, struct dns_asker *ret_asker)
{
    const char *client = json_string_value(json_object_get(arguments, "client"));
    const char *group = json_string_value(json_object_get(arguments, "group"));
    *ret_asker = (struct dns_asker){0};
    if (client && addr_parse(client, &ret_asker->client) < 0)
        return _("the client is not an address");
    if (client)
        ret_asker->group = policy_group_of(policy, &ret_asker->client);
    int found = group ? policy_find_group(policy, group) : 0;
    if (found < 0)
        return _("no client group of that name is configured, and no member is called so (member:NAME)");
    if (group)
        ret_asker->group = (uint16_t)found;
    return NULL;
}

static void handle_why(struct control_request *request, const json_t *arguments)
{
    struct node *node = control_request_self(request);
    const struct policy *policy = node->policy(node->self);
    const char *given = json_string_value(json_object_get(arguments, "name"));
    struct policy_subject_text subject;
    struct dns_asker asker;
    if (!given || policy_subject_parse(given, &subject) < 0) {
        control_reply_error(request,
                            _("neither a domain name nor an address or a network (bits after the prefix must be zero)"));
        return;
    }
    const char *wrong = take_asker(policy, arguments, &asker);
    if (wrong) {
        control_reply_error(request, "%s", wrong);
        return;
    }
    struct dns_decision decision;
    int e = policy_question_decide(policy, &subject, &asker, &decision);
    if (e < 0) {
        control_reply_error(request, "%s", strerror(-e));
        return;
    }
    struct explain x = {.node = node, .subject = &subject, .group = asker.group, .matches = json_array(), .own_passes = json_array()};
    add_matches(&x, policy);
    mark_set_aside(&x);
    json_decref(x.own_passes);
    json_t *history = json_array();
    if (ledger_find_subject(node->ledger, subject.text, add_history, history) < 0)
        json_array_clear(history);
    char ref[VERDICT_REF_TEXT_MAX] = "", group[POLICY_GROUP_TEXT_MAX];
    if (decision.verdict.id)
        verdict_ref_format(decision.verdict, ref);
    json_t *object = json_pack("{s:s, s:s, s:s, s:s, s:b, s:o, s:o}", "name", subject.text, "action",
                               dns_action_word(decision.action), "verdict", ref, "group",
                               policy_group_text(policy, asker.group, group), "final", decision.final,
                               "matches", x.matches, "history", history);
    if (object && subject.subject.trigger == DNS_TRIGGER_NAME)
        add_protection(node, &subject.name, object);
    control_reply(request, object);
}

const struct control_command why_commands[] = {
    {"why", handle_why},
    {0},
};
