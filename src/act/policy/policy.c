/* Puts images together to policies, and swaps policies under running workers. */
#include "act/policy/policy.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>

#include "act/policy/policy_impl.h"

static int by_member(const void *left, const void *right)
{
    return (int)((const struct member_lists *)left)->member - (int)((const struct member_lists *)right)->member;
}

/* Which lists are for which member: they stand behind all others. */
static int find_member_lists(struct shared_image *s)
{
    const struct policy_list *list;
    unsigned first = 0, n = 0;
    while ((list = policy_image_list(s->image, first)) != NULL && list->member == 0)
        first++;
    while (policy_image_list(s->image, first + n))
        n++;
    if (n == 0)
        return 0;
    s->members = calloc(n, sizeof *s->members);
    if (!s->members)
        return -ENOMEM;
    for (unsigned i = 0; i < n; i++) {
        list = policy_image_list(s->image, first + i);
        uint16_t place = (uint16_t)(first + i + 1);
        s->members[i] = (struct member_lists){list->member, list->by_member ? 0 : place, list->by_member ? place : 0};
    }
    qsort(s->members, n, sizeof *s->members, by_member);
    for (unsigned i = 0; i < n; i++) {
        struct member_lists *last = s->member_count > 0 ? &s->members[s->member_count - 1] : NULL;
        if (last && last->member == s->members[i].member) {
            last->centre |= s->members[i].centre;
            last->own |= s->members[i].own;
        } else {
            s->members[s->member_count++] = s->members[i];
        }
    }
    return 0;
}

static struct shared_image *share_new(struct policy_image *image)
{
    struct shared_image *s = calloc(1, sizeof *s);
    if (!s)
        return NULL;
    *s = (struct shared_image){.image = image, .uses = 1};
    if (find_member_lists(s) < 0) {
        free(s);
        return NULL;
    }
    return s;
}

static void share_free(struct shared_image *s)
{
    if (s)
        free(s->members);
    free(s);
}

static void share_drop(struct shared_image *s)
{
    if (!s || --s->uses > 0)
        return;
    policy_image_close(s->image);
    share_free(s);
}

static void members_drop(struct shared_members *s)
{
    if (!s || --s->uses > 0)
        return;
    member_table_close(s->table);
    free(s);
}

