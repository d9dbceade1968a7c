/* A copy of a zone that is kept as a text file: the SOA in the first line, a record in each other.
 *
 * A whole transfer writes a new one; differences are gathered and then applied to the old one, exactly: each record that
 * goes must be there, each that comes must not. Memory is bounded by ZONE_DIFF_OCTETS_MAX, whatever the zone's size.
 */
#ifndef HINOMI_SHARE_FEED_ZONE_COPY_H
#define HINOMI_SHARE_FEED_ZONE_COPY_H

#include <stdio.h>

#include "base/sip.h"
#include "share/feed/zone_text.h"

enum { ZONE_DIFF_OCTETS_MAX = 64 << 20 }; /* of text: some million changes; more come as a whole zone */

/* The SOA of a kept copy; the descriptor's place is left behind its beginning. -EINVAL when it has none. */
int zone_copy_soa(int fd, struct dns_soa *ret_soa) must_check;

struct zone_diff;

/* NULL: out of memory. The key is secret: a primary fills the table. */
struct zone_diff *zone_diff_new(struct sip_key key);
void zone_diff_free(struct zone_diff *d);
/* A record that goes or comes, in the order of the transfer. -ESTALE when it contradicts those before, -E2BIG, -ENOMEM. */
int zone_diff_add(struct zone_diff *d, bool comes, const char *line, size_t len) must_check;
/* Writes the new zone: this SOA line, the old file's records without those that went, those that came. -ESTALE when the old
 * file does not fit the differences, or errno. */
int zone_diff_apply(struct zone_diff *d, const char *soa, int old_fd, FILE *to) must_check;

#endif
