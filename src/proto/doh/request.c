/* Reads requests of DNS over HTTPS. */
#include "proto/doh/request.h"

#include <errno.h>
#include <string.h>
#include <strings.h>

/* The six bits of a letter, RFC 4648 table 2; -1 for others. */
static int bits_of(char c)
{
    if (c >= 'A' && c <= 'Z')
        return c - 'A';
    if (c >= 'a' && c <= 'z')
        return c - 'a' + 26;
    if (c >= '0' && c <= '9')
        return c - '0' + 52;
    return c == '-' ? 62 : c == '_' ? 63 : -1;
}

int base64url_decode(const char *text, size_t len, uint8_t *to, size_t max)
{
    if (len % 4 == 1)
        return -EINVAL;
    unsigned held = 0, held_bits = 0;
    size_t n = 0;
    for (size_t i = 0; i < len; i++) {
        int bits = bits_of(text[i]);
        if (bits < 0)
            return -EINVAL;
        held = held << 6 | (unsigned)bits;
        held_bits += 6;
        if (held_bits < 8)
            continue;
        if (n == max)
            return -EMSGSIZE;
        held_bits -= 8;
        to[n++] = (uint8_t)(held >> held_bits);
        held &= (1u << held_bits) - 1;
    }
    return held ? -EINVAL : (int)n; /* one text for each value: RFC 4648 3.5 */
}

/* Up to the letter, or all of it. */
static size_t length_before(const char *text, size_t len, char stop)
{
    const char *at = len > 0 ? memchr(text, stop, len) : NULL;
    return at ? (size_t)(at - text) : len;
}

enum doh_status doh_path_check(const char *path, size_t len, const char **ret_token, size_t *ret_token_len)
{
    enum { OURS = sizeof DOH_PATH - 1 };
    size_t path_len = length_before(path, len, '?');
    if (path_len < OURS || memcmp(path, DOH_PATH, OURS) != 0)
        return DOH_NOT_FOUND;
    *ret_token = path + OURS;
    *ret_token_len = 0;
    if (path_len == OURS)
        return DOH_OK;
    *ret_token = path + OURS + 1;
    *ret_token_len = path_len - OURS - 1;
    bool is_token = path[OURS] == '/' && *ret_token_len > 0 && !memchr(*ret_token, '/', *ret_token_len);
    return is_token ? DOH_OK : DOH_NOT_FOUND;
}

enum doh_status doh_path_query(const char *path, size_t len, uint8_t *to, size_t max, size_t *ret_len)
{
    static const char key[] = "dns=";
    size_t at = length_before(path, len, '?');
    while (at < len) {
        at++; /* "?" or "&" */
        size_t part = length_before(path + at, len - at, '&');
        if (part >= sizeof key - 1 && memcmp(path + at, key, sizeof key - 1) == 0) {
            int n = base64url_decode(path + at + sizeof key - 1, part - (sizeof key - 1), to, max);
            if (n == -EMSGSIZE)
                return DOH_URI_TOO_LONG;
            if (n <= 0)
                return DOH_BAD_REQUEST;
            *ret_len = (size_t)n;
            return DOH_OK;
        }
        at += part;
    }
    return DOH_BAD_REQUEST;
}

enum doh_status doh_media_type_check(const char *value, size_t len)
{
    static const char ours[] = DOH_MEDIA_TYPE;
    size_t type_len = length_before(value, len, ';');
    while (type_len > 0 && (value[type_len - 1] == ' ' || value[type_len - 1] == '\t'))
        type_len--;
    return type_len == sizeof ours - 1 && strncasecmp(value, ours, type_len) == 0 ? DOH_OK
                                                                                  : DOH_UNSUPPORTED_MEDIA_TYPE;
}
