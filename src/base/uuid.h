/* UUIDs (RFC 9562): the marks of version 4, and the text form in lower case. */
#ifndef HINOMI_BASE_UUID_H
#define HINOMI_BASE_UUID_H

#include <stdint.h>

enum { UUID_TEXT_MAX = 37 };

/* Makes sixteen octets of chance a UUID of version 4 (RFC 9562 5.4). */
static inline void uuid_mark_v4(uint8_t octets[16])
{
    octets[6] = (uint8_t)((octets[6] & 0x0f) | 0x40);
    octets[8] = (uint8_t)((octets[8] & 0x3f) | 0x80);
}

/* "91a7b528-80eb-42ed-a74d-c6fbd5a26116" into UUID_TEXT_MAX octets, which are also returned. */
static inline const char *uuid_format(const uint8_t octets[16], char *text)
{
    static const char digits[] = "0123456789abcdef";
    char *to = text;
    for (int i = 0; i < 16; i++) {
        if (i == 4 || i == 6 || i == 8 || i == 10)
            *to++ = '-';
        *to++ = digits[octets[i] >> 4];
        *to++ = digits[octets[i] & 15];
    }
    *to = '\0';
    return text;
}

#endif
