/* Cuts a stream socket into bounded messages, and queues messages for a peer that reads slowly. */
#include "base/channel.h"

#include <assert.h>
#include <errno.h>
#include <event2/event.h>
#include <poll.h>
#include <stdbool.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "base/clock.h"
#include "base/writer.h"

#define HEAD_LEN 6               /* u32 length, u16 type */
#define TYPE_LEN 2               /* what the length counts besides the payload */
#define BUFFER_START 4096u       /* first size of either buffer */
#define BUFFER_KEEP (256u << 10) /* a buffer larger than this is given back once it is empty */
#define READ_MIN (16u << 10)     /* room offered to one recv */

/* Bytes [at, at + len) of a heap block that never grows past max. */
struct queue {
    uint8_t *bytes;
    size_t at, len, size, max;
};

struct channel {
    int fd;
    struct event *read_event, *write_event;
    struct queue in, out;
    size_t message_max;
    struct channel_handler handler;
    unsigned busy; /* callbacks running: channel_free waits for them to return */
    bool ended;    /* on_end was told */
    bool dying;    /* channel_free was called from inside a callback */
};

/* Room for n more bytes at the end: first by moving the content to the front, then by doubling. */
static int queue_make_room(struct queue *q, size_t n)
{
    if (n > q->max - q->len)
        return -ENOBUFS;
    if (n <= q->size - q->at - q->len)
        return 0;
    if (n <= q->size - q->len) {
        memmove(q->bytes, q->bytes + q->at, q->len);
        q->at = 0;
        return 0;
    }
    size_t size = q->size ? q->size : BUFFER_START;
    while (size - q->len < n)
        size = size > q->max / 2 ? q->max : size * 2;
    uint8_t *bytes = malloc(size);
    if (!bytes)
        return -ENOMEM;
    if (q->len > 0)
        memcpy(bytes, q->bytes + q->at, q->len);
    free(q->bytes);
    q->bytes = bytes;
    q->at = 0;
    q->size = size;
    return 0;
}

static void queue_drop(struct queue *q, size_t n)
{
    assert(n <= q->len);
    q->at += n;
    q->len -= n;
    if (q->len > 0)
        return;
    q->at = 0;
    if (q->size > BUFFER_KEEP) {
        free(q->bytes);
        q->bytes = NULL;
        q->size = 0;
    }
}

static void stop_events(struct channel *c)
{
    if (c->read_event)
        event_free(c->read_event);
    if (c->write_event)
        event_free(c->write_event);
    c->read_event = c->write_event = NULL;
}

static void release(struct channel *c)
{
    stop_events(c);
    close(c->fd);
    free(c->in.bytes);
    free(c->out.bytes);
    free(c);
}

static void enter(struct channel *c)
{
    c->busy++;
}

/* After this the channel may be gone. */
static void leave(struct channel *c)
{
    if (--c->busy == 0 && c->dying)
        release(c);
}

static void end(struct channel *c, int reason)
{
    if (c->ended || c->dying)
        return;
    c->ended = true;
    stop_events(c);
    c->handler.on_end(c, reason, c->handler.self);
}

/* Hands over whole messages; negative when the peer breaks the framing. */
static int deliver(struct channel *c)
{
    while (!c->ended && !c->dying && c->in.len >= HEAD_LEN) {
        struct reader r = reader_of(c->in.bytes + c->in.at, c->in.len);
        uint32_t len = reader_u32(&r);
        if (len < TYPE_LEN)
            return -EBADMSG;
        if (len - TYPE_LEN > c->message_max)
            return -EMSGSIZE;
        struct reader body = reader_sub(&r, len);
        if (body.failed)
            return 0; /* the rest has not arrived */
        uint16_t type = reader_u16(&body);
        c->handler.on_message(c, type, body, c->handler.self);
        queue_drop(&c->in, (size_t)len + 4);
    }
    return 0;
}

/* How much to read: the rest of a frame whose length is known, but no less than READ_MIN where the bound allows. The
 * buffer follows what has arrived, so a peer that only announces a long frame costs nothing. */
static size_t read_room(const struct queue *q)
{
    size_t want = q->len > READ_MIN ? q->len : READ_MIN;
    size_t left = q->max - q->len;
    return want < left ? want : left;
}

static void on_readable(evutil_socket_t fd, short what, void *self)
{
    (void)what;
    struct channel *c = self;
    enter(c);
    int r = queue_make_room(&c->in, read_room(&c->in));
    if (r == 0) {
        size_t at = c->in.at + c->in.len;
        ssize_t n = recv(fd, c->in.bytes + at, c->in.size - at, 0);
        if (n > 0) {
            c->in.len += (size_t)n;
            r = deliver(c);
        } else if (n == 0) {
            r = -ECONNRESET;
        } else if (errno != EAGAIN && errno != EINTR) {
            r = -errno;
        }
    }
    if (r < 0)
        end(c, r);
    leave(c);
}

static void on_writable(evutil_socket_t fd, short what, void *self)
{
    (void)what;
    struct channel *c = self;
    enter(c);
    ssize_t n = send(fd, c->out.bytes + c->out.at, c->out.len, MSG_NOSIGNAL);
    if (n >= 0) {
        queue_drop(&c->out, (size_t)n);
        if (c->out.len == 0)
            event_del(c->write_event);
    } else if (errno != EAGAIN && errno != EINTR) {
        end(c, errno == EPIPE ? -ECONNRESET : -errno);
    }
    leave(c);
}

