/* Any JSON as an object: what is read keeps the promises of object.h. */
#include "proto/stix/object.h"

#include <assert.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    static const struct json_limits limits = {.octets = 1 << 20, .values = 1 << 16, .depth = 64};
    static struct json_tree *tree;
    struct reader r = reader_of(data, size);
    struct json_flaw json_flaw;
    const struct json_value *value;
    struct stix_object o;
    struct stix_object_flaw flaw = {.kind = STIX_OBJECT_FLAW_COUNT};
    if (!tree)
        tree = json_tree_new();
    assert(tree);
    if (json_tree_read(tree, &r, &limits, &value, &json_flaw) < 0)
        return 0;
    if (stix_object_read(value, &o, &flaw) < 0) {
        assert(flaw.kind < STIX_OBJECT_FLAW_COUNT);
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
    return 0;
}
