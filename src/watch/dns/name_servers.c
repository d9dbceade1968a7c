/* Finds the name servers of the zones above a name and their addresses, for rules about them (RPZ 4.4, 4.5).
 *
 * libunbound does not say whom it was referred to. So the way down to the name is walked here once more,
 * label by label (RFC 9156), from the root or a stub zone: whom a zone belongs to its parent says, and no
 * server can hide it by not answering. What is found is kept in the worker's cache. Besides, each zone is
 * asked for its own NS records by libunbound: some name more servers than their parents do. Where a resolver
 * is asked for everything there are no referrals, and that is all there is. No rule is about the servers of
 * the root or a top-level domain.
 */
#include <errno.h>
#include <event2/event.h>
#include <stdio.h>
#include <stdlib.h>
#include <strings.h>

#include "base/clock.h"
#include "proto/dns/referral.h"
#include "watch/dns/own_zones.h"
#include "watch/dns/worker.h"

enum {
    TARGETS_MAX = 2, /* the query's name, and the last of its chain */
    LABELS_MAX = 7,  /* deeper zones are few: past these only the whole name is asked for */
    NAMES_MAX = 32,
    ADDRESSES_MAX = 64,
    SERVERS_MAX = 16,
    NAMES_ASKED_MAX = 3, /* of a zone whose servers no rule is about */
    CUT_TYPE =
        0, /* under which referrals are kept: RFC 6895 3.1 gives it to nobody, and clients are refused it */
    DNS_PORT = 53,
};

enum lookup_kind { LOOKUP_SERVER, LOOKUP_ROOT, LOOKUP_ZONE, LOOKUP_ADDRESS };

/* A question under way. It may outlive its search: then nobody hears the answer. */
struct lookup {
    struct dns_worker *worker;
    struct lookup *next; /* free list */
    struct search *search;
    uint64_t serial; /* of the search */
    unsigned zone;   /* LOOKUP_ADDRESS: which zone of the walk it is a server of; 0: of none */
    bool tells;      /* LOOKUP_ADDRESS: rules may be about it */
    enum lookup_kind kind;
};

struct search {
    struct dns_worker *worker;
    struct search *next; /* free list */
    struct event *deadline;
    uint64_t serial; /* 0: free */
    const struct name_servers_caller *caller;
    void *self;
    uint16_t qtype;
    unsigned target_count, target; /* the one whose way is walked; target_count: the walk is over */
    struct dns_name targets[TARGETS_MAX];
    unsigned outstanding; /* lookups */
    bool advancing, asking, whole, grace, short_of, starved, news;
    /* the zone that the walk has come to, and whom to ask about what is below it */
    struct dns_name zone;
    unsigned zone_number, depth; /* labels of the next name to ask about */
    unsigned zone_lookups;       /* addresses of its servers that are being looked for */
    unsigned server_count, server, tries, unreachable, asks;
    uint16_t port;
    bool root_asked;
    struct addr servers[SERVERS_MAX];
    /* what was found */
    unsigned name_count, address_count;
    struct dns_name names[NAMES_MAX];
    struct addr addresses[ADDRESSES_MAX];
};

struct name_server_searches {
    struct search *slots, *free;
    struct lookup *lookups, *free_lookup;
    unsigned used, lookups_used;
    struct own_zones *own_zones;
    uint64_t serial;
    unsigned turn;       /* which server is asked first */
    unsigned hint_count; /* the root's servers, when the operator says who they are */
    struct addr hints[SERVERS_MAX];
    struct dns_referral referral;
    uint8_t message[DNS_REFERRAL_FORMAT_MAX];
};

/* "OWNER [TTL] [IN] A ADDRESS"; the operator's own file, which libunbound reads too. */
static void read_hints(struct name_server_searches *t, const char *path)
{
    char line[512], *rest;
    FILE *f = fopen(path, "re");
    if (!f)
        return;
    while (t->hint_count < SERVERS_MAX && fgets(line, sizeof line, f)) {
        const char *before = "", *word = strtok_r(line, " \t\r\n", &rest);
        for (; word && *word != ';'; before = word, word = strtok_r(NULL, " \t\r\n", &rest)) {
            bool is_type = strcasecmp(before, "A") == 0 || strcasecmp(before, "AAAA") == 0;
            if (is_type && addr_parse(word, &t->hints[t->hint_count]) == 0) {
                t->hint_count++;
                break;
            }
        }
    }
    fclose(f);
}

