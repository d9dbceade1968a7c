/* Gathers what happens for each channel, and tells it a few times a second. */
#include "api/web/live.h"

#include <errno.h>
#include <event2/event.h>
#include <inttypes.h>
#include <jansson.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "api/node.h"
#include "base/clock.h"
#include "store/dns_query.h"
#include "store/dns_rows.h"

enum { ROW_MAX = 2048 + 2 * DNS_ROWS_NAME_TEXT_MAX, BUFFER_FIRST = 16 << 10, BUFFER_MAX = 4 << 20 };

struct channel_of {
    uint32_t number; /* 0: free */
    unsigned streams;
    struct live_filter filter;
    int64_t account; /* whose stream was the first */
    char member[ACCOUNT_MEMBER_MAX];
    char *rows; /* JSON objects, each with a comma behind it */
    size_t len, max;
    unsigned row_count;
    uint64_t skipped, total; /* since the last flush; since the channel is there */
    uint64_t told_ms;
};

struct live {
    struct node *node;
    live_publish_fn *publish;
    void *self;
    struct event *timer;
    uint32_t last_number;
    uint64_t status_ms;
    unsigned count;
    unsigned notices; /* told since the last flush */
    struct channel_of channels[LIVE_CHANNELS_MAX];
};

/* ---- answers ---- */

static bool is_below(const char *name, const char *above)
{
    size_t len = strlen(name), above_len = strlen(above);
    return len >= above_len && strcmp(name + len - above_len, above) == 0 && (len == above_len || name[len - above_len - 1] == '.');
}

static bool is_wanted(const struct live_filter *f, const struct live_answer *a, const char *name)
{
    return f->log && (f->actions == 0 || f->actions & DNS_ACTION_BIT(a->o->action)) && (!f->member[0] || strcmp(f->member, a->member) == 0) &&
           (!f->below[0] || is_below(name, f->below));
}

/* As JSON has it (RFC 8259 7): stored names are printable ASCII, names of members and groups any UTF-8 without control characters. */
static size_t quote(const char *text, char *to, size_t max)
{
    size_t len = 0;
    for (; *text && len + 3 < max; text++) {
        if ((uint8_t)*text < ' ')
            continue;
        if (*text == '"' || *text == '\\')
            to[len++] = '\\';
        to[len++] = *text;
    }
    to[len] = '\0';
    return len;
}

static size_t format_row(const struct live_answer *a, const char *name, char *row)
{
    char client[ADDR_TEXT_MAX], quoted[2 * DNS_ROWS_NAME_TEXT_MAX], member[2 * ACCOUNT_MEMBER_MAX + 4], group[2 * DNS_ROWS_LABEL_MAX];
    const struct dns_observation *o = a->o;
    quote(name, quoted, sizeof quoted);
    quote(a->member, member, sizeof member);
    quote(a->group, group, sizeof group);
    int n = snprintf(row, ROW_MAX,
                     "{\"seq\":%" PRIu64 ",\"time_us\":%" PRId64 ",\"client_ip\":\"%s\",\"transport\":\"%s\",\"name\":\"%s\",\"qtype\":%u,"
                     "\"rcode\":%u,\"action\":\"%s\",\"verdict\":%u,\"line\":%u,\"list\":%u,\"latency_us\":%u,\"cached\":%u,\"member\":\"%s\","
                     "\"group\":\"%s\",\"trigger\":\"%s\"},",
                     a->seq, o->time_us, addr_format(&o->client, client), dns_transport_word(o->transport), quoted, o->qtype, o->rcode,
                     dns_action_word(o->action), o->verdict.id, o->verdict.line, o->list, o->latency_us, o->from_cache, member, group,
                     dns_trigger_word(o->trigger));
    return n < 0 || n >= ROW_MAX ? 0 : (size_t)n;
}

/* Each row is sent to each stream: many who look share what the network and the web role can take. */
static unsigned rows_max(const struct channel_of *c)
{
    unsigned share = LIVE_ROWS_SENT / (c->streams ? c->streams : 1);
    return share > LIVE_ROWS_MAX ? LIVE_ROWS_MAX : share < LIVE_ROWS_MIN ? LIVE_ROWS_MIN : share;
}

