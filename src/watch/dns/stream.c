/* Serves clients over connections: accepts them, decrypts, times them out, and makes room for new ones.
 *
 * Source: RFC 7766 (idle time-outs), RFC 7858 (DNS over TLS). A client is in one list by the time of its last whole query,
 * so one rule, "the longest without a whole query goes first", covers idle clients, slow ones, handshakes that never end
 * and the cap, whatever the transport.
 */
#include "watch/dns/stream.h"

#include <errno.h>
#include <event2/buffer.h>
#include <event2/bufferevent.h>
#include <event2/event.h>
#include <netinet/tcp.h>
#include <stdlib.h>
#include <sys/socket.h>

#include "base/clock.h"
#include "proto/dns/opt.h"
#include "watch/dns/tls.h"

struct stream_listener {
    struct dns_worker *worker;
    enum dns_transport transport;
    struct event *event;
};

struct streams {
    struct stream_listener listeners[DNS_SOCKETS_MAX];
    struct stream *slots, *free;
    struct stream oldest; /* head of the ring */
    unsigned used, count;
    struct work work;
    uint8_t *probes;
};

/* What lies above the connection; alpn NULL: no TLS. */
static const struct protocol {
    const char *alpn;
    void (*input)(struct stream *c);
} protocols[] = {
    [DNS_TRANSPORT_TCP] = {NULL, tcp_input},
    [DNS_TRANSPORT_DOT] = {"dot", tcp_input},
    [DNS_TRANSPORT_DOH] = {"h2", doh_input},
};
_Static_assert(array_len(protocols) == DNS_TRANSPORT_COUNT, "one row per transport");

static void list_remove(struct stream *c)
{
    c->prev->next = c->next;
    c->next->prev = c->prev;
}

static void list_append(struct streams *t, struct stream *c)
{
    c->prev = t->oldest.prev;
    c->next = &t->oldest;
    c->prev->next = c->next->prev = c;
}

/* ---- the end of a stream ---- */

/* What is still to be said, as far as the socket takes it at once: the last answers, the end of TLS. */
static void say_goodbye(struct stream *c)
{
    if (c->doh)
        doh_end(c);
    if (c->tls) {
        int e = evbuffer_get_length(c->out) > 0 ? tls_session_write(c->tls, c->out) : 0;
        if (e == 0)
            tls_session_end(c->tls);
    }
    struct evbuffer *out = bufferevent_get_output(c->socket);
    if (evbuffer_get_length(out) > 0 && evbuffer_unfreeze(out, 1) == 0)
        (void)evbuffer_write(out, bufferevent_getfd(c->socket));
}

/* Gives back what accept_one took, in whatever state. */
static void release(struct stream *c)
{
    struct streams *t = c->worker->streams;
    if (c->doh)
        doh_close(c);
    if (c->tls) {
        tls_session_free(c->tls);
        evbuffer_free(c->in);
        evbuffer_free(c->out);
    }
    bufferevent_free(c->socket); /* closes the descriptor */
    c->socket = NULL;
    c->tls = NULL;
    c->doh = NULL;
    c->generation++;
    c->next = t->free;
    t->free = c;
}

void stream_close(struct stream *c)
{
    struct streams *t = c->worker->streams;
    if (c->tls && !tls_session_ready(c->tls))
        dns_count(&c->worker->o.counters->tls_handshake_failures, 1);
    say_goodbye(c);
    list_remove(c);
    release(c);
    t->count--;
    dns_gauge(&c->worker->o.counters->tcp_clients, t->count);
}

void stream_close_bad(struct stream *c)
{
    dns_count(&c->worker->o.counters->tcp_closed_bad, 1);
    stream_close(c);
}

/* A client may close its side and wait for its answers (RFC 7766 6.2.4). */
static void close_if_done(struct stream *c)
{
    if (c->ended && c->waiting == 0 && evbuffer_get_length(bufferevent_get_output(c->socket)) == 0)
        stream_close(c);
}

/* ---- queries and answers ---- */