int name_servers_new(struct dns_worker *w)
{
    struct name_server_searches *t = calloc(1, sizeof *t);
    if (!t)
        return -ENOMEM;
    w->name_servers = t;
    t->slots = calloc(DNS_NS_SEARCHES_MAX, sizeof *t->slots); /* untouched pages cost nothing */
    t->lookups = calloc(DNS_NS_LOOKUPS_MAX, sizeof *t->lookups);
    if (w->o.upstream.root_hints[0])
        read_hints(t, w->o.upstream.root_hints);
    t->own_zones = own_zones_new();
    return t->slots && t->lookups && t->own_zones ? 0 : -ENOMEM;
}

void name_servers_free(struct dns_worker *w)
{
    struct name_server_searches *t = w->name_servers;
    if (!t)
        return;
    for (unsigned i = 0; t->slots && i < t->used; i++)
        if (t->slots[i].deadline)
            event_free(t->slots[i].deadline);
    free(t->slots);
    free(t->lookups);
    own_zones_free(t->own_zones);
    free(t);
    w->name_servers = NULL;
}

/* ---- what was found ---- */

static struct dns_name_servers found(const struct search *s)
{
    return (struct dns_name_servers){.names = s->names,
                                     .name_count = s->name_count,
                                     .addresses = s->addresses,
                                     .address_count = s->address_count};
}

static bool add_name(struct search *s, const struct dns_name *name)
{
    for (unsigned i = 0; i < s->name_count; i++)
        if (dns_name_equal(&s->names[i], name))
            return false;
    if (s->name_count == NAMES_MAX)
        return false;
    s->names[s->name_count++] = *name;
    s->news = true;
    return true;
}

static void add_address(struct search *s, const struct addr *a)
{
    for (unsigned i = 0; i < s->address_count; i++)
        if (memcmp(&s->addresses[i], a, sizeof *a) == 0)
            return;
    if (s->address_count == ADDRESSES_MAX)
        return;
    s->addresses[s->address_count++] = *a;
    s->news = true;
}

static void finish(struct search *s)
{
    struct name_server_searches *t = s->worker->name_servers;
    struct dns_name_servers servers = found(s);
    event_del(s->deadline);
    if (s->starved)
        dns_count(&s->worker->o.counters->ns_searches_refused, 1);
    else if (s->short_of)
        dns_count(&s->worker->o.counters->ns_searches_short, 1);
    s->serial = 0;
    s->caller->done(s->self, s->starved ? NULL : &servers, !s->short_of);
    s->next = t->free;
    t->free = s;
}

static bool is_enough(struct search *s)
{
    if (!s->news)
        return false;
    s->news = false;
    struct dns_name_servers servers = found(s);
    return s->caller->enough && s->caller->enough(s->self, &servers);
}

static void set_deadline(struct search *s, unsigned ms)
{
    struct timeval after = {.tv_sec = ms / 1000, .tv_usec = ms % 1000 * 1000};
    int e = event_add(s->deadline, &after);
    (void)e; /* the heap of timers cannot grow: the lookups end by themselves */
}

static void on_deadline(evutil_socket_t fd, short what, void *self)
{
    (void)fd, (void)what;
    struct search *s = self;
    s->short_of = s->short_of || s->target < s->target_count;
    finish(s);
}

/* ---- lookups ---- */

static void advance(struct search *s);
static void take_server(struct search *s, const struct upstream_result *r);
static void take_root(struct search *s, const struct upstream_result *r);
static void take_zone(struct search *s, const struct upstream_result *r);
static void take_address(struct search *s, const struct lookup *l, const struct upstream_result *r);

