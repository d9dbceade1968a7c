/* Makes, runs and ends a worker, and turns its answers into observations. */
#include "watch/dns/worker.h"

#include <errno.h>
#include <event2/event.h>
#include <stdlib.h>
#include <sys/eventfd.h>
#include <unistd.h>

#include "base/clock.h"

enum { TICK_MS = 250 }; /* stale answers, deadlines, idle clients, gauges */

void worker_hold_policy(struct dns_worker *w)
{
    w->policy = w->o.policy.hold(w->o.policy.self, w->o.number);
    w->policy_serial = w->o.policy.serial(w->policy);
}

void worker_release_policy(struct dns_worker *w)
{
    w->policy = NULL;
    w->o.policy.release(w->o.policy.self, w->o.number);
}

void worker_begin_batch(struct dns_worker *w)
{
    w->now_us = clock_wall_us();
    w->mono_ns = clock_mono_ns();
    w->now_s = (uint32_t)(w->mono_ns / 1000000000u);
    worker_hold_policy(w);
}

void worker_end_batch(struct dns_worker *w)
{
    worker_release_policy(w);
}

uint16_t worker_group_of(const struct dns_worker *w, const struct addr *client)
{
    return w->o.policy.has_groups ? w->o.policy.group_of_client(w->policy, client) : 0;
}

void worker_observe(struct dns_worker *w, const struct work *work, int64_t read_us, uint32_t latency_us)
{
    dns_count(&w->o.counters->actions[work->decision.action], 1);
    /* What could not be read has no name to record: it is in the counters of flaws. */
    if (!w->o.ring || work->query.question_len == 0)
        return;
    uint8_t *frame = ring_reserve(w->o.ring, DNS_OBSERVATION_FRAME_MAX);
    if (!frame)
        return; /* full: dropped and counted by the ring */
    const struct dns_query *q = &work->query;
    struct dns_observation o;
    o.time_us = read_us;
    o.client = work->asker.client;
    o.qtype = q->qtype;
    o.rcode = work->answer_len > 3 ? work->answer[3] & DNS_FLAG_RCODE : 0;
    o.transport = (uint8_t)work->transport;
    o.action = work->decision.action;
    o.from_cache = work->from_cache;
    o.list = work->decision.list;
    o.trigger = work->decision.trigger;
    o.group = unlikely(work->asker.group) ? w->o.policy.group_id(w->o.policy.self, work->asker.group) : 0;
    o.verdict = work->decision.verdict;
    o.latency_us = latency_us;
    o.name_len = q->name.len;
    memcpy(o.name, q->name.wire, q->name.len);
    ring_commit(w->o.ring, dns_observation_put(&o, frame));
}

void worker_publish(struct dns_worker *w)
{
    if (w->o.ring)
        ring_publish(w->o.ring);
}

static void on_tick(evutil_socket_t fd, short what, void *self)
{
    (void)fd, (void)what;
    struct dns_worker *w = self;
    w->now_s = (uint32_t)(clock_mono_ns() / 1000000000u);
    pending_tick(w);
    stream_tick(w);
    struct dns_cache_stats stats = dns_cache_stats_get(w->cache);
    dns_gauge(&w->o.counters->cache_entries, stats.entries);
    dns_gauge(&w->o.counters->cache_bytes, stats.bytes);
    dns_gauge(&w->o.counters->cache_evicted, stats.evicted);
    if (w->rate)
        dns_gauge(&w->o.counters->rate_evicted, dns_rate_evicted(w->rate));
}

static void on_wake(evutil_socket_t fd, short what, void *self)
{
    (void)fd, (void)what;
    struct dns_worker *w = self;
    event_base_loopbreak(w->loop);
}

static int make_loop(struct dns_worker *w)
{
    struct event_config *config = event_config_new();
    if (!config)
        return -ENOMEM;
    event_config_set_flag(config, EVENT_BASE_FLAG_NOLOCK); /* one thread; dns_worker_stop writes to an eventfd */
    w->loop = event_base_new_with_config(config);
    event_config_free(config);
    w->wake_fd = eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK);
    if (!w->loop || w->wake_fd < 0)
        return -ENOMEM;
    w->wake = event_new(w->loop, w->wake_fd, EV_READ, on_wake, w);
    w->tick = event_new(w->loop, -1, EV_PERSIST, on_tick, w);
    static const struct timeval period = {.tv_usec = TICK_MS * 1000};
    if (!w->wake || !w->tick || event_add(w->wake, NULL) < 0 || event_add(w->tick, &period) < 0)
        return -ENOMEM;
    return 0;
}

int dns_worker_new(const struct dns_worker_options *options, struct dns_worker **ret_worker, const char **ret_error)
{
    *ret_error = "out of memory";
    struct dns_worker *w = calloc(1, sizeof *w);
    if (!w)
        return -ENOMEM;
    w->o = *options;
    w->wake_fd = -1;
    w->large = malloc(DNS_MESSAGE_MAX);
    w->probes = calloc(1, w->o.policy.probes_size);
    int e = w->large && w->probes ? make_loop(w) : -ENOMEM;
    if (e == 0)
        e = dns_cache_new(w->o.cache_bytes, w->o.cache_key, &w->cache);
    if (e == 0 && w->o.rate.per_second > 0)
        e = dns_rate_new(&w->o.rate, w->o.cache_key, &w->rate);
    if (e == 0)
        e = upstream_new(w->loop, &w->o.upstream, &w->o.counters->upstream_tls_failures, &w->upstream, ret_error);
    if (e == 0)
        e = pending_new(w);
    if (e == 0)
        e = name_servers_new(w);
    if (e == 0)
        e = udp_new(w);
    if (e == 0)
        e = stream_new(w);
    if (e < 0) {
        dns_worker_free(w);
        return e;
    }
    *ret_worker = w;
    return 0;
}

void dns_worker_run(struct dns_worker *w)
{
    event_base_dispatch(w->loop);
}

void dns_worker_step(struct dns_worker *w)
{
    event_base_loop(w->loop, EVLOOP_NONBLOCK);
}

void dns_worker_stop(struct dns_worker *w)
{
    uint64_t one = 1;
    ssize_t n = write(w->wake_fd, &one, sizeof one);
    (void)n; /* an eventfd at its maximum is readable all the same */
}

void dns_worker_free(struct dns_worker *w)
{
    if (!w)
        return;
    stream_free(w);
    udp_free(w);
    upstream_free(w->upstream);
    name_servers_free(w);
    pending_free(w);
    dns_cache_free(w->cache);
    dns_rate_free(w->rate);
    if (w->tick)
        event_free(w->tick);
    if (w->wake)
        event_free(w->wake);
    if (w->loop)
        event_base_free(w->loop);
    if (w->wake_fd >= 0)
        close(w->wake_fd);
    free(w->probes);
    free(w->large);
    free(w);
}
