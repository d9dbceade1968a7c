/* Takes forms apart. */
#include "proto/http/form.h"

#include <errno.h>
#include <string.h>

#include "proto/http/percent.h"

static const char *take(struct reader *r, struct http_form *f, const char *ends, char *ret_end)
{
    const struct http_percent how = {.ends = ends, .plus_is_blank = true, .has_lines = true};
    char *start = f->text + f->used;
    size_t used;
    if (http_percent_take(r, &how, start, sizeof f->text - f->used, &used, ret_end) < 0)
        return NULL;
    f->used += used;
    return start;
}

int http_form_parse(struct reader r, struct http_form *f)
{
    char end = '&';
    f->count = 0;
    f->used = 0;
    if (r.left > HTTP_FORM_MAX)
        return -EMSGSIZE;
    while (r.left > 0 && end == '&') {
        size_t before = f->used;
        const char *value = "", *name = take(&r, f, "=&", &end);
        if (name && end == '=')
            value = take(&r, f, "&", &end);
        if (!name || !value)
            return -EBADMSG;
        if (!*name && !*value) { /* "&&" */
            f->used = before;
            continue;
        }
        if (!*name || http_form_field(f, name))
            return -EBADMSG;
        if (f->count == HTTP_FORM_FIELDS_MAX)
            return -EMSGSIZE;
        f->fields[f->count].name = name;
        f->fields[f->count++].value = value;
    }
    return 0;
}

const char *http_form_field(const struct http_form *f, const char *name)
{
    for (unsigned i = 0; i < f->count; i++)
        if (strcmp(f->fields[i].name, name) == 0)
            return f->fields[i].value;
    return NULL;
}
