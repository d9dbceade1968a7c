/* Asks the gate, and writes what passes. */
#include "apps/exchange/outbox.h"

#include <errno.h>
#include <event2/event.h>
#include <sodium.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/clock.h"
#include "base/json_tree.h"
#include "base/log.h"
#include "base/text.h"
#include "proto/stix/object.h"
#include "share/export/export_stix.h"
#include "share/taxii/service.h"
#include "store/indicator.h"
#include "store/loop_clock.h"

enum {
    STEP_INDICATORS = 128,
    AGAIN_AFTER_S = 5,
    BEHIND_AGAIN_S = 60, /* at first; twice as long each time */
    BEHIND_AGAIN_MAX_S = 3600,
};

/* What one step found out for one recipient and indicator. */
struct decided {
    struct sharing_row row;
    bool moves;   /* it is given from now on, or no more */
    bool written; /* there is a new version to tell */
    bool waits;   /* the collection is full: it stays as it was, and is looked at again */
};

struct member {
    struct outbox_recipient recipient;
    uint32_t number; /* in the ledger's file */
    unsigned collection;
    bool has_collection; /* it is found */
    bool is_behind; /* what could not be written is looked at again */
    bool is_full;   /* the same of what is new; what is taken back is not held up */
    struct decided decided[STEP_INDICATORS];
    struct exchange_object objects[STEP_INDICATORS];
    unsigned object_count, vital_count; /* those that take back stand first */
};

struct outbox {
    struct outbox_options o;
    struct member *members;
    unsigned count;
    struct outbox_recipient *recipients; /* as given */
    struct event *step;
    uint32_t queue[STEP_INDICATORS];
    struct indicator indicators[STEP_INDICATORS];
    unsigned queued;
    bool failing;
    uint64_t begin_at_ms; /* those that are not ready */
    unsigned behind_s;    /* how long they waited last; 0: all are ready */
    struct outbox_status status;
    uint8_t text[EXPORT_STIX_MAX];
};

/* ---- deciding ---- */

static bool is_their_own(struct outbox *o, const char *recipient, const struct indicator *i)
{
    struct verdict v;
    return i->source_count == 1 && i->verdict && ledger_get(o->o.ledger, i->verdict, &v) == 0 && strcmp(v.author.name, recipient) == 0;
}

enum gate_outcome outbox_decide(struct outbox *o, const struct outbox_recipient *r, const struct indicator *i)
{
    enum gate_outcome outcome = gate_decide(&r->rules, i, false);
    return outcome == GATE_PASSES && is_their_own(o, r->name, i) ? GATE_THEIR_OWN : outcome;
}

/* What may be told besides the indicator: of its leading verdict, if that is no more secret than the indicator itself. */
static struct export_item item_of(struct outbox *o, const struct indicator *i, int64_t modified_us, struct verdict *v)
{
    struct export_item item = {.indicator = i, .modified_us = modified_us};
    if (i->verdict && ledger_get(o->o.ledger, i->verdict, v) == 0 && v->tlp <= i->tlp) {
        item.reason = v->reason;
        item.from_us = v->from_us;
        item.until_us = v->until_us;
        item.severity = v->severity;
    }
    return item;
}

static int add_object(struct outbox *o, struct member *m, const struct indicator *i, const struct export_item *item)
{
    struct writer w = writer_of(o->text, sizeof o->text);
    char id[EXPORT_STIX_ID_MAX];
    int e = export_stix_indicator(o->o.node, item, &w);
    if (e < 0)
        return e == -EOPNOTSUPP || e == -EILSEQ ? 0 : e; /* others have no word for such a subject */
    uint8_t *octets = malloc(w.len + sizeof id);
    if (!octets)
        return -ENOMEM;
    memcpy(octets, o->text, w.len);
    char *kept_id = (char *)octets + w.len;
    snprintf(kept_id, sizeof id, "%s", export_stix_id(o->o.node, &i->subject, id));
    struct exchange_object object = {.id = kept_id,
                                     .spec_version = "2.1",
                                     .version_us = export_stix_modified_us(item),
                                     .octets = octets,
                                     .len = w.len,
                                     .is_vital = i->state == INDICATOR_REVOKED};
    if (object.is_vital) { /* the first of the others makes room */
        m->objects[m->object_count] = m->objects[m->vital_count];
        m->objects[m->vital_count] = object;
    } else {
        m->objects[m->object_count] = object;
    }
    m->vital_count += object.is_vital;
    m->object_count++;
    return 0;
}

