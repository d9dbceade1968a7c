/* One record of a zone as one line of text, always the same for the same record: what a kept copy of a zone is made of.
 *
 * "OWNER. TTL IN TYPE DATA", names absolute and in lower case. Types that a policy zone uses are written as people write
 * them, all others as RFC 3597 5 does. Sources: RFC 1035 5.1, RFC 3597 5.
 */
#ifndef HINOMI_SHARE_FEED_ZONE_TEXT_H
#define HINOMI_SHARE_FEED_ZONE_TEXT_H

#include "proto/dns/transfer.h"

enum { ZONE_LINE_MAX = 4096 }; /* as long as a list's line may be; with its terminator */

/* The line without its end, into ZONE_LINE_MAX octets; returns its length. -E2BIG when it is longer: no list could use
 * the record. -EBADMSG. */
int zone_text_format(const struct dns_walk *w, const struct dns_record *r, char *ret_line) must_check;
/* The serial and the times of a line that is an SOA's; -EINVAL. */
int zone_text_soa(const char *line, struct dns_soa *ret_soa) must_check;

#endif
