/* Makes workers, gives them sockets, policy, rings, and runs them in threads. */
#include "apps/dns/dns_service.h"

#include <errno.h>
#include <signal.h>
#include <sodium.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "apps/dns/designated.h"
#include "base/text.h"

/* ---- the service ---- */

void dns_service_defaults(struct dns_service_options *o)
{
    *o = (struct dns_service_options){.workers = 1, .cache_bytes = 64u << 20};
    /* Above what an office behind one address asks in its busiest seconds, below what hurts one core. */
    o->rate = (struct dns_rate_options){.per_second = 2000, .burst = 10000, .ipv4_prefix = 32, .ipv6_prefix = 56};
    static const char *const own[] = {"127.0.0.0/8", "::1"};
    for (size_t i = 0; i < array_len(own); i++)
        if (addr_prefix_parse(own[i], &o->access[o->access_count]) == 0)
            o->access_count++;
    o->rebinding_protection = true;
    o->records = DNS_RECORDS_SUSPECTED;
    o->upstream.validate = o->upstream.refresh = true;
    o->upstream.cache_mib = 32;
    snprintf(o->upstream.trust_anchor, sizeof o->upstream.trust_anchor, "/usr/share/dns/root.key");
    snprintf(o->upstream.authorities, sizeof o->upstream.authorities, "/etc/ssl/certs/ca-certificates.crt");
    snprintf(o->upstream.root_hints, sizeof o->upstream.root_hints, "/usr/share/dns/root.hints");
}

const char *dns_listen_text(enum dns_listen_kind kind)
{
    static const char *const texts[] = {
        [DNS_LISTEN_PLAIN] = N_("UDP and TCP"),
        [DNS_LISTEN_TLS] = N_("DNS over TLS"),
        [DNS_LISTEN_HTTPS] = N_("DNS over HTTPS"),
    };
    _Static_assert(array_len(texts) == DNS_LISTEN_COUNT, "one text per kind");
    return texts[kind];
}

bool dns_service_is_encrypted(const struct dns_service_options *o)
{
    return o->listen[DNS_LISTEN_TLS].count > 0 || o->listen[DNS_LISTEN_HTTPS].count > 0;
}

void dns_service_names(const struct dns_service_options *o, struct certificate_names *ret_names)
{
    _Static_assert(CERTIFICATE_ADDRESSES_MAX == 2 * DNS_LISTEN_MAX, "all have room");
    ret_names->address_count = 0;
    for (int kind = DNS_LISTEN_TLS; kind <= DNS_LISTEN_HTTPS; kind++)
        for (unsigned i = 0; i < o->listen[kind].count; i++) {
            const struct sockaddr *sa = (const struct sockaddr *)&o->listen[kind].at[i];
            if (!dns_socket_is_wildcard(sa))
                ret_names->addresses[ret_names->address_count++] = addr_of_sockaddr(sa);
        }
}

static bool same_listen(const struct dns_listen *a, const struct dns_listen *b)
{
    if (a->count != b->count)
        return false;
    for (unsigned i = 0; i < a->count; i++) {
        char x[ADDR_PORT_TEXT_MAX], y[ADDR_PORT_TEXT_MAX];
        addr_port_format((const struct sockaddr *)&a->at[i], x);
        addr_port_format((const struct sockaddr *)&b->at[i], y);
        if (strcmp(x, y) != 0)
            return false;
    }
    return true;
}

bool dns_service_same_addresses(const struct dns_service_options *a, const struct dns_service_options *b)
{
    bool same = true;
    for (int kind = 0; kind < DNS_LISTEN_COUNT; kind++)
        same = same && same_listen(&a->listen[kind], &b->listen[kind]);
    return same;
}

static bool same_access(const struct dns_service_options *a, const struct dns_service_options *b)
{
    if (a->access_count != b->access_count)
        return false;
    for (unsigned i = 0; i < a->access_count; i++)
        if (a->access[i].bits != b->access[i].bits ||
            memcmp(&a->access[i].addr, &b->access[i].addr, sizeof a->access[i].addr) != 0)
            return false;
    return true;
}

static bool same_target(const struct upstream_target *a, const struct upstream_target *b)
{
    return strcmp(a->text, b->text) == 0 && strcmp(a->name, b->name) == 0;
}

static bool same_stub(const struct upstream_stub *a, const struct upstream_stub *b)
{
    return strcmp(a->zone, b->zone) == 0 && same_target(&a->target, &b->target) && a->recursive == b->recursive &&
           a->insecure == b->insecure;
}

