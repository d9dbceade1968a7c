/* What a request to a TAXII server asks for: the resource, the filters, the media types, who asks.
 *
 * Source: TAXII 2.1 3.4 (filtering), 3.5 (sorting and paging), 4 and 5 (resources and their paths), RFC 9110 12.5.1 (Accept), RFC
 * 6750 2.1 and RFC 7617 2 (Authorization). Pure: octets to structs. All text comes from outside; what is wrong is
 * TAXII_BAD_REQUEST with a sentence for the client and never more. Any thread.
 */
#ifndef HINOMI_PROTO_TAXII_REQUEST_H
#define HINOMI_PROTO_TAXII_REQUEST_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/attr.h"

#define TAXII_MEDIA_TYPE "application/taxii+json;version=2.1"

enum taxii_status {
    TAXII_OK = 200,
    TAXII_ACCEPTED = 202,
    TAXII_BAD_REQUEST = 400,
    TAXII_UNAUTHORIZED = 401,
    TAXII_FORBIDDEN = 403,
    TAXII_NOT_FOUND = 404,
    TAXII_METHOD_NOT_ALLOWED = 405,
    TAXII_NOT_ACCEPTABLE = 406,
    TAXII_CONTENT_TOO_LARGE = 413,
    TAXII_URI_TOO_LONG = 414,
    TAXII_UNSUPPORTED_MEDIA_TYPE = 415,
    TAXII_FAILED = 500,
    TAXII_UNAVAILABLE = 503,
};

enum taxii_method { TAXII_GET = 1, TAXII_POST = 2, TAXII_DELETE = 4, TAXII_OTHER_METHOD = 8 };

enum taxii_resource {
    TAXII_DISCOVERY,
    TAXII_API_ROOT,
    TAXII_STATUS,
    TAXII_COLLECTIONS,
    TAXII_COLLECTION,
    TAXII_MANIFEST,
    TAXII_OBJECTS,
    TAXII_OBJECT,
    TAXII_VERSIONS,
    TAXII_RESOURCE_COUNT
};

enum {
    TAXII_TARGET_MAX = 8192, /* octets of path and query together */
    TAXII_WORDS_MAX = 100,   /* values of one match filter */
    TAXII_UUID_LEN = 36,
    TAXII_ID_MAX = 256,      /* of an object, with the terminator */
    TAXII_NEXT_MAX = 128,
    TAXII_USER_MAX = 64,
    TAXII_SECRET_MAX = 512,
};

/* One row for each resource: the table that answers, and that docs/formats/openapi-taxii.yaml is held to. */
struct taxii_route {
    const char *path;   /* "{id}" stands for a UUID, "{object-id}" for an object's identifier */
    unsigned methods;   /* bits of enum taxii_method */
    unsigned filters;   /* bits of enum taxii_filter that GET and DELETE understand */
};
enum taxii_filter {
    TAXII_PAGING = 1, /* limit, next, added_after */
    TAXII_MATCH_ID = 2,
    TAXII_MATCH_TYPE = 4,
    TAXII_MATCH_VERSION = 8,
    TAXII_MATCH_SPEC = 16
};
extern const struct taxii_route taxii_routes[TAXII_RESOURCE_COUNT];

struct taxii_target {
    enum taxii_resource resource;
    char id[TAXII_UUID_LEN + 1];   /* of a collection or status; empty: none */
    char object_id[TAXII_ID_MAX];  /* empty: none */
};

/* The path, without what follows a "?"; one with and one without a slash at its end are the same. TAXII_OK or TAXII_NOT_FOUND. */
enum taxii_status taxii_path_parse(const char *path, size_t len, struct taxii_target *ret_target);

struct taxii_words {
    unsigned count;
    const char *word[TAXII_WORDS_MAX]; /* in the text of the query */
};

struct taxii_query {
    uint32_t limit;          /* 0: not given; a larger number than fits is the largest */
    char next[TAXII_NEXT_MAX]; /* empty: not given */
    bool has_added_after;
    int64_t added_after_us;
    struct taxii_words ids, types, spec_versions;
    bool first, last, all;   /* of match[version] */
    unsigned version_count;
    int64_t versions_us[TAXII_WORDS_MAX];
    char text[TAXII_TARGET_MAX]; /* what the words are borrowed from: not to be copied */
};

/* What follows the "?" (length 0: nothing). Parameters without meaning here are ignored, filters without meaning are
 * refused: whoever filters wants less, not all. TAXII_OK; TAXII_BAD_REQUEST with *ret_reason static, for the client;
 * TAXII_URI_TOO_LONG. */
enum taxii_status taxii_query_parse(const char *text, size_t len, unsigned filters, struct taxii_query *ret_query,
                                    const char **ret_reason);

/* May we answer in TAXII_MEDIA_TYPE? Of the ranges that fit it, the most exact one counts, if its q is not 0. NULL: no header.
 * TAXII_OK or TAXII_NOT_ACCEPTABLE. */
enum taxii_status taxii_accept_check(const char *value);
/* Is a body of this Content-Type an envelope of 2.1? NULL: no header. TAXII_OK or TAXII_UNSUPPORTED_MEDIA_TYPE. */
enum taxii_status taxii_content_type_check(const char *value);

struct taxii_credentials {
    char user[TAXII_USER_MAX];     /* empty: a bearer token names none */
    char secret[TAXII_SECRET_MAX]; /* token or password; wipe it after use */
    size_t secret_len;
};
/* The value of an Authorization header. -EINVAL: of no scheme that is taken, or malformed. */
int taxii_authorization_parse(const char *value, struct taxii_credentials *ret_credentials) must_check;

#endif
