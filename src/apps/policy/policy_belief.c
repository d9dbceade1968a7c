/* Turns indicators into rules, one build at a time. */
#include "apps/policy/policy_belief.h"

#include <errno.h>
#include <event2/event.h>
#include <pthread.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/eventfd.h>
#include <unistd.h>

#include "act/policy/subject.h"
#include "base/clock.h"
#include "base/priority.h"
#include "store/indicator.h"

enum {
    PATH_MAX_LEN = 600,
    GATHER_MS = 20,     /* what changes together is built together */
    RETRY_S = 10,
    REST_PER_BUILD = 2, /* times as long as the last build took */
};

struct policy_belief {
    struct policy_belief_options o;
    char path[PATH_MAX_LEN];
    struct event *start, *done;
    int done_fd;
    pthread_t thread;
    bool building, again;
    uint64_t ended_ms, took_ms; /* of the last build; while one is under way ended_ms is when it began */
    /* the thread's */
    struct policy_builder_options options;
    int result;
};

static int add_indicator(void *self, uint32_t id, const struct indicator *i)
{
    static const uint8_t actions[INDICATOR_DECISION_COUNT] = {
        [INDICATOR_DO_OBSERVE] = DNS_ACTION_OBSERVE,
        [INDICATOR_DO_ASK] = DNS_ACTION_OBSERVE,
        [INDICATOR_DO_BLOCK] = DNS_ACTION_NXDOMAIN,
    };
    struct policy_subject_text subject;
    (void)id;
    if (policy_subject_parse(i->subject.value, &subject) < 0)
        return 0; /* no name that the resolver could be asked for */
    bool below = subject.subject.trigger == DNS_TRIGGER_NAME && i->subject.kind == SUBJECT_DOMAIN;
    struct policy_rule_spec spec = {.list = 0, .action = actions[i->decision], .scope = below ? POLICY_SCOPE_BOTH : POLICY_SCOPE_EXACT};
    return policy_builder_add_subject(self, &subject.subject, &spec, i->verdict);
}

static int build(struct policy_belief *b)
{
    static const struct indicator_filter acting = {
        .decisions = 1 << INDICATOR_DO_OBSERVE | 1 << INDICATOR_DO_ASK | 1 << INDICATOR_DO_BLOCK,
        .kinds = 1 << SUBJECT_DOMAIN | 1 << SUBJECT_HOST | 1 << SUBJECT_ADDRESS | 1 << SUBJECT_PREFIX,
    };
    struct policy_list list = {.ede = DNS_EDE_BLOCKED, .name = "indicators"};
    struct policy_build_stats stats;
    struct policy_builder *builder = NULL;
    struct ledger *l = NULL;
    int e = ledger_open_to_read(b->path, &l);
    if (e == 0)
        e = policy_builder_new(&b->options, &builder);
    if (e == 0)
        e = policy_builder_list(builder, &list);
    if (e >= 0)
        e = indicator_list(l, &acting, add_indicator, builder);
    if (e >= 0)
        e = policy_builder_finish(builder, b->o.file, &stats);
    policy_builder_free(builder);
    ledger_close(l);
    return e < 0 ? e : 0;
}

static void *run(void *self)
{
    struct policy_belief *b = self;
    priority_lower(PRIORITY_BUILDING);
    b->result = build(b);
    eventfd_write(b->done_fd, 1);
    return NULL;
}

/* A disk that is full may not be so for ever. */
static void retry(struct policy_belief *b)
{
    static const struct timeval later = {.tv_sec = RETRY_S};
    event_add(b->start, &later);
}

static void on_start(evutil_socket_t fd, short what, void *self)
{
    (void)fd, (void)what;
    struct policy_belief *b = self;
    sigset_t all, old;
    b->o.begin(b->o.self, &b->options);
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

static void schedule(struct policy_belief *b)
{
    uint64_t now_ms = clock_mono_ms(), at_ms = b->ended_ms + REST_PER_BUILD * b->took_ms;
    uint64_t wait_ms = at_ms > now_ms + GATHER_MS ? at_ms - now_ms : GATHER_MS;
    struct timeval wait = {.tv_sec = (time_t)(wait_ms / 1000), .tv_usec = (suseconds_t)(wait_ms % 1000 * 1000)};
    event_add(b->start, &wait);
}

static void on_done(evutil_socket_t fd, short what, void *self)
{
    (void)what;
    struct policy_belief *b = self;
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

void policy_belief_changed(struct policy_belief *b)
{
    if (b->building)
        b->again = true;
    else if (!event_pending(b->start, EV_TIMEOUT, NULL))
        schedule(b);
}

int policy_belief_new(const struct policy_belief_options *options, struct policy_belief **ret_belief)
{
    struct policy_belief *b = calloc(1, sizeof *b);
    if (!b)
        return -ENOMEM;
    b->o = *options;
    snprintf(b->path, sizeof b->path, "%s", options->ledger_path);
    b->done_fd = eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK);
    b->start = event_new(options->loop, -1, 0, on_start, b);
    b->done = b->done_fd < 0 ? NULL : event_new(options->loop, b->done_fd, EV_READ | EV_PERSIST, on_done, b);
    if (!b->start || !b->done || event_add(b->done, NULL) < 0) {
        policy_belief_free(b);
        return -ENOMEM;
    }
    *ret_belief = b;
    return 0;
}

void policy_belief_free(struct policy_belief *b)
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
