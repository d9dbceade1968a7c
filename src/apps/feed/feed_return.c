/* Gathers what is to be told back, seals it, and has it sent. */
#include "apps/feed/feed_return.h"

#include <errno.h>
#include <event2/event.h>
#include <fcntl.h>
#include <inttypes.h>
#include <jansson.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "apps/feed/feed_protocol.h"
#include "apps/process/roles.h"
#include "base/clock.h"
#include "base/log.h"
#include "base/text.h"
#include "base/timestamp.h"
#include "share/export/export_stix.h"
#include "share/export/name_uuid.h"
#include "share/feed/taxii_client.h"
#include "store/feed_report.h"

enum {
    TICK_S = 1,
    BULK_MS = 60000,     /* between two posts with nothing but sightings; the first one goes at once */
    AT_ONCE = 500,       /* objects in one post: about 300 KiB */
    APPRAISALS = 200,    /* of the ledger that are looked at in one step */
    BACKOFF_FIRST_MS = 5000,
    BACKOFF_MAX_MS = 600000,
    PATIENCE_MS = 300000, /* for the end of a post that nobody tells of */
    SOURCES_MAX = 32,    /* of one subject; more have no hits counted */
    STATEMENTS_MAX = 256,
    CHAIN_MAX = 16,
    COUNT_MAX = 999999999, /* STIX 2.1 5.2: of a sighting */
    TIMES = 2,
};

struct told_feed {
    char name[FEED_REPORT_FEED_MAX];
    bool waits;          /* there may be rows */
    bool is_sent;        /* the end is waited for */
    bool failing;
    uint64_t next_ms;    /* monotonic */
    uint64_t sent_ms;
    unsigned backoff_ms;
    unsigned rows;       /* that were sent */
};

struct feed_return {
    struct feed_return_options o;
    struct event *tick;
    struct told_feed feeds[FEED_MAX];
    unsigned count;
    struct feed_return_status status;
};

/* ---- where an indicator came from ---- */

struct origin {
    const struct verdict_author *wanted; /* NULL: all sources */
    unsigned looked_at, count;
    struct verdict_author authors[SOURCES_MAX];
    char refs[SOURCES_MAX][VERDICT_REFERENCE_MAX]; /* of the object that says it; empty: none */
};

static const char *indicator_ref(const struct verdict *v)
{
    for (unsigned i = 0; i < v->evidence_count; i++)
        if (v->evidence[i].kind == VERDICT_EVIDENCE_OBJECT && strncmp(v->evidence[i].reference, "indicator--", strlen("indicator--")) == 0)
            return v->evidence[i].reference;
    return "";
}

static int add_origin(void *self, const struct verdict *v, bool superseded)
{
    struct origin *o = self;
    bool is_against = claim_traits(v->claim)->group == CLAIM_ASSERTION && v->claim != CLAIM_BENIGN;
    if (++o->looked_at > STATEMENTS_MAX)
        return 1;
    if (superseded || !is_against || (v->until_us != 0 && v->until_us == v->from_us))
        return 0;
    for (unsigned i = 0; i < o->count; i++)
        if (o->authors[i].kind == v->author.kind && strcmp(o->authors[i].name, v->author.name) == 0)
            return 0;
    if (o->count == SOURCES_MAX)
        return 1;
    o->authors[o->count] = v->author;
    snprintf(o->refs[o->count++], VERDICT_REFERENCE_MAX, "%s", indicator_ref(v));
    return 0;
}

static int find_origin(struct feed_return *r, const struct subject *subject, struct origin *ret_origin)
{
    uint32_t id;
    memset(ret_origin, 0, sizeof *ret_origin);
    int e = indicator_statements(r->o.ledger, subject, add_origin, ret_origin, &id);
    return e < 0 ? e : 0;
}

static struct told_feed *feed_of(struct feed_return *r, const char *name)
{
    for (unsigned i = 0; i < r->count; i++)
        if (strcmp(r->feeds[i].name, name) == 0)
            return &r->feeds[i];
    return NULL;
}

/* Within a transaction. */
static int add_row(struct feed_return *r, struct told_feed *f, const struct feed_report *row)
{
    int e = feed_report_add(r->o.ledger, f->name, row);
    f->waits = f->waits || e == 0;
    r->status.left_out += e == -ENOBUFS;
    return e == -ENOBUFS ? 0 : e;
}

static int tell_met(struct feed_return *r, const struct origin *o, unsigned index, const struct indicator_sighting *s)
{
    struct told_feed *f = o->authors[index].kind == VERDICT_BY_FEED && o->refs[index][0] ? feed_of(r, o->authors[index].name) : NULL;
    struct feed_report row = {.what = FEED_REPORT_MET, .hour = s->hour, .count = s->count, .first_us = s->first_us, .last_us = s->last_us};
    if (!f)
        return 0;
    snprintf(row.ref, sizeof row.ref, "%s", o->refs[index]);
    return add_row(r, f, &row);
}

