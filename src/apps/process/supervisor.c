/* Starts, joins, restarts and ends the roles of a node. */
#include "apps/process/supervisor.h"

#include <errno.h>
#include <event2/event.h>
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include "apps/command/command.h"
#include "apps/process/service_manager.h"
#include "apps/process/supervisor_impl.h"
#include "base/clock.h"
#include "base/log.h"
#include "base/priority.h"
#include "base/text.h"

enum {
    RESTART_FIRST_MS = 20,
    RESTART_MAX_MS = 30000,
    STEADY_MS = 60000,    /* a role that lived this long starts again without a pause */
    STOP_PATIENCE_MS = 5000,
    CERTIFICATE_CHECK_S = 15, /* two looks at two files */
};

/* ---- starting ---- */

static void on_child_message(evutil_socket_t fd, short what, void *self);
static void schedule_restart(struct supervisor *s, struct child *c);

struct child_context {
    struct supervisor *s;
    struct child *c;
};
static struct child_context contexts[ROLE_COUNT]; /* for libevent's one argument */

/* In the child: nothing but async-signal-safe calls between fork and exec. */
static void become_role(enum role role, int fd)
{
    if (fd == ROLE_PARENT_FD)
        fcntl(fd, F_SETFD, 0);
    else
        dup2(fd, ROLE_PARENT_FD);
    sigset_t none;
    sigemptyset(&none);
    sigprocmask(SIG_SETMASK, &none, NULL);
    /* The folder hinomi was started in may be closed to the role's user; nothing is looked for by a relative name. */
    if (chdir("/") < 0)
        _exit(127);
    if (role == ROLE_STORE || role == ROLE_FETCH || role == ROLE_SHARE || role == ROLE_WEB)
        priority_lower(PRIORITY_RECORDING);
    if (role == ROLE_DNS)
        priority_short_turns();
    char name[32];
    snprintf(name, sizeof name, "%s", role_name(role));
    char *argv[] = {"hinomi", "role", name, NULL};
    execv("/proc/self/exe", argv);
    _exit(127);
}

static void tell_started(struct supervisor *s, const struct child *c)
{
    struct role_state *state = &shared_memory_role_states(&s->memory)[c->role];
    atomic_store(&state->started_us, clock_wall_us());
    atomic_store(&state->pid, (uint32_t)c->pid);
}

static void tell_died(struct supervisor *s, const struct child *c, const char *why)
{
    struct role_state *state = &shared_memory_role_states(&s->memory)[c->role];
    atomic_store(&state->pid, 0);
    atomic_store(&state->deaths, c->deaths);
    snprintf(state->reason, sizeof state->reason, "%s", why);
}

static int start_child(struct supervisor *s, struct child *c)
{
    int pair[2];
    int e = handover_pair(pair);
    if (e < 0)
        return e;
    pid_t pid = fork();
    if (pid == 0)
        become_role(c->role, pair[1]);
    close(pair[1]);
    if (pid < 0) {
        close(pair[0]);
        return -errno;
    }
    c->pid = pid;
    c->fd = pair[0];
    c->started_ms = clock_mono_ms();
    tell_started(s, c);
    c->ready = c->replaced = false;
    fcntl(c->fd, F_SETFL, O_NONBLOCK);
    c->readable = event_new(s->loop, c->fd, EV_READ | EV_PERSIST, on_child_message, &contexts[c->role]);
    if (!c->readable || event_add(c->readable, NULL) < 0)
        return -ENOMEM;
    return supervisor_hand_all(s, c);
}

static void start_or_retry(struct supervisor *s, struct child *c)
{
    int e = start_child(s, c);
    if (e == 0)
        return;
    log_error(_("%s cannot be started: %s"), role_name(c->role), strerror(-e));
    if (c->pid > 0)
        kill(c->pid, SIGKILL); /* its death brings the next try */
    else
        schedule_restart(s, c);
}

static void on_restart(evutil_socket_t fd, short what, void *self)
{
    (void)fd, (void)what;
    struct child_context *context = self;
    start_or_retry(context->s, context->c);
}

static void schedule_restart(struct supervisor *s, struct child *c)
{
    if (clock_mono_ms() - c->started_ms > STEADY_MS || c->pause_ms == 0)
        c->pause_ms = RESTART_FIRST_MS;
    struct timeval after = {.tv_sec = c->pause_ms / 1000, .tv_usec = (c->pause_ms % 1000) * 1000};
    if (!c->restart)
        c->restart = event_new(s->loop, -1, 0, on_restart, &contexts[c->role]);
    if (c->restart)
        event_add(c->restart, &after);
    c->pause_ms = c->pause_ms * 4 > RESTART_MAX_MS ? RESTART_MAX_MS : c->pause_ms * 4;
}

/* ---- the end of a role ---- */

