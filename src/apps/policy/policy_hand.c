/* Turns verdicts by hand into rules, a list for each group that something was said for. */
#include "apps/policy/policy_hand.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "act/policy/policy.h"
#include "store/member.h"

/* The lists of the layer by hand: one for everybody, one for each group that something was said for, and behind them up to two for each member:
 * what the centre said, and what the member did. */
struct hand_build {
    struct policy_builder *builder;
    struct ledger *ledger;
    unsigned count;
    char groups[POLICY_LISTS_MAX][POLICY_GROUP_NAME_MAX];
    struct member_rule *rules; /* gathered, as their lists come last */
    size_t rule_count, rule_room;
};

struct member_rule {
    struct policy_subject_text subject;
    struct policy_rule_spec spec;
    uint32_t verdict;
    uint16_t member;
    bool by_member;
};

static int hand_list(struct hand_build *h, const char *group)
{
    for (unsigned i = 0; i < h->count; i++)
        if (strcmp(h->groups[i], group) == 0)
            return (int)i;
    if (strlen(group) >= sizeof h->groups[0])
        return -EINVAL;
    struct policy_list list = {.ede = DNS_EDE_BLOCKED, .name = "by hand"};
    snprintf(list.group, sizeof list.group, "%s", group);
    int index = policy_builder_list(h->builder, &list);
    if (index >= 0)
        snprintf(h->groups[h->count++], sizeof h->groups[0], "%s", group);
    return index;
}

/* For a member that is no longer there a rule rests. */
static int keep_member_rule(struct hand_build *h, const struct verdict *v, const struct policy_subject_text *subject,
                            const struct policy_rule_spec *spec)
{
    int64_t number;
    int e = member_number(h->ledger, v->scope + strlen(POLICY_MEMBER_GROUP), &number);
    if (e < 0 || subject->subject.trigger != DNS_TRIGGER_NAME)
        return e == -ENOENT ? 0 : e;
    if (h->rule_count == h->rule_room) {
        size_t room = h->rule_room ? 2 * h->rule_room : 64;
        struct member_rule *larger = reallocarray(h->rules, room, sizeof *larger);
        if (!larger)
            return -ENOMEM;
        h->rules = larger;
        h->rule_room = room;
    }
    h->rules[h->rule_count++] = (struct member_rule){*subject, *spec, v->number, (uint16_t)number, v->author.kind == VERDICT_BY_MEMBER};
    return 0;
}

static int add_verdict(const struct verdict *v, void *self)
{
    static const uint8_t actions[CLAIM_COUNT] = {
        [CLAIM_BLOCK] = DNS_ACTION_NXDOMAIN,
        [CLAIM_ALLOW] = DNS_ACTION_PASS,
        [CLAIM_OBSERVE] = DNS_ACTION_OBSERVE,
    };
    struct hand_build *h = self;
    struct policy_subject_text subject;
    if (policy_subject_parse(v->subject.value, &subject) < 0)
        return 0; /* a subject of another kind */
    struct policy_rule_spec spec = {
        .action = actions[v->claim],
        .scope = subject.subject.trigger == DNS_TRIGGER_NAME ? POLICY_SCOPE_BOTH : POLICY_SCOPE_EXACT,
        .from_us = v->from_us,
        .until_us = v->until_us,
    };
    if (strncmp(v->scope, POLICY_MEMBER_GROUP, strlen(POLICY_MEMBER_GROUP)) == 0)
        return keep_member_rule(h, v, &subject, &spec);
    int list = hand_list(h, v->scope);
    if (list < 0)
        return list;
    spec.list = (uint16_t)list;
    return policy_builder_add_subject(h->builder, &subject.subject, &spec, v->number);
}

static int by_member(const void *left, const void *right)
{
    const struct member_rule *a = left, *b = right;
    int order = (int)a->member - (int)b->member;
    return order ? order : (int)a->by_member - (int)b->by_member;
}

static int add_member_rules(struct hand_build *h)
{
    struct policy_list list = {.ede = DNS_EDE_BLOCKED};
    int index = -1;
    if (h->rule_count > 0)
        qsort(h->rules, h->rule_count, sizeof *h->rules, by_member);
    for (size_t i = 0; i < h->rule_count; i++) {
        struct member_rule *r = &h->rules[i];
        if (r->member != list.member || r->by_member != list.by_member) {
            list.member = r->member;
            list.by_member = r->by_member;
            snprintf(list.name, sizeof list.name, "%s", r->by_member ? "by the member" : "by hand");
            index = policy_builder_list(h->builder, &list);
            if (index < 0)
                return index;
        }
        struct policy_subject subject = r->subject.subject;
        subject.name = &r->subject.name; /* not of the one that it was copied from */
        r->spec.list = (uint16_t)index;
        int e = policy_builder_add_subject(h->builder, &subject, &r->spec, r->verdict);
        if (e < 0)
            return e;
    }
    return 0;
}

int policy_hand_build(struct ledger *ledger, const struct policy_builder_options *options, const char *file)
{
    struct policy_build_stats stats;
    struct hand_build *h = calloc(1, sizeof *h);
    if (!h)
        return -ENOMEM;
    h->ledger = ledger;
    int e = policy_builder_new(options, &h->builder);
    if (e >= 0)
        e = hand_list(h, "");
    if (e >= 0)
        e = ledger_current(ledger, options->now_us, add_verdict, h);
    if (e >= 0)
        e = add_member_rules(h);
    if (e >= 0)
        e = policy_builder_finish(h->builder, file, &stats);
    policy_builder_free(h->builder);
    bool has_member_rules = h->rule_count > 0;
    free(h->rules);
    free(h);
    return e < 0 ? e : has_member_rules;
}
