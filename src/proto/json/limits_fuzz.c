/* Any octets as JSON: what is read was within its limits; what is not has a place inside the text. */
#include "proto/json/limits.h"

#include <assert.h>
#include <errno.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static unsigned depth_of(const json_t *value)
{
    unsigned deepest = 0;
    size_t i;
    const char *key;
    json_t *inner, *any = (json_t *)(uintptr_t)value;
    if (json_is_array(value))
        json_array_foreach(value, i, inner) {
            unsigned depth = depth_of(inner);
            deepest = depth > deepest ? depth : deepest;
        }
    else if (json_is_object(value))
        json_object_foreach(any, key, inner) {
            unsigned depth = depth_of(inner);
            deepest = depth > deepest ? depth : deepest;
        }
    else
        return 0;
    return deepest + 1;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    static const struct json_limits limits = {.octets = 4096, .values = 64, .depth = 8};
    struct reader r = reader_of(data, size);
    struct json_flaw flaw = {.kind = JSON_FLAW_COUNT};
    json_t *value = NULL;
    int result = json_read(&r, &limits, &value, &flaw);
    assert(r.left == 0);
    if (result == 0) {
        assert(size <= limits.octets && depth_of(value) <= limits.depth);
        json_decref(value);
        return 0;
    }
    assert(!value && flaw.kind < JSON_FLAW_COUNT && flaw.line <= size + 1 && flaw.column <= size + 1);
    assert((result == -EMSGSIZE) == (flaw.kind <= JSON_TOO_DEEP) || flaw.kind == JSON_NO_MEMORY);
    return 0;
}