/* What a recipient may see of an indicator: what is said at its level, and since when it was told itself. */
static struct indicator told_of(const struct indicator *i, const struct sharing_row *row)
{
    struct indicator told = *i;
    told.probability = i->level_probability;
    told.first_us = row->first_us;
    return told;
}

/* Taken back: nothing but that, whatever the reason is, at a level that the recipient has. */
static struct indicator taken_back(const struct indicator *i, const struct member *m, const struct sharing_row *row)
{
    return (struct indicator){.subject = i->subject,
                              .claim = row->claim, /* as it was told, so that they know what is meant */
                              .state = INDICATOR_REVOKED,
                              .probability = VERDICT_CERTAIN / 2,
                              .tlp = m->recipient.rules.tlp < VERDICT_TLP_RED ? m->recipient.rules.tlp : VERDICT_TLP_AMBER_STRICT,
                              .first_us = row->first_us,
                              .changed_us = row->modified_us};
}

/* Equal when the recipient would read the same; times of versions do not count. Who gets a collection later has read nothing yet. */
static int64_t hash_told(const struct indicator *told, const struct export_item *item, bool has_collection)
{
    const int64_t fields[] = {told->claim, told->state, told->decision, told->tlp, told->pap, told->probability / 10, item->from_us,
                              item->until_us, item->severity, told->first_us};
    crypto_generichash_state state;
    int64_t hash;
    crypto_generichash_init(&state, NULL, 0, crypto_generichash_BYTES_MIN);
    crypto_generichash_update(&state, (const unsigned char *)fields, sizeof fields);
    if (item->reason)
        crypto_generichash_update(&state, (const unsigned char *)item->reason, strlen(item->reason));
    if (!has_collection)
        crypto_generichash_update(&state, (const unsigned char *)"", 1);
    unsigned char octets[crypto_generichash_BYTES_MIN];
    crypto_generichash_final(&state, octets, sizeof octets);
    memcpy(&hash, octets, sizeof hash);
    return hash;
}

static int64_t later(int64_t a_us, int64_t b_us)
{
    return a_us > b_us ? a_us : b_us;
}

/* The version is made of times that are kept, so that a step that is done again writes the same objects again. */
static int decide(struct outbox *o, struct member *m, unsigned index)
{
    struct decided *d = &m->decided[index];
    const struct indicator *now = &o->indicators[index];
    struct verdict v;
    struct sharing_row was;
    int e = sharing_get(o->o.ledger, m->number, o->queue[index], &was);
    if (e == -ENOENT)
        was = (struct sharing_row){.indicator = o->queue[index]};
    else if (e < 0)
        return e;
    *d = (struct decided){.row = was};
    d->row.outcome = outbox_decide(o, &m->recipient, now);
    d->row.given = d->row.outcome == GATE_PASSES;
    d->row.decision = d->row.given ? now->decision : INDICATOR_DO_NONE;
    d->moves = d->row.given != was.given;
    if (!d->row.given && !was.given)
        return 0;
    if (d->row.first_us == 0)
        d->row.first_us = now->changed_us;
    d->row.modified_us = later(now->changed_us, was.modified_us + 1);
    if (d->row.given)
        d->row.claim = now->claim;
    struct indicator told = d->row.given ? told_of(now, &d->row) : taken_back(now, m, &d->row);
    struct export_item item = {.indicator = &told, .modified_us = d->row.modified_us};
    if (d->row.given)
        item = item_of(o, &told, d->row.modified_us, &v);
    d->row.told = hash_told(&told, &item, m->recipient.has_collection);
    if (!d->moves && d->row.told == was.told) {
        d->row.modified_us = was.modified_us;
        return 0;
    }
    d->written = true;
    return !m->recipient.has_collection ? 0 : add_object(o, m, &told, &item);
}

/* ---- keeping ---- */

/* An object of ours that is not about a subject. */
static int put_text(struct outbox *o, struct exchange *store, unsigned collection, const struct writer *w, int64_t now_us)
{
    static const struct json_limits limits = {.octets = EXPORT_STIX_MAX, .values = 64, .depth = 8};
    struct reader r = reader_of(o->text, w->len);
    const struct json_value *value;
    struct json_flaw json_flaw;
    struct stix_object_flaw flaw;
    struct stix_object object;
    size_t added;
    struct json_tree *tree = json_tree_new();
    int e = tree ? json_tree_read(tree, &r, &limits, &value, &json_flaw) : -ENOMEM;
    if (e == 0)
        e = stix_object_read(value, &object, &flaw);
    if (e == 0) {
        struct exchange_object one = {.id = object.id,
                                      .spec_version = "2.1",
                                      .version_us = object.modified.is_set ? object.modified.us : object.created.us,
                                      .octets = o->text,
                                      .len = w->len,
                                      .is_vital = true};
        e = exchange_put_all(store, collection, &one, 1, now_us, &added);
    }
    json_tree_free(tree);
    return e;
}