int feed_return_written(struct feed_return *r, const struct indicator_sighting *s)
{
    static struct origin origin; /* large; one thread */
    struct indicator i;
    int e = indicator_get_by_id(r->o.ledger, s->indicator, &i);
    if (e < 0)
        return e == -ENOENT ? 0 : e;
    e = find_origin(r, &i.subject, &origin);
    for (unsigned n = 0; e == 0 && n < origin.count; n++) {
        e = feed_report_hit(r->o.ledger, origin.authors[n].kind, origin.authors[n].name, s->count);
        if (e == 0)
            e = tell_met(r, &origin, n, s);
    }
    return e;
}

/* ---- judgements ---- */

struct gathering {
    struct feed_return *r;
    unsigned count;
    struct verdict verdicts[APPRAISALS];
};

/* Only what people here say, and may be told at all. */
static int take_appraisal(const struct verdict *v, void *self)
{
    struct gathering *g = self;
    if (v->author.kind == VERDICT_BY_ANALYST && v->tlp <= VERDICT_TLP_AMBER)
        g->verdicts[g->count++] = *v;
    return 0;
}

/* What the feed said of the subject, also if it says it no more: whoever takes it back is told too. */
struct finding {
    const char *feed;
    char ref[VERDICT_REFERENCE_MAX];
};

static int find_ref(void *self, const struct verdict *v, bool superseded)
{
    struct finding *f = self;
    (void)superseded;
    if (v->author.kind == VERDICT_BY_FEED && strcmp(v->author.name, f->feed) == 0 && *indicator_ref(v))
        snprintf(f->ref, sizeof f->ref, "%s", indicator_ref(v));
    return 0;
}

static int add_appraisal(struct feed_return *r, struct told_feed *f, const struct verdict *v)
{
    struct finding finding = {.feed = f->name};
    uint32_t id;
    struct feed_report row = {.what = v->claim == CLAIM_FALSE_POSITIVE ? FEED_REPORT_WRONG : FEED_REPORT_RIGHT,
                              .hour = v->number,
                              .count = 1,
                              .first_us = v->made_us,
                              .last_us = v->made_us};
    int e = indicator_statements(r->o.ledger, &v->subject, find_ref, &finding, &id);
    if (e < 0 || !finding.ref[0])
        return e < 0 ? e : 0;
    snprintf(row.ref, sizeof row.ref, "%s", finding.ref);
    f->next_ms = 0; /* a person's word does not wait for more */
    return add_row(r, f, &row);
}

/* 1: there may be more. */
static int look_for_appraisals(struct feed_return *r, struct told_feed *f)
{
    static struct gathering g; /* large; one thread */
    uint32_t mark, last = 0;
    uint64_t size;
    uint8_t root[LEDGER_HASH_LEN];
    int e = feed_report_mark_get(r->o.ledger, f->name, &mark);
    ledger_root(r->o.ledger, &size, root);
    if (e < 0 || size <= mark)
        return e;
    g.r = r;
    g.count = 0;
    e = feed_report_appraisals(r->o.ledger, mark, APPRAISALS, take_appraisal, &g, &last);
    if (e == 0)
        e = indicator_begin(r->o.ledger);
    if (e < 0)
        return e;
    for (unsigned i = 0; e == 0 && i < g.count; i++)
        e = add_appraisal(r, f, &g.verdicts[i]);
    if (e == 0)
        e = feed_report_mark_set(r->o.ledger, f->name, last);
    if (e == 0)
        e = indicator_commit(r->o.ledger);
    if (e < 0)
        indicator_rollback(r->o.ledger);
    return e < 0 ? e : last < size;
}

/* ---- objects ---- */

struct envelope {
    struct feed_return *r;
    const char *feed;
    json_t *objects;
};

static json_t *head(const struct envelope *e, const char *type, const char *name, int64_t created_us, int64_t modified_us)
{
    char id[96], uuid[NAME_UUID_TEXT_MAX], space[VERDICT_REFERENCE_MAX], identity[EXPORT_STIX_ID_MAX], times[TIMES][TIMESTAMP_TEXT_MAX];
    snprintf(space, sizeof space, "%s of %s ", type, e->feed);
    snprintf(id, sizeof id, "%s--%s", type, name_uuid_format(e->r->o.node->space, space, name, uuid));
    return json_pack("{s:s, s:s, s:s, s:s, s:s, s:s}", "type", type, "spec_version", "2.1", "id", id, "created_by_ref",
                     export_stix_identity_id(e->r->o.node, identity), "created", timestamp_format(created_us, times[0]), "modified",
                     timestamp_format(modified_us, times[1]));
}

