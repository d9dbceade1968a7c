/* What the resources that take judgements share: reading one, and finding the one that it replaces. */
#ifndef HINOMI_API_JUDGEMENT_H
#define HINOMI_API_JUDGEMENT_H

#include <jansson.h>

#include "api/control.h"
#include "store/ledger.h"

/* Everything but the subject, made now. A text for people when something is wrong with it; NULL. */
const char *judgement_read(struct control_request *request, const json_t *arguments, struct verdict *v);
/* The subject in canonical form, of a kind (a word; NULL: found by its form). The same. */
const char *judgement_read_subject(const char *text, size_t len, const char *kind, struct subject *s);
/* Sets v->supersedes to the standing verdict of the same author and claim on the same subject, if there is one: one's own
 * opinion is replaced, not doubled. *ret_same: it says just the same, so there is nothing to add. An error of the ledger. */
int judgement_find_own(struct ledger *l, struct verdict *v, bool *ret_same) must_check;

/* judgement_intake.c: many subjects at once, one a line of the data that follows; replies with what became of them. */
void judgement_intake_begin(struct control_request *request, struct ledger *l, const struct verdict *v, const char *kind);

#endif
