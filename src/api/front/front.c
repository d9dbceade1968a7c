/* Carries requests from HTTPS connections to the hub and answers back; gives out files. */
#include "api/front/front.h"

#include <errno.h>
#include <gnutls/crypto.h>
#include <gnutls/gnutls.h>
#include <gnutls/x509.h>
#include <pthread.h>
#include <sodium.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>

#include "api/front/front_impl.h"
#include "base/http_daemon.h"
#include "base/text.h"

enum { MEMORY_OF_CONNECTION = 32 << 10, COOKIE_MAX = 256, ETAG_LEN = 16 };

const char *const front_methods[5] = {"GET", "POST", "PUT", "PATCH", "DELETE"};

enum call_state { CALL_NEW, CALL_READING, CALL_WAITING, CALL_ANSWERED };

/* One request, from its first line to its end. */
struct call {
    struct front_job job;
    struct front *front;
    struct MHD_Connection *connection;
    enum call_state state;
    size_t body_max, charged, answer_charged;
    bool too_long, is_api;
    char host[FRONT_HOST_MAX], languages[FRONT_LANGUAGES_MAX];
    char certificate[FRONT_CERTIFICATE_MAX];
    char session[FRONT_WORD_MAX], bearer[FRONT_WORD_MAX], csrf[FRONT_WORD_MAX], content_type[FRONT_TYPE_MAX];
    char target[FRONT_TARGET_MAX + 2]; /* longer ones are cut, and too long even so */
};

/* ---- headers ---- */

static void add_header(struct MHD_Response *r, const char *name, const char *value)
{
    (void)MHD_add_response_header(r, name, value); /* fails without memory alone; the answer is still one */
}

/* Of everything that is given out: nothing is loaded from elsewhere, nothing runs that is not a file of ours, nobody frames us. */
static void add_security(const struct front *f, struct MHD_Response *r)
{
    add_header(r, "Content-Security-Policy",
               "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; connect-src 'self'; font-src 'self'; "
               "manifest-src 'self'; base-uri 'none'; form-action 'self'; frame-ancestors 'none'");
    add_header(r, "X-Content-Type-Options", "nosniff");
    add_header(r, "Referrer-Policy", "no-referrer");
    add_header(r, "Cross-Origin-Resource-Policy", "same-origin");
    if (f->o.is_sinkhole)
        return; /* what follows means something over TLS alone, or to a program that runs */
    add_header(r, "Cross-Origin-Opener-Policy", "same-origin");
    add_header(r, "Strict-Transport-Security", "max-age=31536000");
    add_header(r, "Permissions-Policy", "camera=(), geolocation=(), microphone=(), payment=(), usb=()");
}

static void add_allow(struct MHD_Response *r, unsigned allowed)
{
    char text[64] = "";
    size_t len = 0;
    for (unsigned i = 0; i < array_len(front_methods); i++)
        if (allowed & 1U << i)
            len += (size_t)snprintf(text + len, sizeof text - len, "%s%s", len ? ", " : "", front_methods[i]);
    add_header(r, "Allow", text);
}

static void add_session(struct MHD_Response *r, const char *word)
{
    char text[COOKIE_MAX];
    snprintf(text, sizeof text, FRONT_COOKIE "=%s; Path=/; Secure; HttpOnly; SameSite=Strict%s", word, *word ? "" : "; Max-Age=0");
    add_header(r, "Set-Cookie", text);
    sodium_memzero(text, sizeof text);
}

static const char *header_of(struct MHD_Connection *connection, const char *name)
{
    return MHD_lookup_connection_value(connection, MHD_HEADER_KIND, name);
}

/* Only the one that we give, or "*": lists of several are no browser's. */
static bool is_known(struct MHD_Connection *connection, const char *etag)
{
    const char *known = header_of(connection, "If-None-Match");
    return known && (strcmp(known, "*") == 0 || strstr(known, etag) != NULL);
}

static enum MHD_Result queue(struct call *c, unsigned status, struct MHD_Response *r)
{
    if (!r)
        return MHD_NO;
    add_security(c->front, r);
    enum MHD_Result result = MHD_queue_response(c->connection, status, r);
    MHD_destroy_response(r);
    c->state = CALL_ANSWERED;
    return result;
}

/* ---- files ---- */

