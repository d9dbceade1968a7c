/* Takes targets apart. */
#include "proto/http/target.h"

#include <errno.h>
#include <stdbool.h>
#include <string.h>

#include "base/utf8.h"

static int hex_of(uint8_t c)
{
    return c >= '0' && c <= '9' ? c - '0' : c >= 'a' && c <= 'f' ? c - 'a' + 10 : c >= 'A' && c <= 'F' ? c - 'A' + 10 : -1;
}

static bool is_utf8(const char *text)
{
    struct reader r = reader_of(text, strlen(text));
    while (r.left > 0 && !r.failed)
        (void)utf8_take(&r);
    return !r.failed;
}

/* Decodes up to one of `ends` or the end of the text, and skips that. NULL: wrong. */
static const char *take(struct reader *r, struct http_target *t, const char *ends, bool plus_is_blank, char *ret_end)
{
    const char *start = t->text + t->used;
    *ret_end = '\0';
    while (r->left > 0) {
        uint8_t c = reader_u8(r);
        if (c != '\0' && strchr(ends, c)) {
            *ret_end = (char)c;
            break;
        }
        if (c == '%') {
            int high = hex_of(reader_u8(r)), low = hex_of(reader_u8(r));
            if (r->failed || high < 0 || low < 0)
                return NULL;
            c = (uint8_t)(high << 4 | low);
        } else if (c == '+' && plus_is_blank) {
            c = ' ';
        }
        if (c < ' ' || c == 0x7f || t->used + 1 >= sizeof t->text)
            return NULL;
        t->text[t->used++] = (char)c;
    }
    if (t->used + 1 >= sizeof t->text)
        return NULL;
    t->text[t->used++] = '\0';
    return is_utf8(start) ? start : NULL;
}

static int take_path(struct reader *r, struct http_target *t, char *end)
{
    do {
        if (t->segment_count == HTTP_SEGMENTS_MAX)
            return -EMSGSIZE;
        const char *segment = take(r, t, "/?", false, end);
        if (!segment || strcmp(segment, ".") == 0 || strcmp(segment, "..") == 0)
            return -EBADMSG;
        t->segments[t->segment_count++] = segment;
    } while (*end == '/');
    return 0;
}

static int take_query(struct reader *r, struct http_target *t)
{
    char end = '&';
    while (r->left > 0 && end == '&') {
        const char *value = "", *name = take(r, t, "=&", true, &end);
        if (name && end == '=')
            value = take(r, t, "&", true, &end);
        if (!name || !value)
            return -EBADMSG;
        if (!*name && !*value)
            continue; /* "&&" */
        if (!*name || http_target_parameter(t, name))
            return -EBADMSG;
        if (t->parameter_count == HTTP_PARAMETERS_MAX)
            return -EMSGSIZE;
        t->parameters[t->parameter_count].name = name;
        t->parameters[t->parameter_count++].value = value;
    }
    return 0;
}

int http_target_parse(struct reader text, struct http_target *t)
{
    char end = '\0';
    t->segment_count = t->parameter_count = 0;
    t->used = 0;
    if (text.left > HTTP_TARGET_MAX)
        return -EMSGSIZE;
    if (reader_u8(&text) != '/')
        return -EBADMSG;
    int e = take_path(&text, t, &end);
    return e == 0 && end == '?' ? take_query(&text, t) : e;
}

const char *http_target_parameter(const struct http_target *t, const char *name)
{
    for (unsigned i = 0; i < t->parameter_count; i++)
        if (strcmp(t->parameters[i].name, name) == 0)
            return t->parameters[i].value;
    return NULL;
}