static void describe_death(int status, char *text, size_t max)
{
    if (WIFSIGNALED(status))
        snprintf(text, max, _("ended by signal %d (%s)"), WTERMSIG(status), strsignal(WTERMSIG(status)));
    else
        snprintf(text, max, _("ended with code %d"), WEXITSTATUS(status));
}

/* One after the other, so that what was observed is stored: who answers first, who stores last. Ends the loop when all
 * are gone. */
static void stop_next(struct supervisor *s)
{
    static const enum role order[] = {ROLE_DNS, ROLE_WEB, ROLE_SHARE, ROLE_FETCH, ROLE_HUB, ROLE_STORE};
    for (size_t i = 0; i < array_len(order); i++) {
        struct child *c = &s->children[order[i]];
        if (c->pid == 0)
            continue;
        static const struct timeval patience = {.tv_sec = STOP_PATIENCE_MS / 1000};
        event_add(s->kill_timer, &patience);
        kill(c->pid, SIGTERM);
        return;
    }
    event_base_loopbreak(s->loop);
}

static void forget_child(struct child *c)
{
    if (c->readable)
        event_free(c->readable);
    c->readable = NULL;
    if (c->fd >= 0)
        close(c->fd);
    c->fd = -1;
    c->pid = 0;
}

static void on_death(struct supervisor *s, struct child *c, int status)
{
    char why[ROLE_REASON_MAX];
    describe_death(status, why, sizeof why);
    bool planned = c->replaced;
    forget_child(c);
    if (s->stopping) {
        stop_next(s);
        return;
    }
    if (planned) {
        start_or_retry(s, c);
        return;
    }
    c->deaths++;
    tell_died(s, c, why);
    log_error(_("%s %s (death %u); started again"), role_name(c->role), why, c->deaths);
    schedule_restart(s, c);
}

static void on_sigchld(evutil_socket_t number, short what, void *self)
{
    (void)number, (void)what;
    struct supervisor *s = self;
    int status;
    pid_t pid;
    while ((pid = waitpid(-1, &status, WNOHANG)) > 0)
        for (int i = 0; i < ROLE_COUNT; i++)
            if (s->children[i].pid == pid)
                on_death(s, &s->children[i], status);
}

static void on_certificate_timer(evutil_socket_t fd, short what, void *self)
{
    (void)fd, (void)what;
    supervisor_check_certificate(self);
}

static void on_sighup(evutil_socket_t number, short what, void *self)
{
    (void)number, (void)what;
    supervisor_reload(self);
}

/* ---- messages of the roles ---- */

static void say_what_next(const struct supervisor *s)
{
    for (int kind = 0; kind < DNS_LISTEN_COUNT; kind++) {
        const struct dns_listen *l = &s->config.dns.listen[kind];
        char text[ADDR_PORT_TEXT_MAX];
        for (unsigned i = 0; i < l->count; i++)
            log_notice(_("DNS on %s, %s"), addr_port_format((const struct sockaddr *)&l->at[i], text),
                       _(dns_listen_text((enum dns_listen_kind)kind)));
    }
    for (unsigned i = 0; i < s->config.share.listen_count; i++) {
        char text[ADDR_PORT_TEXT_MAX];
        log_notice(_("TAXII on https://%s/taxii2/"), addr_port_format((const struct sockaddr *)&s->config.share.listen[i], text));
    }
    for (int i = 0; i < s->web_socket_count; i++) {
        char text[ADDR_PORT_TEXT_MAX];
        const struct sockaddr *at = (const struct sockaddr *)web_listen_at(&s->config.web, (unsigned)i);
        if ((unsigned)i < s->config.web.count)
            log_notice(_("console on https://%s/"), addr_port_format(at, text));
        else
            log_notice(_("page of blocked names on http://%s/"), addr_port_format(at, text));
    }
    for (unsigned i = 0; i < s->config.share.listen_dns_count; i++) {
        char text[ADDR_PORT_TEXT_MAX];
        log_notice(_("zones on %s, by transfer"), addr_port_format((const struct sockaddr *)&s->config.share.listen_dns[i], text));
    }
    log_notice(_("control on %s/%s"), s->config.data, NODE_CONTROL);
    const struct sockaddr *first = (const struct sockaddr *)&s->config.dns.listen[DNS_LISTEN_PLAIN].at[0];
    char host[ADDR_TEXT_MAX];
    struct addr a = addr_of_sockaddr(first);
    log_notice(_("try next: dig @%s -p %u example.com; hinomi status; hinomi block bad.example --reason test; "
                 "hinomi help"),
               addr_format(&a, host), addr_port_of_sockaddr(first));
}

static void on_ready(struct supervisor *s, struct child *c, const char *text)
{
    bool first = c->deaths == 0 && !c->ready;
    c->ready = true;
    if (text[0])
        log_notice("%s: %s", role_name(c->role), text);
    bool all = true;
    for (int i = 0; i < ROLE_COUNT; i++)
        all = all && s->children[i].ready;
    static bool told;
    if (all && first && !told) {
        told = true;
        say_what_next(s);
        notify_service_manager("READY=1");
    }
}

