/* Answers that are not in our cache: recursion with DNSSEC validation, forwarding and stub zones, by libunbound.
 *
 * One per worker, inside its event loop, by libunbound's event interface; equal questions at one time become one query
 * upstream. libunbound reads its files (anchors, hints) when upstream_new returns, so a sandbox may close afterwards.
 */
#ifndef HINOMI_WATCH_DNS_UPSTREAM_H
#define HINOMI_WATCH_DNS_UPSTREAM_H

#include <stdatomic.h>
#include <sys/socket.h>

#include "base/addr.h"
#include "proto/dns/query.h"
#include "watch/dns/limits.h"

struct event_base;
struct upstream;

enum { UPSTREAM_TARGET_MAX = 64 + 8 }; /* "address@port" and its terminator */

/* A resolver remembers what it was told until it expires, so to hear something new about an answer that is still good
 * another one must be asked: there are two, asked in turns. The third does not check signatures (RFC 4035 3.2.2). */
enum upstream_way { UPSTREAM_FIRST, UPSTREAM_SECOND, UPSTREAM_UNCHECKED, UPSTREAM_WAY_COUNT };

struct upstream_target {
    char text[UPSTREAM_TARGET_MAX]; /* "address@port", as libunbound takes it */
    struct sockaddr_storage address; /* the same, when by TLS */
    char name[256]; /* what the server must prove by TLS (RFC 8310 8.1); empty: no TLS */
};

struct upstream_stub {
    char zone[256]; /* letters of host names only */
    struct upstream_target target;
    bool recursive; /* a resolver is asked, not an authoritative server */
    bool insecure;  /* no chain of trust leads to the zone: signatures are not looked for */
};

struct upstream_options {
    struct upstream_target forward[DNS_FORWARDS_MAX]; /* everything goes there; none: recursion from the root */
    unsigned forward_count;
    struct upstream_stub stub[DNS_STUBS_MAX];
    unsigned stub_count;
    struct addr send_from[DNS_SEND_FROM_MAX]; /* own addresses, but for TLS; none: the system chooses */
    unsigned send_from_count;
    bool validate;
    bool loopback_upstream;        /* a forwarder or stub stands on this machine */
    bool background_queries;       /* key tag signals and other queries nobody asked for */
    bool refresh;                  /* answers are refreshed before they expire: the second way is there */
    char root_hints[256];          /* file; empty: those built in */
    char trust_anchor[256];        /* file of DS or DNSKEY records; needed when validate */
    char authorities[256];         /* PEM file of who may vouch for targets by TLS; needed when there is one */
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

/* options: borrowed for as long. tls_failures: counts connections by TLS that came to nothing. ret_error: static or
 * libunbound's text. */
int upstream_new(struct event_base *loop, const struct upstream_options *options, _Atomic uint64_t *tls_failures,
                 struct upstream **ret_upstream, const char **ret_error) must_check;
void upstream_free(struct upstream *u);
/* Starts resolving; done is called once, perhaps before this returns. Negative: it will not be called. */
int upstream_resolve(struct upstream *u, enum upstream_way way, const struct dns_query *q, upstream_done_fn *done,
                     void *self) must_check;
/* Asks one server alone, without recursion: what it says itself, a referral too, not checked and not remembered. Only an
 * answer to the question is told, or none (message NULL) when it keeps silent for DNS_DIRECT_MS or cannot be reached. done is
 * called once, perhaps before this returns. Negative: it will not be called; -EPERM: nobody on this machine may be asked. */
int upstream_ask(struct upstream *u, const struct addr *server, uint16_t port, const struct dns_query *q,
                 upstream_done_fn *done, void *self) must_check;

#endif
