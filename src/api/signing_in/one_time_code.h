/* Codes by time for signing in: six digits that change every 30 seconds (RFC 6238, HMAC-SHA-1 as all authenticator programs do it). */
#ifndef HINOMI_API_ONE_TIME_CODE_H
#define HINOMI_API_ONE_TIME_CODE_H

#include <stddef.h>
#include <stdint.h>

#include "base/attr.h"

enum { ONE_TIME_CODE_DIGITS = 6, ONE_TIME_CODE_STEP_S = 30 };

/* RFC 6238 4.2: the code of a step, 0 to 999999; the step is Unix time over 30. */
unsigned one_time_code_at(const uint8_t *key, size_t len, int64_t step);
/* Is `text` the code of now, of the step before or of the one after (RFC 6238 5.2), of a step later than `used`? *ret_step: which.
 * -EACCES: no. */
int one_time_code_check(const uint8_t *key, size_t len, const char *text, int64_t now_us, int64_t used, int64_t *ret_step) must_check;

#endif
