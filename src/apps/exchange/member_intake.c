/* Follows the collections of members, and keeps what they say in batches. */
#include "apps/exchange/member_intake.h"

#include <errno.h>
#include <event2/event.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "api/intake/statement_fate.h"
#include "apps/exchange/post_pace.h"
#include "base/clock.h"
#include "base/json_tree.h"
#include "base/log.h"
#include "base/text.h"
#include "proto/stix/object.h"
#include "share/statement/statement.h"
#include "share/taxii/service.h"
#include "store/indicator.h"
#include "store/loop_clock.h"
#include "store/sharing.h"

enum {
    PAGE = 200,              /* objects of one step */
    STATEMENTS_MAX = 1200,   /* verdicts and sightings of one step; half of it is more than two versions of an object can say (256 each) */
    AGAIN_AFTER_S = 5,
    REFS_MAX = 64,           /* of one opinion; more are left out and counted */
    DAY_STATEMENTS_MAX = 200000, /* of one member: the ledger keeps them for ever. The rest waits for the next day */
    DAY_REPORTS_MAX = 500,   /* of one member: who finds everything wrong is left out, or one member could undo every block */
    SIGHTING_DAYS_MAX = 31,  /* what was met longer ago is left out: a row for each hour is kept */
    QUOTA_LOOK_S = 600,
    OBJECT_VALUES = 100000,
    DEPTH = 64,
};

struct member {
    char name[VERDICT_NAME_MAX];
    bool is_dirty; /* there may be something new */
    int64_t day;   /* of the counts, since 1970 */
    unsigned statements, reports; /* taken on that day */
    bool is_told;  /* that it sends too much */
};

/* What is read of one object, or taken back because its author has another version of it, or has removed it. */
struct object {
    enum { SAYING, REPEATING /* what is said already, to know it */, TAKING_BACK } how;
    const char *id;
    int64_t time_us;       /* of what is taken back */
    const char *why;       /* the same; translated */
    unsigned from, to;     /* of the batch: what it says now */
    bool is_flawed;
};

struct member_intake {
    struct member_intake_options o;
    struct json_tree *tree;
    struct event *step;
    struct member *members;
    unsigned member_count;
    struct verdict *batch;
    bool has_time[STATEMENTS_MAX]; /* of the same: the object says when it was made */
    bool is_back[STATEMENTS_MAX];  /* the same: takes back what the object said, if that is what stands */
    struct indicator_sighting *sightings;
    unsigned count, sighting_count;
    const char *member;      /* whose object is read */
    struct member *quota;    /* the same */
    unsigned collection;     /* the same */
    int64_t taken_us;        /* date_added of the last object of this step */
    struct subject subject;  /* the first that was found in an object; for references */
    bool found, failing;
    struct post_pace pace;
    struct object object;    /* that is read */
    struct member_intake_status status;
};

/* ---- the ledger ---- */

static bool is_of_object(const struct verdict *v, const char *id)
{
    for (unsigned i = 0; i < v->evidence_count; i++)
        if (v->evidence[i].kind == VERDICT_EVIDENCE_OBJECT && strcmp(v->evidence[i].reference, id) == 0)
            return true;
    return false;
}

/* One's own word is replaced, not doubled; the same again changes nothing. What another object of the member says meanwhile stays. */
static int choose(struct ledger *l, struct verdict *v, void *self)
{
    const struct member_intake *m = self;
    size_t i = (size_t)(v - m->batch);
    const struct statement_edition edition = {.has_time = m->has_time[i], .now_us = clock_wall_us()};
    enum statement_fate fate;
    uint32_t number;
    if (m->is_back[i]) {
        struct verdict found;
        int e = ledger_standing(l, v, &found);
        if (e < 0 || !is_of_object(&found, v->evidence[0].reference))
            return e == -ENOENT ? 0 : e;
    }
    return statement_fate_choose(l, v, &edition, &fate, &number);
}

static bool is_said_now(const struct member_intake *m, const struct verdict *v)
{
    for (unsigned i = m->object.from; i < m->object.to; i++)
        if (m->batch[i].claim == v->claim && subject_equal(&m->batch[i].subject, &v->subject))
            return true;
    return false;
}

