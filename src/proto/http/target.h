/* What a request over HTTP asks for: its target, taken apart into the segments of the path and the parameters of the query.
 *
 * Source: RFC 9112 3.2.1 (origin-form), RFC 3986 2.1 and 3.3; of the query application/x-www-form-urlencoded as WHATWG's URL standard 5.1 reads
 * it: "&" between, "+" is a blank. Refused: what is no percent-encoding, U+0000 and other control characters, what is no UTF-8, more than the
 * limits, a parameter given twice, "." and ".." as segments. Pure; any thread. The texts point into the value itself: it is not copied.
 */
#ifndef HINOMI_PROTO_HTTP_TARGET_H
#define HINOMI_PROTO_HTTP_TARGET_H

#include <stddef.h>

#include "base/attr.h"
#include "base/reader.h"

enum { HTTP_TARGET_MAX = 4096, HTTP_SEGMENTS_MAX = 8, HTTP_PARAMETERS_MAX = 24 };

struct http_target {
    unsigned segment_count, parameter_count;
    const char *segments[HTTP_SEGMENTS_MAX]; /* an empty one at the end ("/a/") is there, and empty */
    struct {
        const char *name, *value;
    } parameters[HTTP_PARAMETERS_MAX];
    size_t used;
    char text[HTTP_TARGET_MAX + 2 * HTTP_PARAMETERS_MAX + HTTP_SEGMENTS_MAX];
};

/* -EBADMSG: not one that we read; -EMSGSIZE: too long, or too many parts. */
int http_target_parse(struct reader text, struct http_target *ret_target) must_check;
/* NULL: there is no such parameter. */
const char *http_target_parameter(const struct http_target *t, const char *name);

#endif
