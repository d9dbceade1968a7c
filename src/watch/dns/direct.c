/* One connected datagram socket for each question, and a connection when the answer does not fit. */
#include "watch/dns/direct.h"

#include <errno.h>
#include <event2/buffer.h>
#include <event2/bufferevent.h>
#include <event2/event.h>
#include <stdlib.h>
#include <sys/random.h>
#include <unistd.h>

#include "proto/dns/message.h"
#include "proto/dns/opt.h"

enum { PREFIX_LEN = 2, QUESTION_MAX = DNS_HEADER_LEN + DNS_NAME_MAX + 4 + DNS_OPT_LEN, STRAYS_MAX = 16 };

struct question {
    struct direct *direct;
    struct question *next, *prev;
    upstream_done_fn *done;
    void *self;
    struct sockaddr_storage server;
    int fd;
    struct event *readable, *deadline;
    struct bufferevent *stream; /* NULL: it is asked by UDP */
    unsigned strays;            /* datagrams that were no answer to it */
    size_t len;
    uint8_t message[PREFIX_LEN + QUESTION_MAX];
};

struct direct {
    struct event_base *loop;
    const struct upstream_options *options;
    struct question ring; /* head of those under way */
};

static const struct timeval patience = {.tv_sec = DNS_DIRECT_MS / 1000,
                                        .tv_usec = DNS_DIRECT_MS % 1000 * 1000};

static void question_free(struct question *q)
{
    q->prev->next = q->next;
    q->next->prev = q->prev;
    if (q->readable)
        event_free(q->readable);
    if (q->deadline)
        event_free(q->deadline);
    if (q->stream)
        bufferevent_free(q->stream);
    if (q->fd >= 0)
        close(q->fd);
    free(q);
}

static void finish(struct question *q, const uint8_t *message, size_t len)
{
    struct upstream_result r = {
        .rcode = message ? message[3] & DNS_FLAG_RCODE : DNS_RCODE_SERVFAIL, .message = message, .len = len};
    q->done(q->self, &r);
    question_free(q);
}

static void on_deadline(evutil_socket_t fd, short what, void *self)
{
    (void)fd, (void)what;
    finish(self, NULL, 0);
}

/* RFC 5452 9.1: identifier and question are those that were sent; the socket holds to the address. */
static bool is_answer(const struct question *q, const uint8_t *message, size_t len)
{
    struct dns_walk asked, answer;
    return dns_walk_begin(&asked, q->message + PREFIX_LEN, q->len) == 0 &&
           dns_walk_begin(&answer, message, len) == 0 && answer.id == asked.id &&
           (answer.flags & (DNS_FLAG_QR | DNS_FLAG_OPCODE)) == DNS_FLAG_QR && answer.qtype == asked.qtype &&
           answer.qclass == asked.qclass && dns_name_equal(&answer.qname, &asked.qname);
}

/* ---- TCP ---- */

static void on_stream_data(struct bufferevent *stream, void *self)
{
    static _Thread_local uint8_t message[PREFIX_LEN + DNS_MESSAGE_MAX];
    struct question *q = self;
    struct evbuffer *in = bufferevent_get_input(stream);
    if (evbuffer_copyout(in, message, PREFIX_LEN) < PREFIX_LEN)
        return;
    size_t len = (size_t)message[0] << 8 | message[1];
    if (evbuffer_get_length(in) < PREFIX_LEN + len)
        return;
    evbuffer_remove(in, message, PREFIX_LEN + len);
    bool good = is_answer(q, message + PREFIX_LEN, len);
    finish(q, good ? message + PREFIX_LEN : NULL, good ? len : 0);
}

static void on_stream_event(struct bufferevent *stream, short what, void *self)
{
    (void)stream;
    if (!(what & BEV_EVENT_CONNECTED))
        finish(self, NULL, 0);
}

static int bind_own(const struct direct *d, int fd, int family)
{
    const struct upstream_options *o = d->options;
    const struct addr *own[DNS_SEND_FROM_MAX];
    unsigned count = 0;
    uint16_t random;
    for (unsigned i = 0; i < o->send_from_count; i++)
        if (addr_is_v4(&o->send_from[i]) == (family == AF_INET))
            own[count++] = &o->send_from[i];
    if (o->send_from_count == 0)
        return 0;
    if (count == 0 || getrandom(&random, sizeof random, GRND_NONBLOCK) != sizeof random)
        return -EADDRNOTAVAIL;
    struct sockaddr_storage sa;
    addr_to_sockaddr(own[random % count], 0, &sa);
    return bind(fd, (struct sockaddr *)&sa, addr_sockaddr_len((struct sockaddr *)&sa)) < 0 ? -errno : 0;
}

