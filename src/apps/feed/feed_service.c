/* Copies what the fetch role brought, has it taken in, and tells what became of it. */
#include "apps/feed/feed_service.h"

#include <errno.h>
#include <event2/event.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "api/intake/list_intake.h"
#include "api/intake/statement_intake.h"
#include "apps/feed/feed_protocol.h"
#include "apps/feed/look_ups.h"
#include "apps/process/roles.h"
#include "base/addr.h"
#include "base/channel.h"
#include "base/clock.h"
#include "base/log.h"
#include "base/text.h"
#include "share/feed/url.h"

enum {
    COPY_OCTETS = 1 << 18, /* before others get their turn */
    STATEMENT_STEP_OCTETS = 1 << 16, /* some hundred statements */
    WAITERS_MAX = 32,
};

struct entry {
    struct feed feed;
    json_t *status; /* as the fetch role last said; NULL: not yet */
    bool ready;     /* an edition of it waits */
    struct statement_intake_counts last; /* of judgements: the edition that was taken last */
};

struct waiter {
    node_fetched_fn *done; /* NULL: free */
    void *self;
    uint64_t feeds; /* a bit for each that has not been tried yet */
    uint64_t asked;
};

struct feed_service {
    struct feed_service_options o;
    struct channel *fetch;
    struct entry entries[FEED_MAX];
    unsigned count;
    struct waiter waiters[WAITERS_MAX];
    struct look_ups look_ups;
    struct event *copying;
    /* The edition being taken; one at a time. */
    struct list_intake *intake;           /* of a list */
    struct statement_intake *statements; /* of judgements */
    int fd;
    bool at_end; /* of the file of judgements */
    char current[LIST_NAME_MAX]; /* empty: none */
    uint32_t old_names;
    uint8_t buffer[COPY_OCTETS];
};

static struct entry *entry_of(struct feed_service *s, const char *name)
{
    for (unsigned i = 0; name && i < s->count; i++)
        if (strcmp(s->entries[i].feed.name, name) == 0)
            return &s->entries[i];
    return NULL;
}

static void send_json(struct feed_service *s, uint16_t type, json_t *object)
{
    char *text = object ? json_dumps(object, JSON_COMPACT) : NULL;
    json_decref(object);
    if (text && s->fetch && channel_send(s->fetch, type, text, strlen(text)) < 0)
        log_warning(_("the fetch role does not listen"));
    free(text);
}

/* ---- taking an edition ---- */

static void take_next(struct feed_service *s);

static const char *outcome_word(enum list_intake_result result)
{
    static const char *const words[] = {
        [LIST_INTAKE_TAKEN] = "taken",         [LIST_INTAKE_UNCHANGED] = "unchanged", [LIST_INTAKE_HELD] = "held",
        [LIST_INTAKE_DISCARDED] = "discarded", [LIST_INTAKE_REFUSED] = "refused",
    };
    return words[result];
}

static void tell_taken(struct feed_service *s, enum list_intake_result result, const char *sha256, const char *text)
{
    send_json(s, HUB_FEED_TAKEN, json_pack("{s:s, s:s, s:s, s:s}", "name", s->current, "result", outcome_word(result),
                                           "sha256", sha256, "text", text));
    s->current[0] = '\0';
    s->intake = NULL;
    if (s->fd >= 0)
        close(s->fd);
    s->fd = -1;
    take_next(s);
}

static void on_taken(void *self, const struct list_intake_report *report)
{
    struct feed_service *s = self;
    const char *sha256 = "";
    switch (report->result) {
    case LIST_INTAKE_TAKEN:
        sha256 = report->record->sha256;
        log_notice(_("feed %s: %u rules, %u lines skipped; before %u rules"), s->current, report->record->names,
                   report->record->skipped, s->old_names);
        break;
    case LIST_INTAKE_UNCHANGED:
        sha256 = report->record->sha256;
        break;
    case LIST_INTAKE_HELD:
        sha256 = report->held->sha256;
        log_warning(_("feed %s is held back: %u rules instead of %u; see \"hinomi lists\""), s->current,
                    report->held->names, report->held->old_names);
        break;
    case LIST_INTAKE_DISCARDED:
        sha256 = report->held->sha256;
        break;
    case LIST_INTAKE_REFUSED:
        break;
    }
    tell_taken(s, report->result, sha256, report->error ? report->error : "");
}

