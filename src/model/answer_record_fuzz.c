/* Any bytes as a frame of a record: what is accepted must come out of put exactly as it went in. */
#include "model/answer_record.h"

#include <stdlib.h>
#include <string.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct answer_record a;
    if (answer_record_get(data, size, &a) < 0)
        return 0;
    uint8_t frame[ANSWER_RECORD_FRAME_MAX];
    if (answer_record_put(&a, frame) != size || memcmp(frame, data, size) != 0)
        abort();
    return 0;
}
