/* Wires the parts of notices to each other and to time. */
#include "apps/notice/notice_keeper.h"

#include <errno.h>
#include <event2/event.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "api/notice/notice_change.h"
#include "api/notice/notice_json.h"
#include "apps/notice/notice_finder.h"
#include "apps/notice/notice_teller.h"
#include "apps/notice/notice_watcher.h"
#include "base/clock.h"
#include "base/log.h"
#include "base/text.h"
#include "store/notice_campaign.h"
#include "store/notice_delivery.h"

#define DAY_US INT64_C(86400000000)
enum {
    STEP_MS = 500,
    RELEASED_A_STEP = 100,
    COUNTED_EVERY_MS = 10000, /* of 200,000 notices it takes a while */
    FORGET_EVERY_MS = 3600000,
    NEWS_MAX = 256,   /* notices of which pages hear by themselves; of more they hear when they ask */
    WAITING_MAX = 4096, /* indicators that the ledger could not take now */
};

struct waiting {
    uint32_t id;
};

struct notice_keeper {
    struct notice_keeper_options o;
    const struct config *config;
    struct notice_rules rules;
    struct notice_finder finder;
    struct notice_teller *teller;
    struct notice_watcher *watcher;
    struct event *step;
    void (*told)(void *self, const char *member, bool is_hidden, const char *json);
    void *told_self;
    int64_t news[NEWS_MAX];
    unsigned news_count;
    struct waiting *waiting;
    unsigned waiting_count;
    uint64_t lost; /* findings beyond what may wait for the disk */
    bool failing;
    struct notice_counts counts;
    uint64_t deliveries[DELIVERY_STATE_COUNT];
    uint64_t counted_ms, forget_ms;
};

/* ---- telling pages ---- */

void notice_keeper_changed(struct notice_keeper *k, const struct notice *n)
{
    json_t *o = k->told ? notice_json(n, true) : NULL;
    char *text = o ? json_dumps(o, JSON_COMPACT | JSON_ENSURE_ASCII) : NULL;
    if (text)
        k->told(k->told_self, n->member, n->life.state == NOTICE_HELD, text);
    free(text);
    json_decref(o);
}

static void on_changed(void *self, const struct notice *n)
{
    notice_keeper_changed(self, n);
}

/* It may not be on disk yet: pages hear of it with the next step. */
static void on_made(void *self, int64_t id)
{
    struct notice_keeper *k = self;
    if (k->news_count < NEWS_MAX)
        k->news[k->news_count++] = id;
}

static void tell_news(struct notice_keeper *k)
{
    struct notice n;
    for (unsigned i = 0; i < k->news_count; i++)
        if (notice_get(k->o.ledger, k->news[i], &n, NULL) == 0)
            notice_keeper_changed(k, &n);
    k->news_count = 0;
}

/* ---- findings ---- */

int notice_keeper_met(struct notice_keeper *k, const struct indicator_sighting *s)
{
    return notice_finder_met(&k->finder, s, clock_wall_us());
}

static void wait_for_disk(struct notice_keeper *k, uint32_t id)
{
    if (k->waiting_count == WAITING_MAX)
        k->lost++;
    else
        k->waiting[k->waiting_count++].id = id;
}

void notice_keeper_indicator_changed(struct notice_keeper *k, uint32_t id, const struct indicator *was, bool was_known, const struct indicator *now)
{
    if (notice_finder_wants(was, was_known, now) && (k->waiting_count > 0 || notice_finder_changed(&k->finder, id, now, clock_wall_us()) < 0))
        wait_for_disk(k, id);
}

static int take_waiting(struct notice_keeper *k)
{
    int e = 0;
    unsigned done = 0;
    for (; e == 0 && done < k->waiting_count; done += e == 0) {
        struct indicator i;
        e = indicator_get_by_id(k->o.ledger, k->waiting[done].id, &i);
        if (e == 0 && i.state != INDICATOR_EXPIRED)
            e = notice_finder_changed(&k->finder, k->waiting[done].id, &i, clock_wall_us());
        e = e == -ENOENT ? 0 : e;
    }
    k->waiting_count -= done;
    memmove(k->waiting, k->waiting + done, k->waiting_count * sizeof k->waiting[0]);
    return e;
}

/* ---- campaigns ---- */

