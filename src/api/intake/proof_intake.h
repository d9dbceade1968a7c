/* Looks for the record of a challenge, and keeps what came of it. One thread, the hub's loop. */
#ifndef HINOMI_API_PROOF_INTAKE_H
#define HINOMI_API_PROOF_INTAKE_H

#include "api/node.h"
#include "store/member_challenge.h"

#define PROOF_TEXT_PREFIX "hinomi-proof=" /* before the word, in the TXT record */

/* error: a text for people, and the challenge is as it was; NULL: it says what came of it. */
typedef void proof_looked_fn(void *self, const struct member_challenge *c, const char *error);

/* -ENOTCONN, -EBUSY: as struct node's look_up; -EOPNOTSUPP: there is no place to look; -ENOMEM. */
int proof_intake_look(struct node *node, const struct member_challenge *c, proof_looked_fn *done, void *self) must_check;

#endif
