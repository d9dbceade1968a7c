/* Reads objects that members sent, and appends what they say in batches. */
#include "apps/member_intake.h"

#include <errno.h>
#include <event2/event.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "api/statement_fate.h"
#include "base/clock.h"
#include "base/json_tree.h"
#include "base/log.h"
#include "base/text.h"
#include "proto/stix/object.h"
#include "share/statement/statement.h"
#include "share/taxii/service.h"
#include "store/indicator.h"

enum {
    BATCH = 256,
    AGAIN_AFTER_S = 5,
    REFS_MAX = 64,           /* of one opinion; more are left out and counted */
    OBJECT_VALUES = 100000,
    DEPTH = 64,
};

struct member_intake {
    struct member_intake_options o;
    struct json_tree *tree;
    struct event *flush;
    struct verdict *batch;
    bool has_time[BATCH]; /* of the same: the object says when it was made */
    unsigned count;
    char member[VERDICT_NAME_MAX]; /* whose object is read */
    struct subject subject;        /* the first that was found in it; for references */
    bool found, failing;
    struct member_intake_status status;
};

/* ---- the ledger ---- */

/* One's own word is replaced, not doubled; the same again changes nothing. */
static int choose(struct ledger *l, struct verdict *v, void *self)
{
    const struct member_intake *m = self;
    const struct statement_edition edition = {.has_time = m->has_time[v - m->batch], .now_us = clock_wall_us()};
    enum statement_fate fate;
    uint32_t found;
    return statement_fate_choose(l, v, &edition, &fate, &found);
}

static void flush(struct member_intake *m)
{
    static const struct timeval again = {.tv_sec = AGAIN_AFTER_S};
    if (m->count == 0)
        return;
    int e = ledger_append_chosen(m->o.ledger, m->batch, m->count, choose, m);
    if (e == -EINVAL || e == -EEXIST) { /* one of them cannot be: the others are not held up by it */
        for (unsigned i = 0; i < m->count; i++)
            m->status.left_out += ledger_append_chosen(m->o.ledger, &m->batch[i], 1, choose, m) < 0;
        e = 0;
    }
    if (e < 0) {
        m->status.failed++;
        if (!m->failing)
            log_error(_("what members sent cannot be written: %s; it is tried again"), _(ledger_error(m->o.ledger)));
        m->failing = true;
        event_add(m->flush, &again);
        return;
    }
    m->failing = false;
    m->count = 0;
}

static void on_flush(evutil_socket_t fd, short what, void *self)
{
    (void)fd, (void)what;
    flush(self);
}

static void say(struct member_intake *m, const struct verdict *v, bool has_time)
{
    if (m->count == BATCH)
        flush(m);
    if (m->count == BATCH) { /* the disk is full: it stays in the exchange store */
        m->status.left_out++;
        return;
    }
    m->has_time[m->count] = has_time;
    struct verdict *mine = &m->batch[m->count++];
    *mine = *v;
    mine->number = mine->supersedes = 0;
    mine->id = (struct verdict_id){0};
    mine->author = (struct verdict_author){.kind = VERDICT_BY_MEMBER};
    snprintf(mine->author.name, sizeof mine->author.name, "%s", m->member);
    event_active(m->flush, 0, 0);
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
    m->status.statements++;
    say(m, s->verdict, s->has_time);
    return 0;
}

static void on_left_out(void *self, const struct statement_left_out *l)
{
    struct member_intake *m = self;
    (void)l;
    m->status.left_out++;
}

static void take_indicator(struct member_intake *m, const uint8_t *octets, size_t len)
{
    static const struct statement_calls calls = {.statement = on_statement, .left_out = on_left_out};
    if (read_as(m, &calls, octets, len) < 0)
        m->status.left_out++;
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
    if (!find_shared(m, o->sighting_of_ref) || indicator_get(m->o.ledger, &m->subject, &id, &i) < 0) {
        m->status.left_out++;
        return;
    }
    if (o->count <= 0 || o->revoked)
        return;
    m->status.sightings++;
    sighting_keeper_add(m->o.sightings, id, m->member, first_us, last_us, (uint64_t)o->count);
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
    snprintf(v.reason, sizeof v.reason, "%.500s", why && *why ? why : side < 0 ? _("reported as wrong") : _("reported as right"));
    m->status.reports++;
    say(m, &v, false);
}

static void take_opinion(struct member_intake *m, const struct json_value *value, bool withdraws)
{
    int side = side_of(json_value_member_text(value, "opinion"));
    const char *why = json_value_member_text(value, "explanation");
    const struct json_value *ref = json_value_first(json_value_member(value, "object_refs"));
    unsigned count = 0;
    m->status.left_out += side == 0;
    for (; side != 0 && ref && count < REFS_MAX; ref = json_value_next(ref), count++) {
        const char *id = json_value_text(ref);
        if (id && find_shared(m, id))
            report(m, side, why, withdraws);
        else
            m->status.left_out++;
    }
    m->status.left_out += ref != NULL && side != 0;
}

void member_intake_take(struct member_intake *m, const char *member, const uint8_t *octets, size_t len)
{
    static const struct json_limits limits = {.octets = EXCHANGE_OBJECT_MAX, .values = OBJECT_VALUES, .depth = DEPTH};
    struct reader r = reader_of(octets, len);
    const struct json_value *value;
    struct json_flaw json_flaw;
    struct stix_object_flaw flaw;
    struct stix_object o;
    m->status.objects++;
    snprintf(m->member, sizeof m->member, "%s", member);
    if (json_tree_read(m->tree, &r, &limits, &value, &json_flaw) < 0 || stix_object_read(value, &o, &flaw) < 0) {
        m->status.left_out++;
        return;
    }
    if (o.type == STIX_INDICATOR)
        take_indicator(m, octets, len);
    else if (o.type == STIX_SIGHTING)
        take_sighting(m, &o);
    else if (strcmp(o.type_word, "opinion") == 0)
        take_opinion(m, value, o.revoked);
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
    m->batch = calloc(BATCH, sizeof *m->batch);
    m->flush = event_new(options->loop, -1, 0, on_flush, m);
    if (!m->tree || !m->batch || !m->flush) {
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
    if (m->flush) {
        flush(m);
        event_free(m->flush);
    }
    json_tree_free(m->tree);
    free(m->batch);
    free(m);
}
