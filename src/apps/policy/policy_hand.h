/* Builds the policy's layer by hand: the image of the verdicts in force that people have given. */
#ifndef HINOMI_APPS_POLICY_HAND_H
#define HINOMI_APPS_POLICY_HAND_H

#include "act/policy/builder.h"
#include "store/ledger.h"

/* Writes `file` in the folder of the options. 1: some of the rules are for single members, 0: none is; or the builder's or the ledger's error. */
int policy_hand_build(struct ledger *ledger, const struct policy_builder_options *options, const char *file) must_check;

#endif
