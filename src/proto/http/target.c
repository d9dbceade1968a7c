/* Takes targets apart. */
#include "proto/http/target.h"

#include <errno.h>
#include <stdbool.h>
#include <string.h>

#include "proto/http/percent.h"

/* Decodes up to one of `ends` or the end of the text, and skips that. NULL: wrong. */
static const char *take(struct reader *r, struct http_target *t, const char *ends, bool plus_is_blank, char *ret_end)
{
    char *start = t->text + t->used;
    size_t used;
    if (http_percent_take(r, &(struct http_percent){.ends = ends, .plus_is_blank = plus_is_blank}, start, sizeof t->text - t->used, &used, ret_end) < 0)
        return NULL;
    t->used += used;
    return start;
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