static void fill_view(struct policy *p, unsigned group, enum policy_layer layer)
{
    struct policy_view *v = &p->views[group];
    const struct policy_image *image = p->layer[layer]->image;
    if (group <= policy_groups_count(p->groups)) {
        v->plain[layer] = policy_group_orders(p->groups, group, image, v->orders[layer]);
    } else {
        const struct member_table_list *lists = NULL;
        unsigned count = member_table_lists(policy_members(p), group - policy_groups_count(p->groups), &lists);
        v->plain[layer] = policy_profile_orders(p->groups, lists, count, image, v->orders[layer]);
    }
    v->first_response[layer] = v->first_address[layer] = v->first_ns[layer] = POLICY_ORDER_NONE;
    for (unsigned i = 0; i < POLICY_LISTS_MAX && policy_image_list(image, i); i++) {
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

static size_t view_count(const struct policy *p)
{
    return (size_t)policy_groups_count(p->groups) + 1 + member_table_profiles(policy_members(p));
}

static void fill_layer(struct policy *p, enum policy_layer layer)
{
    for (unsigned view = 0; p->layer[layer] && view < view_count(p); view++)
        fill_view(p, view, layer);
}

/* members: borrowed until the caller counts the use. */
static struct policy *allocate(const struct policy_groups *groups, struct shared_members *members)
{
    static _Atomic uint64_t serial;
    const struct member_table *table = members ? members->table : NULL;
    unsigned count = policy_groups_count(groups);
    struct policy *p = calloc(1, sizeof *p + (count + 1 + member_table_profiles(table)) * sizeof p->views[0]);
    if (!p)
        return NULL;
    p->groups = groups;
    p->members = members;
    p->serial = atomic_fetch_add(&serial, 1) + 1;
    for (unsigned i = 1; i <= count; i++)
        p->member_of_group[i] = member_table_of_name(table, policy_group_member(groups, i));
    return p;
}

static void use_members(const struct policy *p)
{
    if (p->members)
        p->members->uses++;
}

/* Shares the images of `old` but that of `without`. */
static void share_layers(struct policy *p, const struct policy *old, int without)
{
    for (int i = 0; i < POLICY_LAYER_COUNT; i++) {
        if (i == without)
            continue;
        p->layer[i] = old->layer[i];
        if (p->layer[i])
            p->layer[i]->uses++;
    }
}

struct policy *policy_new(struct policy_image *hand, struct policy_image *lists, struct policy_image *belief,
                          const struct policy_groups *groups)
{
    struct policy_image *const images[] = {
        [POLICY_LAYER_HAND] = hand, [POLICY_LAYER_LISTS] = lists, [POLICY_LAYER_BELIEF] = belief};
    _Static_assert(array_len(images) == POLICY_LAYER_COUNT, "one image per layer");
    struct policy *p = allocate(groups, NULL);
    bool failed = !p;
    for (int i = 0; p && i < POLICY_LAYER_COUNT; i++) {
        p->layer[i] = images[i] ? share_new(images[i]) : NULL;
        failed |= images[i] && !p->layer[i];
    }
    if (failed) {
        for (int i = 0; p && i < POLICY_LAYER_COUNT; i++)
            share_free(p->layer[i]);
        free(p);
        return NULL;
    }
    for (int i = 0; i < POLICY_LAYER_COUNT; i++)
        fill_layer(p, (enum policy_layer)i);
    return p;
}

struct policy *policy_with_layer(const struct policy *old, enum policy_layer layer, struct policy_image *image)
{
    struct policy *p = allocate(old->groups, old->members);
    struct shared_image *s = image ? share_new(image) : NULL;
    if (!p || (image && !s)) {
        free(p);
        share_free(s);
        return NULL;
    }
    use_members(p);
    memcpy(p->views, old->views, view_count(p) * sizeof p->views[0]);
    share_layers(p, old, (int)layer);
    p->layer[layer] = s;
    fill_layer(p, layer);
    return p;
}

static struct policy *with_views(const struct policy *old, const struct policy_groups *groups, struct shared_members *members)
{
    struct policy *p = allocate(groups, members);
    if (!p)
        return NULL;
    use_members(p);
    share_layers(p, old, -1);
    for (int i = 0; i < POLICY_LAYER_COUNT; i++)
        fill_layer(p, (enum policy_layer)i);
    return p;
}

struct policy *policy_with_groups(const struct policy *old, const struct policy_groups *groups)
{
    return with_views(old, groups, old->members);
}

struct policy *policy_with_members(const struct policy *old, struct member_table *table)
{
    struct shared_members *members = calloc(1, sizeof *members);
    if (!members)
        return NULL;
    members->table = table;
    struct policy *p = with_views(old, old->groups, members);
    if (!p)
        free(members);
    return p;
}

void policy_free(struct policy *p)
{
    if (!p)
        return;
    for (int i = 0; i < POLICY_LAYER_COUNT; i++)
        share_drop(p->layer[i]);
    members_drop(p->members);
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

const struct member_table *policy_members(const struct policy *p)
{
    return p->members ? p->members->table : NULL;
}

/* ---- groups ---- */

uint16_t policy_group_of(const struct policy *p, const struct addr *client)
{
    uint16_t group = p->groups ? policy_group_of_client(p->groups, client) : 0;
    if (group > 0)
        return group;
    uint16_t member = member_table_of_client(policy_members(p), client);
    return member > 0 ? (uint16_t)(POLICY_GROUP_OF_MEMBERS + member) : 0;
}

uint32_t policy_observed_group(const struct policy_groups *g, unsigned group)
{
    return group > POLICY_GROUP_OF_MEMBERS ? DNS_GROUP_OF_MEMBERS + (group - POLICY_GROUP_OF_MEMBERS) : policy_group_id(g, group);
}

unsigned policy_member_of(const struct policy *p, unsigned group)
{
    if (group > POLICY_GROUP_OF_MEMBERS)
        return group - POLICY_GROUP_OF_MEMBERS;
    return group <= GROUPS_MAX ? p->member_of_group[group] : 0;
}

const struct policy_view *policy_view_of(const struct policy *p, unsigned group)
{
    unsigned count = policy_groups_count(p->groups);
    if (group <= count)
        return &p->views[group];
    unsigned profile = group > POLICY_GROUP_OF_MEMBERS ? member_table_profile(policy_members(p), group - POLICY_GROUP_OF_MEMBERS) : 0;
    return &p->views[profile > 0 ? count + profile : 0];
}

struct member_lists policy_member_lists(const struct policy *p, unsigned layer, unsigned member)
{
    const struct shared_image *s = p->layer[layer];
    unsigned low = 0, high = s && member > 0 ? s->member_count : 0;
    while (low < high) {
        unsigned middle = (low + high) / 2;
        if (s->members[middle].member == member)
            return s->members[middle];
        if (s->members[middle].member < member)
            low = middle + 1;
        else
            high = middle;
    }
    return (struct member_lists){0};
}

const char *policy_group_text(const struct policy *p, unsigned group, char text[POLICY_GROUP_TEXT_MAX])
{
    if (group <= POLICY_GROUP_OF_MEMBERS)
        snprintf(text, POLICY_GROUP_TEXT_MAX, "%s", policy_group_name(p->groups, group));
    else
        snprintf(text, POLICY_GROUP_TEXT_MAX, POLICY_MEMBER_GROUP "%s", member_table_name(policy_members(p), group - POLICY_GROUP_OF_MEMBERS));
    return text;
}

int policy_find_group(const struct policy *p, const char *text)
{
    static const char prefix[] = POLICY_MEMBER_GROUP;
    if (strncmp(text, prefix, sizeof prefix - 1) != 0)
        return policy_group_of_name(p->groups, text);
    uint16_t member = member_table_of_name(policy_members(p), text + sizeof prefix - 1);
    return member > 0 ? POLICY_GROUP_OF_MEMBERS + member : -ENOENT;
}

const char *policy_member_of_group(const struct policy *p, unsigned group)
{
    return group > POLICY_GROUP_OF_MEMBERS ? member_table_name(policy_members(p), group - POLICY_GROUP_OF_MEMBERS)
                                           : policy_group_member(p->groups, group);
}

bool policy_list_counts(const struct policy *p, enum policy_layer layer, unsigned group, const struct policy_list *list)
{
    if (list->member > 0)
        return list->member == policy_member_of(p, group);
    for (unsigned i = 0; i < POLICY_LISTS_MAX && policy_image_list(policy_layer(p, layer), i); i++)
        if (policy_image_list(policy_layer(p, layer), i) == list)
            return policy_view_of(p, group)->orders[layer][i] != POLICY_ORDER_NONE;
    return false;
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
