/* Any bytes as an observation frame: what is accepted must come out of put exactly as it went in. */
#include "model/observation.h"

#include <stdlib.h>
#include <string.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct dns_observation o, again;
    if (dns_observation_get(data, size, &o) < 0)
        return 0;
    uint8_t frame[DNS_OBSERVATION_FRAME_MAX];
    size_t len = dns_observation_put(&o, frame);
    if (len != size || memcmp(frame, data, size) != 0)
        abort();
    if (dns_observation_get(frame, len, &again) < 0 || dns_observation_put(&again, frame) != size ||
        memcmp(frame, data, size) != 0)
        abort();
    return 0;
}
