/* Decides on queries and answers: which rule of which layer holds for whom. */
#include <errno.h>

#include "act/policy/policy_impl.h"
#include "base/reader.h"
#include "proto/dns/chain.h"
#include "proto/dns/message.h"

/* Orders of a decision: the layer, then the list in it. */
static uint32_t order_of(unsigned layer, uint16_t order)
{
    return (uint32_t)layer << 16 | order;
}
enum { ORDER_LAST = INT32_MAX };

static const struct policy_view *view_of(const struct policy *p, const struct dns_asker *asker)
{
    return policy_view_of(p, asker->group);
}

/* Plain views are searched without orders, which is faster; then a list's order is its index, and has to be lifted to
 * what policy_group_orders would say. */
static uint16_t true_order(const struct policy_view *v, unsigned layer, const struct policy_search *s, const struct policy_found *f)
{
    return s->orders ? f->order : v->orders[layer][f->rule->list];
}

static struct policy_search search_of(const struct policy *p, const struct policy_view *v, unsigned layer,
                                      const struct dns_asker *asker, int64_t now_us)
{
    struct policy_search s = {
        .image = p->layer[layer]->image,
        .orders = v->plain[layer] ? NULL : v->orders[layer],
        .now_us = now_us,
    };
    if (unlikely(asker->group > 0 && p->layer[layer]->member_count > 0)) {
        struct member_lists own = policy_member_lists(p, layer, policy_member_of(p, asker->group));
        s.centre = own.centre;
        s.own = own.own;
        if (own.centre || own.own)
            s.orders = v->orders[layer];
    }
    return s;
}

/* Did a member let it through by itself? */
static bool is_own_pass(const struct policy *p, unsigned layer, const struct policy_search *s)
{
    const struct policy_rule *rule = s->best.rule;
    return s->own && rule && rule->action == DNS_ACTION_PASS && policy_image_list(p->layer[layer]->image, rule->list)->by_member;
}

static void take(const struct policy *p, const struct policy_view *v, unsigned layer, const struct policy_search *s,
                 const struct policy_found *f, struct dns_decision *d)
{
    policy_found_decision(p->layer[layer]->image, f, d);
    d->by_member = f == &s->best && is_own_pass(p, layer, s);
    d->order = order_of(layer, true_order(v, layer, s, f));
}

/* Does what is believed block it, and is of a kind that no member lets through by itself? */
static bool is_grave(const struct policy *p, const struct policy_search *belief)
{
    const struct policy_rule *rule = belief->best.rule;
    return rule && policy_image_list(p->layer[POLICY_LAYER_BELIEF]->image, rule->list)->is_grave;
}

/* Asked only of names that a member lets through. */
static bool is_set_aside(const struct policy *p, const struct policy_view *v, const struct policy_probes *probes, const struct dns_name *name,
                         const struct dns_asker *asker, int64_t now_us)
{
    if (!p->layer[POLICY_LAYER_BELIEF])
        return false;
    struct policy_search s = search_of(p, v, POLICY_LAYER_BELIEF, asker, now_us);
    policy_search_probe(&s, &probes->layer[POLICY_LAYER_BELIEF], name);
    return is_grave(p, &s);
}

static void decide_nothing(struct dns_decision *d)
{
    d->action = DNS_ACTION_NONE;
    d->trigger = DNS_TRIGGER_NAME;
    d->chain = 0;
    d->by_member = false;
    d->wording = 0;
    d->list = 0;
    d->verdict = (struct verdict_ref){0};
    d->order = ORDER_LAST;
}

