/* Writes and reads the texts of the web role's messages. */
#include "apps/web/web_protocol.h"

#include <string.h>

void web_text_write(struct writer *w, const char *text)
{
    size_t len = text ? strlen(text) : 0;
    writer_u16(w, text ? (uint16_t)len : WEB_TEXT_ABSENT);
    if (len > 0)
        writer_bytes(w, text, len);
}

const char *web_text_read(struct reader *r, char *to, size_t max)
{
    size_t len = reader_u16(r);
    to[0] = '\0';
    if (r->failed || len == WEB_TEXT_ABSENT)
        return NULL;
    const uint8_t *octets = reader_take(r, len);
    if (!octets || len >= max || memchr(octets, '\0', len)) {
        reader_fail(r);
        return NULL;
    }
    memcpy(to, octets, len);
    to[len] = '\0';
    return to;
}
