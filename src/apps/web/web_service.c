/* Passes requests of the web role to the API, and answers back. */
#include "apps/web/web_service.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "api/intake/report_intake.h"
#include "api/sinkhole/sinkhole.h"
#include "apps/web/web_protocol.h"
#include "base/channel.h"
#include "base/log.h"
#include "base/text.h"

enum { ASKS_MAX = WEB_CALLS_MAX };

struct ask {
    struct web_service *service;
    struct web_call *call; /* NULL: free, or answered */
    uint64_t number;
    bool is_taken;
};

struct web_service {
    struct event_base *loop;
    struct web *web;
    struct sinkhole *sinkhole;
    struct channel *channel;
    struct ask asks[ASKS_MAX];
    uint64_t counters[WEB_COUNTERS_COUNT]; /* as the web role last claimed */
};

static const char *const web_counter_names[] = {"front_requests", "files", "refused_front", "streams", "stream_octets", "stream_lost", "sinkhole_requests", "refused_sinkhole"};
static const char *const report_counter_names[] = {"reports",           "reports_without_name", "reports_without_text", "reports_of_bad_contact",
                                                   "reports_over_limit", "reports_without_room", "reports_failed"};
_Static_assert(array_len(report_counter_names) == REPORT_FLAW_COUNT, "a name for each");
_Static_assert(array_len(web_counter_names) == WEB_COUNTERS_COUNT, "a name for each");

/* ---- answers ---- */

static void send_answer(struct web_service *s, uint64_t number, const struct web_answer *a)
{
    size_t max = WEB_HEAD_MAX + a->len;
    uint8_t *message = s->channel ? malloc(max) : NULL;
    if (!message)
        return;
    struct writer w = writer_of(message, max);
    writer_u64(&w, number);
    writer_u16(&w, (uint16_t)a->status);
    writer_u16(&w, (uint16_t)a->retry_after_s);
    writer_u8(&w, (uint8_t)a->allowed);
    writer_u8(&w, a->sets_session);
    writer_u32(&w, a->channel);
    web_text_write(&w, a->content_type);
    web_text_write(&w, a->sets_session ? a->session : NULL);
    if (a->len > 0)
        writer_bytes(&w, a->body, a->len);
    if (channel_send(s->channel, HUB_WEB_ANSWER, message, w.len) < 0)
        log_warning(_("the web role does not listen"));
    free(message);
}

static void on_done(void *self, const struct web_answer *answer)
{
    struct ask *a = self;
    a->is_taken = false;
    send_answer(a->service, a->number, answer);
}

static struct ask *find_free(struct web_service *s)
{
    for (size_t i = 0; i < array_len(s->asks); i++)
        if (!s->asks[i].is_taken)
            return &s->asks[i];
    return NULL;
}

static void ask(struct web_service *s, struct reader payload)
{
    static char method[16], target[FRONT_TARGET_MAX + 2], session[FRONT_WORD_MAX], bearer[FRONT_WORD_MAX], csrf[FRONT_WORD_MAX],
        content_type[FRONT_TYPE_MAX], host[FRONT_HOST_MAX], languages[FRONT_LANGUAGES_MAX], certificate[FRONT_CERTIFICATE_MAX];
    struct web_request request = {0};
    uint64_t number = reader_u64(&payload);
    bool is_sinkhole = reader_u8(&payload) != 0;
    reader_copy(&payload, &request.address, sizeof request.address);
    request.method = web_text_read(&payload, method, sizeof method);
    const char *at = web_text_read(&payload, target, sizeof target);
    request.session = web_text_read(&payload, session, sizeof session);
    request.bearer = web_text_read(&payload, bearer, sizeof bearer);
    request.csrf = web_text_read(&payload, csrf, sizeof csrf);
    request.content_type = web_text_read(&payload, content_type, sizeof content_type);
    const char *at_host = web_text_read(&payload, host, sizeof host), *takes = web_text_read(&payload, languages, sizeof languages);
    request.languages = takes;
    request.certificate = web_text_read(&payload, certificate, sizeof certificate);
    request.body = payload;
    struct ask *a = find_free(s);
    if (payload.failed || !request.method || !at || !a) {
        send_answer(s, number, &(struct web_answer){.status = 503, .content_type = "application/problem+json", .body = "{\"status\":503}", .len = 14});
        return;
    }
    request.target = reader_of(at, strlen(at));
    if (is_sinkhole) {
        struct sinkhole_request r = {.method = request.method,
                                     .target = request.target,
                                     .host = at_host,
                                     .languages = takes,
                                     .content_type = request.content_type,
                                     .address = request.address,
                                     .body = request.body};
        struct web_answer answer;
        sinkhole_answer(s->sinkhole, &r, &answer);
        send_answer(s, number, &answer);
        return;
    }
    *a = (struct ask){.service = s, .number = number, .is_taken = true};
    web_ask(s->web, &request, on_done, a, &a->call);
}

