/* Wires the store service to the hub's channel, the clock and the log. */
#include "apps/store/role_store.h"

#include <errno.h>
#include <event2/event.h>
#include <fcntl.h>
#include <signal.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "base/channel.h"
#include "base/clock.h"
#include "base/log.h"
#include "base/text.h"
#include "store/store_service.h"

#define RETAIN_S 3600 /* a day partition ends once a day; an hour late is soon enough */
#define COMPLAIN_S 60 /* between log lines about refused inserts */

struct role_store {
    struct event_base *loop;
    struct store_service *service;
    struct channel *hub;
    struct event *reopen_timer, *retain_timer;
    void (*on_hub_end)(void *self);
    void *self;
    timer_t stuck_timer;
    bool has_stuck_timer;
    unsigned stuck_s;
    uint64_t complained_ms, refused; /* inserts refused since the last line about them */
    bool reply_failed;
};

static void expect_end(struct role_store *role, unsigned within_s)
{
    timer_settime(role->stuck_timer, 0, &(struct itimerspec){.it_value.tv_sec = within_s}, NULL);
}

static void has_ended(struct role_store *role)
{
    expect_end(role, 0);
}

static void complain_refused(struct role_store *role)
{
    role->refused++;
    uint64_t now = clock_mono_ms();
    if (role->complained_ms > 0 && now - role->complained_ms < COMPLAIN_S * 1000)
        return;
    log_error(_("telemetry: %llu batches refused: %s"), (unsigned long long)role->refused,
              store_service_error(role->service));
    role->complained_ms = now;
    role->refused = 0;
}

static void reply(uint16_t type, const void *payload, size_t len, void *self)
{
    struct role_store *role = self;
    if (type == STORE_INSERT_FAILED && store_service_is_open(role->service))
        complain_refused(role);
    if (channel_send(role->hub, type, payload, len) < 0)
        role->reply_failed = true;
}

static void drop_hub(struct role_store *role, const char *why)
{
    if (why)
        log_warning(_("hub channel: %s, closed"), why);
    channel_free(role->hub);
    role->hub = NULL;
    role->on_hub_end(role->self);
}

static void on_message(struct channel *c, uint16_t type, struct reader payload, void *self)
{
    (void)c;
    struct role_store *role = self;
    role->reply_failed = false;
    expect_end(role, role->stuck_s);
    int r = store_service_message(role->service, type, payload, reply, role);
    has_ended(role);
    if (r < 0)
        drop_hub(role, _("a message that is none"));
    else if (role->reply_failed)
        drop_hub(role, _("it does not read its answers"));
}

static void on_end(struct channel *c, int reason, void *self)
{
    (void)c;
    drop_hub(self, reason == -ECONNRESET ? NULL : strerror(-reason));
}

static void retain(struct role_store *role)
{
    expect_end(role, role->stuck_s);
    int dropped = store_service_retain(role->service, clock_wall_us());
    has_ended(role);
    if (dropped < 0)
        log_error(_("retention: %s"), store_service_error(role->service));
    else if (dropped > 0)
        log_notice(_("retention: %d old days of telemetry removed"), dropped);
}

static void on_retain(evutil_socket_t fd, short what, void *self)
{
    (void)fd, (void)what;
    retain(self);
}

static int try_to_open(struct role_store *role)
{
    expect_end(role, 3 * role->stuck_s);
    int r = store_service_open(role->service);
    has_ended(role);
    return r;
}

static void on_reopen(evutil_socket_t fd, short what, void *self)
{
    (void)fd, (void)what;
    struct role_store *role = self;
    if (try_to_open(role) < 0)
        return; /* told at the start; status carries it */
    log_notice(_("telemetry engine opened"));
    event_del(role->reopen_timer);
    retain(role);
}

static int start_timer(struct event_base *loop, event_callback_fn call, struct role_store *role, long period_s,
                       struct event **ret_timer)
{
    struct timeval period = {.tv_sec = period_s};
    *ret_timer = event_new(loop, -1, EV_PERSIST, call, role);
    return *ret_timer && event_add(*ret_timer, &period) == 0 ? 0 : -ENOMEM;
}

