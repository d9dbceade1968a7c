/* The share role: the servers of TAXII and of zones, which read the exchange store; the hub writes what is posted. */
#include <errno.h>
#include <fcntl.h>
#include <pthread.h>
#include <signal.h>
#include <sodium.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "apps/process/hub_link.h"
#include "apps/process/role_loop.h"
#include "apps/exchange/share_protocol.h"
#include "apps/exchange/zone_server.h"
#include "base/clock.h"
#include "base/log.h"
#include "base/text.h"
#include "base/writer.h"

enum {
    JOB_PATIENCE_MS = 15000,      /* of one chunk: a disk that stands still for longer is not waited for */
    JOBS_MAX = 128,               /* waiting at once; the octets of posts are bounded beside it */
    DELIVERIES_MAX = 4096,        /* that have not gone to the hub: dropped and counted beyond */
    DELIVERIES_AT_ONCE = 200,
    COUNTERS_EVERY_TICKS = 4,
};

struct share_role {
    struct role_loop loop;
    struct taxii_service *service;
    struct taxii_http *http; /* NULL: nothing is listened on */
    struct zone_server *zones; /* the same */
    struct hub_link hub;
    struct job_queue jobs; /* that the hub works on, or will */
    struct certificate certificate;
    char *authorities; /* PEM; NULL: none */
    struct role_start start;
    unsigned ticks;
    int wake_fd;
    bool own_certificate;
    /* From the server's threads, under the lock. */
    unsigned delivery_count;
    pthread_mutex_t lock;
    uint64_t deliveries_dropped;
    struct exchange_delivery deliveries[DELIVERIES_MAX];
};

/* ---- from the server's threads ---- */

static bool submit(void *self, struct taxii_job *job)
{
    struct share_role *r = self;
    bool taken = job_queue_submit(&r->jobs, &job->job);
    if (taken)
        role_loop_wake(&r->loop);
    return taken;
}

static void delivered(void *self, const struct exchange_delivery *delivery)
{
    struct share_role *r = self;
    pthread_mutex_lock(&r->lock);
    if (r->delivery_count < DELIVERIES_MAX)
        r->deliveries[r->delivery_count++] = *delivery;
    else
        r->deliveries_dropped++;
    bool many = r->delivery_count == DELIVERIES_MAX / 2;
    pthread_mutex_unlock(&r->lock);
    if (many)
        role_loop_wake(&r->loop);
}

/* ---- jobs ---- */

static void end_job(void *self, struct job *job)
{
    (void)self;
    taxii_http_done((struct taxii_job *)job); /* its first member */
}

static int send_chunk(struct share_role *r, struct taxii_job *job, const uint8_t *octets, size_t len, unsigned count)
{
    uint8_t *message = malloc(SHARE_HEAD_MAX + len);
    if (!message)
        return -ENOMEM;
    struct writer w = writer_of(message, SHARE_HEAD_MAX + len);
    writer_u64(&w, job->job.number);
    writer_u16(&w, (uint16_t)taxii_post_recipient(job->post));
    writer_u32(&w, taxii_post_collection(job->post));
    writer_u32(&w, count);
    writer_bytes(&w, octets, len);
    int e = channel_send(hub_link_channel(&r->hub), SHARE_PUT, message, w.len);
    free(message);
    return e;
}

static int send_removal(struct share_role *r, struct taxii_job *job)
{
    uint8_t message[SHARE_HEAD_MAX + 8 * EXCHANGE_VERSIONS_MAX + EXCHANGE_ID_MAX];
    struct writer w = writer_of(message, sizeof message);
    writer_u64(&w, job->job.number);
    writer_u16(&w, (uint16_t)job->removal.recipient);
    writer_u32(&w, job->removal.collection);
    writer_u16(&w, (uint16_t)job->removal.count);
    for (unsigned i = 0; i < job->removal.count; i++)
        writer_u64(&w, (uint64_t)job->removal.versions_us[i]);
    writer_bytes(&w, job->removal.id, strlen(job->removal.id));
    return channel_send(hub_link_channel(&r->hub), SHARE_REMOVE, message, w.len);
}

