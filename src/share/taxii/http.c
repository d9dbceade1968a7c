/* Carries requests from HTTPS connections to the TAXII service and replies back. */
#include "share/taxii/http.h"

#include <errno.h>
#include <pthread.h>
#include <stdatomic.h>
#include <stdio.h>
#include <string.h>

#include "base/clock.h"
#include "base/http_daemon.h"
#include "base/timestamp.h"

enum { MEMORY_OF_CONNECTION = 48 << 10 /* headers, and what is read of a body at once */ };

struct taxii_http {
    struct taxii_http_options o;
    char store[4096];
    struct MHD_Daemon *daemons[TAXII_LISTEN_MAX];
    unsigned daemon_count;
    gnutls_x509_trust_list_t authorities; /* of clients; NULL: none. Only read by the threads */
    pthread_key_t reader; /* each thread's handle of the store */
    _Atomic size_t answers; /* octets on their way */
};

enum call_state { CALL_NEW, CALL_ASKING, CALL_POSTING, CALL_WAITING, CALL_ANSWERED };

/* One request, from its first line to its end. */
struct call {
    struct taxii_job job;
    struct taxii_http *h;
    struct MHD_Connection *connection;
    enum call_state state;
    size_t body_octets, charged;
    char target[TAXII_TARGET_MAX + 1]; /* longer ones are cut, and too long even so */
};

/* ---- the store ---- */

static void close_reader(void *reader)
{
    exchange_close(reader);
}

static struct exchange *reader_of_thread(struct taxii_http *h)
{
    struct exchange *e = pthread_getspecific(h->reader);
    if (!e && exchange_open_to_read(h->store, &e) == 0 && pthread_setspecific(h->reader, e) != 0) {
        exchange_close(e);
        e = NULL;
    }
    return e;
}

/* After a failure the next request tries anew. */
static void drop_reader(struct taxii_http *h)
{
    exchange_close(pthread_getspecific(h->reader));
    (void)pthread_setspecific(h->reader, NULL);
}

/* ---- answers ---- */

static void add_header(struct MHD_Response *r, const char *name, const char *value)
{
    (void)MHD_add_response_header(r, name, value); /* fails without memory alone; the answer is still one */
}

static void add_moment(struct MHD_Response *r, const char *name, int64_t us)
{
    char text[TIMESTAMP_TEXT_MAX];
    if (us != 0)
        add_header(r, name, timestamp_format(us, text));
}

static void add_allow(struct MHD_Response *r, unsigned methods)
{
    char text[32];
    snprintf(text, sizeof text, "%s%s%s", methods & TAXII_GET ? "GET" : "", methods & TAXII_POST ? ", POST" : "",
             methods & TAXII_DELETE ? ", DELETE" : "");
    add_header(r, "Allow", text);
}

static void add_headers(struct MHD_Response *r, const struct taxii_reply *reply)
{
    char text[16];
    add_header(r, "Content-Type", TAXII_MEDIA_TYPE);
    add_header(r, "Cache-Control", "no-store");
    add_moment(r, "X-TAXII-Date-Added-First", reply->first_us);
    add_moment(r, "X-TAXII-Date-Added-Last", reply->last_us);
    if (reply->allow)
        add_allow(r, reply->allow);
    if (reply->challenge) {
        add_header(r, "WWW-Authenticate", "Bearer realm=\"taxii\"");
        add_header(r, "WWW-Authenticate", "Basic realm=\"taxii\", charset=\"UTF-8\"");
    }
    if (reply->retry_after_s) {
        snprintf(text, sizeof text, "%u", reply->retry_after_s);
        add_header(r, "Retry-After", text);
    }
}

static enum MHD_Result answer(struct call *c)
{
    struct taxii_reply *reply = &c->job.reply;
    struct MHD_Response *r = MHD_create_response_from_buffer(reply->len, reply->body, MHD_RESPMEM_MUST_FREE);
    if (!r)
        return MHD_NO;
    reply->body = NULL;
    c->charged = reply->len;
    atomic_fetch_add(&c->h->answers, c->charged);
    add_headers(r, reply);
    enum MHD_Result result = MHD_queue_response(c->connection, (unsigned)reply->status, r);
    MHD_destroy_response(r);
    c->state = CALL_ANSWERED;
    return result;
}

/* ---- connections ---- */

