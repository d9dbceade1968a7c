/* Folds findings into notices. */
#include "apps/notice/notice_finder.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "api/notice/notice_change.h"
#include "store/member.h"
#include "store/notice_campaign.h"

static struct member owner; /* the hub's loop is the only thread here: too large for the stack */

/* ---- a new notice ---- */

static int put_into_campaign(const struct notice_finder *f, struct notice *n, int64_t now_us)
{
    struct campaign c;
    char finding[ACCOUNT_MEMBER_MAX + 64];
    int e = member_get(f->ledger, n->member, &owner);
    if (e < 0 && e != -ENOENT)
        return e;
    e = campaign_for(f->ledger, n->claim, e == 0 ? owner.sector : "", now_us, &c);
    if (e < 0)
        return e == -ENOENT ? 0 : e;
    snprintf(finding, sizeof finding, "%s %s %s", n->member, notice_kind_word(n->kind), claim_traits(n->claim)->word);
    memcpy(n->campaign, c.name, sizeof n->campaign);
    n->is_control = effect_is_held(c.seed, c.name, finding, c.percent);
    if (n->is_control)
        notice_step(&n->life, NOTICE_IS_HELD, now_us);
    return 0;
}

static int make(struct notice_finder *f, const char *member, enum notice_kind kind, enum claim claim, int64_t seen_us, int64_t now_us, int64_t *ret_id)
{
    struct notice n = {.kind = kind, .claim = claim, .is_urgent = notice_is_urgent(kind, claim), .coverage = -1, .life = notice_life_of(now_us, seen_us)};
    snprintf(n.member, sizeof n.member, "%s", member);
    int e = n.is_urgent ? 0 : put_into_campaign(f, &n, now_us); /* what is urgent is never held back */
    struct notice_plan plan = {.look_us = notice_next_look(&n.life, f->rules), .at_once = n.is_urgent, .digest = true};
    if (e == 0)
        e = notice_put(f->ledger, &n, &plan);
    if (e == 0)
        *ret_id = n.id;
    return e;
}

/* A subject that no notice of the member has. */
static int add(struct notice_finder *f, const char *member, enum notice_kind kind, enum claim claim, const struct notice_hit *hit, int64_t now_us)
{
    int64_t id = 0;
    bool is_new = false;
    int e = notice_gathering(f->ledger, member, kind, claim, &id);
    if (e == -ENOENT) {
        is_new = true;
        e = make(f, member, kind, claim, hit->last_us, now_us, &id);
    }
    if (e == -ENOSPC) { /* of notices; a disk that is full fails the commit as well */
        f->no_room++;
        return 0;
    }
    if (e == 0)
        e = notice_add_subject(f->ledger, id, member, kind, hit);
    if (e == -E2BIG) {
        f->no_room++;
        e = 0;
    }
    if (e == 0 && is_new)
        f->made(f->self, id);
    return e;
}

/* -ENOENT: no notice of the member has it. */
static int see_again(struct notice_finder *f, const char *member, enum notice_kind kind, const struct notice_hit *hit)
{
    int64_t id;
    enum notice_state state;
    struct notice n;
    int e = notice_of_subject(f->ledger, member, kind, hit->indicator, &id, &state);
    if (e == 0)
        e = notice_seen(f->ledger, id, member, kind, hit);
    if (e < 0 || !notice_state_is_final(state))
        return e;
    e = notice_change(f->ledger, f->rules, id, NOTICE_IS_SEEN, hit->last_us, &n);
    if (e > 0)
        f->made(f->self, id);
    return e < 0 ? e : 0;
}

/* ---- met ---- */

int notice_finder_met(struct notice_finder *f, const struct indicator_sighting *s, int64_t now_us)
{
    struct indicator i;
    struct notice_hit hit = {.indicator = s->indicator, .count = s->count, .first_us = s->first_us, .last_us = s->last_us};
    if (!s->member[0])
        return 0;
    f->met++;
    int e = see_again(f, s->member, NOTICE_MET, &hit);
    if (e != -ENOENT)
        return e;
    e = indicator_get_by_id(f->ledger, s->indicator, &i);
    if (e < 0)
        return e == -ENOENT ? 0 : e;
    const struct claim_traits *claim = claim_traits(i.claim);
    if (i.state != INDICATOR_ACTIVE || claim->group != CLAIM_ASSERTION || !claim->against)
        return 0;
    return add(f, s->member, NOTICE_MET, i.claim, &hit, now_us);
}

/* ---- one's own ---- */

/* What was believed and no longer is, because it was taken back or somebody said with reason that it is wrong; what nobody says any more expires. */
static bool is_wrong(enum indicator_state state)
{
    return state == INDICATOR_REVOKED || state == INDICATOR_CANDIDATE;
}

bool notice_finder_wants(const struct indicator *was, bool was_known, const struct indicator *now)
{
    enum indicator_state before = was_known ? was->state : INDICATOR_CANDIDATE;
    bool is_found = now->state == INDICATOR_ACTIVE && before != INDICATOR_ACTIVE && now->guards & INDICATOR_GUARD_OWN;
    return is_found || (was_known && is_wrong(now->state) && !is_wrong(before));
}

static int find_own(struct notice_finder *f, uint32_t id, const struct indicator *now, int64_t now_us)
{
    char member[ACCOUNT_MEMBER_MAX], value[MEMBER_VALUE_MAX];
    const struct claim_traits *claim = claim_traits(now->claim);
    /* It is said, not met: no hits, and "last" is when it was said. */
    struct notice_hit hit = {.indicator = id, .first_us = now->first_us, .last_us = now->last_us > now->changed_us ? now->last_us : now->changed_us};
    int e = claim->group == CLAIM_ASSERTION && claim->against ? member_of(f->ledger, &now->subject, member, value) : -ENOENT;
    if (e < 0)
        return e == -ENOENT ? 0 : e;
    f->own++;
    e = see_again(f, member, NOTICE_OWN, &hit);
    return e == -ENOENT ? add(f, member, NOTICE_OWN, now->claim, &hit, now_us) : e;
}

struct withdrawal {
    struct notice_finder *finder;
    int64_t now_us;
};

static int withdraw_one(void *self, int64_t id)
{
    const struct withdrawal *w = self;
    struct notice n;
    int e = notice_change(w->finder->ledger, w->finder->rules, id, NOTICE_IS_WRONG, w->now_us, &n);
    if (e <= 0)
        return e;
    w->finder->withdrawn++;
    w->finder->made(w->finder->self, id);
    return 0;
}

int notice_finder_changed(struct notice_finder *f, uint32_t id, const struct indicator *now, int64_t now_us)
{
    struct withdrawal w = {f, now_us};
    int e = indicator_begin(f->ledger);
    if (e == 0)
        e = is_wrong(now->state) ? notice_withdraw_subject(f->ledger, id, now_us, withdraw_one, &w) : find_own(f, id, now, now_us);
    if (e == 0)
        e = indicator_commit(f->ledger);
    if (e < 0)
        indicator_rollback(f->ledger);
    return e;
}
