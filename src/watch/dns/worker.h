/* The inside of a worker, shared by the files of this folder and nobody else.
 *
 * A query's way: udp.c reads it, or stream.c with what lies above it (tcp.c, tls.c, doh.c); respond.c answers it from the
 * policy or the cache, pending.c keeps it while upstream.c resolves it; worker.c turns each answer into an observation.
 * Everything here belongs to one thread.
 */
#ifndef HINOMI_WATCH_DNS_WORKER_H
#define HINOMI_WATCH_DNS_WORKER_H

#include <netinet/in.h>

#include "proto/dns/opt.h"
#include "watch/dns/cache.h"
#include "watch/dns/server.h"

struct event_base;

union client_sockaddr {
    struct sockaddr sa;
    struct sockaddr_in v4;
    struct sockaddr_in6 v6;
};

enum { CLIENT_CONTROL_MAX = 64 }; /* a packet-info control message */

/* Where an answer goes. */
struct client {
    enum dns_transport transport;
    unsigned socket;     /* UDP: index of the socket */
    union client_sockaddr from;
    size_t control_len;  /* UDP on a wildcard address: the packet info to answer with */
    uint8_t control[CLIENT_CONTROL_MAX];
    uint32_t connection, generation; /* not UDP: the slot of the stream, and which of its clients */
    int32_t request;                 /* DOH: the HTTP/2 stream */
};

enum work_state {
    WORK_LOOK_UP, /* to be looked up in policy and cache */
    WORK_DONE,    /* answered: answer_len octets, 0: nothing is sent */
    WORK_RESOLVE, /* needs an upstream */
};

/* One query being worked on. */
struct work {
    struct dns_query query;
    const uint8_t *message;
    size_t message_len;
    enum dns_transport transport;
    struct dns_asker asker;
    bool known_by_token; /* the client has shown that it belongs to a group: the access list is not asked */
    enum work_state state;
    uint64_t cache_hash;
    struct dns_decision decision;
    bool from_cache;
    bool refresh; /* answered, and the entry is to be refreshed: pending_refresh */
    uint8_t *answer;
    size_t answer_len, answer_max;
};

struct udp_batch;
struct streams;
struct pending_table;
struct name_server_searches;

struct dns_worker {
    struct dns_worker_options o;
    struct event_base *loop;
    struct event *tick, *wake;
    int wake_fd;
    struct upstream *upstream;
    struct dns_cache *cache;
    struct dns_rate *rate; /* NULL: no limit */
    unsigned rate_slips;   /* queries over the limit, for DNS_RATE_SLIP */
    struct udp_batch *udp;
    struct streams *streams;
    struct pending_table *pending;
    struct name_server_searches *name_servers;
    unsigned doh_requests; /* of all streams, for the limit */
    uint8_t *large; /* DNS_MESSAGE_MAX octets for answers that are not a datagram's */
    /* Read once a batch. */
    int64_t now_us;   /* wall clock */
    uint64_t mono_ns;
    uint32_t now_s;   /* monotonic */
    const void *policy;
    uint64_t policy_serial;
    struct dns_probes *probes; /* for one query outside of a batch */
};

/* worker.c */
/* The policy for one batch, or for one answer that comes later. */
void worker_hold_policy(struct dns_worker *w);
void worker_release_policy(struct dns_worker *w);
void worker_begin_batch(struct dns_worker *w); /* clocks and policy */
void worker_end_batch(struct dns_worker *w);
/* One answer (or refusal to answer) was given. */
void worker_observe(struct dns_worker *w, const struct work *work, int64_t read_us, uint32_t latency_us);
void worker_publish(struct dns_worker *w);

/* The client's group by its address. The policy must be held. */
uint16_t worker_group_of(const struct dns_worker *w, const struct addr *client);

/* respond.c: the three steps of a query; between them others of the batch take the same step. */
void respond_begin(struct dns_worker *w, struct work *work, struct dns_probes *probes);
void respond_fetch(struct dns_worker *w, const struct work *work);
void respond_finish(struct dns_worker *w, struct work *work, const struct dns_probes *probes);
bool respond_may_ask(const struct dns_worker *w, const struct addr *client);
/* Does the decision itself answer, so that nothing is resolved for the client? */
bool respond_is_blocked(const struct work *work);
/* Decides once more, under the policy that holds now: on the query's name, or one that an alias leads to. */
void respond_decide_again(struct dns_worker *w, struct work *work, const struct dns_name *name);
/* Answers that the name has only private addresses, which are not told. */
void respond_withhold(struct dns_worker *w, struct work *work);
/* The most octets an answer may have for this query, with room left for what guard_add_options adds. */
size_t respond_max(const struct dns_query *q, enum dns_transport transport);
void respond_with_error(struct dns_worker *w, struct work *work, unsigned rcode, uint16_t ede, const char *text);