static bool takes_gzip(struct MHD_Connection *connection)
{
    const char *accept = header_of(connection, "Accept-Encoding");
    return accept && strstr(accept, "gzip") && !strstr(accept, "gzip;q=0");
}

/* A path without a "." is a page of the console: its one file decides what to show. */
static const struct front_file *find_file(const struct front *f, const char *target)
{
    size_t len = strcspn(target, "?");
    const struct front_file *page = NULL;
    for (const struct front_file *i = f->o.files; i->path; i++) {
        if (strlen(i->path) == len && memcmp(i->path, target, len) == 0)
            return i;
        if (strcmp(i->path, "/index.html") == 0)
            page = i;
    }
    return memchr(target, '.', len) ? NULL : page;
}

static enum MHD_Result answer_text(struct call *c, unsigned status, const char *text)
{
    struct MHD_Response *r = MHD_create_response_from_buffer(strlen(text), (void *)(uintptr_t)text, MHD_RESPMEM_PERSISTENT);
    if (r)
        add_header(r, "Content-Type", "text/plain; charset=utf-8");
    return queue(c, status, r);
}

static enum MHD_Result answer_file(struct call *c)
{
    const struct front_file *file = find_file(c->front, c->target);
    bool is_head = strcmp(c->job.method, "HEAD") == 0;
    if (strcmp(c->job.method, "GET") != 0 && !is_head)
        return answer_text(c, 405, "GET only\n");
    if (!file)
        return answer_text(c, 404, c->front->o.files->path ? "There is no such page.\n" : "This hinomi was built without its console; the API is below /api/v1/.\n");
    bool gzip = file->gzip && takes_gzip(c->connection), known = is_known(c->connection, file->etag);
    const uint8_t *octets = gzip ? file->gzip : file->octets;
    size_t len = known ? 0 : gzip ? file->gzip_len : file->len;
    struct MHD_Response *r = MHD_create_response_from_buffer(len, (void *)(uintptr_t)octets, MHD_RESPMEM_PERSISTENT);
    if (!r)
        return MHD_NO;
    atomic_fetch_add(&c->front->files, 1);
    add_header(r, "Content-Type", file->content_type);
    add_header(r, "ETag", file->etag);
    add_header(r, "Vary", "Accept-Encoding");
    add_header(r, "Cache-Control", file->is_immutable ? "public, max-age=31536000, immutable" : "no-cache");
    if (gzip && !known)
        add_header(r, "Content-Encoding", "gzip");
    return queue(c, known ? 304 : 200, r);
}

/* ---- answers of the hub ---- */

static void make_etag(const char *body, size_t len, char etag[2 * ETAG_LEN + 3])
{
    uint8_t digest[ETAG_LEN];
    _Static_assert(ETAG_LEN >= (int)crypto_generichash_BYTES_MIN, "long enough");
    crypto_generichash(digest, sizeof digest, (const unsigned char *)body, len, NULL, 0);
    sodium_bin2hex(etag + 1, 2 * ETAG_LEN + 1, digest, sizeof digest);
    etag[0] = etag[2 * ETAG_LEN + 1] = '"';
    etag[2 * ETAG_LEN + 2] = '\0';
}

static void add_reply_headers(struct MHD_Response *r, const struct front_reply *reply)
{
    char text[16];
    add_header(r, "Content-Type", reply->content_type[0] ? reply->content_type : "application/json");
    if (reply->allowed)
        add_allow(r, reply->allowed);
    if (reply->sets_session)
        add_session(r, reply->session);
    if (reply->status == 401)
        add_header(r, "WWW-Authenticate", "Bearer realm=\"hinomi\"");
    if (reply->retry_after_s) {
        snprintf(text, sizeof text, "%u", reply->retry_after_s);
        add_header(r, "Retry-After", text);
    }
}

static enum MHD_Result answer_stream(struct call *c)
{
    struct MHD_Response *r = front_stream_response(c->front, c->connection, c->job.reply.channel);
    if (!r)
        return MHD_NO;
    add_header(r, "Content-Type", "text/event-stream");
    add_header(r, "Cache-Control", "no-store");
    add_header(r, "X-Accel-Buffering", "no");
    return queue(c, 200, r);
}

