/* The exit gate: what may be told to whom. Whatever leaves the node passes here; what no rule lets through stays.
 *
 * Pure: a recipient's rules and an indicator in, an outcome out. The levels of an indicator already are those of what suffices to say
 * it (docs/formats/gate.md), and sources that must not be passed on count as TLP:RED there. Any thread.
 */
#ifndef HINOMI_SHARE_GATE_GATE_H
#define HINOMI_SHARE_GATE_GATE_H

#include <stdbool.h>
#include <stdint.h>

#include "base/attr.h"
#include "model/indicator.h"

/* What a recipient may be told. All zero: nothing. */
struct gate_rules {
    bool open;              /* there are rules at all */
    enum verdict_tlp tlp;   /* the most secret level; TLP:RED never leaves by itself */
    enum verdict_pap pap;   /* the strictest level */
    uint32_t claims;        /* set of 1 << claim */
    uint32_t kinds;         /* set of 1 << subject_kind */
    enum indicator_decision decision; /* at least; INDICATOR_DO_NONE: whatever is active */
    uint16_t probability;   /* per mille, at least */
};

/* Numbers are stored: only ever add at the end. */
enum gate_outcome {
    GATE_PASSES,
    GATE_NO_RULES,    /* nothing is shared with that recipient */
    GATE_TLP,
    GATE_PAP,
    GATE_CLAIM,
    GATE_KIND,
    GATE_NOT_ACTIVE,
    GATE_DECISION,    /* the node itself does less than the rule asks for */
    GATE_PROBABILITY,
    GATE_CONFLICT,    /* a person has to look first */
    GATE_THEIR_OWN,   /* only the recipient itself has said it */
    GATE_OUTCOME_COUNT
};

/* Every claim against a subject, every kind that others can match, up to TLP:GREEN and PAP:GREEN, what the node itself blocks. */
void gate_rules_default(struct gate_rules *ret_rules);
/* own: nobody but the recipient has said anything against the subject. */
enum gate_outcome gate_decide(const struct gate_rules *rules, const struct indicator *i, bool own);
/* "passes", "tlp", ...; "unknown" beyond the enum. */
const char *gate_outcome_word(enum gate_outcome outcome);
/* A sentence for people; N_() text, so _(...) it. */
const char *gate_outcome_text(enum gate_outcome outcome);

#endif
