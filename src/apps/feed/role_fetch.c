/* The fetch role: brings lists in from elsewhere when their time has come, and hands each new edition to the hub. */
#include <errno.h>
#include <event2/event.h>
#include <fcntl.h>
#include <signal.h>
#include <sodium.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "apps/feed/feed_job.h"
#include "apps/feed/look_up_job.h"
#include "apps/feed/feed_protocol.h"
#include "apps/feed/feed_state.h"
#include "apps/notice/notice_sender.h"
#include "apps/process/hub_link.h"
#include "apps/process/roles.h"
#include "apps/process/shared_memory.h"
#include "base/clock.h"
#include "base/log.h"
#include "base/text.h"
#include "share/feed/taxii_client.h"
#include "share/feed/url.h"

enum { TICK_MS = 250, NOTIFY_PAUSE_MS = 1000 /* however much news comes */, JOBS_MAX = 4 /* at once: a slow server does not keep the others waiting */ };

struct slot {
    const struct feed *feed;
    struct feed_state state;
    struct feed_job *job; /* running; NULL */
    char note[FEED_ERROR_MAX]; /* what is wrong with the edition that was taken; empty: nothing */
    bool asked;           /* to be fetched now */
    bool announced;       /* the hub works on what is ready */
    struct tsig_key key;  /* of a zone */
    bool has_key;
    char secret[FEED_TAXII_SECRET_MAX]; /* of TAXII: token or password */
    struct feed_taxii *taxii;           /* its connection; NULL: not yet */
    bool to_return, returns; /* something is to be posted; the job does it */
    uint32_t notified;    /* of the news' counter, as last seen */
    uint64_t looked_ms;   /* when news last made us look */
};

struct fetch_role {
    struct role_start start;
    struct event_base *loop;
    int folder; /* NODE_FEEDS */
    struct hub_link hub;
    bool begun; /* the hub has told what it has */
    struct event *parent, *terminate, *tick, *done, *looked;
    int done_pipe[2], looked_pipe[2];
    unsigned looking; /* for TXT records */
    struct shared_memory memory;
    struct slot slots[FEED_MAX];
    unsigned count, running;
    struct notice_sender *sender;
};

static struct slot *slot_of(struct fetch_role *r, const char *name)
{
    for (unsigned i = 0; name && i < r->count; i++)
        if (strcmp(r->slots[i].feed->name, name) == 0)
            return &r->slots[i];
    return NULL;
}

/* ---- telling the hub ---- */

static void send_json(struct fetch_role *r, uint16_t type, json_t *object)
{
    char *text = object ? json_dumps(object, JSON_COMPACT) : NULL;
    json_decref(object);
    struct channel *hub = hub_link_channel(&r->hub);
    if (text && hub && channel_send(hub, type, text, strlen(text)) < 0)
        log_warning(_("the hub does not take the news of a feed"));
    free(text);
}

static void tell_status(struct fetch_role *r, const struct slot *s)
{
    json_t *object = feed_state_json(&s->state);
    json_object_set_new(object, "name", json_string(s->feed->name));
    json_object_set_new(object, "expired", json_boolean(feed_state_expired(&s->state, clock_wall_us())));
    json_object_set_new(object, "busy", json_boolean(s->job || s->announced));
    json_object_set_new(object, "asked", json_boolean(s->asked));
    send_json(r, FEED_STATUS, object);
}

static void announce(struct fetch_role *r, struct slot *s)
{
    if (!hub_link_channel(&r->hub) || !r->begun)
        return; /* the next hub hears of it */
    s->announced = true;
    send_json(r, FEED_READY, json_pack("{s:s}", "name", s->feed->name));
}

static void tell_sent(void *self, json_t *result)
{
    send_json(self, NOTICE_DELIVERED, result);
}

/* A try has ended, well or not. */
static void finish_try(struct fetch_role *r, struct slot *s, bool is_news)
{
    int e = is_news ? feed_state_save(&s->state, r->folder, s->feed->name) : 0;
    if (e < 0)
        log_error(_("feed %s: its state cannot be kept: %s"), s->feed->name, strerror(-e));
    s->asked = false;
    tell_status(r, s);
}

static uint8_t chance(void)
{
    return (uint8_t)randombytes_uniform(256);
}

