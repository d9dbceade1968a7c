/* DNS over HTTPS: requests of HTTP/2 to queries, answers to responses.
 *
 * Source: RFC 8484; RFC 9113 by nghttp2. Inside nghttp2's callbacks requests are only collected; they are served, and
 * answers are sent, between its calls, where a stream may be closed.
 */
#include <errno.h>
#include <event2/buffer.h>
#include <nghttp2/nghttp2.h>
#include <stdio.h>
#include <stdlib.h>

#include "proto/dns/message.h"
#include "proto/doh/request.h"
#include "watch/dns/stream.h"
#include "watch/dns/tls.h"

enum method { METHOD_OTHER, METHOD_GET, METHOD_POST };

/* One request and its answer; nghttp2 keeps the pointer until the stream closes. */
struct doh_request {
    struct doh_request *next, *prev; /* in one of the rings of the session */
    int32_t id;
    int group; /* of client groups, shown by a token in the path; negative: none */
    enum method method;
    enum doh_status path, get, media_type;
    bool too_large;    /* the body */
    size_t headers_len;
    size_t get_len, body_len;
    uint8_t *answer;
    size_t answer_len, answer_sent;
    uint8_t query[DNS_QUERY_MAX]; /* of the path; a body takes its place */
};

struct doh_session {
    nghttp2_session *h2;
    struct doh_request ready; /* head of the ring of whole requests to be served, first come first */
    struct doh_request open;  /* head of the ring of all others */
    size_t held;              /* octets of answers that the client has not taken */
};

/* ---- requests ---- */

static void ring_init(struct doh_request *head)
{
    head->next = head->prev = head;
}

static void ring_append(struct doh_request *head, struct doh_request *r)
{
    r->prev = head->prev;
    r->next = head;
    r->prev->next = r->next->prev = r;
}

static void ring_remove(struct doh_request *r)
{
    r->prev->next = r->next;
    r->next->prev = r->prev;
}

static void request_free(struct stream *c, struct doh_request *r)
{
    ring_remove(r);
    c->doh->held -= r->answer_len - r->answer_sent;
    c->worker->doh_requests--;
    free(r->answer);
    free(r);
}

static int on_begin_headers(nghttp2_session *h2, const nghttp2_frame *frame, void *self)
{
    struct stream *c = self;
    if (frame->hd.type != NGHTTP2_HEADERS || frame->headers.cat != NGHTTP2_HCAT_REQUEST)
        return 0;
    struct doh_request *r = NULL;
    if (c->worker->doh_requests < DNS_DOH_STREAMS_MAX)
        r = malloc(sizeof *r);
    if (!r)
        return NGHTTP2_ERR_TEMPORAL_CALLBACK_FAILURE; /* this request is reset, the others go on */
    memset(r, 0, offsetof(struct doh_request, query));
    r->id = frame->hd.stream_id;
    r->path = DOH_NOT_FOUND;
    r->group = -1;
    r->get = DOH_BAD_REQUEST;
    r->media_type = DOH_UNSUPPORTED_MEDIA_TYPE;
    c->worker->doh_requests++;
    ring_append(&c->doh->open, r);
    nghttp2_session_set_stream_user_data(h2, r->id, r);
    return 0;
}

static bool is_text(const uint8_t *name, size_t len, const char *text)
{
    return len == strlen(text) && memcmp(name, text, len) == 0;
}

static int on_header(nghttp2_session *h2, const nghttp2_frame *frame, const uint8_t *name, size_t name_len,
                     const uint8_t *value, size_t value_len, uint8_t flags, void *self)
{
    (void)flags;
    struct stream *c = self;
    struct doh_request *r = nghttp2_session_get_stream_user_data(h2, frame->hd.stream_id);
    if (!r)
        return 0;
    r->headers_len += name_len + value_len + 32; /* as RFC 9113 6.5.2 counts */
    if (r->headers_len > DNS_DOH_HEADERS_MAX)
        return NGHTTP2_ERR_TEMPORAL_CALLBACK_FAILURE;
    if (is_text(name, name_len, ":method")) {
        r->method = is_text(value, value_len, "GET")    ? METHOD_GET
                    : is_text(value, value_len, "POST") ? METHOD_POST
                                                        : METHOD_OTHER;
    } else if (is_text(name, name_len, ":path")) {
        const char *token;
        size_t token_len;
        r->path = doh_path_check((const char *)value, value_len, &token, &token_len);
        r->group = -1;
        if (r->path == DOH_OK && token_len > 0) {
            const struct dns_policy *p = &c->worker->o.policy;
            r->group = p->has_tokens ? p->group_of_token(p->self, token, token_len) : -1;
            if (r->group < 0)
                r->path = DOH_NOT_FOUND;
        }
        r->get = doh_path_query((const char *)value, value_len, r->query, sizeof r->query, &r->get_len);
    } else if (is_text(name, name_len, "content-type")) {
        r->media_type = doh_media_type_check((const char *)value, value_len);
    }
    return 0;
}

