/* Walks the images of two policies side by side. */
#include "act/policy/difference.h"

#include <errno.h>

enum { WALKED_MAX = 2 * POLICY_LAYER_COUNT };

struct compared {
    const struct policy *before, *after;
    uint16_t group;
    int64_t now_us;
    policy_flip_fn *each;
    void *self;
    struct policy_difference result;
    const struct policy_image *walked[WALKED_MAX]; /* whose subjects have been told */
    unsigned walked_count;
};

bool policy_action_blocks(unsigned action)
{
    return action == DNS_ACTION_NXDOMAIN || action == DNS_ACTION_NODATA || action == DNS_ACTION_LOCAL_DATA || action == DNS_ACTION_DROP;
}

void policy_decide_name(const struct policy *p, const struct dns_name *name, uint16_t group, int64_t now_us, struct dns_decision *ret_decision)
{
    /* Rules about clients hold for some clients only: they are passed over. */
    const struct dns_asker asker = {.group = group, .behind = true};
    struct policy_probes probes;
    policy_prepare(p, name, &probes);
    policy_decide(p, &probes, name, &asker, now_us, ret_decision);
}

static void decide(const struct compared *c, const struct policy *p, const struct policy_subject *s, struct dns_decision *ret_decision)
{
    const struct dns_asker asker = {.group = c->group, .behind = true};
    if (s->trigger == DNS_TRIGGER_NAME)
        policy_decide_name(p, s->name, c->group, c->now_us, ret_decision);
    else
        policy_decide_address(p, &s->prefix->addr, &asker, c->now_us, ret_decision);
}

/* How both decide on the same. */
struct pair {
    struct dns_decision before, after;
};

/* 1: blocked by the second alone; -1: by the first alone; 0: alike. */
static int turn_of(const struct compared *c, const struct policy_subject *asked, struct pair *ret_pair)
{
    decide(c, c->before, asked, &ret_pair->before);
    decide(c, c->after, asked, &ret_pair->after);
    return (int)policy_action_blocks(ret_pair->after.action) - (int)policy_action_blocks(ret_pair->before.action);
}

static int tell(struct compared *c, const struct policy_subject *s, uint8_t scope, int turn, const struct pair *pair)
{
    c->result.blocked += turn > 0;
    c->result.released += turn < 0;
    struct policy_flip flip = {.subject = s, .scope = scope, .blocks = turn > 0, .before = &pair->before, .after = &pair->after};
    int e = c->each(c->self, &flip);
    return e < 0 ? e : 0;
}

/* A name below, of which no rule speaks by itself: no list names the label "*". */
static bool below_of(const struct dns_name *name, struct dns_name *ret_below)
{
    uint8_t wire[2 + DNS_NAME_MAX] = {1, '*'};
    memcpy(wire + 2, name->wire, name->len);
    struct reader r = reader_of(wire, 2u + name->len);
    return dns_name_read(&r, ret_below) == 0;
}

/* Of all rules about the subject in the layers that are walked. */
static uint8_t scopes_in(const struct policy *p, const struct policy_subject *s)
{
    uint8_t scopes = 0;
    for (unsigned layer = POLICY_LAYER_LISTS; layer < POLICY_LAYER_COUNT; layer++) {
        const struct policy_image *image = policy_layer(p, (enum policy_layer)layer);
        scopes |= image ? policy_image_scopes(image, s) : 0;
    }
    return scopes;
}

static int compare(void *self, const struct policy_subject *s, uint8_t ignored)
{
    struct compared *c = self;
    struct pair own, under;
    struct dns_name below;
    int turn = 0, turn_under = 0, e = 0;
    (void)ignored; /* the other images may say more */
    for (unsigned i = 0; i + 1 < c->walked_count; i++) /* the last is the one that is being walked */
        if (policy_image_scopes(c->walked[i], s) != 0)
            return 0;
    uint8_t before = scopes_in(c->before, s), after = scopes_in(c->after, s), scopes = before | after;
    if (s->trigger != DNS_TRIGGER_NAME && s->trigger != DNS_TRIGGER_ADDRESS) {
        c->result.not_compared += (before != 0) != (after != 0);
        return 0;
    }
    c->result.looked_at++;
    if (scopes & POLICY_SCOPE_EXACT)
        turn = turn_of(c, s, &own);
    if (s->trigger == DNS_TRIGGER_NAME && scopes & POLICY_SCOPE_BELOW && below_of(s->name, &below))
        turn_under = turn_of(c, &(struct policy_subject){.trigger = DNS_TRIGGER_NAME, .name = &below}, &under);
    if (turn != 0)
        e = tell(c, s, turn_under == turn ? POLICY_SCOPE_BOTH : POLICY_SCOPE_EXACT, turn, &own);
    if (e == 0 && turn_under != 0 && turn_under != turn)
        e = tell(c, s, POLICY_SCOPE_BELOW, turn_under, &under);
    return e;
}

static int walk(struct compared *c, const struct policy_image *image)
{
    for (unsigned i = 0; i < c->walked_count; i++)
        if (c->walked[i] == image)
            return 0;
    if (!image)
        return 0;
    c->walked[c->walked_count++] = image;
    return policy_image_each_subject(image, compare, c);
}

int policy_difference(const struct policy *before, const struct policy *after, uint16_t group, int64_t now_us, policy_flip_fn *each,
                      void *self, struct policy_difference *ret_difference)
{
    struct compared c = {.before = before, .after = after, .group = group, .now_us = now_us, .each = each, .self = self};
    int e = 0;
    /* What is said by hand is asked first in both, so nothing else changes it. */
    for (unsigned layer = POLICY_LAYER_LISTS; e == 0 && layer < POLICY_LAYER_COUNT; layer++) {
        e = walk(&c, policy_layer(before, (enum policy_layer)layer));
        if (e == 0)
            e = walk(&c, policy_layer(after, (enum policy_layer)layer));
    }
    *ret_difference = c.result;
    return e;
}
