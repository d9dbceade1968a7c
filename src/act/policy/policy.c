/* Puts images together to policies, and swaps policies under running workers. */
#include "act/policy/policy.h"

#include <errno.h>
#include <stdlib.h>

#include "act/policy/policy_impl.h"

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

static void fill_view(struct policy *p, unsigned group, enum policy_layer layer)
{
    struct policy_view *v = &p->views[group];
    const struct policy_image *image = p->layer[layer]->image;
    v->plain[layer] = policy_group_orders(p->groups, group, image, v->orders[layer]);
    v->first_response[layer] = v->first_address[layer] = v->first_ns[layer] = POLICY_ORDER_NONE;
    for (unsigned i = 0; policy_image_list(image, i); i++) {
        unsigned triggers = policy_image_list(image, i)->triggers;
        uint16_t order = v->orders[layer][i];
        enum {
            NS = 1 << DNS_TRIGGER_NS_NAME | 1 << DNS_TRIGGER_NS_ADDRESS,
            RESPONSE = NS | 1 << DNS_TRIGGER_ADDRESS,
        };
        if (triggers & RESPONSE && order < v->first_response[layer])
            v->first_response[layer] = order;
        if (triggers & 1 << DNS_TRIGGER_ADDRESS && order < v->first_address[layer])
            v->first_address[layer] = order;
        if (triggers & NS && order < v->first_ns[layer])
            v->first_ns[layer] = order;
    }
}

static void fill_layer(struct policy *p, enum policy_layer layer)
{
    for (unsigned group = 0; p->layer[layer] && group <= policy_groups_count(p->groups); group++)
        fill_view(p, group, layer);
}

static struct policy *allocate(const struct policy_groups *groups)
{
    static _Atomic uint64_t serial;
    struct policy *p = calloc(1, sizeof *p + (policy_groups_count(groups) + 1) * sizeof p->views[0]);
    if (p) {
        p->groups = groups;
        p->serial = atomic_fetch_add(&serial, 1) + 1;
    }
    return p;
}

struct policy *policy_new(struct policy_image *hand, struct policy_image *lists, struct policy_image *belief,
                          const struct policy_groups *groups)
{
    struct policy_image *const images[] = {
        [POLICY_LAYER_HAND] = hand, [POLICY_LAYER_LISTS] = lists, [POLICY_LAYER_BELIEF] = belief};
    _Static_assert(array_len(images) == POLICY_LAYER_COUNT, "one image per layer");
    struct policy *p = allocate(groups);
    bool failed = !p;
    for (int i = 0; p && i < POLICY_LAYER_COUNT; i++) {
        p->layer[i] = images[i] ? share_new(images[i]) : NULL;
        failed |= images[i] && !p->layer[i];
    }
    if (failed) {
        for (int i = 0; p && i < POLICY_LAYER_COUNT; i++)
            free(p->layer[i]);
        free(p);
        return NULL;
    }
    for (int i = 0; i < POLICY_LAYER_COUNT; i++)
        fill_layer(p, (enum policy_layer)i);
    return p;
}

struct policy *policy_with_layer(const struct policy *old, enum policy_layer layer, struct policy_image *image)
{
    struct policy *p = allocate(old->groups);
    struct shared_image *s = image ? share_new(image) : NULL;
    if (!p || (image && !s)) {
        free(p);
        free(s);
        return NULL;
    }
    memcpy(p->views, old->views, (policy_groups_count(p->groups) + 1) * sizeof p->views[0]);
    for (int i = 0; i < POLICY_LAYER_COUNT; i++) {
        p->layer[i] = i == (int)layer ? s : old->layer[i];
        if (i != (int)layer && p->layer[i])
            p->layer[i]->uses++;
    }
    fill_layer(p, layer);
    return p;
}

struct policy *policy_with_groups(const struct policy *old, const struct policy_groups *groups)
{
    struct policy *p = allocate(groups);
    for (int i = 0; p && i < POLICY_LAYER_COUNT; i++) {
        p->layer[i] = old->layer[i];
        if (p->layer[i])
            p->layer[i]->uses++;
        fill_layer(p, (enum policy_layer)i);
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

const struct policy_groups *policy_groups_get(const struct policy *p)
{
    return p->groups;
}

uint64_t policy_serial(const struct policy *p)
{
    return p->serial;
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
