/* What a worker counts, in memory that it shares with the hub: one page a worker, written by that worker alone.
 *
 * The hub only reads, and trusts nothing about the values. Counters never go back while the memory lives; the memory
 * outlives the worker's process.
 */
#ifndef HINOMI_WATCH_DNS_COUNTERS_H
#define HINOMI_WATCH_DNS_COUNTERS_H

#include <stdatomic.h>
#include <stdint.h>

#include "model/observation.h"
#include "proto/dns/query.h"

/* X(name, word): one row a counter; word is what status and metrics call it. */
#define DNS_COUNTERS(X)                              \
    X(cache_hits, "cache_hits")                      \
    X(cache_misses, "cache_misses")                  \
    X(cache_evicted, "cache_evicted")                \
    X(stale_answers, "stale_answers")                \
    X(refreshes, "refreshes")                        \
    X(refreshes_refused, "refreshes_refused")        \
    X(rebinding_withheld, "rebinding_withheld")      \
    X(upstream_tls_failures, "upstream_tls_failures") \
    X(upstream_failures, "upstream_failures")        \
    X(bogus, "dnssec_bogus")                         \
    X(pending_refused, "pending_refused")            \
    X(ns_searches_refused, "ns_searches_refused")    \
    X(ns_searches_short, "ns_searches_short")        \
    X(pending_expired, "pending_expired")            \
    X(rate_dropped, "rate_dropped")                  \
    X(rate_truncated, "rate_truncated")              \
    X(rate_refused, "rate_refused")                  \
    X(rate_evicted, "rate_evicted")                  \
    X(bad_cookies, "bad_cookies")                    \
    X(truncated, "truncated")                        \
    X(send_failures, "send_failures")                \
    X(tcp_accepted, "tcp_accepted")                  \
    X(tcp_evicted, "tcp_evicted")                    \
    X(tcp_closed_idle, "tcp_closed_idle")            \
    X(tcp_closed_bad, "tcp_closed_bad")              \
    X(tls_handshakes, "tls_handshakes")              \
    X(tls_handshake_failures, "tls_handshake_failures") \
    X(tls_refused, "tls_refused")                    \
    X(doh_bad_requests, "doh_bad_requests")          \
    X(notify_taken, "notify_taken")                  \
    X(notify_refused, "notify_refused")              \
    X(records_left_out, "records_left_out")

struct dns_counters {
    _Atomic uint64_t queries[DNS_TRANSPORT_COUNT];
    _Atomic uint64_t actions[DNS_ACTION_COUNT];
    _Atomic uint64_t flaws[DNS_FLAW_COUNT];
#define X(name, word) _Atomic uint64_t name;
    DNS_COUNTERS(X)
#undef X
    _Atomic uint64_t cache_entries, cache_bytes, pending, tcp_clients; /* now */
    _Atomic uint64_t policy_generation[4];                             /* by part of the policy, in force */
};

enum { DNS_COUNTERS_SIZE = 4096 };
_Static_assert(sizeof(struct dns_counters) <= DNS_COUNTERS_SIZE, "one page");

/* One writer: a plain load and store, cheaper than a locked add. */
static inline void dns_count(_Atomic uint64_t *counter, uint64_t n)
{
    atomic_store_explicit(counter, atomic_load_explicit(counter, memory_order_relaxed) + n, memory_order_relaxed);
}

static inline void dns_gauge(_Atomic uint64_t *gauge, uint64_t value)
{
    atomic_store_explicit(gauge, value, memory_order_relaxed);
}

#endif
