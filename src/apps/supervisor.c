/* Starts, joins, restarts and ends the roles of a node. */
#include "apps/supervisor.h"

#include <errno.h>
#include <event2/event.h>
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <sys/mman.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <sys/wait.h>
#include <unistd.h>

#include "apps/command.h"
#include "apps/notify.h"
#include "apps/roles.h"
#include "apps/shared_memory.h"
#include "base/clock.h"
#include "base/log.h"
#include "base/text.h"

enum {
    RESTART_FIRST_MS = 20,
    RESTART_MAX_MS = 30000,
    STEADY_MS = 60000,    /* a role that lived this long starts again without a pause */
    STOP_PATIENCE_MS = 5000,
    CONTROL_BACKLOG = 64,
    CERTIFICATE_CHECK_S = 15, /* two looks at two files */
};

struct child {
    enum role role;
    pid_t pid; /* 0: not running */
    int fd;    /* our end; -1 */
    struct event *readable, *restart;
    uint64_t started_ms;
    unsigned pause_ms;
    unsigned deaths;
    bool ready;
    bool replaced; /* ended by us, to be started with a new configuration */
};

struct supervisor {
    struct config config;
    struct event_base *loop;
    struct child children[ROLE_COUNT];
    int sockets[DNS_SERVICE_SOCKETS_MAX];
    int socket_count;
    int control_fd, memory_fd, lock_fd;
    struct shared_memory memory; /* for telling how the roles are */
    struct event *signals[4], *kill_timer, *certificate_timer;
    struct certificate_files seen_certificate, refused_certificate; /* as the files were */
    bool stopping;
};

/* Which roles talk to each other. */
static const struct {
    enum role a, b;
} links[] = {{ROLE_HUB, ROLE_STORE}, {ROLE_HUB, ROLE_DNS}};

/* ---- handing over ---- */

static int hand_fd(struct child *c, uint32_t kind, uint32_t number, int fd)
{
    struct handover m = {.kind = kind, .number = number, .fd_count = 1, .fds = {fd}};
    return handover_send(c->fd, &m);
}

static int hand_config(struct supervisor *s, struct child *c)
{
    int fd = memfd_create("hinomi-config", MFD_CLOEXEC | MFD_ALLOW_SEALING);
    if (fd < 0)
        return -errno;
    int e = write(fd, &s->config, sizeof s->config) == (ssize_t)sizeof s->config ? 0 : -EIO;
    if (e == 0 && fcntl(fd, F_ADD_SEALS, F_SEAL_SHRINK | F_SEAL_GROW | F_SEAL_WRITE | F_SEAL_SEAL) < 0)
        e = -errno;
    if (e == 0)
        e = hand_fd(c, PARENT_CONFIG, 0, fd);
    close(fd);
    return e;
}

static int hand_sockets(struct supervisor *s, struct child *c)
{
    for (int at = 0; at < s->socket_count;) {
        struct handover m = {.kind = PARENT_SOCKETS, .number = (uint32_t)at};
        while (at < s->socket_count && m.fd_count < HANDOVER_FDS_MAX)
            m.fds[m.fd_count++] = s->sockets[at++];
        int e = handover_send(c->fd, &m);
        if (e < 0)
            return e;
    }
    return 0;
}

/* A fresh channel between the role and each running neighbour. */
static int hand_peers(struct supervisor *s, struct child *c)
{
    for (size_t i = 0; i < array_len(links); i++) {
        if (links[i].a != c->role && links[i].b != c->role)
            continue;
        struct child *other = &s->children[links[i].a == c->role ? links[i].b : links[i].a];
        if (other->fd < 0)
            continue;
        int pair[2];
        if (socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0, pair) < 0)
            return -errno;
        int e = hand_fd(c, PARENT_PEER, other->role, pair[0]);
        if (e == 0 && hand_fd(other, PARENT_PEER, c->role, pair[1]) < 0)
            log_warning(_("%s does not take a new channel"), role_name(other->role));
        close(pair[0]);
        close(pair[1]);
        if (e < 0)
            return e;
    }
    return 0;
}