static void on_answer(void *self, const struct upstream_result *r)
{
    struct lookup *slot = self, l = *slot;
    struct search *s = l.search;
    struct name_server_searches *t = l.worker->name_servers;
    slot->next = t->free_lookup;
    t->free_lookup = slot;
    if (s->serial != l.serial)
        return;
    bool outer = s->advancing;
    s->advancing = true; /* answers that come at once while this one is taken */
    s->worker->now_s = (uint32_t)(clock_mono_ns() / 1000000000u);
    s->outstanding--;
    switch (l.kind) {
    case LOOKUP_SERVER:
        take_server(s, r);
        break;
    case LOOKUP_ROOT:
        take_root(s, r);
        break;
    case LOOKUP_ZONE:
        take_zone(s, r);
        break;
    case LOOKUP_ADDRESS:
        take_address(s, &l, r);
        break;
    }
    s->advancing = outer;
    advance(s);
}

static struct lookup *lookup_new(struct search *s, enum lookup_kind kind)
{
    struct name_server_searches *t = s->worker->name_servers;
    struct lookup *l = t->free_lookup;
    if (l)
        t->free_lookup = l->next;
    else if (t->lookups_used < DNS_NS_LOOKUPS_MAX)
        l = &t->lookups[t->lookups_used++];
    if (!l) {
        s->starved = true;
        return NULL;
    }
    *l = (struct lookup){.worker = s->worker, .search = s, .serial = s->serial, .kind = kind};
    s->outstanding++;
    return l;
}

static void lookup_take_back(struct lookup *l)
{
    struct name_server_searches *t = l->worker->name_servers;
    l->search->outstanding--;
    l->next = t->free_lookup;
    t->free_lookup = l;
}

/* By libunbound. False: nobody will answer. */
static bool resolve(struct search *s, enum lookup_kind kind, const struct dns_name *name, uint16_t type,
                    unsigned zone, bool tells)
{
    struct dns_query q = {.qtype = type, .qclass = DNS_CLASS_IN, .flags = DNS_FLAG_RD, .name = *name};
    struct lookup *l = lookup_new(s, kind);
    if (!l)
        return false;
    l->zone = zone;
    l->tells = tells;
    if (upstream_resolve(s->worker->upstream, UPSTREAM_FIRST, &q, on_answer, l) == 0)
        return true;
    lookup_take_back(l);
    return false;
}

/* The addresses of a server that the walk may ask. */
static void resolve_server(struct search *s, const struct dns_name *name, bool tells)
{
    s->zone_lookups += 2; /* before: an answer may come at once */
    s->zone_lookups -= !resolve(s, LOOKUP_ADDRESS, name, DNS_TYPE_A, s->zone_number, tells);
    s->zone_lookups -= !resolve(s, LOOKUP_ADDRESS, name, DNS_TYPE_AAAA, s->zone_number, tells);
}

static void take_address(struct search *s, const struct lookup *l, const struct upstream_result *r)
{
    struct dns_walk walk;
    struct dns_record rec;
    bool is_current = l->zone != 0 && l->zone == s->zone_number;
    if (is_current)
        s->zone_lookups--;
    if (!r->message || r->bogus || dns_walk_begin(&walk, r->message, r->len) < 0)
        return;
    while (dns_walk_next(&walk, &rec) == 1 && rec.section == DNS_SECTION_ANSWER) {
        bool v4 = rec.type == DNS_TYPE_A && rec.rdata_len == 4,
             v6 = rec.type == DNS_TYPE_AAAA && rec.rdata_len == 16;
        if (!v4 && !v6)
            continue;
        struct addr a = {.bytes = {[10] = 0xff, [11] = 0xff}};
        memcpy(a.bytes + sizeof a.bytes - rec.rdata_len, r->message + rec.rdata_at, rec.rdata_len);
        if (l->tells)
            add_address(s, &a);
        if (is_current && s->server_count < SERVERS_MAX)
            s->servers[s->server_count++] = a;
    }
}

