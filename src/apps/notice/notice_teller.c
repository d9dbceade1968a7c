/* Queues deliveries, has them sent, and takes down what became of them. */
#include "apps/notice/notice_teller.h"

#include <errno.h>
#include <sodium.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "api/notice/notice_change.h"
#include "apps/notice/notice_letter.h"
#include "apps/notice/notice_sender.h"
#include "apps/notice/proof_letter.h"
#include "base/log.h"
#include "base/text.h"
#include "store/indicator.h"
#include "store/member_webhook.h"
#include "store/notice_delivery.h"

#define SECOND_US INT64_C(1000000)
#define HOUR_US (3600 * SECOND_US)
enum {
    GATHER_S = 2,        /* so that what comes together is one mail */
    MEMBERS_A_STEP = 20, /* of a digest, in one step */
    OWN_MAX = SENDER_JOBS_MAX / 2, /* webhooks of members at once, and one of each: who does not answer keeps nobody else waiting */
};

enum telling { TELL_AT_ONCE, TELL_DIGEST, TELL_NOW /* because somebody asked for it */ };

struct sending {
    int64_t id;                        /* of the delivery; 0: free */
    char own_of[ACCOUNT_MEMBER_MAX]; /* the member whose own webhook it goes to; empty: it goes elsewhere */
};

struct notice_teller {
    struct notice_teller_options o;
    const struct notify_settings *settings;
    struct sending sending[SENDER_JOBS_MAX];
    int64_t digest_by_us;             /* a digest of what was raised by then is being made up; 0: none is */
    struct notice_teller_status status;
};

static struct member addressed; /* the hub's loop is the only thread here: too large for the stack */

/* ---- queueing ---- */

/* Those of the notices that this address was not told since they were raised. */
static int choose_untold(struct notice_teller *t, const char *mail, const int64_t *ids, unsigned count, struct notice_delivery *d)
{
    d->notice_count = 0;
    for (unsigned i = 0; i < count && d->notice_count < DELIVERY_NOTICES_MAX; i++) {
        struct notice n;
        bool is_told = false;
        int e = notice_get(t->o.ledger, ids[i], &n, NULL);
        int64_t since_us = n.life.state == NOTICE_WITHDRAWN ? n.life.wrong_us : n.life.raised_us;
        if (e == 0)
            e = delivery_was_told(t->o.ledger, ids[i], mail, since_us, &is_told);
        if (e < 0)
            return e;
        if (!is_told)
            d->notices[d->notice_count++] = ids[i];
    }
    return 0;
}

static int queue_one(struct notice_teller *t, struct notice_delivery *d)
{
    int e = d->notice_count > 0 ? delivery_add(t->o.ledger, d) : 0;
    if (e == -EDQUOT) {
        t->status.no_room++;
        return 0;
    }
    return e;
}

static int queue_mail(struct notice_teller *t, const struct member_contact *c, enum telling how, const int64_t *ids, unsigned count, int64_t now_us)
{
    struct notice_delivery d = {.channel = DELIVERY_MAIL, .is_urgent = how == TELL_AT_ONCE, .is_japanese = c->is_japanese, .made_us = now_us, .due_us = now_us};
    unsigned sent = 0;
    if (!notify_address_is_valid(c->mail)) {
        t->status.refused++;
        return 0;
    }
    int e = how == TELL_AT_ONCE ? delivery_urgent_count(t->o.ledger, c->mail, NULL, now_us - HOUR_US, &sent) : 0;
    if (e == 0 && how == TELL_AT_ONCE && sent >= t->settings->urgent_per_hour) {
        t->status.folded++;
        return 0;
    }
    snprintf(d.member, sizeof d.member, "%s", addressed.name);
    snprintf(d.mail, sizeof d.mail, "%s", c->mail);
    snprintf(d.name, sizeof d.name, "%s", c->name);
    if (e == 0 && how == TELL_NOW) {
        memcpy(d.notices, ids, count * sizeof ids[0]);
        d.notice_count = count;
    } else if (e == 0) {
        e = choose_untold(t, c->mail, ids, count, &d);
    }
    return e < 0 ? e : queue_one(t, &d);
}