static bool same_upstream(const struct upstream_options *a, const struct upstream_options *b)
{
    if (a->forward_count != b->forward_count || a->stub_count != b->stub_count ||
        a->send_from_count != b->send_from_count)
        return false;
    for (unsigned i = 0; i < a->send_from_count; i++)
        if (memcmp(&a->send_from[i], &b->send_from[i], sizeof a->send_from[i]) != 0)
            return false;
    for (unsigned i = 0; i < a->forward_count; i++)
        if (!same_target(&a->forward[i], &b->forward[i]))
            return false;
    for (unsigned i = 0; i < a->stub_count; i++)
        if (!same_stub(&a->stub[i], &b->stub[i]))
            return false;
    return a->validate == b->validate && a->loopback_upstream == b->loopback_upstream &&
           a->background_queries == b->background_queries && a->refresh == b->refresh &&
           strcmp(a->authorities, b->authorities) == 0 && strcmp(a->root_hints, b->root_hints) == 0 &&
           strcmp(a->trust_anchor, b->trust_anchor) == 0 && a->cache_mib == b->cache_mib;
}

static bool same_limits(const struct dns_service_options *a, const struct dns_service_options *b)
{
    if (a->cookies.count != b->cookies.count || a->rebinding_protection != b->rebinding_protection ||
        a->rebinding_allow_count != b->rebinding_allow_count)
        return false;
    for (unsigned i = 0; i < a->rebinding_allow_count; i++)
        if (strcmp(a->rebinding_allow[i], b->rebinding_allow[i]) != 0)
            return false;
    for (unsigned i = 0; i < a->cookies.count; i++)
        if (a->cookies.key[i].k0 != b->cookies.key[i].k0 || a->cookies.key[i].k1 != b->cookies.key[i].k1)
            return false;
    return a->rate.per_second == b->rate.per_second && a->rate.burst == b->rate.burst &&
           a->rate.ipv4_prefix == b->rate.ipv4_prefix && a->rate.ipv6_prefix == b->rate.ipv6_prefix &&
           a->rate.loopback == b->rate.loopback;
}

bool dns_service_options_equal(const struct dns_service_options *a, const struct dns_service_options *b)
{
    return dns_service_same_addresses(a, b) && same_access(a, b) && same_limits(a, b) &&
           same_upstream(&a->upstream, &b->upstream) && certificate_files_equal(&a->certificate, &b->certificate) &&
           a->workers == b->workers && a->records == b->records && a->cache_bytes == b->cache_bytes &&
           memcmp(&a->block_with, &b->block_with, sizeof a->block_with) == 0 && a->wording == b->wording && group_settings_equal(&a->groups, &b->groups);
}

/* The sockets of one worker: by kind, then by address, then by transport. */
static const struct {
    enum dns_listen_kind kind;
    unsigned count;
    enum dns_transport transports[2];
} socket_table[] = {
    {DNS_LISTEN_PLAIN, 2, {DNS_TRANSPORT_UDP, DNS_TRANSPORT_TCP}},
    {DNS_LISTEN_TLS, 1, {DNS_TRANSPORT_DOT}},
    {DNS_LISTEN_HTTPS, 1, {DNS_TRANSPORT_DOH}},
};

struct place {
    const struct sockaddr *at;
    enum dns_transport transport;
};

static unsigned places_of(const struct dns_service_options *o, struct place *ret_places)
{
    unsigned n = 0;
    for (size_t k = 0; k < array_len(socket_table); k++) {
        const struct dns_listen *l = &o->listen[socket_table[k].kind];
        for (unsigned i = 0; i < l->count; i++)
            for (unsigned t = 0; t < socket_table[k].count; t++)
                ret_places[n++] =
                    (struct place){(const struct sockaddr *)&l->at[i], socket_table[k].transports[t]};
    }
    return n;
}

int dns_service_addresses_are_free(const struct dns_service_options *o, const struct sockaddr **ret_failed)
{
    struct place places[DNS_SOCKETS_MAX];
    unsigned count = places_of(o, places);
    for (unsigned i = 0; i < count; i++) {
        *ret_failed = places[i].at;
        int e = dns_socket_try(places[i].at, places[i].transport);
        if (e < 0)
            return e;
    }
    return 0;
}

int dns_service_open_sockets(const struct dns_service_options *o, int *ret_fds, const struct sockaddr **ret_failed)
{
    struct place places[DNS_SOCKETS_MAX];
    unsigned count = places_of(o, places);
    int n = 0;
    for (unsigned i = 0; i < o->workers * count; i++) {
        const struct place *p = &places[i % count];
        int fd = dns_socket_open(p->at, p->transport);
        if (fd < 0) {
            while (n > 0)
                close(ret_fds[--n]);
            *ret_failed = p->at;
            return fd;
        }
        ret_fds[n++] = fd;
    }
    return n;
}

/* All workers know each other's cookies: which of them a client reaches is the kernel's choice. */
static struct dns_cookie_secrets cookies_of(const struct dns_service_options *o)
{
    struct dns_cookie_secrets c = o->cookies;
    if (c.count == 0) {
        c.rolling = true;
        c.count = 1;
        randombytes_buf(&c.key[0], sizeof c.key[0]);
    }
    return c;
}

