/* Any text as path and as media type: what is taken fits, and is written again as the same base64url. */
#include <assert.h>
#include <string.h>

#include "proto/doh/request.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

enum { QUERY_MAX = 1280 };

static size_t encode(const uint8_t *from, size_t len, char *to)
{
    static const char letters[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_";
    size_t n = 0;
    for (size_t bit = 0; bit < len * 8; bit += 6) {
        size_t i = bit / 8;
        unsigned two = (unsigned)from[i] << 8 | (i + 1 < len ? from[i + 1] : 0u);
        to[n++] = letters[two >> (10 - bit % 8) & 63];
    }
    return n;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    static uint8_t query[QUERY_MAX + 1];
    static char text[QUERY_MAX * 2];
    const char *path = (const char *)data;
    size_t len = 0;
    query[QUERY_MAX] = 0xee;
    if (doh_path_query(path, size, query, QUERY_MAX, &len) == DOH_OK) {
        assert(len >= 1 && len <= QUERY_MAX);
        size_t text_len = encode(query, len, text);
        assert(memmem(data, size, text, text_len));
    }
    assert(query[QUERY_MAX] == 0xee);
    int n = base64url_decode(path, size, query, QUERY_MAX);
    if (n >= 0)
        assert(encode(query, (size_t)n, text) == size && memcmp(text, data, size) == 0);
    const char *token;
    size_t token_len;
    if (doh_path_check(path, size, &token, &token_len) == DOH_OK)
        assert(size >= strlen(DOH_PATH));
    if (doh_media_type_check(path, size) == DOH_OK)
        assert(size >= strlen(DOH_MEDIA_TYPE));
    return 0;
}
