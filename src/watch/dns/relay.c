/* One datagram socket, one TLS connection, and who waits for which answer. */
#include "watch/dns/relay.h"

#include <errno.h>
#include <event2/buffer.h>
#include <event2/bufferevent.h>
#include <event2/event.h>
#include <netinet/in.h>
#include <stdlib.h>
#include <unistd.h>

#include "base/addr.h"
#include "base/clock.h"
#include "proto/dns/opt.h"
#include "watch/dns/counters.h"
#include "watch/dns/limits.h"
#include "watch/dns/tls.h"

enum {
    PREFIX_LEN = 2,
    QUERY_MAX = 1024, /* of libunbound: a name and an OPT record, padded */
    PAD_BLOCK = 128,  /* RFC 8467 4.1: the block of queries */
    BATCH = 64,
};

/* A question under way; the identifier on the connection is the count of questions, the place its remainder. */
struct relayed {
    struct sockaddr_in from;
    uint16_t id, own_id;
    bool waiting;
};

struct relay {
    struct event_base *loop;
    const struct dns_tls_client *client;
    const char *name;
    struct sockaddr_storage resolver;
    _Atomic uint64_t *failures;
    int fd;
    uint16_t port;
    struct event *readable;
    struct bufferevent *socket; /* NULL: no connection */
    struct tls_session *tls;
    struct evbuffer *in, *out;  /* what TLS carries */
    uint64_t failed_ms;         /* monotonic; 0: it did not */
    uint16_t count;
    struct relayed relayed[DNS_RELAY_WAITING_MAX];
};
_Static_assert((DNS_RELAY_WAITING_MAX & (DNS_RELAY_WAITING_MAX - 1)) == 0, "a count of 16 bits runs over in step");

/* ---- the connection ---- */

static void disconnect(struct relay *r, bool failed)
{
    if (failed) {
        dns_count(r->failures, 1);
        r->failed_ms = clock_mono_ms();
    }
    tls_session_free(r->tls);
    r->tls = NULL;
    if (r->socket)
        bufferevent_free(r->socket);
    r->socket = NULL;
    evbuffer_drain(r->in, evbuffer_get_length(r->in));
    evbuffer_drain(r->out, evbuffer_get_length(r->out));
}

static void give_back(struct relay *r, uint8_t *answer, size_t len)
{
    uint16_t own_id = (uint16_t)((unsigned)answer[0] << 8 | answer[1]);
    struct relayed *q = &r->relayed[own_id % DNS_RELAY_WAITING_MAX];
    if (!q->waiting || q->own_id != own_id)
        return; /* nobody's, or too late */
    q->waiting = false;
    writer_put_u16(answer, q->id);
    /* Larger than libunbound announced is fine: nothing on the loopback cuts it, and its buffer takes any message. */
    ssize_t n = sendto(r->fd, answer, len, MSG_DONTWAIT, (struct sockaddr *)&q->from, sizeof q->from);
    (void)n; /* lost: it will be asked again */
}

static void take_answers(struct relay *r)
{
    static _Thread_local uint8_t message[PREFIX_LEN + DNS_MESSAGE_MAX];
    while (evbuffer_copyout(r->in, message, PREFIX_LEN) == PREFIX_LEN) {
        size_t len = (size_t)message[0] << 8 | message[1];
        if (evbuffer_get_length(r->in) < PREFIX_LEN + len)
            return;
        evbuffer_remove(r->in, message, PREFIX_LEN + len);
        if (len >= DNS_HEADER_LEN)
            give_back(r, message + PREFIX_LEN, len);
    }
}

/* Sends what has been waiting for the handshake too. */
static void flush(struct relay *r)
{
    if (tls_session_ready(r->tls) && tls_session_write(r->tls, r->out) < 0)
        disconnect(r, true);
}

static void on_data(struct bufferevent *socket, void *self)
{
    (void)socket;
    struct relay *r = self;
    int n;
    while ((n = tls_session_read(r->tls, r->in)) > 0)
        ;
    take_answers(r);
    if (n == 0)
        disconnect(r, false); /* the resolver has had enough of us: RFC 7858 3.4 */
    else if (n != -EAGAIN)
        disconnect(r, true);
    else
        flush(r);
}

static void on_event(struct bufferevent *socket, short what, void *self)
{
    (void)socket;
    struct relay *r = self;
    if (what & BEV_EVENT_CONNECTED)
        on_data(r->socket, r); /* the first words are ours */
    else
        disconnect(r, !tls_session_ready(r->tls));
}

