/* Serves zones over TCP and UDP. */
#include "share/rpz/server.h"

#include <errno.h>
#include <event2/buffer.h>
#include <event2/bufferevent.h>
#include <event2/event.h>
#include <netinet/in.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/clock.h"
#include "base/log.h"
#include "base/text.h"
#include "share/rpz/answer.h"
#include "share/rpz/notify.h"

enum {
    DATAGRAMS_AT_ONCE = 64,
    ACCEPT_AT_ONCE = 16,
    LOW_WATER = 128 << 10, /* octets still to be taken when the next piece is read */
    PATH_LEN = 1024,
    STORE_PATIENCE = 20, /* tries, some seconds: at the first start the hub has not made the file yet */
};

struct client {
    struct rpz_server *s;
    struct client *next;
    struct bufferevent *stream;
    struct addr from;
    uint64_t last_ms;           /* of the last request, or of its coming */
    struct rpz_answer *answer;  /* NULL: no transfer */
    unsigned zone;              /* of the transfer */
    uint64_t began_ms;
    bool written;               /* all of it is in the stream's buffer */
    bool closing;               /* when that is empty */
};

struct listener {
    struct rpz_server *s;
    struct event *udp, *tcp;
    int udp_fd, tcp_fd;
    sa_family_t family;
};

struct rpz_server {
    struct rpz_server_options o;
    char path[PATH_LEN];
    struct exchange *store;
    struct listener listeners[RPZ_LISTEN_MAX];
    struct event *tick;
    struct client *clients;
    unsigned client_count;
    struct rpz_counters counters;
    unsigned store_failures; /* in a row */
    struct rpz_zone zones[RPZ_ZONES_MAX];
    unsigned transfers[RPZ_ZONES_MAX]; /* running now */
    struct rpz_notify notifies[RPZ_ZONES_MAX][RPZ_NOTIFY_MAX];
    uint8_t datagram[RPZ_REQUEST_MAX + 1];
};

/* ---- the store ---- */

/* NULL: it cannot be read now. */
static struct exchange *store_of(struct rpz_server *s)
{
    int e = s->store ? 0 : exchange_open_to_read(s->path, &s->store);
    s->store_failures = e < 0 ? s->store_failures + 1 : 0;
    if (s->store_failures == STORE_PATIENCE)
        log_warning(_("zones cannot be read: %s; tried again"), _(exchange_error_of(e)));
    return s->store;
}

/* It is opened again. */
static void drop_store(struct rpz_server *s)
{
    exchange_close(s->store);
    s->store = NULL;
}

/* -ESTALE: it is not served (yet). */
static int read_zone(struct rpz_server *s, unsigned zone, struct exchange_zone *ret_zone)
{
    struct exchange *store = store_of(s);
    int e = store ? exchange_zone_get(store, s->zones[zone].recipient, ret_zone) : -EAGAIN;
    if (e == -ENOENT || (e == 0 && ret_zone->state != EXCHANGE_ZONE_SERVED))
        return -ESTALE;
    if (e < 0 && store)
        drop_store(s);
    return e;
}

/* ---- a request ---- */

struct asked {
    struct rpz_request request;
    struct tsig tsig;
    bool is_signed;
    int error;      /* of the signature */
    unsigned rcode, zone;
    struct exchange_zone now;
    uint64_t now_s;
};

/* False: no answer is due. */
static bool examine(struct rpz_server *s, const uint8_t *message, size_t len, const struct addr *from, bool over_udp, struct asked *q)
{
    q->now_s = (uint64_t)(clock_wall_us() / 1000000);
    q->is_signed = false;
    q->error = 0;
    int rcode = rpz_request_read(message, len, &q->request);
    if (rcode < 0)
        return false;
    s->counters.requests++;
    if (rcode == DNS_RCODE_NOERROR && over_udp && q->request.qtype == DNS_TYPE_AXFR)
        rcode = DNS_RCODE_FORMERR; /* RFC 5936 4.2: over TCP alone */
    q->rcode = (unsigned)rcode;
    s->counters.malformed += rcode == DNS_RCODE_FORMERR;
    if (rcode != DNS_RCODE_NOERROR)
        return true;
    q->rcode = rpz_zones_find(s->zones, s->o.zone_count, &q->request, message, len, from, q->now_s, &q->tsig, &q->is_signed, &q->error,
                              &q->zone);
    s->counters.refused += q->rcode != DNS_RCODE_NOERROR;
    if (q->rcode == DNS_RCODE_NOERROR && read_zone(s, q->zone, &q->now) < 0)
        q->rcode = DNS_RCODE_SERVFAIL;
    return true;
}

