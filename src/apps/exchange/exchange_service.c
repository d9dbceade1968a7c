/* Writes what recipients post into the exchange store, and notes what was given to them. */
#include "apps/exchange/exchange_service.h"

#include <errno.h>
#include <event2/event.h>
#include <stdio.h>
#include <string.h>

#include "apps/process/roles.h"
#include "apps/exchange/share_protocol.h"
#include "apps/exchange/zone_keeper.h"
#include "base/channel.h"
#include "base/clock.h"
#include "base/log.h"
#include "base/text.h"
#include "base/writer.h"

enum {
    RETRY_S = 60,
    DELIVERIES_AT_ONCE = 256, /* of one message */
    DELIVERIES_KEPT_DAYS = 400,
};
#define DAY_US INT64_C(86400000000)

struct exchange_service {
    struct exchange_service_options o;
    const struct config *config;
    struct exchange *store;
    int error; /* why there is none */
    struct channel *share;
    struct event *retry; /* also expires what is old */
    uint64_t counters[SHARE_COUNTERS_COUNT]; /* as the share role last claimed */
    struct exchange_object objects[TAXII_CHUNK_OBJECTS];
};

static const char *const share_counter_names[] = {"requests",      "refused_credentials", "refused_requests", "unavailable",       "objects_given",
                                                  "objects_taken", "objects_failed",      "statuses_evicted", "deliveries_dropped",
                                                  "zone_requests", "zone_refused",        "zone_malformed",   "zone_whole",         "zone_incremental",
                                                  "zone_broken",   "zone_outrun",         "zone_records",     "zone_left_out",      "zone_notified",
                                                  "zone_notify_unanswered", "zone_clients_dropped", "zone_deliveries_dropped"};
_Static_assert(array_len(share_counter_names) == SHARE_COUNTERS_COUNT, "a name for each");

/* ---- the store ---- */

static int make_collection(struct exchange_service *s, const struct taxii_recipient *who, bool to_recipient)
{
    char name[EXCHANGE_NAME_MAX], title[EXCHANGE_TITLE_MAX];
    struct exchange_collection c;
    taxii_collection_name(who->name, to_recipient, name);
    snprintf(title, sizeof title, to_recipient ? "what is shared with %s" : "what %s sends", who->name);
    return exchange_collection_put(s->store, name, title, EXCHANGE_OBJECTS_DEFAULT, EXCHANGE_OCTETS_DEFAULT, &c);
}

static int drop_collection(struct exchange_service *s, const struct taxii_recipient *who)
{
    char name[EXCHANGE_NAME_MAX];
    struct exchange_collection c;
    taxii_collection_name(who->name, true, name);
    int e = exchange_collection_get(s->store, name, &c);
    return e == -ENOENT ? 0 : e < 0 ? e : exchange_collection_remove(s->store, c.number);
}

static void make_collections(struct exchange_service *s)
{
    const struct share_options *o = &s->config->share;
    for (unsigned i = 0; s->store && i < o->recipient_count; i++) {
        const struct taxii_recipient *who = &o->recipients[i].who;
        /* Who takes a zone alone has none; one that it had is not kept up to date, and goes. */
        int e = share_recipient_has_taxii(&o->recipients[i]) ? make_collection(s, who, true) : drop_collection(s, who);
        if (e == 0 && who->may_send)
            e = make_collection(s, who, false);
        if (e < 0)
            log_error(_("nothing can be shared with %s: %s"), who->name, _(exchange_error_of(e)));
    }
}

static void open_store(struct exchange_service *s)
{
    char path[CONFIG_PATH_MAX + 32];
    snprintf(path, sizeof path, "%s/%s", s->config->data, NODE_EXCHANGE_FILE);
    int e = exchange_open(path, &s->store);
    if (e < 0 && e != s->error)
        log_error(_("%s: %s; nothing is shared, tried again every minute"), path, _(exchange_error_of(e)));
    else if (e == 0 && s->error < 0)
        log_notice(_("%s: it works again"), path);
    s->error = e;
    make_collections(s);
}

struct exchange *exchange_service_store(struct exchange_service *s)
{
    return s->store;
}

static void on_retry(evutil_socket_t fd, short what, void *self)
{
    (void)fd, (void)what;
    struct exchange_service *s = self;
    if (!s->store)
        open_store(s);
    else if (exchange_delivery_expire(s->store, clock_wall_us() - DELIVERIES_KEPT_DAYS * DAY_US) < 0)
        log_warning(_("old deliveries cannot be forgotten"));
}

/* ---- jobs ---- */

static void send_result(struct exchange_service *s, uint64_t job, int error)
{
    uint8_t message[SHARE_HEAD_MAX];
    struct writer w = writer_of(message, sizeof message);
    writer_u64(&w, job);
    writer_u32(&w, (uint32_t)-error);
    if (s->share && channel_send(s->share, HUB_SHARE_RESULT, message, w.len) < 0)
        log_warning(_("the share role does not listen"));
}