static json_t *sighting(const struct envelope *e, const struct feed_report *r)
{
    char name[32], times[TIMES][TIMESTAMP_TEXT_MAX];
    snprintf(name, sizeof name, "%" PRId64, r->number);
    json_t *o = head(e, "sighting", name, r->last_us, r->last_us);
    json_object_set_new(o, "first_seen", json_string(timestamp_format(r->first_us, times[0])));
    json_object_set_new(o, "last_seen", json_string(timestamp_format(r->last_us, times[1])));
    json_object_set_new(o, "count", json_integer((json_int_t)(r->count > COUNT_MAX ? COUNT_MAX : r->count)));
    json_object_set_new(o, "sighting_of_ref", json_string(r->ref));
    return o;
}

/* The one that began what `v` goes on with: its identifier is that of the object. */
static struct verdict first_of(struct ledger *l, struct verdict v)
{
    struct verdict before;
    for (unsigned i = 0; i < CHAIN_MAX && v.supersedes != 0 && ledger_get(l, v.supersedes, &before) == 0 && before.claim == v.claim; i++)
        v = before;
    return v;
}

static json_t *opinion(const struct envelope *e, const struct feed_report *r)
{
    struct verdict v;
    char name[VERDICT_REFERENCE_MAX + 16];
    if (ledger_get(e->r->o.ledger, r->hour, &v) < 0)
        return NULL;
    struct verdict first = first_of(e->r->o.ledger, v);
    snprintf(name, sizeof name, "%s %" PRIu32, r->ref, first.number);
    json_t *o = head(e, "opinion", name, first.made_us, v.made_us);
    if (v.until_us != 0 && v.until_us == v.from_us)
        json_object_set_new(o, "revoked", json_true());
    if (v.reason[0] && v.tlp <= VERDICT_TLP_GREEN)
        json_object_set_new(o, "explanation", json_string(v.reason));
    json_object_set_new(o, "opinion", json_string(r->what == FEED_REPORT_WRONG ? "disagree" : "agree"));
    json_object_set_new(o, "object_refs", json_pack("[s]", r->ref));
    return o;
}

static int add_object(void *self, const struct feed_report *r)
{
    struct envelope *e = self;
    json_t *o = r->what == FEED_REPORT_MET ? sighting(e, r) : opinion(e, r);
    if (o)
        json_array_append_new(e->objects, o);
    return 0;
}

static void add_identity(struct envelope *e)
{
    uint8_t text[EXPORT_STIX_MAX];
    struct writer w = writer_of(text, sizeof text);
    if (export_stix_identity(e->r->o.node, &w) == 0)
        json_array_append_new(e->objects, json_loadb((const char *)text, w.len, 0, NULL));
}

static int write_file(struct feed_return *r, const char *feed, const char *text)
{
    char file[sizeof NODE_FEEDS + FEED_REPORT_FEED_MAX + 16];
    snprintf(file, sizeof file, NODE_FEEDS "/%s" FEED_RETURN_FILE, feed);
    size_t len = strlen(text);
    if (len > FEED_TAXII_POST_OCTETS)
        return -EMSGSIZE;
    int fd = openat(r->o.data_fd, file, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC | O_NOFOLLOW, 0640);
    if (fd < 0)
        return -errno;
    ssize_t n = write(fd, text, len);
    int e = n < 0 ? -errno : (size_t)n != len ? -ENOSPC : 0;
    close(fd);
    return e;
}

/* ---- sending ---- */

static int write_envelope(struct feed_return *r, const struct told_feed *f)
{
    struct envelope envelope = {.r = r, .feed = f->name, .objects = json_array()};
    add_identity(&envelope);
    int e = feed_report_sealed(r->o.ledger, f->name, add_object, &envelope);
    json_t *all = json_pack("{s:o}", "objects", envelope.objects);
    char *text = e == 0 && all ? json_dumps(all, JSON_COMPACT) : NULL;
    json_decref(all);
    if (e == 0)
        e = text ? write_file(r, f->name, text) : -ENOMEM;
    free(text);
    return e;
}

static void back_off(struct told_feed *f)
{
    f->backoff_ms = f->backoff_ms == 0 ? BACKOFF_FIRST_MS : f->backoff_ms * 2 < BACKOFF_MAX_MS ? f->backoff_ms * 2 : BACKOFF_MAX_MS;
    f->next_ms = clock_mono_ms() + f->backoff_ms;
}