static void fail_try(struct fetch_role *r, struct slot *s, uint32_t retry_s, const char *why)
{
    bool new_reason = strcmp(s->state.error, why) != 0;
    s->state.page = s->state.position;
    snprintf(s->state.error, sizeof s->state.error, "%s", why);
    snprintf(s->state.outcome, sizeof s->state.outcome, "failed");
    if (s->state.soa.retry_s != 0)
        retry_s = s->state.soa.retry_s < FEED_REFRESH_MIN_S ? FEED_REFRESH_MIN_S : s->state.soa.retry_s;
    feed_schedule_failed(&s->state.schedule, clock_wall_us(), s->state.every_s, retry_s, chance());
    if (new_reason)
        log_warning(_("feed %s: %s"), s->feed->name, why);
    finish_try(r, s, true);
}

static void end_well(struct fetch_role *r, struct slot *s, const char *outcome)
{
    /* One that is asked every few seconds and has nothing new is not written down each time. */
    bool is_news = s->feed->kind != FEED_TAXII || s->state.error[0] || strcmp(outcome, "unchanged") != 0;
    if (s->note[0] && strcmp(s->state.error, s->note) != 0)
        log_warning(_("feed %s: %s"), s->feed->name, s->note);
    else if (s->state.error[0] && !s->note[0])
        log_notice(_("feed %s: it works again"), s->feed->name);
    snprintf(s->state.error, sizeof s->state.error, "%s", s->note);
    snprintf(s->state.outcome, sizeof s->state.outcome, "%s", outcome);
    feed_schedule_succeeded(&s->state.schedule, clock_wall_us(), s->state.every_s, chance());
    finish_try(r, s, is_news);
}

/* ---- jobs ---- */

static const char *prepare_taxii(struct fetch_role *r, struct slot *s)
{
    if (s->feed->kind != FEED_TAXII || s->taxii)
        return NULL;
    if (s->feed->access != FEED_OPEN && !s->secret[0])
        return _("its token or password cannot be read");
    s->taxii = feed_taxii_new(s->feed, &r->start.config->fetch, s->secret);
    return s->taxii ? NULL : strerror(ENOMEM);
}

static void start_job(struct fetch_role *r, struct slot *s)
{
    const char *wrong = prepare_taxii(r, s);
    if (wrong) {
        fail_try(r, s, 0, wrong);
        return;
    }
    if (s->feed->algorithm != FEED_NO_KEY && !s->has_key) {
        fail_try(r, s, 0, _("the secret of its key cannot be read"));
        return;
    }
    int e = feed_job_start(s->feed, &r->start.config->fetch, &s->state, s->has_key ? &s->key : NULL, s->taxii, false, r->folder,
                           r->done_pipe[1], &s->job);
    if (e < 0) {
        fail_try(r, s, 0, strerror(-e));
        return;
    }
    r->running += s->feed->kind != FEED_TAXII;
    if (s->feed->kind != FEED_TAXII) /* of those that are asked every few seconds the end is news enough */
        tell_status(r, s);
}

/* ---- telling back ---- */

static void tell_returned(struct fetch_role *r, const struct slot *s, const char *result, uint64_t failures, const char *text)
{
    send_json(r, FEED_RETURNED, json_pack("{s:s, s:s, s:I, s:s}", "name", s->feed->name, "result", result, "failures", (json_int_t)failures,
                                          "text", text));
}

static void start_return(struct fetch_role *r, struct slot *s)
{
    s->to_return = false;
    const char *wrong = prepare_taxii(r, s);
    int e = wrong ? 0 : feed_job_start(s->feed, &r->start.config->fetch, &s->state, NULL, s->taxii, true, r->folder, r->done_pipe[1], &s->job);
    if (wrong || e < 0)
        tell_returned(r, s, "failed", 0, wrong ? wrong : strerror(-e));
    else
        s->returns = true;
}

static void end_return(struct fetch_role *r, struct slot *s, const struct feed_job_result *result)
{
    s->returns = false;
    tell_returned(r, s, result->error == 0 ? "taken" : result->error == -EINVAL ? "refused" : "failed", result->taxii.failures, result->text);
}