static int hand_all(struct supervisor *s, struct child *c)
{
    int e = hand_config(s, c);
    if (e == 0)
        e = hand_fd(c, PARENT_MEMORY, 0, s->memory_fd);
    if (e == 0 && c->role == ROLE_DNS)
        e = hand_sockets(s, c);
    if (e == 0 && c->role == ROLE_HUB)
        e = hand_fd(c, PARENT_CONTROL, 0, s->control_fd);
    if (e == 0)
        e = hand_peers(s, c);
    if (e == 0)
        e = handover_send(c->fd, &(struct handover){.kind = PARENT_GO});
    return e;
}

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
    return hand_all(s, c);
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
    static const enum role order[] = {ROLE_DNS, ROLE_HUB, ROLE_STORE};
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

/* ---- reload ---- */

static void answer_reload(struct supervisor *s, uint32_t result, const char *text)
{
    struct child *hub = &s->children[ROLE_HUB];
    if (hub->fd < 0)
        return;
    struct handover m = {.kind = PARENT_RELOADED, .number = result};
    int n = snprintf(m.text, sizeof m.text, "%s", text);
    m.text_len = n < 0 ? 0 : (size_t)n < sizeof m.text ? (size_t)n : sizeof m.text - 1;
    if (handover_send(hub->fd, &m) < 0)
        log_warning(_("hub does not hear about the reload"));
}

/* What the running processes cannot take: they were made around it. */
static const char *needs_restart(const struct config *old, const struct config *new)
{
    if (old->dns.workers != new->dns.workers)
        return _("workers: a change needs a restart of hinomi");
    if (old->ring_bytes != new->ring_bytes)
        return _("ring_mib: a change needs a restart of hinomi");
    if (old->uid != new->uid)
        return _("user: a change needs a restart of hinomi");
    return NULL;
}

static void close_sockets(const int *fds, int count)
{
    for (int i = 0; i < count; i++)
        close(fds[i]);
}

/* Opens the sockets of a configuration. `ours`: we listen already, and the old ones stay open until the new role has the
 * new ones; else another program on one of the addresses is an error. */
static int open_sockets(const struct config *c, bool ours, int *ret_fds, char *ret_error)
{
    const struct sockaddr *failed = NULL;
    int e = ours ? 0 : dns_service_addresses_are_free(&c->dns, &failed);
    int n = e < 0 ? e : dns_service_open_sockets(&c->dns, ret_fds, &failed);
    if (n < 0) {
        char text[ADDR_PORT_TEXT_MAX];
        snprintf(ret_error, CONFIG_ERROR_MAX, _("cannot listen on %s: %s"), addr_port_format(failed, text),
                 strerror(-n));
    }
    return n;
}

/* Are the files of the certificate, if any are named, of use? */
static int try_certificate(const struct config *c, char *ret_error)
{
    _Static_assert((int)CERTIFICATE_ERROR_MAX <= (int)CONFIG_ERROR_MAX, "its text fits");
    if (!c->dns.certificate.certificate[0] || !dns_service_is_encrypted(&c->dns))
        return 0;
    return certificate_try(&c->dns.certificate, ret_error);
}

static void replace_child(struct child *c)
{
    c->replaced = true;
    if (c->pid > 0)
        kill(c->pid, SIGTERM);
}

static void apply_config(struct supervisor *s, const struct config *next)
{
    bool dns_changed = !dns_service_options_equal(&s->config.dns, &next->dns);
    bool store_changed = strcmp(s->config.engine, next->engine) != 0 ||
                         s->config.store_memory_mib != next->store_memory_mib ||
                         s->config.retention_days != next->retention_days;
    s->config = *next;
    for (int i = 0; i < ROLE_COUNT; i++)
        if (s->children[i].fd >= 0 && hand_config(s, &s->children[i]) < 0)
            log_warning(_("%s does not take the new configuration"), role_name((enum role)i));
    if (dns_changed)
        replace_child(&s->children[ROLE_DNS]);
    if (store_changed)
        replace_child(&s->children[ROLE_STORE]);
}

