/* The policy in force: layers of images behind one pointer, swapped while workers go on answering. The folder's public face.
 *
 * The layer made by hand comes first and is small, so that a block by hand acts within milliseconds whatever the size of
 * the lists. A worker holds the policy for one batch (policy_hold, policy_release); the control thread swaps and then
 * frees the old one when no worker holds it any more (policy_slot_reclaim, called again until it says so).
 */
#ifndef HINOMI_ACT_POLICY_POLICY_H
#define HINOMI_ACT_POLICY_POLICY_H

#include <stdatomic.h>

#include "act/policy/compile.h"

enum policy_layer { POLICY_LAYER_HAND, POLICY_LAYER_LISTS, POLICY_LAYER_COUNT };

/* Immutable once in a slot. Images may be shared by two successive policies: they are counted. */
struct policy;

/* Takes over both images (either may be NULL: an empty layer). NULL when out of memory: the images stay the caller's. */
struct policy *policy_new(struct policy_image *hand, struct policy_image *lists);
/* A policy with one layer replaced, the other shared with `old`. */
struct policy *policy_with_layer(const struct policy *old, enum policy_layer layer, struct policy_image *image);
void policy_free(struct policy *p);
const struct policy_image *policy_layer(const struct policy *p, enum policy_layer layer);

struct policy_probes {
    struct policy_probe layer[POLICY_LAYER_COUNT];
};
void policy_prepare(const struct policy *p, const struct dns_name *name, struct policy_probes *ret_probes);
/* Action DNS_ACTION_NONE when no rule matches. */
void policy_decide(const struct policy_probes *probes, const struct dns_name *name, int64_t now_us,
                   struct dns_decision *ret_decision);

enum { POLICY_WORKERS_MAX = 64 };

struct policy_slot {
    _Atomic(struct policy *) current;
    _Atomic(struct policy *) held[POLICY_WORKERS_MAX]; /* by worker; NULL between batches */
    struct policy *retired;                            /* control thread only */
};

void policy_slot_init(struct policy_slot *slot, struct policy *first);
void policy_slot_done(struct policy_slot *slot);
/* Worker: the policy for this batch. Never NULL, never freed before policy_release. */
const struct policy *policy_hold(struct policy_slot *slot, unsigned worker);
void policy_release(struct policy_slot *slot, unsigned worker);
/* Control thread: puts a new policy in force. -EBUSY while an older one is still held: reclaim first. */
int policy_slot_swap(struct policy_slot *slot, struct policy *next) must_check;
/* Control thread: frees the retired policy if nobody holds it. True when none is left. */
bool policy_slot_reclaim(struct policy_slot *slot);

#endif
