/* The web role: HTTPS for the console and the API; it has the files and the connections, the hub has all the rest. */
#include <errno.h>
#include <pthread.h>
#include <signal.h>
#include <sodium.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "api/signing_in/rate_limit.h"
#include "apps/web/console_files.h"
#include "apps/process/hub_link.h"
#include "apps/process/role_loop.h"
#include "apps/web/web_protocol.h"
#include "base/clock.h"
#include "base/log.h"
#include "base/text.h"

enum {
    JOB_PATIENCE_MS = 30000, /* a question to the telemetry store may take a while */
    JOBS_MAX = WEB_CALLS_MAX,
    SINKHOLE_JOBS_MAX = 64, /* of JOBS_MAX: infected machines ask without an end, and the console is to stay open */
    LEFT_MAX = FRONT_STREAMS_MAX,
    COUNTERS_EVERY_TICKS = 4,
};

/* A page has three or four requests; beyond that it is a program that asks, and it learns nothing from the answer. */
static const double sinkhole_of_address_rate = 2, sinkhole_of_address_burst = 20, sinkhole_rate = 300, sinkhole_burst = 600;

struct web_role {
    struct role_loop loop;
    struct front *front;    /* NULL: nothing is listened on */
    struct front *sinkhole; /* the same */
    struct hub_link hub;
    struct job_queue jobs; /* that the hub works on, or will */
    struct role_start start;
    unsigned ticks;
    /* From the server's threads, under the lock. */
    pthread_mutex_t lock;
    unsigned sinkhole_job_count, left_count;
    struct rate_limit *sinkhole_rate, *sinkhole_all; /* of an address; of all */
    uint64_t sinkhole_refused;
    uint32_t left[LEFT_MAX]; /* channels whose streams have ended */
};

/* ---- from the server's threads ---- */

static bool sinkhole_may(struct web_role *r, const struct front_job *job)
{
    static const uint8_t everybody = 0;
    unsigned wait_ms;
    uint64_t now_ms = clock_mono_ms();
    /* Of IPv6, who has one address has its /64 (RFC 6177). */
    size_t len = addr_is_v4(&job->address) ? sizeof job->address : 8;
    pthread_mutex_lock(&r->lock);
    bool may = r->sinkhole_job_count < SINKHOLE_JOBS_MAX && rate_limit_take(r->sinkhole_rate, job->address.bytes, len, now_ms, &wait_ms) &&
               rate_limit_take(r->sinkhole_all, &everybody, sizeof everybody, now_ms, &wait_ms);
    r->sinkhole_refused += !may;
    r->sinkhole_job_count += may;
    pthread_mutex_unlock(&r->lock);
    return may;
}

static void sinkhole_done(struct web_role *r)
{
    pthread_mutex_lock(&r->lock);
    r->sinkhole_job_count--;
    pthread_mutex_unlock(&r->lock);
}

static bool submit(void *self, struct front_job *job)
{
    struct web_role *r = self;
    bool is_sinkhole = job->is_sinkhole; /* once taken it may be over at any moment */
    if (is_sinkhole && !sinkhole_may(r, job))
        return false;
    bool taken = job_queue_submit(&r->jobs, &job->job);
    if (taken)
        role_loop_wake(&r->loop);
    else if (is_sinkhole)
        sinkhole_done(r);
    return taken;
}

static void left(void *self, uint32_t channel)
{
    struct web_role *r = self;
    pthread_mutex_lock(&r->lock);
    if (r->left_count < LEFT_MAX) /* else the hub's channel lives on until this role does not */
        r->left[r->left_count++] = channel;
    pthread_mutex_unlock(&r->lock);
    role_loop_wake(&r->loop);
}

/* ---- jobs ---- */

static void end_job(void *self, struct job *job)
{
    struct front_job *ended = (struct front_job *)job; /* its first member */
    if (ended->is_sinkhole)
        sinkhole_done(self);
    front_done(ended);
}

static int send_job(struct web_role *r, const struct front_job *job)
{
    struct channel *hub = hub_link_channel(&r->hub);
    if (!hub)
        return -ENOTCONN;
    size_t max = WEB_HEAD_MAX + job->body_len;
    uint8_t *message = malloc(max);
    if (!message)
        return -ENOMEM;
    struct writer w = writer_of(message, max);
    writer_u64(&w, job->job.number);
    writer_u8(&w, job->is_sinkhole);
    writer_bytes(&w, &job->address, sizeof job->address);
    web_text_write(&w, job->method);
    web_text_write(&w, job->target);
    web_text_write(&w, job->session);
    web_text_write(&w, job->bearer);
    web_text_write(&w, job->csrf);
    web_text_write(&w, job->content_type);
    web_text_write(&w, job->host);
    web_text_write(&w, job->languages);
    web_text_write(&w, job->certificate);
    if (job->body_len > 0)
        writer_bytes(&w, job->body, job->body_len);
    int e = channel_send(hub, WEB_ASK, message, w.len);
    sodium_memzero(message, w.len); /* perhaps a password */
    free(message);
    return e;
}