static enum MHD_Result answer_reply(struct call *c)
{
    struct front_reply *reply = &c->job.reply;
    char etag[2 * ETAG_LEN + 3] = "";
    if (reply->channel != 0)
        return answer_stream(c);
    if (strcmp(c->job.method, "GET") == 0 && reply->status == 200)
        make_etag(reply->body, reply->len, etag);
    bool known = etag[0] && is_known(c->connection, etag);
    struct MHD_Response *r = MHD_create_response_from_buffer(known ? 0 : reply->len, known ? (void *)(uintptr_t)"" : reply->body,
                                                             known ? MHD_RESPMEM_PERSISTENT : MHD_RESPMEM_MUST_FREE);
    if (!r)
        return MHD_NO;
    if (!known) {
        reply->body = NULL;
        c->answer_charged = reply->len;
        atomic_fetch_add(&c->front->answer_octets, c->answer_charged);
    }
    add_reply_headers(r, reply);
    if (etag[0])
        add_header(r, "ETag", etag);
    add_header(r, "Cache-Control", etag[0] ? "no-cache, private" : "no-store");
    return queue(c, known ? 304 : reply->status, r);
}

static void set_problem(struct front_reply *reply, unsigned status, const char *title, const char *detail)
{
    char text[256];
    snprintf(text, sizeof text, "{\"title\":\"%s\",\"status\":%u,\"detail\":\"%s\"}", title, status, detail);
    free(reply->body);
    *reply = (struct front_reply){.status = status, .content_type = "application/problem+json", .retry_after_s = status == 503 ? 2 : 0};
    reply->body = strdup(text);
    reply->len = reply->body ? strlen(text) : 0;
}

/* What a person gets when nobody can tell why. */
static void set_busy_page(struct front_reply *reply)
{
    static const char page[] = "<!DOCTYPE html><html><head><meta charset=\"utf-8\"><title>hinomi</title></head><body>"
                               "<p lang=\"ja\">この名前は保護のため遮断されています。少し待ってからもう一度開くと、理由が表示されます。</p>"
                               "<p lang=\"en\">This name is blocked to protect you. Open it again in a little while to see why.</p></body></html>";
    free(reply->body);
    *reply = (struct front_reply){.status = 503, .content_type = "text/html; charset=utf-8", .retry_after_s = 5};
    reply->body = strdup(page);
    reply->len = reply->body ? sizeof page - 1 : 0;
}

void front_done(struct front_job *job)
{
    struct call *c = (struct call *)job; /* its first member */
    if (job->reply.status == 0 && job->is_sinkhole)
        set_busy_page(&job->reply);
    else if (job->reply.status == 0)
        set_problem(&job->reply, 503, "Service Unavailable", "the hub does not answer now; try again");
    MHD_resume_connection(c->connection);
}

/* ---- requests ---- */

static const char *copy_header(struct call *c, const char *name, char *to, size_t max)
{
    const char *value = header_of(c->connection, name);
    return value && snprintf(to, max, "%s", value) < (int)max ? to : NULL;
}

/* That the client has the private key is settled by the handshake; the fingerprint means that one certificate, whoever signed it. A browser
 * shows a certificate also for what another site's page makes it ask: it says so with Origin (Fetch standard, 3.2), and machines do not. */
static void take_certificate(struct call *c)
{
    uint8_t digest[FRONT_FINGERPRINT_LEN];
    size_t len = sizeof digest;
    unsigned count = 0;
    gnutls_session_t session = c->front->o.asks_certificates && !header_of(c->connection, "Origin") ? http_daemon_session(c->connection) : NULL;
    const gnutls_datum_t *chain = session ? gnutls_certificate_get_peers(session, &count) : NULL;
    if (!chain || count == 0 || gnutls_fingerprint(GNUTLS_DIG_SHA256, &chain[0], digest, &len) < 0 || len != sizeof digest)
        return;
    sodium_bin2hex(c->certificate, sizeof c->certificate, digest, sizeof digest);
    c->job.certificate = c->certificate;
}

static void on_connection(void *self, struct MHD_Connection *connection, void **context, enum MHD_ConnectionNotificationCode what)
{
    (void)context;
    const struct front *f = self;
    if (what == MHD_CONNECTION_NOTIFY_STARTED && f->o.asks_certificates)
        (void)http_daemon_ask_certificate(connection);
}

