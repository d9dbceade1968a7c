/* Reads and writes base64. */
#include "proto/tlog/base64.h"

#include <errno.h>
#include <stdbool.h>

#include <sodium.h>

static bool is_letter(char c)
{
    return (c >= 'A' && c <= 'Z') || (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '+' || c == '/';
}

int base64_decode(const char *text, size_t len, uint8_t *to, size_t max)
{
    if (len == 0)
        return 0;
    if (len % 4 != 0)
        return -EBADMSG;
    size_t padding = text[len - 2] == '=' ? 2 : text[len - 1] == '=' ? 1 : 0, octets = len / 4 * 3 - padding;
    for (size_t i = 0; i < len - padding; i++)
        if (!is_letter(text[i]))
            return -EBADMSG;
    if (octets > max)
        return -EMSGSIZE;
    size_t n = 0;
    if (sodium_base642bin(to, max, text, len, NULL, &n, NULL, sodium_base64_VARIANT_ORIGINAL) != 0 || n != octets)
        return -EBADMSG;
    return (int)n;
}

/* In pieces of whole letters, since libsodium ends what it writes with a terminator. */
void base64_write(struct writer *w, const uint8_t *octets, size_t len)
{
    enum { PIECE = 48 };
    for (size_t at = 0; at < len; at += PIECE) {
        char text[PIECE / 3 * 4 + 1];
        size_t part = len - at < PIECE ? len - at : PIECE;
        sodium_bin2base64(text, sizeof text, octets + at, part, sodium_base64_VARIANT_ORIGINAL);
        writer_bytes(w, text, (part + 2) / 3 * 4);
        sodium_memzero(text, sizeof text);
    }
}
