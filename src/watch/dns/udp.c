/* Reads datagrams in batches, answers what can be answered at once, and sends the answers in one call. */
#include <errno.h>
#include <event2/event.h>
#include <stdlib.h>
#include <sys/socket.h>

#include "base/clock.h"
#include "watch/dns/worker.h"

struct udp_socket {
    struct dns_worker *worker;
    struct event *event;
    unsigned number;
};

/* Everything a batch needs, once a worker: nothing is allocated while answering. */
struct udp_batch {
    struct udp_socket sockets[DNS_SOCKETS_MAX];
    struct mmsghdr in[DNS_BATCH], out[DNS_BATCH];
    struct iovec in_iov[DNS_BATCH], out_iov[DNS_BATCH];
    union client_sockaddr from[DNS_BATCH];
    uint8_t control[DNS_BATCH][CLIENT_CONTROL_MAX] __attribute__((aligned(16)));
    struct work work[DNS_BATCH];
    uint8_t query[DNS_BATCH][DNS_QUERY_MAX];
    uint8_t answer[DNS_BATCH][DNS_UDP_PAYLOAD_MAX];
    uint8_t *probes; /* DNS_BATCH of them */
};

static struct dns_probes *probes_at(const struct dns_worker *w, unsigned i)
{
    return (struct dns_probes *)(w->udp->probes + i * w->o.policy.probes_size);
}

static int receive(struct dns_worker *w, unsigned socket)
{
    struct udp_batch *b = w->udp;
    bool wildcard = w->o.sockets[socket].wildcard;
    for (unsigned i = 0; i < DNS_BATCH; i++) {
        struct msghdr *h = &b->in[i].msg_hdr;
        h->msg_namelen = sizeof b->from[i];
        h->msg_control = wildcard ? b->control[i] : NULL;
        h->msg_controllen = wildcard ? CLIENT_CONTROL_MAX : 0;
    }
    return recvmmsg(w->o.sockets[socket].fd, b->in, DNS_BATCH, MSG_DONTWAIT, NULL);
}

static void begin_all(struct dns_worker *w, unsigned n)
{
    struct udp_batch *b = w->udp;
    for (unsigned i = 0; i < n; i++) {
        struct work *work = &b->work[i];
        work->message = b->query[i];
        work->message_len = b->in[i].msg_len;
        if (b->in[i].msg_hdr.msg_flags & MSG_TRUNC)
            work->message_len = 0; /* longer than any query: counted as having no header, not answered */
        work->transport = DNS_TRANSPORT_UDP;
        work->asker.client = addr_of_sockaddr(&b->from[i].sa);
        work->asker.group = worker_group_of(w, &work->asker.client);
        work->known_by_token = false;
        work->answer = b->answer[i];
        work->answer_max = DNS_UDP_PAYLOAD_MAX;
        respond_begin(w, work, probes_at(w, i));
    }
    for (unsigned i = 0; i < n; i++)
        respond_fetch(w, &b->work[i]);
}

static void resolve(struct dns_worker *w, unsigned socket, unsigned i)
{
    struct udp_batch *b = w->udp;
    struct client client = {.transport = DNS_TRANSPORT_UDP, .socket = socket, .from = b->from[i]};
    if (w->o.sockets[socket].wildcard && b->in[i].msg_hdr.msg_controllen <= CLIENT_CONTROL_MAX) {
        client.control_len = b->in[i].msg_hdr.msg_controllen;
        memcpy(client.control, b->control[i], client.control_len);
    }
    pending_start(w, &b->work[i], &client);
}

/* Collects the answers; returns how many there are to send. */
static unsigned finish_all(struct dns_worker *w, unsigned socket, unsigned n)
{
    struct udp_batch *b = w->udp;
    unsigned ready = 0;
    for (unsigned i = 0; i < n; i++) {
        struct work *work = &b->work[i];
        respond_finish(w, work, probes_at(w, i));
        if (work->state != WORK_DONE || work->answer_len == 0)
            continue;
        if (unlikely(guard_has_options(&work->query)))
            work->answer_len = guard_add_options(w, &work->query, work->transport, &work->asker.client, work->answer,
                                                 work->answer_len);
        struct msghdr *h = &b->out[ready].msg_hdr;
        const struct msghdr *in = &b->in[i].msg_hdr;
        h->msg_name = &b->from[i];
        h->msg_namelen = in->msg_namelen;
        h->msg_control = in->msg_controllen > 0 ? b->control[i] : NULL;
        h->msg_controllen = in->msg_controllen;
        b->out_iov[ready] = (struct iovec){work->answer, work->answer_len};
        if (work->answer[2] & DNS_FLAG_TC >> 8)
            dns_count(&w->o.counters->truncated, 1);
        ready++;
    }
    /* Only now: resolving may answer at once, through buffers that the loop above still uses. */
    for (unsigned i = 0; i < n; i++)
        if (b->work[i].state == WORK_RESOLVE)
            resolve(w, socket, i);
        else if (unlikely(b->work[i].refresh))
            pending_refresh(w, &b->work[i]);
    return ready;
}