void stream_flush(struct stream *c, size_t held)
{
    if (c->tls && tls_session_write(c->tls, c->out) < 0) {
        stream_close_bad(c);
        return;
    }
    if (evbuffer_get_length(bufferevent_get_output(c->socket)) + held > DNS_TCP_OUTPUT_MAX)
        stream_close_bad(c);
}

static void give_answer(struct stream *c, int32_t request, uint8_t *answer, size_t len)
{
    if (c->tls && len > 0)
        len = dns_opt_pad(answer, len, DNS_MESSAGE_MAX, DNS_PAD_BLOCK);
    if (c->doh)
        doh_answer(c, request, answer, len);
    else
        tcp_answer(c, answer, len);
}

void stream_serve(struct stream *c, const uint8_t *message, size_t len, struct stream_request request)
{
    struct dns_worker *w = c->worker;
    struct work *work = &w->streams->work;
    struct dns_probes *probes = (struct dns_probes *)w->streams->probes;
    work->message = message;
    work->message_len = len;
    work->transport = c->transport;
    work->known_by_token = request.group >= 0;
    work->asker.client = addr_of_sockaddr(&c->from.sa);
    work->answer = w->large;
    work->answer_max = DNS_MESSAGE_MAX;
    worker_begin_batch(w);
    work->asker.group = work->known_by_token ? (uint16_t)request.group
                        : c->group >= 0      ? (uint16_t)c->group
                                             : worker_group_of(w, &work->asker.client);
    respond_begin(w, work, probes);
    respond_fetch(w, work);
    respond_finish(w, work, probes);
    c->last_query_s = w->now_s;
    list_remove(c);
    list_append(w->streams, c);
    if (work->state == WORK_RESOLVE) {
        struct client client = {
            .transport = c->transport,
            .from = c->from,
            .connection = (uint32_t)(c - w->streams->slots),
            .generation = c->generation,
            .request = request.id,
        };
        c->waiting++;
        pending_start(w, work, &client);
        worker_end_batch(w);
        return;
    }
    worker_end_batch(w);
    worker_observe(w, work, w->now_us, (uint32_t)((clock_mono_ns() - w->mono_ns) / 1000));
    worker_publish(w);
    if (guard_has_options(&work->query))
        work->answer_len = guard_add_options(w, &work->query, work->transport, &work->asker.client, work->answer,
                                             work->answer_len);
    give_answer(c, request.id, work->answer, work->answer_len);
    if (work->refresh)
        pending_refresh(w, work);
}

void stream_send(struct dns_worker *w, const struct client *client, uint8_t *answer, size_t len)
{
    if (!w->streams)
        return; /* the worker is ending */
    struct stream *c = &w->streams->slots[client->connection];
    if (!c->socket || !stream_is_open(c, client->generation))
        return;
    c->waiting--;
    give_answer(c, client->request, answer, len);
    if (!stream_is_open(c, client->generation))
        return;
    if (c->paused) {
        c->paused = false;
        if (!c->ended)
            bufferevent_enable(c->socket, EV_READ);
        bufferevent_trigger(c->socket, EV_READ, BEV_TRIG_DEFER_CALLBACKS); /* what is in the buffers already */
    } else {
        close_if_done(c);
    }
}

void stream_pause(struct stream *c)
{
    if (c->paused)
        return;
    c->paused = true;
    bufferevent_disable(c->socket, EV_READ);
}

/* ---- events of the socket ---- */

/* A client group may have a name of the server for itself (RFC 6066 3). */
static void find_group_by_name(struct stream *c)
{
    const struct dns_policy *p = &c->worker->o.policy;
    char name[DNS_NAME_TEXT_MAX];
    int len = p->has_groups ? tls_session_server_name(c->tls, name, sizeof name) : 0;
    int group = len > 0 ? p->group_of_server_name(p->self, name, (size_t)len) : -ENOENT;
    if (group >= 0)
        c->group = group;
}