static void end_job(struct fetch_role *r, struct slot *s)
{
    struct feed_job *job = s->job;
    struct feed_job_result result;
    feed_job_end(job, &result);
    s->job = NULL;
    if (s->returns) {
        end_return(r, s, &result);
        return;
    }
    r->running -= s->feed->kind != FEED_TAXII;
    if (result.error < 0) {
        fail_try(r, s, result.retry_s, result.text);
        return;
    }
    memcpy(s->note, result.note, sizeof s->note);
    s->state.tags = result.tags;
    s->state.page = result.taxii.position;
    s->state.has_more = result.taxii.has_more;
    if (s->feed->kind == FEED_ZONE)
        feed_state_take_soa(&s->state, &result.soa);
    if (s->feed->kind == FEED_ZONE && !result.unchanged)
        log_notice(_("feed %s: serial %u by %s, %llu records"), s->feed->name, result.soa.serial,
                   result.incremental ? "IXFR" : "AXFR", (unsigned long long)result.records);
    if (result.unchanged) {
        s->state.position = s->state.page;
        end_well(r, s, "unchanged");
        return;
    }
    s->state.ready = true;
    int e = feed_state_save(&s->state, r->folder, s->feed->name);
    if (e < 0) {
        fail_try(r, s, 0, strerror(-e));
        return;
    }
    announce(r, s);
    tell_status(r, s);
}

static void on_done(evutil_socket_t fd, short what, void *self)
{
    (void)what;
    struct fetch_role *r = self;
    struct feed_job *job;
    while (read((int)fd, &job, sizeof job) == (ssize_t)sizeof job)
        for (unsigned i = 0; i < r->count; i++)
            if (r->slots[i].job == job)
                end_job(r, &r->slots[i]);
}

/* A primary says that a zone has changed. */
static void look_at_news(struct fetch_role *r)
{
    uint64_t now_ms = clock_mono_ms();
    struct feed_page *page = shared_memory_feed_page(&r->memory);
    for (unsigned i = 0; i < r->count; i++) {
        struct slot *s = &r->slots[i];
        uint32_t notified = atomic_load(&page->notified[i]);
        if (notified == s->notified || s->job || (s->looked_ms != 0 && now_ms - s->looked_ms < NOTIFY_PAUSE_MS))
            continue;
        s->notified = notified;
        s->looked_ms = now_ms;
        s->asked = true;
    }
}

static void on_tick(evutil_socket_t fd, short what, void *self)
{
    (void)fd, (void)what;
    struct fetch_role *r = self;
    int64_t now_us = clock_wall_us();
    look_at_news(r);
    for (unsigned i = 0; r->begun && i < r->count; i++) {
        struct slot *s = &r->slots[i];
        if (s->job || (s->feed->kind != FEED_TAXII && r->running >= JOBS_MAX))
            continue;
        if (s->to_return) {
            start_return(r, s);
            continue;
        }
        if (s->announced || s->state.ready)
            continue;
        if (s->asked || feed_schedule_due(&s->state.schedule, now_us, s->state.every_s))
            start_job(r, s);
    }
}

/* ---- the hub ---- */

/* What the hub has is not what we gave it last: whatever a server says of changes, we have nothing. */
static void compare(struct fetch_role *r, struct slot *s, const char *sha256)
{
    char kept[LIST_NAME_MAX + 16];
    if (s->state.ready || strcmp(s->state.sha256, sha256 ? sha256 : "") == 0)
        return;
    snprintf(kept, sizeof kept, "%s" FEED_ZONE_FILE, s->feed->name);
    unlinkat(r->folder, kept, 0);
    s->state.tags = (struct feed_tags){0};
    s->state.sha256[0] = '\0';
    s->state.schedule.next_us = 0;
}

static void on_taken(struct fetch_role *r, struct slot *s, const json_t *object)
{
    const char *result = json_string_value(json_object_get(object, "result"));
    const char *text = json_string_value(json_object_get(object, "text"));
    const char *sha256 = json_string_value(json_object_get(object, "sha256"));
    char file[LIST_NAME_MAX + 16];
    if (!s->announced || !result)
        return;
    s->announced = s->state.ready = false;
    snprintf(file, sizeof file, "%s" FEED_READY_FILE, s->feed->name);
    unlinkat(r->folder, file, 0);
    if (strcmp(result, "refused") == 0) {
        s->state.tags = (struct feed_tags){0}; /* the same again would be refused again, but is looked at */
        s->state.sha256[0] = '\0';
        fail_try(r, s, 0, text ? text : "");
        return;
    }
    snprintf(s->state.sha256, sizeof s->state.sha256, "%s", sha256 ? sha256 : "");
    s->state.position = s->state.page;
    if (s->feed->kind == FEED_MISP) {
        char next[LIST_NAME_MAX + 16], known[LIST_NAME_MAX + 16];
        snprintf(next, sizeof next, "%s" FEED_KNOWN_NEXT_FILE, s->feed->name);
        snprintf(known, sizeof known, "%s" FEED_KNOWN_FILE, s->feed->name);
        if (renameat(r->folder, next, r->folder, known) < 0)
            log_warning(_("feed %s: its state cannot be kept: %s"), s->feed->name, strerror(errno));
    }
    end_well(r, s, result);
    s->asked = (s->feed->kind == FEED_TAXII || s->feed->kind == FEED_MISP) && s->state.has_more; /* the next page at once */
}

