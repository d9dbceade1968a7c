/* How far a document says that it may go and be used: the strictest of all that it says.
 *
 * Words as STIX labels and MISP tags have them: "tlp:amber+strict", "TLP:WHITE", "PAP:RED". Pure; any thread.
 */
#ifndef HINOMI_SHARE_STATEMENT_SHARE_LEVEL_H
#define HINOMI_SHARE_STATEMENT_SHARE_LEVEL_H

#include <stdbool.h>
#include <stddef.h>

#include "model/verdict.h"

struct share_level {
    bool has_tlp, has_pap;
    enum verdict_tlp tlp;
    enum verdict_pap pap;
};

/* At least as strict as that. */
void share_level_raise(struct share_level *level, enum verdict_tlp tlp);
/* Whether the word is of one of the two protocols; a level that is not known of them counts as the strictest. */
bool share_level_take_word(struct share_level *level, const char *word, size_t len);
/* What was said goes over what the verdict has; the rest stays. */
void share_level_apply(const struct share_level *level, struct verdict *v);

#endif
