/* Builds the policy's layer of beliefs in a thread: what indicators are to be blocked or watched, as the ledger's table has them.
 *
 * As background_build.h; the thread reads the ledger's file by itself. One thread for the calls: the hub's loop.
 */
#ifndef HINOMI_APPS_POLICY_BELIEF_H
#define HINOMI_APPS_POLICY_BELIEF_H

#include "act/policy/builder.h"

struct event_base;
struct policy_belief;

struct policy_belief_options {
    struct event_base *loop;
    const char *ledger_path; /* copied */
    const char *file;        /* in the folder of the builder's options; a literal */
    void *self;
    /* What the builder is to be told for the next build, and what members may let through nevertheless: bits of enum claim. */
    void (*begin)(void *self, struct policy_builder_options *ret_options, uint32_t *ret_may_allow);
    /* The file is in place: 0; or the builder's or the ledger's error, and the old file is. */
    void (*built)(void *self, int error, uint64_t took_ms);
};

int policy_belief_new(const struct policy_belief_options *options, struct policy_belief **ret_belief) must_check;
/* Waits for a build that is under way. */
void policy_belief_free(struct policy_belief *b);
/* The table has changed in what is to be blocked or watched. */
void policy_belief_changed(struct policy_belief *b);

#endif
