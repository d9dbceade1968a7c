/* The request of DNS over HTTPS: which path is ours, the query in it, and base64url.
 *
 * Source: RFC 8484 4.1 and 6 (the template is /dns-query{?dns}), RFC 4648 5 and 3.2 (base64url without padding),
 * RFC 9110 15.5 (status codes). Pure; borrowed text without a terminator.
 */
#ifndef HINOMI_PROTO_DOH_REQUEST_H
#define HINOMI_PROTO_DOH_REQUEST_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/attr.h"

enum doh_status {
    DOH_OK = 200,
    DOH_BAD_REQUEST = 400,
    DOH_NOT_FOUND = 404,
    DOH_METHOD_NOT_ALLOWED = 405,
    DOH_CONTENT_TOO_LARGE = 413,
    DOH_URI_TOO_LONG = 414,
    DOH_UNSUPPORTED_MEDIA_TYPE = 415,
};

#define DOH_PATH "/dns-query"
#define DOH_MEDIA_TYPE "application/dns-message"

/* Octets to `to`, their number returned. -EINVAL: a letter that does not belong, padding, an impossible length or bits
 * left over; -EMSGSIZE: more than max. */
int base64url_decode(const char *text, size_t len, uint8_t *to, size_t max) must_check;

/* Is the path, without what follows a "?", one that we answer: "/dns-query", or "/dns-query/TOKEN" with which a client shows
 * the group it belongs to? DOH_OK or DOH_NOT_FOUND. The token is borrowed from the path; length 0: there is none. */
enum doh_status doh_path_check(const char *path, size_t len, const char **ret_token, size_t *ret_token_len);

/* Takes the query out of the parameter "dns" of a path that doh_path_check has passed. Other parameters are ignored; of
 * two "dns" the first counts. DOH_OK, DOH_BAD_REQUEST, DOH_URI_TOO_LONG (more than max octets). */
enum doh_status doh_path_query(const char *path, size_t len, uint8_t *to, size_t max, size_t *ret_len);

/* Is a content-type the one of DNS messages? Any letter case; parameters are ignored. DOH_OK or
 * DOH_UNSUPPORTED_MEDIA_TYPE. */
enum doh_status doh_media_type_check(const char *value, size_t len);

#endif
