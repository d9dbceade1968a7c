/* Wires the keepers of belief, sightings and sharing to each other. */
#include "apps/hub/hub_loop.h"

#include <errno.h>
#include <event2/event.h>
#include <sodium.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "apps/belief/guard_keeper.h"
#include "apps/exchange/receipt_keeper.h"
#include "apps/exchange/zone_keeper.h"
#include "base/log.h"
#include "base/text.h"
#include "proto/tlog/note_key.h"

struct hub_loop {
    struct hub_loop_options o;
    const struct config *config;
    struct guard_keeper *guards;
    struct sighting_keeper *sightings;
    struct belief_keeper *belief;
    struct exchange_service *exchange; /* NULL: nothing is served */
    struct outbox *outbox;
    struct look_back *look_back;
    struct receipt_keeper *receipts;
    struct zone_keeper *zones;
    struct member_intake *members;
    struct feed_return *told_back;
    struct place_counter *places;
    struct notice_keeper *notices;
    struct feed_service *feeds; /* NULL: not yet */
    struct export_node identity;
    char identity_name[VERDICT_NAME_MAX];
    bool policy_moved; /* in this step, something that the resolver is to know */
};

/* ---- guards ---- */

static unsigned guards_of(void *self, const struct subject *s)
{
    return guard_keeper_guards(((struct hub_loop *)self)->guards, s);
}

static bool guards_ready(void *self)
{
    return guard_keeper_is_ready(((struct hub_loop *)self)->guards);
}

static void on_guards_changed(void *self)
{
    hub_loop_guards_changed(self);
}

void hub_loop_take_files(struct hub_loop *h, const int fds[CONFIG_GUARD_LISTS])
{
    guard_keeper_take_files(h->guards, fds);
}

void hub_loop_members_changed(struct hub_loop *h)
{
    guard_keeper_members_changed(h->guards);
}

void hub_loop_guards_changed(struct hub_loop *h)
{
    belief_keeper_guards_changed(h->belief);
}

/* ---- what follows from a change ---- */

static bool is_resolved(enum subject_kind kind)
{
    return kind == SUBJECT_DOMAIN || kind == SUBJECT_HOST || kind == SUBJECT_ADDRESS || kind == SUBJECT_PREFIX;
}

static void on_changed(void *self, uint32_t id, const struct indicator *was, bool was_known, const struct indicator *now)
{
    struct hub_loop *h = self;
    sighting_keeper_changed(h->sightings, id, was_known && was->state == INDICATOR_ACTIVE, now);
    notice_keeper_indicator_changed(h->notices, id, was, was_known, now);
    enum indicator_decision before = was_known ? was->decision : INDICATOR_DO_NONE;
    uint32_t cited = was_known ? was->verdict : 0;
    if (is_resolved(now->subject.kind) && (before != now->decision || (now->decision && cited != now->verdict)))
        h->policy_moved = true;
}

static void on_settled(void *self)
{
    struct hub_loop *h = self;
    if (h->policy_moved)
        policy_manager_belief_changed(h->o.policy);
    h->policy_moved = false;
    outbox_poke(h->outbox);
    look_back_poke(h->look_back);
    feed_return_poke(h->told_back);
}

static void on_met(void *self, uint32_t indicator)
{
    belief_keeper_recheck(((struct hub_loop *)self)->belief, indicator);
}

static int on_written(void *self, const struct indicator_sighting *s)
{
    struct hub_loop *h = self;
    int e = feed_return_written(h->told_back, s);
    return e < 0 ? e : notice_keeper_met(h->notices, s);
}

static int on_found(void *self, const struct indicator_sighting *s)
{
    return notice_keeper_met(((struct hub_loop *)self)->notices, s);
}

static int send_notice(void *self, json_t *wish)
{
    const struct hub_loop *h = self;
    if (h->feeds)
        return feed_service_notify(h->feeds, wish);
    json_decref(wish);
    return -ENOTCONN;
}

static void flush_sightings(void *self)
{
    sighting_keeper_flush(((struct hub_loop *)self)->sightings);
}

void hub_loop_sent(void *self, const json_t *result)
{
    notice_keeper_sent(((struct hub_loop *)self)->notices, result);
}

