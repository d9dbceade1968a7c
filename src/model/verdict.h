/* A verdict: a statement about a subject that someone can check. Never edited; a newer one supersedes it.
 *
 * Plain values. A verdict made by hand is one ledger row. Importing a list is one verdict too ("every name in this
 * file is to be blocked, says this list"); a single name of it is cited as that verdict and the line in the file.
 */
#ifndef HINOMI_MODEL_VERDICT_H
#define HINOMI_MODEL_VERDICT_H

#include <stddef.h>
#include <stdint.h>

#include "base/attr.h"

enum verdict_claim {
    VERDICT_CLAIM_BLOCK, /* the subject is to be blocked */
    VERDICT_CLAIM_ALLOW, /* the subject is to be let through whatever others say */
    VERDICT_CLAIM_LIST,  /* the names of a list file are to be treated as the file says */
    VERDICT_CLAIM_OBSERVE, /* the subject is to be watched as if it were blocked, and let through */
    VERDICT_CLAIM_COUNT
};

enum {
    VERDICT_SUBJECT_MAX = 256, /* text of a name and its terminator; for a list, its name */
    VERDICT_SOURCE_MAX = 128,  /* who said so: a user name or a list */
    VERDICT_REASON_MAX = 512,
    VERDICT_SCOPE_MAX = 40, /* as POLICY_GROUP_NAME_MAX */
};

struct verdict {
    uint32_t id; /* ledger number, from 1 */
    enum verdict_claim claim;
    char subject[VERDICT_SUBJECT_MAX];
    char source[VERDICT_SOURCE_MAX];
    char reason[VERDICT_REASON_MAX];
    char scope[VERDICT_SCOPE_MAX]; /* the client group it holds for; empty: everybody */
    int64_t made_us;    /* wall clock, microseconds */
    int64_t from_us;    /* valid from */
    int64_t until_us;   /* valid until; 0: no end */
    uint32_t supersedes; /* the verdict it replaces; 0: none */
};

/* What an answer cites: the verdict and, for a list, the line. Zero id: nothing is cited. */
struct verdict_ref {
    uint32_t id;
    uint32_t line; /* 1-based; 0 when the verdict is not a list's */
};

/* "17" or "17/10332". Needs VERDICT_REF_TEXT_MAX bytes. */
enum { VERDICT_REF_TEXT_MAX = 24 };
const char *verdict_ref_format(struct verdict_ref ref, char *text);
/* -EINVAL unless the whole text is of that form. */
int verdict_ref_parse(const char *text, struct verdict_ref *ret_ref) must_check;

/* "block", "allow", "list", "observe". */
const char *verdict_claim_word(enum verdict_claim claim);

#endif
