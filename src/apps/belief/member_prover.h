/* Looks again, now and then, whether the records that prove members' networks and names are still in the DNS, asks
 * again by mail before an answer is too old, and ends proofs that were not renewed. One thread, the hub's loop. */
#ifndef HINOMI_APPS_MEMBER_PROVER_H
#define HINOMI_APPS_MEMBER_PROVER_H

#include "api/node.h"

struct event_base;
struct member_prover;

int member_prover_new(struct event_base *loop, struct node *node, struct member_prover **ret_prover) must_check;
void member_prover_free(struct member_prover *p);

#endif
