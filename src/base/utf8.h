/* Well-formed UTF-8, one character at a time: what a text that others will compare, sort or sign has to be.
 *
 * Source: RFC 3629 4, The Unicode Standard table 3-7. Overlong forms, surrogates and code points past U+10FFFF are refused.
 */
#ifndef HINOMI_BASE_UTF8_H
#define HINOMI_BASE_UTF8_H

#include <stdbool.h>

#include "base/reader.h"

/* The code point of the next character; the reader fails (and gives 0) when what comes is none. */
static inline uint32_t utf8_take(struct reader *r)
{
    uint8_t lead = reader_u8(r);
    if (lead < 0x80)
        return lead;
    unsigned more = lead >= 0xf0 ? 3 : lead >= 0xe0 ? 2 : 1;
    uint32_t value = lead & (0x3fu >> more);
    for (unsigned i = 0; i < more; i++) {
        uint8_t next = reader_u8(r);
        if ((next & 0xc0) != 0x80)
            reader_fail(r);
        value = value << 6 | (next & 0x3f);
    }
    static const uint32_t least[] = {0, 0x80, 0x800, 0x10000};
    bool is_stray = lead < 0xc0 || lead > 0xf4;
    bool is_surrogate = value >= 0xd800 && value <= 0xdfff;
    if (is_stray || is_surrogate || value < least[more] || value > 0x10ffff)
        reader_fail(r);
    return r->failed ? 0 : value;
}

#endif
