/* Makes workers, gives them sockets, policy, rings, and runs them in threads. */
#include "apps/dns_service.h"

#include <errno.h>
#include <signal.h>
#include <sodium.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "act/dns_answer/answer.h"
#include "base/text.h"

/* ---- struct dns_policy over act/policy and act/dns_answer ---- */

static const void *glue_hold(void *self, unsigned worker)
{
    return policy_hold(self, worker);
}

static void glue_release(void *self, unsigned worker)
{
    policy_release(self, worker);
}

static void glue_prepare(const void *policy, const struct dns_name *name, struct dns_probes *probes)
{
    policy_prepare(policy, name, (struct policy_probes *)probes);
}

static void glue_decide(const void *policy, const struct dns_probes *probes, const struct dns_name *name,
                        int64_t now_us, struct dns_decision *ret_decision)
{
    (void)policy;
    policy_decide((const struct policy_probes *)probes, name, now_us, ret_decision);
}

static struct dns_policy glue(struct policy_slot *slot)
{
    return (struct dns_policy){
        .self = slot,
        .probes_size = sizeof(struct policy_probes),
        .hold = glue_hold,
        .release = glue_release,
        .prepare = glue_prepare,
        .decide = glue_decide,
        .answer = answer_policy,
        .answer_any = answer_any,
        .answer_error = answer_error,
    };
}

/* ---- the service ---- */

void dns_service_defaults(struct dns_service_options *o)
{
    *o = (struct dns_service_options){.workers = 1, .cache_bytes = 64u << 20};
    static const char *const own[] = {"127.0.0.0/8", "::1"};
    for (size_t i = 0; i < array_len(own); i++)
        if (addr_prefix_parse(own[i], &o->access[o->access_count]) == 0)
            o->access_count++;
    o->upstream.validate = true;
    o->upstream.cache_mib = 32;
    snprintf(o->upstream.trust_anchor, sizeof o->upstream.trust_anchor, "/usr/share/dns/root.key");
    snprintf(o->upstream.root_hints, sizeof o->upstream.root_hints, "/usr/share/dns/root.hints");
}

bool dns_service_same_addresses(const struct dns_service_options *a, const struct dns_service_options *b)
{
    if (a->listen_count != b->listen_count)
        return false;
    for (unsigned i = 0; i < a->listen_count; i++) {
        char x[ADDR_PORT_TEXT_MAX], y[ADDR_PORT_TEXT_MAX];
        addr_port_format((const struct sockaddr *)&a->listen[i], x);
        addr_port_format((const struct sockaddr *)&b->listen[i], y);
        if (strcmp(x, y) != 0)
            return false;
    }
    return true;
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

static bool same_upstream(const struct upstream_options *a, const struct upstream_options *b)
{
    if (a->forward_count != b->forward_count || a->stub_count != b->stub_count)
        return false;
    for (unsigned i = 0; i < a->forward_count; i++)
        if (strcmp(a->forward[i], b->forward[i]) != 0)
            return false;
    for (unsigned i = 0; i < a->stub_count; i++)
        if (strcmp(a->stub[i].zone, b->stub[i].zone) != 0 || strcmp(a->stub[i].target, b->stub[i].target) != 0)
            return false;
    return a->validate == b->validate && a->loopback_upstream == b->loopback_upstream &&
           a->background_queries == b->background_queries && strcmp(a->root_hints, b->root_hints) == 0 &&
           strcmp(a->trust_anchor, b->trust_anchor) == 0 && a->cache_mib == b->cache_mib;
}

bool dns_service_options_equal(const struct dns_service_options *a, const struct dns_service_options *b)
{
    return dns_service_same_addresses(a, b) && same_access(a, b) && same_upstream(&a->upstream, &b->upstream) &&
           a->workers == b->workers && a->cache_bytes == b->cache_bytes;
}

int dns_service_open_sockets(const struct dns_service_options *o, int *ret_fds, unsigned *ret_failed)
{
    static const enum dns_transport transports[] = {DNS_TRANSPORT_UDP, DNS_TRANSPORT_TCP};
    int n = 0;
    for (unsigned w = 0; w < o->workers; w++) {
        for (unsigned i = 0; i < o->listen_count; i++) {
            for (size_t t = 0; t < array_len(transports); t++) {
                int fd = dns_socket_open((const struct sockaddr *)&o->listen[i], transports[t]);
                if (fd < 0) {
                    while (n > 0)
                        close(ret_fds[--n]);
                    *ret_failed = i;
                    return fd;
                }
                ret_fds[n++] = fd;
            }
        }
    }
    return n;
}

static int init_worker(struct dns_service *s, const struct dns_service_options *o, unsigned number, const int *fds,
                       const struct dns_service_memory *memory, const char **ret_error)
{
    struct dns_worker_options w = {
        .number = number,
        .cache_bytes = o->cache_bytes / o->workers,
        .upstream = o->upstream,
        .policy = glue(&s->slot),
        .counters = memory->counters,
        .access_count = o->access_count,
        .socket_count = o->listen_count * 2,
    };
    memcpy(w.access, o->access, sizeof w.access);
    for (unsigned i = 0; i < w.socket_count; i++) {
        bool udp = i % 2 == 0;
        w.sockets[i] = (struct dns_socket){
            .fd = fds[number * w.socket_count + i],
            .transport = udp ? DNS_TRANSPORT_UDP : DNS_TRANSPORT_TCP,
            .wildcard = udp && dns_socket_is_wildcard((const struct sockaddr *)&o->listen[i / 2]),
        };
    }
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

int dns_service_init(struct dns_service *s, const struct dns_service_options *o, const int *fds,
                     const struct dns_service_memory *memory, struct policy *first, const char **ret_error)
{
    *s = (struct dns_service){.worker_count = o->workers};
    policy_slot_init(&s->slot, first);
    for (unsigned i = 0; i < o->workers; i++) {
        int e = init_worker(s, o, i, fds, &memory[i], ret_error);
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
    policy_slot_done(&s->slot);
}