static void begin(struct fetch_role *r)
{
    r->begun = true;
    for (unsigned i = 0; i < r->count; i++) {
        if (r->slots[i].state.ready)
            announce(r, &r->slots[i]);
        tell_status(r, &r->slots[i]);
    }
}

/* ---- TXT records ---- */

static void tell_looked(struct fetch_role *r, int64_t number, int error, const struct txt_answer *a)
{
    char sha256[2 * TXT_SHA256_LEN + 1];
    json_t *texts = json_array();
    for (unsigned i = 0; error == 0 && i < a->count; i++)
        json_array_append_new(texts, json_string(a->text[i]));
    send_json(r, LOOKED_UP, json_pack("{s:I, s:s, s:i, s:b, s:s, s:o}", "number", (json_int_t)number, "error", error < 0 ? strerror(-error) : "", "rcode",
                                      (int)a->rcode, "secure", (int)a->secure, "sha256", sodium_bin2hex(sha256, sizeof sha256, a->sha256, sizeof a->sha256),
                                      "texts", texts));
}

static void look_up(struct fetch_role *r, const json_t *object)
{
    static const struct txt_answer none;
    struct sockaddr_storage resolver;
    struct look_up_job *job;
    const char *owner = json_string_value(json_object_get(object, "owner"));
    int64_t number = json_integer_value(json_object_get(object, "number"));
    int e = r->looking >= LOOK_UP_JOBS_MAX                                     ? -EBUSY
            : !owner || !look_up_resolver(&r->start.config->dns, &resolver) ? -EADDRNOTAVAIL
                                                                             : look_up_job_start(&resolver, owner, number, r->looked_pipe[1], &job);
    if (e < 0)
        tell_looked(r, number, e, &none);
    else
        r->looking++;
}

static void on_looked(evutil_socket_t fd, short what, void *self)
{
    (void)what;
    struct fetch_role *r = self;
    struct look_up_job *job;
    while (read((int)fd, &job, sizeof job) == (ssize_t)sizeof job) {
        static struct txt_answer answer;
        int error;
        int64_t number = look_up_job_end(job, &error, &answer);
        r->looking--;
        tell_looked(r, number, error, &answer);
    }
}

/* ---- the hub ---- */

static void on_hub_message(void *self, uint16_t type, struct reader payload)
{
    struct fetch_role *r = self;
    json_t *object = json_loadb((const char *)payload.at, payload.left, 0, NULL);
    struct slot *s = slot_of(r, json_string_value(json_object_get(object, "name")));
    if (type == HUB_FEED_BEGIN)
        begin(r);
    else if (type == HUB_LOOK_UP)
        look_up(r, object);
    else if (type == HUB_NOTICE_SEND)
        notice_sender_send(r->sender, object);
    else if (s && type == HUB_FEED_KNOWN)
        compare(r, s, json_string_value(json_object_get(object, "sha256")));
    else if (s && type == HUB_FEED_RETURN)
        s->to_return = true;
    else if (s && type == HUB_FEED_NOW)
        s->asked = true;
    else if (s && type == HUB_FEED_TAKEN)
        on_taken(r, s, object);
    json_decref(object);
}

static void on_hub_forgotten(void *self)
{
    struct fetch_role *r = self;
    r->begun = false;
    for (unsigned i = 0; i < r->count; i++)
        r->slots[i].announced = false;
}

/* ---- keys ---- */

/* Printable ASCII in one line, without the blanks around it; others are none. */
static void read_secret(struct slot *s, int fd)
{
    char text[FEED_TAXII_SECRET_MAX];
    ssize_t n = pread(fd, text, sizeof text - 1, 0);
    size_t begin = 0, end = n > 0 ? (size_t)n : 0;
    while (end > 0 && (unsigned char)text[end - 1] <= 0x20)
        end--;
    while (begin < end && (unsigned char)text[begin] <= 0x20)
        begin++;
    bool is_well = end > begin;
    for (size_t i = begin; i < end; i++)
        is_well = is_well && (unsigned char)text[i] > 0x20 && (unsigned char)text[i] < 0x7f;
    snprintf(s->secret, sizeof s->secret, "%.*s", is_well ? (int)(end - begin) : 0, text + begin);
    sodium_memzero(text, sizeof text);
    if (!is_well)
        log_error(_("feed %s: %s does not hold a token or password in one line"), s->feed->name, s->feed->secret_file);
    if (s->taxii && !s->job) { /* of a reload: made again with the new one */
        feed_taxii_free(s->taxii);
        s->taxii = NULL;
    }
}

