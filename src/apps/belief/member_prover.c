/* One look at a time; and mails that are asked again. */
#include "apps/belief/member_prover.h"

#include <errno.h>
#include <event2/event.h>
#include <stdio.h>
#include <stdlib.h>

#include "api/intake/proof_intake.h"
#include "api/intake/proof_mail.h"
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

/* ---- by mail ---- */

static struct member member; /* the hub's loop is the only thread here: too large for the stack */

/* The same address once more, if it is still registered; else the proof lapses in its time. */
static int ask_again(struct member_prover *p, struct member_mail *m, int64_t now_us)
{
    struct member_claim claim;
    int e = member_get(p->node->ledger, m->member, &member);
    if (e < 0)
        return e;
    snprintf(m->asked_by, sizeof m->asked_by, "renewal");
    if (member_claim_parse(m->value, &claim) == 0 && proof_mail_is_registered(&member, &claim, m->mail))
        return proof_mail_ask(p->node, m, now_us);
    log_warning(_("member %s: %s was proved by %s, which is no contact any more: have it proved anew"), m->member, m->value, m->mail);
    m->made_us = m->until_us = now_us;
    return member_mail_put(p->node->ledger, m);
}

static int step_mail(struct member_prover *p, int64_t now_us)
{
    struct member_mail m;
    int e = p->node->has_mail(p->node->self) ? member_mail_due(p->node->ledger, now_us, &m) : -ENOENT;
    if (e == 0)
        e = ask_again(p, &m, now_us);
    if (e < 0 && e != -ENOENT)
        return e;
    e = member_mail_lapse(p->node->ledger, now_us, &m);
    if (e < 0)
        return e == -ENOENT ? 0 : e;
    log_notice(_("member %s: %s is no longer proved: the mail to %s was not answered again"), m.member, m.value, m.mail);
    if (p->node->members_changed)
        p->node->members_changed(p->node->self);
    return 0;
}

/* ---- time ---- */

static void on_tick(evutil_socket_t fd, short what, void *self)
{
    (void)fd, (void)what;
    struct member_prover *p = self;
    struct member_challenge c;
    int64_t now_us = clock_wall_us();
    if (clock_mono_ms() < p->rest_until_ms)
        return;
    int e = step_mail(p, now_us);
    if (e < 0) {
        log_warning(_("proofs by mail wait: %s"), _(ledger_error_of(e)));
        p->rest_until_ms = clock_mono_ms() + REST_MS;
        return;
    }
    if (p->looking || member_challenge_due(p->node->ledger, now_us, &c) < 0)
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
