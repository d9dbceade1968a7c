/* MISP: attributes of events that are marked for detection become statements about their values. */
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "base/text.h"
#include "base/timestamp.h"
#include "proto/stix/bundle.h"
#include "share/statement/misp_word.h"
#include "share/statement/statement_impl.h"

enum { EVENTS_MAX = 1000000, US = 1000000 };

struct misp {
    struct statement_reader *reader;
    struct stix_bundle *bundle; /* takes the list of events apart */
    struct json_tree *tree;
    uint64_t number; /* of the attribute */
    /* of the event that is read */
    const char *uuid, *info;
    struct misp_tags tags;
    enum verdict_severity severity;
    int64_t event_us;
    bool is_object_deleted; /* with all its attributes */
};

static bool is_true(const struct json_value *v)
{
    return json_value_is(v, JSON_TREE_TRUE) || (json_value_is(v, JSON_TREE_INTEGER) && v->integer == 1) ||
           (json_value_is(v, JSON_TREE_STRING) && strcmp(v->text, "1") == 0);
}

/* Numbers are written as such or as strings, depending on the version. 0: none. */
static int64_t number_of(const struct json_value *v)
{
    int64_t value = 0;
    if (json_value_is(v, JSON_TREE_INTEGER))
        return v->integer;
    const char *text = json_value_text(v);
    for (; text && *text >= '0' && *text <= '9' && value < INT64_MAX / 20; text++)
        value = value * 10 + (*text - '0');
    return value;
}

static int64_t seconds_to_us(const struct json_value *v)
{
    int64_t seconds = number_of(v);
    return seconds > 0 && seconds < INT64_MAX / US ? seconds * US : 0;
}

static int64_t time_to_us(const struct json_value *v)
{
    int64_t us = 0;
    const char *text = json_value_text(v);
    return text && timestamp_parse(text, strlen(text), &us) == 0 && us > 0 ? us : 0;
}

static void take_tags(const struct json_value *owner, struct misp_tags *tags)
{
    const struct json_value *list = json_value_member(owner, "Tag");
    for (const struct json_value *v = json_value_first(list); v; v = json_value_next(v)) {
        const char *name = json_value_member_text(v, "name");
        if (name)
            misp_tag_take(name, tags);
    }
}

/* Who may have it, if no tag says so: 0 this organisation alone, 4 a group that is named; the rest says nothing of others (core format 2.2.1.9). */
static void take_distribution(const struct json_value *owner, struct share_level *level)
{
    const struct json_value *v = json_value_member(owner, "distribution");
    int64_t distribution = number_of(v);
    if (v && !level->has_tlp && (distribution == 0 || distribution == 4))
        share_level_raise(level, VERDICT_TLP_AMBER_STRICT);
}

/* ---- attributes ---- */

static void leave_out(const struct misp *m, bool is_refused, const char *uuid, const char *why, const char *part, size_t len)
{
    statement_leave_out(m->reader, is_refused, m->number, uuid, why, part, len);
}

/* What tags of event and attribute make of the verdict; those of the attribute go before those of the event. */
static void take_meaning(const struct misp *m, const struct json_value *attribute, struct verdict *v)
{
    struct misp_tags own = {0};
    take_tags(attribute, &own);
    const struct claim_choice *claim = own.claim.rank ? &own.claim : &m->tags.claim;
    bool is_special = claim->rank != 0 && claim->claim != CLAIM_MALICIOUS;
    if (is_special || (claim->rank != 0 && !m->reader->options.has_claim))
        v->claim = claim->claim;
    int percent = own.percent ? own.percent : m->tags.percent;
    if (percent > 0)
        v->probability = (uint16_t)(percent * (VERDICT_CERTAIN / 100));
    if (m->severity != VERDICT_SEVERITY_UNKNOWN)
        v->severity = m->severity;
    take_distribution(attribute, &own.level);
    share_level_apply(&m->tags.level, v);
    share_level_apply(&own.level, v);
}