int channel_new(struct event_base *loop, int fd, size_t message_max, size_t queue_max,
                struct channel_handler handler, struct channel **ret_channel)
{
    if (message_max > UINT32_MAX - TYPE_LEN || !handler.on_message || !handler.on_end)
        return -EINVAL;
    struct channel *c = calloc(1, sizeof *c);
    if (!c)
        return -ENOMEM;
    c->fd = fd;
    c->message_max = message_max;
    c->handler = handler;
    /* One whole frame always fits; the second part lets short frames behind it come in the same read. */
    c->in.max = HEAD_LEN + message_max + READ_MIN;
    c->out.max = queue_max;
    c->read_event = event_new(loop, fd, EV_READ | EV_PERSIST, on_readable, c);
    c->write_event = event_new(loop, fd, EV_WRITE | EV_PERSIST, on_writable, c);
    if (!c->read_event || !c->write_event || event_add(c->read_event, NULL) < 0) {
        stop_events(c);
        free(c);
        return -ENOMEM;
    }
    *ret_channel = c;
    return 0;
}

void channel_free(struct channel *c)
{
    if (!c)
        return;
    if (c->busy > 0) {
        c->dying = true;
        stop_events(c);
        return;
    }
    release(c);
}

static void put_head(uint8_t *head, uint16_t type, size_t len)
{
    writer_put_u32(head, (uint32_t)(len + TYPE_LEN));
    writer_put_u16(head + 4, type);
}

int channel_send(struct channel *c, uint16_t type, const void *payload, size_t len)
{
    if (len > c->message_max)
        return -EMSGSIZE;
    if (c->ended || c->dying)
        return -ECONNRESET;
    int r = queue_make_room(&c->out, HEAD_LEN + len);
    if (r < 0)
        return r;
    if (c->out.len == 0 && event_add(c->write_event, NULL) < 0)
        return -ENOMEM;
    uint8_t *to = c->out.bytes + c->out.at + c->out.len;
    put_head(to, type, len);
    if (len > 0)
        memcpy(to + HEAD_LEN, payload, len);
    c->out.len += HEAD_LEN + len;
    return 0;
}

size_t channel_queued(const struct channel *c)
{
    return c->out.len;
}

/* Waits until the descriptor is ready. deadline_ms 0: for ever. */
static int wait_ready(int fd, short events, uint64_t deadline_ms)
{
    for (;;) {
        int timeout = -1;
        if (deadline_ms > 0) {
            uint64_t now = clock_mono_ms();
            if (now >= deadline_ms)
                return -ETIMEDOUT;
            timeout = (int)(deadline_ms - now);
        }
        struct pollfd p = {.fd = fd, .events = events};
        int n = poll(&p, 1, timeout);
        if (n > 0)
            return 0;
        if (n < 0 && errno != EINTR)
            return -errno;
    }
}

static int send_all(int fd, const uint8_t *bytes, size_t len)
{
    while (len > 0) {
        ssize_t n = send(fd, bytes, len, MSG_NOSIGNAL);
        if (n > 0) {
            bytes += n;
            len -= (size_t)n;
        } else if (errno == EAGAIN) {
            int r = wait_ready(fd, POLLOUT, 0);
            if (r < 0)
                return r;
        } else if (errno != EINTR) {
            return errno == EPIPE ? -ECONNRESET : -errno;
        }
    }
    return 0;
}

int channel_send_blocking(int fd, uint16_t type, const void *payload, size_t len)
{
    if (len > UINT32_MAX - TYPE_LEN)
        return -EMSGSIZE;
    uint8_t head[HEAD_LEN];
    put_head(head, type, len);
    int r = send_all(fd, head, sizeof head);
    return r < 0 ? r : send_all(fd, payload, len);
}

static int recv_all(int fd, uint8_t *bytes, size_t len, uint64_t deadline_ms)
{
    while (len > 0) {
        int r = wait_ready(fd, POLLIN, deadline_ms);
        if (r < 0)
            return r;
        ssize_t n = recv(fd, bytes, len, MSG_DONTWAIT);
        if (n == 0)
            return -ECONNRESET;
        if (n > 0) {
            bytes += n;
            len -= (size_t)n;
        } else if (errno != EAGAIN && errno != EINTR) {
            return -errno;
        }
    }
    return 0;
}

int channel_recv_blocking(int fd, size_t message_max, int timeout_ms, uint16_t *ret_type, uint8_t **ret_payload,
                          size_t *ret_len)
{
    uint64_t deadline_ms = timeout_ms < 0 ? 0 : clock_mono_ms() + (uint64_t)timeout_ms;
    uint8_t head[HEAD_LEN];
    int r = recv_all(fd, head, sizeof head, deadline_ms);
    if (r < 0)
        return r;
    struct reader reader = reader_of(head, sizeof head);
    uint32_t len = reader_u32(&reader);
    uint16_t type = reader_u16(&reader);
    if (len < TYPE_LEN)
        return -EBADMSG;
    len -= TYPE_LEN;
    if (len > message_max)
        return -EMSGSIZE;
    autofree uint8_t *payload = malloc(len > 0 ? len : 1);
    if (!payload)
        return -ENOMEM;
    r = recv_all(fd, payload, len, deadline_ms);
    if (r < 0)
        return r;
    *ret_type = type;
    *ret_len = len;
    *ret_payload = steal(payload);
    return 0;
}