static int send_back(void *self, const char *feed)
{
    const struct hub_loop *h = self;
    return h->feeds ? feed_service_return(h->feeds, feed) : -ENOTCONN;
}

void hub_loop_returned(void *self, const char *feed, enum feed_return_result result, uint64_t failures, const char *text)
{
    feed_return_done(((struct hub_loop *)self)->told_back, feed, result, failures, text);
}

void hub_loop_feeds(struct hub_loop *h, struct feed_service *feeds)
{
    h->feeds = feeds;
}

void hub_loop_posted(void *self, const char *recipient, size_t added)
{
    (void)added;
    member_intake_posted(((struct hub_loop *)self)->members, recipient);
}

int hub_loop_removing(void *self, const char *recipient, unsigned collection, const char *id, const int64_t *versions_us, unsigned count)
{
    return member_intake_removing(((struct hub_loop *)self)->members, recipient, collection, id, versions_us, count);
}

/* ---- sharing ---- */

static struct exchange *store_of(void *self)
{
    struct hub_loop *h = self;
    return h->exchange ? exchange_service_store(h->exchange) : NULL;
}

static int put_zone(void *self, const char *recipient, const struct exchange_zone_item *items, unsigned count)
{
    return zone_keeper_put(((struct hub_loop *)self)->zones, recipient, items, count);
}

static int configure_members(struct hub_loop *h)
{
    const struct share_options *share = &h->config->share;
    const char *members[TAXII_RECIPIENTS_MAX];
    unsigned count = 0;
    for (unsigned i = 0; i < share->recipient_count; i++)
        if (share->recipients[i].who.may_send)
            members[count++] = share->recipients[i].who.name;
    return member_intake_configure(h->members, members, count);
}

static int configure_outbox(struct hub_loop *h)
{
    const struct share_options *share = &h->config->share;
    struct outbox_recipient *recipients = calloc(share->recipient_count + 1, sizeof *recipients);
    if (!recipients)
        return -ENOMEM;
    for (unsigned i = 0; i < share->recipient_count; i++) {
        recipients[i].rules = h->config->gates[i];
        recipients[i].has_collection = share_recipient_has_taxii(&share->recipients[i]);
        snprintf(recipients[i].name, sizeof recipients[i].name, "%s", share->recipients[i].who.name);
    }
    zone_keeper_configure(h->zones, share);
    int e = outbox_configure(h->outbox, recipients, share->recipient_count);
    free(recipients);
    return e < 0 ? e : configure_members(h);
}

int hub_loop_share(struct hub_loop *h, struct exchange_service *exchange)
{
    h->exchange = exchange;
    return exchange ? configure_outbox(h) : 0;
}

void hub_loop_configure(struct hub_loop *h, const struct config *config)
{
    h->config = config;
    guard_keeper_configure(h->guards, config); /* nothing is reckoned from here on until its files are read, which is told then */
    belief_keeper_configure(h->belief, config);
    feed_return_configure(h->told_back, config);
    notice_keeper_configure(h->notices, config);
    int e = configure_outbox(h);
    if (e < 0)
        log_error(_("sharing is not as configured: %s"), strerror(-e));
}

/* The public key is what others know the node by. */
static void make_identity(struct hub_loop *h)
{
    const struct note_key *key = &h->o.signer->key;
    char text[NOTE_KEY_TEXT_MAX + 1];
    int len = note_key_format(key, text);
    uint8_t hash[32];
    crypto_generichash(hash, sizeof hash, (const unsigned char *)text, (size_t)len, NULL, 0);
    memcpy(h->identity.space, hash, sizeof h->identity.space);
    snprintf(h->identity_name, sizeof h->identity_name, "%s", *h->config->node_name ? h->config->node_name : key->name);
    h->identity.name = h->identity_name;
}

/* ---- making ---- */

