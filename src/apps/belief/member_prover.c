/* One look at a time. */
#include "apps/belief/member_prover.h"

#include <errno.h>
#include <event2/event.h>
#include <stdlib.h>

#include "api/intake/proof_intake.h"
#include "base/clock.h"
#include "base/log.h"
#include "base/text.h"

/* 20,000 members with a network and a name each are gone through in a day. */
enum { LOOK_EVERY_S = 2, REST_MS = 600000 /* when the disk is full, or the like */ };

struct member_prover {
    struct node *node;
    struct event *tick;
    bool looking;
    uint64_t rest_until_ms;
};

static void on_looked(void *self, const struct member_challenge *c, const char *error)
{
    struct member_prover *p = self;
    p->looking = false;
    if (error)
        p->rest_until_ms = clock_mono_ms() + REST_MS;
    if (error)
        log_warning(_("a proof of a member cannot be looked for: %s"), error);
    else if (c->failing_us)
        log_notice(_("member %s: the record that proves %s is not there (%s)"), c->member, c->value, member_look_word(c->outcome));
}

static void on_tick(evutil_socket_t fd, short what, void *self)
{
    (void)fd, (void)what;
    struct member_prover *p = self;
    struct member_challenge c;
    int64_t now_us = clock_wall_us();
    if (p->looking || clock_mono_ms() < p->rest_until_ms || member_challenge_due(p->node->ledger, now_us, &c) < 0)
        return;
    if (proof_intake_look(p->node, &c, on_looked, p) == 0)
        p->looking = true;
}

int member_prover_new(struct event_base *loop, struct node *node, struct member_prover **ret_prover)
{
    static const struct timeval every = {.tv_sec = LOOK_EVERY_S};
    struct member_prover *p = calloc(1, sizeof *p);
    if (!p)
        return -ENOMEM;
    p->node = node;
    p->tick = event_new(loop, -1, EV_PERSIST, on_tick, p);
    if (!p->tick || event_add(p->tick, &every) < 0) {
        member_prover_free(p);
        return -ENOMEM;
    }
    *ret_prover = p;
    return 0;
}

void member_prover_free(struct member_prover *p)
{
    if (!p)
        return;
    if (p->tick)
        event_free(p->tick);
    free(p);
}