/* The zone's own word on its servers. */
static void take_zone(struct search *s, const struct upstream_result *r)
{
    struct dns_walk walk;
    struct dns_record rec;
    struct dns_name name;
    if (!r->message || r->bogus || dns_walk_begin(&walk, r->message, r->len) < 0)
        return;
    while (dns_walk_next(&walk, &rec) == 1 && rec.section == DNS_SECTION_ANSWER) {
        if (rec.type != DNS_TYPE_NS || dns_record_name(&walk, &rec, 0, &name) < 0 || !add_name(s, &name))
            continue;
        resolve(s, LOOKUP_ADDRESS, &name, DNS_TYPE_A, 0, true); /* the walk asks those that the parent says */
        resolve(s, LOOKUP_ADDRESS, &name, DNS_TYPE_AAAA, 0, true);
    }
}

/* ---- the walk ---- */

static struct dns_name suffix_of(const struct dns_name *name, unsigned labels)
{
    struct dns_name suffix = {.len = 1};
    struct reader r = reader_of(name->wire + name->at[name->labels - labels],
                                (size_t)name->len - name->at[name->labels - labels]);
    int e = dns_name_read(&r, &suffix);
    (void)e; /* part of a good name */
    return suffix;
}

static struct dns_query key_of(const struct dns_name *name)
{
    return (struct dns_query){.qtype = CUT_TYPE, .qclass = DNS_CLASS_IN, .name = *name};
}

/* What is known to begin at the name; false when nothing is. */
static bool recall(struct search *s, const struct dns_name *name, enum dns_referral_kind *ret_kind)
{
    static const struct dns_name root = {.len = 1};
    struct dns_worker *w = s->worker;
    struct dns_query key = key_of(name);
    const struct dns_cache_entry *e = dns_cache_find(w->cache, dns_cache_hash(w->cache, &key), &key);
    size_t len;
    if (!e || dns_cache_entry_fresh_s(e, w->now_s) <= 0)
        return false;
    const uint8_t *message = dns_cache_entry_message(e, &len);
    *ret_kind = dns_referral_read(message, len, &root, name, &w->name_servers->referral);
    return true;
}

static void remember(struct search *s, const struct dns_name *name, enum dns_referral_kind kind,
                     uint32_t ttl_s)
{
    static const struct dns_pack_ttls none = {.min_s = UINT32_MAX};
    struct dns_worker *w = s->worker;
    struct name_server_searches *t = w->name_servers;
    struct dns_query key = key_of(name);
    size_t len = dns_referral_format(kind, name, &t->referral, t->message, sizeof t->message);
    struct dns_cache_answer a = {
        .message = t->message, .len = len, .ttls = &none, .ttl_s = ttl_s, .ede = DNS_EDE_NONE};
    int e = dns_cache_put(w->cache, dns_cache_hash(w->cache, &key), &key, &a, w->now_s);
    (void)e; /* without memory it is asked for again */
}

/* Each zone above the name, whether it is one or not, by its own word alone. */
static void ask_zones_above(struct search *s, const struct dns_name *name)
{
    for (unsigned labels = 2; labels <= name->labels && labels <= LABELS_MAX; labels++) {
        struct dns_name zone = suffix_of(name, labels);
        resolve(s, LOOKUP_ZONE, &zone, DNS_TYPE_NS, 0, true);
    }
}

static void enter(struct search *s, const struct dns_name *zone)
{
    s->zone = *zone;
    s->zone_number++;
    s->depth = zone->labels + 1u;
    s->zone_lookups = s->server_count = s->tries = s->unreachable = 0;
    s->server = s->worker->name_servers->turn++;
    s->port = DNS_PORT;
    s->whole = false;
}

/* Whose zone it is, and where they are. */
static void enter_cut(struct search *s, const struct dns_referral *f)
{
    enter(s, &f->zone);
    bool tells = f->zone.labels > 1;
    for (unsigned i = 0; i < f->glue_count; i++) {
        if (s->server_count < SERVERS_MAX)
            s->servers[s->server_count++] = f->glue[i];
        if (tells)
            add_address(s, &f->glue[i]);
    }
    for (unsigned i = 0; tells && i < f->server_count; i++)
        add_name(s, &f->servers[i]);
    unsigned most = tells ? DNS_REFERRAL_SERVERS_MAX : f->glue_count > 0 ? 0 : NAMES_ASKED_MAX;
    for (unsigned i = 0; i < f->server_count && i < most; i++)
        if (!f->has_glue[i])
            resolve_server(s, &f->servers[i], tells);
    if (tells)
        resolve(s, LOOKUP_ZONE, &s->zone, DNS_TYPE_NS, 0, true);
}

