/* Answers that are not in our cache: recursion with DNSSEC validation, forwarding and stub zones, by libunbound.
 *
 * One per worker, inside its event loop, by libunbound's event interface; equal questions at one time become one query
 * upstream. libunbound reads its files (anchors, hints) when upstream_new returns, so a sandbox may close afterwards.
 */
#ifndef HINOMI_WATCH_DNS_UPSTREAM_H
#define HINOMI_WATCH_DNS_UPSTREAM_H

#include "proto/dns/query.h"
#include "watch/dns/limits.h"

struct event_base;
struct upstream;

enum { UPSTREAM_TARGET_MAX = 64 + 8 }; /* "address@port" and its terminator */

struct upstream_stub {
    char zone[256];
    char target[UPSTREAM_TARGET_MAX];
};

struct upstream_options {
    char forward[DNS_FORWARDS_MAX][UPSTREAM_TARGET_MAX]; /* everything goes there; none: recursion from the root */
    unsigned forward_count;
    struct upstream_stub stub[DNS_STUBS_MAX];
    unsigned stub_count;
    bool validate;
    bool loopback_upstream;        /* a forwarder or stub stands on this machine */
    bool background_queries;       /* prefetch, key tag signals and other queries nobody asked for */
    char root_hints[256];          /* file; empty: those built in */
    char trust_anchor[256];        /* file of DS or DNSKEY records; needed when validate */
    unsigned cache_mib;            /* libunbound's own caches of records and infrastructure */
};

struct upstream_result {
    int rcode;               /* SERVFAIL also when no message came */
    const uint8_t *message;  /* borrowed for the call; NULL when none */
    size_t len;
    bool secure, bogus;
    const char *why_bogus;   /* NULL unless bogus */
};

typedef void upstream_done_fn(void *self, const struct upstream_result *result);

/* ret_error: static or libunbound's text. */
int upstream_new(struct event_base *loop, const struct upstream_options *options, struct upstream **ret_upstream,
                 const char **ret_error) must_check;
void upstream_free(struct upstream *u);
/* Starts resolving; done is called once, perhaps before this returns. Negative: it will not be called. */
int upstream_resolve(struct upstream *u, const struct dns_query *q, upstream_done_fn *done, void *self) must_check;

#endif
