/* Reads the properties of a STIX object. */
#include "proto/stix/object.h"

#include <assert.h>
#include <errno.h>
#include <string.h>

#include "base/text.h"
#include "base/timestamp.h"

static const char *const flaw_texts[] = {
    [STIX_OBJECT_NO_OBJECT] = N_("this is not a STIX object"),
    [STIX_OBJECT_MISSING] = N_("a property that must be there is missing"),
    [STIX_OBJECT_KIND] = N_("a property has a value of the wrong type"),
    [STIX_OBJECT_ID] = N_("an identifier is not of the form type--UUID, or of another type"),
    [STIX_OBJECT_TIME] = N_("a timestamp is malformed; it must be of RFC 3339"),
    [STIX_OBJECT_ORDER] = N_("the later of two times is before the earlier"),
    [STIX_OBJECT_RANGE] = N_("a number is outside of its range"),
    [STIX_OBJECT_VERSION] = N_("the version of STIX is not known; 2.0 and 2.1 are"),
    [STIX_OBJECT_TOO_MANY] = N_("a list has more references than allowed"),
};
static_assert(array_len(flaw_texts) == STIX_OBJECT_FLAW_COUNT, "each flaw has its text");

const char *stix_object_flaw_text(enum stix_object_flaw_kind kind)
{
    return (unsigned)kind < STIX_OBJECT_FLAW_COUNT ? flaw_texts[kind] : flaw_texts[STIX_OBJECT_NO_OBJECT];
}

static const char *const type_words[] = {
    [STIX_OTHER] = "",
    [STIX_INDICATOR] = "indicator",
    [STIX_SIGHTING] = "sighting",
    [STIX_MARKING_DEFINITION] = "marking-definition",
    [STIX_IDENTITY] = "identity",
    [STIX_MALWARE] = "malware",
    [STIX_RELATIONSHIP] = "relationship",
};
static_assert(array_len(type_words) == STIX_TYPE_COUNT, "each type has its word");

enum { TYPE_MIN = 3, TYPE_MAX = 250 /* STIX 2.1 3.1 */, UUID_LEN = 36 };