static void take_root(struct search *s, const struct upstream_result *r)
{
    struct dns_walk walk;
    struct dns_record rec;
    struct dns_name names[NAMES_ASKED_MAX], name;
    unsigned seen = 0;
    s->zone_lookups--;
    if (!r->message || r->bogus || dns_walk_begin(&walk, r->message, r->len) < 0)
        return;
    while (dns_walk_next(&walk, &rec) == 1 && rec.section == DNS_SECTION_ANSWER)
        if (rec.type == DNS_TYPE_NS && dns_record_name(&walk, &rec, 0, &name) == 0)
            names[seen++ % NAMES_ASKED_MAX] = name; /* their order changes from answer to answer */
    for (unsigned i = 0; i < seen && i < NAMES_ASKED_MAX; i++)
        resolve_server(s, &names[i], false);
}

static void ask_root(struct search *s)
{
    static const struct dns_name root = {.len = 1};
    s->root_asked = true;
    s->server_count = s->tries = s->unreachable = 0; /* the hints were no good */
    s->zone_lookups++;
    s->zone_lookups -= !resolve(s, LOOKUP_ROOT, &root, DNS_TYPE_NS, 0, false);
}

/* "address@port", as libunbound takes it. */
static bool read_target(const struct upstream_target *t, struct addr *ret_addr, uint16_t *ret_port)
{
    char text[UPSTREAM_TARGET_MAX];
    memcpy(text, t->text, sizeof text);
    char *at = strchr(text, '@');
    if (at)
        *at = '\0';
    *ret_port = at ? (uint16_t)strtoul(at + 1, NULL, 10) : DNS_PORT;
    return addr_parse(text, ret_addr) == 0;
}

/* The longest stub zone above the name; NULL: none. */
static const struct upstream_stub *stub_of(const struct dns_worker *w, const struct dns_name *name,
                                           struct dns_name *ret_zone)
{
    const struct upstream_options *o = &w->o.upstream;
    const struct upstream_stub *best = NULL;
    for (unsigned i = 0; i < o->stub_count; i++) {
        struct dns_name zone;
        if (dns_name_parse(o->stub[i].zone, strlen(o->stub[i].zone), &zone) == 0 &&
            dns_name_within(name, &zone) && (!best || zone.labels >= ret_zone->labels)) {
            best = &o->stub[i];
            *ret_zone = zone;
        }
    }
    return best;
}

static void next_target(struct search *s);

/* Where the walk to the target begins. */
static void begin_target(struct search *s)
{
    static const struct dns_name root = {.len = 1};
    const struct upstream_options *o = &s->worker->o.upstream;
    const struct dns_name *target = &s->targets[s->target];
    struct dns_name zone = root;
    const struct upstream_stub *stub = stub_of(s->worker, target, &zone);
    if (stub ? stub->recursive : o->forward_count > 0) {
        ask_zones_above(s, target);
        next_target(s);
        return;
    }
    if (target->labels < 2 || (!stub && own_zones_have(s->worker->name_servers->own_zones, target))) {
        next_target(s);
        return;
    }
    enter(s, &zone);
    s->root_asked = stub != NULL;
    s->asks = 0;
    if (!stub) {
        const struct name_server_searches *t = s->worker->name_servers;
        s->server_count = t->hint_count;
        memcpy(s->servers, t->hints, sizeof t->hints);
        return;
    }
    for (unsigned i = 0; i < o->stub_count; i++) {
        struct dns_name other;
        bool same = dns_name_parse(o->stub[i].zone, strlen(o->stub[i].zone), &other) == 0 &&
                    dns_name_equal(&other, &zone);
        if (same && s->server_count < SERVERS_MAX &&
            read_target(&o->stub[i].target, &s->servers[s->server_count], &s->port))
            s->server_count++;
    }
    for (unsigned i = 0; zone.labels > 1 && i < s->server_count; i++)
        add_address(s, &s->servers[i]);
    if (zone.labels > 1)
        resolve(s, LOOKUP_ZONE, &zone, DNS_TYPE_NS, 0, true);
}