/* to: empty: the node's own; else the member's. */
static int queue_webhook(struct notice_teller *t, const char *member, const char *to, enum telling how, const int64_t *ids, unsigned count, int64_t now_us)
{
    struct notice_delivery d = {.channel = DELIVERY_WEBHOOK, .is_urgent = how == TELL_AT_ONCE, .made_us = now_us, .due_us = now_us};
    unsigned sent = 0;
    snprintf(d.member, sizeof d.member, "%s", member);
    snprintf(d.mail, sizeof d.mail, "%s", to);
    int e = how == TELL_AT_ONCE ? delivery_urgent_count(t->o.ledger, to, member, now_us - HOUR_US, &sent) : 0;
    if (e == 0 && how == TELL_AT_ONCE && sent >= t->settings->urgent_per_hour) {
        t->status.folded++;
        return 0;
    }
    if (e == 0)
        e = choose_untold(t, to, ids, count, &d);
    return e < 0 ? e : queue_one(t, &d);
}

static int queue_own(struct notice_teller *t, const char *member, enum telling how, const int64_t *ids, unsigned count, int64_t now_us)
{
    struct member_webhook w;
    char origin[NOTIFY_ORIGIN_MAX];
    int e = t->settings->member_webhooks ? member_webhook_get(t->o.ledger, member, &w) : -ENOENT;
    if (e == 0 && notify_origin(w.url, origin) < 0)
        e = -ENOENT;
    sodium_memzero(w.secret, sizeof w.secret);
    return e == -ENOENT ? 0 : e < 0 ? e : queue_webhook(t, member, origin, how, ids, count, now_us);
}

/* In a transaction. What was asked to be told in that way is not to be any more, whether somebody could be told or not: nobody wants the news of a year
 * on the day on which a relay is configured. */
static int queue_all(struct notice_teller *t, const char *member, enum telling how, const int64_t *ids, unsigned count, int64_t now_us)
{
    int e = member_get(t->o.ledger, member, &addressed);
    if (e < 0 && e != -ENOENT)
        return e;
    unsigned contacts = e == 0 && t->settings->relay[0] ? addressed.contact_count : 0;
    e = 0;
    for (unsigned i = 0; e == 0 && i < contacts; i++)
        if (how != TELL_AT_ONCE || addressed.contacts[i].urgent)
            e = queue_mail(t, &addressed.contacts[i], how, ids, count, now_us);
    if (e == 0 && t->settings->webhook[0])
        e = queue_webhook(t, member, "", how, ids, count, now_us);
    if (e == 0)
        e = queue_own(t, member, how, ids, count, now_us);
    for (unsigned i = 0; e == 0 && i < count; i++) {
        struct notice n;
        struct notice_plan plan;
        e = notice_get(t->o.ledger, ids[i], &n, &plan);
        plan.at_once = false;
        plan.digest = plan.digest && how == TELL_AT_ONCE;
        if (e == 0)
            e = notice_put(t->o.ledger, &n, &plan);
    }
    return e;
}

static int queue(struct notice_teller *t, const char *member, enum telling how, const int64_t *ids, unsigned count, int64_t now_us)
{
    int e = indicator_begin(t->o.ledger);
    if (e == 0)
        e = queue_all(t, member, how, ids, count, now_us);
    if (e == 0)
        e = indicator_commit(t->o.ledger);
    if (e < 0)
        indicator_rollback(t->o.ledger);
    return e;
}

/* 1: a member was told; 0: none is left. */
static int tell_next(struct notice_teller *t, enum telling how, int64_t raised_by_us, int64_t now_us)
{
    char member[ACCOUNT_MEMBER_MAX];
    int64_t ids[DELIVERY_NOTICES_MAX];
    int count = notice_to_tell(t->o.ledger, how == TELL_AT_ONCE, raised_by_us, DELIVERY_NOTICES_MAX, member, ids);
    if (count <= 0)
        return count;
    int e = queue(t, member, how, ids, (unsigned)count, now_us);
    return e < 0 ? e : 1;
}

