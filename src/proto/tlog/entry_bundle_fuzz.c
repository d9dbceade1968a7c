/* Any octets as a bundle: what is read to its end is written as it was. */
#include "proto/tlog/entry_bundle.h"

#include <assert.h>
#include <stdlib.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    uint8_t *same = malloc(size ? size : 1);
    if (!same)
        return 0;
    struct reader r = reader_of(data, size);
    struct writer w = writer_of(same, size);
    const uint8_t *entry;
    size_t len;
    int more;
    while ((more = entry_bundle_next(&r, &entry, &len)) > 0) {
        int result = entry_bundle_add(&w, entry, len);
        assert(result == 0);
    }
    assert(memcmp(same, data, w.len) == 0 && (more < 0 || w.len == size));
    free(same);
    return 0;
}