static void read_key(struct slot *s, int fd)
{
    char text[2 * TSIG_SECRET_MAX];
    if (s->feed->kind == FEED_TAXII) {
        read_secret(s, fd);
        return;
    }
    if (s->feed->algorithm == FEED_NO_KEY)
        return;
    ssize_t n = pread(fd, text, sizeof text, 0);
    s->key.algorithm = s->feed->algorithm == FEED_HMAC_SHA512 ? TSIG_HMAC_SHA512 : TSIG_HMAC_SHA256;
    s->has_key = n > 0 && (size_t)n < sizeof text &&
                 dns_name_parse(s->feed->key_name, strlen(s->feed->key_name), &s->key.name) == 0 &&
                 tsig_secret_parse(text, (size_t)n, &s->key) == 0;
    sodium_memzero(text, sizeof text);
    if (!s->has_key)
        log_error(_("feed %s: %s does not hold a secret in base64"), s->feed->name, s->feed->secret_file);
}

/* ---- the parent ---- */

static void on_parent(evutil_socket_t fd, short what, void *self)
{
    (void)what;
    struct fetch_role *r = self;
    struct handover m;
    int e = handover_recv((int)fd, &m);
    if (e == -EAGAIN)
        return;
    if (e <= 0) {
        event_base_loopbreak(r->loop);
        return;
    }
    bool is_file = !hub_link_take(&r->hub, &m) && m.kind == PARENT_FILE && m.fd_count == 1;
    if (is_file && m.number < r->count)
        read_key(&r->slots[m.number], m.fds[0]); /* of a reload: the secret may be another */
    else if (is_file && m.number >= CONFIG_NOTIFY_FILES)
        notice_sender_take_file(r->sender, m.number - CONFIG_NOTIFY_FILES, m.fds[0]);
    handover_drop(&m);
}

static void on_terminate(evutil_socket_t number, short what, void *self)
{
    (void)number, (void)what;
    event_base_loopbreak(((struct fetch_role *)self)->loop);
}

/* ---- making ---- */

/* Folders of file:// feeds: an editor puts a new file in the place of the old one, so the folder is what may be read. */
static int enter_sandbox(const struct config *c)
{
    static const char *const always[] = {"/etc/resolv.conf", "/etc/hosts",     "/etc/host.conf",
                                         "/etc/nsswitch.conf", "/etc/gai.conf", "/etc/ssl",
                                         "/etc/gnutls",      "/usr/share/ca-certificates", "/usr/local/share/ca-certificates",
                                         "/run/systemd/resolve"};
    char folder[CONFIG_PATH_MAX + 32];
    static char files[FEED_MAX][FEED_URL_MAX];
    snprintf(folder, sizeof folder, "%s/%s", c->data, NODE_FEEDS);
    struct sandbox_options o = {.role = SANDBOX_FETCH, .uid = c->uid, .gid = c->gid, .write_paths = {folder}};
    unsigned n = 0;
    for (size_t i = 0; i < array_len(always); i++)
        o.read_paths[n++] = always[i];
    if (c->fetch.ca_file[0])
        o.read_paths[n++] = c->fetch.ca_file;
    if (c->notify.ca_file[0])
        o.read_paths[n++] = c->notify.ca_file;
    _Static_assert(array_len(always) + 2 + 3 * FEED_MAX <= SANDBOX_PATHS_MAX, "room for each feed's folder, or its certificates");
    for (unsigned i = 0; i < c->feed_count; i++) {
        const struct feed *f = &c->feeds[i];
        const char *const certificates[] = {f->ca_file, f->certificate, f->private_key};
        for (size_t k = 0; k < array_len(certificates); k++)
            if (certificates[k][0])
                o.read_paths[n++] = certificates[k];
        if ((f->kind != FEED_URL && f->kind != FEED_MISP) || strncasecmp(c->feeds[i].url, "file://", 7) != 0)
            continue;
        snprintf(files[i], sizeof files[i], "%s", c->feeds[i].url + 7);
        *strrchr(files[i], '/') = '\0';
        o.read_paths[n++] = files[i][0] ? files[i] : "/";
    }
    struct sandbox_report report;
    return role_tell_sandbox(sandbox_enter(&o, &report), &report);
}

