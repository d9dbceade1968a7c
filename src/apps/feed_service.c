/* Copies what the fetch role brought, has it taken in, and tells what became of it. */
#include "apps/feed_service.h"

#include <errno.h>
#include <event2/event.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "api/list_intake.h"
#include "apps/feed_protocol.h"
#include "apps/roles.h"
#include "base/addr.h"
#include "base/channel.h"
#include "base/log.h"
#include "base/text.h"
#include "share/feed/url.h"

enum { COPY_OCTETS = 1 << 18 /* before others get their turn */, WAITERS_MAX = 32 };

struct entry {
    struct feed feed;
    json_t *status; /* as the fetch role last said; NULL: not yet */
    bool ready;     /* an edition of it waits */
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
    struct event *copying;
    /* The edition being taken; one at a time. */
    struct list_intake *intake;
    int fd;
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

/* Copies a part; the rest when the loop comes round. */
static void on_copying(evutil_socket_t fd, short what, void *self)
{
    (void)fd, (void)what;
    struct feed_service *s = self;
    static const struct timeval now = {0};
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
    if (e < 0)
        snprintf(error, sizeof error, "%s", strerror(-e));
    else if (list_reading_parse(f->format, &options.reading) < 0)
        snprintf(error, sizeof error, "%s", f->format);
    else if (list_intake_new(&options, &s->intake, error) == 0) {
        event_add(s->copying, &now);
        return;
    }
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

static void on_message(struct channel *channel, uint16_t type, struct reader payload, void *self)
{
    (void)channel;
    struct feed_service *s = self;
    json_t *object = json_loadb((const char *)payload.at, payload.left, 0, NULL);
    struct entry *e = entry_of(s, json_string_value(json_object_get(object, "name")));
    if (e && type == FEED_READY && strcmp(s->current, e->feed.name) != 0) {
        e->ready = true;
        take_next(s);
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
    end_waiters(s);
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
    int e = channel_new(s->o.loop, fd, FEED_MESSAGE_MAX, FEED_QUEUE_MAX, handler, &s->fetch);
    if (e < 0)
        return e;
    for (unsigned i = 0; i < s->count; i++) {
        s->entries[i].ready = false;
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
    channel_free(s->fetch);
    for (unsigned i = 0; i < s->count; i++)
        json_decref(s->entries[i].status);
    if (s->fd >= 0)
        close(s->fd);
    free(s);
}
