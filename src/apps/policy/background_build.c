/* Runs one build at a time. */
#include "apps/policy/background_build.h"

#include <errno.h>
#include <event2/event.h>
#include <pthread.h>
#include <signal.h>
#include <stdbool.h>
#include <stdlib.h>
#include <sys/eventfd.h>
#include <unistd.h>

#include "base/clock.h"
#include "base/priority.h"

enum {
    GATHER_MS = 20,     /* what changes together is built together */
    RETRY_S = 10,
    REST_PER_BUILD = 2, /* times as long as the last build took */
};

struct background_build {
    struct background_build_options o;
    struct event *start, *done;
    int done_fd;
    pthread_t thread;
    bool building, again;
    uint64_t ended_ms, took_ms; /* of the last build; while one is under way ended_ms is when it began */
    int result;                 /* the thread's */
};

static void *run(void *self)
{
    struct background_build *b = self;
    priority_lower(PRIORITY_BUILDING);
    b->result = b->o.work(b->o.self);
    eventfd_write(b->done_fd, 1);
    return NULL;
}

/* A disk that is full may not be so for ever. */
static void retry(struct background_build *b)
{
    static const struct timeval later = {.tv_sec = RETRY_S};
    event_add(b->start, &later);
}

static void on_start(evutil_socket_t fd, short what, void *self)
{
    (void)fd, (void)what;
    struct background_build *b = self;
    sigset_t all, old;
    b->o.begin(b->o.self);
    b->ended_ms = clock_mono_ms();
    sigfillset(&all);
    pthread_sigmask(SIG_SETMASK, &all, &old);
    int e = -pthread_create(&b->thread, NULL, run, b);
    pthread_sigmask(SIG_SETMASK, &old, NULL);
    b->building = e == 0;
    if (e < 0) {
        b->o.built(b->o.self, e, 0);
        retry(b);
    }
}

static void schedule(struct background_build *b)
{
    uint64_t now_ms = clock_mono_ms(), at_ms = b->ended_ms + REST_PER_BUILD * b->took_ms;
    uint64_t wait_ms = at_ms > now_ms + GATHER_MS ? at_ms - now_ms : GATHER_MS;
    struct timeval wait = {.tv_sec = (time_t)(wait_ms / 1000), .tv_usec = (suseconds_t)(wait_ms % 1000 * 1000)};
    event_add(b->start, &wait);
}

static void on_done(evutil_socket_t fd, short what, void *self)
{
    (void)what;
    struct background_build *b = self;
    eventfd_t ignored;
    if (eventfd_read((int)fd, &ignored) < 0)
        return;
    pthread_join(b->thread, NULL);
    b->building = false;
    uint64_t now_ms = clock_mono_ms();
    b->took_ms = now_ms - b->ended_ms;
    b->ended_ms = now_ms;
    b->o.built(b->o.self, b->result, b->took_ms);
    if (b->result < 0) {
        retry(b);
    } else if (b->again) {
        b->again = false;
        schedule(b);
    }
}

void background_build_changed(struct background_build *b)
{
    if (b->building)
        b->again = true;
    else if (!event_pending(b->start, EV_TIMEOUT, NULL))
        schedule(b);
}

int background_build_new(const struct background_build_options *options, struct background_build **ret_build)
{
    struct background_build *b = calloc(1, sizeof *b);
    if (!b)
        return -ENOMEM;
    b->o = *options;
    b->done_fd = eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK);
    b->start = event_new(options->loop, -1, 0, on_start, b);
    b->done = b->done_fd < 0 ? NULL : event_new(options->loop, b->done_fd, EV_READ | EV_PERSIST, on_done, b);
    if (!b->start || !b->done || event_add(b->done, NULL) < 0) {
        background_build_free(b);
        return -ENOMEM;
    }
    *ret_build = b;
    return 0;
}

void background_build_free(struct background_build *b)
{
    if (!b)
        return;
    if (b->building)
        pthread_join(b->thread, NULL);
    if (b->start)
        event_free(b->start);
    if (b->done)
        event_free(b->done);
    if (b->done_fd >= 0)
        close(b->done_fd);
    free(b);
}