static void reload(struct supervisor *s)
{
    char error[CONFIG_ERROR_MAX];
    struct config *next = malloc(sizeof *next);
    if (!next)
        return;
    config_defaults(next);
    snprintf(next->data, sizeof next->data, "%s", s->config.data);
    int e = s->config.source[0] ? config_load(s->config.source, next, error) : 0;
    if (e == 0)
        e = try_certificate(next, error);
    const char *reason = e < 0 ? error : needs_restart(&s->config, next);
    int fds[DNS_SERVICE_SOCKETS_MAX];
    if (!reason && !dns_service_same_addresses(&s->config.dns, &next->dns)) {
        int n = open_sockets(next, true, fds, error);
        if (n < 0) {
            reason = error;
        } else {
            close_sockets(s->sockets, s->socket_count);
            memcpy(s->sockets, fds, (size_t)n * sizeof fds[0]);
            s->socket_count = n;
        }
    }
    if (reason) {
        log_error(_("configuration refused, the running one is kept: %s"), reason);
        answer_reload(s, 1, reason);
    } else {
        apply_config(s, next);
        log_notice(_("configuration in force: %s"), next->source[0] ? next->source : _("defaults"));
        answer_reload(s, 0, "");
    }
    free(next);
}

/* Whoever renews the files of the certificate needs not tell us. */
static void on_certificate_timer(evutil_socket_t fd, short what, void *self)
{
    (void)fd, (void)what;
    struct supervisor *s = self;
    struct certificate_files now = s->config.dns.certificate;
    if (s->stopping || !now.certificate[0] || !dns_service_is_encrypted(&s->config.dns))
        return;
    certificate_files_stamp(&now);
    /* Twice the same: both files have been written, and for longer than a moment. */
    bool changed = !certificate_files_equal(&now, &s->config.dns.certificate);
    bool settled = certificate_files_equal(&now, &s->seen_certificate);
    bool refused = certificate_files_equal(&now, &s->refused_certificate);
    s->seen_certificate = now;
    if (!changed || !settled || refused)
        return;
    char error[CERTIFICATE_ERROR_MAX];
    if (certificate_try(&now, error) < 0) {
        s->refused_certificate = now;
        log_error(_("the changed certificate is refused, the one read before is kept: %s"), error);
        return;
    }
    log_notice(_("%s has changed: dns is started again with it"), now.certificate);
    s->config.dns.certificate = now;
    replace_child(&s->children[ROLE_DNS]);
}

