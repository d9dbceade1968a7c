/* Percent-encoded text, as paths, queries and forms have it, decoded and held to UTF-8.
 *
 * Source: RFC 3986 2.1, RFC 3629 4. Pure; any thread.
 */
#ifndef HINOMI_PROTO_HTTP_PERCENT_H
#define HINOMI_PROTO_HTTP_PERCENT_H

#include <stdbool.h>
#include <stddef.h>

#include "base/attr.h"
#include "base/reader.h"

struct http_percent {
    const char *ends;   /* the text ends before one of these, which is skipped */
    bool plus_is_blank; /* in queries and forms */
    bool has_lines;     /* carriage return, line feed and tabulator may stand in it */
};

/* Decodes into `to`, terminated; *ret_used: octets with the terminator, *ret_end: what ended it, 0 at the end of the input. -EBADMSG: no
 * percent-encoding, a control character, no UTF-8, or it does not fit. */
int http_percent_take(struct reader *r, const struct http_percent *how, char *to, size_t max, size_t *ret_used, char *ret_end) must_check;

#endif