static void begin_job(void *self, struct job *job)
{
    struct web_role *r = self;
    if (send_job(r, (const struct front_job *)job) < 0)
        job_queue_end(&r->jobs, job); /* without a reply of its own: 503 */
}

static void send_number(struct web_role *r, uint16_t type, uint64_t number, size_t len)
{
    uint8_t message[8];
    struct writer w = writer_of(message, sizeof message);
    if (len == 8)
        writer_u64(&w, number);
    else
        writer_u32(&w, (uint32_t)number);
    struct channel *hub = hub_link_channel(&r->hub);
    if (hub && channel_send(hub, type, message, w.len) < 0)
        log_debug("the hub does not listen");
}

static void late_job(void *self, struct job *job)
{
    send_number(self, WEB_CANCEL, job->number, 8);
}

static void tell_left(struct web_role *r)
{
    static uint32_t channels[LEFT_MAX];
    pthread_mutex_lock(&r->lock);
    unsigned count = r->left_count;
    memcpy(channels, r->left, count * sizeof channels[0]);
    r->left_count = 0;
    pthread_mutex_unlock(&r->lock);
    for (unsigned i = 0; i < count; i++)
        send_number(r, WEB_LEAVE, channels[i], 4);
}

static void on_answer(struct web_role *r, struct reader payload)
{
    uint64_t number = reader_u64(&payload);
    struct front_job *job = (struct front_job *)job_queue_find(&r->jobs, number);
    struct front_reply reply = {.status = reader_u16(&payload)};
    reply.retry_after_s = reader_u16(&payload);
    reply.allowed = reader_u8(&payload);
    reply.sets_session = reader_u8(&payload) != 0;
    reply.channel = reader_u32(&payload);
    if (!web_text_read(&payload, reply.content_type, sizeof reply.content_type) && payload.failed)
        return;
    (void)web_text_read(&payload, reply.session, sizeof reply.session);
    if (payload.failed)
        return;
    if (!job) { /* nobody waits any more: a stream is over before it began */
        if (reply.channel != 0)
            send_number(r, WEB_LEAVE, reply.channel, 4);
        return;
    }
    reply.body = malloc(payload.left + 1);
    if (reply.body) {
        reply.len = payload.left;
        reader_copy(&payload, reply.body, payload.left);
        job->reply = reply;
    }
    job_queue_end(&r->jobs, &job->job);
    sodium_memzero(&reply, sizeof reply);
}

/* ---- the hub ---- */

static void on_hub_message(void *self, uint16_t type, struct reader payload)
{
    struct web_role *r = self;
    if (type == HUB_WEB_ANSWER) {
        on_answer(r, payload);
    } else if (type == HUB_WEB_PUBLISH) {
        uint32_t number = reader_u32(&payload);
        if (r->front && !payload.failed)
            front_publish(r->front, number, (const char *)payload.at, payload.left);
    }
}

static void on_hub_forgotten(void *self)
{
    struct web_role *r = self;
    if (r->front)
        front_end_streams(r->front);
}

/* ---- events ---- */

static void on_wake(void *self)
{
    struct web_role *r = self;
    job_queue_take(&r->jobs);
    tell_left(r);
}

static void tell_counters(struct web_role *r)
{
    uint8_t message[WEB_COUNTERS_COUNT * 8];
    struct writer w = writer_of(message, sizeof message);
    struct front_counters c = {0}, hole = {0};
    if (r->front)
        c = front_counters_get(r->front);
    if (r->sinkhole)
        hole = front_counters_get(r->sinkhole);
    pthread_mutex_lock(&r->lock);
    uint64_t refused = r->sinkhole_refused;
    pthread_mutex_unlock(&r->lock);
    const uint64_t values[] = {c.requests, c.files, c.refused_busy, c.streams, c.stream_octets, c.stream_lost, hole.requests, refused};
    _Static_assert(array_len(values) == WEB_COUNTERS_COUNT, "a value for each name");
    for (size_t i = 0; i < array_len(values); i++)
        writer_u64(&w, values[i]);
    struct channel *hub = hub_link_channel(&r->hub);
    if (hub && channel_send(hub, WEB_COUNTERS, message, w.len) < 0)
        log_debug("counters are not told");
}

static void on_tick(void *self)
{
    struct web_role *r = self;
    job_queue_end_late(&r->jobs);
    if ((r->front || r->sinkhole) && r->ticks++ % COUNTERS_EVERY_TICKS == 0)
        tell_counters(r);
}

/* Another configuration comes with a new process. */
static void on_message(void *self, struct handover *m)
{
    struct web_role *r = self;
    (void)hub_link_take(&r->hub, m);
}