static void send_rows(struct feed_return *r, struct told_feed *f)
{
    int e = feed_report_seal(r->o.ledger, f->name, AT_ONCE, &f->rows);
    if (e == 0 && f->rows == 0) {
        f->waits = false;
        return;
    }
    if (e == 0)
        e = write_envelope(r, f);
    if (e == 0)
        e = r->o.send(r->o.self, f->name);
    if (e < 0) {
        if (!f->failing && e != -ENOTCONN)
            log_error(_("feed %s: what was met cannot be told back: %s"), f->name, strerror(-e));
        f->failing = f->failing || e != -ENOTCONN;
        back_off(f);
        return;
    }
    f->is_sent = true;
    f->sent_ms = clock_mono_ms();
}

static void on_tick(evutil_socket_t fd, short what, void *self)
{
    (void)fd, (void)what;
    struct feed_return *r = self;
    uint64_t now_ms = clock_mono_ms();
    for (unsigned i = 0; i < r->count; i++) {
        struct told_feed *f = &r->feeds[i];
        if (look_for_appraisals(r, f) < 0)
            continue; /* others tell of the disk */
        if (f->is_sent && now_ms - f->sent_ms > PATIENCE_MS)
            f->is_sent = false;
        if (f->waits && !f->is_sent && now_ms >= f->next_ms)
            send_rows(r, f);
    }
}

void feed_return_poke(struct feed_return *r)
{
    if (r->count > 0)
        event_active(r->tick, 0, 0);
}

void feed_return_done(struct feed_return *r, const char *feed, enum feed_return_result result, uint64_t failures, const char *text)
{
    struct told_feed *f = feed_of(r, feed);
    if (!f || !f->is_sent)
        return;
    f->is_sent = false;
    if (result == FEED_RETURN_FAILED || feed_report_drop_sealed(r->o.ledger, f->name) < 0) {
        r->status.failed++;
        if (!f->failing)
            log_warning(_("feed %s: what was met cannot be told back: %s"), f->name, text);
        f->failing = true;
        back_off(f);
        return;
    }
    if (f->failing)
        log_notice(_("feed %s: what was met is told back again"), f->name);
    if (result == FEED_RETURN_REFUSED || failures > 0)
        log_warning(_("feed %s: the server did not take %llu of the objects that were told back: %s"), f->name,
                    (unsigned long long)(result == FEED_RETURN_REFUSED ? f->rows : failures), text);
    f->failing = false;
    f->backoff_ms = 0;
    r->status.told += result == FEED_RETURN_TAKEN ? f->rows : 0;
    r->status.refused += result == FEED_RETURN_REFUSED ? f->rows : failures;
    /* A full post has more behind it. */
    f->next_ms = f->rows == AT_ONCE ? 0 : clock_mono_ms() + BULK_MS;
}

void feed_return_status_get(const struct feed_return *r, struct feed_return_status *ret_status)
{
    *ret_status = r->status;
}

/* ---- making ---- */

static int begin(struct feed_return *r, struct told_feed *f)
{
    uint32_t mark;
    f->waits = true; /* perhaps of before the start */
    int e = feed_report_mark_get(r->o.ledger, f->name, &mark);
    return e < 0 ? e : feed_report_mark_set(r->o.ledger, f->name, mark);
}

void feed_return_configure(struct feed_return *r, const struct config *config)
{
    static struct told_feed old[FEED_MAX];
    unsigned old_count = r->count;
    memcpy(old, r->feeds, sizeof old);
    r->count = 0;
    for (unsigned i = 0; i < config->feed_count; i++) {
        const struct feed *feed = &config->feeds[i];
        struct told_feed *f = &r->feeds[r->count];
        if (!feed->is_reported)
            continue;
        *f = (struct told_feed){0};
        snprintf(f->name, sizeof f->name, "%s", feed->name);
        for (unsigned k = 0; k < old_count; k++)
            if (strcmp(old[k].name, f->name) == 0)
                *f = old[k];
        if (begin(r, f) < 0)
            log_error(_("feed %s: what was met cannot be told back: %s"), f->name, _(ledger_error(r->o.ledger)));
        r->count++;
    }
}

int feed_return_new(const struct feed_return_options *options, const struct config *config, struct feed_return **ret_return)
{
    static const struct timeval period = {.tv_sec = TICK_S};
    struct feed_return *r = calloc(1, sizeof *r);
    if (!r)
        return -ENOMEM;
    r->o = *options;
    r->tick = event_new(options->loop, -1, EV_PERSIST, on_tick, r);
    if (!r->tick || event_add(r->tick, &period) < 0) {
        feed_return_free(r);
        return -ENOMEM;
    }
    feed_return_configure(r, config);
    *ret_return = r;
    return 0;
}

void feed_return_free(struct feed_return *r)
{
    if (!r)
        return;
    if (r->tick)
        event_free(r->tick);
    free(r);
}