static int connect_to(struct relay *r)
{
    const struct sockaddr *sa = (const struct sockaddr *)&r->resolver;
    if (r->failed_ms != 0 && clock_mono_ms() - r->failed_ms < DNS_RELAY_RETRY_MS)
        return -EAGAIN;
    r->failed_ms = 0;
    r->socket = bufferevent_socket_new(r->loop, -1, BEV_OPT_CLOSE_ON_FREE | BEV_OPT_DEFER_CALLBACKS);
    if (!r->socket)
        return -ENOMEM;
    static const struct timeval patience = {.tv_sec = DNS_RELAY_SILENCE_S};
    bufferevent_setcb(r->socket, on_data, NULL, on_event, r);
    bufferevent_setwatermark(r->socket, EV_READ, 0, DNS_MESSAGE_MAX);
    bufferevent_set_timeouts(r->socket, &patience, &patience);
    int e = tls_session_connect(r->client, "dot", r->name, bufferevent_get_input(r->socket),
                                bufferevent_get_output(r->socket), &r->tls);
    if (e == 0 && (bufferevent_enable(r->socket, EV_READ | EV_WRITE) < 0 ||
                   bufferevent_socket_connect(r->socket, sa, (int)addr_sockaddr_len(sa)) < 0))
        e = -EIO;
    if (e < 0)
        disconnect(r, true);
    return e;
}

/* ---- libunbound's side ---- */

static void relay_one(struct relay *r, uint8_t *message, size_t len, const struct sockaddr_in *from)
{
    uint16_t own_id = r->count++;
    r->relayed[own_id % DNS_RELAY_WAITING_MAX] = (struct relayed){
        .from = *from, .id = (uint16_t)((unsigned)message[0] << 8 | message[1]), .own_id = own_id, .waiting = true};
    writer_put_u16(message, own_id);
    len = dns_opt_pad(message, len, QUERY_MAX, PAD_BLOCK);
    uint8_t prefix[PREFIX_LEN];
    writer_put_u16(prefix, (uint16_t)len);
    if (evbuffer_get_length(r->out) > DNS_RELAY_OUTPUT_MAX || evbuffer_add(r->out, prefix, sizeof prefix) < 0 ||
        evbuffer_add(r->out, message, len) < 0)
        disconnect(r, true); /* it takes nothing any more, or half a message stands there */
}

static void on_readable(evutil_socket_t fd, short what, void *self)
{
    (void)what;
    struct relay *r = self;
    for (int i = 0; i < BATCH; i++) {
        uint8_t message[QUERY_MAX];
        struct sockaddr_in from = {0};
        socklen_t from_len = sizeof from;
        ssize_t n = recvfrom(fd, message, sizeof message, MSG_DONTWAIT, (struct sockaddr *)&from, &from_len);
        if (n < 0)
            break;
        if (n >= DNS_HEADER_LEN && from_len == sizeof from && (r->socket || connect_to(r) == 0))
            relay_one(r, message, (size_t)n, &from);
    }
    if (r->socket)
        flush(r);
}

static int open_socket(struct relay *r)
{
    struct sockaddr_in sa = {.sin_family = AF_INET, .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
    socklen_t len = sizeof sa;
    r->fd = socket(AF_INET, SOCK_DGRAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
    if (r->fd < 0 || bind(r->fd, (struct sockaddr *)&sa, sizeof sa) < 0 ||
        getsockname(r->fd, (struct sockaddr *)&sa, &len) < 0)
        return -errno;
    r->port = ntohs(sa.sin_port);
    r->readable = event_new(r->loop, r->fd, EV_READ | EV_PERSIST, on_readable, r);
    return r->readable && event_add(r->readable, NULL) == 0 ? 0 : -ENOMEM;
}

int relay_new(struct event_base *loop, const struct dns_tls_client *client, const struct sockaddr *resolver,
              const char *name, _Atomic uint64_t *failures, struct relay **ret_relay)
{
    struct relay *r = calloc(1, sizeof *r);
    if (!r)
        return -ENOMEM;
    r->loop = loop;
    r->client = client;
    r->name = name;
    r->failures = failures;
    r->fd = -1;
    memcpy(&r->resolver, resolver, addr_sockaddr_len(resolver));
    r->in = evbuffer_new();
    r->out = evbuffer_new();
    int e = r->in && r->out ? open_socket(r) : -ENOMEM;
    if (e < 0) {
        relay_free(r);
        return e;
    }
    *ret_relay = r;
    return 0;
}

void relay_free(struct relay *r)
{
    if (!r)
        return;
    if (r->in && r->out)
        disconnect(r, false);
    if (r->in)
        evbuffer_free(r->in);
    if (r->out)
        evbuffer_free(r->out);
    if (r->readable)
        event_free(r->readable);
    if (r->fd >= 0)
        close(r->fd);
    free(r);
}

uint16_t relay_port(const struct relay *r)
{
    return r->port;
}