/* Who says it, and what the sharing levels mean: every collection is complete by itself. */
static int put_preface(struct outbox *o, const struct member *m, struct exchange *store, int64_t now_us)
{
    struct writer w = writer_of(o->text, sizeof o->text);
    if (!m->recipient.rules.open)
        return 0; /* not even a name leaves */
    int e = export_stix_identity(o->o.node, &w);
    if (e == 0)
        e = put_text(o, store, m->collection, &w, now_us);
    for (unsigned tlp = 0; e == 0 && tlp <= (unsigned)m->recipient.rules.tlp; tlp++) {
        w = writer_of(o->text, sizeof o->text);
        e = export_stix_marking((enum verdict_tlp)tlp, &w);
        if (e == 0)
            e = put_text(o, store, m->collection, &w, now_us);
    }
    return e;
}

static int find_collection(struct outbox *o, struct member *m, struct exchange *store, int64_t now_us)
{
    struct exchange_collection collection;
    char name[EXCHANGE_NAME_MAX];
    if (m->has_collection || !m->recipient.has_collection)
        return 0;
    taxii_collection_name(m->recipient.name, true, name);
    int e = exchange_collection_get(store, name, &collection);
    m->collection = e == 0 ? collection.number : 0;
    if (e == 0)
        e = put_preface(o, m, store, now_us);
    m->has_collection = e == 0;
    return e;
}

/* What is new of this step is left as it was: neither noted down nor in a zone, or it would not be taken back. */
static void hold_back(struct outbox *o, struct member *m)
{
    if (!m->is_full)
        log_error(_("nothing new can be shared with %s: %s; what is taken back still is"), m->recipient.name, _(exchange_error_of(-EDQUOT)));
    m->is_full = true;
    o->status.failed++;
    for (unsigned i = 0; i < o->queued; i++)
        m->decided[i].waits = m->decided[i].written && m->decided[i].row.given;
}

static int put_objects(struct outbox *o, struct member *m, int64_t now_us)
{
    size_t added;
    if (m->object_count == 0)
        return 0;
    struct exchange *store = o->o.exchange(o->o.self);
    if (!store)
        return -EAGAIN; /* it is opened again; the log says so */
    int e = find_collection(o, m, store, now_us);
    if (e == 0 && m->vital_count > 0)
        e = exchange_put_all(store, m->collection, m->objects, m->vital_count, now_us, &added);
    if (e < 0) {
        log_error(_("nothing can be shared with %s: %s"), m->recipient.name, _(exchange_error_of(e)));
        return e;
    }
    if (m->object_count > m->vital_count)
        e = exchange_put_all(store, m->collection, &m->objects[m->vital_count], m->object_count - m->vital_count, now_us, &added);
    if (e == -EDQUOT) {
        hold_back(o, m);
        return 0;
    }
    if (e < 0)
        log_error(_("nothing can be shared with %s: %s"), m->recipient.name, _(exchange_error_of(e)));
    return e;
}

static int put_zone(struct outbox *o, const struct member *m)
{
    struct exchange_zone_item items[STEP_INDICATORS];
    unsigned count = 0;
    for (unsigned i = 0; i < o->queued; i++) {
        const struct decided *d = &m->decided[i];
        if (d->written && !d->waits)
            items[count++] = (struct exchange_zone_item){.subject = &o->indicators[i].subject,
                                                         .given = d->row.given && d->row.decision == INDICATOR_DO_BLOCK};
    }
    return o->o.zone && count > 0 ? o->o.zone(o->o.self, m->recipient.name, items, count) : 0;
}

static void drop_objects(struct member *m)
{
    for (unsigned i = 0; i < m->object_count; i++)
        free((void *)(uintptr_t)m->objects[i].octets);
    m->object_count = m->vital_count = 0;
}

static int keep_row(struct outbox *o, const struct member *m, unsigned index, int64_t now_us)
{
    const struct decided *d = &m->decided[index];
    if (d->waits)
        return 0;
    if (d->row.outcome == GATE_NOT_ACTIVE && !d->moves && d->row.first_us == 0)
        return 0; /* nobody need know what is not believed */
    int e = sharing_put(o->o.ledger, m->number, &d->row);
    if (e == 0 && d->moves && d->row.given)
        e = clock_mark(o->o.ledger, o->queue[index], CLOCK_SHARED, now_us);
    return e;
}