static int give_part(struct misp *m, const struct json_value *attribute, const char *uuid, int kind, const char *value, size_t len)
{
    struct statement_reader *r = m->reader;
    struct verdict *v = statement_begin(r);
    const char *comment = json_value_member_text(attribute, "comment");
    if (kind == SUBJECT_ADDRESS && memchr(value, '/', len))
        kind = SUBJECT_PREFIX;
    take_meaning(m, attribute, v);
    const char *why = statement_take_subject(r, kind, value, len);
    if (why) {
        leave_out(m, true, uuid, why, value, len);
        return 0;
    }
    if (comment)
        statement_add_reason(v, "", comment, strlen(comment));
    statement_add_reason(v, " | ", m->info, strlen(m->info));
    statement_add_evidence(v, VERDICT_EVIDENCE_OBJECT, uuid);
    statement_add_evidence(v, VERDICT_EVIDENCE_OBJECT, m->uuid);
    int64_t made_us = seconds_to_us(json_value_member(attribute, "timestamp"));
    made_us = made_us ? made_us : m->event_us;
    statement_set_times(r, made_us, time_to_us(json_value_member(attribute, "first_seen")), 0);
    if (m->is_object_deleted || is_true(json_value_member(attribute, "deleted")))
        statement_withdraw(r);
    return statement_give(r, m->number, made_us != 0);
}

static int take_attribute(struct misp *m, const struct json_value *attribute)
{
    const char *word = json_value_member_text(attribute, "type"), *value = json_value_member_text(attribute, "value");
    const char *uuid = json_value_member_text(attribute, "uuid");
    m->number++;
    uuid = uuid ? uuid : "";
    if (!word || !value) {
        leave_out(m, true, uuid, N_("an attribute has no type or no value"), word, word ? strlen(word) : 0);
        return 0;
    }
    const struct misp_type *type = misp_type_of(word);
    if (!type) {
        leave_out(m, false, uuid, N_("nothing is observed that attributes of this type could be held against"), word, strlen(word));
        return 0;
    }
    if (!is_true(json_value_member(attribute, "to_ids")) && !m->reader->options.unmarked) {
        leave_out(m, false, uuid, N_("it is not marked for detection (to_ids); --unmarked takes it all the same"), value, strlen(value));
        return 0;
    }
    const char *bar = type->is_pair ? strchr(value, '|') : NULL;
    /* Ports were once written behind a colon or a bar; a pair that is none may still have its first part. */
    size_t first_len = bar ? (size_t)(bar - value) : strlen(value);
    if (type->second >= 0 && !bar) {
        leave_out(m, true, uuid, N_("a value of two parts has but one"), value, strlen(value));
        return 0;
    }
    int result = type->first >= 0 ? give_part(m, attribute, uuid, type->first, value, first_len) : 0;
    return result == 0 && type->second >= 0 ? give_part(m, attribute, uuid, type->second, bar + 1, strlen(bar + 1)) : result;
}

static int take_attributes(struct misp *m, const struct json_value *owner)
{
    const struct json_value *list = json_value_member(owner, "Attribute");
    int result = 0;
    for (const struct json_value *v = json_value_first(list); v && result == 0; v = json_value_next(v))
        result = take_attribute(m, v);
    return result;
}

/* ---- events ---- */

static int take_event(struct misp *m, const struct json_value *event)
{
    static const enum verdict_severity severities[] = {VERDICT_SEVERITY_UNKNOWN, VERDICT_HIGH, VERDICT_MEDIUM, VERDICT_LOW};
    int64_t level = number_of(json_value_member(event, "threat_level_id"));
    m->info = json_value_member_text(event, "info");
    m->info = m->info ? m->info : "";
    m->tags = (struct misp_tags){0};
    m->event_us = seconds_to_us(json_value_member(event, "timestamp"));
    m->severity = level > 0 && (size_t)level < array_len(severities) ? severities[level] : VERDICT_SEVERITY_UNKNOWN;
    take_tags(event, &m->tags);
    take_distribution(event, &m->tags.level);
    m->is_object_deleted = false;
    int result = take_attributes(m, event);
    const struct json_value *objects = json_value_member(event, "Object");
    for (const struct json_value *v = json_value_first(objects); v && result == 0; v = json_value_next(v)) {
        m->is_object_deleted = is_true(json_value_member(v, "deleted"));
        result = take_attributes(m, v);
    }
    return result;
}

