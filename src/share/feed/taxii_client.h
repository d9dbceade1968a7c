/* Asks a TAXII 2.1 server for one page of a collection, and posts to it: the client side of share/taxii.
 *
 * Source: TAXII 2.1 (OASIS, 2021-06-10) 3.4 (paging), 3.5 (added_after), 5.4, 5.5. The connection is kept between calls. Redirects are not
 * followed, and nothing is sent to another host than the one configured: the secret is for that one alone. Calls block, for minutes at
 * most; one thread at a time for each client.
 */
#ifndef HINOMI_SHARE_FEED_TAXII_CLIENT_H
#define HINOMI_SHARE_FEED_TAXII_CLIENT_H

#include <stdatomic.h>

#include "base/attr.h"
#include "share/feed/feed.h"
#include "share/feed/taxii_answer.h"

enum {
    FEED_TAXII_TIME_MAX = 48,
    FEED_TAXII_SECRET_MAX = 512,
    FEED_TAXII_PAGE_OBJECTS = 2000,        /* that are asked for */
    FEED_TAXII_PAGE_OCTETS = 64 << 20,     /* of one page */
    FEED_TAXII_POST_OCTETS = 1 << 20,
};

/* How far a collection was read: everything added up to that time, and within a row of pages the mark of the next. Texts of the server. */
struct feed_taxii_position {
    char added_after[FEED_TAXII_TIME_MAX]; /* empty: from the beginning */
    char next[TAXII_ANSWER_NEXT_MAX];      /* empty: not within a row of pages */
    char last[FEED_TAXII_TIME_MAX];        /* of the pages of this row that were taken */
};

struct feed_taxii_result {
    uint64_t objects;  /* of the page; 0: nothing new, and nothing to be taken */
    bool has_more;     /* the next page is there */
    struct feed_taxii_position position; /* once the page is taken */
    uint64_t failures; /* of a post: objects that the server did not take */
    long status;       /* of HTTP; 0: none */
    uint32_t retry_s;  /* that the server asks to wait after an error; 0: it does not */
};

struct feed_taxii;

/* Feed and settings are borrowed until free; the secret is copied. NULL without memory. */
struct feed_taxii *feed_taxii_new(const struct feed *feed, const struct feed_settings *settings, const char *secret);
void feed_taxii_free(struct feed_taxii *t);
/* Writes the envelope to fd from its beginning. 0, or negative errno with a text in ret_error (FEED_ERROR_MAX), as feed_url_fetch; -EBADMSG: the
 * answer is not of TAXII 2.1. */
int feed_taxii_fetch(struct feed_taxii *t, const struct feed_taxii_position *position, int fd, const atomic_bool *stop,
                     struct feed_taxii_result *ret_result, char *ret_error) must_check;
/* Posts an envelope to the collection for what is told back. -EINVAL: the server will never take it; otherwise as above. */
int feed_taxii_post(struct feed_taxii *t, const char *octets, size_t len, const atomic_bool *stop, struct feed_taxii_result *ret_result,
                    char *ret_error) must_check;

#endif
