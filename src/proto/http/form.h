/* The fields of a form that a browser has sent: application/x-www-form-urlencoded.
 *
 * Source: WHATWG's URL standard 5.1: "&" between, "+" is a blank. Refused: what is no percent-encoding or UTF-8, control characters but those of
 * lines, more than the limits, a field given twice. Pure; any thread. The texts point into the value itself: it is not copied.
 */
#ifndef HINOMI_PROTO_HTTP_FORM_H
#define HINOMI_PROTO_HTTP_FORM_H

#include <stddef.h>

#include "base/attr.h"
#include "base/reader.h"

enum { HTTP_FORM_MAX = 16 << 10, HTTP_FORM_FIELDS_MAX = 8 };

struct http_form {
    unsigned count;
    struct {
        const char *name, *value;
    } fields[HTTP_FORM_FIELDS_MAX];
    size_t used;
    char text[HTTP_FORM_MAX + 2 * HTTP_FORM_FIELDS_MAX + 2];
};

/* -EBADMSG: not one that we read; -EMSGSIZE: too long, or too many fields. */
int http_form_parse(struct reader body, struct http_form *ret_form) must_check;
/* NULL: there is no such field. */
const char *http_form_field(const struct http_form *f, const char *name);

#endif
