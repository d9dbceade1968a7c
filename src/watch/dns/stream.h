/* A client over a connection, for stream.c and the protocols above it; nobody else.
 *
 * stream.c owns the connection: accepting, TLS, idle time, eviction, limits. A protocol cuts what has come into queries
 * (tcp.c: DNS over TCP and over TLS; doh.c: HTTP/2), gives each to stream_serve, and writes the answers. Any call here may
 * close the stream: look at stream_is_open before going on. The worker's thread.
 */
#ifndef HINOMI_WATCH_DNS_STREAM_H
#define HINOMI_WATCH_DNS_STREAM_H

#include "watch/dns/worker.h"

struct bufferevent;
struct evbuffer;
struct tls_session;
struct doh_session;

struct stream {
    struct dns_worker *worker;
    struct bufferevent *socket;   /* NULL: slot is free */
    struct stream *next, *prev;   /* by last query, oldest first; in the free list only next */
    uint32_t generation;
    enum dns_transport transport;
    unsigned waiting; /* answers still to come */
    bool paused;      /* not read from: too many answers to come */
    bool ended;       /* the client has said its last */
    uint32_t last_query_s;
    union client_sockaddr from;
    int group; /* of client groups, by the server name it asked for; negative: by its address */
    struct tls_session *tls;   /* NULL: plain */
    struct evbuffer *in, *out; /* plain octets, whatever the socket carries */
    struct doh_session *doh;   /* DOH only */
};

static inline bool stream_is_open(const struct stream *c, uint32_t generation)
{
    return c->generation == generation;
}

/* A request of DOH: its HTTP/2 stream, and the client group that its path has shown; negative: none. */
struct stream_request {
    int32_t id;
    int group;
};
/* A whole query. Its answer goes to the protocol now, or when stream_send comes with it. */
void stream_serve(struct stream *c, const uint8_t *message, size_t len, struct stream_request request);
/* Sends what the protocol has put into `out`; `held`: octets that it keeps back because the client does not take them. */
void stream_flush(struct stream *c, size_t held);
/* Enough answers are under way: no more is read until one has gone. */
void stream_pause(struct stream *c);
void stream_close(struct stream *c);
/* The client breaks the protocol. */
void stream_close_bad(struct stream *c);

/* tcp.c: two octets of length before each message, RFC 1035 4.2.2 and RFC 7858 3.3. */
void tcp_input(struct stream *c);
void tcp_answer(struct stream *c, const uint8_t *answer, size_t len);

/* doh.c: DNS over HTTPS, RFC 8484 over HTTP/2. */
int doh_open(struct stream *c) must_check;
void doh_close(struct stream *c);
void doh_input(struct stream *c);
/* Nothing when the request has been taken back. len 0: there is to be no answer. */
void doh_answer(struct stream *c, int32_t request, const uint8_t *answer, size_t len);
/* Says to the client that no request will be taken any more. */
void doh_end(struct stream *c);

#endif
