/* Serves DNS over TCP: accepts, cuts the stream into messages, answers in any order, closes the idle and the abusive.
 *
 * Source: RFC 7766 (pipelining, out-of-order answers, idle time-outs). A client is in one list by the time of its last
 * whole query, so one rule, "the longest without a whole query goes first", covers idle clients, slow ones and the cap.
 */
#include <errno.h>
#include <event2/buffer.h>
#include <event2/bufferevent.h>
#include <event2/event.h>
#include <event2/listener.h>
#include <netinet/tcp.h>
#include <stdlib.h>
#include <sys/socket.h>

#include "base/clock.h"
#include "watch/dns/worker.h"

struct tcp_client {
    struct dns_worker *worker;
    struct bufferevent *stream; /* NULL: slot is free */
    struct tcp_client *next, *prev; /* by last query, oldest first; in the free list only next */
    uint32_t generation;
    unsigned waiting; /* answers still to come */
    bool paused;      /* not read from: too many answers to come */
    uint32_t last_query_s;
    union client_sockaddr from;
};

struct tcp_clients {
    struct event *listeners[DNS_SOCKETS_MAX];
    struct tcp_client *slots, *free;
    struct tcp_client oldest; /* head of the ring */
    unsigned used, count;
    uint8_t query[2 + DNS_QUERY_MAX];
    struct work work;
    uint8_t *probes;
};

static void list_remove(struct tcp_client *c)
{
    c->prev->next = c->next;
    c->next->prev = c->prev;
}

static void list_append(struct tcp_clients *t, struct tcp_client *c)
{
    c->prev = t->oldest.prev;
    c->next = &t->oldest;
    c->prev->next = c->next->prev = c;
}

static void close_client(struct tcp_client *c)
{
    struct tcp_clients *t = c->worker->tcp;
    bufferevent_free(c->stream); /* closes the descriptor */
    c->stream = NULL;
    c->generation++;
    list_remove(c);
    c->next = t->free;
    t->free = c;
    t->count--;
    dns_gauge(&c->worker->o.counters->tcp_clients, t->count);
}

static void write_answer(struct tcp_client *c, const uint8_t *answer, size_t len)
{
    uint8_t prefix[2];
    writer_put_u16(prefix, (uint16_t)len);
    struct evbuffer *out = bufferevent_get_output(c->stream);
    if (evbuffer_add(out, prefix, sizeof prefix) < 0 || evbuffer_add(out, answer, len) < 0 ||
        evbuffer_get_length(out) > DNS_TCP_OUTPUT_MAX) {
        dns_count(&c->worker->o.counters->tcp_closed_bad, 1);
        close_client(c);
    }
}

static void serve(struct tcp_client *c, const uint8_t *message, size_t len)
{
    struct dns_worker *w = c->worker;
    struct work *work = &w->tcp->work;
    struct dns_probes *probes = (struct dns_probes *)w->tcp->probes;
    work->message = message;
    work->message_len = len;
    work->transport = DNS_TRANSPORT_TCP;
    work->client = addr_of_sockaddr(&c->from.sa);
    work->answer = w->large;
    work->answer_max = DNS_MESSAGE_MAX;
    worker_begin_batch(w);
    respond_begin(w, work, probes);
    respond_fetch(w, work);
    respond_finish(w, work, probes);
    worker_end_batch(w);
    c->last_query_s = w->now_s;
    list_remove(c);
    list_append(w->tcp, c);
    if (work->state == WORK_RESOLVE) {
        struct client client = {
            .transport = DNS_TRANSPORT_TCP,
            .from = c->from,
            .connection = (uint32_t)(c - w->tcp->slots),
            .generation = c->generation,
        };
        c->waiting++;
        pending_start(w, work, &client);
        return;
    }
    worker_observe(w, work, w->now_us, (uint32_t)((clock_mono_ns() - w->mono_ns) / 1000));
    worker_publish(w);
    if (work->answer_len > 0)
        write_answer(c, work->answer, work->answer_len);
}

static void on_data(struct bufferevent *stream, void *self)
{
    struct tcp_client *c = self;
    struct dns_worker *w = c->worker;
    uint32_t generation = c->generation;
    struct evbuffer *in = bufferevent_get_input(stream);
    uint8_t *query = w->tcp->query;
    while (c->waiting < DNS_TCP_PIPELINE_MAX && evbuffer_copyout(in, query, 2) == 2) {
        size_t len = (size_t)query[0] << 8 | query[1];
        if (len < DNS_HEADER_LEN || len > DNS_QUERY_MAX) {
            dns_count(&w->o.counters->tcp_closed_bad, 1);
            close_client(c);
            return;
        }
        if (evbuffer_get_length(in) < 2 + len)
            return;
        evbuffer_remove(in, query, 2 + len);
        serve(c, query + 2, len);
        if (c->generation != generation)
            return; /* closed while being served */
    }
    if (c->waiting >= DNS_TCP_PIPELINE_MAX && !c->paused) {
        c->paused = true;
        bufferevent_disable(stream, EV_READ);
    }
}