/* Decrypts some. False: there is nothing for the protocol, or the stream has been closed. */
static bool decrypt(struct stream *c)
{
    struct dns_counters *counters = c->worker->o.counters;
    bool was_ready = tls_session_ready(c->tls);
    int n = tls_session_read(c->tls, c->in);
    if (!was_ready && tls_session_ready(c->tls)) {
        dns_count(&counters->tls_handshakes, 1);
        find_group_by_name(c);
    }
    if (n > 0)
        return true;
    if (n == 0) {
        c->ended = true;
        bufferevent_disable(c->socket, EV_READ);
        close_if_done(c);
    } else if (n != -EAGAIN) {
        stream_close_bad(c);
    }
    return false;
}

static void on_data(struct bufferevent *socket, void *self)
{
    (void)socket;
    struct stream *c = self;
    uint32_t generation = c->generation;
    const struct protocol *p = &protocols[c->transport];
    if (!c->tls || evbuffer_get_length(c->in) > 0) /* with TLS: left from before a pause */
        p->input(c);
    while (stream_is_open(c, generation) && c->tls && !c->paused && decrypt(c))
        p->input(c);
    if (stream_is_open(c, generation) && !c->paused)
        close_if_done(c);
}

static void on_written(struct bufferevent *socket, void *self)
{
    (void)socket;
    struct stream *c = self;
    if (!c->paused)
        close_if_done(c);
}

static void on_event(struct bufferevent *socket, short what, void *self)
{
    (void)socket;
    struct stream *c = self;
    if (!(what & BEV_EVENT_EOF) || (what & BEV_EVENT_WRITING)) {
        stream_close(c);
        return;
    }
    c->ended = true;
    if (!c->paused)
        close_if_done(c);
}

/* ---- accepting ---- */

/* At the cap the client that has been without a query for longest makes room, rather one that waits for nothing. */
static void evict_oldest(struct dns_worker *w)
{
    struct streams *t = w->streams;
    struct stream *c = t->oldest.next;
    while (c != &t->oldest && c->waiting > 0)
        c = c->next;
    if (c == &t->oldest)
        c = t->oldest.next;
    if (c == &t->oldest)
        return;
    dns_count(&w->o.counters->tcp_evicted, 1);
    stream_close(c);
}

static int make_layers(struct stream *c)
{
    const char *alpn = protocols[c->transport].alpn;
    c->in = bufferevent_get_input(c->socket);
    c->out = bufferevent_get_output(c->socket);
    if (!alpn)
        return 0;
    struct evbuffer *in = evbuffer_new(), *out = evbuffer_new();
    if (!in || !out || tls_session_new(c->worker->o.tls, alpn, c->in, c->out, &c->tls) < 0) {
        if (in)
            evbuffer_free(in);
        if (out)
            evbuffer_free(out);
        return -ENOMEM;
    }
    c->in = in;
    c->out = out;
    return c->transport == DNS_TRANSPORT_DOH ? doh_open(c) : 0;
}

static void accept_one(struct dns_worker *w, enum dns_transport transport, int fd, const union client_sockaddr *from)
{
    struct streams *t = w->streams;
    if (t->count == DNS_TCP_CLIENTS_MAX)
        evict_oldest(w);
    struct stream *c = t->free;
    if (c)
        t->free = c->next;
    else
        c = &t->slots[t->used++];
    int one = 1;
    setsockopt(fd, IPPROTO_TCP, TCP_NODELAY, &one, sizeof one);
    uint32_t generation = c->generation;
    *c = (struct stream){
        .worker = w, .generation = generation, .transport = transport, .from = *from, .last_query_s = w->now_s};
    c->group = -1;
    c->socket = bufferevent_socket_new(w->loop, fd, BEV_OPT_CLOSE_ON_FREE | BEV_OPT_DEFER_CALLBACKS);
    if (!c->socket) {
        evutil_closesocket(fd);
        c->next = t->free;
        t->free = c;
        return;
    }
    if (make_layers(c) < 0) {
        release(c);
        return;
    }
    list_append(t, c);
    t->count++;
    dns_count(&w->o.counters->tcp_accepted, 1);
    dns_gauge(&w->o.counters->tcp_clients, t->count);
    bufferevent_setwatermark(c->socket, EV_READ, 0, DNS_TCP_INPUT_MAX);
    bufferevent_setcb(c->socket, on_data, on_written, on_event, c);
    bufferevent_enable(c->socket, EV_READ | EV_WRITE);
}