static int refuse(struct asked *q, const uint8_t *message, size_t len, rpz_message_fn *fn, void *self)
{
    return rpz_answer_error(&q->request, q->rcode, q->is_signed ? &q->tsig : NULL, q->error, message, len, q->now_s, fn, self);
}

/* ---- over UDP ---- */

struct datagram {
    int fd;
    struct sockaddr_storage to;
    socklen_t to_len;
};

static int send_datagram(void *self, const uint8_t *octets, size_t len)
{
    const struct datagram *d = self;
    /* One that cannot go now is lost, as datagrams are. */
    return sendto(d->fd, octets + 2, len - 2, MSG_DONTWAIT | MSG_NOSIGNAL, (const struct sockaddr *)&d->to, d->to_len) < 0 ? -errno : 0;
}

static bool take_notify_answer(struct rpz_server *s, const uint8_t *message, size_t len, const struct addr *from)
{
    uint16_t id;
    struct dns_name zone;
    if (!rpz_notify_answer_read(message, len, &id, &zone))
        return false;
    for (unsigned i = 0; i < s->o.zone_count; i++) {
        for (unsigned n = 0; dns_name_equal(&zone, &s->zones[i].name) && n < s->zones[i].notify_count; n++) {
            struct addr to = addr_of_sockaddr((const struct sockaddr *)&s->zones[i].notify[n]);
            if (memcmp(&to, from, sizeof to) == 0)
                (void)rpz_notify_answered(&s->notifies[i][n], id);
        }
    }
    return true;
}

static void take_datagram(struct rpz_server *s, struct datagram *d, size_t len)
{
    struct asked q;
    struct addr from = addr_of_sockaddr((const struct sockaddr *)&d->to);
    if (take_notify_answer(s, s->datagram, len, &from) || !examine(s, s->datagram, len, &from, true, &q))
        return;
    struct rpz_answer *a = q.rcode ? NULL : malloc(sizeof *a);
    int e;
    if (!a) {
        e = refuse(&q, s->datagram, len, send_datagram, d);
    } else {
        e = rpz_answer_begin(a, &q.request, q.is_signed ? &q.tsig : NULL, s->store, &q.now, true, send_datagram, d);
        if (e == 0)
            e = rpz_answer_go_on(a, s->store, q.now_s);
    }
    free(a);
    if (e < 0)
        log_debug("a datagram could not be answered: %s", strerror(-e));
}

static void on_datagram(evutil_socket_t fd, short what, void *self)
{
    (void)what;
    struct listener *l = self;
    for (int i = 0; i < DATAGRAMS_AT_ONCE; i++) {
        struct datagram d = {.fd = (int)fd, .to_len = sizeof d.to};
        ssize_t n = recvfrom((int)fd, l->s->datagram, sizeof l->s->datagram, MSG_DONTWAIT, (struct sockaddr *)&d.to, &d.to_len);
        if (n < 0)
            return;
        if (n <= RPZ_REQUEST_MAX)
            take_datagram(l->s, &d, (size_t)n);
    }
}

/* ---- over TCP ---- */

static void end_transfer(struct client *c, bool complete)
{
    struct rpz_counters *n = &c->s->counters;
    struct rpz_answer *a = c->answer;
    if (!a)
        return;
    bool is_transfer = a->kind != RPZ_ANSWER_SOA;
    n->left_out += a->left_out;
    if (is_transfer && complete) {
        n->records += a->records;
        n->whole += a->kind == RPZ_ANSWER_WHOLE;
        n->incremental += a->kind == RPZ_ANSWER_STEPS;
        struct rpz_delivered d = {.zone = c->zone,
                                  .from = a->kind == RPZ_ANSWER_STEPS ? (uint32_t)a->from : 0,
                                  .serial = (uint32_t)a->serial,
                                  .records = a->records};
        c->s->o.delivered(c->s->o.self, &d);
    }
    n->broken += is_transfer && !complete;
    c->s->transfers[c->zone]--;
    free(a);
    c->answer = NULL;
}

