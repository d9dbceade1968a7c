/* Takes lines apart, and writes them. */
#include "proto/tlog/line.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "proto/tlog/base64.h"

struct reader line_take(struct reader *r)
{
    const uint8_t *newline = r->left > 0 ? memchr(r->at, '\n', r->left) : NULL;
    if (!newline) {
        reader_fail(r);
        return *r;
    }
    struct reader line = reader_sub(r, (size_t)(newline - r->at));
    reader_skip(r, 1);
    return line;
}

bool line_number(struct reader line, uint64_t *ret_value)
{
    if (line.failed || line.left == 0 || line.left > 19 || (line.left > 1 && *line.at == '0'))
        return false;
    uint64_t value = 0; /* 19 digits do not overflow */
    while (line.left > 0) {
        uint8_t c = reader_u8(&line);
        if (c < '0' || c > '9')
            return false;
        value = value * 10 + (c - '0');
    }
    if (value > MERKLE_SIZE_MAX)
        return false;
    *ret_value = value;
    return true;
}

bool line_hash(struct reader line, uint8_t ret_hash[MERKLE_HASH])
{
    uint8_t hash[MERKLE_HASH];
    if (line.failed || line.left == 0 || base64_decode((const char *)line.at, line.left, hash, sizeof hash) != MERKLE_HASH)
        return false;
    memcpy(ret_hash, hash, sizeof hash);
    return true;
}

bool line_begins(struct reader *line, const char *text)
{
    size_t len = strlen(text);
    if (line->failed || line->left < len || memcmp(line->at, text, len) != 0)
        return false;
    reader_skip(line, len);
    return true;
}

void line_write_number(struct writer *w, uint64_t value)
{
    char text[24];
    int len = snprintf(text, sizeof text, "%" PRIu64 "\n", value);
    writer_bytes(w, text, (size_t)len);
}

void line_write_hash(struct writer *w, const uint8_t hash[MERKLE_HASH])
{
    base64_write(w, hash, MERKLE_HASH);
    writer_u8(w, '\n');
}
