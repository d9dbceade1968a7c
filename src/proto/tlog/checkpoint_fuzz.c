/* Any octets as a checkpoint: what is read is written as it was. */
#include "proto/tlog/checkpoint.h"

#include <assert.h>
#include <stdlib.h>
#include <string.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct reader r = reader_of(data, size);
    struct checkpoint c;
    if (checkpoint_read(&r, &c) < 0)
        return 0;
    uint8_t *same = malloc(size);
    if (!same)
        return 0;
    struct writer w = writer_of(same, size);
    int result = checkpoint_write(&c, &w);
    assert(result == 0 && w.len == size && memcmp(same, data, size) == 0);
    free(same);
    return 0;
}
