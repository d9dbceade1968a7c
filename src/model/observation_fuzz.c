/* Observation frames: one that is accepted is exactly the frame that its value makes. */
#include <assert.h>
#include <stdint.h>
#include <string.h>

#include "model/observation.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct dns_observation o;
    if (dns_observation_get(data, size, &o) < 0)
        return 0;
    uint8_t again[DNS_OBSERVATION_FRAME_MAX];
    size_t n = dns_observation_put(&o, again);
    assert(n == size && memcmp(again, data, n) == 0);
    return 0;
}