static void drop_client(struct client *c)
{
    struct client **at = &c->s->clients;
    end_transfer(c, false);
    while (*at != c)
        at = &(*at)->next;
    *at = c->next;
    c->s->client_count--;
    bufferevent_free(c->stream);
    free(c);
}

static int put_stream(void *self, const uint8_t *octets, size_t len)
{
    const struct client *c = self;
    return bufferevent_write(c->stream, octets, len) < 0 ? -ENOMEM : 0;
}

/* Reads pieces until enough waits to be taken. False: the client is gone. */
static bool go_on(struct client *c)
{
    struct rpz_server *s = c->s;
    struct evbuffer *out = bufferevent_get_output(c->stream);
    while (!c->written && evbuffer_get_length(out) < LOW_WATER) {
        int e = store_of(s) ? rpz_answer_go_on(c->answer, s->store, (uint64_t)(clock_wall_us() / 1000000)) : -EAGAIN;
        if (e == 1)
            continue;
        if (e < 0) {
            /* What is half said cannot be taken back: the connection ends, and the client asks again. */
            s->counters.outrun += e == -ESTALE;
            if (e != -ESTALE && e != -ENOMEM)
                drop_store(s);
            drop_client(c);
            return false;
        }
        c->written = true;
    }
    return true;
}

static void begin_transfer(struct client *c, struct asked *q, const uint8_t *message, size_t len)
{
    struct rpz_server *s = c->s;
    struct rpz_answer *a = NULL;
    if (q->rcode == DNS_RCODE_NOERROR && s->transfers[q->zone] >= RPZ_TRANSFERS_OF_ZONE)
        q->rcode = DNS_RCODE_REFUSED;
    if (q->rcode == DNS_RCODE_NOERROR && !(a = malloc(sizeof *a)))
        q->rcode = DNS_RCODE_SERVFAIL;
    if (a && rpz_answer_begin(a, &q->request, q->is_signed ? &q->tsig : NULL, s->store, &q->now, false, put_stream, c) < 0) {
        free(a);
        a = NULL;
        q->rcode = DNS_RCODE_SERVFAIL;
    }
    if (!a) {
        c->closing = q->rcode != DNS_RCODE_NOERROR && q->rcode != DNS_RCODE_SERVFAIL;
        if (refuse(q, message, len, put_stream, c) < 0)
            drop_client(c);
        return;
    }
    c->answer = a;
    c->zone = q->zone;
    c->written = false;
    c->began_ms = clock_mono_ms();
    s->transfers[c->zone]++;
    bufferevent_disable(c->stream, EV_READ); /* one at a time; what comes meanwhile waits in the kernel */
    (void)go_on(c);
}

/* One message behind its length, if it is there whole. */
static void take_message(struct client *c)
{
    struct evbuffer *in = bufferevent_get_input(c->stream);
    uint8_t head[2];
    if (c->answer || c->closing || evbuffer_copyout(in, head, sizeof head) < (ev_ssize_t)sizeof head)
        return;
    struct reader r = reader_of(head, sizeof head);
    size_t len = reader_u16(&r);
    if (len > RPZ_REQUEST_MAX || len < DNS_HEADER_LEN) {
        c->s->counters.malformed++;
        drop_client(c);
        return;
    }
    if (evbuffer_get_length(in) < sizeof head + len)
        return;
    uint8_t message[RPZ_REQUEST_MAX];
    struct asked q;
    evbuffer_drain(in, sizeof head);
    evbuffer_remove(in, message, len);
    c->last_ms = clock_mono_ms();
    if (!examine(c->s, message, len, &c->from, false, &q))
        drop_client(c);
    else
        begin_transfer(c, &q, message, len);
}

static void on_readable(struct bufferevent *stream, void *self)
{
    (void)stream;
    take_message(self);
}

static void on_drained(struct bufferevent *stream, void *self)
{
    struct client *c = self;
    bool empty = evbuffer_get_length(bufferevent_get_output(stream)) == 0;
    if (c->answer && !c->written) {
        (void)go_on(c);
        return;
    }
    if (!empty)
        return;
    if (c->closing) {
        drop_client(c);
        return;
    }
    if (c->answer) {
        end_transfer(c, true);
        c->last_ms = clock_mono_ms();
        bufferevent_enable(stream, EV_READ);
    }
    take_message(c); /* that was sent behind the one before */
}

