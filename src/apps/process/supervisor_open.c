/* Opens what only the parent may: folders, lock, sockets, shared memory. */
#include "apps/process/supervisor_impl.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <unistd.h>

#include "apps/command/command.h"
#include "base/log.h"
#include "base/text.h"

enum { CONTROL_BACKLOG = 64 };

void supervisor_close_sockets(const int *fds, int count)
{
    for (int i = 0; i < count; i++)
        close(fds[i]);
}

int supervisor_open_sockets(const struct config *c, bool ours, int *ret_fds, char *ret_error)
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

int supervisor_try_certificate(const struct config *c, char *ret_error)
{
    _Static_assert((int)CERTIFICATE_ERROR_MAX <= (int)CONFIG_ERROR_MAX, "its text fits");
    int e = 0;
    if (c->dns.certificate.certificate[0] && dns_service_is_encrypted(&c->dns))
        e = certificate_try(&c->dns.certificate, ret_error);
    if (e == 0 && c->share.certificate.certificate[0] && c->share.listen_count > 0)
        e = certificate_try(&c->share.certificate, ret_error);
    if (e == 0 && c->web.certificate.certificate[0] && c->web.count > 0)
        e = certificate_try(&c->web.certificate, ret_error);
    return e;
}

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
    static const char *const below[] = {NODE_EXCHANGE, NODE_FEEDS, NODE_LISTS, NODE_POLICY, NODE_TELEMETRY, NODE_TLS, NODE_TLS_SHARE, NODE_TLS_WEB};
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

/* A socket to listen on, or negative errno and a text that begins with `what`. */
static int open_listening(const struct sockaddr *sa, int type, const char *what, char *ret_error)
{
    int one = 1, fd = socket(sa->sa_family, type | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
    /* Of UDP, two could have one address: then the other would get what is ours. */
    bool done = fd >= 0 && (type == SOCK_DGRAM || setsockopt(fd, SOL_SOCKET, SO_REUSEADDR, &one, sizeof one) == 0) &&
                bind(fd, sa, addr_sockaddr_len(sa)) == 0 && (type == SOCK_DGRAM || listen(fd, CONTROL_BACKLOG) == 0);
    if (done)
        return fd;
    int e = -errno;
    char text[ADDR_PORT_TEXT_MAX];
    snprintf(ret_error, CONFIG_ERROR_MAX, "%s: %s: %s", what, addr_port_format(sa, text), strerror(-e));
    if (fd >= 0)
        close(fd);
    return e;
}

int supervisor_open_metrics(const struct config *c, int *ret_fd, char *ret_error)
{
    const struct sockaddr *sa = (const struct sockaddr *)&c->metrics;
    *ret_fd = -1;
    int fd = sa->sa_family == AF_UNSPEC ? -1 : open_listening(sa, SOCK_STREAM, "metrics", ret_error);
    if (fd >= 0)
        *ret_fd = fd;
    return fd >= 0 || sa->sa_family == AF_UNSPEC ? 0 : fd;
}

static int socket_of(const struct share_options *old, const int *old_fds, const struct share_socket *wanted)
{
    struct share_socket had[SHARE_SOCKETS_MAX];
    unsigned count = old ? share_options_sockets(old, had) : 0;
    for (unsigned i = 0; i < count; i++)
        if (had[i].type == wanted->type && memcmp(&had[i].at, &wanted->at, sizeof wanted->at) == 0)
            return old_fds[i];
    return -1;
}

int supervisor_open_share(const struct config *c, const struct share_options *old, const int *old_fds, int *ret_fds, char *ret_error)
{
    struct share_socket wanted[SHARE_SOCKETS_MAX];
    int opened[SHARE_SOCKETS_MAX], opened_count = 0;
    unsigned count = share_options_sockets(&c->share, wanted);
    for (unsigned i = 0; i < count; i++) {
        ret_fds[i] = socket_of(old, old_fds, &wanted[i]);
        if (ret_fds[i] >= 0)
            continue;
        int fd = open_listening((const struct sockaddr *)&wanted[i].at, wanted[i].type, "share", ret_error);
        if (fd < 0) {
            supervisor_close_sockets(opened, opened_count);
            return fd;
        }
        ret_fds[i] = opened[opened_count++] = fd;
    }
    return (int)count;
}

/* What is a default gives way to who was there before; what was asked for does not. */
int supervisor_open_web(struct web_listen *web, const struct web_listen *old, const int *old_fds, int *ret_fds, char *ret_error)
{
    int opened[WEB_SOCKETS_MAX], opened_count = 0;
    const struct sockaddr_storage *at, *had;
    for (unsigned i = 0; (at = web_listen_at(web, i)); i++) {
        ret_fds[i] = -1;
        for (unsigned k = 0; old && (had = web_listen_at(old, k)); k++)
            if (memcmp(had, at, sizeof *at) == 0)
                ret_fds[i] = old_fds[k];
        if (ret_fds[i] >= 0)
            continue;
        int fd = open_listening((const struct sockaddr *)at, SOCK_STREAM, i < web->count ? "web" : "web: sinkhole", ret_error);
        if (fd == -EADDRINUSE && web->is_default && i < web->count) {
            log_warning(_("no console: %s; set web: listen: in the configuration"), ret_error);
            web->count = 0; /* it is the only one, and the first */
            i--; /* and what follows takes its place */
            continue;
        }
        if (fd < 0) {
            supervisor_close_sockets(opened, opened_count);
            return fd;
        }
        ret_fds[i] = opened[opened_count++] = fd;
    }
    return (int)(web->count + web->sinkhole_count);
}

int supervisor_open(struct supervisor *s)
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
    if (supervisor_try_certificate(&s->config, error) < 0)
        return command_failed("%s", error);
    s->socket_count = supervisor_open_sockets(&s->config, false, s->sockets, error);
    if (s->socket_count < 0)
        return command_failed("%s", error);
    s->share_socket_count = supervisor_open_share(&s->config, NULL, NULL, s->share_sockets, error);
    if (s->share_socket_count < 0)
        return command_failed("%s", error);
    s->web_socket_count = supervisor_open_web(&s->config.web, NULL, NULL, s->web_sockets, error);
    if (s->web_socket_count < 0)
        return command_failed("%s", error);
    if (supervisor_open_metrics(&s->config, &s->metrics_fd, error) < 0)
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
