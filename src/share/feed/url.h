/* Fetches a URL into a file: https, http or file, only when it has changed, within limits.
 *
 * TLS is verified; redirects stay with https once they are there; a server that is slow, endless or large is given up. A
 * call blocks for minutes at most: give each a thread. No secrets of the URL are in the error. libcurl does the work.
 */
#ifndef HINOMI_SHARE_FEED_URL_H
#define HINOMI_SHARE_FEED_URL_H

#include <stdatomic.h>

#include "base/attr.h"
#include "share/feed/feed.h"

enum { FEED_TAG_MAX = 256 };

/* By which a server knows what we have; empty: nothing. */
struct feed_tags {
    char etag[FEED_TAG_MAX], last_modified[FEED_TAG_MAX];
};

struct feed_url_result {
    bool unchanged;        /* the server says that we have it: nothing was written */
    struct feed_tags tags; /* of what was written; or those given, when unchanged */
    uint64_t octets;
    long status;           /* of HTTP; 0: none */
    uint32_t retry_s;      /* that the server asks to wait after an error; 0: it does not */
};

/* Before the first call and before the sandbox: loads what libcurl and the name service load. */
int feed_url_init(void) must_check;
/* "https", "http" or "file" with a host or path; -EINVAL. */
int feed_url_check(const char *url) must_check;
/* The URL without user and password, for people. */
void feed_url_shown(const char *url, char *ret_text, size_t max);
/* Writes to fd from its beginning. 0, or negative errno with a text in ret_error (FEED_ERROR_MAX): -ECANCELED when *stop became true,
 * -EFBIG, -ETIMEDOUT, -EREMOTEIO whatever else the network and the server did. ret_result is written in any case. */
int feed_url_fetch(const char *url, const struct feed_settings *settings, const struct feed_tags *tags, int fd,
                   const atomic_bool *stop, struct feed_url_result *ret_result, char *ret_error) must_check;

#endif