/* local.c */
/* Is it one of the names that are answered here? Then it has been. */
bool local_answer(const struct dns_worker *w, struct work *work);

/* guard.c */
/* Is the client within its rate? If not, the work is done: nothing, an answer that sends it to TCP, or a refusal. */
bool guard_admit(struct dns_worker *w, struct work *work);
enum { GUARD_OPTIONS_MAX = DNS_OPTION_HEAD_LEN + DNS_COOKIE_LEN + DNS_OPTION_HEAD_LEN + 2 };
/* Does the answer need more options than whoever builds it knows of? */
static inline bool guard_has_options(const struct dns_query *q)
{
    return q->has_cookie || q->keepalive;
}
/* Adds them: a cookie, how long an idle connection stays. Returns the new length; the answer has room for
 * GUARD_OPTIONS_MAX more. */
size_t guard_add_options(struct dns_worker *w, const struct dns_query *q, enum dns_transport transport,
                         const struct addr *client, uint8_t *answer, size_t len);

/* examine.c: what stands in an answer, held against the policy. The policy must be held. */
/* Is it known that no rule matches this cached answer? */
bool examine_is_clean(struct dns_worker *w, struct dns_cache_entry *e);
/* Remembers that, if it is so. */
void examine_remember(struct dns_worker *w, struct dns_cache_entry *e, const struct dns_name_servers *servers);
/* Follows so many aliases of the answer; negative when they are not there or too long. */
int examine_follow(const struct dns_worker *w, const struct dns_cache_entry *e, unsigned count, struct dns_chain *chain)
    must_check;
/* The decision on the query becomes the one on query and answer. True when the policy now answers instead. */
bool examine_answer(struct dns_worker *w, struct work *work, const struct dns_cache_entry *e,
                    const struct dns_name_servers *servers);

/* records.c: passive DNS. */
static inline bool records_are_wanted(const struct dns_worker *w)
{
    return w->o.ring && w->o.records != DNS_RECORDS_OFF;
}
/* An upstream's answer has been taken, and this is the decision on the query and it. */
void records_tell(struct dns_worker *w, const struct work *work, const struct dns_cache_entry *e);

/* name_servers.c: finds the name servers of the zones that an answer came from, for rules about them. */
struct name_servers_caller {
    /* Called once, perhaps before name_servers_find returns. servers: NULL when too much goes on at once to look for them;
     * whole: false when some server kept silent, so that there may be more. */
    void (*done)(void *self, const struct dns_name_servers *servers, bool whole);
    /* Is what has been found so far all that matters? Then the search is done. NULL: never. */
    bool (*enough)(void *self, const struct dns_name_servers *servers);
};
int name_servers_new(struct dns_worker *w) must_check;
void name_servers_free(struct dns_worker *w);
/* e: the answer, whose chain counts too; NULL: the query's name alone. When the result is negative (-ENOSPC: too many at
 * once), done is not called. */
int name_servers_find(struct dns_worker *w, const struct dns_query *q, const struct dns_cache_entry *e,
                      const struct name_servers_caller *caller, void *self) must_check;

/* notify.c: true when the message was a NOTIFY that somebody wants, and is answered */
bool notify_answer(struct dns_worker *w, struct work *work);

/* pending.c */
int pending_new(struct dns_worker *w) must_check;
void pending_free(struct dns_worker *w);
/* Takes over a query in state WORK_RESOLVE, within the batch that decided on it. */
void pending_start(struct dns_worker *w, struct work *work, const struct client *client);
/* Resolves anew what has just been answered from the cache. Not before the answer has left w->large. */
void pending_refresh(struct dns_worker *w, const struct work *work);
void pending_tick(struct dns_worker *w);

/* udp.c */
int udp_new(struct dns_worker *w) must_check;
void udp_free(struct dns_worker *w);
void udp_send(struct dns_worker *w, const struct client *client, const uint8_t *answer, size_t len);

/* stream.c: every transport but UDP */
int stream_new(struct dns_worker *w) must_check;
void stream_free(struct dns_worker *w);
/* Answers what stream_serve left to pending.c; len 0: there is no answer. Pads in place: the buffer has room for
 * DNS_MESSAGE_MAX. Does nothing when the client has gone. */
void stream_send(struct dns_worker *w, const struct client *client, uint8_t *answer, size_t len);
void stream_tick(struct dns_worker *w);

#endif
