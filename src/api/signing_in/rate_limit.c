/* Counts tokens. */
#include "api/signing_in/rate_limit.h"

#include <errno.h>
#include <sodium.h>
#include <stdlib.h>

#include "base/sip.h"

enum { WAYS = 8, SETS = RATE_LIMIT_KEYS_MAX / WAYS };

struct bucket {
    uint64_t hash; /* 0: free */
    uint64_t at_ms;
    double tokens;
};

struct rate_limit {
    double per_second, burst;
    struct sip_key key;
    uint64_t refused;
    struct bucket sets[SETS][WAYS];
};

int rate_limit_new(double per_second, double burst, struct rate_limit **ret_limit)
{
    struct rate_limit *r = calloc(1, sizeof *r);
    if (!r)
        return -ENOMEM;
    r->per_second = per_second;
    r->burst = burst;
    randombytes_buf(&r->key, sizeof r->key);
    *ret_limit = r;
    return 0;
}

void rate_limit_free(struct rate_limit *r)
{
    free(r);
}

uint64_t rate_limit_refused(const struct rate_limit *r)
{
    return r->refused;
}

static struct bucket *find(struct rate_limit *r, uint64_t hash, uint64_t mono_ms)
{
    struct bucket *set = r->sets[hash % SETS], *oldest = &set[0];
    for (unsigned i = 0; i < WAYS; i++) {
        if (set[i].hash == hash)
            return &set[i];
        if (set[i].at_ms < oldest->at_ms)
            oldest = &set[i];
    }
    *oldest = (struct bucket){.hash = hash, .at_ms = mono_ms, .tokens = r->burst};
    return oldest;
}

bool rate_limit_take(struct rate_limit *r, const void *key, size_t len, uint64_t mono_ms, unsigned *ret_wait_ms)
{
    uint64_t hash = sip_hash(r->key, key, len) | 1; /* never 0 */
    struct bucket *b = find(r, hash, mono_ms);
    if (mono_ms > b->at_ms) {
        b->tokens += (double)(mono_ms - b->at_ms) * r->per_second / 1000;
        b->tokens = b->tokens > r->burst ? r->burst : b->tokens;
        b->at_ms = mono_ms;
    }
    if (b->tokens >= 1) {
        b->tokens -= 1;
        *ret_wait_ms = 0;
        return true;
    }
    *ret_wait_ms = (unsigned)((1 - b->tokens) / r->per_second * 1000) + 1;
    r->refused++;
    return false;
}