/* Sends what the job needs next, or ends it. Without a hub: now and not later, the client is told when to come again. */
static void go_on(struct share_role *r, struct taxii_job *job)
{
    size_t len = 0;
    unsigned count = 0;
    const uint8_t *octets = job->post ? taxii_post_chunk(job->post, &len, &count) : NULL;
    if (job->post && !octets) {
        taxii_post_reply(job->post, &job->reply);
        job_queue_end(&r->jobs, &job->job);
        return;
    }
    int e = !hub_link_channel(&r->hub) ? -ENOTCONN : job->post ? send_chunk(r, job, octets, len, count) : send_removal(r, job);
    if (e < 0)
        job_queue_end(&r->jobs, &job->job); /* without a reply of its own: 503 */
}

static void begin_job(void *self, struct job *job)
{
    go_on(self, (struct taxii_job *)job);
}

static void on_result(struct share_role *r, struct reader payload)
{
    uint64_t number = reader_u64(&payload);
    int error = -(int)(reader_u32(&payload) & 0xffff);
    struct taxii_job *job = (struct taxii_job *)job_queue_find(&r->jobs, number);
    if (!job || payload.failed)
        return;
    if (job->post && taxii_post_result(job->post, error)) {
        job_queue_renew(&r->jobs, &job->job); /* a new number for each chunk */
        go_on(r, job);
        return;
    }
    if (!job->post && error == 0)
        job->reply = (struct taxii_reply){.status = TAXII_OK};
    job_queue_end(&r->jobs, &job->job);
}

/* ---- what is told to the hub ---- */

static void tell_deliveries(struct share_role *r)
{
    static uint8_t message[DELIVERIES_AT_ONCE * 40];
    struct exchange_delivery some[DELIVERIES_AT_ONCE];
    struct channel *hub;
    while ((hub = hub_link_channel(&r->hub))) {
        struct writer w = writer_of(message, sizeof message);
        pthread_mutex_lock(&r->lock);
        unsigned count = r->delivery_count < DELIVERIES_AT_ONCE ? r->delivery_count : DELIVERIES_AT_ONCE;
        memcpy(some, r->deliveries, count * sizeof some[0]);
        r->delivery_count -= count;
        memmove(r->deliveries, r->deliveries + count, r->delivery_count * sizeof some[0]);
        pthread_mutex_unlock(&r->lock);
        for (unsigned i = 0; i < count; i++) {
            unsigned recipient = 0;
            while (recipient < r->start.config->share.recipient_count &&
                   strcmp(taxii_service_recipient(r->service, recipient)->name, some[i].recipient) != 0)
                recipient++;
            writer_u16(&w, (uint16_t)recipient);
            writer_u32(&w, some[i].collection);
            writer_u64(&w, (uint64_t)some[i].objects);
            writer_u64(&w, (uint64_t)some[i].first_us);
            writer_u64(&w, (uint64_t)some[i].last_us);
            writer_u64(&w, (uint64_t)some[i].minute_us);
        }
        if (count == 0)
            return;
        if (channel_send(hub, SHARE_DELIVERED, message, w.len) < 0) {
            r->deliveries_dropped += count;
            return;
        }
    }
}

static void tell_counters(struct share_role *r)
{
    uint8_t message[SHARE_COUNTERS_COUNT * 8];
    struct writer w = writer_of(message, sizeof message);
    const struct taxii_counters *c = taxii_service_counters(r->service);
    const uint64_t values[] = {c->requests,      c->refused_credentials, c->refused_requests, c->unavailable,       c->objects_given,
                               c->objects_taken, c->objects_failed,      c->statuses_evicted, r->deliveries_dropped};
    _Static_assert(array_len(values) == SHARE_TAXII_COUNTERS_COUNT, "a value for each name");
    for (size_t i = 0; i < array_len(values); i++)
        writer_u64(&w, values[i]);
    zone_server_write_counters(r->zones, &w);
    struct channel *hub = hub_link_channel(&r->hub);
    if (hub && channel_send(hub, SHARE_COUNTERS, message, w.len) < 0)
        log_debug("counters are not told");
}

/* ---- the hub ---- */

static void on_hub_message(void *self, uint16_t type, struct reader payload)
{
    if (type == HUB_SHARE_RESULT)
        on_result(self, payload);
}

/* ---- events ---- */

static void on_wake(void *self)
{
    struct share_role *r = self;
    job_queue_take(&r->jobs);
    tell_deliveries(r);
}

static void on_tick(void *self)
{
    struct share_role *r = self;
    job_queue_end_late(&r->jobs);
    tell_deliveries(r);
    if (hub_link_channel(&r->hub))
        zone_server_tell(r->zones, hub_link_channel(&r->hub));
    if (r->ticks++ % COUNTERS_EVERY_TICKS == 0)
        tell_counters(r);
}