static void cancel(struct web_service *s, uint64_t number)
{
    for (size_t i = 0; i < array_len(s->asks); i++) {
        struct ask *a = &s->asks[i];
        if (!a->is_taken || a->number != number)
            continue;
        struct web_call *call = a->call;
        *a = (struct ask){0};
        web_call_forget(call);
        return;
    }
}

static void cancel_all(struct web_service *s)
{
    for (size_t i = 0; i < array_len(s->asks); i++)
        if (s->asks[i].is_taken)
            cancel(s, s->asks[i].number);
}

/* ---- the web role ---- */

static void on_message(struct channel *channel, uint16_t type, struct reader payload, void *self)
{
    (void)channel;
    struct web_service *s = self;
    switch (type) {
    case WEB_ASK:
        ask(s, payload);
        break;
    case WEB_CANCEL:
        cancel(s, reader_u64(&payload));
        break;
    case WEB_LEAVE:
        web_leave(s->web, reader_u32(&payload));
        break;
    case WEB_COUNTERS:
        for (size_t i = 0; i < array_len(s->counters) && payload.left >= 8; i++)
            s->counters[i] = reader_u64(&payload);
        break;
    default:
        break;
    }
}

static void forget_channel(struct web_service *s)
{
    channel_free(s->channel);
    s->channel = NULL;
    cancel_all(s);
    web_leave_all(s->web);
}

static void on_end(struct channel *channel, int reason, void *self)
{
    (void)channel, (void)reason; /* the parent brings a new one */
    forget_channel(self);
}

/* A web role that does not keep up loses events, and its pages are told by what they miss: they count. */
static void publish(void *self, uint32_t number, const char *octets, size_t len)
{
    struct web_service *s = self;
    uint8_t *message = s->channel ? malloc(4 + len) : NULL;
    if (!message)
        return;
    writer_put_u32(message, number);
    memcpy(message + 4, octets, len);
    if (channel_send(s->channel, HUB_WEB_PUBLISH, message, 4 + len) < 0)
        log_debug("events are not told");
    free(message);
}

int web_service_connect(struct web_service *s, int fd)
{
    struct channel_handler handler = {.on_message = on_message, .on_end = on_end, .self = s};
    forget_channel(s);
    int e = channel_new(s->loop, fd, WEB_MESSAGE_MAX, WEB_QUEUE_MAX, handler, &s->channel);
    if (e < 0)
        return e;
    if (channel_send(s->channel, HUB_WEB_READY, NULL, 0) < 0)
        log_warning(_("the web role does not listen"));
    return 0;
}

/* ---- making ---- */

int web_service_new(const struct web_options *options, struct web_service **ret_service)
{
    struct web_service *s = calloc(1, sizeof *s);
    if (!s)
        return -ENOMEM;
    s->loop = options->loop;
    struct web_options o = *options;
    o.publish = publish;
    o.publish_self = s;
    int e = web_new(&o, &s->web);
    if (e == 0)
        e = sinkhole_new(options->node, &s->sinkhole);
    if (e < 0) {
        web_free(s->web);
        free(s);
        return e;
    }
    *ret_service = s;
    return 0;
}

void web_service_free(struct web_service *s)
{
    if (!s)
        return;
    forget_channel(s);
    sinkhole_free(s->sinkhole);
    web_free(s->web);
    free(s);
}

int web_service_first_link(struct web_service *s, const struct web_listen *listen, char *ret_link, size_t max)
{
    char word[128], at[ADDR_PORT_TEXT_MAX];
    if (listen->count == 0)
        return -ENOENT;
    int e = web_first_word(s->web, word, sizeof word);
    if (e < 0)
        return e;
    /* Behind "#": it is not sent with requests, and stands in no log of a server. */
    int n = snprintf(ret_link, max, "https://%s/welcome#%s", addr_port_format((const struct sockaddr *)&listen->at[0], at), word);
    return n < 0 || (size_t)n >= max ? -EMSGSIZE : 0;
}

struct live *web_service_live(struct web_service *s)
{
    return web_live(s->web);
}

json_t *web_service_json(const struct web_service *s)
{
    json_t *object = web_status_json(s->web);
    for (size_t i = 0; i < array_len(web_counter_names); i++)
        json_object_set_new(object, web_counter_names[i], json_integer((json_int_t)s->counters[i]));
    const uint64_t *reports = report_intake_counts();
    for (size_t i = 0; i < array_len(report_counter_names); i++)
        json_object_set_new(object, report_counter_names[i], json_integer((json_int_t)reports[i]));
    return object;
}