/* The recipient, and its own "from-" collection if that is the one it means; -EACCES else. */
static int find_sender(const struct exchange_service *s, unsigned number, unsigned collection, struct exchange_collection *ret_collection)
{
    char name[EXCHANGE_NAME_MAX];
    const struct share_options *o = &s->config->share;
    if (!s->store)
        return -EAGAIN;
    if (number >= o->recipient_count || !o->recipients[number].who.may_send)
        return -EACCES;
    taxii_collection_name(o->recipients[number].who.name, false, name);
    int e = exchange_collection_get(s->store, name, ret_collection);
    return e < 0 ? e : ret_collection->number == collection ? 0 : -EACCES;
}

static int read_objects(struct exchange_service *s, struct reader *payload, unsigned count)
{
    int e = count <= TAXII_CHUNK_OBJECTS ? 1 : -EBADMSG;
    for (unsigned i = 0; e > 0 && i < count; i++)
        e = taxii_chunk_read(payload, &s->objects[i]);
    return e > 0 && payload->left == 0 ? 0 : -EBADMSG;
}

/* Tells the sender first: what follows from its objects is no matter of whether they were taken. */
static int put(struct exchange_service *s, uint64_t job, struct reader *payload)
{
    struct exchange_collection c;
    unsigned recipient = reader_u16(payload), collection = reader_u32(payload), count = reader_u32(payload);
    size_t added = 0;
    int e = find_sender(s, recipient, collection, &c);
    if (e == 0)
        e = read_objects(s, payload, count);
    if (e == 0)
        e = exchange_put_all(s->store, c.number, s->objects, count, clock_wall_us(), &added);
    send_result(s, job, e);
    if (e == 0 && added > 0 && s->o.posted)
        s->o.posted(s->o.self, s->config->share.recipients[recipient].who.name, added);
    return e;
}

static int remove_versions(struct exchange_service *s, struct reader *payload)
{
    struct exchange_collection c;
    char id[EXCHANGE_ID_MAX];
    unsigned recipient = reader_u16(payload), collection = reader_u32(payload), count = reader_u16(payload);
    struct reader versions = reader_sub(payload, (size_t)count * 8);
    size_t len = payload->left, removed;
    int64_t versions_us[EXCHANGE_VERSIONS_MAX];
    int e = find_sender(s, recipient, collection, &c);
    if (e < 0)
        return e;
    if (payload->failed || len == 0 || len >= sizeof id || count > EXCHANGE_VERSIONS_MAX)
        return -EBADMSG;
    reader_copy(payload, id, len);
    id[len] = '\0';
    for (unsigned i = 0; e == 0 && i < count; i++) {
        versions_us[i] = (int64_t)reader_u64(&versions);
        e = versions_us[i] < 0 ? -EBADMSG : 0;
    }
    /* First what follows from it: a hub that is killed in between is asked again. */
    if (e == 0 && s->o.removing)
        e = s->o.removing(s->o.self, s->config->share.recipients[recipient].who.name, collection, id, versions_us, count);
    for (unsigned i = 0; e == 0 && i < count; i++)
        e = exchange_remove(s->store, c.number, id, versions_us[i], &removed);
    return e;
}

static void note_deliveries(struct exchange_service *s, struct reader *payload)
{
    struct exchange_delivery deliveries[DELIVERIES_AT_ONCE];
    const struct share_options *o = &s->config->share;
    size_t count = 0;
    while (payload->left > 0 && count < DELIVERIES_AT_ONCE) {
        struct exchange_delivery *d = &deliveries[count];
        unsigned recipient = reader_u16(payload);
        *d = (struct exchange_delivery){.collection = reader_u32(payload)};
        d->objects = (int64_t)reader_u64(payload);
        d->first_us = (int64_t)reader_u64(payload);
        d->last_us = (int64_t)reader_u64(payload);
        d->minute_us = (int64_t)reader_u64(payload);
        if (payload->failed || recipient >= o->recipient_count || d->objects < 1 || d->objects > EXCHANGE_PAGE_MAX)
            continue;
        snprintf(d->recipient, sizeof d->recipient, "%s", o->recipients[recipient].who.name);
        count++;
    }
    int e = s->store && count > 0 ? exchange_delivery_add(s->store, deliveries, count) : 0;
    if (e < 0)
        log_error(_("what was given to recipients cannot be noted: %s"), _(exchange_error_of(e)));
}

