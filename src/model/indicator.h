/* An indicator: what is believed of one subject now, as the fold of its verdicts and sightings gave it.
 *
 * A plain value that anyone may reckon again from the ledger: it is kept so that it can be found, not to be believed by itself. Times are
 * microseconds since 1970, wall clock. Any thread.
 */
#ifndef HINOMI_MODEL_INDICATOR_H
#define HINOMI_MODEL_INDICATOR_H

#include <stdbool.h>
#include <stdint.h>

#include "base/attr.h"
#include "model/claim.h"
#include "model/subject.h"
#include "model/verdict.h"

/* Numbers are stored: only ever add at the end, here and below. */
enum indicator_state {
    INDICATOR_CANDIDATE, /* somebody said something; not enough to act on */
    INDICATOR_ACTIVE,
    INDICATOR_EXPIRED, /* was active, and nobody said or saw it for too long, or what was said has ended */
    INDICATOR_REVOKED, /* withdrawn, or others said with good reason that it is wrong */
    INDICATOR_STATE_COUNT
};

enum indicator_decision {
    INDICATOR_DO_NONE,
    INDICATOR_DO_OBSERVE,
    INDICATOR_DO_ASK, /* an analyst is to look; observed until then */
    INDICATOR_DO_BLOCK,
    INDICATOR_DECISION_COUNT
};

/* Reasons why the subject must not be blocked without a person having looked. */
enum indicator_guard {
    INDICATOR_GUARD_POPULAR = 1 << 0,      /* among the names most asked for */
    INDICATOR_GUARD_OWN = 1 << 1,          /* a member's own */
    INDICATOR_GUARD_WARNING_LIST = 1 << 2, /* of a list of values that are wrongly reported often */
    INDICATOR_GUARD_SHARED = 1 << 3,       /* many unrelated parties use it */
    INDICATOR_GUARD_NEVER_BLOCK = 1 << 4,  /* of a never-block list of this node */
    INDICATOR_GUARD_COUNT = 5,             /* bits */
};

struct indicator {
    struct subject subject;
    enum claim claim; /* the one that leads */
    enum indicator_state state;
    enum indicator_decision decision;
    uint16_t probability; /* per mille, 1..999 */
    bool conflict;        /* it would be blocked or asked about, and a guard or a weighty statement speaks for the subject */
    unsigned guards;      /* enum indicator_guard, or-ed */
    uint16_t level_probability; /* per mille, by what was said at the level of tlp and below alone: what others may be told */
    enum verdict_tlp tlp; /* the least secret of what suffices to say it: see docs/formats/indicator.md */
    enum verdict_pap pap;
    uint32_t verdict;     /* ledger number of the strongest verdict that is valid; 0: none is */
    uint32_t verdict_count, source_count;
    uint64_t sightings;   /* times it was met in the members' traffic */
    uint32_t seen_members;
    int64_t seen_us;      /* when it was last met; 0: never */
    uint32_t false_blocks; /* reporters who say that it is wrong */
    int64_t first_us;     /* first said */
    int64_t last_us;      /* last said or seen */
    int64_t changed_us;   /* when state, decision, claim or sharing level last became others */
    int64_t next_us;      /* when it is to be reckoned again though nothing new was said; INT64_MAX: never */
};

/* "candidate", "active", ...; "none", "observe", "ask", "block"; "popular", ... of one guard; "unknown" beyond the enum. */
const char *indicator_state_word(enum indicator_state state);
const char *indicator_decision_word(enum indicator_decision decision);
const char *indicator_guard_word(enum indicator_guard guard);
/* -EINVAL when no state, decision has that word. */
int indicator_state_parse(const char *word, enum indicator_state *ret_state) must_check;
int indicator_decision_parse(const char *word, enum indicator_decision *ret_decision) must_check;

#endif