/* ---- making ---- */

static int enter_sandbox(const struct config *c)
{
    struct sandbox_options options = {.role = SANDBOX_WEB, .uid = c->uid, .gid = c->gid};
    struct sandbox_report report;
    return role_tell_sandbox(sandbox_enter(&options, &report), &report);
}

static int read_certificate(struct web_role *r, struct certificate_pem *ret_pem)
{
    const struct web_listen *l = &r->start.config->web;
    struct role_tls tls = {
        .listen = l->at, .listen_count = l->count, .files = &l->certificate, .folder = NODE_TLS_WEB, .failed = _("no console, for want of a certificate")};
    return role_loop_read_certificate(&r->loop, r->start.config, &tls, ret_pem);
}

static int start_front(struct web_role *r, const struct certificate_pem *pem)
{
    long cores = sysconf(_SC_NPROCESSORS_ONLN);
    struct front_options options = {.sockets = r->start.sockets,
                                    .socket_count = r->start.config->web.count,
                                    .threads = cores < 2 ? 2 : cores > FRONT_THREADS_MAX ? FRONT_THREADS_MAX : (unsigned)cores,
                                    .certificate = pem->certificate,
                                    .key = pem->key,
                                    .asks_certificates = r->start.config->web.asks_certificates,
                                    .files = console_files,
                                    .hooks = {.submit = submit, .left = left, .self = r}};
    return front_start(&options, &r->front);
}

static int start_sinkhole(struct web_role *r)
{
    const struct web_listen *l = &r->start.config->web;
    struct front_options options = {.sockets = r->start.sockets + l->count,
                                    .socket_count = l->sinkhole_count,
                                    .is_sinkhole = true,
                                    .files = console_files,
                                    .hooks = {.submit = submit, .left = left, .self = r}};
    int e = rate_limit_new(sinkhole_of_address_rate, sinkhole_of_address_burst, &r->sinkhole_rate);
    if (e == 0)
        e = rate_limit_new(sinkhole_rate, sinkhole_burst, &r->sinkhole_all);
    return e < 0 ? e : front_start(&options, &r->sinkhole);
}

/* No thread submits any more; what is waiting goes back without an answer. */
static void stop_front(struct web_role *r)
{
    job_queue_close(&r->jobs);
    front_stop(r->front);
    front_stop(r->sinkhole);
    rate_limit_free(r->sinkhole_rate);
    rate_limit_free(r->sinkhole_all);
}

static int run(struct web_role *r)
{
    struct certificate_pem pem = {0};
    const struct web_listen *l = &r->start.config->web;
    if (r->start.socket_count != l->count + l->sinkhole_count)
        return 1; /* the parent says one thing and hands over another */
    bool listens = l->count > 0;
    struct role_loop_hooks hooks = {.message = on_message, .tick = on_tick, .wake = on_wake, .self = r};
    int e = role_loop_make(&r->loop, &hooks);
    if (e == 0 && listens && read_certificate(r, &pem) < 0)
        listens = false;
    if (e == 0)
        e = enter_sandbox(r->start.config);
    if (e == 0 && listens)
        e = start_front(r, &pem); /* foreign bytes come from here on */
    if (e == 0 && l->sinkhole_count > 0)
        e = start_sinkhole(r);
    certificate_pem_forget(&pem);
    if (e < 0) {
        log_error(_("cannot start: %s"), strerror(-e));
        return 1;
    }
    r->hub = (struct hub_link){.loop = r->loop.base,
                               .message_max = WEB_MESSAGE_MAX,
                               .queue_max = WEB_QUEUE_MAX,
                               .jobs = &r->jobs,
                               .ready = HUB_WEB_READY,
                               .message = on_hub_message,
                               .forgotten = on_hub_forgotten,
                               .self = r};
    hub_link_connect(&r->hub, r->start.peers[ROLE_HUB]);
    role_loop_run(&r->loop, r->front != NULL);
    stop_front(r);
    return 0;
}

int role_web_main(void)
{
    log_init("web", LOG_LEVEL_NOTICE);
    signal(SIGINT, SIG_IGN); /* from the terminal: the parent tells us when */
    signal(SIGPIPE, SIG_IGN);
    struct web_role *r = calloc(1, sizeof *r);
    if (!r || sodium_init() < 0)
        return 1;
    pthread_mutex_init(&r->lock, NULL);
    r->jobs = (struct job_queue){.begin = begin_job, .end = end_job, .late = late_job, .self = r};
    job_queue_init(&r->jobs, JOBS_MAX, JOB_PATIENCE_MS);
    int e = role_receive_start(&r->start);
    if (e < 0) {
        log_error(_("nothing usable from the parent: %s"), strerror(-e));
        return 1;
    }
    return run(r);
}
