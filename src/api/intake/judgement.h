/* What the resources that take judgements share: reading one, and finding the one that it replaces. */
#ifndef HINOMI_API_JUDGEMENT_H
#define HINOMI_API_JUDGEMENT_H

#include <jansson.h>

#include "api/control/control.h"
#include "store/ledger.h"

struct node;

/* Everything but the subject, made now; of many, claim and reason may be missing. A text for people when something is wrong with it; NULL. */
const char *judgement_read(struct control_request *request, const json_t *arguments, struct verdict *v);
/* The same, said by that person. */
const char *judgement_read_as(const char *who, const json_t *arguments, struct verdict *v);
/* The arguments "subject" and, unless it is found by its form, "kind". The same. */
const char *judgement_take_subject(const json_t *arguments, struct subject *s);
/* The same; a name of which nothing was said as a domain, but as a host alone, is that host. */
const char *judgement_find_subject(struct ledger *l, const json_t *arguments, struct subject *s);
/* Sets v->supersedes to the standing verdict of the same author and claim on the same subject, if there is one: one's own
 * opinion is replaced, not doubled. An error of the ledger. */
int judgement_find_own(struct ledger *l, struct verdict *v) must_check;
/* Sets v->supersedes to the newest directive on the same subject for the same scope that nothing replaced, or to 0. An error of the ledger. */
int judgement_find_directive(struct ledger *l, struct verdict *v) must_check;
/* Appends and puts in force; replies with the verdict when the resolver has it. verdict_resource.c */
void judgement_append_directive(struct control_request *request, struct node *node, const struct verdict *verdict);
/* A text when a never-block list keeps it from being blocked, perhaps in `text`; NULL. */
const char *judgement_protected_by(struct node *node, const struct verdict *v, char *text, size_t max);
/* But for times, evidence and names. */
bool judgement_says_the_same(const struct verdict *a, const struct verdict *b);

/* judgement_intake.c: the statements of documents that follow as data, each ended by an empty piece; replies with what became of them. v: what
 * holds where they do not say it, and the author. */
void judgement_intake_begin(struct control_request *request, struct node *node, const json_t *arguments, const struct verdict *v);

#endif
