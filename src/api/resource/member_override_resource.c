/* Overrides: what a member's operator blocks or allows for the member's own clients, with a reason and an end.
 *
 * Each is a verdict of the ledger by the member, for the group of its clients. It stands behind what the centre says by hand, so it cannot undo
 * that, and before lists and beliefs; whose member it is was looked at before (WALL_NAME).
 */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "api/intake/judgement.h"
#include "api/node.h"
#include "base/clock.h"
#include "base/text.h"
#include "store/member.h"

enum { OF_ONE_MAX = 1000, DAYS_MAX = 366 };

static void scope_of(const char *member, char scope[VERDICT_SCOPE_MAX])
{
    snprintf(scope, VERDICT_SCOPE_MAX, POLICY_MEMBER_GROUP "%s", member);
}

/* ---- those there are ---- */

static const char *set_aside_by(struct node *node, const struct verdict *v, int64_t now_us);

struct gathered {
    struct node *node;
    int64_t now_us;
    char scope[VERDICT_SCOPE_MAX];
    json_t *rows; /* NULL: only counted */
    unsigned count;
};

static int gather(const struct verdict *v, void *self)
{
    struct gathered *g = self;
    if (strcmp(v->scope, g->scope) != 0)
        return 0;
    g->count += v->author.kind == VERDICT_BY_MEMBER;
    if (g->rows) {
        json_t *row = api_verdict_json(v);
        const char *why = v->author.kind == VERDICT_BY_MEMBER ? set_aside_by(g->node, v, g->now_us) : NULL;
        json_object_set_new(row, "by_member", json_boolean(v->author.kind == VERDICT_BY_MEMBER));
        if (why)
            json_object_set_new(row, "set_aside", json_string(why));
        json_array_append_new(g->rows, row);
    }
    return 0;
}

static void handle_overrides(struct control_request *request, const json_t *arguments)
{
    struct node *node = control_request_self(request);
    const char *name = json_string_value(json_object_get(arguments, "name"));
    struct gathered g = {.node = node, .now_us = clock_wall_us(), .rows = json_array()};
    scope_of(name ? name : "", g.scope);
    if (ledger_current(node->ledger, g.now_us, gather, &g) < 0) {
        json_decref(g.rows);
        control_reply_error(request, _("the ledger cannot be read: %s"), _(ledger_error(node->ledger)));
        return;
    }
    control_reply(request, json_pack("{s:o, s:b}", "rows", g.rows, "may", node->overrides));
}

/* ---- a new one ---- */

/* A text for people when something is wrong; NULL. */
static const char *take(struct node *node, const json_t *arguments, int64_t now_us, struct verdict *v)
{
    const char *member = json_string_value(json_object_get(arguments, "name")), *subject = json_string_value(json_object_get(arguments, "subject"));
    const char *action = json_string_value(json_object_get(arguments, "action")), *reason = json_string_value(json_object_get(arguments, "reason"));
    struct policy_subject_text text;
    int64_t number;
    if (!member || member_number(node->ledger, member, &number) < 0)
        return _("there is no such member");
    if (!subject || policy_subject_parse(subject, &text) < 0 || text.subject.trigger != DNS_TRIGGER_NAME || strcmp(text.text, ".") == 0 ||
        subject_guess(text.text, strlen(text.text), &v->subject) < 0)
        return _("subject is the domain name that is to be blocked or allowed");
    if (!action || (strcmp(action, "block") != 0 && strcmp(action, "allow") != 0))
        return _("action is block or allow");
    if (!reason || !*reason || strlen(reason) >= sizeof v->reason)
        return _("a reason is needed, of at most 511 octets");
    v->claim = strcmp(action, "block") == 0 ? CLAIM_BLOCK : CLAIM_ALLOW;
    v->until_us = json_integer_value(json_object_get(arguments, "until_us"));
    if (v->until_us <= now_us || v->until_us - now_us > DAYS_MAX * INT64_C(86400000000))
        return _("an end is needed, at most a year from now");
    snprintf(v->reason, sizeof v->reason, "%s", reason);
    scope_of(member, v->scope);
    return NULL;
}

struct matches {
    int64_t now_us;
    int64_t member; /* the number whose rules by the centre count as well; 0: none */
    bool is_belief;
    bool by_hand, grave;
};

static void look(void *self, const struct policy_list *list, const struct policy_rule *rule, uint32_t line, unsigned label)
{
    struct matches *m = self;
    (void)line, (void)label;
    if (rule->until_us && rule->until_us <= m->now_us)
        return;
    if (m->is_belief)
        m->grave = m->grave || (list->is_grave && rule->action != DNS_ACTION_OBSERVE);
    else
        m->by_hand = m->by_hand || (list->member == 0 && !list->group[0]) || (list->member != 0 && list->member == m->member && !list->by_member);
}

/* All that matches the name is looked at, not only what decides: that may be a word of the member's own. */
static int look_all(struct node *node, const struct verdict *v, struct matches *m)
{
    const struct policy *policy = node->policy(node->self);
    struct policy_subject_text subject;
    if (policy_subject_parse(v->subject.value, &subject) < 0)
        return -EINVAL;
    if (policy_layer(policy, POLICY_LAYER_HAND))
        policy_image_each_match(policy_layer(policy, POLICY_LAYER_HAND), &subject.name, look, m);
    m->is_belief = true;
    if (policy_layer(policy, POLICY_LAYER_BELIEF))
        policy_image_each_match(policy_layer(policy, POLICY_LAYER_BELIEF), &subject.name, look, m);
    return 0;
}