static void note_zone_deliveries(struct exchange_service *s, struct reader *payload)
{
    const struct share_options *o = &s->config->share;
    int e = 0;
    while (payload->left > 0 && e == 0) {
        struct exchange_zone_delivery d = {0};
        unsigned recipient = reader_u16(payload);
        d.first_serial = reader_u32(payload);
        d.last_serial = reader_u32(payload);
        d.records = (int64_t)reader_u64(payload);
        d.minute_us = (int64_t)reader_u64(payload);
        if (payload->failed || recipient >= o->recipient_count || !o->recipients[recipient].zone[0] || d.records < 0 ||
            d.records > 2 * (int64_t)EXCHANGE_ZONE_RULES_MAX + 2 * (int64_t)EXCHANGE_ZONE_CHANGES_MAX || d.minute_us < 0)
            continue;
        snprintf(d.recipient, sizeof d.recipient, "%s", o->recipients[recipient].who.name);
        snprintf(d.zone, sizeof d.zone, "%s", o->recipients[recipient].zone);
        e = s->store ? exchange_zone_delivery_add(s->store, &d) : 0;
    }
    if (e < 0)
        log_error(_("what was given to recipients cannot be noted: %s"), _(exchange_error_of(e)));
}

static void on_message(struct channel *channel, uint16_t type, struct reader payload, void *self)
{
    (void)channel;
    struct exchange_service *s = self;
    if (type == SHARE_DELIVERED) {
        note_deliveries(s, &payload);
        return;
    }
    if (type == SHARE_ZONE_DELIVERED) {
        note_zone_deliveries(s, &payload);
        return;
    }
    if (type == SHARE_COUNTERS) {
        for (size_t i = 0; i < array_len(s->counters) && payload.left >= 8; i++)
            s->counters[i] = reader_u64(&payload);
        return;
    }
    uint64_t job = reader_u64(&payload);
    int e = type == SHARE_PUT ? put(s, job, &payload) : type == SHARE_REMOVE ? remove_versions(s, &payload) : -EBADMSG;
    if (e < 0 && e != -EDQUOT)
        log_error(_("what was posted cannot be written: %s"), e == -EAGAIN || e == -EACCES ? strerror(-e) : _(exchange_error_of(e)));
    if (type != SHARE_PUT)
        send_result(s, job, e);
}

static void on_end(struct channel *channel, int reason, void *self)
{
    (void)channel, (void)reason; /* the parent brings a new one */
    struct exchange_service *s = self;
    channel_free(s->share);
    s->share = NULL;
}

int exchange_service_connect(struct exchange_service *s, int fd)
{
    struct channel_handler handler = {.on_message = on_message, .on_end = on_end, .self = s};
    channel_free(s->share);
    s->share = NULL;
    int e = channel_new(s->o.loop, fd, SHARE_MESSAGE_MAX, SHARE_QUEUE_MAX, handler, &s->share);
    if (e < 0)
        return e;
    if (channel_send(s->share, HUB_SHARE_READY, NULL, 0) < 0)
        log_warning(_("the share role does not listen"));
    return 0;
}

/* ---- making ---- */

int exchange_service_new(const struct exchange_service_options *options, const struct config *config,
                         struct exchange_service **ret_service)
{
    static const struct timeval period = {.tv_sec = RETRY_S};
    struct exchange_service *s = calloc(1, sizeof *s);
    if (!s)
        return -ENOMEM;
    s->o = *options;
    s->config = config;
    s->retry = event_new(options->loop, -1, EV_PERSIST, on_retry, s);
    if (!s->retry || event_add(s->retry, &period) < 0) {
        exchange_service_free(s);
        return -ENOMEM;
    }
    open_store(s);
    *ret_service = s;
    return 0;
}

void exchange_service_free(struct exchange_service *s)
{
    if (!s)
        return;
    channel_free(s->share);
    if (s->retry)
        event_free(s->retry);
    exchange_close(s->store);
    free(s);
}

void exchange_service_configure(struct exchange_service *s, const struct config *config)
{
    s->config = config;
    make_collections(s);
}

json_t *exchange_service_json(const struct exchange_service *s)
{
    json_t *object = json_object();
    json_object_set_new(object, "usable", json_boolean(s->store != NULL));
    json_object_set_new(object, "recipients", json_integer((json_int_t)s->config->share.recipient_count));
    for (size_t i = 0; i < array_len(share_counter_names); i++)
        json_object_set_new(object, share_counter_names[i], json_integer((json_int_t)s->counters[i]));
    if (!s->store)
        return object;
    const struct exchange_counters *c = exchange_counters(s->store);
    const struct {
        const char *name;
        uint64_t value;
    } rows[] = {{"added", c->added},           {"known", c->known},
                {"removed", c->removed},       {"refused_full", c->refused_full},
                {"versions_evicted", c->versions_evicted}, {"deliveries", c->deliveries},
                {"deliveries_evicted", c->deliveries_evicted},
                {"zone_changes", c->zone_changes}, {"zone_serials_evicted", c->zone_serials_evicted},
                {"zone_refused_full", c->zone_refused_full}, {"zone_no_place", c->zone_no_place},
                {"zone_receipts_evicted", c->zone_deliveries_evicted}};
    for (size_t i = 0; i < array_len(rows); i++)
        json_object_set_new(object, rows[i].name, json_integer((json_int_t)rows[i].value));
    json_object_set_new(object, "zones", zone_keeper_json(s->store, &s->config->share));
    return object;
}