static void on_sighup(evutil_socket_t number, short what, void *self)
{
    (void)number, (void)what;
    reload(self);
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
        reload(context->s);
    else if (m.kind == ROLE_ASKS_RENEWAL && context->c->role == ROLE_DNS && !context->c->replaced) {
        log_notice(_("the node's own certificate ends soon: dns is started again to make another"));
        replace_child(context->c);
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

/* ---- opening ---- */

static int make_folder(const struct supervisor *s, const char *path, mode_t mode)
{
    if (mkdir(path, mode) < 0 && errno != EEXIST)
        return -errno;
    if (s->config.uid != 0 && chown(path, s->config.uid, s->config.gid) < 0)
        return -errno;
    return 0;
}

/* With its parents, as `mkdir -p`. */
static int make_data_folders(const struct supervisor *s)
{
    char path[CONFIG_PATH_MAX + 32];
    snprintf(path, sizeof path, "%s", s->config.data);
    for (char *p = path + 1; *p; p++) {
        if (*p != '/')
            continue;
        *p = '\0';
        if (mkdir(path, 0755) < 0 && errno != EEXIST)
            return -errno;
        *p = '/';
    }
    /* Whoever may use the control socket must get to it; what lies beside it is nobody else's to read (umask). */
    int e = make_folder(s, s->config.data, 0711);
    static const char *const below[] = {NODE_LISTS, NODE_POLICY, NODE_TELEMETRY, NODE_TLS};
    for (size_t i = 0; e == 0 && i < array_len(below); i++) {
        snprintf(path, sizeof path, "%s/%s", s->config.data, below[i]);
        e = make_folder(s, path, 0750);
    }
    return e;
}

/* The first folder on the way to the data that the node's user may not pass; false when there is none. */
static bool closed_folder(const struct supervisor *s, char *ret_path)
{
    const struct config *c = &s->config;
    for (size_t n = 1; c->uid != 0 && n <= strlen(c->data); n++) {
        if (c->data[n] != '/' && c->data[n] != '\0')
            continue;
        struct stat st;
        snprintf(ret_path, CONFIG_PATH_MAX, "%.*s", (int)n, c->data);
        if (stat(ret_path, &st) < 0)
            return false;
        mode_t needed = st.st_uid == c->uid ? S_IXUSR : st.st_gid == c->gid ? S_IXGRP : S_IXOTH;
        if (!(st.st_mode & needed))
            return true;
    }
    return false;
}

/* One node to a data folder. */
static int take_lock(struct supervisor *s)
{
    char path[CONFIG_PATH_MAX + 32];
    snprintf(path, sizeof path, "%s/%s", s->config.data, NODE_LOCK);
    s->lock_fd = open(path, O_RDWR | O_CREAT | O_CLOEXEC, 0600);
    if (s->lock_fd < 0)
        return -errno;
    return flock(s->lock_fd, LOCK_EX | LOCK_NB) < 0 ? -errno : 0;
}

static int open_control(struct supervisor *s)
{
    struct sockaddr_un sa = {.sun_family = AF_UNIX};
    int n = snprintf(sa.sun_path, sizeof sa.sun_path, "%s/%s", s->config.data, NODE_CONTROL);
    if (n < 0 || (size_t)n >= sizeof sa.sun_path)
        return -ENAMETOOLONG;
    unlink(sa.sun_path); /* ours: the lock is held */
    int fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
    if (fd < 0)
        return -errno;
    mode_t old = umask(0);
    int e = bind(fd, (struct sockaddr *)&sa, sizeof sa) < 0 ? -errno : 0;
    umask(old);
    if (e == 0 && listen(fd, CONTROL_BACKLOG) < 0)
        e = -errno;
    if (e < 0) {
        close(fd);
        return e;
    }
    s->control_fd = fd;
    return 0;
}

static int prepare(struct supervisor *s)
{
    char error[CONFIG_ERROR_MAX];
    int e = make_data_folders(s);
    if (e < 0)
        return command_failed(_("data folder %s: %s; choose another with --data"), s->config.data, strerror(-e));
    umask(0027); /* from here on, and of all roles */
    char closed[CONFIG_PATH_MAX];
    if (closed_folder(s, closed))
        return command_failed(_("data folder %s: the user %s, which the roles become, may not pass %s; choose another "
                                "folder with --data, or another user in the configuration"),
                              s->config.data, s->config.user, closed);
    e = take_lock(s);
    if (e == -EWOULDBLOCK)
        return command_failed(_("another hinomi runs on the data folder %s"), s->config.data);
    if (e < 0)
        return command_failed(_("%s/%s: %s"), s->config.data, NODE_LOCK, strerror(-e));
    if (try_certificate(&s->config, error) < 0)
        return command_failed("%s", error);
    s->socket_count = open_sockets(&s->config, false, s->sockets, error);
    if (s->socket_count < 0)
        return command_failed("%s", error);
    e = open_control(s);
    if (e < 0)
        return command_failed(_("%s/%s: %s"), s->config.data, NODE_CONTROL, strerror(-e));
    e = shared_memory_create(s->config.dns.workers, s->config.ring_bytes, &s->memory_fd);
    if (e == 0)
        e = shared_memory_map(s->memory_fd, s->config.dns.workers, s->config.ring_bytes, &s->memory);
    if (e < 0)
        return command_failed(_("no shared memory: %s"), strerror(-e));
    return EXIT_FINE;
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
    close_sockets(s->sockets, s->socket_count);
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
    int code = prepare(s);
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