static void send_all(struct dns_worker *w, unsigned socket, unsigned n)
{
    struct udp_batch *b = w->udp;
    for (unsigned done = 0; done < n;) {
        int sent = sendmmsg(w->o.sockets[socket].fd, b->out + done, n - done, MSG_DONTWAIT);
        if (sent > 0) {
            done += (unsigned)sent;
            continue;
        }
        if (sent < 0 && errno == EINTR)
            continue;
        dns_count(&w->o.counters->send_failures, 1);
        done++; /* this one cannot be sent (no route, full buffer): the client asks again */
    }
}

static void record_all(struct dns_worker *w, unsigned n)
{
    struct udp_batch *b = w->udp;
    uint32_t latency_us = (uint32_t)((clock_mono_ns() - w->mono_ns) / 1000);
    for (unsigned i = 0; i < n; i++)
        if (b->work[i].state == WORK_DONE)
            worker_observe(w, &b->work[i], w->now_us, latency_us);
    worker_publish(w);
}

static void on_readable(evutil_socket_t fd, short what, void *self)
{
    (void)fd, (void)what;
    struct udp_socket *s = self;
    struct dns_worker *w = s->worker;
    for (int batch = 0; batch < DNS_BATCHES_IN_A_ROW; batch++) {
        int n = receive(w, s->number);
        if (n <= 0)
            return;
        worker_begin_batch(w);
        begin_all(w, (unsigned)n);
        unsigned ready = finish_all(w, s->number, (unsigned)n);
        worker_end_batch(w);
        send_all(w, s->number, ready);
        record_all(w, (unsigned)n);
    }
}

void udp_send(struct dns_worker *w, const struct client *client, const uint8_t *answer, size_t len)
{
    struct iovec iov = {(void *)(uintptr_t)answer, len};
    struct msghdr h = {
        .msg_name = (void *)(uintptr_t)&client->from,
        .msg_namelen = addr_sockaddr_len(&client->from.sa),
        .msg_iov = &iov,
        .msg_iovlen = 1,
        .msg_control = client->control_len ? (void *)(uintptr_t)client->control : NULL,
        .msg_controllen = client->control_len,
    };
    if (sendmsg(w->o.sockets[client->socket].fd, &h, MSG_DONTWAIT) < 0)
        dns_count(&w->o.counters->send_failures, 1);
}

int udp_new(struct dns_worker *w)
{
    struct udp_batch *b = calloc(1, sizeof *b);
    if (!b)
        return -ENOMEM;
    w->udp = b;
    b->probes = calloc(DNS_BATCH, w->o.policy.probes_size);
    if (!b->probes)
        return -ENOMEM;
    for (unsigned i = 0; i < DNS_BATCH; i++) {
        b->in_iov[i] = (struct iovec){b->query[i], DNS_QUERY_MAX};
        b->in[i].msg_hdr = (struct msghdr){.msg_name = &b->from[i], .msg_iov = &b->in_iov[i], .msg_iovlen = 1};
        b->out[i].msg_hdr = (struct msghdr){.msg_iov = &b->out_iov[i], .msg_iovlen = 1};
    }
    for (unsigned i = 0; i < w->o.socket_count; i++) {
        if (w->o.sockets[i].transport != DNS_TRANSPORT_UDP)
            continue;
        struct udp_socket *s = &b->sockets[i];
        *s = (struct udp_socket){.worker = w, .number = i};
        s->event = event_new(w->loop, w->o.sockets[i].fd, EV_READ | EV_PERSIST, on_readable, s);
        if (!s->event || event_add(s->event, NULL) < 0)
            return -ENOMEM;
    }
    return 0;
}

void udp_free(struct dns_worker *w)
{
    if (!w->udp)
        return;
    for (unsigned i = 0; i < DNS_SOCKETS_MAX; i++)
        if (w->udp->sockets[i].event)
            event_free(w->udp->sockets[i].event);
    free(w->udp->probes);
    free(w->udp);
    w->udp = NULL;
}