/* What the centre says by hand about it, or believes and a member may not undo. */
static const char *centre_says(struct node *node, const struct verdict *v)
{
    struct matches m = {.now_us = v->made_us};
    if (look_all(node, v, &m) < 0)
        return strerror(EINVAL);
    if (m.by_hand)
        return _("the centre has decided on that name by hand; ask it, or report the block");
    if (v->claim == CLAIM_ALLOW && m.grave)
        return _("what is known of that name is too grave for one member to allow it; report the block, and the centre looks at it");
    return NULL;
}

/* Why an override that stands is of no effect now: what has become known, or was decided, since it was made. NULL: it is of effect. */
static const char *set_aside_by(struct node *node, const struct verdict *v, int64_t now_us)
{
    struct matches m = {.now_us = now_us};
    if (member_number(node->ledger, v->scope + strlen(POLICY_MEMBER_GROUP), &m.member) < 0 || look_all(node, v, &m) < 0)
        return NULL;
    return m.by_hand                                ? _("the centre has decided on that name by hand")
           : v->claim == CLAIM_ALLOW && m.grave ? _("what is known of that name is too grave for one member to allow it")
                                                    : NULL;
}

/* The standing word for these clients, if it is the centre's. */
static const char *stands(struct node *node, struct verdict *v)
{
    struct verdict before;
    if (judgement_find_directive(node->ledger, v) < 0)
        return _(ledger_error(node->ledger));
    if (v->supersedes && ledger_get(node->ledger, v->supersedes, &before) == 0 && before.author.kind != VERDICT_BY_MEMBER &&
        (before.until_us == 0 || before.until_us > v->made_us))
        return _("the centre has decided on that name by hand; ask it, or report the block");
    return NULL;
}

static const char *may_be(struct node *node, struct verdict *v, char *text, size_t max)
{
    struct gathered g = {0};
    if (!node->overrides)
        return _("the configuration lets no member block or allow by itself (members: overrides)");
    const char *flaw = stands(node, v);
    if (!flaw)
        flaw = centre_says(node, v);
    if (!flaw && judgement_protected_by(node, v, text, max))
        flaw = _("that name is on a list of what is never blocked");
    memcpy(g.scope, v->scope, sizeof g.scope);
    if (!flaw && v->supersedes == 0 && ledger_current(node->ledger, v->made_us, gather, &g) == 0 && g.count >= OF_ONE_MAX)
        flaw = _("the member has 1000 overrides; end some that are no longer needed");
    return flaw;
}

static void handle_override(struct control_request *request, const json_t *arguments)
{
    struct node *node = control_request_self(request);
    char text[PROTECTION_NAME_MAX + 2 * DNS_NAME_TEXT_MAX];
    int64_t now_us = clock_wall_us();
    struct verdict v = {.author = {.kind = VERDICT_BY_MEMBER}, .probability = VERDICT_CERTAIN, .tlp = VERDICT_TLP_AMBER, .made_us = now_us, .from_us = now_us};
    const char *flaw = take(node, arguments, now_us, &v);
    if (!flaw)
        flaw = may_be(node, &v, text, sizeof text);
    if (flaw) {
        control_reply_error(request, "%s", flaw);
        return;
    }
    snprintf(v.author.name, sizeof v.author.name, "%s", control_request_source(request));
    judgement_append_directive(request, node, &v);
}

/* ---- an end before its time ---- */

static void handle_end(struct control_request *request, const json_t *arguments)
{
    struct node *node = control_request_self(request);
    const char *name = json_string_value(json_object_get(arguments, "name")), *id = json_string_value(json_object_get(arguments, "id"));
    const char *reason = json_string_value(json_object_get(arguments, "reason"));
    char scope[VERDICT_SCOPE_MAX], *end = NULL;
    unsigned long number = id ? strtoul(id, &end, 10) : 0;
    int64_t now_us = clock_wall_us();
    uint32_t by = 0;
    struct verdict v;
    scope_of(name ? name : "", scope);
    if (number == 0 || *end || number > UINT32_MAX || ledger_get(node->ledger, (uint32_t)number, &v) < 0 || strcmp(v.scope, scope) != 0 ||
        v.author.kind != VERDICT_BY_MEMBER || v.until_us <= now_us || ledger_superseded_by(node->ledger, v.number, &by) != -ENOENT) {
        control_reply_error(request, "%s", _("the member has no such override, or it has ended"));
        return;
    }
    v.supersedes = v.number;
    v.id = (struct verdict_id){0};
    v.made_us = v.from_us = v.until_us = now_us;
    snprintf(v.reason, sizeof v.reason, "%s", reason && *reason ? reason : "ended");
    snprintf(v.author.name, sizeof v.author.name, "%s", control_request_source(request));
    judgement_append_directive(request, node, &v);
}

const struct control_command member_override_commands[] = {
    {"overrides", handle_overrides},
    {"override", handle_override},
    {"override-end", handle_end},
    {0},
};
