/* Event streams: what is published on a channel waits in a bounded queue of each stream until its connection takes it. */
#include <stdlib.h>
#include <string.h>

#include "api/front/front_impl.h"
#include "base/clock.h"

enum { FIRST_OCTETS = 4096 };

/* https://html.spec.whatwg.org/multipage/server-sent-events.html: what a page gets that was too slow. */
static const char lost_event[] = "event: lost\ndata: {}\n\n";

struct stream {
    struct stream *next;
    struct front *front;
    struct MHD_Connection *connection;
    uint32_t channel;
    uint64_t until_ms;
    bool is_asleep; /* suspended: resume it when there is something */
    bool is_over;
    bool has_lost;
    size_t start, len, max;
    char *queue; /* octets `start` to `start + len` wait */
};

/* ---- under the lock ---- */

static void wake(struct stream *s)
{
    if (!s->is_asleep)
        return;
    s->is_asleep = false;
    MHD_resume_connection(s->connection);
}

static bool append(struct stream *s, const char *octets, size_t len)
{
    if (s->len + len > FRONT_STREAM_QUEUE_OCTETS)
        return false;
    if (s->start + s->len + len > s->max) {
        if (s->start > 0)
            memmove(s->queue, s->queue + s->start, s->len);
        s->start = 0;
        size_t max = s->max ? s->max : FIRST_OCTETS;
        while (max < s->len + len)
            max *= 2;
        char *more = max == s->max ? s->queue : realloc(s->queue, max);
        if (!more)
            return false;
        s->queue = more;
        s->max = max;
    }
    memcpy(s->queue + s->start + s->len, octets, len);
    s->len += len;
    return true;
}

/* Events are whole or missing: what does not fit is not begun. */
static void give(struct stream *s, const char *octets, size_t len)
{
    if (s->is_over)
        return;
    if (s->has_lost && append(s, lost_event, sizeof lost_event - 1))
        s->has_lost = false;
    if (s->has_lost || !append(s, octets, len)) {
        s->has_lost = true;
        atomic_fetch_add(&s->front->stream_lost, 1);
    }
    wake(s);
}

/* ---- from the server's threads ---- */

static ssize_t on_read(void *self, uint64_t position, char *to, size_t max)
{
    (void)position;
    struct stream *s = self;
    struct front *f = s->front;
    pthread_mutex_lock(&f->lock);
    size_t n = s->len < max ? s->len : max;
    if (n > 0) {
        memcpy(to, s->queue + s->start, n);
        s->start += n;
        s->len -= n;
        if (s->len == 0)
            s->start = 0;
    }
    bool is_over = n == 0 && (s->is_over || clock_mono_ms() > s->until_ms);
    if (n == 0 && !is_over && !s->is_asleep) {
        s->is_asleep = true;
        MHD_suspend_connection(s->connection);
    }
    pthread_mutex_unlock(&f->lock);
    atomic_fetch_add(&f->stream_octets, n);
    return is_over ? MHD_CONTENT_READER_END_OF_STREAM : (ssize_t)n;
}

static void on_free(void *self)
{
    struct stream *s = self;
    struct front *f = s->front;
    pthread_mutex_lock(&f->lock);
    struct stream **at = &f->streams;
    while (*at && *at != s)
        at = &(*at)->next;
    if (*at)
        *at = s->next;
    pthread_mutex_unlock(&f->lock);
    atomic_fetch_sub(&f->stream_count, 1);
    f->o.hooks.left(f->o.hooks.self, s->channel);
    free(s->queue);
    free(s);
}

struct MHD_Response *front_stream_response(struct front *f, struct MHD_Connection *connection, uint32_t channel)
{
    struct stream *s = atomic_fetch_add(&f->stream_count, 1) < FRONT_STREAMS_MAX ? calloc(1, sizeof *s) : NULL;
    struct MHD_Response *r = NULL;
    if (s) {
        *s = (struct stream){.front = f, .connection = connection, .channel = channel, .until_ms = clock_mono_ms() + FRONT_STREAM_S * 1000};
        r = MHD_create_response_from_callback(MHD_SIZE_UNKNOWN, 16 << 10, on_read, s, on_free);
    }
    if (!r) {
        atomic_fetch_sub(&f->stream_count, 1);
        f->o.hooks.left(f->o.hooks.self, channel);
        free(s);
        return NULL;
    }
    pthread_mutex_lock(&f->lock);
    s->next = f->streams;
    f->streams = s;
    pthread_mutex_unlock(&f->lock);
    return r;
}

/* ---- from the role's loop ---- */

void front_publish(struct front *f, uint32_t channel, const char *octets, size_t len)
{
    pthread_mutex_lock(&f->lock);
    for (struct stream *s = f->streams; s; s = s->next)
        if (s->channel == channel)
            give(s, octets, len);
    pthread_mutex_unlock(&f->lock);
}

void front_end_streams(struct front *f)
{
    pthread_mutex_lock(&f->lock);
    for (struct stream *s = f->streams; s; s = s->next) {
        s->is_over = true;
        wake(s);
    }
    pthread_mutex_unlock(&f->lock);
}