/* One line; blanks around it are no part of it. */
static void read_token(struct share_role *r, unsigned number, int fd)
{
    char text[TAXII_SECRET_MAX];
    static const char blanks[] = " \t\r\n";
    const struct share_recipient *to = &r->start.config->share.recipients[number];
    ssize_t n = pread(fd, text, sizeof text - 1, 0);
    text[n > 0 ? n : 0] = '\0';
    const char *token = text + strspn(text, blanks);
    size_t len = strcspn(token, blanks);
    bool one_line = token[len + strspn(token + len, blanks)] == '\0' && (size_t)n < sizeof text - 1;
    int e = n > 0 && one_line ? taxii_service_set_secret(r->service, number, token, len) : -EINVAL;
    sodium_memzero(text, sizeof text);
    if (e < 0 && taxii_service_set_secret(r->service, number, NULL, 0) == 0)
        log_error(_("recipient %s is kept out: %s must hold one word of %u to %u octets"), to->who.name, to->token_file,
                  (unsigned)TAXII_SECRET_MIN, (unsigned)TAXII_SECRET_MAX - 1);
}

static void take_file(struct share_role *r, unsigned number, int fd)
{
    unsigned count = r->start.config->share.recipient_count;
    if (number < count)
        read_token(r, number, fd);
    else if (number >= SHARE_KEY_FILES && number - SHARE_KEY_FILES < count && r->zones)
        zone_server_read_key(r->zones, number - SHARE_KEY_FILES, fd);
}

static void on_message(void *self, struct handover *m)
{
    struct share_role *r = self;
    if (!hub_link_take(&r->hub, m) && m->kind == PARENT_FILE && m->fd_count == 1)
        take_file(r, m->number, m->fds[0]); /* of a reload: the token or key may be another; all else comes with a new process */
}

/* ---- making ---- */

static int enter_sandbox(const struct config *c)
{
    char folder[CONFIG_PATH_MAX + 32];
    snprintf(folder, sizeof folder, "%s/%s", c->data, NODE_EXCHANGE);
    struct sandbox_options options = {.role = SANDBOX_SHARE, .uid = c->uid, .gid = c->gid, .read_paths = {folder}};
    struct sandbox_report report;
    return role_tell_sandbox(sandbox_enter(&options, &report), &report);
}

static int read_certificate(struct share_role *r, struct certificate_pem *ret_pem)
{
    const struct share_options *o = &r->start.config->share;
    struct role_tls tls = {.listen = o->listen,
                           .listen_count = o->listen_count,
                           .files = &o->certificate,
                           .folder = NODE_TLS_SHARE,
                           .failed = _("no TAXII, for want of a certificate")};
    return role_loop_read_certificate(&r->loop, r->start.config, &tls, ret_pem);
}

/* Of clients' certificates; read before the sandbox. Without them those who need them are kept out, the others are not. */
static void read_authorities(struct share_role *r)
{
    enum { AUTHORITIES_OCTETS_MAX = 1 << 20 };
    const char *path = r->start.config->share.client_ca.certificate;
    gnutls_x509_trust_list_t list = NULL;
    if (!*path)
        return;
    char *text = calloc(1, AUTHORITIES_OCTETS_MAX + 1);
    int fd = open(path, O_RDONLY | O_CLOEXEC);
    ssize_t n = fd >= 0 && text ? read(fd, text, AUTHORITIES_OCTETS_MAX) : -1;
    int e = n < 0 ? -errno : n == AUTHORITIES_OCTETS_MAX ? -EFBIG : taxii_authorities_read(text, &list);
    if (fd >= 0)
        close(fd);
    if (list)
        gnutls_x509_trust_list_deinit(list, 1); /* it was a try: the server makes its own */
    if (e < 0) {
        log_error(_("%s: %s; recipients with a certificate_name are kept out"), path,
                  e == -EBADMSG ? _("there are no certificates in it, or more than 64") : strerror(-e));
        free(text);
        return;
    }
    r->authorities = text;
}

static bool asks_certificates(const struct share_options *o)
{
    for (unsigned i = 0; i < o->recipient_count; i++)
        if (o->recipients[i].who.has_fingerprint || o->recipients[i].who.peer_name[0])
            return true;
    return false;
}