static int open_socket(const struct direct *d, int family, int type)
{
    int fd = socket(family, type | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
    if (fd < 0)
        return -errno;
    int e = bind_own(d, fd, family);
    if (e < 0)
        close(fd);
    return e < 0 ? e : fd;
}

static int ask_by_stream(struct question *q)
{
    const struct sockaddr *sa = (const struct sockaddr *)&q->server;
    int fd = open_socket(q->direct, sa->sa_family, SOCK_STREAM);
    if (fd < 0)
        return fd;
    q->stream = bufferevent_socket_new(q->direct->loop, fd, BEV_OPT_CLOSE_ON_FREE | BEV_OPT_DEFER_CALLBACKS);
    if (!q->stream) {
        close(fd);
        return -ENOMEM;
    }
    writer_put_u16(q->message, (uint16_t)q->len);
    bufferevent_setcb(q->stream, on_stream_data, NULL, on_stream_event, q);
    bufferevent_setwatermark(q->stream, EV_READ, 0, PREFIX_LEN + DNS_MESSAGE_MAX);
    if (event_add(q->deadline, &patience) < 0 ||
        bufferevent_write(q->stream, q->message, PREFIX_LEN + q->len) < 0 ||
        bufferevent_enable(q->stream, EV_READ | EV_WRITE) < 0 ||
        bufferevent_socket_connect(q->stream, sa, (int)addr_sockaddr_len(sa)) < 0)
        return -EIO;
    return 0;
}

/* ---- UDP ---- */

/* Rather than wait for the kernel to look for the rest, it is dropped: the answer comes anew by the
 * connection. */
static void go_by_stream(struct question *q)
{
    event_free(q->readable);
    q->readable = NULL;
    if (ask_by_stream(q) < 0)
        finish(q, NULL, 0);
}

static void on_readable(evutil_socket_t fd, short what, void *self)
{
    static _Thread_local uint8_t message[DNS_MESSAGE_MAX];
    struct question *q = self;
    (void)what;
    for (;;) {
        ssize_t n = recv(fd, message, sizeof message, MSG_DONTWAIT);
        if (n < 0 && (errno == EAGAIN || errno == EINTR))
            return;
        if (n < 0) { /* nobody is there */
            finish(q, NULL, 0);
            return;
        }
        if (is_answer(q, message, (size_t)n)) {
            if (message[2] & DNS_FLAG_TC >> 8)
                go_by_stream(q);
            else
                finish(q, message, (size_t)n);
            return;
        }
        if (++q->strays == STRAYS_MAX) { /* somebody guesses: RFC 5452 9.3 */
            finish(q, NULL, 0);
            return;
        }
    }
}

static int ask_by_datagram(struct question *q)
{
    const struct sockaddr *sa = (const struct sockaddr *)&q->server;
    q->fd = open_socket(q->direct, sa->sa_family, SOCK_DGRAM);
    if (q->fd < 0)
        return q->fd;
    if (connect(q->fd, sa, addr_sockaddr_len(sa)) < 0 ||
        send(q->fd, q->message + PREFIX_LEN, q->len, MSG_DONTWAIT | MSG_NOSIGNAL) < 0)
        return -errno;
    q->readable = event_new(q->direct->loop, q->fd, EV_READ | EV_PERSIST, on_readable, q);
    q->deadline = evtimer_new(q->direct->loop, on_deadline, q);
    return q->readable && q->deadline && event_add(q->readable, NULL) == 0 &&
                   event_add(q->deadline, &patience) == 0
               ? 0
               : -ENOMEM;
}

static int write_question(struct question *to, const struct dns_query *q)
{
    uint16_t id;
    if (getrandom(&id, sizeof id, GRND_NONBLOCK) != sizeof id)
        return -EAGAIN;
    struct writer w = writer_of(to->message + PREFIX_LEN, QUESTION_MAX);
    writer_u16(&w, id);
    writer_u16(&w, 0); /* without RD: what is not the server's own is not looked for */
    writer_u16(&w, 1);
    writer_u16(&w, 0);
    writer_u32(&w, 0);
    writer_bytes(&w, q->name.wire, q->name.len);
    writer_u16(&w, q->qtype);
    writer_u16(&w, q->qclass);
    static const struct dns_opt opt = {.ede = DNS_EDE_NONE};
    dns_opt_append(&w, &opt);
    to->len = w.len;
    return 0;
}

/* ---- direct.h ---- */

int direct_new(struct event_base *loop, const struct upstream_options *options, struct direct **ret_direct)
{
    struct direct *d = calloc(1, sizeof *d);
    if (!d)
        return -ENOMEM;
    d->loop = loop;
    d->options = options;
    d->ring.next = d->ring.prev = &d->ring;
    *ret_direct = d;
    return 0;
}

void direct_free(struct direct *d)
{
    if (!d)
        return;
    while (d->ring.next != &d->ring)
        question_free(d->ring.next);
    free(d);
}

int direct_ask(struct direct *d, const struct addr *server, uint16_t port, const struct dns_query *q,
               upstream_done_fn *done, void *self)
{
    if (addr_is_loopback(server) && !d->options->loopback_upstream)
        return -EPERM;
    struct question *to = calloc(1, sizeof *to);
    if (!to)
        return -ENOMEM;
    to->direct = d;
    to->done = done;
    to->self = self;
    to->fd = -1;
    to->next = &d->ring;
    to->prev = d->ring.prev;
    to->next->prev = to->prev->next = to;
    addr_to_sockaddr(server, port, &to->server);
    int e = write_question(to, q);
    if (e == 0)
        e = ask_by_datagram(to);
    if (e < 0)
        question_free(to);
    return e;
}
