/* The exit gate, rule by rule: each reason to stay is the only one in its case, and what has none passes. */
#include "share/gate/gate.h"

#include <string.h>

#include "base/test.h"

static struct indicator good(void)
{
    return (struct indicator){.subject = {SUBJECT_DOMAIN, "evil.example"}, .claim = CLAIM_C2, .state = INDICATOR_ACTIVE,
                              .decision = INDICATOR_DO_BLOCK, .probability = 950, .level_probability = 950, .tlp = VERDICT_TLP_GREEN, .pap = VERDICT_PAP_GREEN};
}

TEST(what_nothing_speaks_against_passes)
{
    struct gate_rules rules;
    struct indicator i = good();
    gate_rules_default(&rules);
    check_int(gate_decide(&rules, &i, false), ==, GATE_PASSES);
}

TEST(without_rules_nothing_leaves)
{
    struct gate_rules none = {0};
    struct indicator i = good();
    check_int(gate_decide(&none, &i, false), ==, GATE_NO_RULES);
}

TEST(every_reason_to_stay_is_told)
{
    struct indicator tlp = good(), pap = good(), claim = good(), kind = good(), state = good(), decision = good(), conflict = good(),
                     probability = good();
    tlp.tlp = VERDICT_TLP_AMBER;
    pap.pap = VERDICT_PAP_AMBER;
    claim.claim = CLAIM_DDOS_VICTIM;
    kind.subject.kind = SUBJECT_ASSET;
    state.state = INDICATOR_EXPIRED;
    decision.decision = INDICATOR_DO_OBSERVE;
    conflict.conflict = true;
    probability.level_probability = 899;
    const struct {
        const struct indicator *i;
        enum gate_outcome outcome;
    } cases[] = {
        {&tlp, GATE_TLP},           {&pap, GATE_PAP},           {&claim, GATE_CLAIM},       {&kind, GATE_KIND},
        {&state, GATE_NOT_ACTIVE},  {&decision, GATE_DECISION}, {&conflict, GATE_CONFLICT}, {&probability, GATE_PROBABILITY},
    };
    struct gate_rules rules;
    gate_rules_default(&rules);
    rules.probability = 900;
    for (size_t n = 0; n < array_len(cases); n++)
        check_int(gate_decide(&rules, cases[n].i, false), ==, cases[n].outcome);
    struct indicator i = good();
    check_int(gate_decide(&rules, &i, true), ==, GATE_THEIR_OWN);
}

TEST(red_never_leaves_whatever_the_rule_says)
{
    struct gate_rules rules;
    struct indicator i = good();
    gate_rules_default(&rules);
    rules.tlp = VERDICT_TLP_RED;
    i.tlp = VERDICT_TLP_RED;
    check_int(gate_decide(&rules, &i, false), ==, GATE_TLP);
    i.tlp = VERDICT_TLP_AMBER_STRICT;
    check_int(gate_decide(&rules, &i, false), ==, GATE_PASSES);
}

TEST(directives_and_appraisals_are_never_shared_as_claims)
{
    struct gate_rules rules;
    gate_rules_default(&rules);
    static const enum claim never[] = {CLAIM_BLOCK, CLAIM_ALLOW, CLAIM_LIST, CLAIM_OBSERVE, CLAIM_BENIGN, CLAIM_FALSE_POSITIVE, CLAIM_CONFIRMED};
    for (size_t n = 0; n < array_len(never); n++) {
        struct indicator i = good();
        i.claim = never[n];
        check_int(gate_decide(&rules, &i, false), ==, GATE_CLAIM);
    }
}

TEST(every_outcome_has_words)
{
    for (unsigned n = 0; n < GATE_OUTCOME_COUNT; n++)
        check(strlen(gate_outcome_word((enum gate_outcome)n)) > 0 && strlen(gate_outcome_text((enum gate_outcome)n)) > 0);
    check_str(gate_outcome_word(GATE_OUTCOME_COUNT), "unknown");
}

int main(int argc, char **argv)
{
    return test_main(argc, argv);
}