static int init_worker(struct dns_service *s, const struct dns_service_options *o, unsigned number, const int *fds,
                       const struct dns_service_memory *memory, const struct dns_cookie_secrets *cookies,
                       const char **ret_error)
{
    struct dns_worker_options w = {
        .number = number,
        .cache_bytes = o->cache_bytes / o->workers,
        .upstream = o->upstream,
        .policy = dns_policy_of(&s->policy),
        .counters = memory->counters,
        .records = o->records,
        .access_count = o->access_count,
        .notify = s->notify,
        .tls = s->tls,
        .designated = s->designated,
        .designated_len = s->designated_len,
        .withhold_private = o->rebinding_protection,
        .private_names = {s->private_names, s->private_name_count},
        .rate = o->rate,
        .cookies = *cookies,
    };
    memcpy(w.access, o->access, sizeof w.access);
    struct place places[DNS_SOCKETS_MAX];
    w.socket_count = places_of(o, places);
    for (unsigned i = 0; i < w.socket_count; i++)
        w.sockets[i] = (struct dns_socket){
            .fd = fds[number * w.socket_count + i],
            .transport = places[i].transport,
            .wildcard = places[i].transport == DNS_TRANSPORT_UDP && dns_socket_is_wildcard(places[i].at),
        };
    randombytes_buf(&w.cache_key, sizeof w.cache_key);
    if (memory->ring_capacity > 0) {
        int e = ring_attach_producer(&s->rings[number], memory->ring, memory->ring_capacity);
        if (e < 0) {
            *ret_error = N_("the ring of observations cannot be used");
            return e;
        }
        w.ring = &s->rings[number];
    }
    return dns_worker_new(&w, &s->workers[number], ret_error);
}

static int take_private_names(struct dns_service *s, const struct dns_service_options *o)
{
    s->private_names = calloc(o->rebinding_allow_count + o->upstream.stub_count + 1, sizeof *s->private_names);
    if (!s->private_names)
        return -ENOMEM;
    for (unsigned i = 0; i < o->rebinding_allow_count + o->upstream.stub_count; i++) {
        const char *text = i < o->rebinding_allow_count ? o->rebinding_allow[i]
                                                        : o->upstream.stub[i - o->rebinding_allow_count].zone;
        if (dns_name_parse(text, strlen(text), &s->private_names[s->private_name_count]) == 0)
            s->private_name_count++;
    }
    return 0;
}

int dns_service_init(struct dns_service *s, const struct dns_service_options *o, const int *fds,
                     const struct dns_service_memory *memory, struct policy *first, const struct policy_groups *groups,
                     struct dns_tls *tls, const char *certificate_name, const char **ret_error)
{
    *s = (struct dns_service){.worker_count = o->workers, .tls = tls, .notify = s->notify};
    policy_slot_init(&s->policy.slot, first);
    s->policy.groups = groups;
    s->policy.block_with = o->block_with;
    s->policy.wording = o->wording;
    s->policy.has_tokens = o->groups.token_count > 0;
    const struct dns_cookie_secrets cookies = cookies_of(o);
    *ret_error = N_("out of memory");
    s->designated = malloc(DESIGNATED_MAX);
    if (s->designated && tls && certificate_name && certificate_name[0])
        s->designated_len = designated_put(o, certificate_name, s->designated);
    if (!s->designated || take_private_names(s, o) < 0) {
        dns_service_done(s);
        return -ENOMEM;
    }
    for (unsigned i = 0; i < o->workers; i++) {
        int e = init_worker(s, o, i, fds, &memory[i], &cookies, ret_error);
        if (e < 0) {
            dns_service_done(s);
            return e;
        }
    }
    return 0;
}

static void *run_worker(void *self)
{
    dns_worker_run(self);
    return NULL;
}

int dns_service_start(struct dns_service *s)
{
    /* Signals are the main thread's. */
    sigset_t all, old;
    sigfillset(&all);
    pthread_sigmask(SIG_SETMASK, &all, &old);
    int e = 0;
    for (; e == 0 && s->started < s->worker_count; s->started++) {
        e = -pthread_create(&s->threads[s->started], NULL, run_worker, s->workers[s->started]);
        if (e < 0)
            break;
    }
    pthread_sigmask(SIG_SETMASK, &old, NULL);
    return e;
}

void dns_service_stop(struct dns_service *s)
{
    for (unsigned i = 0; i < s->started; i++)
        dns_worker_stop(s->workers[i]);
    for (unsigned i = 0; i < s->started; i++)
        pthread_join(s->threads[i], NULL);
    s->started = 0;
}

void dns_service_done(struct dns_service *s)
{
    for (unsigned i = 0; i < s->worker_count; i++)
        dns_worker_free(s->workers[i]);
    policy_slot_done(&s->policy.slot);
    dns_tls_free(s->tls);
    free(s->private_names);
    free(s->designated);
}