static int make_keepers(struct hub_loop *h)
{
    struct sighting_keeper_options sightings = {.loop = h->o.loop, .ledger = h->o.ledger, .self = h, .met = on_met, .written = on_written};
    struct feed_return_options told_back = {
        .loop = h->o.loop, .ledger = h->o.ledger, .node = &h->identity, .data_fd = h->o.data_fd, .self = h, .send = send_back};
    struct outbox_options outbox = {
        .loop = h->o.loop, .ledger = h->o.ledger, .exchange = store_of, .node = &h->identity, .self = h, .zone = put_zone};
    struct zone_keeper_options zones = {.loop = h->o.loop, .ledger = h->o.ledger, .exchange = store_of, .self = h};
    struct receipt_keeper_options receipts = {.loop = h->o.loop, .ledger = h->o.ledger, .exchange = store_of, .self = h};
    struct belief_keeper_options belief = {.loop = h->o.loop,
                                           .ledger = h->o.ledger,
                                           .self = h,
                                           .guards = guards_of,
                                           .ready = guards_ready,
                                           .changed = on_changed,
                                           .settled = on_settled};
    struct guard_keeper_options guards = {.loop = h->o.loop, .policy = h->o.policy, .ledger = h->o.ledger, .self = h, .changed = on_guards_changed};
    int e = guard_keeper_new(&guards, h->config, &h->guards);
    if (e == 0)
        e = feed_return_new(&told_back, h->config, &h->told_back);
    if (e == 0) {
        struct notice_keeper_options notices = {
            .loop = h->o.loop, .ledger = h->o.ledger, .store = h->o.store, .self = h, .send = send_notice, .flush = flush_sightings};
        e = notice_keeper_new(&notices, h->config, &h->notices);
    }
    if (e == 0)
        e = place_counter_new(h->o.loop, h->o.ledger, &h->places);
    if (e == 0)
        e = sighting_keeper_new(&sightings, &h->sightings);
    if (e == 0)
        e = outbox_new(&outbox, &h->outbox);
    if (e == 0)
        e = zone_keeper_new(&zones, &h->zones);
    if (e == 0)
        e = receipt_keeper_new(&receipts, &h->receipts);
    if (e == 0) {
        struct look_back_options look_back = {
            .loop = h->o.loop, .ledger = h->o.ledger, .store = h->o.store, .self = h, .met = on_met, .written = on_found};
        e = look_back_new(&look_back, &h->look_back);
    }
    if (e == 0)
        e = belief_keeper_new(&belief, h->config, &h->belief);
    if (e == 0) {
        struct member_intake_options members = {
            .loop = h->o.loop, .ledger = h->o.ledger, .exchange = store_of, .self = h, .met = on_met};
        e = member_intake_new(&members, &h->members);
    }
    return e;
}

int hub_loop_new(const struct hub_loop_options *options, const struct config *config, struct hub_loop **ret_loop)
{
    struct hub_loop *h = calloc(1, sizeof *h);
    if (!h)
        return -ENOMEM;
    h->o = *options;
    h->config = config;
    make_identity(h);
    int e = make_keepers(h);
    if (e < 0) {
        hub_loop_free(h);
        return e;
    }
    *ret_loop = h;
    return 0;
}

void hub_loop_free(struct hub_loop *h)
{
    if (!h)
        return;
    member_intake_free(h->members);
    sighting_keeper_free(h->sightings);
    notice_keeper_free(h->notices);
    feed_return_free(h->told_back);
    belief_keeper_free(h->belief);
    receipt_keeper_free(h->receipts);
    outbox_free(h->outbox);
    zone_keeper_free(h->zones);
    look_back_free(h->look_back);
    guard_keeper_free(h->guards);
    place_counter_free(h->places);
    free(h);
}

const struct place_counter *hub_loop_places(const struct hub_loop *h)
{
    return h->places;
}

struct notice_keeper *hub_loop_notices(struct hub_loop *h)
{
    return h->notices;
}

struct belief_keeper *hub_loop_belief(struct hub_loop *h)
{
    return h->belief;
}

struct sighting_keeper *hub_loop_sightings(struct hub_loop *h)
{
    return h->sightings;
}

struct outbox *hub_loop_outbox(struct hub_loop *h)
{
    return h->outbox;
}

const struct warning_lists *hub_loop_warnings(const struct hub_loop *h)
{
    return guard_keeper_warnings(h->guards);
}

struct look_back *hub_loop_look_back(struct hub_loop *h)
{
    return h->look_back;
}

struct member_intake *hub_loop_members(struct hub_loop *h)
{
    return h->members;
}

const struct export_node *hub_loop_identity(const struct hub_loop *h)
{
    return &h->identity;
}

const struct feed_return *hub_loop_return(const struct hub_loop *h)
{
    return h->told_back;
}
