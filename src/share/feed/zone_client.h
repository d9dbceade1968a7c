/* Asks a zone's primary whether there is a newer version, and fetches it: the differences when it has them, else the whole.
 *
 * Over TCP, signed with TSIG when there is a key (RFC 5936, RFC 1995, RFC 8945). A call blocks, for an hour at most: give
 * each a thread. What is written is the text of zone_copy.h.
 */
#ifndef HINOMI_SHARE_FEED_ZONE_CLIENT_H
#define HINOMI_SHARE_FEED_ZONE_CLIENT_H

#include "base/sip.h"
#include "proto/dns/tsig.h"
#include "share/feed/feed.h"
#include "share/feed/zone_copy.h"

struct feed_zone_result {
    bool unchanged;     /* nothing was written */
    bool incremental;   /* by differences */
    struct dns_soa soa; /* of the primary, unless the call failed */
    uint64_t records;   /* of the transfer */
    uint64_t left_out;  /* records too long for a list */
};

/* key: NULL without. old_fd: the kept copy, -1 none; its place moves. fd: empty, gets the new copy. Negative errno with a
 * text in ret_error (FEED_ERROR_MAX). */
int feed_zone_fetch(const struct feed *f, const struct tsig_key *key, struct sip_key table_key, uint64_t octets_max,
                    int old_fd, int fd, struct feed_zone_result *ret_result, char *ret_error) must_check;

#endif