static int open_engine(struct role_store *role)
{
    if (try_to_open(role) == 0) {
        log_notice(_("telemetry engine opened"));
        retain(role);
        return 0;
    }
    log_error(_("telemetry is not stored: %s (tools/setup fetches the engine; trying again every %d s)"),
              store_service_error(role->service), STORE_REOPEN_S);
    return start_timer(role->loop, on_reopen, role, STORE_REOPEN_S, &role->reopen_timer);
}

int role_store_confine(const struct role_store_options *options, uid_t uid, gid_t gid,
                       struct sandbox_report *ret_report)
{
    struct sandbox_options sandbox = {
        .role = SANDBOX_STORE,
        .uid = uid,
        .gid = gid,
        /* The engine, the system's libraries that it loads, and what it asks about machine and memory. */
        .read_paths = {options->library_path, "/usr/lib", "/etc/ld.so.cache", "/proc", "/sys"},
        .write_paths = {options->data_dir},
    };
    return sandbox_enter(&sandbox, ret_report);
}

int role_store_new(struct event_base *loop, const struct role_store_options *options,
                   void (*on_hub_end)(void *self), void *self, struct role_store **ret_role)
{
    struct role_store *role = calloc(1, sizeof *role);
    if (!role)
        return -ENOMEM;
    role->loop = loop;
    role->on_hub_end = on_hub_end;
    role->self = self;
    role->stuck_s = options->stuck_s ? options->stuck_s : STORE_STUCK_S;
    role->has_stuck_timer = timer_create(CLOCK_MONOTONIC, NULL, &role->stuck_timer) == 0; /* SIGALRM, which ends a process */
    if (!role->has_stuck_timer) {
        role_store_free(role);
        return -ENOMEM;
    }
    struct store_service_options service = {
        .engine = {.library_path = options->library_path,
                   .data_dir = options->data_dir,
                   .memory_max = options->memory_max},
    };
    memcpy(service.retention_days, options->retention_days, sizeof service.retention_days);
    int r = store_service_new(&service, &role->service);
    if (r == 0)
        r = start_timer(loop, on_retain, role, RETAIN_S, &role->retain_timer);
    if (r == 0)
        r = open_engine(role);
    if (r < 0) {
        role_store_free(role);
        return r;
    }
    *ret_role = role;
    return 0;
}

int role_store_set_hub(struct role_store *role, int hub_fd)
{
    struct channel_handler handler = {.on_message = on_message, .on_end = on_end, .self = role};
    struct channel *hub;
    int flags = fcntl(hub_fd, F_GETFL);
    if (flags < 0 || fcntl(hub_fd, F_SETFL, flags | O_NONBLOCK) < 0)
        return -errno;
    int r = channel_new(role->loop, hub_fd, STORE_MESSAGE_MAX, STORE_QUEUE_MAX, handler, &hub);
    if (r < 0)
        return r;
    channel_free(role->hub);
    role->hub = hub;
    return 0;
}

void role_store_free(struct role_store *role)
{
    if (!role)
        return;
    channel_free(role->hub);
    if (role->reopen_timer)
        event_free(role->reopen_timer);
    if (role->retain_timer)
        event_free(role->retain_timer);
    store_service_free(role->service);
    if (role->has_stuck_timer)
        timer_delete(role->stuck_timer);
    free(role);
}

static void stop_loop(void *loop)
{
    event_base_loopbreak(loop);
}

static void on_signal(evutil_socket_t signal_number, short what, void *loop)
{
    (void)signal_number, (void)what;
    stop_loop(loop);
}

int role_store_run(int hub_fd, const struct role_store_options *options)
{
    struct event_base *loop = event_base_new();
    struct event *term = loop ? evsignal_new(loop, SIGTERM, on_signal, loop) : NULL;
    struct event *interrupt = loop ? evsignal_new(loop, SIGINT, on_signal, loop) : NULL;
    struct role_store *role = NULL;
    int r = -ENOMEM;
    if (!term || !interrupt || event_add(term, NULL) < 0 || event_add(interrupt, NULL) < 0)
        goto out;
    r = role_store_new(loop, options, stop_loop, loop, &role);
    if (r < 0)
        goto out;
    r = role_store_set_hub(role, hub_fd);
    if (r < 0)
        goto out;
    event_base_dispatch(loop);
out:
    role_store_free(role);
    if (term)
        event_free(term);
    if (interrupt)
        event_free(interrupt);
    if (loop)
        event_base_free(loop);
    return r;
}
