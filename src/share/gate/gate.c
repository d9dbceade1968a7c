/* Decides what passes the exit gate. */
#include "share/gate/gate.h"

#include "base/text.h"

static const struct {
    const char *word, *text;
} outcomes[] = {
    [GATE_PASSES] = {"passes", N_("it is shared")},
    [GATE_NO_RULES] = {"no-rules", N_("nothing is shared with that recipient: it has no rules")},
    [GATE_TLP] = {"tlp", N_("its sharing level (TLP) is more secret than the recipient may be told")},
    [GATE_PAP] = {"pap", N_("its level of permissible action (PAP) is stricter than the recipient may be told")},
    [GATE_CLAIM] = {"claim", N_("the recipient is not told of that claim")},
    [GATE_KIND] = {"kind", N_("the recipient is not told of that kind of subject")},
    [GATE_NOT_ACTIVE] = {"not-active", N_("it is not active")},
    [GATE_DECISION] = {"advice", N_("what is done with it here is less than the recipient is told of")},
    [GATE_PROBABILITY] = {"probability", N_("it is less sure than the recipient is told of")},
    [GATE_CONFLICT] = {"conflict", N_("something speaks for it: a person has to look first")},
    [GATE_THEIR_OWN] = {"own", N_("nobody but the recipient has said it")},
};
_Static_assert(array_len(outcomes) == GATE_OUTCOME_COUNT, "one row per outcome");

void gate_rules_default(struct gate_rules *ret_rules)
{
    *ret_rules = (struct gate_rules){
        .open = true,
        .tlp = VERDICT_TLP_GREEN,
        .pap = VERDICT_PAP_GREEN,
        .decision = INDICATOR_DO_BLOCK,
    };
    for (unsigned claim = 0; claim < CLAIM_COUNT; claim++)
        if (claim_traits((enum claim)claim)->group == CLAIM_ASSERTION && claim_traits((enum claim)claim)->against)
            ret_rules->claims |= 1U << claim;
    for (unsigned kind = 0; kind < SUBJECT_KIND_COUNT; kind++)
        if (kind != SUBJECT_ASSET && kind != SUBJECT_LIST)
            ret_rules->kinds |= 1U << kind;
}

enum gate_outcome gate_decide(const struct gate_rules *rules, const struct indicator *i, bool own)
{
    if (!rules->open)
        return GATE_NO_RULES;
    if (i->state != INDICATOR_ACTIVE)
        return GATE_NOT_ACTIVE;
    if (i->tlp > rules->tlp || i->tlp >= VERDICT_TLP_RED)
        return GATE_TLP;
    if (i->pap > rules->pap)
        return GATE_PAP;
    if (!(rules->claims & 1U << i->claim))
        return GATE_CLAIM;
    if (!(rules->kinds & 1U << i->subject.kind))
        return GATE_KIND;
    if (i->conflict)
        return GATE_CONFLICT;
    if (i->decision < rules->decision)
        return GATE_DECISION;
    if (i->level_probability < rules->probability)
        return GATE_PROBABILITY;
    return own ? GATE_THEIR_OWN : GATE_PASSES;
}

const char *gate_outcome_word(enum gate_outcome outcome)
{
    return (unsigned)outcome < GATE_OUTCOME_COUNT ? outcomes[outcome].word : "unknown";
}

const char *gate_outcome_text(enum gate_outcome outcome)
{
    return (unsigned)outcome < GATE_OUTCOME_COUNT ? outcomes[outcome].text : N_("unknown");
}