/* ---- judgements ---- */

static void refuse_statements(struct feed_service *s, int error)
{
    statement_intake_free(s->statements);
    s->statements = NULL;
    tell_taken(s, LIST_INTAKE_REFUSED, "", _(ledger_error_of(error)));
}

/* What of an edition goes on is said in one line, if anything does. */
static void end_statements(struct feed_service *s)
{
    struct entry *e = entry_of(s, s->current);
    const struct statement_intake_counts c = *statement_intake_counts(s->statements);
    const struct object_keeper_counts objects = statement_intake_objects(s->statements);
    const char *warning = statement_intake_warning(s->statements), *flaw = statement_intake_flaw(s->statements);
    char text[FEED_ERROR_MAX] = "";
    if (e)
        e->last = c;
    if (c.fates[FATE_ADDED] + c.fates[FATE_REPLACED] + c.fates[FATE_WITHDRAWN] > 0)
        log_notice(_("feed %s: %llu statements: %llu new, %llu replaced, %llu withdrawn; %llu parts refused"), s->current,
                   (unsigned long long)c.statements, (unsigned long long)c.fates[FATE_ADDED], (unsigned long long)c.fates[FATE_REPLACED],
                   (unsigned long long)c.fates[FATE_WITHDRAWN], (unsigned long long)c.refused);
    if (objects.not_kept > 0)
        log_warning(_("feed %s: %llu objects are not kept whole: %s"), s->current, (unsigned long long)objects.not_kept, _(objects.why));
    if (warning)
        log_warning(_("feed %s: %s"), s->current, warning);
    if (c.broken > 0 && c.statements == 0)
        snprintf(text, sizeof text, "%s", flaw ? flaw : "");
    else if (flaw)
        log_warning(_("feed %s: %s"), s->current, flaw);
    statement_intake_free(s->statements);
    s->statements = NULL;
    tell_taken(s, text[0] ? LIST_INTAKE_REFUSED : LIST_INTAKE_TAKEN, "", text);
}

static int begin_statements(struct feed_service *s, const struct feed *f, const char *source)
{
    int64_t now_us = clock_wall_us();
    const struct feed_judge *j = &f->judge;
    struct statement_intake_options o = {.ledger = s->o.node->ledger,
                                            .exchange = s->o.node->exchange(s->o.node->self),
                                            .is_whole = j->is_whole,
                                            .shrink_percent = s->o.node->shrink_percent};
    struct verdict *common = &o.reading.common;
    o.reading.has_claim = j->has_claim;
    o.reading.hosts_of_urls = j->hosts_of_urls;
    o.reading.unmarked = j->unmarked;
    o.reading.map = j->map[0] ? j->map : NULL;
    *common = (struct verdict){.claim = j->has_claim ? j->claim : CLAIM_MALICIOUS, .probability = j->probability, .tlp = j->tlp,
                               .made_us = now_us, .from_us = now_us, .author = {.kind = VERDICT_BY_FEED}};
    snprintf(common->author.name, sizeof common->author.name, "%s", f->name);
    snprintf(common->reason, sizeof common->reason, "%.*s", VERDICT_REASON_MAX - 1, source);
    int e = statement_format_parse(j->format, &o.reading.format);
    return e < 0 ? e : statement_intake_new(&o, &s->statements);
}

/* One step of an edition of judgements. */
static void on_statements(struct feed_service *s)
{
    static const struct timeval now = {0};
    ssize_t n = s->at_end ? 0 : read(s->fd, s->buffer, STATEMENT_STEP_OCTETS);
    s->at_end = n == 0;
    int e = n < 0 ? -EIO : n > 0 ? statement_intake_feed(s->statements, s->buffer, (size_t)n) : statement_intake_finish(s->statements);
    if (e < 0)
        refuse_statements(s, e);
    else if (n > 0 || e > 0)
        event_add(s->copying, &now);
    else
        end_statements(s);
}