static void next_target(struct search *s)
{
    if (++s->target < s->target_count)
        begin_target(s);
}

/* Nobody says whose the zones below are: what they say themselves is all. */
static void give_up(struct search *s)
{
    struct dns_name target = s->targets[s->target];
    s->short_of = true;
    ask_zones_above(s, &target);
    next_target(s);
}

static void go_deeper(struct search *s)
{
    const struct dns_name *target = &s->targets[s->target];
    s->whole = false;
    s->tries = s->unreachable = 0;
    s->depth = s->depth < LABELS_MAX || s->depth >= target->labels ? s->depth + 1 : target->labels;
}

static void next_server(struct search *s)
{
    s->whole = false;
    s->tries++;
    s->server++;
}

static bool is_whole_next(const struct search *s)
{
    return !s->whole && (s->depth < s->targets[s->target].labels || s->qtype != DNS_TYPE_A);
}

/* A server has spoken, or kept silent. */
static void take_server(struct search *s, const struct upstream_result *r)
{
    const struct dns_name *target = &s->targets[s->target];
    struct dns_referral *f = &s->worker->name_servers->referral;
    struct dns_name child = suffix_of(target, s->depth);
    s->asking = false;
    enum dns_referral_kind kind =
        r->message ? dns_referral_read(r->message, r->len, &s->zone, target, f) : DNS_REFERRAL_FAILED;
    switch (kind) {
    case DNS_REFERRAL_CUT: {
        uint32_t ttl_s = f->ttl_s < DNS_NS_CUT_MIN_S   ? DNS_NS_CUT_MIN_S
                         : f->ttl_s > DNS_NS_CUT_MAX_S ? DNS_NS_CUT_MAX_S
                                                       : f->ttl_s;
        struct dns_name zone = f->zone;
        remember(s, &zone, kind, ttl_s);
        if (zone.labels > s->depth)
            remember(s, &child, DNS_REFERRAL_NONE, DNS_NS_CUT_MIN_S);
        enter_cut(s, f);
        break;
    }
    case DNS_REFERRAL_NONE:
        remember(s, &child, DNS_REFERRAL_NONE, DNS_NS_NONE_S);
        if (s->whole)
            s->depth = target->labels + 1u;
        else
            go_deeper(s);
        break;
    case DNS_REFERRAL_NXDOMAIN: /* not all servers know that something is below an empty name: RFC 9156 2.3 */
        if (s->zone.labels > 0 && is_whole_next(s)) {
            s->whole = true;
            break;
        }
        remember(s, &child, DNS_REFERRAL_NONE, DNS_NS_CUT_MIN_S);
        s->depth = target->labels + 1u;
        break;
    case DNS_REFERRAL_FAILED: /* some do not like to be asked for less than the whole */
        if (r->message && is_whole_next(s))
            s->whole = true;
        else
            next_server(s);
        break;
    }
}

static void ask_server(struct search *s)
{
    const struct dns_name *target = &s->targets[s->target];
    struct dns_query q = {.qclass = DNS_CLASS_IN};
    q.name = s->whole ? *target : suffix_of(target, s->depth);
    q.qtype = s->whole ? s->qtype : DNS_TYPE_A;
    struct lookup *l = lookup_new(s, LOOKUP_SERVER);
    s->asks++;
    s->asking = true; /* before: an answer may come at once */
    if (!l)
        return;
    int e = upstream_ask(s->worker->upstream, &s->servers[s->server % s->server_count], s->port, &q,
                         on_answer, l);
    if (e == 0)
        return;
    s->asking = false;
    s->starved = e == -EMFILE || e == -ENFILE || e == -ENOBUFS || e == -ENOMEM;
    lookup_take_back(l);
    s->server++; /* no way there */
    s->unreachable++;
}

static bool is_exhausted(const struct search *s)
{
    return s->tries == DNS_NS_TRIES_MAX || s->tries + s->unreachable >= s->server_count;
}

