/* Examines lists, one at a time. */
#include "apps/policy/list_examiner.h"

#include <errno.h>
#include <event2/event.h>
#include <pthread.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/eventfd.h>
#include <unistd.h>

#include "base/priority.h"

struct job {
    struct compile_source source;
    int result;
    list_examined_fn *done;
    void *self;
};

struct list_examiner {
    struct event *ended;
    int fd;
    pthread_t thread;
    bool running;
    struct job now; /* the thread's while it runs */
    struct job *waiting[LIST_EXAMINE_MAX];
    unsigned waiting_count;
};

static int count_rule(void *self, const struct list_rule *rule, uint32_t line)
{
    (void)self, (void)rule, (void)line;
    return 0;
}

static void keep_sample(void *self, enum list_flaw flaw, uint32_t line, const char *text, size_t len)
{
    compile_source_add_sample(self, flaw, line, text, len);
}

static void *run(void *self)
{
    struct list_examiner *x = self;
    struct compile_source *s = &x->now.source;
    priority_lower(PRIORITY_BUILDING);
    struct list_handler handler = {.on_rule = count_rule, .on_skip = keep_sample, .self = s};
    struct list_reading reading = compile_source_reading(s);
    x->now.result = list_read_as(s->fd, &reading, handler, &s->stats);
    eventfd_write(x->fd, 1);
    return NULL;
}

static int start(struct list_examiner *x)
{
    sigset_t all, old;
    sigfillset(&all);
    pthread_sigmask(SIG_SETMASK, &all, &old);
    int e = pthread_create(&x->thread, NULL, run, x);
    pthread_sigmask(SIG_SETMASK, &old, NULL);
    return -e;
}

static void next(struct list_examiner *x)
{
    while (!x->running && x->waiting_count > 0) {
        struct job *job = x->waiting[0];
        x->waiting_count--;
        memmove(&x->waiting[0], &x->waiting[1], x->waiting_count * sizeof x->waiting[0]);
        x->now = *job;
        free(job);
        int e = start(x);
        x->running = e == 0;
        if (e < 0) {
            close(x->now.source.fd);
            x->now.done(x->now.self, e, &x->now.source);
        }
    }
}

static void on_ended(evutil_socket_t fd, short what, void *self)
{
    (void)what;
    struct list_examiner *x = self;
    eventfd_t ignored;
    if (eventfd_read((int)fd, &ignored) < 0)
        return;
    pthread_join(x->thread, NULL);
    x->running = false;
    close(x->now.source.fd);
    x->now.done(x->now.self, x->now.result, &x->now.source);
    next(x);
}

int list_examiner_take(struct list_examiner *x, int fd, const struct list_reading *reading, list_examined_fn *done, void *self)
{
    struct job *job = x->waiting_count < LIST_EXAMINE_MAX ? calloc(1, sizeof *job) : NULL;
    if (!job)
        return x->waiting_count < LIST_EXAMINE_MAX ? -ENOMEM : -EBUSY;
    *job = (struct job){.source = {.fd = fd, .format = reading->format}, .done = done, .self = self};
    memcpy(job->source.column, reading->column, sizeof reading->column);
    x->waiting[x->waiting_count++] = job;
    next(x);
    return 0;
}

int list_examiner_new(struct event_base *loop, struct list_examiner **ret_examiner)
{
    struct list_examiner *x = calloc(1, sizeof *x);
    if (!x)
        return -ENOMEM;
    x->fd = eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK);
    x->ended = x->fd < 0 ? NULL : event_new(loop, x->fd, EV_READ | EV_PERSIST, on_ended, x);
    if (!x->ended || event_add(x->ended, NULL) < 0) {
        list_examiner_free(x);
        return -ENOMEM;
    }
    *ret_examiner = x;
    return 0;
}

void list_examiner_free(struct list_examiner *x)
{
    if (!x)
        return;
    if (x->running) {
        pthread_join(x->thread, NULL);
        close(x->now.source.fd);
    }
    for (unsigned i = 0; i < x->waiting_count; i++) {
        close(x->waiting[i]->source.fd);
        free(x->waiting[i]);
    }
    if (x->ended)
        event_free(x->ended);
    if (x->fd >= 0)
        close(x->fd);
    free(x);
}