static void on_connection(void *self, struct MHD_Connection *connection, void **peer, enum MHD_ConnectionNotificationCode what)
{
    const struct taxii_http *h = self;
    if (what == MHD_CONNECTION_NOTIFY_STARTED && h->o.asks_certificates) {
        *peer = calloc(1, sizeof(struct taxii_peer));
        if (*peer && !http_daemon_ask_certificate(connection)) {
            free(*peer);
            *peer = NULL;
        }
    } else if (what == MHD_CONNECTION_NOTIFY_CLOSED && *peer) {
        taxii_peer_done(*peer);
        free(*peer);
        *peer = NULL;
    }
}

/* Read with the first request of a connection; NULL: there can be none. */
static const struct taxii_peer *peer_of(const struct taxii_http *h, struct MHD_Connection *connection)
{
    const union MHD_ConnectionInfo *info = MHD_get_connection_info(connection, MHD_CONNECTION_INFO_SOCKET_CONTEXT);
    struct taxii_peer *peer = info ? info->socket_context : NULL;
    if (peer && !peer->is_read)
        taxii_peer_read(peer, http_daemon_session(connection), h->authorities);
    return peer;
}

/* ---- requests ---- */

static enum taxii_method method_of(const char *word)
{
    return strcmp(word, "GET") == 0      ? TAXII_GET
           : strcmp(word, "POST") == 0   ? TAXII_POST
           : strcmp(word, "DELETE") == 0 ? TAXII_DELETE
                                         : TAXII_OTHER_METHOD;
}

static const char *header_of(struct MHD_Connection *connection, const char *name)
{
    return MHD_lookup_connection_value(connection, MHD_HEADER_KIND, name);
}

static uint64_t content_length_of(struct MHD_Connection *connection)
{
    const char *text = header_of(connection, "Content-Length");
    return text ? strtoull(text, NULL, 10) : 0; /* libmicrohttpd has refused what is no number */
}

static enum MHD_Result begin(struct call *c, const char *method)
{
    struct taxii_http *h = c->h;
    struct taxii_request request = {.method = method_of(method),
                                    .target = c->target,
                                    .accept = header_of(c->connection, "Accept"),
                                    .content_type = header_of(c->connection, "Content-Type"),
                                    .content_encoding = header_of(c->connection, "Content-Encoding"),
                                    .authorization = header_of(c->connection, "Authorization"),
                                    .peer = peer_of(h, c->connection),
                                    .content_length = content_length_of(c->connection),
                                    .now_us = clock_wall_us()};
    if (atomic_load(&h->answers) > TAXII_ANSWERS_OCTETS) {
        taxii_reply_error(&c->job.reply, TAXII_UNAVAILABLE, "too many answers are on their way; try again");
        return answer(c);
    }
    switch (taxii_service_ask(h->o.service, reader_of_thread(h), &request, &c->job.reply, &c->job.post, &c->job.removal)) {
    case TAXII_POSTED:
        c->state = CALL_POSTING;
        return MHD_YES;
    case TAXII_REMOVE:
        break;
    case TAXII_REPLY:
        if (c->job.reply.status == TAXII_UNAVAILABLE)
            drop_reader(h);
        return answer(c);
    }
    c->state = CALL_WAITING; /* before somebody may give it back */
    MHD_suspend_connection(c->connection);
    if (!h->o.hub.submit(h->o.hub.self, &c->job))
        taxii_http_done(&c->job);
    return MHD_YES;
}

/* There is no answering in the middle of a body: one that is too long is read for a while, then cut off. */
static enum MHD_Result drop_body(struct call *c, size_t *len)
{
    c->body_octets += *len;
    *len = 0;
    return c->body_octets > 2 * (size_t)TAXII_CONTENT_MAX ? MHD_NO : MHD_YES;
}

static enum MHD_Result take_body(struct call *c, const char *octets, size_t *len)
{
    taxii_post_feed(c->job.post, octets, *len);
    return drop_body(c, len);
}

static enum MHD_Result end_body(struct call *c)
{
    struct taxii_hub *hub = &c->h->o.hub;
    if (!taxii_post_finish(c->job.post, &c->job.reply))
        return answer(c);
    c->state = CALL_WAITING;
    MHD_suspend_connection(c->connection);
    if (!hub->submit(hub->self, &c->job))
        taxii_http_done(&c->job);
    return MHD_YES;
}

void taxii_http_done(struct taxii_job *job)
{
    struct call *c = (struct call *)job; /* its first member */
    if (job->reply.status == 0)
        taxii_reply_error(&job->reply, TAXII_UNAVAILABLE, "nothing can be written now; try again");
    MHD_resume_connection(c->connection);
}