int notice_teller_tell(struct notice_teller *t, int64_t id, int64_t now_us, struct notice *ret_notice)
{
    int e = indicator_begin(t->o.ledger);
    if (e == 0)
        e = notice_change(t->o.ledger, t->o.rules, id, NOTICE_IS_TO_BE_TOLD, now_us, ret_notice);
    if (e >= 0)
        e = queue_all(t, ret_notice->member, TELL_NOW, &id, 1, now_us);
    if (e == 0)
        e = indicator_commit(t->o.ledger);
    if (e < 0)
        indicator_rollback(t->o.ledger);
    else
        t->o.changed(t->o.self, ret_notice);
    return e;
}

/* ---- the digest ---- */

/* The last moment at which it was digest_hour, by the machine's time zone. */
static int64_t digest_moment(unsigned hour, int64_t now_us)
{
    struct tm tm = {0};
    time_t now_s = (time_t)(now_us / SECOND_US);
    localtime_r(&now_s, &tm);
    tm.tm_mday -= (unsigned)tm.tm_hour < hour;
    tm.tm_hour = (int)hour;
    tm.tm_min = tm.tm_sec = 0;
    tm.tm_isdst = -1;
    return (int64_t)mktime(&tm) * SECOND_US;
}

void notice_teller_digest(struct notice_teller *t, int64_t now_us)
{
    t->digest_by_us = now_us;
}

static int begin_digest(struct notice_teller *t, int64_t now_us)
{
    int64_t last_us = 0;
    if (t->status.digest_us == 0) {
        int e = notice_digest_get(t->o.ledger, &last_us);
        if (e == 0 && last_us == 0) { /* a new node does not begin with a digest */
            last_us = now_us;
            e = notice_digest_put(t->o.ledger, now_us);
        }
        if (e < 0)
            return e;
        t->status.digest_us = last_us;
    }
    if (t->digest_by_us == 0 && digest_moment(t->settings->digest_hour, now_us) > t->status.digest_us)
        t->digest_by_us = now_us;
    return 0;
}

static int step_digest(struct notice_teller *t, int64_t now_us)
{
    int e = begin_digest(t, now_us);
    if (e < 0 || t->digest_by_us == 0)
        return e;
    for (unsigned i = 0; i < MEMBERS_A_STEP && (e = tell_next(t, TELL_DIGEST, t->digest_by_us, now_us)) > 0; i++)
        ;
    if (e != 0)
        return e < 0 ? e : 0;
    t->status.digest_us = t->digest_by_us;
    t->digest_by_us = 0;
    return notice_digest_put(t->o.ledger, t->status.digest_us);
}

/* ---- sending ---- */

static struct sending *slot_of(struct notice_teller *t, int64_t id)
{
    for (size_t i = 0; i < array_len(t->sending); i++)
        if (t->sending[i].id == id)
            return &t->sending[i];
    return NULL;
}

/* Is the member's own webhook being called, or as many as may be? */
static bool own_is_busy(const struct notice_teller *t, const char *member)
{
    unsigned count = 0;
    bool is_called = false;
    for (size_t i = 0; i < array_len(t->sending); i++) {
        count += t->sending[i].id != 0 && t->sending[i].own_of[0];
        is_called = is_called || (t->sending[i].id != 0 && strcmp(t->sending[i].own_of, member) == 0);
    }
    return is_called || count >= OWN_MAX;
}

/* One event for each notice of it, and the delivery itself: together. */
static int put_with_event(struct notice_teller *t, const struct notice_delivery *d, enum notice_event event, int64_t now_us, struct notice *changed, unsigned *ret_count)
{
    unsigned count = 0;
    int e = delivery_put(t->o.ledger, d);
    for (unsigned i = 0; e == 0 && i < d->notice_count; i++) {
        struct notice_plan plan;
        bool waits = false;
        e = notice_get(t->o.ledger, d->notices[i], &changed[count], &plan);
        if (e == 0 && event == NOTICE_IS_LOST)
            e = delivery_waits_for(t->o.ledger, d->notices[i], &waits);
        if (e == 0 && (event != NOTICE_IS_LOST || (!waits && !plan.digest)))
            e = notice_change(t->o.ledger, t->o.rules, d->notices[i], event, now_us, &changed[count]);
        count += e > 0;
        e = e > 0 || e == -ENOENT ? 0 : e;
    }
    *ret_count = count;
    return e;
}