/* Copies a part; the rest when the loop comes round. */
static void on_copying(evutil_socket_t fd, short what, void *self)
{
    (void)fd, (void)what;
    struct feed_service *s = self;
    static const struct timeval now = {0};
    if (s->statements) {
        on_statements(s);
        return;
    }
    ssize_t n = read(s->fd, s->buffer, sizeof s->buffer);
    if (n > 0) {
        list_intake_add(s->intake, s->buffer, (size_t)n);
        event_add(s->copying, &now);
    } else if (n < 0) {
        int e = -errno;
        list_intake_drop(s->intake);
        tell_taken(s, LIST_INTAKE_REFUSED, "", strerror(-e));
    } else {
        list_intake_finish(s->intake, on_taken, s);
    }
}

static int open_edition(struct feed_service *s, const struct feed *f)
{
    char file[sizeof NODE_FEEDS + LIST_NAME_MAX + 16];
    snprintf(file, sizeof file, NODE_FEEDS "/%s" FEED_READY_FILE, f->name);
    s->fd = openat(s->o.node->data_fd, file, O_RDONLY | O_CLOEXEC | O_NOFOLLOW);
    return s->fd < 0 ? -errno : 0;
}

/* Where it comes from, for people: no passwords. */
static void show_source(const struct feed *f, char *ret_text, size_t max)
{
    char primary[ADDR_PORT_TEXT_MAX];
    if (f->kind == FEED_ZONE)
        snprintf(ret_text, max, _("zone %s of %s"), f->zone,
                 addr_port_format((const struct sockaddr *)&f->primary, primary));
    else
        feed_url_shown(f->url, ret_text, max);
}

static void take_edition(struct feed_service *s, const struct feed *f)
{
    static const struct timeval now = {0};
    char error[LIST_INTAKE_ERROR_MAX], source[VERDICT_NAME_MAX], reason[FEED_URL_MAX];
    struct list_record old;
    snprintf(s->current, sizeof s->current, "%s", f->name);
    snprintf(source, sizeof source, "feed %s", f->name);
    show_source(f, reason, sizeof reason);
    s->old_names = ledger_list_get(s->o.node->ledger, f->name, &old) == 0 ? old.names : 0;
    struct list_intake_options options = {
        .node = s->o.node,
        .name = f->name,
        .by = VERDICT_BY_FEED,
        .source = source,
        .reason = reason,
        .protects = f->never_block,
        .order = f->order,
    };
    int e = open_edition(s, f);
    s->at_end = false;
    bool is_begun = false;
    if (e == 0 && f->judge.is_on) {
        e = begin_statements(s, f, reason);
        is_begun = e == 0;
    } else if (e == 0 && list_reading_parse(f->format, &options.reading) < 0) {
        snprintf(error, sizeof error, "%s", f->format);
    } else if (e == 0) {
        is_begun = list_intake_new(&options, &s->intake, error) == 0;
    }
    if (is_begun) {
        event_add(s->copying, &now);
        return;
    }
    if (e < 0)
        snprintf(error, sizeof error, "%s", strerror(-e));
    tell_taken(s, LIST_INTAKE_REFUSED, "", error);
}

static void take_next(struct feed_service *s)
{
    for (unsigned i = 0; i < s->count && !s->current[0]; i++) {
        if (!s->entries[i].ready)
            continue;
        s->entries[i].ready = false;
        take_edition(s, &s->entries[i].feed);
    }
}

/* ---- what the fetch role says ---- */

static json_t *entry_json(const struct entry *e)
{
    json_t *object = e->status ? json_deep_copy(e->status) : json_object();
    char shown[FEED_URL_MAX];
    show_source(&e->feed, shown, sizeof shown);
    json_object_set_new(object, "name", json_string(e->feed.name));
    json_object_set_new(object, "source", json_string(shown));
    if (e->feed.judge.is_on) {
        json_object_set_new(object, "statements", json_integer((json_int_t)e->last.statements));
        json_object_set_new(object, "refused", json_integer((json_int_t)e->last.refused + (json_int_t)e->last.left_out));
        for (unsigned i = 0; i < FATE_COUNT; i++)
            json_object_set_new(object, statement_fate_word((enum statement_fate)i), json_integer((json_int_t)e->last.fates[i]));
    }
    return object;
}

static json_t *feeds_json(const struct feed_service *s, uint64_t which)
{
    json_t *feeds = json_array();
    for (unsigned i = 0; i < s->count; i++)
        if (which >> i & 1)
            json_array_append_new(feeds, entry_json(&s->entries[i]));
    return feeds;
}