static enum MHD_Result on_request(void *self, struct MHD_Connection *connection, const char *url, const char *method,
                                  const char *version, const char *upload, size_t *upload_len, void **call)
{
    (void)self, (void)url, (void)version;
    struct call *c = *call;
    if (!c)
        return MHD_NO;
    c->connection = connection;
    switch (c->state) {
    case CALL_NEW:
        if (strcmp(method, "POST") == 0)
            return begin(c, method);
        c->state = CALL_ASKING; /* answered now, the connection would be closed, in case a body comes */
        return MHD_YES;
    case CALL_ASKING:
        return *upload_len > 0 ? drop_body(c, upload_len) : begin(c, method);
    case CALL_POSTING:
        return *upload_len > 0 ? take_body(c, upload, upload_len) : end_body(c);
    case CALL_WAITING:
        return answer(c);
    case CALL_ANSWERED:
        break;
    }
    *upload_len = 0;
    return MHD_YES;
}

/* The first that is heard of a request: its target as it came. */
static void *on_target(void *self, const char *target, struct MHD_Connection *connection)
{
    (void)connection;
    struct call *c = malloc(sizeof *c);
    if (!c)
        return NULL;
    memset(c, 0, offsetof(struct call, target));
    c->h = self;
    size_t len = strnlen(target, sizeof c->target - 1);
    memcpy(c->target, target, len);
    c->target[len] = '\0';
    return c;
}

static void on_end(void *self, struct MHD_Connection *connection, void **call, enum MHD_RequestTerminationCode why)
{
    (void)self, (void)connection;
    struct call *c = *call;
    if (!c)
        return;
    *call = NULL;
    if (why == MHD_REQUEST_TERMINATED_COMPLETED_OK && c->job.reply.delivered)
        c->h->o.hub.delivered(c->h->o.hub.self, &c->job.reply.delivery);
    atomic_fetch_sub(&c->h->answers, c->charged);
    taxii_post_free(c->job.post);
    free(c->job.reply.body);
    free(c);
}

/* ---- making ---- */

static struct MHD_Daemon *start_daemon(struct taxii_http *h, int fd)
{
    struct http_daemon_options options = {.certificate = h->o.certificate,
                                          .key = h->o.key,
                                          .threads = h->o.threads,
                                          .connections = TAXII_CONNECTIONS_MAX / h->o.socket_count,
                                          .connections_of_address = TAXII_CONNECTIONS_OF_ADDRESS,
                                          .idle_s = TAXII_IDLE_S,
                                          .connection_memory = MEMORY_OF_CONNECTION,
                                          .on_request = on_request,
                                          .on_target = on_target,
                                          .on_end = on_end,
                                          .on_connection = on_connection,
                                          .self = h};
    return http_daemon_start(fd, &options);
}

int taxii_http_start(const struct taxii_http_options *options, struct taxii_http **ret_http)
{
    struct taxii_http *h = calloc(1, sizeof *h);
    if (!h)
        return -ENOMEM;
    h->o = *options;
    if (options->socket_count < 1 || options->socket_count > TAXII_LISTEN_MAX || options->threads > TAXII_THREADS_MAX ||
        snprintf(h->store, sizeof h->store, "%s", options->store) >= (int)sizeof h->store ||
        pthread_key_create(&h->reader, close_reader) != 0) {
        free(h);
        return -EINVAL;
    }
    if (options->authorities) {
        int e = taxii_authorities_read(options->authorities, &h->authorities);
        if (e < 0) {
            taxii_http_stop(h);
            return e;
        }
    }
    for (unsigned i = 0; i < options->socket_count; i++) {
        struct MHD_Daemon *d = start_daemon(h, options->sockets[i]);
        if (!d) {
            taxii_http_stop(h);
            return -EIO;
        }
        h->daemons[h->daemon_count++] = d;
    }
    h->o.certificate = h->o.key = h->o.authorities = NULL;
    *ret_http = h;
    return 0;
}

void taxii_http_stop(struct taxii_http *h)
{
    if (!h)
        return;
    for (unsigned i = 0; i < h->daemon_count; i++)
        http_daemon_stop(h->daemons[i]);
    pthread_key_delete(h->reader);
    if (h->authorities)
        gnutls_x509_trust_list_deinit(h->authorities, 1);
    free(h);
}