static void say(struct member_intake *m, const struct verdict *v, bool has_time)
{
    bool is_back = m->object.how == TAKING_BACK;
    if (is_back && (statement_is_withdrawal(v) || is_said_now(m, v)))
        return;
    if (m->count == STATEMENTS_MAX) {
        m->status.left_out++;
        return;
    }
    m->has_time[m->count] = has_time || is_back;
    m->is_back[m->count] = is_back;
    struct verdict *mine = &m->batch[m->count++];
    *mine = *v;
    if (is_back) {
        mine->made_us = mine->from_us = mine->until_us = m->object.time_us;
        snprintf(mine->reason, sizeof mine->reason, "%s", m->object.why);
        m->status.taken_back++;
    }
    mine->number = mine->supersedes = 0;
    mine->id = (struct verdict_id){0};
    mine->author = (struct verdict_author){.kind = VERDICT_BY_MEMBER};
    snprintf(mine->author.name, sizeof mine->author.name, "%s", m->member);
}

/* All of the batch from there on, or those that can be: one that cannot does not hold up the others. */
static int append(struct member_intake *m, unsigned first)
{
    int e = m->count > first ? ledger_append_chosen(m->o.ledger, &m->batch[first], m->count - first, choose, m) : 0;
    if (e != -EINVAL && e != -EEXIST)
        return e;
    e = 0;
    for (unsigned i = first; i < m->count && e == 0; i++) {
        e = ledger_append_chosen(m->o.ledger, &m->batch[i], 1, choose, m);
        if (e == -EINVAL || e == -EEXIST) {
            m->status.left_out++;
            e = 0;
        }
    }
    return e;
}

/* The verdicts first: said again after a hub that was killed in between, they change nothing. Sightings add up, so they are written
 * together with how far the collection has been taken. */
static int keep(struct member_intake *m)
{
    int e = append(m, 0);
    if (e == 0)
        e = indicator_begin(m->o.ledger);
    for (unsigned i = 0; e == 0 && i < m->sighting_count; i++) {
        e = indicator_add_sighting(m->o.ledger, &m->sightings[i]);
        if (e == 0)
            e = clock_mark(m->o.ledger, m->sightings[i].indicator, CLOCK_SEEN, m->sightings[i].first_us);
    }
    if (e == 0)
        e = sharing_set_taken(m->o.ledger, m->member, m->taken_us);
    if (e == 0)
        e = indicator_commit(m->o.ledger);
    if (e < 0)
        indicator_rollback(m->o.ledger);
    return e;
}

/* ---- indicators ---- */

static struct statement_options options_of(int64_t now_us)
{
    struct statement_options options = {.format = STATEMENT_STIX};
    options.common = (struct verdict){
        .claim = CLAIM_MALICIOUS, .probability = VERDICT_CERTAIN, .tlp = VERDICT_TLP_AMBER, .made_us = now_us, .from_us = now_us};
    return options;
}

static int read_as(struct member_intake *m, const struct statement_calls *calls, const uint8_t *octets, size_t len)
{
    struct statement_options options = options_of(clock_wall_us());
    struct statement_reader *r = statement_open(&options, calls, m);
    if (!r)
        return -ENOMEM;
    int e = statement_feed(r, octets, len);
    if (e == 0)
        e = statement_finish(r);
    statement_close(r);
    return e;
}

static int on_statement(void *self, const struct statement *s)
{
    struct member_intake *m = self;
    bool is_new = m->object.how == SAYING;
    if (claim_traits(s->verdict->claim)->group != CLAIM_ASSERTION) {
        m->status.left_out += is_new; /* a report is an opinion on what was shared, and counted as such */
        return 0;
    }
    if (is_new) {
        m->quota->statements++;
        m->status.statements++;
    }
    say(m, s->verdict, s->has_time);
    return 0;
}

static void on_left_out(void *self, const struct statement_left_out *l)
{
    struct member_intake *m = self;
    m->object.is_flawed |= l->is_refused;
    m->status.left_out += m->object.how == SAYING;
}

static void take_indicator(struct member_intake *m, const uint8_t *octets, size_t len)
{
    static const struct statement_calls calls = {.statement = on_statement, .left_out = on_left_out};
    if (read_as(m, &calls, octets, len) < 0) {
        m->object.is_flawed = true;
        m->status.left_out += m->object.how == SAYING;
    }
}