/* Does no list that looks at answers come before the decision? */
static bool is_final(const struct policy *p, const struct policy_view *v, uint32_t order)
{
    for (unsigned i = 0; i < POLICY_LAYER_COUNT; i++)
        if (p->layer[i] && v->first_response[i] != POLICY_ORDER_NONE && order_of(i, v->first_response[i]) < order)
            return false;
    return true;
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

void policy_decide(const struct policy *p, const struct policy_probes *probes, const struct dns_name *name,
                   const struct dns_asker *asker, int64_t now_us, struct dns_decision *ret_decision)
{
    const struct policy_view *v = view_of(p, asker);
    decide_nothing(ret_decision);
    ret_decision->final = false; /* a chain may lead to a name that is blocked */
    for (unsigned i = 0; i < POLICY_LAYER_COUNT; i++) {
        if (!p->layer[i])
            continue;
        bool by_client = policy_image_has_trigger(p->layer[i]->image, DNS_TRIGGER_CLIENT) && !asker->behind;
        if (probes->layer[i].count == 0 && !by_client)
            continue;
        struct policy_search s = search_of(p, v, i, asker, now_us);
        if (unlikely(by_client))
            policy_search_address(&s, DNS_TRIGGER_CLIENT, &asker->client);
        policy_search_probe(&s, &probes->layer[i], name);
        if (unlikely(is_own_pass(p, i, &s)) && is_set_aside(p, v, probes, name, asker, now_us))
            continue;
        if (s.best.rule) {
            take(p, v, i, &s, &s.best, ret_decision);
            bool may_lead_to_grave = unlikely(ret_decision->by_member) && p->layer[POLICY_LAYER_BELIEF];
            ret_decision->final = asker->redirected || (is_final(p, v, ret_decision->order) && !may_lead_to_grave);
            return;
        }
        if (s.observed.rule && ret_decision->action == DNS_ACTION_NONE) {
            take(p, v, i, &s, &s.observed, ret_decision);
            ret_decision->order = ORDER_LAST; /* it stands in nobody's way */
        }
    }
}

/* ---- answers ---- */

/* One search for each layer, over all that an answer holds. */
struct examination {
    struct policy_search layer[POLICY_LAYER_COUNT];
};

static void examine_name(const struct policy *p, struct examination *x, const struct dns_name *name)
{
    for (int i = 0; i < POLICY_LAYER_COUNT; i++)
        if (p->layer[i])
            policy_search_name(&x->layer[i], name);
}

static void examine_address(const struct policy *p, struct examination *x, unsigned trigger, const struct addr *a)
{
    for (int i = 0; i < POLICY_LAYER_COUNT; i++)
        if (p->layer[i] && policy_image_has_trigger(p->layer[i]->image, trigger))
            policy_search_address(&x->layer[i], trigger, a);
}

static struct addr addr_of_v4(const uint8_t *octets)
{
    struct addr a = {.bytes = {[10] = 0xff, [11] = 0xff}};
    memcpy(a.bytes + 12, octets, 4);
    return a;
}

static struct addr addr_of_v6(const uint8_t *octets)
{
    struct addr a;
    memcpy(a.bytes, octets, sizeof a.bytes);
    return a;
}

static void examine_addresses(const struct policy *p, struct examination *x, struct reader r, size_t size)
{
    while (r.left >= size) {
        const uint8_t *octets = reader_take(&r, size);
        struct addr a = size == 4 ? addr_of_v4(octets) : addr_of_v6(octets);
        examine_address(p, x, DNS_TRIGGER_ADDRESS, &a);
    }
}

/* RFC 9460 2.2: priority, target, parameters. A browser connects to the hints before it asks for addresses. */
static void examine_service(const struct policy *p, struct examination *x, struct reader r)
{
    enum { IPV4HINT = 4, IPV6HINT = 6 };
    struct dns_name target;
    reader_skip(&r, 2);
    if (r.failed || dns_name_read(&r, &target) < 0)
        return;
    if (target.labels > 0)
        examine_name(p, x, &target);
    while (r.left > 0) {
        uint16_t key = reader_u16(&r);
        struct reader value = reader_sub(&r, reader_u16(&r));
        if (r.failed)
            return;
        if (key == IPV4HINT)
            examine_addresses(p, x, value, 4);
        else if (key == IPV6HINT)
            examine_addresses(p, x, value, 16);
    }
}

static void examine_record(const struct policy *p, struct examination *x, const struct dns_walk *w,
                           const struct dns_record *r)
{
    struct reader data = reader_of(w->message + r->rdata_at, r->rdata_len);
    switch (r->type) {
    case DNS_TYPE_A:
        examine_addresses(p, x, data, 4);
        return;
    case DNS_TYPE_AAAA:
        examine_addresses(p, x, data, 16);
        return;
    case DNS_TYPE_SVCB:
    case DNS_TYPE_HTTPS:
        examine_service(p, x, data);
        return;
    default:
        return;
    }
}

static void examine_message(const struct policy *p, struct examination *x, const uint8_t *message, size_t len)
{
    struct dns_walk w;
    struct dns_record r;
    if (dns_walk_begin(&w, message, len) < 0)
        return;
    while (dns_walk_next(&w, &r) == 1 && r.section == DNS_SECTION_ANSWER)
        examine_record(p, x, &w, &r);
}

static void examine_chain(const struct policy *p, struct examination *x, const uint8_t *message, size_t len)
{
    struct dns_walk w;
    struct dns_record r;
    struct dns_name name;
    if (dns_walk_begin(&w, message, len) < 0)
        return;
    while (dns_walk_next(&w, &r) == 1 && r.section == DNS_SECTION_ANSWER)
        if (r.type == DNS_TYPE_CNAME && dns_record_name(&w, &r, 0, &name) == 0)
            examine_name(p, x, &name);
}

static void examine_servers(const struct policy *p, struct examination *x, const struct dns_name_servers *s)
{
    for (unsigned n = 0; n < s->name_count; n++)
        for (int i = 0; i < POLICY_LAYER_COUNT; i++)
            if (p->layer[i] && policy_image_has_trigger(p->layer[i]->image, DNS_TRIGGER_NS_NAME))
                policy_search_ns_name(&x->layer[i], &s->names[n]);
    for (unsigned n = 0; n < s->address_count; n++)
        examine_address(p, x, DNS_TRIGGER_NS_ADDRESS, &s->addresses[n]);
}

/* Does what the examination found come before the decision? */
static bool take_examined(const struct policy *p, const struct policy_view *v, const struct examination *x, uint8_t chain,
                          struct dns_decision *decision)
{
    bool taken = false;
    for (unsigned i = 0; i < POLICY_LAYER_COUNT; i++) {
        if (!p->layer[i])
            continue;
        const struct policy_found *best = &x->layer[i].best, *observed = &x->layer[i].observed;
        bool is_passed_over = is_own_pass(p, i, &x->layer[i]) && is_grave(p, &x->layer[POLICY_LAYER_BELIEF]);
        bool acts = best->rule && !is_passed_over && order_of(i, true_order(v, i, &x->layer[i], best)) < decision->order;
        bool observes = !acts && observed->rule && decision->action == DNS_ACTION_NONE;
        if (!acts && !observes)
            continue;
        take(p, v, i, &x->layer[i], acts ? best : observed, decision);
        decision->label = 0; /* of another name than the query's */
        decision->chain = chain;
        taken = taken || acts;
        if (observes)
            decision->order = ORDER_LAST;
    }
    return taken;
}

/* Of what a member lets through by itself only what is too grave for that counts, wherever in the answer it stands. */
static bool take_grave(const struct policy *p, const struct policy_view *v, const struct examination *x, uint8_t chain, struct dns_decision *decision)
{
    const struct policy_search *belief = &x->layer[POLICY_LAYER_BELIEF];
    if (!p->layer[POLICY_LAYER_BELIEF] || !is_grave(p, belief))
        return false;
    take(p, v, POLICY_LAYER_BELIEF, belief, &belief->best, decision);
    decision->label = 0;
    decision->chain = chain;
    return true;
}

/* Each name of the chain comes before all that follow it, whatever the lists' order (draft-vixie-dnsop-dns-rpz-00 5.1);
 * addresses and name servers belong to the last. */
void policy_examine(const struct policy *p, const struct dns_asker *asker, int64_t now_us, const uint8_t *message,
                    size_t len, const struct dns_name_servers *servers, struct dns_decision *decision)
{
    const struct policy_view *v = view_of(p, asker);
    struct dns_walk walk;
    uint32_t ttl;
    if (dns_walk_begin(&walk, message, len) < 0)
        return;
    struct dns_name name = walk.qname, next;
    bool stands = decision->order != ORDER_LAST, by_member = unlikely(decision->by_member);
    for (uint8_t chain = 0; chain <= DNS_CHAIN_MAX; chain++, name = next) {
        bool is_last = dns_chain_next(message, len, &name, &next, &ttl) < 0;
        if (!is_last && stands && !by_member)
            return;
        struct examination x = {0};
        for (unsigned i = 0; i < POLICY_LAYER_COUNT; i++)
            if (p->layer[i])
                x.layer[i] = search_of(p, v, i, asker, now_us);
        if (chain > 0)
            examine_name(p, &x, &name);
        if (is_last && !asker->redirected) {
            examine_message(p, &x, message, len);
            if (servers)
                examine_servers(p, &x, servers);
        }
        bool is_taken = by_member ? take_grave(p, v, &x, chain, decision) : take_examined(p, v, &x, chain, decision);
        if (is_taken || is_last)
            return;
    }
}

void policy_decide_address(const struct policy *p, const struct addr *address, const struct dns_asker *asker,
                           int64_t now_us, struct dns_decision *ret_decision)
{
    const struct policy_view *v = view_of(p, asker);
    decide_nothing(ret_decision);
    ret_decision->final = true;
    for (unsigned i = 0; i < POLICY_LAYER_COUNT && ret_decision->order == ORDER_LAST; i++) {
        if (!p->layer[i])
            continue;
        struct policy_search s = search_of(p, v, i, asker, now_us);
        policy_search_address(&s, DNS_TRIGGER_ADDRESS, address);
        if (s.best.rule)
            take(p, v, i, &s, &s.best, ret_decision);
        else if (s.observed.rule && ret_decision->action == DNS_ACTION_NONE) {
            take(p, v, i, &s, &s.observed, ret_decision);
            ret_decision->order = ORDER_LAST;
        }
    }
}

static bool has_server_rules(const struct policy_image *image)
{
    return policy_image_has_trigger(image, DNS_TRIGGER_NS_NAME) ||
           policy_image_has_trigger(image, DNS_TRIGGER_NS_ADDRESS);
}

bool policy_touches(const struct policy *p, const uint8_t *message, size_t len, const struct dns_name_servers *servers)
{
    struct examination x = {0};
    bool touched = false;
    for (unsigned i = 0; i < POLICY_LAYER_COUNT; i++) {
        if (!p->layer[i])
            continue;
        if (!servers && has_server_rules(p->layer[i]->image))
            return true;
        x.layer[i] = (struct policy_search){.image = p->layer[i]->image, .now_us = INT64_MIN, .any_member = true};
    }
    examine_chain(p, &x, message, len);
    examine_message(p, &x, message, len);
    if (servers)
        examine_servers(p, &x, servers);
    for (unsigned i = 0; i < POLICY_LAYER_COUNT; i++)
        touched = touched || x.layer[i].best.rule || x.layer[i].observed.rule;
    return touched;
}

bool policy_has_names(const struct policy *p)
{
    for (unsigned i = 0; i < POLICY_LAYER_COUNT; i++)
        if (p->layer[i] && policy_image_has_trigger(p->layer[i]->image, DNS_TRIGGER_NAME))
            return true;
    return false;
}

bool policy_wants_name_servers(const struct policy *p, const struct dns_asker *asker,
                               const struct dns_decision *decision)
{
    const struct policy_view *v = view_of(p, asker);
    for (unsigned i = 0; i < POLICY_LAYER_COUNT; i++)
        if (p->layer[i] && v->first_ns[i] != POLICY_ORDER_NONE && order_of(i, v->first_ns[i]) < decision->order)
            return true;
    return false;
}

bool policy_stands(const struct policy *p, const struct dns_asker *asker, const struct dns_decision *decision, bool all)
{
    const struct policy_view *v = view_of(p, asker);
    for (unsigned i = 0; i < POLICY_LAYER_COUNT; i++) {
        if (!p->layer[i])
            continue;
        /* of one list, addresses come before servers */
        if (v->first_address[i] != POLICY_ORDER_NONE && order_of(i, v->first_address[i]) <= decision->order)
            return false;
        if (!all && v->first_ns[i] != POLICY_ORDER_NONE && order_of(i, v->first_ns[i]) < decision->order)
            return false;
    }
    return true;
}