/* Of all that are not configured, or behind: when they are begun again, everything is looked at for them. */
static int forget_rules(struct outbox *o)
{
    uint32_t but[SHARING_RECIPIENTS_MAX];
    unsigned count = 0;
    for (unsigned n = 0; n < o->count && count < SHARING_RECIPIENTS_MAX; n++)
        if (o->members[n].number != 0 && !o->members[n].is_behind && !o->members[n].is_full)
            but[count++] = o->members[n].number;
    return sharing_forget_rules(o->o.ledger, but, count);
}

static int keep(struct outbox *o, int64_t now_us)
{
    int e = indicator_begin(o->o.ledger);
    for (unsigned i = 0; e == 0 && i < o->queued; i++) {
        for (unsigned n = 0; e == 0 && n < o->count; n++)
            if (o->members[n].number != 0 && !o->members[n].is_behind)
                e = keep_row(o, &o->members[n], i, now_us);
        if (e == 0)
            e = sharing_queue_drop(o->o.ledger, o->queue[i]);
    }
    if (e == 0)
        e = forget_rules(o);
    if (e == 0)
        e = indicator_commit(o->o.ledger);
    if (e < 0)
        indicator_rollback(o->o.ledger);
    return e;
}

static bool is_ready(const struct member *m)
{
    return m->number != 0 && !m->is_behind;
}

static void tell(struct outbox *o)
{
    for (unsigned n = 0; n < o->count; n++) {
        const struct member *m = &o->members[n];
        for (unsigned i = 0; i < o->queued && is_ready(m); i++) {
            const struct decided *d = &m->decided[i];
            if (d->waits)
                continue;
            o->status.given += d->moves && d->row.given;
            o->status.withdrawn += d->moves && !d->row.given;
            o->status.refused += !d->moves && !d->row.given;
        }
    }
}

/* ---- recipients ---- */

static void hash_rules(const struct outbox_recipient *to, uint8_t hash[SHARING_RULES_LEN])
{
    const struct gate_rules *r = &to->rules;
    /* Each field by itself: the struct has holes. The last one only of who has no collection. */
    const uint64_t fields[] = {r->open, r->tlp, r->pap, r->claims, r->kinds, r->decision, r->probability, UINT64_MAX};
    crypto_generichash(hash, SHARING_RULES_LEN, (const unsigned char *)fields, sizeof fields - (to->has_collection ? sizeof fields[0] : 0), NULL, 0);
}

static int begin_member(struct outbox *o, struct member *m)
{
    uint8_t rules[SHARING_RULES_LEN];
    bool changed;
    hash_rules(&m->recipient, rules);
    int e = indicator_begin(o->o.ledger);
    if (e == 0)
        e = sharing_recipient(o->o.ledger, m->recipient.name, rules, &m->number, &changed);
    if (e == 0 && changed)
        e = sharing_queue_all(o->o.ledger, m->number);
    if (e == 0)
        e = indicator_commit(o->o.ledger);
    if (e < 0) {
        indicator_rollback(o->o.ledger);
        m->number = 0; /* what was taken back with the rest is no recipient */
        return e;
    }
    struct exchange *store = o->o.exchange(o->o.self);
    if (store && find_collection(o, m, store, clock_wall_us()) < 0)
        log_warning(_("the collection of %s is not there yet; it is tried again with the first object"), m->recipient.name);
    return 0;
}

/* ---- steps ---- */

/* What could not be written for one recipient does not hold up the others: its rules are forgotten with this step, and all is looked at
 * again for it when it is begun anew. */
static int write_member(struct outbox *o, struct member *m, int64_t now_us)
{
    int e = 0;
    m->object_count = m->vital_count = 0;
    for (unsigned i = 0; e == 0 && i < o->queued; i++)
        e = decide(o, m, i);
    if (e < 0) {
        drop_objects(m);
        return e; /* of the ledger: of no recipient alone */
    }
    e = put_objects(o, m, now_us);
    if (e == 0)
        e = put_zone(o, m);
    drop_objects(m);
    m->is_behind = e < 0;
    o->status.failed += e < 0;
    return 0;
}

/* Those that could not be begun, or fell behind. */
static int begin_missing(struct outbox *o, uint64_t now_ms)
{
    int e = 0;
    if (now_ms < o->begin_at_ms)
        return 0;
    for (unsigned n = 0; e == 0 && n < o->count; n++) {
        struct member *m = &o->members[n];
        if (m->number == 0 || m->is_behind || m->is_full) {
            e = begin_member(o, m);
            m->is_behind = m->is_full = false;
        }
    }
    return e;
}