json_t *feed_service_json(const struct feed_service *s)
{
    return feeds_json(s, UINT64_MAX);
}

static void finish_waiter(struct feed_service *s, struct waiter *w)
{
    struct waiter copy = *w;
    *w = (struct waiter){0};
    copy.done(copy.self, feeds_json(s, copy.asked));
}

/* A feed that was asked for has been tried. */
static void note_tried(struct feed_service *s, const struct entry *e)
{
    uint64_t bit = (uint64_t)1 << (e - s->entries);
    for (size_t i = 0; i < array_len(s->waiters); i++) {
        struct waiter *w = &s->waiters[i];
        if (!w->done || !(w->feeds & bit))
            continue;
        w->feeds &= ~bit;
        if (w->feeds == 0)
            finish_waiter(s, w);
    }
}

static void take_returned(struct feed_service *s, const struct entry *e, const json_t *object)
{
    const char *result = json_string_value(json_object_get(object, "result")), *text = json_string_value(json_object_get(object, "text"));
    json_int_t failures = json_integer_value(json_object_get(object, "failures"));
    enum feed_return_result how = result && strcmp(result, "taken") == 0     ? FEED_RETURN_TAKEN
                                  : result && strcmp(result, "refused") == 0 ? FEED_RETURN_REFUSED
                                                                             : FEED_RETURN_FAILED;
    s->o.returned(s->o.self, e->feed.name, how, failures > 0 ? (uint64_t)failures : 0, text ? text : "");
}

int feed_service_return(struct feed_service *s, const char *name)
{
    if (!entry_of(s, name))
        return -ENOENT;
    if (!s->fetch)
        return -ENOTCONN;
    send_json(s, HUB_FEED_RETURN, json_pack("{s:s}", "name", name));
    return 0;
}

int feed_service_notify(struct feed_service *s, json_t *wish)
{
    char *text = s->fetch ? json_dumps(wish, JSON_COMPACT) : NULL;
    int e = text ? channel_send(s->fetch, HUB_NOTICE_SEND, text, strlen(text)) : -ENOTCONN;
    free(text);
    json_decref(wish);
    return e;
}

static void on_message(struct channel *channel, uint16_t type, struct reader payload, void *self)
{
    (void)channel;
    struct feed_service *s = self;
    json_t *object = json_loadb((const char *)payload.at, payload.left, 0, NULL);
    struct entry *e = entry_of(s, json_string_value(json_object_get(object, "name")));
    if (type == LOOKED_UP) {
        look_ups_take(&s->look_ups, object);
    } else if (e && type == FEED_READY && strcmp(s->current, e->feed.name) != 0) {
        e->ready = true;
        take_next(s);
    } else if (type == NOTICE_DELIVERED && json_is_object(object)) {
        s->o.sent(s->o.self, object);
    } else if (e && type == FEED_RETURNED) {
        take_returned(s, e, object);
    } else if (e && type == FEED_STATUS) {
        bool waits = json_is_true(json_object_get(object, "asked")) || json_is_true(json_object_get(object, "busy"));
        json_decref(e->status);
        e->status = json_incref(object);
        if (!waits)
            note_tried(s, e);
    }
    json_decref(object);
}

static void end_waiters(struct feed_service *s)
{
    for (size_t i = 0; i < array_len(s->waiters); i++)
        if (s->waiters[i].done)
            finish_waiter(s, &s->waiters[i]);
}

static void on_end(struct channel *channel, int reason, void *self)
{
    (void)channel, (void)reason; /* the parent brings a new one */
    struct feed_service *s = self;
    channel_free(s->fetch);
    s->fetch = NULL;
    for (unsigned i = 0; i < s->count; i++)
        s->o.returned(s->o.self, s->entries[i].feed.name, FEED_RETURN_FAILED, 0, _("the fetch role has ended"));
    s->o.sent(s->o.self, NULL);
    end_waiters(s);
    look_ups_end(&s->look_ups, _("the fetch role has ended"));
}