static int release(struct notice_keeper *k, const int64_t *ids, unsigned count, int64_t now_us)
{
    int e = indicator_begin(k->o.ledger);
    for (unsigned i = 0; e >= 0 && i < count; i++) {
        struct notice n;
        e = notice_change(k->o.ledger, &k->rules, ids[i], NOTICE_IS_TO_BE_TOLD, now_us, &n);
        if (e == 0) { /* at its end, and not to go back to the control group when it is seen again */
            struct notice_plan plan;
            e = notice_get(k->o.ledger, ids[i], &n, &plan);
            n.life.held_us = 0;
            if (e == 0)
                e = notice_put(k->o.ledger, &n, &plan);
        }
        if (e >= 0)
            on_made(k, ids[i]);
    }
    e = e < 0 ? e : indicator_commit(k->o.ledger);
    if (e < 0)
        indicator_rollback(k->o.ledger);
    return e;
}

static int end_campaigns(struct notice_keeper *k, int64_t now_us)
{
    struct campaign c;
    int64_t ids[RELEASED_A_STEP];
    int e = campaign_ended(k->o.ledger, now_us, &c);
    if (e < 0)
        return e == -ENOENT ? 0 : e;
    int count = notice_held(k->o.ledger, c.name, RELEASED_A_STEP, ids);
    return count < 0 ? count : count == 0 ? campaign_set_released(k->o.ledger, c.name) : release(k, ids, (unsigned)count, now_us);
}

/* ---- time ---- */

static int forget(struct notice_keeper *k, int64_t now_us)
{
    uint64_t now_ms = clock_mono_ms();
    if (now_ms < k->forget_ms)
        return 0;
    k->forget_ms = now_ms + FORGET_EVERY_MS;
    return delivery_forget(k->o.ledger, now_us - DELIVERY_KEPT_DAYS * DAY_US);
}

static void on_step(evutil_socket_t fd, short what, void *self)
{
    (void)fd, (void)what;
    struct notice_keeper *k = self;
    int64_t now_us = clock_wall_us();
    tell_news(k);
    int e = take_waiting(k);
    if (e == 0)
        e = end_campaigns(k, now_us);
    if (e == 0)
        e = notice_teller_step(k->teller, now_us);
    if (e == 0)
        e = notice_watcher_step(k->watcher, now_us);
    if (e == 0)
        e = forget(k, now_us);
    if (e < 0 && !k->failing)
        log_error(_("notices wait: %s"), _(ledger_error_of(e)));
    k->failing = e < 0;
}

void notice_keeper_sent(struct notice_keeper *k, const json_t *result)
{
    if (result)
        notice_teller_sent(k->teller, result, clock_wall_us());
    else
        notice_teller_lost(k->teller);
}

/* ---- asked ---- */

const struct notice_rules *notice_keeper_rules(const struct notice_keeper *k)
{
    return &k->rules;
}

int notice_keeper_send(struct notice_keeper *k, int64_t id, struct notice *ret_notice)
{
    return notice_teller_tell(k->teller, id, clock_wall_us(), ret_notice);
}

void notice_keeper_digest(struct notice_keeper *k)
{
    notice_teller_digest(k->teller, clock_wall_us());
}

const char *notice_keeper_webhook_flaw(const struct notice_keeper *k, const char *url)
{
    const struct notify_settings *s = &k->config->notify;
    int e = notify_member_webhook_check(s, url);
    if (!s->member_webhooks)
        return _("the configuration lets no member have a webhook (notify: member_webhooks)");
    return e == -EPERM  ? _("webhooks of members may be at public addresses alone, unless the configuration says otherwise (notify: member_webhooks: networks)")
           : e == -EINVAL ? _("url is https://HOST/..., without a name or password in it")
                          : NULL;
}

static void count_again(struct notice_keeper *k)
{
    uint64_t now_ms = clock_mono_ms();
    if (k->counted_ms != 0 && now_ms - k->counted_ms < COUNTED_EVERY_MS)
        return;
    k->counted_ms = now_ms;
    if (notice_count(k->o.ledger, NULL, &k->counts) < 0 || delivery_count(k->o.ledger, k->deliveries) < 0)
        k->counted_ms = 0;
}

static json_t *counts_json(const uint64_t *counts, unsigned count, const char *(*word)(unsigned))
{
    json_t *o = json_object();
    for (unsigned i = 0; i < count; i++)
        json_object_set_new(o, word(i), json_integer((json_int_t)counts[i]));
    return o;
}