/* All is looked at again for who is behind, so a collection that stays full is not tried every minute. */
static void wait_for_missing(struct outbox *o)
{
    bool all_ready = true;
    uint64_t now_ms = clock_mono_ms();
    for (unsigned n = 0; n < o->count; n++)
        all_ready &= is_ready(&o->members[n]) && !o->members[n].is_full;
    if (all_ready) {
        if (o->queued == 0)
            o->behind_s = 0;
        return;
    }
    if (now_ms >= o->begin_at_ms) {
        o->behind_s = o->behind_s == 0 ? BEHIND_AGAIN_S : o->behind_s * 2 < BEHIND_AGAIN_MAX_S ? o->behind_s * 2 : BEHIND_AGAIN_MAX_S;
        o->begin_at_ms = now_ms + o->behind_s * UINT64_C(1000);
    }
    struct timeval again = {.tv_sec = (time_t)((o->begin_at_ms - now_ms) / 1000 + 1)};
    event_add(o->step, &again);
}

static int step(struct outbox *o, int64_t now_us)
{
    int e = begin_missing(o, clock_mono_ms());
    if (e == 0)
        e = sharing_queue_read(o->o.ledger, STEP_INDICATORS, o->queue, &o->queued);
    for (unsigned i = 0; e == 0 && i < o->queued; i++)
        e = indicator_get_by_id(o->o.ledger, o->queue[i], &o->indicators[i]);
    for (unsigned n = 0; e == 0 && o->queued > 0 && n < o->count; n++)
        if (is_ready(&o->members[n]))
            e = write_member(o, &o->members[n], now_us);
    if (e == 0 && o->queued > 0)
        e = keep(o, now_us);
    wait_for_missing(o);
    return e;
}

static void on_step(evutil_socket_t fd, short what, void *self)
{
    (void)fd, (void)what;
    static const struct timeval again = {.tv_sec = AGAIN_AFTER_S};
    struct outbox *o = self;
    if (step(o, clock_wall_us()) < 0) {
        o->status.failed++;
        if (!o->failing)
            log_error(_("what is shared cannot be brought up to date: %s; it is tried again"), _(ledger_error(o->o.ledger)));
        o->failing = true;
        event_add(o->step, &again);
        return;
    }
    o->failing = false;
    if (o->queued == 0)
        return;
    tell(o);
    if (o->queued == STEP_INDICATORS)
        event_active(o->step, 0, 0);
    else if (o->o.settled)
        o->o.settled(o->o.self);
}

void outbox_poke(struct outbox *o)
{
    event_active(o->step, 0, 0);
}

static void drop_members(struct outbox *o)
{
    free(o->members);
    free(o->recipients);
    o->members = NULL;
    o->recipients = NULL;
    o->count = 0;
}

/* Who is configured no more misses what changes from now on. */
static int forget_others(struct outbox *o)
{
    int e = indicator_begin(o->o.ledger);
    if (e == 0)
        e = forget_rules(o);
    if (e == 0)
        e = indicator_commit(o->o.ledger);
    if (e < 0)
        indicator_rollback(o->o.ledger);
    return e;
}

int outbox_configure(struct outbox *o, const struct outbox_recipient *recipients, unsigned count)
{
    drop_members(o);
    if (count == 0)
        return forget_others(o);
    o->members = calloc(count, sizeof *o->members);
    o->recipients = calloc(count, sizeof *o->recipients);
    if (!o->members || !o->recipients) {
        drop_members(o);
        return -ENOMEM;
    }
    o->count = count;
    memcpy(o->recipients, recipients, count * sizeof *recipients);
    for (unsigned i = 0; i < count; i++) {
        o->members[i].recipient = recipients[i];
        if (begin_member(o, &o->members[i]) < 0)
            o->members[i].is_behind = true; /* it is tried again */
    }
    o->begin_at_ms = o->behind_s = 0;
    outbox_poke(o);
    return forget_others(o);
}

const struct outbox_recipient *outbox_recipients(const struct outbox *o, unsigned *ret_count)
{
    *ret_count = o->count;
    return o->recipients;
}

void outbox_status_get(const struct outbox *o, struct outbox_status *ret_status)
{
    *ret_status = o->status;
}

int outbox_new(const struct outbox_options *options, struct outbox **ret_outbox)
{
    struct outbox *o = calloc(1, sizeof *o);
    if (!o)
        return -ENOMEM;
    o->o = *options;
    o->step = event_new(options->loop, -1, 0, on_step, o);
    if (!o->step) {
        free(o);
        return -ENOMEM;
    }
    outbox_poke(o);
    *ret_outbox = o;
    return 0;
}

void outbox_free(struct outbox *o)
{
    if (!o)
        return;
    event_free(o->step);
    drop_members(o);
    free(o);
}