static void on_event(struct bufferevent *stream, short what, void *self)
{
    (void)stream;
    struct client *c = self;
    c->s->counters.clients_dropped += (what & BEV_EVENT_TIMEOUT) != 0;
    drop_client(c);
}

/* The one that has waited longest without a transfer. */
static bool make_room(struct rpz_server *s)
{
    struct client *oldest = NULL;
    for (struct client *c = s->clients; c; c = c->next)
        if (!c->answer && (!oldest || c->last_ms < oldest->last_ms))
            oldest = c;
    if (!oldest)
        return false;
    s->counters.clients_dropped++;
    drop_client(oldest);
    return true;
}

static unsigned clients_of(const struct rpz_server *s, const struct addr *from)
{
    unsigned count = 0;
    for (const struct client *c = s->clients; c; c = c->next)
        count += memcmp(&c->from, from, sizeof *from) == 0;
    return count;
}

static struct client *new_client(struct rpz_server *s, int fd, const struct addr *from)
{
    static const struct timeval idle = {.tv_sec = RPZ_IDLE_S};
    struct client *c = calloc(1, sizeof *c);
    if (!c)
        return NULL;
    *c = (struct client){.s = s, .next = s->clients, .from = *from, .last_ms = clock_mono_ms()};
    c->stream = bufferevent_socket_new(s->o.loop, fd, BEV_OPT_CLOSE_ON_FREE);
    if (!c->stream) {
        free(c);
        return NULL;
    }
    bufferevent_setcb(c->stream, on_readable, on_drained, on_event, c);
    bufferevent_setwatermark(c->stream, EV_READ, 0, RPZ_REQUEST_MAX + 2);
    bufferevent_setwatermark(c->stream, EV_WRITE, LOW_WATER / 2, 0);
    bufferevent_set_timeouts(c->stream, &idle, &idle);
    s->clients = c;
    s->client_count++;
    bufferevent_enable(c->stream, EV_READ | EV_WRITE);
    return c;
}

static void on_connection(evutil_socket_t fd, short what, void *self)
{
    (void)what;
    struct listener *l = self;
    struct rpz_server *s = l->s;
    for (int i = 0; i < ACCEPT_AT_ONCE; i++) {
        struct sockaddr_storage sa;
        socklen_t len = sizeof sa;
        int client = accept4((int)fd, (struct sockaddr *)&sa, &len, SOCK_NONBLOCK | SOCK_CLOEXEC);
        if (client < 0)
            return;
        struct addr from = addr_of_sockaddr((const struct sockaddr *)&sa);
        if (clients_of(s, &from) >= RPZ_CLIENTS_OF_ADDRESS || (s->client_count >= RPZ_CLIENTS_MAX && !make_room(s))) {
            s->counters.clients_dropped++;
            close(client);
        } else if (!new_client(s, client, &from)) {
            close(client);
        }
    }
}

/* ---- NOTIFY ---- */

static const struct listener *listener_for(const struct rpz_server *s, sa_family_t family)
{
    for (unsigned i = 0; i < s->o.socket_count; i++)
        if (s->listeners[i].family == family)
            return &s->listeners[i];
    return NULL;
}

static void notify(struct rpz_server *s, unsigned zone, unsigned number, int64_t serial)
{
    uint8_t message[2 + RPZ_NOTIFY_MESSAGE_MAX];
    const struct rpz_zone *z = &s->zones[zone];
    struct rpz_notify *n = &s->notifies[zone][number];
    const struct listener *l = listener_for(s, z->notify[number].ss_family);
    uint16_t id;
    bool given_up;
    randombytes_buf(&id, sizeof id);
    bool due = rpz_notify_due(n, serial, id, clock_mono_ms(), &given_up);
    if (given_up) {
        char text[ADDR_PORT_TEXT_MAX];
        s->counters.notify_unanswered++;
        log_notice(_("%s does not answer that zone %s of %s has changed; it asks by itself, within %u minutes"),
                   addr_port_format((const struct sockaddr *)&z->notify[number], text), z->text, z->recipient, RPZ_REFRESH_S / 60);
    }
    if (!due || !l)
        return;
    struct addr to = addr_of_sockaddr((const struct sockaddr *)&z->notify[number]);
    size_t len = rpz_notify_write(z, &to, n->id, serial, (uint64_t)(clock_wall_us() / 1000000), message + 2, RPZ_NOTIFY_MESSAGE_MAX);
    struct datagram d = {.fd = l->udp_fd, .to = z->notify[number], .to_len = addr_sockaddr_len((const struct sockaddr *)&z->notify[number])};
    if (len > 0 && send_datagram(&d, message, len + 2) == 0)
        s->counters.notified++;
}