json_t *notice_keeper_json(struct notice_keeper *k)
{
    struct notice_teller_status t;
    struct notice_watcher_status w;
    const struct notify_settings *s = &k->config->notify;
    json_int_t no_room = (json_int_t)k->finder.no_room;
    notice_teller_status_get(k->teller, &t);
    notice_watcher_status_get(k->watcher, &w);
    count_again(k);
    return json_pack("{s:o, s:o, s:I, s:b, s:b, s:b, s:I, s:I, s:I, s:I, s:I, s:I, s:I, s:I, s:I, s:I, s:I, s:s, s:I, s:I, s:I, s:I, s:I}", "states",
                     counts_json(k->counts.state, NOTICE_STATE_COUNT, notice_state_word), "deliveries",
                     counts_json(k->deliveries, DELIVERY_STATE_COUNT, delivery_state_word), "uncovered", (json_int_t)k->counts.uncovered, "mail", s->relay[0] != '\0',
                     "webhook", s->webhook[0] != '\0', "member_webhooks", s->member_webhooks != 0, "met", (json_int_t)k->finder.met, "own", (json_int_t)k->finder.own, "withdrawn",
                     (json_int_t)k->finder.withdrawn, "no_room", no_room + (json_int_t)t.no_room, "lost", (json_int_t)k->lost, "sent", (json_int_t)t.taken,
                     "failed", (json_int_t)t.failed, "given_up", (json_int_t)t.given_up, "folded", (json_int_t)t.folded, "bad_addresses", (json_int_t)t.refused,
                     "sending", (json_int_t)t.sending, "last_error", t.last_error, "last_error_us", (json_int_t)t.last_error_us, "digest_us",
                     (json_int_t)t.digest_us, "looks", (json_int_t)w.looks, "questions", (json_int_t)w.questions, "unanswered", (json_int_t)w.unanswered);
}

/* ---- making ---- */

void notice_keeper_listen(struct notice_keeper *k, void (*told)(void *self, const char *member, bool is_hidden, const char *json), void *self)
{
    k->told = told;
    k->told_self = self;
}

void notice_keeper_configure(struct notice_keeper *k, const struct config *config)
{
    k->config = config;
    k->rules = (struct notice_rules){.fixed_after_us = config->notify.fixed_after_us, .no_effect_after_us = config->notify.no_effect_after_us};
    notice_teller_configure(k->teller, &config->notify);
}

static int send_wish(void *self, json_t *wish)
{
    struct notice_keeper *k = self;
    return k->o.send(k->o.self, wish);
}

static void flush(void *self)
{
    struct notice_keeper *k = self;
    k->o.flush(k->o.self);
}

static int make_parts(struct notice_keeper *k)
{
    static const struct timeval period = {.tv_usec = STEP_MS * 1000};
    struct notice_teller_options teller = {.ledger = k->o.ledger, .rules = &k->rules, .self = k, .send = send_wish, .changed = on_changed};
    struct notice_watcher_options watcher = {
        .ledger = k->o.ledger, .store = k->o.store, .rules = &k->rules, .self = k, .changed = on_changed, .flush = flush};
    k->waiting = calloc(WAITING_MAX, sizeof *k->waiting);
    k->finder = (struct notice_finder){.ledger = k->o.ledger, .rules = &k->rules, .self = k, .made = on_made};
    int e = k->waiting ? notice_teller_new(&teller, &k->teller) : -ENOMEM;
    if (e == 0)
        e = notice_watcher_new(&watcher, &k->watcher);
    k->step = e == 0 ? event_new(k->o.loop, -1, EV_PERSIST, on_step, k) : NULL;
    if (e == 0 && (!k->step || event_add(k->step, &period) < 0))
        e = -ENOMEM;
    return e;
}

int notice_keeper_new(const struct notice_keeper_options *options, const struct config *config, struct notice_keeper **ret_keeper)
{
    struct notice_keeper *k = calloc(1, sizeof *k);
    if (!k)
        return -ENOMEM;
    k->o = *options;
    int e = make_parts(k);
    if (e < 0) {
        notice_keeper_free(k);
        return e;
    }
    notice_keeper_configure(k, config);
    *ret_keeper = k;
    return 0;
}

void notice_keeper_free(struct notice_keeper *k)
{
    if (!k)
        return;
    if (k->step)
        event_free(k->step);
    notice_watcher_free(k->watcher);
    notice_teller_free(k->teller);
    free(k->waiting);
    free(k);
}
