/* The DNS sensor: sockets in, answers out, one observation for each; one worker thread per core.
 *
 * A worker owns its sockets (SO_REUSEPORT), its event loop, its cache and its resolver context. What it needs from
 * others is given to it: the policy (struct dns_policy, so that this folder does not know how a verdict is reached or an
 * answer built), the ring for its observations and the page for its counters.
 */
#ifndef HINOMI_WATCH_DNS_SERVER_H
#define HINOMI_WATCH_DNS_SERVER_H

#include "base/ring.h"
#include "base/sip.h"
#include "model/decision.h"
#include "proto/dns/chain.h"
#include "proto/dns/cookie.h"
#include "watch/dns/counters.h"
#include "watch/dns/rate.h"
#include "watch/dns/rebind.h"
#include "watch/dns/upstream.h"

struct dns_probes; /* the policy's own scratch for one query */

/* Asked by a worker for each batch and each query. All calls come from worker threads; none may block. */
struct dns_policy {
    void *self;
    size_t probes_size;
    const void *(*hold)(void *self, unsigned worker); /* the policy of this batch */
    void (*release)(void *self, unsigned worker);
    void (*prepare)(const void *policy, const struct dns_name *name, struct dns_probes *probes);
    /* What is known from the query alone; unless it is final, the answer may change it (examine). */
    void (*decide)(const void *policy, const struct dns_probes *probes, const struct dns_name *name,
                   const struct dns_asker *asker, int64_t now_us, struct dns_decision *ret_decision);
    /* Holds an answer against the policy; servers may be NULL. */
    void (*examine)(const void *policy, const struct dns_asker *asker, int64_t now_us, const uint8_t *message, size_t len,
                    const struct dns_name_servers *servers, struct dns_decision *decision);
    /* Could examine change any client's decision? What it says holds as long as the serial is the same. */
    bool (*touches)(const void *policy, const uint8_t *message, size_t len, const struct dns_name_servers *servers);
    uint64_t (*serial)(const void *policy);
    bool (*has_names)(const void *policy); /* are there rules about names? */
    /* Are there rules about name servers that come before the decision? */
    bool (*wants_name_servers)(const void *policy, const struct dns_asker *asker, const struct dns_decision *decision);
    /* Does a decision on a name and its servers stand whatever the answer is? all: all servers are known. */
    bool (*stands)(const void *policy, const struct dns_asker *asker, const struct dns_decision *decision, bool all);
    /* Client groups. Those by a name or token do not change while the worker lives; whose an address is, the policy says. A number means the
     * same under every policy. */
    bool has_groups, has_tokens;
    uint16_t (*group_of_client)(const void *policy, const struct addr *client);
    int (*group_of_server_name)(void *self, const char *name, size_t len); /* -ENOENT */
    int (*group_of_token)(void *self, const char *token, size_t len);      /* -ENOENT */
    uint32_t (*group_id)(void *self, unsigned group);
    /* The answers of act/dns_answer. */
    size_t (*answer)(void *self, const struct dns_query *q, const uint8_t *message, const struct dns_decision *d, uint8_t *to,
                     size_t max);
    /* The same about a name that the chain leads to; the chain stands in front. */
    size_t (*answer_behind)(void *self, const struct dns_query *q, const uint8_t *message, const struct dns_decision *d,
                            const struct dns_chain *chain, uint8_t *to, size_t max);
    /* Local data on owner that is an alias whose target the client asks us to resolve: then true, target and TTL. */
    bool (*alias)(const struct dns_query *q, const struct dns_name *owner, const struct dns_decision *d,
                  struct dns_name *ret_target, uint32_t *ret_ttl);
    /* The chain, and behind it what the answer about its end says. */
    size_t (*answer_followed)(void *self, const struct dns_query *q, const uint8_t *message, const struct dns_decision *d,
                              const struct dns_chain *chain, const uint8_t *target_answer, size_t target_len, uint8_t *to,
                              size_t max);
    size_t (*answer_any)(const struct dns_query *q, const uint8_t *message, uint8_t *to, size_t max);
    size_t (*answer_error)(const struct dns_query *q, const uint8_t *message, unsigned rcode, uint16_t ede,
                           const char *text, uint8_t *to, size_t max);
};

struct dns_tls; /* tls.h */

/* Of which answers of upstreams the records are told, for passive DNS. */
enum dns_records {
    DNS_RECORDS_OFF,
    DNS_RECORDS_SUSPECTED, /* those that a rule blocks or observes */
    DNS_RECORDS_ALL,
    DNS_RECORDS_COUNT
};

struct dns_socket {
    int fd;
    enum dns_transport transport; /* UDP: bound datagram socket; others: listening socket */
    bool wildcard;                /* bound to "any": the answer's source address must be copied */
};

/* Who wants to hear of NOTIFY: false when this address may not say so of this zone. From worker threads; must not block. */
struct dns_notify {
    bool (*take)(void *self, const struct addr *from, const struct dns_name *zone); /* NULL: nobody */
    void *self;
};

struct dns_worker_options {
    unsigned number;
    struct dns_socket sockets[DNS_SOCKETS_MAX]; /* borrowed, non-blocking */
    unsigned socket_count;
    struct addr_prefix access[DNS_ACCESS_MAX]; /* who may ask */
    unsigned access_count;
    size_t cache_bytes;
    struct sip_key cache_key;
    struct dns_rate_options rate;
    struct dns_cookie_secrets cookies; /* none: no cookie is ever right */
    struct upstream_options upstream;
    bool withhold_private; /* private addresses of names that are not in `private_names` */
    struct dns_private_names private_names;
    const uint8_t *designated; /* borrowed local data (as of the policy's) of _dns.resolver.arpa; length 0: none */
    size_t designated_len;
    struct dns_policy policy;
    struct dns_notify notify;
    const struct dns_tls *tls;     /* borrowed, shared by all workers; NULL: clients of DoT and DoH are sent away */
    struct dns_counters *counters; /* shared page, or private memory */
    enum dns_records records;      /* go into the ring too */
    struct ring *ring;             /* producer side; NULL: observations go nowhere */
};

struct dns_worker;

/* Makes the worker and its resolver (files are read here); ret_error is a text for the operator. */
int dns_worker_new(const struct dns_worker_options *options, struct dns_worker **ret_worker, const char **ret_error)
    must_check;
/* Runs until dns_worker_stop, in the calling thread. */
void dns_worker_run(struct dns_worker *w);
/* One turn: does what is ready and due now, and returns. For a driver that owns the clock (tests/scenario). */
void dns_worker_step(struct dns_worker *w);
/* From any thread. */
void dns_worker_stop(struct dns_worker *w);
void dns_worker_free(struct dns_worker *w);

/* Opens a socket of one worker for one address: SO_REUSEPORT, non-blocking, close-on-exec. Negative errno. */
int dns_socket_open(const struct sockaddr *sa, enum dns_transport transport) must_check;
/* 0 when nobody answers on the address; -EADDRINUSE when somebody does, also one of the same user who shares it by
 * SO_REUSEPORT and would get half of the queries; or why it cannot be had. */
int dns_socket_try(const struct sockaddr *sa, enum dns_transport transport) must_check;
/* Is it "any" address? Then an answer must be sent from the address that was asked. */
bool dns_socket_is_wildcard(const struct sockaddr *sa);

#endif