/* ---- references to what was shared ---- */

static int take_subject(void *self, const struct statement *s)
{
    struct member_intake *m = self;
    m->subject = s->verdict->subject;
    m->found = true;
    return 0;
}

static int on_shared(void *self, const struct exchange_row *row)
{
    static const struct statement_calls calls = {.statement = take_subject};
    struct member_intake *m = self;
    return row->octets ? read_as(m, &calls, row->octets, row->len) : 0;
}

/* What an identifier stands for that was shared with this member: nobody speaks of what he was not told. */
static bool find_shared(struct member_intake *m, const char *ref)
{
    struct exchange *store = m->o.exchange(m->o.self);
    struct exchange_collection collection;
    struct exchange_page page;
    const struct exchange_filter filter = {.ids = &ref, .id_count = 1};
    char name[EXCHANGE_NAME_MAX];
    taxii_collection_name(m->member, true, name);
    m->found = false;
    return store && exchange_collection_get(store, name, &collection) == 0 &&
           exchange_page(store, collection.number, &filter, 1, true, on_shared, m, &page) == 0 && m->found;
}

static void take_sighting(struct member_intake *m, const struct stix_object *o)
{
    struct indicator i;
    uint32_t id;
    int64_t now_us = clock_wall_us();
    int64_t last_us = o->last_seen.is_set && o->last_seen.us < now_us ? o->last_seen.us : now_us;
    int64_t first_us = o->first_seen.is_set && o->first_seen.us < last_us ? o->first_seen.us : last_us;
    if (o->count <= 0 || o->revoked || last_us <= 0 || first_us <= 0)
        return;
    if (now_us - last_us > SIGHTING_DAYS_MAX * INT64_C(86400000000)) {
        m->status.left_out++;
        return;
    }
    if (m->sighting_count == STATEMENTS_MAX || !find_shared(m, o->sighting_of_ref) ||
        indicator_get(m->o.ledger, &m->subject, &id, &i) < 0) {
        m->status.left_out++;
        return;
    }
    m->status.sightings++;
    struct indicator_sighting *g = &m->sightings[m->sighting_count++];
    *g = (struct indicator_sighting){.indicator = id,
                                     .hour = (uint32_t)(last_us / 3600 / 1000000),
                                     .count = (uint64_t)o->count,
                                     .first_us = first_us,
                                     .last_us = last_us};
    snprintf(g->member, sizeof g->member, "%s", m->member);
}

/* -1: it speaks against the subject; 1: for what was said; 0: neither. */
static int side_of(const char *opinion)
{
    static const struct {
        const char *word;
        int side;
    } words[] = {{"strongly-disagree", -1}, {"disagree", -1}, {"agree", 1}, {"strongly-agree", 1}};
    for (size_t i = 0; opinion && i < array_len(words); i++)
        if (strcmp(opinion, words[i].word) == 0)
            return words[i].side;
    return 0;
}

/* As far as it fits, not in the middle of a character. */
static void take_reason(struct verdict *v, const char *why)
{
    size_t len = strnlen(why, sizeof v->reason - 1);
    while (why[len] && len > 0 && ((unsigned char)why[len] & 0xc0) == 0x80)
        len--;
    memcpy(v->reason, why, len);
    v->reason[len] = '\0';
}

static void report(struct member_intake *m, int side, const char *why, bool withdraws)
{
    int64_t now_us = clock_wall_us();
    struct verdict v = {.claim = side < 0 ? CLAIM_FALSE_POSITIVE : CLAIM_CONFIRMED,
                        .subject = m->subject,
                        .probability = VERDICT_CERTAIN,
                        .tlp = VERDICT_TLP_AMBER,
                        .made_us = now_us,
                        .from_us = now_us,
                        .until_us = withdraws ? now_us : 0};
    take_reason(&v, why && *why ? why : side < 0 ? _("reported as wrong") : _("reported as right"));
    v.evidence_count = 1;
    v.evidence[0].kind = VERDICT_EVIDENCE_OBJECT;
    snprintf(v.evidence[0].reference, sizeof v.evidence[0].reference, "%s", m->object.id);
    if (m->object.how != SAYING) {
        say(m, &v, false);
        return;
    }
    if (m->quota->reports == DAY_REPORTS_MAX) {
        if (!m->quota->is_told)
            log_warning(_("%s reports more than %d indicators as wrong or right in a day: the others are left out"), m->member, DAY_REPORTS_MAX);
        m->quota->is_told = true;
        m->status.left_out++;
        return;
    }
    m->quota->reports++;
    m->status.reports++;
    say(m, &v, false);
}