static void on_child_message(evutil_socket_t fd, short what, void *self)
{
    (void)what;
    struct child_context *context = self;
    struct handover m;
    int e = handover_recv((int)fd, &m);
    if (e == -EAGAIN)
        return;
    if (e <= 0) { /* its death is told by SIGCHLD */
        event_del(context->c->readable);
        return;
    }
    if (m.kind == ROLE_IS_READY)
        on_ready(context->s, context->c, m.text);
    else if (m.kind == ROLE_ASKS_RELOAD && context->c->role == ROLE_HUB)
        supervisor_reload(context->s);
    else if (m.kind == ROLE_ASKS_RENEWAL && (context->c->role == ROLE_DNS || context->c->role == ROLE_SHARE || context->c->role == ROLE_WEB) &&
             !context->c->replaced) {
        log_notice(_("the node's own certificate ends soon: %s is started again to make another"), role_name(context->c->role));
        supervisor_replace(context->c);
    }
    handover_drop(&m);
}

/* ---- the end ---- */

static void on_kill_timer(evutil_socket_t fd, short what, void *self)
{
    (void)fd, (void)what;
    struct supervisor *s = self;
    for (int i = 0; i < ROLE_COUNT; i++) {
        if (s->children[i].pid > 0) {
            log_warning(_("%s does not end; killed"), role_name((enum role)i));
            kill(s->children[i].pid, SIGKILL);
        }
    }
}

static void on_terminate(evutil_socket_t number, short what, void *self)
{
    (void)number, (void)what;
    struct supervisor *s = self;
    if (s->stopping)
        return;
    s->stopping = true;
    log_notice(_("ending"));
    notify_service_manager("STOPPING=1");
    for (int i = 0; i < ROLE_COUNT; i++)
        if (s->children[i].restart)
            event_del(s->children[i].restart);
    stop_next(s);
}

static int watch_signals(struct supervisor *s)
{
    static const struct {
        int number;
        event_callback_fn on_signal;
    } table[] = {{SIGCHLD, on_sigchld}, {SIGHUP, on_sighup}, {SIGTERM, on_terminate}, {SIGINT, on_terminate}};
    for (size_t i = 0; i < array_len(table); i++) {
        s->signals[i] = evsignal_new(s->loop, table[i].number, table[i].on_signal, s);
        if (!s->signals[i] || event_add(s->signals[i], NULL) < 0)
            return -ENOMEM;
    }
    s->kill_timer = event_new(s->loop, -1, 0, on_kill_timer, s);
    s->certificate_timer = event_new(s->loop, -1, EV_PERSIST, on_certificate_timer, s);
    static const struct timeval period = {.tv_sec = CERTIFICATE_CHECK_S};
    return s->kill_timer && s->certificate_timer && event_add(s->certificate_timer, &period) == 0 ? 0 : -ENOMEM;
}

static void clean_up(struct supervisor *s)
{
    for (int i = 0; i < ROLE_COUNT; i++) {
        forget_child(&s->children[i]);
        if (s->children[i].restart)
            event_free(s->children[i].restart);
    }
    for (size_t i = 0; i < array_len(s->signals); i++)
        if (s->signals[i])
            event_free(s->signals[i]);
    if (s->kill_timer)
        event_free(s->kill_timer);
    if (s->certificate_timer)
        event_free(s->certificate_timer);
    event_base_free(s->loop);
    shared_memory_unmap(&s->memory);
    supervisor_close_sockets(s->sockets, s->socket_count);
    supervisor_close_sockets(s->share_sockets, s->share_socket_count);
    char path[CONFIG_PATH_MAX + 32];
    snprintf(path, sizeof path, "%s/%s", s->config.data, NODE_CONTROL);
    unlink(path);
}

int supervisor_run(const struct config *config)
{
    struct supervisor *s = calloc(1, sizeof *s);
    if (!s)
        return command_failed("%s", strerror(ENOMEM));
    s->config = *config;
    for (int i = 0; i < ROLE_COUNT; i++) {
        s->children[i] = (struct child){.role = (enum role)i, .fd = -1};
        contexts[i] = (struct child_context){s, &s->children[i]};
    }
    int code = supervisor_open(s);
    if (code == EXIT_FINE) {
        s->loop = event_base_new();
        if (!s->loop || watch_signals(s) < 0) {
            code = command_failed("%s", strerror(ENOMEM));
        } else {
            for (int i = 0; i < ROLE_COUNT; i++)
                start_or_retry(s, &s->children[i]);
            event_base_dispatch(s->loop);
            clean_up(s);
            log_notice(_("ended"));
        }
    }
    free(s);
    return code;
}