static int look_at_zone(void *self, const struct exchange_zone *now)
{
    struct rpz_server *s = self;
    for (unsigned i = 0; now->state == EXCHANGE_ZONE_SERVED && i < s->o.zone_count; i++)
        for (unsigned n = 0; strcmp(s->zones[i].recipient, now->recipient) == 0 && n < s->zones[i].notify_count; n++)
            notify(s, i, n, now->serial);
    return 0;
}

/* A client that takes its octets one by one may do so for an hour. */
static void end_late(struct rpz_server *s)
{
    uint64_t now_ms = clock_mono_ms();
    for (struct client *c = s->clients, *next; c; c = next) {
        next = c->next;
        if (c->answer && now_ms - c->began_ms > RPZ_TRANSFER_S * UINT64_C(1000)) {
            s->counters.clients_dropped++;
            drop_client(c);
        }
    }
}

static void on_tick(evutil_socket_t fd, short what, void *self)
{
    (void)fd, (void)what;
    struct rpz_server *s = self;
    end_late(s);
    if (store_of(s) && exchange_zone_each(s->store, look_at_zone, s) < 0)
        drop_store(s);
}

/* ---- making ---- */

static int listen_on(struct rpz_server *s, struct listener *l, int udp, int tcp)
{
    struct sockaddr_storage sa = {0};
    socklen_t len = sizeof sa;
    *l = (struct listener){.s = s, .udp_fd = udp, .tcp_fd = tcp};
    if (getsockname(udp, (struct sockaddr *)&sa, &len) == 0)
        l->family = sa.ss_family;
    l->udp = event_new(s->o.loop, udp, EV_READ | EV_PERSIST, on_datagram, l);
    l->tcp = event_new(s->o.loop, tcp, EV_READ | EV_PERSIST, on_connection, l);
    return l->udp && l->tcp && event_add(l->udp, NULL) == 0 && event_add(l->tcp, NULL) == 0 ? 0 : -ENOMEM;
}

int rpz_server_new(const struct rpz_server_options *options, struct rpz_server **ret_server)
{
    static const struct timeval period = {.tv_usec = RPZ_POLL_MS * 1000};
    if (options->socket_count > RPZ_LISTEN_MAX || options->zone_count > RPZ_ZONES_MAX)
        return -EINVAL;
    struct rpz_server *s = calloc(1, sizeof *s);
    if (!s)
        return -ENOMEM;
    s->o = *options;
    memcpy(s->zones, options->zones, options->zone_count * sizeof *options->zones);
    s->o.zones = NULL;
    int e = snprintf(s->path, sizeof s->path, "%s", options->store) < (int)sizeof s->path ? 0 : -ENAMETOOLONG;
    s->tick = e == 0 ? event_new(options->loop, -1, EV_PERSIST, on_tick, s) : NULL;
    if (e == 0 && (!s->tick || event_add(s->tick, &period) < 0))
        e = -ENOMEM;
    for (unsigned i = 0; e == 0 && i < options->socket_count; i++)
        e = listen_on(s, &s->listeners[i], options->udp[i], options->tcp[i]);
    if (e < 0) {
        rpz_server_free(s);
        return e;
    }
    *ret_server = s;
    return 0;
}

void rpz_server_free(struct rpz_server *s)
{
    if (!s)
        return;
    while (s->clients)
        drop_client(s->clients);
    for (unsigned i = 0; i < RPZ_LISTEN_MAX; i++) {
        if (s->listeners[i].udp)
            event_free(s->listeners[i].udp);
        if (s->listeners[i].tcp)
            event_free(s->listeners[i].tcp);
    }
    if (s->tick)
        event_free(s->tick);
    exchange_close(s->store);
    sodium_memzero(s->zones, sizeof s->zones);
    free(s);
}

void rpz_server_set_key(struct rpz_server *s, unsigned zone, const struct tsig_key *key)
{
    if (zone >= s->o.zone_count)
        return;
    s->zones[zone].has_key = key != NULL;
    if (key)
        s->zones[zone].key = *key;
}

const struct rpz_counters *rpz_server_counters(const struct rpz_server *s)
{
    return &s->counters;
}