static void take_opinion(struct member_intake *m, const struct json_value *value, bool withdraws)
{
    int side = side_of(json_value_member_text(value, "opinion"));
    const char *why = json_value_member_text(value, "explanation");
    const struct json_value *ref = json_value_first(json_value_member(value, "object_refs"));
    unsigned count = 0;
    bool is_new = m->object.how == SAYING;
    m->status.left_out += is_new && side == 0;
    for (; side != 0 && ref && count < REFS_MAX; ref = json_value_next(ref), count++) {
        const char *id = json_value_text(ref);
        if (id && find_shared(m, id))
            report(m, side, why, withdraws);
        else
            m->status.left_out += is_new;
    }
    m->status.left_out += is_new && ref != NULL && side != 0;
}

/* One version of an object, as m->object.how has it. */
static void read_object(struct member_intake *m, const uint8_t *octets, size_t len)
{
    bool is_new = m->object.how == SAYING;
    static const struct json_limits limits = {.octets = EXCHANGE_OBJECT_MAX, .values = OBJECT_VALUES, .depth = DEPTH};
    struct reader r = reader_of(octets, len);
    const struct json_value *value;
    struct json_flaw json_flaw;
    struct stix_object_flaw flaw;
    struct stix_object o;
    if (json_tree_read(m->tree, &r, &limits, &value, &json_flaw) < 0 || stix_object_read(value, &o, &flaw) < 0) {
        m->object.is_flawed = true;
        m->status.left_out += is_new;
        return;
    }
    if (o.type == STIX_INDICATOR)
        take_indicator(m, octets, len);
    else if (o.type == STIX_SIGHTING && is_new)
        take_sighting(m, &o); /* what was counted stays counted */
    else if (strcmp(o.type_word, "opinion") == 0)
        take_opinion(m, value, o.revoked);
}

/* ---- versions of one object ---- */

/* The newest version of those that were looked at. */
struct earlier {
    const struct exchange_row *than; /* came before this one */
    bool is_stale;                   /* a newer version came before it */
    int64_t version_us;
    uint8_t *octets;
    size_t len;
};

static int note_version(struct earlier *newest, const struct exchange_row *row)
{
    uint8_t *octets = malloc(row->len);
    if (!octets)
        return -ENOMEM;
    memcpy(octets, row->octets, row->len);
    free(newest->octets);
    newest->octets = octets;
    newest->len = row->len;
    newest->version_us = row->version_us;
    return 0;
}

static int on_earlier(void *self, const struct exchange_row *row)
{
    struct earlier *earlier = self;
    if (row->added_us >= earlier->than->added_us || !row->octets)
        return 0;
    earlier->is_stale |= row->version_us > earlier->than->version_us;
    return earlier->octets && row->version_us < earlier->version_us ? 0 : note_version(earlier, row);
}

static int each_version(struct exchange *store, unsigned collection, const char *id, exchange_each_row *each, void *self)
{
    struct exchange_page page;
    const struct exchange_filter all = {.ids = &id, .id_count = 1, .all = true};
    return exchange_page(store, collection, &all, EXCHANGE_VERSIONS_MAX, true, each, self, &page);
}

static void begin_object(struct member_intake *m, const char *id, int64_t time_us, const char *why)
{
    int64_t now_us = clock_wall_us();
    m->object = (struct object){
        .how = SAYING, .id = id, .time_us = time_us < now_us ? time_us : now_us, .why = why, .from = m->count, .to = m->count};
}

/* What it says now; then what the version before said and this one does not, unless it cannot be read. */
static int take_object(struct member_intake *m, struct exchange *store, const struct exchange_row *row)
{
    struct earlier before = {.than = row};
    int e = row->is_alone ? 0 : each_version(store, m->collection, row->id, on_earlier, &before);
    m->status.objects++;
    m->status.left_out += before.is_stale;
    if (e == 0 && !before.is_stale) {
        begin_object(m, row->id, row->version_us, _("a newer version of the object does not say it any more"));
        read_object(m, row->octets, row->len);
        m->object.to = m->count;
    }
    if (e == 0 && before.octets && !before.is_stale && !m->object.is_flawed) {
        m->object.how = TAKING_BACK;
        read_object(m, before.octets, before.len);
    }
    free(before.octets);
    return e;
}

