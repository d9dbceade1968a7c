/* Computes and compares codes by time. */
#include "api/signing_in/one_time_code.h"

#include <errno.h>
#include <nettle/hmac.h>
#include <sodium.h>
#include <stdio.h>
#include <string.h>

unsigned one_time_code_at(const uint8_t *key, size_t len, int64_t step)
{
    struct hmac_sha1_ctx hmac;
    uint8_t message[8], digest[SHA1_DIGEST_SIZE];
    for (unsigned i = 0; i < sizeof message; i++)
        message[i] = (uint8_t)((uint64_t)step >> (56 - 8 * i));
    hmac_sha1_set_key(&hmac, len, key);
    hmac_sha1_update(&hmac, sizeof message, message);
    hmac_sha1_digest(&hmac, sizeof digest, digest);
    const uint8_t *at = digest + (digest[SHA1_DIGEST_SIZE - 1] & 0xf); /* RFC 4226 5.3 */
    uint32_t number = (uint32_t)(at[0] & 0x7f) << 24 | (uint32_t)at[1] << 16 | (uint32_t)at[2] << 8 | at[3];
    return number % 1000000;
}

int one_time_code_check(const uint8_t *key, size_t len, const char *text, int64_t now_us, int64_t used, int64_t *ret_step)
{
    int64_t now = now_us / 1000000 / ONE_TIME_CODE_STEP_S;
    if (strlen(text) != ONE_TIME_CODE_DIGITS)
        return -EACCES;
    for (int64_t step = now - 1; step <= now + 1; step++) {
        char want[ONE_TIME_CODE_DIGITS + 1];
        snprintf(want, sizeof want, "%06u", one_time_code_at(key, len, step));
        if (sodium_memcmp(want, text, ONE_TIME_CODE_DIGITS) == 0 && step > used) {
            *ret_step = step;
            return 0;
        }
    }
    return -EACCES;
}