int feed_service_look_up(struct feed_service *s, const char *owner, node_looked_up_fn *done, void *self)
{
    int64_t number = s->fetch ? look_ups_add(&s->look_ups, done, self) : -ENOTCONN;
    if (number < 0)
        return (int)number;
    send_json(s, HUB_LOOK_UP, json_pack("{s:I, s:s}", "number", (json_int_t)number, "owner", owner));
    return 0;
}

/* What of the list the hub has: in force, held or discarded. */
static void tell_known(struct feed_service *s, const struct feed *f)
{
    struct list_record record;
    struct list_held held;
    const char *sha256 = "";
    if (ledger_held_get(s->o.node->ledger, f->name, &held) == 0)
        sha256 = held.sha256;
    else if (ledger_list_get(s->o.node->ledger, f->name, &record) == 0)
        sha256 = record.sha256;
    send_json(s, HUB_FEED_KNOWN, json_pack("{s:s, s:s}", "name", f->name, "sha256", sha256));
}

int feed_service_connect(struct feed_service *s, int fd)
{
    struct channel_handler handler = {.on_message = on_message, .on_end = on_end, .self = s};
    channel_free(s->fetch);
    s->fetch = NULL;
    s->o.sent(s->o.self, NULL);
    int e = channel_new(s->o.loop, fd, FEED_MESSAGE_MAX, FEED_QUEUE_MAX, handler, &s->fetch);
    if (e < 0)
        return e;
    for (unsigned i = 0; i < s->count; i++) {
        s->entries[i].ready = false;
        if (!s->entries[i].feed.judge.is_on)
            tell_known(s, &s->entries[i].feed);
    }
    send_json(s, HUB_FEED_BEGIN, json_object());
    return 0;
}

int feed_service_fetch(struct feed_service *s, const char *name, node_fetched_fn *done, void *self)
{
    struct waiter *free_one = NULL;
    const struct entry *one = name ? entry_of(s, name) : NULL;
    if (s->count == 0 || (name && !one))
        return -ENOENT;
    if (!s->fetch)
        return -ENOTCONN;
    for (size_t i = 0; i < array_len(s->waiters) && !free_one; i++)
        if (!s->waiters[i].done)
            free_one = &s->waiters[i];
    if (!free_one)
        return -EBUSY;
    *free_one = (struct waiter){.done = done, .self = self};
    for (unsigned i = 0; i < s->count; i++) {
        if (one && one != &s->entries[i])
            continue;
        free_one->feeds |= (uint64_t)1 << i;
        send_json(s, HUB_FEED_NOW, json_pack("{s:s}", "name", s->entries[i].feed.name));
    }
    free_one->asked = free_one->feeds;
    return 0;
}

/* ---- making ---- */

void feed_service_configure(struct feed_service *s, const struct config *c)
{
    struct entry old[FEED_MAX];
    unsigned old_count = s->count;
    end_waiters(s); /* their numbers are those of the old feeds */
    memcpy(old, s->entries, sizeof old);
    memset(s->entries, 0, sizeof s->entries);
    s->count = 0;
    for (unsigned i = 0; i < c->feed_count; i++) {
        struct entry *e = &s->entries[s->count++];
        e->feed = c->feeds[i];
        for (unsigned k = 0; k < old_count; k++) {
            if (strcmp(old[k].feed.name, e->feed.name) != 0)
                continue;
            e->status = json_incref(old[k].status);
            e->ready = old[k].ready;
            e->last = old[k].last;
        }
    }
    for (unsigned k = 0; k < old_count; k++)
        json_decref(old[k].status);
}

int feed_service_new(const struct feed_service_options *options, const struct config *c, struct feed_service **ret_service)
{
    struct feed_service *s = calloc(1, sizeof *s);
    if (!s)
        return -ENOMEM;
    s->o = *options;
    s->fd = -1;
    s->copying = event_new(options->loop, -1, 0, on_copying, s);
    if (!s->copying) {
        free(s);
        return -ENOMEM;
    }
    feed_service_configure(s, c);
    *ret_service = s;
    return 0;
}

void feed_service_free(struct feed_service *s)
{
    if (!s)
        return;
    event_free(s->copying);
    statement_intake_free(s->statements);
    channel_free(s->fetch);
    for (unsigned i = 0; i < s->count; i++)
        json_decref(s->entries[i].status);
    if (s->fd >= 0)
        close(s->fd);
    free(s);
}
