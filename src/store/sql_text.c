/* Appends statement text and escaped literals. */
#include "store/sql_text.h"

#include <errno.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>
#include <strings.h>

struct sql sql_of(char *buffer, size_t max)
{
    return (struct sql){.text = buffer, .max = max};
}

void sql_add(struct sql *s, const char *format, ...)
{
    va_list args;
    va_start(args, format);
    int n = s->full ? -1 : vsnprintf(s->text + s->len, s->max - s->len, format, args);
    va_end(args);
    if (n < 0 || (size_t)n >= s->max - s->len)
        s->full = true;
    else
        s->len += (size_t)n;
}

/* Everything but plain printable ASCII is written as \xHH: quote and backslash, which would end the literal or change
 * it, and control characters, which a log of statements should not carry. */
void sql_literal(struct sql *s, const char *text)
{
    sql_add(s, "'");
    for (; *text && !s->full; text++) {
        unsigned char c = (unsigned char)*text;
        if (c < 0x20 || c >= 0x7f || c == '\'' || c == '\\')
            sql_add(s, "\\x%02X", c);
        else
            sql_add(s, "%c", c);
    }
    sql_add(s, "'");
}

void sql_fixed(struct sql *s, const uint8_t *bytes, size_t len)
{
    sql_add(s, "toFixedString(unhex('");
    for (size_t i = 0; i < len; i++)
        sql_add(s, "%02X", bytes[i]);
    sql_add(s, "'), %zu)", len);
}

int sql_finish(struct sql *s)
{
    return s->full ? -E2BIG : (int)s->len;
}

/* Past a literal's closing quote; NULL when there is none. */
static const char *skip_literal(const char *p)
{
    for (p++; *p; p++) {
        if (*p == '\\' && p[1])
            p++;
        else if (*p == '\'')
            return p + 1;
    }
    return NULL;
}

static size_t word_len(const char *p)
{
    return strspn(p, "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789_");
}

bool sql_is_plain(const char *sql)
{
    const char *p = sql;
    while (p && *p) {
        size_t n = word_len(p);
        if (n == strlen("OUTFILE") && strncasecmp(p, "OUTFILE", n) == 0)
            return false;
        if (n > 0)
            p += n;
        else if (*p == '\'')
            p = skip_literal(p);
        else if (!strchr(" ,.()*+-/<>=", *p) || strncmp(p, "--", 2) == 0 || strncmp(p, "/*", 2) == 0)
            return false;
        else
            p++;
    }
    return p && p > sql;
}
