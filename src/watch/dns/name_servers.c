/* Finds the name servers of the zones above a name and their addresses, for rules about them (RPZ 4.4, 4.5).
 *
 * libunbound does not say which servers it asked. So every zone above the query's name, and above the last name of its
 * CNAME chain, is asked for its NS records, down from two labels: no rule is about the servers of a top-level domain. They
 * are in libunbound's cache already, as far as they are zones.
 */
#include <errno.h>
#include <stdlib.h>

#include "watch/dns/worker.h"

enum {
    ZONES_MAX = 12,  /* six above each of the two names: real delegations are fewer */
    ZONES_OF_NAME = ZONES_MAX / 2,
    NAMES_MAX = 16,  /* a zone has up to 13 */
    ADDRESSES_MAX = 64,
};

struct search {
    struct dns_worker *worker;
    struct search *next; /* free list */
    name_servers_done_fn *done;
    void *self;
    unsigned outstanding;
    bool asks_addresses;
    unsigned name_count, address_count;
    struct dns_name names[NAMES_MAX];
    struct addr addresses[ADDRESSES_MAX];
};

struct name_server_searches {
    struct search *slots, *free;
    unsigned used;
};

int name_servers_new(struct dns_worker *w)
{
    struct name_server_searches *t = calloc(1, sizeof *t);
    if (!t)
        return -ENOMEM;
    w->name_servers = t;
    t->slots = calloc(DNS_NS_SEARCHES_MAX, sizeof *t->slots); /* untouched pages cost nothing */
    return t->slots ? 0 : -ENOMEM;
}

void name_servers_free(struct dns_worker *w)
{
    if (!w->name_servers)
        return;
    free(w->name_servers->slots);
    free(w->name_servers);
    w->name_servers = NULL;
}

static void add_name(struct search *s, const struct dns_name *name)
{
    for (unsigned i = 0; i < s->name_count; i++)
        if (dns_name_equal(&s->names[i], name))
            return;
    if (s->name_count < NAMES_MAX)
        s->names[s->name_count++] = *name;
}

static void add_address(struct search *s, const uint8_t *octets, size_t len)
{
    struct addr a = {.bytes = {[10] = 0xff, [11] = 0xff}};
    memcpy(a.bytes + sizeof a.bytes - len, octets, len);
    if (s->address_count < ADDRESSES_MAX)
        s->addresses[s->address_count++] = a;
}

static void take_answer(struct search *s, const uint8_t *message, size_t len)
{
    struct dns_walk walk;
    struct dns_record r;
    struct dns_name name;
    if (dns_walk_begin(&walk, message, len) < 0)
        return;
    while (dns_walk_next(&walk, &r) == 1 && r.section == DNS_SECTION_ANSWER) {
        if (r.type == DNS_TYPE_NS && !s->asks_addresses && dns_record_name(&walk, &r, 0, &name) == 0)
            add_name(s, &name);
        else if (s->asks_addresses && ((r.type == DNS_TYPE_A && r.rdata_len == 4) ||
                                       (r.type == DNS_TYPE_AAAA && r.rdata_len == 16)))
            add_address(s, message + r.rdata_at, r.rdata_len);
    }
}

static void step_done(struct search *s);

static void on_answer(void *self, const struct upstream_result *r)
{
    struct search *s = self;
    if (r->message && !r->bogus)
        take_answer(s, r->message, r->len);
    step_done(s);
}

static void ask(struct search *s, const struct dns_name *name, uint16_t type)
{
    struct dns_query q = {.qtype = type, .qclass = DNS_CLASS_IN, .flags = DNS_FLAG_RD, .name = *name};
    s->outstanding++;
    if (upstream_resolve(s->worker->upstream, UPSTREAM_FIRST, &q, on_answer, s) < 0)
        s->outstanding--;
}

static void ask_addresses(struct search *s)
{
    s->asks_addresses = true;
    s->outstanding++; /* until all are asked: an answer may come at once */
    for (unsigned i = 0; i < s->name_count; i++) {
        ask(s, &s->names[i], DNS_TYPE_A);
        ask(s, &s->names[i], DNS_TYPE_AAAA);
    }
    step_done(s);
}

static void finish(struct search *s)
{
    struct name_server_searches *t = s->worker->name_servers;
    struct dns_name_servers found = {
        .names = s->names, .name_count = s->name_count, .addresses = s->addresses, .address_count = s->address_count};
    s->done(s->self, &found);
    s->next = t->free;
    t->free = s;
}

static void step_done(struct search *s)
{
    if (--s->outstanding > 0)
        return;
    if (s->asks_addresses)
        finish(s);
    else
        ask_addresses(s);
}

static void ask_zones_above(struct search *s, const struct dns_name *name)
{
    unsigned most = name->labels < ZONES_OF_NAME + 1u ? name->labels : ZONES_OF_NAME + 1u;
    for (unsigned labels = 2; labels <= most; labels++) {
        struct dns_name zone;
        struct reader r = reader_of(name->wire + name->at[name->labels - labels],
                                    (size_t)name->len - name->at[name->labels - labels]);
        if (dns_name_read(&r, &zone) == 0)
            ask(s, &zone, DNS_TYPE_NS);
    }
}

/* The last name of the chain; false when there is none. */
static bool chain_end(const struct dns_cache_entry *e, struct dns_name *ret_name)
{
    struct dns_walk walk;
    struct dns_record r;
    size_t len;
    const uint8_t *message = dns_cache_entry_message(e, &len);
    bool found = false;
    if (dns_walk_begin(&walk, message, len) < 0)
        return false;
    while (dns_walk_next(&walk, &r) == 1 && r.section == DNS_SECTION_ANSWER)
        if (r.type == DNS_TYPE_CNAME && dns_record_name(&walk, &r, 0, ret_name) == 0)
            found = true;
    return found;
}

int name_servers_find(struct dns_worker *w, const struct dns_query *q, const struct dns_cache_entry *e,
                      name_servers_done_fn *done, void *self)
{
    struct name_server_searches *t = w->name_servers;
    struct search *s = t->free;
    if (s)
        t->free = s->next;
    else if (t->used < DNS_NS_SEARCHES_MAX)
        s = &t->slots[t->used++];
    if (!s) {
        dns_count(&w->o.counters->ns_searches_refused, 1);
        return -ENOSPC;
    }
    struct dns_name end;
    bool has_chain = chain_end(e, &end);
    s->worker = w;
    s->done = done;
    s->self = self;
    s->asks_addresses = false;
    s->name_count = s->address_count = 0;
    s->outstanding = 1; /* until all are asked */
    ask_zones_above(s, &q->name);
    if (has_chain)
        ask_zones_above(s, &end);
    step_done(s);
    return 0;
}