/* A handshake costs us more than the client: it is not for who may not ask, nor possible without a certificate. */
static bool is_welcome(const struct dns_worker *w, enum dns_transport transport, const union client_sockaddr *from)
{
    struct addr client = addr_of_sockaddr(&from->sa);
    /* Who belongs to a group by a token shows it only in the request. */
    bool may_show_token = transport == DNS_TRANSPORT_DOH && w->o.policy.has_tokens;
    if (!protocols[transport].alpn || (w->o.tls && (may_show_token || respond_may_ask(w, &client))))
        return true;
    dns_count(&w->o.counters->tls_refused, 1);
    return false;
}

static void on_listener(evutil_socket_t fd, short what, void *self)
{
    (void)what;
    const struct stream_listener *l = self;
    struct dns_worker *w = l->worker;
    w->now_s = (uint32_t)(clock_mono_ns() / 1000000000u);
    int max = protocols[l->transport].alpn ? DNS_TLS_ACCEPT_MAX : DNS_BATCH;
    for (int i = 0; i < max; i++) {
        union client_sockaddr from = {0};
        socklen_t len = sizeof from;
        int client = accept4(fd, &from.sa, &len, SOCK_NONBLOCK | SOCK_CLOEXEC);
        if (client < 0) {
            if (errno == EMFILE || errno == ENFILE)
                evict_oldest(w);
            return;
        }
        if (is_welcome(w, l->transport, &from))
            accept_one(w, l->transport, client, &from);
        else
            evutil_closesocket(client);
    }
}

void stream_tick(struct dns_worker *w)
{
    struct streams *t = w->streams;
    uint32_t now_s = (uint32_t)(clock_mono_ns() / 1000000000u);
    struct stream *next;
    for (struct stream *c = t->oldest.next; c != &t->oldest; c = next) {
        next = c->next;
        if (now_s - c->last_query_s < DNS_TCP_IDLE_S)
            break;
        if (c->waiting > 0)
            continue; /* the upstream's deadline comes first */
        dns_count(&w->o.counters->tcp_closed_idle, 1);
        stream_close(c);
    }
}

/* ---- making ---- */

int stream_new(struct dns_worker *w)
{
    struct streams *t = calloc(1, sizeof *t);
    if (!t)
        return -ENOMEM;
    w->streams = t;
    t->oldest.next = t->oldest.prev = &t->oldest;
    t->slots = calloc(DNS_TCP_CLIENTS_MAX, sizeof *t->slots);
    t->probes = calloc(1, w->o.policy.probes_size);
    if (!t->slots || !t->probes)
        return -ENOMEM;
    for (unsigned i = 0; i < w->o.socket_count; i++) {
        struct stream_listener *l = &t->listeners[i];
        if (w->o.sockets[i].transport == DNS_TRANSPORT_UDP)
            continue;
        *l = (struct stream_listener){.worker = w, .transport = w->o.sockets[i].transport};
        l->event = event_new(w->loop, w->o.sockets[i].fd, EV_READ | EV_PERSIST, on_listener, l);
        if (!l->event || event_add(l->event, NULL) < 0)
            return -ENOMEM;
    }
    return 0;
}

void stream_free(struct dns_worker *w)
{
    struct streams *t = w->streams;
    if (!t)
        return;
    for (unsigned i = 0; i < DNS_SOCKETS_MAX; i++)
        if (t->listeners[i].event)
            event_free(t->listeners[i].event);
    while (t->slots && t->oldest.next != &t->oldest)
        stream_close(t->oldest.next);
    free(t->slots);
    free(t->probes);
    free(t);
    w->streams = NULL;
}