static void on_event(struct bufferevent *stream, short what, void *self)
{
    (void)stream;
    struct tcp_client *c = self;
    if ((what & BEV_EVENT_EOF) && c->waiting > 0 && !(what & BEV_EVENT_WRITING))
        return; /* a client may close its side and wait for its answers (RFC 7766 6.2.4); the tick closes later */
    close_client(c);
}

void tcp_send(struct dns_worker *w, const struct client *client, const uint8_t *answer, size_t len)
{
    struct tcp_client *c = &w->tcp->slots[client->connection];
    if (!c->stream || c->generation != client->generation)
        return;
    c->waiting--;
    write_answer(c, answer, len);
    if (c->stream && c->generation == client->generation && c->paused) {
        c->paused = false;
        bufferevent_enable(c->stream, EV_READ);
        bufferevent_trigger(c->stream, EV_READ, BEV_TRIG_DEFER_CALLBACKS); /* what is in the buffer already */
    }
}

/* At the cap the client that has been without a query for longest makes room, rather one that waits for nothing. */
static void evict_oldest(struct dns_worker *w)
{
    struct tcp_clients *t = w->tcp;
    struct tcp_client *c = t->oldest.next;
    while (c != &t->oldest && c->waiting > 0)
        c = c->next;
    if (c == &t->oldest)
        c = t->oldest.next;
    dns_count(&w->o.counters->tcp_evicted, 1);
    close_client(c);
}

static void accept_one(struct dns_worker *w, int fd, const union client_sockaddr *from)
{
    struct tcp_clients *t = w->tcp;
    if (t->count == DNS_TCP_CLIENTS_MAX)
        evict_oldest(w);
    struct tcp_client *c = t->free;
    if (c)
        t->free = c->next;
    else
        c = &t->slots[t->used++];
    int one = 1;
    setsockopt(fd, IPPROTO_TCP, TCP_NODELAY, &one, sizeof one);
    uint32_t generation = c->generation;
    *c = (struct tcp_client){.worker = w, .generation = generation, .from = *from, .last_query_s = w->now_s};
    c->stream = bufferevent_socket_new(w->loop, fd, BEV_OPT_CLOSE_ON_FREE | BEV_OPT_DEFER_CALLBACKS);
    if (!c->stream) {
        evutil_closesocket(fd);
        c->next = t->free;
        t->free = c;
        return;
    }
    list_append(t, c);
    t->count++;
    dns_count(&w->o.counters->tcp_accepted, 1);
    dns_gauge(&w->o.counters->tcp_clients, t->count);
    bufferevent_setwatermark(c->stream, EV_READ, 0, sizeof t->query);
    bufferevent_setcb(c->stream, on_data, NULL, on_event, c);
    bufferevent_enable(c->stream, EV_READ | EV_WRITE);
}

static void on_listener(evutil_socket_t fd, short what, void *self)
{
    (void)what;
    struct dns_worker *w = self;
    w->now_s = (uint32_t)(clock_mono_ns() / 1000000000u);
    for (int i = 0; i < DNS_BATCH; i++) {
        union client_sockaddr from = {0};
        socklen_t len = sizeof from;
        int client = accept4(fd, &from.sa, &len, SOCK_NONBLOCK | SOCK_CLOEXEC);
        if (client < 0)
            return; /* nothing more, or no descriptors left: the tick will have closed some by the next event */
        accept_one(w, client, &from);
    }
}

void tcp_tick(struct dns_worker *w)
{
    struct tcp_clients *t = w->tcp;
    uint32_t now_s = (uint32_t)(clock_mono_ns() / 1000000000u);
    struct tcp_client *next;
    for (struct tcp_client *c = t->oldest.next; c != &t->oldest; c = next) {
        next = c->next;
        if (now_s - c->last_query_s < DNS_TCP_IDLE_S)
            break;
        if (c->waiting > 0)
            continue; /* the upstream's deadline comes first */
        dns_count(&w->o.counters->tcp_closed_idle, 1);
        close_client(c);
    }
}

int tcp_new(struct dns_worker *w)
{
    struct tcp_clients *t = calloc(1, sizeof *t);
    if (!t)
        return -ENOMEM;
    w->tcp = t;
    t->oldest.next = t->oldest.prev = &t->oldest;
    t->slots = calloc(DNS_TCP_CLIENTS_MAX, sizeof *t->slots);
    t->probes = calloc(1, w->o.policy.probes_size);
    if (!t->slots || !t->probes)
        return -ENOMEM;
    for (unsigned i = 0; i < w->o.socket_count; i++) {
        if (w->o.sockets[i].transport != DNS_TRANSPORT_TCP)
            continue;
        t->listeners[i] = event_new(w->loop, w->o.sockets[i].fd, EV_READ | EV_PERSIST, on_listener, w);
        if (!t->listeners[i] || event_add(t->listeners[i], NULL) < 0)
            return -ENOMEM;
    }
    return 0;
}

void tcp_free(struct dns_worker *w)
{
    struct tcp_clients *t = w->tcp;
    if (!t)
        return;
    for (unsigned i = 0; i < DNS_SOCKETS_MAX; i++)
        if (t->listeners[i])
            event_free(t->listeners[i]);
    while (t->slots && t->oldest.next != &t->oldest)
        close_client(t->oldest.next);
    free(t->slots);
    free(t->probes);
    free(t);
    w->tcp = NULL;
}