static void take_credentials(struct call *c)
{
    static const char bearer[] = "Bearer ";
    const char *authorization = header_of(c->connection, "Authorization");
    const char *cookie = MHD_lookup_connection_value(c->connection, MHD_COOKIE_KIND, FRONT_COOKIE);
    if (authorization && strncasecmp(authorization, bearer, strlen(bearer)) == 0) {
        if (snprintf(c->bearer, sizeof c->bearer, "%s", authorization + strlen(bearer)) >= (int)sizeof c->bearer)
            c->bearer[0] = '\0'; /* no key: refused as such */
        c->job.bearer = c->bearer;
    }
    if (cookie && snprintf(c->session, sizeof c->session, "%s", cookie) < (int)sizeof c->session)
        c->job.session = c->session;
    c->job.csrf = copy_header(c, "X-CSRF-Token", c->csrf, sizeof c->csrf);
    c->job.languages = copy_header(c, "Accept-Language", c->languages, sizeof c->languages);
    take_certificate(c);
    c->job.content_type = copy_header(c, "Content-Type", c->content_type, sizeof c->content_type);
}

static void take_host(struct call *c)
{
    c->job.is_sinkhole = true;
    c->job.host = copy_header(c, "Host", c->host, sizeof c->host);
    c->job.languages = copy_header(c, "Accept-Language", c->languages, sizeof c->languages);
    c->job.content_type = copy_header(c, "Content-Type", c->content_type, sizeof c->content_type);
}

static struct addr address_of(struct MHD_Connection *connection)
{
    const union MHD_ConnectionInfo *info = MHD_get_connection_info(connection, MHD_CONNECTION_INFO_CLIENT_ADDRESS);
    return info && info->client_addr ? addr_of_sockaddr(info->client_addr) : (struct addr){0};
}

static bool reserve(struct call *c, size_t more)
{
    struct front *f = c->front;
    if (atomic_fetch_add(&f->body_octets, more) + more > FRONT_BODIES_OCTETS) {
        atomic_fetch_sub(&f->body_octets, more);
        return false;
    }
    c->charged += more;
    return true;
}

/* What does not fit is read and dropped: there is no answering in the middle of a body. */
static void take_body(struct call *c, const char *octets, size_t len)
{
    size_t body_max = c->front->o.is_sinkhole ? FRONT_FORM_MAX : FRONT_BODY_MAX;
    if (c->too_long || c->job.body_len + len > body_max) {
        c->too_long = true;
        return;
    }
    if (c->job.body_len + len > c->body_max) {
        size_t max = c->body_max ? 2 * c->body_max : 4096;
        while (max < c->job.body_len + len)
            max *= 2;
        uint8_t *more = reserve(c, max - c->body_max) ? realloc(c->job.body, max) : NULL;
        c->too_long = !more;
        if (!more)
            return;
        c->job.body = more;
        c->body_max = max;
    }
    memcpy(c->job.body + c->job.body_len, octets, len);
    c->job.body_len += len;
}

static enum MHD_Result ask_hub(struct call *c)
{
    struct front *f = c->front;
    atomic_fetch_add(&f->requests, 1);
    if (c->too_long || atomic_load(&f->answer_octets) > FRONT_ANSWERS_OCTETS) {
        set_problem(&c->job.reply, c->too_long ? 413 : 503, c->too_long ? "Content Too Large" : "Service Unavailable",
                    c->too_long ? "the body is too long, or too many are being read" : "too many answers are on their way; try again");
        return answer_reply(c);
    }
    if (f->o.is_sinkhole)
        take_host(c);
    else
        take_credentials(c);
    c->job.address = address_of(c->connection);
    c->state = CALL_WAITING; /* before somebody may give it back */
    MHD_suspend_connection(c->connection);
    if (!f->o.hooks.submit(f->o.hooks.self, &c->job)) {
        atomic_fetch_add(&f->refused_busy, 1);
        front_done(&c->job);
    }
    return MHD_YES;
}

