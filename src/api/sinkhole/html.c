/* Writes HTML. */
#include "api/sinkhole/html.h"

#include <string.h>

void html_raw(struct writer *w, const char *markup)
{
    writer_bytes(w, markup, strlen(markup));
}

static const char *reference_of(char c)
{
    switch (c) {
    case '&':
        return "&amp;";
    case '<':
        return "&lt;";
    case '>':
        return "&gt;";
    case '"':
        return "&quot;";
    case '\'':
        return "&#39;";
    case '\n':
    case '\t':
        return NULL;
    default:
        return (unsigned char)c < ' ' || c == 0x7f ? "\xef\xbf\xbd" : NULL;
    }
}

void html_text(struct writer *w, const char *text)
{
    for (; *text; text++) {
        const char *reference = reference_of(*text);
        if (reference)
            html_raw(w, reference);
        else
            writer_u8(w, (uint8_t)*text);
    }
}