static int make_service(struct share_role *r)
{
    static struct taxii_recipient recipients[TAXII_RECIPIENTS_MAX];
    const struct share_options *o = &r->start.config->share;
    for (unsigned i = 0; i < o->recipient_count; i++)
        recipients[i] = o->recipients[i].who;
    int e = taxii_service_new("hinomi", recipients, o->recipient_count, &r->service);
    for (unsigned i = 0; e == 0 && i < o->recipient_count; i++) {
        if (r->start.files[i] < 0)
            continue;
        read_token(r, i, r->start.files[i]);
        close(r->start.files[i]);
        r->start.files[i] = -1;
    }
    return e;
}

static int start_server(struct share_role *r, const struct certificate_pem *pem)
{
    char store[CONFIG_PATH_MAX + 32];
    const struct config *c = r->start.config;
    long cores = sysconf(_SC_NPROCESSORS_ONLN);
    snprintf(store, sizeof store, "%s/%s", c->data, NODE_EXCHANGE_FILE);
    struct taxii_http_options options = {.sockets = r->start.sockets,
                                         .socket_count = c->share.listen_count, /* the first */
                                         .threads = cores < 2 ? 2 : cores > TAXII_THREADS_MAX ? TAXII_THREADS_MAX : (unsigned)cores,
                                         .certificate = pem->certificate,
                                         .key = pem->key,
                                         .asks_certificates = asks_certificates(&c->share),
                                         .authorities = r->authorities,
                                         .store = store,
                                         .service = r->service,
                                         .hub = {.submit = submit, .delivered = delivered, .self = r}};
    return taxii_http_start(&options, &r->http);
}

static int start_zones(struct share_role *r)
{
    char store[CONFIG_PATH_MAX + 32];
    snprintf(store, sizeof store, "%s/%s", r->start.config->data, NODE_EXCHANGE_FILE);
    return zone_server_new(r->loop.base, &r->start, store, &r->zones);
}

/* No thread submits any more; what is waiting goes back without an answer. */
static void stop_server(struct share_role *r)
{
    job_queue_close(&r->jobs);
    taxii_http_stop(r->http);
    tell_deliveries(r);
}

static int run(struct share_role *r)
{
    struct certificate_pem pem = {0};
    const struct share_options *o = &r->start.config->share;
    bool listens = o->listen_count > 0 && r->start.socket_count >= o->listen_count;
    struct role_loop_hooks hooks = {.message = on_message, .tick = on_tick, .wake = on_wake, .self = r};
    int e = role_loop_make(&r->loop, &hooks);
    if (e == 0)
        e = make_service(r);
    if (e == 0 && listens && read_certificate(r, &pem) < 0)
        listens = false;
    if (e == 0 && listens)
        read_authorities(r);
    if (e == 0)
        e = enter_sandbox(r->start.config);
    if (e == 0 && listens)
        e = start_server(r, &pem); /* foreign bytes come from here on */
    if (e == 0 && o->listen_dns_count > 0)
        e = start_zones(r);
    certificate_pem_forget(&pem);
    if (e < 0) {
        log_error(_("cannot start: %s"), strerror(-e));
        return 1;
    }
    r->hub = (struct hub_link){.loop = r->loop.base,
                               .message_max = SHARE_MESSAGE_MAX,
                               .queue_max = SHARE_QUEUE_MAX,
                               .jobs = &r->jobs,
                               .ready = HUB_SHARE_READY,
                               .message = on_hub_message,
                               .self = r};
    hub_link_connect(&r->hub, r->start.peers[ROLE_HUB]);
    role_loop_run(&r->loop, r->http != NULL);
    stop_server(r);
    if (hub_link_channel(&r->hub))
        zone_server_tell(r->zones, hub_link_channel(&r->hub));
    zone_server_free(r->zones);
    taxii_service_free(r->service);
    return 0;
}

int role_share_main(void)
{
    log_init("share", LOG_LEVEL_NOTICE);
    signal(SIGINT, SIG_IGN); /* from the terminal: the parent tells us when */
    signal(SIGPIPE, SIG_IGN);
    struct share_role *r = calloc(1, sizeof *r);
    if (!r || sodium_init() < 0)
        return 1;
    pthread_mutex_init(&r->lock, NULL);
    r->jobs = (struct job_queue){.begin = begin_job, .end = end_job, .self = r};
    job_queue_init(&r->jobs, JOBS_MAX, JOB_PATIENCE_MS);
    int e = role_receive_start(&r->start);
    if (e < 0) {
        log_error(_("nothing usable from the parent: %s"), strerror(-e));
        return 1;
    }
    return run(r);
}