static void end_delivery(struct notice_teller *t, struct notice_delivery *d, enum delivery_state state, int64_t now_us)
{
    static struct notice changed[DELIVERY_NOTICES_MAX + 1];
    unsigned count = 0;
    d->state = state;
    d->done_us = now_us;
    int e = indicator_begin(t->o.ledger);
    if (e == 0)
        e = put_with_event(t, d, state == DELIVERY_TAKEN ? NOTICE_IS_TOLD : NOTICE_IS_LOST, now_us, changed, &count);
    if (e == 0)
        e = indicator_commit(t->o.ledger);
    if (e < 0) {
        indicator_rollback(t->o.ledger);
        log_error(_("what became of a mail cannot be written: %s"), _(ledger_error_of(e)));
        return;
    }
    for (unsigned i = 0; i < count; i++)
        t->o.changed(t->o.self, &changed[i]);
}

static void take_failure(struct notice_teller *t, struct notice_delivery *d, bool is_for_good, const char *text, int64_t now_us)
{
    bool is_news = strcmp(t->status.last_error, text) != 0;
    t->status.failed++;
    t->status.last_error_us = now_us;
    snprintf(t->status.last_error, sizeof t->status.last_error, "%s", text);
    snprintf(d->error, sizeof d->error, "%s", text);
    if (is_news)
        log_warning(_("a member cannot be told: %s"), text);
    if (is_for_good || d->tries >= NOTICE_TRIES_MAX) {
        t->status.given_up++;
        end_delivery(t, d, DELIVERY_GIVEN_UP, now_us);
        return;
    }
    d->due_us = now_us + notice_retry_us(t->settings->retry_after_us, d->tries);
    int e = delivery_put(t->o.ledger, d);
    if (e == 0 && delivery_is_of_member(d))
        e = delivery_delay_webhook(t->o.ledger, d->member, d->due_us);
    if (e < 0)
        log_debug("it is tried again sooner");
}

void notice_teller_sent(struct notice_teller *t, const json_t *result, int64_t now_us)
{
    struct notice_delivery d;
    int64_t id = json_integer_value(json_object_get(result, "id"));
    struct sending *slot = id ? slot_of(t, id) : NULL;
    const char *word = json_string_value(json_object_get(result, "result")), *text = json_string_value(json_object_get(result, "text"));
    if (!slot || !word)
        return; /* it was not asked for */
    *slot = (struct sending){0};
    t->status.sending--;
    if (delivery_get(t->o.ledger, id, &d) < 0)
        return;
    d.tries++;
    d.error[0] = '\0';
    if (strcmp(word, "taken") == 0) {
        t->status.taken++;
        end_delivery(t, &d, DELIVERY_TAKEN, now_us);
    } else {
        take_failure(t, &d, strcmp(word, "refused") == 0, text ? text : "", now_us);
    }
}

void notice_teller_lost(struct notice_teller *t)
{
    memset(t->sending, 0, sizeof t->sending);
    t->status.sending = 0;
}

/* The URL of the member's own webhook, and what signs it: the secret stays here. -ENOENT: it is gone, elsewhere by now, or not allowed any more. */
static int address_own(const struct notice_teller *t, const struct notice_delivery *d, const char *text, size_t len, int64_t now_us, json_t *wish)
{
    struct member_webhook w;
    char origin[NOTIFY_ORIGIN_MAX], line[NOTIFY_SIGNATURE_LINE_MAX];
    int e = t->settings->member_webhooks ? member_webhook_get(t->o.ledger, d->member, &w) : -ENOENT;
    if (e == 0 && (notify_origin(w.url, origin) < 0 || strcmp(origin, d->mail) != 0))
        e = -ENOENT;
    if (e == 0) {
        notify_signature_line(w.secret, now_us, text, len, line);
        json_object_set_new(wish, "url", json_string(w.url));
        json_object_set_new(wish, "signature", json_string(line));
    }
    sodium_memzero(w.secret, sizeof w.secret);
    return e;
}

