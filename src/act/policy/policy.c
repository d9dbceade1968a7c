/* Looks a name up in the layers of a policy, and swaps policies under running workers. */
#include "act/policy/policy.h"

#include <errno.h>
#include <stdlib.h>

/* An image with the number of policies that use it; only the control thread counts. */
struct shared_image {
    struct policy_image *image;
    unsigned uses;
};

struct policy {
    struct shared_image *layer[POLICY_LAYER_COUNT];
};

static struct shared_image *share_new(struct policy_image *image)
{
    struct shared_image *s = calloc(1, sizeof *s);
    if (s)
        *s = (struct shared_image){.image = image, .uses = 1};
    return s;
}

static void share_drop(struct shared_image *s)
{
    if (!s || --s->uses > 0)
        return;
    policy_image_close(s->image);
    free(s);
}

struct policy *policy_new(struct policy_image *hand, struct policy_image *lists)
{
    struct policy *p = calloc(1, sizeof *p);
    struct shared_image *h = hand ? share_new(hand) : NULL;
    struct shared_image *l = lists ? share_new(lists) : NULL;
    if (!p || (hand && !h) || (lists && !l)) {
        free(p);
        free(h);
        free(l);
        return NULL;
    }
    p->layer[POLICY_LAYER_HAND] = h;
    p->layer[POLICY_LAYER_LISTS] = l;
    return p;
}

struct policy *policy_with_layer(const struct policy *old, enum policy_layer layer, struct policy_image *image)
{
    struct policy *p = calloc(1, sizeof *p);
    struct shared_image *s = image ? share_new(image) : NULL;
    if (!p || (image && !s)) {
        free(p);
        free(s);
        return NULL;
    }
    for (int i = 0; i < POLICY_LAYER_COUNT; i++) {
        p->layer[i] = i == (int)layer ? s : old->layer[i];
        if (i != (int)layer && p->layer[i])
            p->layer[i]->uses++;
    }
    return p;
}

void policy_free(struct policy *p)
{
    if (!p)
        return;
    for (int i = 0; i < POLICY_LAYER_COUNT; i++)
        share_drop(p->layer[i]);
    free(p);
}

const struct policy_image *policy_layer(const struct policy *p, enum policy_layer layer)
{
    return p->layer[layer] ? p->layer[layer]->image : NULL;
}

void policy_prepare(const struct policy *p, const struct dns_name *name, struct policy_probes *ret_probes)
{
    for (int i = 0; i < POLICY_LAYER_COUNT; i++) {
        if (p->layer[i])
            policy_probe_init(&ret_probes->layer[i], p->layer[i]->image, name);
        else
            ret_probes->layer[i].count = 0;
    }
}

void policy_decide(const struct policy_probes *probes, const struct dns_name *name, int64_t now_us,
                   struct dns_decision *ret_decision)
{
    for (int i = 0; i < POLICY_LAYER_COUNT; i++)
        if (probes->layer[i].count > 0 && policy_probe_decide(&probes->layer[i], name, now_us, ret_decision))
            return;
    ret_decision->action = DNS_ACTION_NONE;
    ret_decision->list = 0;
    ret_decision->verdict = (struct verdict_ref){0};
}

void policy_slot_init(struct policy_slot *slot, struct policy *first)
{
    atomic_init(&slot->current, first);
    for (size_t i = 0; i < array_len(slot->held); i++)
        atomic_init(&slot->held[i], NULL);
    slot->retired = NULL;
}

void policy_slot_done(struct policy_slot *slot)
{
    policy_free(slot->retired);
    policy_free(atomic_load(&slot->current));
    slot->retired = NULL;
    atomic_store(&slot->current, NULL);
}

/* A hazard pointer: announce, then look again. If the pointer is still current, the swapper will see the announcement
 * before it frees. */
const struct policy *policy_hold(struct policy_slot *slot, unsigned worker)
{
    struct policy *p = atomic_load(&slot->current);
    for (;;) {
        atomic_store(&slot->held[worker], p);
        struct policy *again = atomic_load(&slot->current);
        if (again == p)
            return p;
        p = again;
    }
}

void policy_release(struct policy_slot *slot, unsigned worker)
{
    atomic_store_explicit(&slot->held[worker], NULL, memory_order_release);
}

bool policy_slot_reclaim(struct policy_slot *slot)
{
    if (!slot->retired)
        return true;
    for (unsigned i = 0; i < POLICY_WORKERS_MAX; i++)
        if (atomic_load(&slot->held[i]) == slot->retired)
            return false;
    policy_free(slot->retired);
    slot->retired = NULL;
    return true;
}

int policy_slot_swap(struct policy_slot *slot, struct policy *next)
{
    if (!policy_slot_reclaim(slot))
        return -EBUSY;
    slot->retired = atomic_exchange(&slot->current, next);
    return 0;
}
