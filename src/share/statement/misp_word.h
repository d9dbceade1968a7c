/* The words of MISP: what attributes of each type are about, and what tags say.
 *
 * Source: MISP core format (draft-dulaunoy-misp-core-format) 2.4.2.3 for types; the taxonomies tlp, PAP, estimative-language, admiralty-scale, and
 * those that classify (rsit, ecsirt, circl, enisa, kill-chain, phishing) for tags. Galaxies name actors and their ways: an event in which somebody
 * phished is not one whose addresses phish, so they say nothing here. Pure; any thread.
 */
#ifndef HINOMI_SHARE_STATEMENT_MISP_WORD_H
#define HINOMI_SHARE_STATEMENT_MISP_WORD_H

#include <stdbool.h>

#include "share/statement/claim_word.h"
#include "share/statement/share_level.h"

/* Kinds of subject of the parts of a value, "first|second"; -1: nothing that is watched. A type of one part has no second. */
struct misp_type {
    const char *word;
    int first, second;
    bool is_pair;
};

/* NULL: the type is not watched. */
const struct misp_type *misp_type_of(const char *word);

/* What several tags of one thing come to. */
struct misp_tags {
    struct claim_choice claim;
    struct share_level level;
    int percent; /* how sure its author is; 0: not said */
};

void misp_tag_take(const char *tag, struct misp_tags *tags);

#endif