/* One step; false when it waits for an answer. */
static bool step(struct search *s)
{
    const struct dns_name *target = &s->targets[s->target];
    enum dns_referral_kind kind;
    if (s->depth > target->labels) {
        next_target(s);
        return true;
    }
    if (!s->whole && s->tries + s->unreachable == 0) {
        struct dns_name child = suffix_of(target, s->depth);
        if (recall(s, &child, &kind)) {
            if (kind == DNS_REFERRAL_CUT)
                enter_cut(s, &s->worker->name_servers->referral);
            else if (kind == DNS_REFERRAL_NONE)
                go_deeper(s);
            else
                give_up(s);
            return true;
        }
    }
    if (is_exhausted(s) && s->zone.labels == 0 && !s->root_asked)
        ask_root(s);
    if (is_exhausted(s) && s->tries < DNS_NS_TRIES_MAX && s->zone_lookups > 0)
        return false;
    if (is_exhausted(s) || s->asks == DNS_NS_ASKS_MAX) {
        struct dns_name child = suffix_of(target, s->depth);
        remember(s, &child, DNS_REFERRAL_FAILED, DNS_CACHE_FAILURE_S);
        give_up(s);
        return true;
    }
    ask_server(s);
    return true;
}

static void advance(struct search *s)
{
    if (s->advancing)
        return; /* an answer that came at once: whoever asked goes on */
    s->advancing = true;
    bool enough = is_enough(s); /* before the next server hears of the name */
    while (!enough && !s->starved && s->target < s->target_count && !s->asking && step(s))
        enough = is_enough(s);
    s->advancing = false;
    bool over = s->target == s->target_count;
    if (enough)
        s->short_of = s->starved = false;
    if (enough || s->starved || (over && s->outstanding == 0)) {
        finish(s);
    } else if (over && !s->grace) {
        s->grace = true;
        set_deadline(s, DNS_NS_GRACE_MS);
    }
}

/* The last name of the chain; false when there is none. */
static bool chain_end(const struct dns_cache_entry *e, struct dns_name *ret_name)
{
    struct dns_walk walk;
    struct dns_record r;
    size_t len;
    const uint8_t *message = dns_cache_entry_message(e, &len);
    bool has = false;
    if (dns_walk_begin(&walk, message, len) < 0)
        return false;
    while (dns_walk_next(&walk, &r) == 1 && r.section == DNS_SECTION_ANSWER)
        if (r.type == DNS_TYPE_CNAME && dns_record_name(&walk, &r, 0, ret_name) == 0)
            has = true;
    return has;
}

static struct search *take_slot(struct dns_worker *w)
{
    struct name_server_searches *t = w->name_servers;
    struct search *s = t->free;
    if (s)
        t->free = s->next;
    else if (t->used < DNS_NS_SEARCHES_MAX)
        s = &t->slots[t->used++];
    if (s && !s->deadline)
        s->deadline = evtimer_new(w->loop, on_deadline, s);
    if (s && s->deadline)
        return s;
    if (s) {
        s->next = t->free;
        t->free = s;
    }
    dns_count(&w->o.counters->ns_searches_refused, 1);
    return NULL;
}

int name_servers_find(struct dns_worker *w, const struct dns_query *q, const struct dns_cache_entry *e,
                      const struct name_servers_caller *caller, void *self)
{
    struct search *s = take_slot(w);
    if (!s)
        return -ENOSPC;
    s->worker = w;
    s->serial = ++w->name_servers->serial;
    s->caller = caller;
    s->self = self;
    s->qtype = q->qtype;
    s->targets[0] = q->name;
    s->target_count = 1u + (e && chain_end(e, &s->targets[1]));
    s->target = s->outstanding = s->zone_number = 0;
    s->asking = s->advancing = s->grace = s->short_of = s->starved = s->news = false;
    s->name_count = s->address_count = 0;
    set_deadline(s, DNS_NS_SEARCH_MS);
    s->advancing = true;
    begin_target(s);
    s->advancing = false;
    advance(s);
    return 0;
}