static int on_body(nghttp2_session *h2, uint8_t flags, int32_t id, const uint8_t *octets, size_t len, void *self)
{
    (void)flags, (void)self;
    struct doh_request *r = nghttp2_session_get_stream_user_data(h2, id);
    if (!r || r->method != METHOD_POST)
        return 0;
    if (r->too_large || len > sizeof r->query - r->body_len) {
        r->too_large = true;
        return 0;
    }
    memcpy(r->query + r->body_len, octets, len);
    r->body_len += len;
    return 0;
}

static int on_frame(nghttp2_session *h2, const nghttp2_frame *frame, void *self)
{
    struct stream *c = self;
    if ((frame->hd.type != NGHTTP2_HEADERS && frame->hd.type != NGHTTP2_DATA) ||
        !(frame->hd.flags & NGHTTP2_FLAG_END_STREAM))
        return 0;
    struct doh_request *r = nghttp2_session_get_stream_user_data(h2, frame->hd.stream_id);
    if (r) {
        ring_remove(r);
        ring_append(&c->doh->ready, r);
    }
    return 0;
}

static int on_request_end(nghttp2_session *h2, int32_t id, uint32_t error, void *self)
{
    (void)error;
    struct doh_request *r = nghttp2_session_get_stream_user_data(h2, id);
    if (r)
        request_free(self, r);
    return 0;
}

/* ---- responses ---- */

static ssize_t read_answer(nghttp2_session *h2, int32_t id, uint8_t *to, size_t max, uint32_t *flags,
                           nghttp2_data_source *source, void *self)
{
    (void)h2, (void)id;
    struct stream *c = self;
    struct doh_request *r = source->ptr;
    size_t left = r->answer_len - r->answer_sent;
    size_t n = left < max ? left : max;
    memcpy(to, r->answer + r->answer_sent, n);
    r->answer_sent += n;
    c->doh->held -= n;
    if (n == left)
        *flags |= NGHTTP2_DATA_FLAG_EOF;
    return (ssize_t)n;
}

static nghttp2_nv field(const char *name, const char *value)
{
    return (nghttp2_nv){.name = (uint8_t *)(uintptr_t)name,
                        .namelen = strlen(name),
                        .value = (uint8_t *)(uintptr_t)value,
                        .valuelen = strlen(value),
                        .flags = NGHTTP2_NV_FLAG_NO_COPY_NAME};
}

static void respond_error(struct stream *c, int32_t id, enum doh_status status)
{
    char text[12];
    snprintf(text, sizeof text, "%d", (int)status);
    const nghttp2_nv fields[] = {field(":status", text), field("content-length", "0"), field("allow", "GET, POST")};
    dns_count(&c->worker->o.counters->doh_bad_requests, 1);
    (void)nghttp2_submit_response(c->doh->h2, id, fields, status == DOH_METHOD_NOT_ALLOWED ? 3 : 2, NULL);
}

/* Gives nghttp2 the answer; the request keeps it until it has been taken. */
static int submit(struct stream *c, struct doh_request *r, const uint8_t *answer, size_t len)
{
    char length[24], age[32];
    r->answer = malloc(len);
    if (!r->answer)
        return -ENOMEM;
    memcpy(r->answer, answer, len);
    r->answer_len = len;
    c->doh->held += len;
    snprintf(length, sizeof length, "%zu", len);
    snprintf(age, sizeof age, "max-age=%u", dns_message_lifetime_s(answer, len));
    const nghttp2_nv fields[] = {field(":status", "200"), field("content-type", DOH_MEDIA_TYPE),
                                 field("content-length", length), field("cache-control", age)};
    const nghttp2_data_provider body = {.source.ptr = r, .read_callback = read_answer};
    return nghttp2_submit_response(c->doh->h2, r->id, fields, array_len(fields), &body) < 0 ? -EPROTO : 0;
}

/* What nghttp2 has to say goes to the stream; -EPROTO when that cannot be. */
static int collect(struct stream *c)
{
    const uint8_t *octets;
    ssize_t n;
    while ((n = nghttp2_session_mem_send(c->doh->h2, &octets)) > 0)
        if (evbuffer_add(c->out, octets, (size_t)n) < 0)
            return -EPROTO;
    return n < 0 ? -EPROTO : 0;
}

static void flush(struct stream *c)
{
    if (collect(c) < 0)
        stream_close_bad(c);
    else
        stream_flush(c, c->doh->held);
}

void doh_answer(struct stream *c, int32_t id, const uint8_t *answer, size_t len)
{
    struct doh_request *r = nghttp2_session_get_stream_user_data(c->doh->h2, id);
    if (!r)
        return; /* taken back by the client */
    if (len == 0 || submit(c, r, answer, len) < 0)
        (void)nghttp2_submit_rst_stream(c->doh->h2, NGHTTP2_FLAG_NONE, id, NGHTTP2_CANCEL);
    flush(c);
}

/* ---- serving ---- */