static void add_row(struct channel_of *c, const char *row, size_t len)
{
    c->total++;
    if (c->row_count >= rows_max(c) || c->len + len > BUFFER_MAX) {
        c->skipped++;
        return;
    }
    if (c->len + len > c->max) {
        size_t max = c->max ? 2 * c->max : BUFFER_FIRST;
        char *more = realloc(c->rows, max);
        if (!more) {
            c->skipped++;
            return;
        }
        c->rows = more;
        c->max = max;
    }
    memcpy(c->rows + c->len, row, len);
    c->len += len;
    c->row_count++;
}

void live_tell(struct live *l, const struct live_answer *a)
{
    static char name[DNS_ROWS_NAME_TEXT_MAX], row[ROW_MAX]; /* the loop's thread alone */
    size_t len = 0;
    if (l->count == 0)
        return;
    dns_name_text(a->o->name, a->o->name_len, name);
    for (size_t i = 0; i < LIVE_CHANNELS_MAX; i++) {
        struct channel_of *c = &l->channels[i];
        if (c->number == 0 || !is_wanted(&c->filter, a, name))
            continue;
        if (len == 0)
            len = format_row(a, name, row);
        if (len > 0)
            add_row(c, row, len);
    }
}

/* ---- telling ---- */

static void publish_text(struct live *l, struct channel_of *c, const char *text, size_t len, uint64_t now_ms)
{
    c->told_ms = now_ms;
    l->publish(l->self, c->number, text, len);
}

static void flush_rows(struct live *l, struct channel_of *c, uint64_t now_ms)
{
    static const char head[] = "event: log\ndata: {\"rows\":[";
    char tail[96];
    if (c->row_count == 0 && c->skipped == 0)
        return;
    size_t rows_len = c->len > 0 ? c->len - 1 : 0; /* without the last comma */
    int n = snprintf(tail, sizeof tail, "],\"skipped\":%" PRIu64 ",\"total\":%" PRIu64 "}\n\n", c->skipped, c->total);
    char *text = malloc(sizeof head + rows_len + (size_t)n);
    if (text) {
        memcpy(text, head, sizeof head - 1);
        if (rows_len > 0)
            memcpy(text + sizeof head - 1, c->rows, rows_len);
        memcpy(text + sizeof head - 1 + rows_len, tail, (size_t)n);
        publish_text(l, c, text, sizeof head - 1 + rows_len + (size_t)n, now_ms);
    }
    free(text);
    c->len = 0;
    c->row_count = 0;
    c->skipped = 0;
}

static void flush_status(struct live *l, uint64_t now_ms)
{
    static const char head[] = "event: status\ndata: ";
    json_t *status = NULL;
    char *text = NULL, *event = NULL;
    for (size_t i = 0; i < LIVE_CHANNELS_MAX; i++) {
        struct channel_of *c = &l->channels[i];
        if (c->number == 0 || !c->filter.status)
            continue;
        if (!event) {
            status = l->node->status(l->node->self);
            text = status ? json_dumps(status, JSON_COMPACT) : NULL;
            size_t len = text ? strlen(text) : 0;
            event = text ? malloc(sizeof head + len + 3) : NULL;
            if (!event)
                break;
            snprintf(event, sizeof head + len + 3, "%s%s\n\n", head, text);
        }
        publish_text(l, c, event, strlen(event), now_ms);
    }
    free(event);
    free(text);
    json_decref(status);
}

static void on_timer(evutil_socket_t fd, short what, void *self)
{
    (void)fd, (void)what;
    struct live *l = self;
    uint64_t now_ms = clock_mono_ms();
    l->notices = 0;
    if (l->count == 0)
        return;
    for (size_t i = 0; i < LIVE_CHANNELS_MAX; i++)
        if (l->channels[i].number != 0)
            flush_rows(l, &l->channels[i], now_ms);
    if (now_ms - l->status_ms >= LIVE_STATUS_EVERY_MS) {
        l->status_ms = now_ms;
        flush_status(l, now_ms);
    }
    for (size_t i = 0; i < LIVE_CHANNELS_MAX; i++)
        if (l->channels[i].number != 0 && now_ms - l->channels[i].told_ms >= LIVE_PING_EVERY_MS)
            publish_text(l, &l->channels[i], ":\n\n", 3, now_ms);
}

