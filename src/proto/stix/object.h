/* What we use of a STIX object: its common properties and those of the kinds that speak of verdicts, in one plain struct.
 *
 * Source: STIX 2.1 3 (common properties), 4.5, 4.7, 4.11, 5.1, 5.2, 7.2. The object as a whole is kept elsewhere, as octets; here is
 * only what decides. Objects of other types (all of 6, extensions, custom ones) are read as far as the common properties go.
 * STIX 2.0, which names no spec_version, is taken too: labels stand for indicator_types there, patterns are STIX patterns. A
 * property of the wrong type or form is a flaw of the object, not overlooked: it could be the one that says "revoked".
 * Texts are borrowed from the tree, until the next document is read into it. Any thread.
 */
#ifndef HINOMI_PROTO_STIX_OBJECT_H
#define HINOMI_PROTO_STIX_OBJECT_H

#include <stdbool.h>
#include <stdint.h>

#include "base/attr.h"
#include "base/json_tree.h"
#include "proto/stix/tlp.h"

enum {
    STIX_WORDS_MAX = 32,      /* of a list: more labels are dropped and counted, more references or markings are a flaw */
    STIX_REFERENCES_MAX = 8,  /* external references; more are dropped and counted */
    STIX_CONFIDENCE_MAX = 100,
    STIX_SIGHTINGS_MAX = 999999999, /* STIX 2.1 5.2.1 */
};

enum stix_type {
    STIX_OTHER,
    STIX_INDICATOR,
    STIX_SIGHTING,
    STIX_MARKING_DEFINITION,
    STIX_IDENTITY,
    STIX_MALWARE,
    STIX_RELATIONSHIP,
    STIX_TYPE_COUNT
};

struct stix_words {
    unsigned count, dropped;
    const char *word[STIX_WORDS_MAX];
};

struct stix_reference {
    const char *source_name, *external_id, *url, *description; /* NULL: none; source_name is always there */
};

/* A moment that may be absent. Wall clock, microseconds. */
struct stix_time {
    bool is_set;
    int64_t us;
};

struct stix_object {
    enum stix_type type;
    const char *type_word, *id;
    const char *spec_version;   /* NULL: 2.0, or a cyber-observable object */
    const char *created_by_ref; /* NULL: not said; as all texts below */
    struct stix_time created, modified;
    bool revoked;
    int confidence; /* 0..100; -1: not said */
    struct stix_words labels;
    struct stix_words marking_refs; /* complete, else it is a flaw */
    bool has_granular_markings;     /* parts are marked on their own; these are in marking_refs and tlp too */
    enum stix_tlp tlp; /* the strictest of marking_refs with fixed identifiers; of a marking definition, what it defines */
    unsigned reference_count, references_dropped;
    struct stix_reference reference[STIX_REFERENCES_MAX];
    const char *name, *description;

    /* indicator */
    const char *pattern, *pattern_type;
    struct stix_words indicator_types, kill_chain_phases; /* of any kill chain: the names of phases */
    struct stix_time valid_from, valid_until; /* until itself is outside */

    /* sighting */
    const char *sighting_of_ref;
    struct stix_words where_sighted_refs;
    int64_t count; /* 1 when not said */
    bool is_summary;
    struct stix_time first_seen, last_seen; /* of malware too */

    /* marking-definition */
    const char *definition_type, *statement;

    /* identity, malware */
    const char *identity_class;
    struct stix_words malware_types;
    bool is_family;

    /* relationship */
    const char *relationship_type, *source_ref, *target_ref;
};

enum stix_object_flaw_kind {
    STIX_OBJECT_NO_OBJECT,
    STIX_OBJECT_MISSING,
    STIX_OBJECT_KIND,
    STIX_OBJECT_ID,
    STIX_OBJECT_TIME,
    STIX_OBJECT_ORDER,
    STIX_OBJECT_RANGE,
    STIX_OBJECT_VERSION,
    STIX_OBJECT_TOO_MANY,
    STIX_OBJECT_FLAW_COUNT
};

struct stix_object_flaw {
    enum stix_object_flaw_kind kind;
    const char *member; /* the property; a literal; NULL: the object as a whole */
};

/* -EBADMSG: see *ret_flaw. */
int stix_object_read(const struct json_value *value, struct stix_object *ret_object, struct stix_object_flaw *ret_flaw) must_check;
/* "type--UUID" (2.9), of that type or (NULL) any. */
bool stix_id_valid(const char *id, const char *type);
/* For people; N_() text, so _(...) it. */
const char *stix_object_flaw_text(enum stix_object_flaw_kind kind);

#endif
