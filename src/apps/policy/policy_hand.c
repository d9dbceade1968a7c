/* Turns verdicts by hand into rules, a list for each group that something was said for. */
#include "apps/policy/policy_hand.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "act/policy/subject.h"

/* The lists of the layer by hand: one for everybody, and one for each group that something was said for. */
struct hand_build {
    struct policy_builder *builder;
    unsigned count;
    char groups[POLICY_LISTS_MAX][POLICY_GROUP_NAME_MAX];
};

static int hand_list(struct hand_build *h, const char *group)
{
    for (unsigned i = 0; i < h->count; i++)
        if (strcmp(h->groups[i], group) == 0)
            return (int)i;
    struct policy_list list = {.ede = DNS_EDE_BLOCKED, .name = "by hand"};
    snprintf(list.group, sizeof list.group, "%s", group);
    int index = policy_builder_list(h->builder, &list);
    if (index >= 0)
        snprintf(h->groups[h->count++], sizeof h->groups[0], "%s", group);
    return index;
}

static int add_verdict(const struct verdict *v, void *self)
{
    _Static_assert((int)VERDICT_SCOPE_MAX == (int)POLICY_GROUP_NAME_MAX, "a group is the scope of a verdict");
    static const uint8_t actions[CLAIM_COUNT] = {
        [CLAIM_BLOCK] = DNS_ACTION_NXDOMAIN,
        [CLAIM_ALLOW] = DNS_ACTION_PASS,
        [CLAIM_OBSERVE] = DNS_ACTION_OBSERVE,
    };
    struct hand_build *h = self;
    struct policy_subject_text subject;
    if (policy_subject_parse(v->subject.value, &subject) < 0)
        return 0; /* a subject of another kind */
    int list = hand_list(h, v->scope);
    if (list < 0)
        return list;
    struct policy_rule_spec spec = {
        .list = (uint16_t)list,
        .action = actions[v->claim],
        .scope = subject.subject.trigger == DNS_TRIGGER_NAME ? POLICY_SCOPE_BOTH : POLICY_SCOPE_EXACT,
        .from_us = v->from_us,
        .until_us = v->until_us,
    };
    return policy_builder_add_subject(h->builder, &subject.subject, &spec, v->number);
}

int policy_hand_build(struct ledger *ledger, const struct policy_builder_options *options, const char *file)
{
    struct policy_build_stats stats;
    struct hand_build *h = calloc(1, sizeof *h);
    if (!h)
        return -ENOMEM;
    int e = policy_builder_new(options, &h->builder);
    if (e >= 0)
        e = hand_list(h, "");
    if (e >= 0)
        e = ledger_current(ledger, options->now_us, add_verdict, h);
    if (e >= 0)
        e = policy_builder_finish(h->builder, file, &stats);
    policy_builder_free(h->builder);
    free(h);
    return e < 0 ? e : 0;
}