void live_tell_notice(struct live *l, const char *member, bool is_hidden, const char *json)
{
    static const char head[] = "event: notice\ndata: ";
    if (l->count == 0 || l->notices >= LIVE_NOTICES_MAX)
        return;
    size_t max = sizeof head + strlen(json) + 2;
    char *event = malloc(max);
    int n = event ? snprintf(event, max, "%s%s\n\n", head, json) : -1;
    l->notices++;
    for (size_t i = 0; n > 0 && i < LIVE_CHANNELS_MAX; i++) {
        struct channel_of *c = &l->channels[i];
        if (c->number != 0 && c->filter.notices && (c->filter.member[0] ? !is_hidden && strcmp(c->filter.member, member) == 0 : true))
            publish_text(l, c, event, (size_t)n, clock_mono_ms());
    }
    free(event);
}

/* ---- channels ---- */

static bool is_same_filter(const struct live_filter *a, const struct live_filter *b)
{
    return a->log == b->log && a->status == b->status && a->notices == b->notices && a->actions == b->actions && strcmp(a->member, b->member) == 0 && strcmp(a->below, b->below) == 0;
}

/* What one opens, others shall not miss. */
static bool may_open(const struct live *l, int64_t account, const char *member)
{
    unsigned of_account = 0, of_member = 0, of_members = 0;
    for (size_t i = 0; i < LIVE_CHANNELS_MAX; i++) {
        const struct channel_of *c = &l->channels[i];
        if (c->number == 0)
            continue;
        of_account += c->account == account;
        of_member += member[0] && strcmp(c->member, member) == 0;
        of_members += c->member[0] != '\0';
    }
    return of_account < LIVE_CHANNELS_OF_ONE && of_member < LIVE_CHANNELS_OF_ONE && (!member[0] || of_members < LIVE_CHANNELS_OF_MEMBERS);
}

int live_join(struct live *l, const struct live_filter *filter, int64_t account, const char *member, uint32_t *ret_channel)
{
    struct channel_of *free_one = NULL;
    for (size_t i = 0; i < LIVE_CHANNELS_MAX; i++) {
        struct channel_of *c = &l->channels[i];
        if (c->number == 0) {
            free_one = free_one ? free_one : c;
        } else if (is_same_filter(&c->filter, filter)) {
            c->streams++;
            *ret_channel = c->number;
            return 0;
        }
    }
    if (!free_one || !may_open(l, account, member))
        return -ENOSPC;
    if (++l->last_number == 0)
        l->last_number = 1;
    *free_one = (struct channel_of){.number = l->last_number, .streams = 1, .account = account, .told_ms = clock_mono_ms()};
    snprintf(free_one->member, sizeof free_one->member, "%s", member);
    free_one->filter = *filter;
    l->count++;
    *ret_channel = free_one->number;
    return 0;
}

static void end_channel(struct live *l, struct channel_of *c)
{
    free(c->rows);
    *c = (struct channel_of){0};
    l->count--;
}

void live_leave(struct live *l, uint32_t channel)
{
    for (size_t i = 0; channel != 0 && i < LIVE_CHANNELS_MAX; i++)
        if (l->channels[i].number == channel && --l->channels[i].streams == 0)
            end_channel(l, &l->channels[i]);
}

void live_leave_all(struct live *l)
{
    for (size_t i = 0; i < LIVE_CHANNELS_MAX; i++)
        if (l->channels[i].number != 0)
            end_channel(l, &l->channels[i]);
}

unsigned live_channel_count(const struct live *l)
{
    return l->count;
}

int live_new(struct event_base *loop, struct node *node, live_publish_fn *publish, void *self, struct live **ret_live)
{
    static const struct timeval period = {.tv_usec = LIVE_FLUSH_MS * 1000};
    struct live *l = calloc(1, sizeof *l);
    if (!l)
        return -ENOMEM;
    l->node = node;
    l->publish = publish;
    l->self = self;
    l->timer = event_new(loop, -1, EV_PERSIST, on_timer, l);
    if (!l->timer || event_add(l->timer, &period) < 0) {
        live_free(l);
        return -ENOMEM;
    }
    *ret_live = l;
    return 0;
}

void live_free(struct live *l)
{
    if (!l)
        return;
    live_leave_all(l);
    if (l->timer)
        event_free(l->timer);
    free(l);
}
