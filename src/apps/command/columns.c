/* Measures and pads text for a terminal. */
#include "apps/command/columns.h"

#include <stdarg.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>

enum { LABEL_WIDTH = 26 };

/* East Asian Wide and Fullwidth, Unicode TR 11, as far as Japanese text needs it. */
static bool is_wide(uint32_t c)
{
    return (c >= 0x1100 && c <= 0x115f) || (c >= 0x2e80 && c <= 0xa4cf) || (c >= 0xac00 && c <= 0xd7a3) ||
           (c >= 0xf900 && c <= 0xfaff) || (c >= 0xfe30 && c <= 0xfe6f) || (c >= 0xff00 && c <= 0xff60) ||
           (c >= 0xffe0 && c <= 0xffe6) || (c >= 0x20000 && c <= 0x3fffd);
}

int columns_width(const char *text)
{
    int width = 0;
    for (const unsigned char *p = (const unsigned char *)text; *p;) {
        unsigned more = *p >= 0xf0 ? 3 : *p >= 0xe0 ? 2 : *p >= 0xc0 ? 1 : 0;
        uint32_t c = more == 0 ? *p : *p & (0x3fu >> more);
        p++;
        for (; more > 0 && (*p & 0xc0) == 0x80; more--)
            c = c << 6 | (*p++ & 0x3f);
        width += is_wide(c) ? 2 : 1;
    }
    return width;
}

void columns_print(const char *text, int width)
{
    int blanks = (width < 0 ? -width : width) - columns_width(text);
    if (blanks < 0)
        blanks = 0;
    if (width < 0)
        printf("%*s%s", blanks, "", text);
    else
        printf("%s%*s", text, blanks, "");
}

void columns_line(const char *label, const char *format, ...)
{
    va_list args;
    printf("  ");
    columns_print(label, LABEL_WIDTH);
    va_start(args, format);
    vprintf(format, args);
    va_end(args);
    putchar('\n');
}