static enum MHD_Result on_request(void *self, struct MHD_Connection *connection, const char *url, const char *method, const char *version,
                                  const char *upload, size_t *upload_len, void **call)
{
    (void)self, (void)url, (void)version;
    struct call *c = *call;
    if (!c)
        return MHD_NO;
    c->connection = connection;
    c->job.method = method;
    switch (c->state) {
    case CALL_NEW:
        c->state = CALL_READING; /* answered now, the connection would be closed, in case a body comes */
        return MHD_YES;
    case CALL_READING:
        if (*upload_len > 0) {
            take_body(c, upload, *upload_len);
            *upload_len = 0;
            return MHD_YES;
        }
        return c->is_api ? ask_hub(c) : answer_file(c);
    case CALL_WAITING:
        return answer_reply(c);
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
    c->front = self;
    size_t len = strnlen(target, sizeof c->target - 1);
    memcpy(c->target, target, len);
    c->target[len] = '\0';
    c->job.target = c->target;
    c->is_api = c->front->o.is_sinkhole || strncmp(c->target, "/api/", strlen("/api/")) == 0;
    return c;
}

static void on_end(void *self, struct MHD_Connection *connection, void **call, enum MHD_RequestTerminationCode why)
{
    (void)connection, (void)why;
    struct front *f = self;
    struct call *c = *call;
    if (!c)
        return;
    *call = NULL;
    atomic_fetch_sub(&f->body_octets, c->charged);
    atomic_fetch_sub(&f->answer_octets, c->answer_charged);
    sodium_memzero(c->session, sizeof c->session);
    sodium_memzero(c->bearer, sizeof c->bearer);
    if (c->job.body)
        sodium_memzero(c->job.body, c->job.body_len); /* perhaps a password */
    free(c->job.body);
    free(c->job.reply.body);
    sodium_memzero(&c->job.reply, sizeof c->job.reply);
    free(c);
}

/* ---- making ---- */

static struct MHD_Daemon *start_daemon(struct front *f, int fd)
{
    const struct front_options *o = &f->o;
    struct http_daemon_options options = {.connection_memory = MEMORY_OF_CONNECTION, .on_request = on_request, .on_target = on_target, .on_end = on_end, .self = f};
    if (o->is_sinkhole) {
        options.in_the_clear = true; /* names of others are asked for, of which we have no certificate */
        options.connections = FRONT_SINKHOLE_CONNECTIONS_MAX / o->socket_count;
        options.connections_of_address = FRONT_SINKHOLE_OF_ADDRESS;
        options.idle_s = FRONT_SINKHOLE_IDLE_S;
    } else {
        options.certificate = o->certificate;
        options.key = o->key;
        options.threads = o->threads;
        options.connections = FRONT_CONNECTIONS_MAX / o->socket_count;
        options.connections_of_address = FRONT_CONNECTIONS_OF_ADDRESS;
        options.idle_s = FRONT_IDLE_S;
        options.on_connection = on_connection;
    }
    return http_daemon_start(fd, &options);
}

int front_start(const struct front_options *options, struct front **ret_front)
{
    struct front *f = calloc(1, sizeof *f);
    if (!f)
        return -ENOMEM;
    f->o = *options;
    pthread_mutex_init(&f->lock, NULL);
    if (options->socket_count < 1 || options->socket_count > FRONT_LISTEN_MAX || options->threads > FRONT_THREADS_MAX) {
        free(f);
        return -EINVAL;
    }
    for (unsigned i = 0; i < options->socket_count; i++) {
        struct MHD_Daemon *d = start_daemon(f, options->sockets[i]);
        if (!d) {
            front_stop(f);
            return -EIO;
        }
        f->daemons[f->daemon_count++] = d;
    }
    f->o.certificate = f->o.key = NULL;
    *ret_front = f;
    return 0;
}

void front_stop(struct front *f)
{
    if (!f)
        return;
    front_end_streams(f);
    for (unsigned i = 0; i < f->daemon_count; i++)
        http_daemon_stop(f->daemons[i]);
    pthread_mutex_destroy(&f->lock);
    free(f);
}

struct front_counters front_counters_get(const struct front *f)
{
    return (struct front_counters){.requests = atomic_load(&f->requests),
                                   .files = atomic_load(&f->files),
                                   .refused_busy = atomic_load(&f->refused_busy),
                                   .streams = atomic_load(&f->stream_count),
                                   .stream_octets = atomic_load(&f->stream_octets),
                                   .stream_lost = atomic_load(&f->stream_lost)};
}