/* The wish for the role that sends, whole. */
static int write_wish(struct notice_teller *t, const struct notice_delivery *d, int64_t now_us, json_t **ret_wish)
{
    char *text;
    size_t len;
    int e = d->purpose == DELIVERY_OF_PROOF ? proof_letter_write(t->o.ledger, t->settings, d, now_us, &text, &len)
                                            : notice_letter_write(t->o.ledger, t->settings, d, now_us, &text, &len);
    if (e < 0)
        return e;
    bool is_own = delivery_is_of_member(d);
    json_t *wish = json_pack("{s:I, s:s, s:s, s:s%}", "id", (json_int_t)d->id, "channel", is_own ? "member-webhook" : d->channel == DELIVERY_WEBHOOK ? "webhook" : "mail",
                             "to", d->mail, "body", text, len);
    e = !wish ? -ENOMEM : is_own ? address_own(t, d, text, len, now_us, wish) : 0;
    free(text);
    if (e < 0)
        json_decref(wish);
    else
        *ret_wish = wish;
    return e;
}

/* 1: given to the role that sends; 0: not now, or it has ended here. */
static int send_one(struct notice_teller *t, int64_t id, struct sending *slot, int64_t now_us)
{
    struct notice_delivery d;
    json_t *wish = NULL;
    int e = delivery_get(t->o.ledger, id, &d);
    if (e < 0)
        return e;
    bool is_own = delivery_is_of_member(&d);
    if (is_own && own_is_busy(t, d.member))
        return 0;
    e = write_wish(t, &d, now_us, &wish);
    if (e < 0) {
        d.tries++;
        take_failure(t, &d, e == -EINVAL || e == -ENOENT || e == -EMSGSIZE, strerror(-e), now_us);
        return 0;
    }
    if (t->o.send(t->o.self, wish) < 0)
        return 0; /* the role is being started */
    slot->id = id;
    snprintf(slot->own_of, sizeof slot->own_of, "%s", is_own ? d.member : "");
    t->status.sending++;
    return 1;
}

static int step_sending(struct notice_teller *t, bool of_member, int64_t now_us)
{
    int64_t ids[2 * SENDER_JOBS_MAX];
    int count = t->status.sending < SENDER_JOBS_MAX ? delivery_due(t->o.ledger, of_member, now_us, 2 * SENDER_JOBS_MAX, ids) : 0;
    for (int i = 0; i < count; i++) {
        struct sending *slot = slot_of(t, 0);
        if (!slot)
            break;
        if (slot_of(t, ids[i]))
            continue;
        int e = send_one(t, ids[i], slot, now_us);
        if (e < 0)
            return e;
    }
    return count < 0 ? count : 0;
}

int notice_teller_step(struct notice_teller *t, int64_t now_us)
{
    int e;
    while ((e = tell_next(t, TELL_AT_ONCE, now_us - GATHER_S * SECOND_US, now_us)) > 0)
        ;
    if (e == 0)
        e = step_digest(t, now_us);
    if (e == 0)
        e = step_sending(t, false, now_us);
    return e < 0 ? e : step_sending(t, true, now_us);
}

/* ---- making ---- */

void notice_teller_status_get(const struct notice_teller *t, struct notice_teller_status *ret_status)
{
    *ret_status = t->status;
}

void notice_teller_configure(struct notice_teller *t, const struct notify_settings *settings)
{
    t->settings = settings;
}

int notice_teller_new(const struct notice_teller_options *options, struct notice_teller **ret_teller)
{
    struct notice_teller *t = calloc(1, sizeof *t);
    if (!t)
        return -ENOMEM;
    t->o = *options;
    *ret_teller = t;
    return 0;
}

void notice_teller_free(struct notice_teller *t)
{
    free(t);
}