static void load_states(struct fetch_role *r)
{
    const struct config *c = r->start.config;
    for (unsigned i = 0; i < c->feed_count; i++) {
        struct slot *s = &r->slots[r->count++];
        s->feed = &c->feeds[i];
        feed_state_load(&s->state, s->feed, r->folder);
        s->notified = atomic_load(&shared_memory_feed_page(&r->memory)->notified[i]);
        if (r->start.files[i] >= 0)
            read_key(s, r->start.files[i]);
    }
}

static int make_loop(struct fetch_role *r)
{
    static const struct timeval period = {.tv_usec = TICK_MS * 1000};
    r->loop = event_base_new();
    if (!r->loop || pipe2(r->done_pipe, O_CLOEXEC | O_NONBLOCK) < 0 || pipe2(r->looked_pipe, O_CLOEXEC | O_NONBLOCK) < 0)
        return -ENOMEM;
    struct notice_sender_options sender = {.loop = r->loop, .self = r, .done = tell_sent};
    int e = notice_sender_new(&sender, &r->start.config->notify, &r->sender);
    if (e < 0)
        return e;
    for (unsigned i = 0; i < NOTIFY_FILES; i++)
        if (r->start.files[CONFIG_NOTIFY_FILES + i] >= 0)
            notice_sender_take_file(r->sender, i, r->start.files[CONFIG_NOTIFY_FILES + i]);
    fcntl(ROLE_PARENT_FD, F_SETFL, O_NONBLOCK);
    r->parent = event_new(r->loop, ROLE_PARENT_FD, EV_READ | EV_PERSIST, on_parent, r);
    r->terminate = evsignal_new(r->loop, SIGTERM, on_terminate, r);
    r->tick = event_new(r->loop, -1, EV_PERSIST, on_tick, r);
    r->done = event_new(r->loop, r->done_pipe[0], EV_READ | EV_PERSIST, on_done, r);
    r->looked = event_new(r->loop, r->looked_pipe[0], EV_READ | EV_PERSIST, on_looked, r);
    return r->parent && r->terminate && r->tick && r->done && r->looked && event_add(r->looked, NULL) == 0 && event_add(r->parent, NULL) == 0 &&
                   event_add(r->terminate, NULL) == 0 && event_add(r->tick, &period) == 0 && event_add(r->done, NULL) == 0
               ? 0
               : -ENOMEM;
}

static int run(struct fetch_role *r)
{
    const struct config *c = r->start.config;
    int e = shared_memory_map(r->start.memory_fd, c->dns.workers, c->ring_bytes, &r->memory);
    if (e == 0) {
        load_states(r);
        e = make_loop(r);
    }
    if (e < 0) {
        log_error(_("cannot start: %s"), strerror(-e));
        return 1;
    }
    r->hub = (struct hub_link){.loop = r->loop,
                               .message_max = FEED_MESSAGE_MAX,
                               .queue_max = FEED_QUEUE_MAX,
                               .message = on_hub_message,
                               .forgotten = on_hub_forgotten,
                               .self = r};
    hub_link_connect(&r->hub, r->start.peers[ROLE_HUB]);
    if (handover_send(ROLE_PARENT_FD, &(struct handover){.kind = ROLE_IS_READY}) == 0)
        event_base_dispatch(r->loop);
    return 0;
}

int role_fetch_main(void)
{
    log_init("fetch", LOG_LEVEL_NOTICE);
    signal(SIGINT, SIG_IGN); /* from the terminal: the parent tells us when */
    struct fetch_role *r = calloc(1, sizeof *r);
    if (!r || sodium_init() < 0)
        return 1;
    int e = role_receive_start(&r->start);
    char folder[CONFIG_PATH_MAX + 32];
    if (e == 0)
        e = feed_url_init();
    if (e == 0) {
        snprintf(folder, sizeof folder, "%s/%s", r->start.config->data, NODE_FEEDS);
        r->folder = open(folder, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
        e = r->folder < 0 ? -errno : 0;
    }
    if (e < 0) {
        log_error(_("nothing usable from the parent: %s"), strerror(-e));
        return 1;
    }
    int code = enter_sandbox(r->start.config) < 0 ? 1 : run(r);
    fflush(NULL);
    _exit(code); /* jobs may be at work: nothing is taken down around them */
}