static enum doh_status judge(const struct doh_request *r, size_t *ret_len)
{
    if (r->path != DOH_OK)
        return r->path;
    if (r->method == METHOD_OTHER)
        return DOH_METHOD_NOT_ALLOWED;
    enum doh_status status = r->method == METHOD_GET ? r->get
                             : r->too_large          ? DOH_CONTENT_TOO_LARGE
                                                     : r->media_type;
    *ret_len = r->method == METHOD_GET ? r->get_len : r->body_len;
    /* Too short for a header, or itself an answer: the DNS has nothing to say to it. */
    if (status == DOH_OK && (*ret_len < DNS_HEADER_LEN || r->query[2] & DNS_FLAG_QR >> 8))
        return DOH_BAD_REQUEST;
    return status;
}

static void serve(struct stream *c, struct doh_request *r)
{
    size_t len = 0;
    enum doh_status status = judge(r, &len);
    if (status != DOH_OK)
        respond_error(c, r->id, status);
    else if (c->waiting >= DNS_TCP_PIPELINE_MAX) /* requests taken back count until their answers come */
        (void)nghttp2_submit_rst_stream(c->doh->h2, NGHTTP2_FLAG_NONE, r->id, NGHTTP2_REFUSED_STREAM);
    else
        stream_serve(c, r->query, len, (struct stream_request){r->id, r->group});
}

void doh_input(struct stream *c)
{
    uint32_t generation = c->generation;
    struct doh_session *d = c->doh;
    struct evbuffer_iovec part;
    while (c->waiting < DNS_TCP_PIPELINE_MAX && evbuffer_peek(c->in, -1, NULL, &part, 1) > 0) {
        ssize_t n = nghttp2_session_mem_recv(d->h2, part.iov_base, part.iov_len);
        if (n < 0) {
            stream_close_bad(c); /* it was told why, if there is something to say */
            return;
        }
        evbuffer_drain(c->in, (size_t)n);
        while (d->ready.next != &d->ready) {
            struct doh_request *r = d->ready.next;
            ring_remove(r);
            ring_append(&d->open, r);
            serve(c, r);
            if (!stream_is_open(c, generation))
                return;
        }
        flush(c);
        if (!stream_is_open(c, generation))
            return;
    }
    if (!nghttp2_session_want_read(d->h2) && !nghttp2_session_want_write(d->h2))
        c->ended = true; /* the client has gone away politely */
    if (c->waiting >= DNS_TCP_PIPELINE_MAX)
        stream_pause(c);
}

/* ---- opening and closing ---- */

static int make_session(struct stream *c, nghttp2_session **ret_h2)
{
    nghttp2_session_callbacks *callbacks = NULL;
    nghttp2_option *option = NULL;
    int e = nghttp2_session_callbacks_new(&callbacks);
    if (e == 0)
        e = nghttp2_option_new(&option);
    if (e == 0) {
        nghttp2_session_callbacks_set_on_begin_headers_callback(callbacks, on_begin_headers);
        nghttp2_session_callbacks_set_on_header_callback(callbacks, on_header);
        nghttp2_session_callbacks_set_on_data_chunk_recv_callback(callbacks, on_body);
        nghttp2_session_callbacks_set_on_frame_recv_callback(callbacks, on_frame);
        nghttp2_session_callbacks_set_on_stream_close_callback(callbacks, on_request_end);
        nghttp2_option_set_no_closed_streams(option, 1); /* kept for priorities only, which we do not have */
        e = nghttp2_session_server_new2(ret_h2, callbacks, c, option);
    }
    nghttp2_option_del(option);
    nghttp2_session_callbacks_del(callbacks);
    return e == 0 ? 0 : -ENOMEM;
}

int doh_open(struct stream *c)
{
    static const nghttp2_settings_entry settings[] = {
        {NGHTTP2_SETTINGS_MAX_CONCURRENT_STREAMS, DNS_TCP_PIPELINE_MAX},
        {NGHTTP2_SETTINGS_MAX_HEADER_LIST_SIZE, DNS_DOH_HEADERS_MAX},
    };
    struct doh_session *d = calloc(1, sizeof *d);
    if (!d)
        return -ENOMEM;
    ring_init(&d->ready);
    ring_init(&d->open);
    if (make_session(c, &d->h2) < 0) {
        free(d);
        return -ENOMEM;
    }
    c->doh = d;
    /* Sent behind the client's first octets, when the handshake is done. */
    return nghttp2_submit_settings(d->h2, NGHTTP2_FLAG_NONE, settings, array_len(settings)) < 0 ? -ENOMEM : 0;
}

void doh_end(struct stream *c)
{
    /* Not past the last request served; without an answer to those that wait. */
    if (tls_session_ready(c->tls) && nghttp2_session_terminate_session(c->doh->h2, NGHTTP2_NO_ERROR) == 0)
        (void)collect(c);
}

static void forget_all(struct stream *c, struct doh_request *head)
{
    while (head->next != head)
        request_free(c, head->next);
}

void doh_close(struct stream *c)
{
    nghttp2_session_del(c->doh->h2); /* which tells nobody about the requests that are open */
    forget_all(c, &c->doh->ready);
    forget_all(c, &c->doh->open);
    free(c->doh);
    c->doh = NULL;
}