/* {"Event": {...}}, {"response": {"Event": {...}}}, or the event itself. */
static const struct json_value *event_in(const struct json_value *value)
{
    const struct json_value *response = json_value_member(value, "response");
    const struct json_value *event = json_value_member(response ? response : value, "Event");
    return event ? event : value;
}

static int take_object(void *arg, const struct stix_bundle_object *object)
{
    static const struct json_limits limits = {.octets = STATEMENT_EVENT_OCTETS, .values = STATEMENT_EVENT_VALUES, .depth = STIX_BUNDLE_DEPTH_MAX};
    struct misp *m = arg;
    struct statement_reader *r = m->reader;
    struct reader text = reader_of(object->octets, object->len);
    const struct json_value *value;
    struct json_flaw flaw;
    int result = json_tree_read(m->tree, &text, &limits, &value, &flaw);
    if (result == -ENOMEM)
        return result;
    if (result < 0) {
        statement_leave_out(r, true, object->number, NULL, json_flaw_text(flaw.kind), NULL, 0);
        return 0;
    }
    const struct json_value *event = event_in(value);
    m->uuid = json_value_member_text(event, "uuid");
    if (m->uuid && is_true(json_value_member(event, "deleted")))
        return r->calls.gone ? r->calls.gone(r->self, m->uuid) : 0;
    if (!m->uuid || !json_value_member(event, "info")) {
        statement_leave_out(r, true, object->number, m->uuid, N_("this is no event of MISP: it has no uuid or no info"), NULL, 0);
        return 0;
    }
    result = r->calls.keep ? r->calls.keep(r->self, m->uuid, "", seconds_to_us(json_value_member(event, "timestamp")), object->octets, object->len) : 0;
    return result < 0 ? result : take_event(m, event);
}

static void tell_skipped(void *arg, uint64_t number, const struct stix_bundle_flaw *flaw)
{
    const struct misp *m = arg;
    statement_leave_out(m->reader, true, number, NULL, stix_bundle_flaw_text(flaw->kind), NULL, 0);
}

static void close_events(void *form)
{
    struct misp *m = form;
    stix_bundle_free(m->bundle);
    json_tree_free(m->tree);
    free(m);
}

static void *open_events(struct statement_reader *r)
{
    static const struct stix_bundle_calls calls = {.object = take_object, .skipped = tell_skipped};
    static const struct stix_bundle_limits limits = {.object_octets = STATEMENT_EVENT_OCTETS, .objects = EVENTS_MAX, .list = "response",
                                                     .depth = STIX_BUNDLE_DEPTH_MAX};
    struct misp *m = calloc(1, sizeof *m);
    if (!m)
        return NULL;
    m->reader = r;
    m->bundle = stix_bundle_new(&limits, &calls, m);
    m->tree = json_tree_new();
    if (m->bundle && m->tree)
        return m;
    close_events(m);
    return NULL;
}

static int end_with(struct misp *m, int result)
{
    if (result != -EBADMSG)
        return result;
    const struct stix_bundle_flaw *flaw = stix_bundle_flaw(m->bundle);
    return statement_refuse(m->reader, stix_bundle_flaw_text(flaw->kind), flaw->place.line, flaw->place.column);
}

static int feed_events(void *form, const void *octets, size_t len)
{
    struct misp *m = form;
    return end_with(m, stix_bundle_feed(m->bundle, octets, len));
}

static int finish_events(void *form)
{
    struct misp *m = form;
    return end_with(m, stix_bundle_finish(m->bundle));
}

const struct statement_form statement_misp = {.open = open_events, .close = close_events, .feed = feed_events, .finish = finish_events};
