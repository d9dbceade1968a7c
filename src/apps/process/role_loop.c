/* Makes and runs that loop. */
#include "apps/process/role_loop.h"

#include <errno.h>
#include <event2/event.h>
#include <fcntl.h>
#include <signal.h>
#include <string.h>
#include <sys/eventfd.h>
#include <unistd.h>

#include "base/log.h"
#include "base/text.h"

void role_loop_wake(struct role_loop *l)
{
    uint64_t one = 1;
    ssize_t n = write(l->wake_fd, &one, sizeof one);
    (void)n; /* full: it is awake */
}

static void on_wake(evutil_socket_t fd, short what, void *self)
{
    (void)what;
    struct role_loop *l = self;
    uint64_t count;
    ssize_t n = read((int)fd, &count, sizeof count);
    (void)n;
    l->hooks.wake(l->hooks.self);
}

static void on_tick(evutil_socket_t fd, short what, void *self)
{
    (void)fd, (void)what;
    struct role_loop *l = self;
    l->hooks.tick(l->hooks.self);
}

static void on_parent(evutil_socket_t fd, short what, void *self)
{
    (void)what;
    struct role_loop *l = self;
    struct handover m;
    int e = handover_recv((int)fd, &m);
    if (e == -EAGAIN)
        return;
    if (e <= 0) {
        event_base_loopbreak(l->base);
        return;
    }
    l->hooks.message(l->hooks.self, &m);
    handover_drop(&m);
}

static void on_terminate(evutil_socket_t number, short what, void *self)
{
    (void)number, (void)what;
    event_base_loopbreak(((struct role_loop *)self)->base);
}

static void on_renewal(evutil_socket_t fd, short what, void *self)
{
    (void)fd, (void)what;
    struct role_loop *l = self;
    role_check_renewal(&l->certificate, l->renewal);
}

int role_loop_make(struct role_loop *l, const struct role_loop_hooks *hooks)
{
    static const struct timeval period = {.tv_usec = ROLE_LOOP_TICK_MS * 1000};
    l->hooks = *hooks;
    l->base = event_base_new();
    l->wake_fd = eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK);
    if (!l->base || l->wake_fd < 0)
        return -ENOMEM;
    fcntl(ROLE_PARENT_FD, F_SETFL, O_NONBLOCK);
    l->parent = event_new(l->base, ROLE_PARENT_FD, EV_READ | EV_PERSIST, on_parent, l);
    l->terminate = evsignal_new(l->base, SIGTERM, on_terminate, l);
    l->tick = event_new(l->base, -1, EV_PERSIST, on_tick, l);
    l->wake = event_new(l->base, l->wake_fd, EV_READ | EV_PERSIST, on_wake, l);
    l->renewal = event_new(l->base, -1, 0, on_renewal, l);
    return l->parent && l->terminate && l->tick && l->wake && l->renewal && event_add(l->parent, NULL) == 0 &&
                   event_add(l->terminate, NULL) == 0 && event_add(l->tick, &period) == 0 && event_add(l->wake, NULL) == 0
               ? 0
               : -ENOMEM;
}

int role_loop_read_certificate(struct role_loop *l, const struct config *c, const struct role_tls *tls, struct certificate_pem *ret_pem)
{
    char error[CERTIFICATE_ERROR_MAX];
    struct certificate_names names = {0};
    for (unsigned i = 0; i < tls->listen_count; i++)
        if (!dns_socket_is_wildcard((const struct sockaddr *)&tls->listen[i]))
            names.addresses[names.address_count++] = addr_of_sockaddr((const struct sockaddr *)&tls->listen[i]);
    l->own_certificate = !tls->files->certificate[0];
    int e = l->own_certificate ? role_own_certificate(c, tls->folder, &names, &l->certificate, ret_pem, error)
                               : certificate_load(tls->files, &l->certificate, ret_pem, error);
    if (e < 0)
        log_error("%s: %s", tls->failed, error);
    else
        certificate_log(&l->certificate);
    return e;
}

void role_loop_run(struct role_loop *l, bool serves)
{
    if (serves && l->own_certificate)
        on_renewal(-1, 0, l);
    if (handover_send(ROLE_PARENT_FD, &(struct handover){.kind = ROLE_IS_READY}) == 0)
        event_base_dispatch(l->base);
}