/* ---- an object that is removed ---- */

struct removed {
    struct member_intake *m;
    const int64_t *versions_us;
    unsigned count;
    struct earlier kept; /* the newest that stays */
    int error;           /* of the ledger */
};

static bool is_removed(const struct removed *r, int64_t version_us)
{
    for (unsigned i = 0; i < r->count; i++)
        if (r->versions_us[i] == version_us)
            return true;
    return false;
}

static int on_kept(void *self, const struct exchange_row *row)
{
    struct removed *r = self;
    if (!row->octets || is_removed(r, row->version_us) || (r->kept.octets && row->version_us < r->kept.version_us))
        return 0;
    return note_version(&r->kept, row);
}

static int on_removed(void *self, const struct exchange_row *row)
{
    struct removed *r = self;
    struct member_intake *m = r->m;
    if (!row->octets || !is_removed(r, row->version_us))
        return 0;
    m->object.how = TAKING_BACK;
    read_object(m, row->octets, row->len);
    r->error = append(m, m->object.to);
    m->count = m->object.to;
    return r->error < 0 ? r->error : 0;
}

int member_intake_removing(struct member_intake *m, const char *member, unsigned collection, const char *id, const int64_t *versions_us,
                           unsigned count)
{
    struct exchange *store = m->o.exchange(m->o.self);
    struct removed removed = {.m = m, .versions_us = versions_us, .count = count};
    if (!store)
        return -EAGAIN;
    m->member = member;
    m->quota = NULL; /* nothing new is said */
    m->count = m->sighting_count = 0;
    begin_object(m, id, INT64_MAX, _("the object was removed by its author"));
    int e = each_version(store, collection, id, on_kept, &removed);
    if (e == 0 && removed.kept.octets) {
        m->object.how = REPEATING;
        read_object(m, removed.kept.octets, removed.kept.len);
        m->object.to = m->count;
    }
    if (e == 0)
        e = each_version(store, collection, id, on_removed, &removed);
    free(removed.kept.octets);
    return removed.error < 0 ? removed.error : e;
}

/* ---- following the collections ---- */

static int on_row(void *self, const struct exchange_row *row)
{
    struct member_intake *m = self;
    if (m->count > STATEMENTS_MAX / 2 || m->sighting_count > STATEMENTS_MAX / 2)
        return 1; /* the rest with the next step */
    int e = row->octets ? take_object(m, m->o.exchange(m->o.self), row) : 0;
    if (e == 0)
        m->taken_us = row->added_us;
    return e;
}

/* A new day, new counts. False: it has sent what is taken in of one member in a day. */
static bool has_quota(struct member *member, int64_t now_us)
{
    int64_t day = now_us / INT64_C(86400000000);
    if (day != member->day) {
        member->day = day;
        member->statements = member->reports = 0;
        member->is_told = false;
    }
    if (member->statements < DAY_STATEMENTS_MAX)
        return true;
    if (!member->is_told)
        log_warning(_("%s has sent more than %d statements today: the others are taken in tomorrow"), member->name, DAY_STATEMENTS_MAX);
    member->is_told = true;
    return false;
}

/* *ret_more: ask again at once. */
static int follow(struct member_intake *m, struct exchange *store, struct member *member, bool *ret_more)
{
    struct exchange_collection collection;
    struct exchange_page page = {.count = 0};
    char name[EXCHANGE_NAME_MAX];
    int64_t from_us;
    m->member = member->name;
    m->quota = member;
    m->count = m->sighting_count = 0;
    taxii_collection_name(member->name, false, name);
    int e = exchange_collection_get(store, name, &collection);
    if (e < 0)
        return e == -ENOENT ? 0 : e;
    m->collection = collection.number;
    e = sharing_taken(m->o.ledger, member->name, &from_us);
    if (e < 0)
        return e;
    /* Every version: a later one that revokes does not hide what was said before from the ledger. */
    struct exchange_filter after = {.after_us = from_us, .all = true};
    m->taken_us = from_us;
    e = exchange_page(store, collection.number, &after, PAGE, true, on_row, m, &page);
    if (e < 0)
        return e;
    if (e == 0 && page.more && page.next_us > m->taken_us)
        m->taken_us = page.next_us;
    *ret_more = e > 0 || page.more;
    return m->taken_us > from_us ? keep(m) : 0;
}

