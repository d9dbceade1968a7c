/* Makes and forgets the channel to the hub. */
#include "apps/process/hub_link.h"

#include <string.h>
#include <unistd.h>

#include "base/log.h"
#include "base/text.h"

static void forget(struct hub_link *l)
{
    channel_free(l->channel);
    l->channel = NULL;
    l->is_ready = false;
    if (l->jobs)
        job_queue_end_all(l->jobs);
    if (l->forgotten)
        l->forgotten(l->self);
}

static void on_message(struct channel *channel, uint16_t type, struct reader payload, void *self)
{
    (void)channel;
    struct hub_link *l = self;
    if (l->jobs && type == l->ready) {
        l->is_ready = true;
        job_queue_take(l->jobs);
    } else {
        l->message(l->self, type, payload);
    }
}

static void on_end(struct channel *channel, int reason, void *self)
{
    (void)channel, (void)reason; /* the parent brings a new one; what needs no hub goes on */
    forget(self);
}

void hub_link_connect(struct hub_link *l, int fd)
{
    struct channel_handler handler = {.on_message = on_message, .on_end = on_end, .self = l};
    if (fd < 0)
        return;
    forget(l);
    int e = channel_new(l->loop, fd, l->message_max, l->queue_max, handler, &l->channel);
    if (e < 0) {
        log_error(_("no channel to %s: %s"), role_name(ROLE_HUB), strerror(-e));
        close(fd);
        return;
    }
    l->is_ready = !l->jobs;
}

bool hub_link_take(struct hub_link *l, struct handover *m)
{
    if (m->kind != PARENT_PEER || m->number != ROLE_HUB || m->fd_count != 1)
        return false;
    hub_link_connect(l, m->fds[0]);
    m->fd_count = 0;
    return true;
}

struct channel *hub_link_channel(const struct hub_link *l)
{
    return l->is_ready ? l->channel : NULL;
}