static bool is_type(const char *word, size_t len)
{
    for (size_t i = 0; i < len; i++) {
        char c = word[i];
        bool is_good = (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '-';
        if (!is_good)
            return false;
    }
    return len >= TYPE_MIN && len <= TYPE_MAX;
}

/* Any variant and version: 2.9 asks for RFC 4122, identifiers in the wild are not always so, and nothing here depends on it. */
static bool is_uuid(const char *text)
{
    for (unsigned i = 0; i < UUID_LEN; i++) {
        char c = text[i];
        bool is_place = i == 8 || i == 13 || i == 18 || i == 23;
        bool is_hex = (c >= '0' && c <= '9') || (c >= 'a' && c <= 'f') || (c >= 'A' && c <= 'F');
        if (is_place ? c != '-' : !is_hex)
            return false;
    }
    return text[UUID_LEN] == '\0';
}

bool stix_id_valid(const char *id, const char *type)
{
    size_t len = strlen(id);
    if (len < UUID_LEN + 2 + TYPE_MIN)
        return false;
    size_t type_len = len - UUID_LEN - 2;
    bool is_this = !type || (strlen(type) == type_len && memcmp(id, type, type_len) == 0);
    return is_this && memcmp(id + type_len, "--", 2) == 0 && is_type(id, type_len) && is_uuid(id + type_len + 2);
}

/* The object that is read; after the first flaw everything is absent. */
struct source {
    const struct json_value *value;
    bool failed;
    struct stix_object_flaw flaw;
};

static void refuse(struct source *s, enum stix_object_flaw_kind kind, const char *member)
{
    if (!s->failed)
        s->flaw = (struct stix_object_flaw){.kind = kind, .member = member};
    s->failed = true;
}

/* A member of that type; NULL: absent. */
static const struct json_value *get(struct source *s, const char *member, enum json_tree_kind kind)
{
    const struct json_value *v = s->failed ? NULL : json_value_member(s->value, member);
    if (v && v->kind != kind) {
        refuse(s, STIX_OBJECT_KIND, member);
        return NULL;
    }
    return v;
}

static const char *get_text(struct source *s, const char *member)
{
    return json_value_text(get(s, member, JSON_TREE_STRING));
}

static const char *need_text(struct source *s, const char *member)
{
    const char *text = get_text(s, member);
    if (!text)
        refuse(s, STIX_OBJECT_MISSING, member);
    return text;
}

static bool get_bool(struct source *s, const char *member)
{
    const struct json_value *v = s->failed ? NULL : json_value_member(s->value, member);
    if (v && v->kind != JSON_TREE_TRUE && v->kind != JSON_TREE_FALSE)
        refuse(s, STIX_OBJECT_KIND, member);
    return json_value_is(v, JSON_TREE_TRUE);
}

static int64_t get_number(struct source *s, const char *member, int64_t max, int64_t if_absent)
{
    const struct json_value *v = get(s, member, JSON_TREE_INTEGER);
    int64_t value = v ? v->integer : if_absent;
    if (v && (value < 0 || value > max))
        refuse(s, STIX_OBJECT_RANGE, member);
    return value;
}

static struct stix_time get_time(struct source *s, const char *member)
{
    struct stix_time t = {.is_set = false};
    const char *text = get_text(s, member);
    if (!text)
        return t;
    t.is_set = timestamp_parse(text, strlen(text), &t.us) == 0;
    if (!t.is_set)
        refuse(s, STIX_OBJECT_TIME, member);
    return t;
}

static struct stix_time need_time(struct source *s, const char *member)
{
    struct stix_time t = get_time(s, member);
    if (!t.is_set)
        refuse(s, STIX_OBJECT_MISSING, member);
    return t;
}

static const char *get_ref(struct source *s, const char *member)
{
    const char *id = get_text(s, member);
    if (id && !stix_id_valid(id, NULL))
        refuse(s, STIX_OBJECT_ID, member);
    return id;
}

static const char *need_ref(struct source *s, const char *member)
{
    const char *id = get_ref(s, member);
    if (!id)
        refuse(s, STIX_OBJECT_MISSING, member);
    return id;
}

static void get_words(struct source *s, const char *member, struct stix_words *to)
{
    const struct json_value *list = get(s, member, JSON_TREE_ARRAY);
    for (const struct json_value *v = json_value_first(list); v; v = json_value_next(v)) {
        const char *word = json_value_text(v);
        if (!word)
            refuse(s, STIX_OBJECT_KIND, member);
        else if (to->count < STIX_WORDS_MAX)
            to->word[to->count++] = word;
        else
            to->dropped++;
    }
}

/* A list of identifiers, none of which may be lost. */
static void get_refs(struct source *s, const char *member, struct stix_words *to)
{
    get_words(s, member, to);
    for (unsigned i = 0; i < to->count; i++)
        if (!stix_id_valid(to->word[i], NULL))
            refuse(s, STIX_OBJECT_ID, member);
    if (to->dropped > 0)
        refuse(s, STIX_OBJECT_TOO_MANY, member);
}

/* Markings of parts count as markings of the whole: parts are not given away on their own here. 7.2.3: a marking, or a language. */
static void get_granular_markings(struct source *s, struct stix_object *o)
{
    const struct json_value *list = get(s, "granular_markings", JSON_TREE_ARRAY);
    for (const struct json_value *v = json_value_first(list); v && !s->failed; v = json_value_next(v)) {
        struct source one = {.value = v};
        const char *id = get_ref(&one, "marking_ref");
        o->has_granular_markings = true;
        if (v->kind != JSON_TREE_OBJECT || one.failed)
            refuse(s, one.failed ? one.flaw.kind : STIX_OBJECT_KIND, "granular_markings");
        else if (id && o->marking_refs.count == STIX_WORDS_MAX)
            refuse(s, STIX_OBJECT_TOO_MANY, "granular_markings");
        else if (id)
            o->marking_refs.word[o->marking_refs.count++] = id;
    }
}

static void get_references(struct source *s, struct stix_object *o)
{
    const struct json_value *list = get(s, "external_references", JSON_TREE_ARRAY);
    for (const struct json_value *v = json_value_first(list); v && !s->failed; v = json_value_next(v)) {
        struct source one = {.value = v};
        struct stix_reference r = {
            .source_name = need_text(&one, "source_name"),
            .external_id = get_text(&one, "external_id"),
            .url = get_text(&one, "url"),
            .description = get_text(&one, "description"),
        };
        if (one.failed)
            refuse(s, one.flaw.kind, "external_references");
        else if (o->reference_count < STIX_REFERENCES_MAX)
            o->reference[o->reference_count++] = r;
        else
            o->references_dropped++;
    }
}

static void check_order(struct source *s, const struct stix_time *from, const struct stix_time *to, const char *member, bool may_equal)
{
    if (from->is_set && to->is_set && (to->us < from->us || (to->us == from->us && !may_equal)))
        refuse(s, STIX_OBJECT_ORDER, member);
}

/* 2.10: what cannot be read of a phase costs that phase alone; it describes, and decides nothing. */
static void get_phases(struct source *s, struct stix_words *to)
{
    const struct json_value *list = get(s, "kill_chain_phases", JSON_TREE_ARRAY);
    for (const struct json_value *v = json_value_first(list); v; v = json_value_next(v)) {
        const char *phase = json_value_member_text(v, "phase_name");
        if (phase && to->count < STIX_WORDS_MAX)
            to->word[to->count++] = phase;
        else
            to->dropped++;
    }
}

static void read_indicator(struct source *s, struct stix_object *o)
{
    o->pattern = need_text(s, "pattern");
    o->pattern_type = o->spec_version ? need_text(s, "pattern_type") : get_text(s, "pattern_type");
    if (!o->pattern_type)
        o->pattern_type = "stix";
    get_words(s, "indicator_types", &o->indicator_types);
    get_phases(s, &o->kill_chain_phases);
    o->valid_from = need_time(s, "valid_from");
    o->valid_until = get_time(s, "valid_until");
    check_order(s, &o->valid_from, &o->valid_until, "valid_until", false); /* 4.7.1 */
}

static void read_sighting(struct source *s, struct stix_object *o)
{
    o->sighting_of_ref = need_ref(s, "sighting_of_ref");
    get_refs(s, "where_sighted_refs", &o->where_sighted_refs);
    o->count = get_number(s, "count", STIX_SIGHTINGS_MAX, 1);
    o->is_summary = get_bool(s, "summary");
    o->first_seen = get_time(s, "first_seen");
    o->last_seen = get_time(s, "last_seen");
    check_order(s, &o->first_seen, &o->last_seen, "last_seen", true);
}

static void read_marking(struct source *s, struct stix_object *o)
{
    struct source definition = {.value = get(s, "definition", JSON_TREE_OBJECT)};
    struct source extension = {.value = json_value_member(get(s, "extensions", JSON_TREE_OBJECT), STIX_TLP_EXTENSION)};
    o->definition_type = get_text(s, "definition_type");
    o->statement = get_text(&definition, "statement");
    const char *old_word = get_text(&definition, "tlp"), *word = get_text(&extension, "tlp_2_0");
    if (definition.failed)
        refuse(s, definition.flaw.kind, "definition");
    if (extension.failed)
        refuse(s, extension.flaw.kind, "extensions");
    /* A definition with a fixed identifier means what the standard says, whatever is written into it. */
    enum stix_tlp tlp = o->id ? stix_tlp_of_id(o->id) : STIX_TLP_NONE;
    if (tlp == STIX_TLP_NONE && word)
        tlp = stix_tlp_of_word(word);
    if (tlp == STIX_TLP_NONE && old_word)
        tlp = stix_tlp_of_word(old_word);
    o->tlp = tlp;
}

static void read_identity(struct source *s, struct stix_object *o)
{
    (void)need_text(s, "name");
    o->identity_class = get_text(s, "identity_class");
}

static void read_malware(struct source *s, struct stix_object *o)
{
    get_words(s, "malware_types", &o->malware_types);
    o->is_family = get_bool(s, "is_family");
    o->first_seen = get_time(s, "first_seen");
    o->last_seen = get_time(s, "last_seen");
    check_order(s, &o->first_seen, &o->last_seen, "last_seen", true);
}

static void read_relationship(struct source *s, struct stix_object *o)
{
    o->relationship_type = need_text(s, "relationship_type");
    o->source_ref = need_ref(s, "source_ref");
    o->target_ref = need_ref(s, "target_ref");
}

static void (*const readers[])(struct source *, struct stix_object *) = {
    [STIX_OTHER] = NULL,
    [STIX_INDICATOR] = read_indicator,
    [STIX_SIGHTING] = read_sighting,
    [STIX_MARKING_DEFINITION] = read_marking,
    [STIX_IDENTITY] = read_identity,
    [STIX_MALWARE] = read_malware,
    [STIX_RELATIONSHIP] = read_relationship,
};
static_assert(array_len(readers) == STIX_TYPE_COUNT, "each type has its reader");

static void read_type(struct source *s, struct stix_object *o)
{
    o->type_word = need_text(s, "type");
    o->id = need_text(s, "id");
    if (s->failed)
        return;
    if (!is_type(o->type_word, strlen(o->type_word)))
        refuse(s, STIX_OBJECT_ID, "type");
    else if (!stix_id_valid(o->id, o->type_word))
        refuse(s, STIX_OBJECT_ID, "id");
    for (unsigned i = STIX_OTHER + 1; i < STIX_TYPE_COUNT; i++)
        if (strcmp(o->type_word, type_words[i]) == 0)
            o->type = (enum stix_type)i;
}

static void read_common(struct source *s, struct stix_object *o)
{
    o->spec_version = get_text(s, "spec_version");
    if (o->spec_version && strcmp(o->spec_version, "2.0") != 0 && strcmp(o->spec_version, "2.1") != 0)
        refuse(s, STIX_OBJECT_VERSION, "spec_version");
    o->created_by_ref = get_ref(s, "created_by_ref");
    /* Markings are never modified, observables may have neither (3.2). */
    bool is_ours = o->type != STIX_OTHER;
    o->created = is_ours ? need_time(s, "created") : get_time(s, "created");
    o->modified = is_ours && o->type != STIX_MARKING_DEFINITION ? need_time(s, "modified") : get_time(s, "modified");
    check_order(s, &o->created, &o->modified, "modified", true);
    o->revoked = get_bool(s, "revoked");
    o->confidence = (int)get_number(s, "confidence", STIX_CONFIDENCE_MAX, -1);
    get_words(s, "labels", &o->labels);
    get_refs(s, "object_marking_refs", &o->marking_refs);
    get_granular_markings(s, o);
    for (unsigned i = 0; i < o->marking_refs.count; i++) {
        enum stix_tlp tlp = stix_tlp_of_id(o->marking_refs.word[i]);
        o->tlp = tlp > o->tlp ? tlp : o->tlp;
    }
    get_references(s, o);
}

int stix_object_read(const struct json_value *value, struct stix_object *ret_object, struct stix_object_flaw *ret_flaw)
{
    struct stix_object o = {.confidence = -1, .count = 1};
    struct source s = {.value = value};
    if (!json_value_is(value, JSON_TREE_OBJECT))
        refuse(&s, STIX_OBJECT_NO_OBJECT, NULL);
    read_type(&s, &o);
    read_common(&s, &o);
    if (o.type != STIX_OTHER) {
        o.name = get_text(&s, "name");
        o.description = get_text(&s, "description");
        readers[o.type](&s, &o);
    }
    if (s.failed) {
        *ret_flaw = s.flaw;
        return -EBADMSG;
    }
    *ret_object = o;
    return 0;
}
