/* The words by which feeds say what something is, and the claim that each means.
 *
 * Words of STIX (2.1 10.6, 10.14 malware types), of kill chains, of MISP's taxonomies and galaxies, and what lists are used to write. Never a
 * directive: what is blocked is decided here, not by a document. Pure; any thread.
 */
#ifndef HINOMI_SHARE_STATEMENT_CLAIM_WORD_H
#define HINOMI_SHARE_STATEMENT_CLAIM_WORD_H

#include <stdbool.h>
#include <stddef.h>

#include "base/attr.h"
#include "model/claim.h"

/* The best claim so far of several words about one thing. */
struct claim_choice {
    unsigned rank;    /* 0: none yet; a smaller one goes before a larger */
    enum claim claim;
    bool is_other;    /* some word says that it is something that we make no statement of */
};

/* Any letter case; blanks and underscores are as hyphens. Whether the word is known. */
bool claim_word_take(const char *word, size_t len, struct claim_choice *choice);
/* A word that has to mean a claim, by itself: -EINVAL when it means none. */
int claim_word_parse(const char *word, size_t len, enum claim *ret_claim) must_check;

#endif
