/* What a statement says of its subject: the table of claims, with their words and what follows from them by default.
 *
 * Directives are said by people and lists about what the resolver is to do; they are obeyed, not weighed. Assertions say what
 * a subject is; the fold (judge/score) weighs them into a belief. Appraisals say whether others were right.
 * Plain values, any thread.
 */
#ifndef HINOMI_MODEL_CLAIM_H
#define HINOMI_MODEL_CLAIM_H

#include <stdbool.h>
#include <stdint.h>

#include "base/attr.h"

/* Numbers are stored: only ever add at the end. */
enum claim {
    CLAIM_BLOCK,   /* the subject is to be blocked */
    CLAIM_ALLOW,   /* the subject is to be let through whatever others say */
    CLAIM_LIST,    /* the names of a list file are to be treated as the file says */
    CLAIM_OBSERVE, /* the subject is to be watched as if it were blocked, and let through */
    CLAIM_PHISHING,
    CLAIM_MALWARE,  /* spreads it */
    CLAIM_C2,       /* commands what is infected */
    CLAIM_DGA,      /* a name that malware reckons out */
    CLAIM_TUNNEL,   /* carries data in DNS */
    CLAIM_SCANNER,
    CLAIM_INFECTED, /* a host that malware runs on */
    CLAIM_DDOS_SOURCE,
    CLAIM_DDOS_VICTIM,
    CLAIM_SPAM,
    CLAIM_MALICIOUS,      /* without saying how */
    CLAIM_BENIGN,         /* of no harm */
    CLAIM_FALSE_POSITIVE, /* what was said against the subject is wrong */
    CLAIM_CONFIRMED,      /* what was said against the subject is right */
    CLAIM_COUNT
};

enum claim_group { CLAIM_DIRECTIVE, CLAIM_ASSERTION, CLAIM_APPRAISAL };

struct claim_traits {
    const char *word;    /* in files, JSON and commands */
    const char *wording; /* for people; give it to _() */
    enum claim_group group;
    bool against;            /* speaks against the subject */
    uint16_t half_life_days; /* of belief without anything new; 0: does not fade. Sources: docs/formats/score.md */
};

/* Never NULL; of an unknown number, that of a claim "unknown". */
const struct claim_traits *claim_traits(enum claim claim);
/* -EINVAL when no claim has that word. */
int claim_parse(const char *word, enum claim *ret_claim) must_check;

#endif
