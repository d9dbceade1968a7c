/* Any JSON as an object: what is read keeps the promises of object.h. */
#include "proto/stix/object.h"

#include <assert.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    json_error_t error;
    json_t *value = json_loadb((const char *)data, size, JSON_DECODE_ANY | JSON_REJECT_DUPLICATES, &error);
    struct stix_object o;
    struct stix_object_flaw flaw = {.kind = STIX_OBJECT_FLAW_COUNT};
    if (!value)
        return 0;
    if (stix_object_read(value, &o, &flaw) < 0) {
        assert(flaw.kind < STIX_OBJECT_FLAW_COUNT);
        json_decref(value);
        return 0;
    }
    assert(o.type < STIX_TYPE_COUNT && stix_id_valid(o.id, o.type_word) && o.tlp < STIX_TLP_COUNT);
    assert(o.confidence >= -1 && o.confidence <= STIX_CONFIDENCE_MAX && o.reference_count <= STIX_REFERENCES_MAX);
    assert(o.type == STIX_OTHER || o.created.is_set);
    assert(o.marking_refs.count <= STIX_WORDS_MAX && o.marking_refs.dropped == 0);
    if (o.type == STIX_INDICATOR) {
        assert(o.pattern && o.pattern_type && o.valid_from.is_set);
        assert(!o.valid_until.is_set || o.valid_until.us > o.valid_from.us);
    }
    if (o.type == STIX_SIGHTING)
        assert(stix_id_valid(o.sighting_of_ref, NULL) && o.count >= 0 && o.count <= STIX_SIGHTINGS_MAX);
    if (o.type == STIX_RELATIONSHIP)
        assert(stix_id_valid(o.source_ref, NULL) && stix_id_valid(o.target_ref, NULL));
    json_decref(value);
    return 0;
}
