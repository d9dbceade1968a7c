/* Writes and reads base32. */
#include "api/signing_in/base32.h"

#include <errno.h>
#include <string.h>

static const char letters[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZ234567";

void base32_write(const uint8_t *octets, size_t len, char *to)
{
    uint32_t bits = 0;
    unsigned count = 0;
    for (size_t i = 0; i < len; i++) {
        bits = bits << 8 | octets[i];
        for (count += 8; count >= 5; count -= 5)
            *to++ = letters[bits >> (count - 5) & 31];
    }
    if (count > 0)
        *to++ = letters[bits << (5 - count) & 31];
    *to = '\0';
}

int base32_read(const char *text, uint8_t *to, size_t len)
{
    uint32_t bits = 0;
    unsigned count = 0;
    size_t used = 0;
    if (strlen(text) != BASE32_TEXT_MAX(len) - 1)
        return -EINVAL;
    for (; *text; text++) {
        char upper = *text >= 'a' && *text <= 'z' ? (char)(*text - 'a' + 'A') : *text;
        const char *at = strchr(letters, upper);
        if (!at)
            return -EINVAL;
        bits = bits << 5 | (uint32_t)(at - letters);
        count += 5;
        if (count >= 8 && used < len) {
            count -= 8;
            to[used++] = (uint8_t)(bits >> count);
        }
    }
    return used == len ? 0 : -EINVAL;
}
