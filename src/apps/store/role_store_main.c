/* The store role's process: takes what the parent hands over, enters the sandbox, runs the engine for each hub that comes. */
#include <errno.h>
#include <event2/event.h>
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "apps/store/role_store.h"
#include "apps/process/roles.h"
#include "base/log.h"
#include "base/text.h"
#include "store/engine.h"

struct store_main {
    struct role_start start;
    struct event_base *loop;
    struct role_store *role;
    struct role_store_options options;
    char library[ENGINE_PATH_MAX];
    char folder[CONFIG_PATH_MAX + 32];
};

static void on_hub_end(void *self)
{
    (void)self; /* the parent brings the next hub's channel */
}

static void on_parent(evutil_socket_t fd, short what, void *self)
{
    (void)what;
    struct store_main *s = self;
    struct handover m;
    int e = handover_recv((int)fd, &m);
    if (e == -EAGAIN)
        return;
    if (e <= 0) {
        event_base_loopbreak(s->loop);
        return;
    }
    if (m.kind == PARENT_PEER && m.number == ROLE_HUB && m.fd_count == 1 &&
        role_store_set_hub(s->role, m.fds[0]) == 0)
        m.fd_count = 0;
    handover_drop(&m);
}

static void on_terminate(evutil_socket_t number, short what, void *loop)
{
    (void)number, (void)what;
    event_base_loopbreak(loop);
}

static int run(struct store_main *s)
{
    s->loop = event_base_new();
    struct event *parent = s->loop ? event_new(s->loop, ROLE_PARENT_FD, EV_READ | EV_PERSIST, on_parent, s) : NULL;
    struct event *terminate = s->loop ? evsignal_new(s->loop, SIGTERM, on_terminate, s->loop) : NULL;
    fcntl(ROLE_PARENT_FD, F_SETFL, O_NONBLOCK);
    if (!parent || !terminate || event_add(parent, NULL) < 0 || event_add(terminate, NULL) < 0 ||
        role_store_new(s->loop, &s->options, on_hub_end, s, &s->role) < 0)
        return 1;
    int hub = s->start.peers[ROLE_HUB];
    if (hub >= 0 && role_store_set_hub(s->role, hub) < 0)
        close(hub);
    if (handover_send(ROLE_PARENT_FD, &(struct handover){.kind = ROLE_IS_READY}) == 0)
        event_base_dispatch(s->loop);
    role_store_free(s->role);
    event_free(parent);
    event_free(terminate);
    event_base_free(s->loop);
    return 0;
}

int role_store_main(void)
{
    log_init("store", LOG_LEVEL_NOTICE);
    signal(SIGINT, SIG_IGN); /* from the terminal: the parent tells us when */
    struct store_main *s = calloc(1, sizeof *s);
    if (!s)
        return 1;
    int e = role_receive_start(&s->start);
    if (e < 0) {
        log_error(_("nothing usable from the parent: %s"), strerror(-e));
        return 1;
    }
    if (s->start.config->engine[0])
        snprintf(s->library, sizeof s->library, "%s", s->start.config->engine);
    else
        engine_find_library(s->library);
    snprintf(s->folder, sizeof s->folder, "%s/%s", s->start.config->data, NODE_TELEMETRY);
    const struct config *c = s->start.config;
    s->options = (struct role_store_options){
        .library_path = s->library,
        .data_dir = s->folder,
        .memory_max = (uint64_t)c->store_memory_mib << 20,
    };
    memcpy(s->options.retention_days, c->retention_days, sizeof s->options.retention_days);
    struct sandbox_report report;
    e = role_tell_sandbox(role_store_confine(&s->options, c->uid, c->gid, &report), &report);
    return e < 0 ? 1 : run(s);
}
