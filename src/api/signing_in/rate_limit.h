/* How often somebody may ask: a bucket of tokens for each key (an account, an address), in a table that outsiders cannot fill.
 *
 * A bucket holds `burst` and gets `per_second` more each second. When the table is full, one that has not been asked for longest among a few
 * gives way; the keys are hashed with a secret. One thread; time is an argument.
 */
#ifndef HINOMI_API_RATE_LIMIT_H
#define HINOMI_API_RATE_LIMIT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/attr.h"

struct rate_limit;

enum { RATE_LIMIT_KEYS_MAX = 4096 };

int rate_limit_new(double per_second, double burst, struct rate_limit **ret_limit) must_check;
void rate_limit_free(struct rate_limit *r);
/* Takes one token; false: there is none, come back in *ret_wait_ms. */
bool rate_limit_take(struct rate_limit *r, const void *key, size_t len, uint64_t mono_ms, unsigned *ret_wait_ms);
uint64_t rate_limit_refused(const struct rate_limit *r);

#endif
