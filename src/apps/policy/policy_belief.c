/* Turns indicators into rules, one build at a time. */
#include "apps/policy/policy_belief.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>

#include "act/policy/subject.h"
#include "apps/policy/background_build.h"
#include "store/indicator.h"

enum { PATH_MAX_LEN = 600 };

struct policy_belief {
    struct policy_belief_options o;
    char path[PATH_MAX_LEN];
    struct background_build *build;
    struct policy_builder_options options; /* the thread's while one is under way */
    uint32_t may_allow;                    /* the same */
};

/* Two lists of one name: what no member lets through by itself stands in the first. */
enum { GRAVE, OTHERS, LISTS };

struct making {
    struct policy_builder *builder;
    uint32_t may_allow;
};

static int add_indicator(void *self, uint32_t id, const struct indicator *i)
{
    static const uint8_t actions[INDICATOR_DECISION_COUNT] = {
        [INDICATOR_DO_OBSERVE] = DNS_ACTION_OBSERVE,
        [INDICATOR_DO_ASK] = DNS_ACTION_OBSERVE,
        [INDICATOR_DO_BLOCK] = DNS_ACTION_NXDOMAIN,
    };
    const struct making *m = self;
    struct policy_subject_text subject;
    (void)id;
    if (policy_subject_parse(i->subject.value, &subject) < 0)
        return 0; /* no name that the resolver could be asked for */
    bool below = subject.subject.trigger == DNS_TRIGGER_NAME && i->subject.kind == SUBJECT_DOMAIN;
    struct policy_rule_spec spec = {.list = m->may_allow >> i->claim & 1 ? OTHERS : GRAVE, .action = actions[i->decision], .scope = below ? POLICY_SCOPE_BOTH : POLICY_SCOPE_EXACT};
    return policy_builder_add_subject(m->builder, &subject.subject, &spec, i->verdict);
}

static int build(void *self)
{
    struct policy_belief *b = self;
    static const struct indicator_filter acting = {
        .decisions = 1 << INDICATOR_DO_OBSERVE | 1 << INDICATOR_DO_ASK | 1 << INDICATOR_DO_BLOCK,
        .kinds = 1 << SUBJECT_DOMAIN | 1 << SUBJECT_HOST | 1 << SUBJECT_ADDRESS | 1 << SUBJECT_PREFIX,
    };
    struct policy_build_stats stats;
    struct making m = {.may_allow = b->may_allow};
    struct ledger *l = NULL;
    int e = ledger_open_to_read(b->path, &l);
    if (e == 0)
        e = policy_builder_new(&b->options, &m.builder);
    for (unsigned i = 0; e >= 0 && i < LISTS; i++)
        e = policy_builder_list(m.builder, &(struct policy_list){.ede = DNS_EDE_BLOCKED, .name = "indicators", .is_grave = i == GRAVE});
    if (e >= 0)
        e = indicator_list(l, &acting, add_indicator, &m);
    if (e >= 0)
        e = policy_builder_finish(m.builder, b->o.file, &stats);
    policy_builder_free(m.builder);
    ledger_close(l);
    return e < 0 ? e : 0;
}

static void on_begin(void *self)
{
    struct policy_belief *b = self;
    b->o.begin(b->o.self, &b->options, &b->may_allow);
}

static void on_built(void *self, int error, uint64_t took_ms)
{
    const struct policy_belief *b = self;
    b->o.built(b->o.self, error, took_ms);
}

void policy_belief_changed(struct policy_belief *b)
{
    background_build_changed(b->build);
}

int policy_belief_new(const struct policy_belief_options *options, struct policy_belief **ret_belief)
{
    struct policy_belief *b = calloc(1, sizeof *b);
    if (!b)
        return -ENOMEM;
    b->o = *options;
    snprintf(b->path, sizeof b->path, "%s", options->ledger_path);
    struct background_build_options o = {.loop = options->loop, .self = b, .begin = on_begin, .work = build, .built = on_built};
    int e = background_build_new(&o, &b->build);
    if (e < 0) {
        free(b);
        return e;
    }
    *ret_belief = b;
    return 0;
}

void policy_belief_free(struct policy_belief *b)
{
    if (!b)
        return;
    background_build_free(b->build);
    free(b);
}
