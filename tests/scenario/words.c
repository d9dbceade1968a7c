/* Takes the words of a line. */
#include "scenario.h"

#include <stdarg.h>
#include <stdlib.h>

void complain(struct scenario *s, const char *format, ...)
{
    va_list args;
    printf("# %s:%u: ", s->path, s->line);
    va_start(args, format);
    vprintf(format, args);
    va_end(args);
    printf("\n");
    s->failed = true;
}

const char *take(struct words *w)
{
    return w->next < w->count ? w->at[w->next++] : "";
}

bool take_if(struct words *w, const char *word)
{
    if (w->next == w->count || strcmp(w->at[w->next], word) != 0)
        return false;
    w->next++;
    return true;
}

long take_number(struct scenario *s, struct words *w)
{
    const char *text = take(w);
    char *end;
    long value = strtol(text, &end, 10);
    if (end == text || *end)
        complain(s, "\"%s\" is not a number", text);
    return value;
}

/* "+1.8", "-3600": seconds, as microseconds. */
int64_t take_seconds(struct scenario *s, struct words *w)
{
    const char *text = take(w);
    char *end;
    double value = strtod(text, &end);
    if (end == text || *end || (*text != '+' && *text != '-'))
        complain(s, "\"%s\" is not a number of seconds with its sign", text);
    return (int64_t)(value * 1e6 + (value < 0 ? -0.5 : 0.5));
}

struct dns_name take_name(struct scenario *s, struct words *w)
{
    const char *text = take(w);
    struct dns_name n = {.len = 1};
    if (dns_name_parse(text, strlen(text), &n) < 0)
        complain(s, "\"%s\" is not a name", text);
    return n;
}

uint16_t take_type(struct scenario *s, struct words *w)
{
    const char *text = take(w);
    uint16_t type = 0;
    if (dns_type_parse(text, &type) < 0)
        complain(s, "\"%s\" is not a type", text);
    return type;
}

struct addr take_addr(struct scenario *s, struct words *w)
{
    const char *text = take(w);
    struct addr a = {0};
    if (addr_parse(text, &a) < 0)
        complain(s, "\"%s\" is not an address", text);
    return a;
}