static void fail(struct member_intake *m, int error)
{
    static const struct timeval again = {.tv_sec = AGAIN_AFTER_S};
    m->status.failed++;
    if (!m->failing)
        log_error(_("what members sent cannot be taken in: %s; it is tried again"), strerror(-error));
    m->failing = true;
    event_add(m->step, &again);
}

static void take_step(struct member_intake *m)
{
    static const struct timeval later = {.tv_sec = AGAIN_AFTER_S};
    struct exchange *store = m->o.exchange(m->o.self);
    static const struct timeval tomorrow = {.tv_sec = QUOTA_LOOK_S};
    bool more = false, waits = false;
    if (!store && m->member_count > 0)
        event_add(m->step, &later);
    for (unsigned i = 0; store && i < m->member_count; i++) {
        struct member *member = &m->members[i];
        bool again = false;
        if (!member->is_dirty)
            continue;
        if (!has_quota(member, clock_wall_us())) {
            waits = true;
            continue;
        }
        int e = follow(m, store, member, &again);
        if (e < 0) {
            fail(m, e);
            return;
        }
        member->is_dirty = again;
        more |= again;
        for (unsigned n = 0; n < m->sighting_count; n++)
            m->o.met(m->o.self, m->sightings[n].indicator);
    }
    m->failing = false;
    if (more)
        event_active(m->step, 0, 0);
    else if (waits)
        event_add(m->step, &tomorrow);
}

static void on_step(evutil_socket_t fd, short what, void *self)
{
    (void)fd, (void)what;
    struct member_intake *m = self;
    uint64_t begin_ms = clock_mono_ms();
    unsigned wait_ms = post_pace_wait_ms(&m->pace, begin_ms);
    if (wait_ms > 0) {
        struct timeval wait = {.tv_usec = (suseconds_t)wait_ms * 1000};
        event_add(m->step, &wait);
        return;
    }
    take_step(m);
    post_pace_stepped(&m->pace, begin_ms, clock_mono_ms());
}

void member_intake_posted(struct member_intake *m, const char *member)
{
    for (unsigned i = 0; i < m->member_count; i++)
        m->members[i].is_dirty |= strcmp(m->members[i].name, member) == 0;
    post_pace_posted(&m->pace, clock_mono_ms());
    event_active(m->step, 0, 0);
}

int member_intake_configure(struct member_intake *m, const char *const *members, unsigned count)
{
    struct member *all = calloc(count + 1, sizeof *all);
    if (!all)
        return -ENOMEM;
    for (unsigned i = 0; i < count; i++)
        snprintf(all[i].name, sizeof all[i].name, "%s", members[i]);
    free(m->members);
    m->members = all;
    m->member_count = count;
    for (unsigned i = 0; i < count; i++)
        all[i].is_dirty = true;
    event_active(m->step, 0, 0);
    return 0;
}

void member_intake_status_get(const struct member_intake *m, struct member_intake_status *ret_status)
{
    *ret_status = m->status;
}

int member_intake_new(const struct member_intake_options *options, struct member_intake **ret_intake)
{
    struct member_intake *m = calloc(1, sizeof *m);
    if (!m)
        return -ENOMEM;
    m->o = *options;
    m->tree = json_tree_new();
    m->batch = calloc(STATEMENTS_MAX, sizeof *m->batch);
    m->sightings = calloc(STATEMENTS_MAX, sizeof *m->sightings);
    m->step = event_new(options->loop, -1, 0, on_step, m);
    if (!m->tree || !m->batch || !m->sightings || !m->step) {
        member_intake_free(m);
        return -ENOMEM;
    }
    *ret_intake = m;
    return 0;
}

void member_intake_free(struct member_intake *m)
{
    if (!m)
        return;
    if (m->step)
        event_free(m->step);
    json_tree_free(m->tree);
    free(m->members);
    free(m->sightings);
    free(m->batch);
    free(m);
}
