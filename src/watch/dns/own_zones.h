/* Zones that libunbound answers itself, so that nobody outside hears what is asked about them.
 *
 * Source: unbound.conf(5), "default zones": RFC 6761 (localhost, test, invalid), RFC 6303 and RFC 7793 (reverse zones of addresses that
 * are nobody's alone), RFC 7686 (onion), RFC 8375 (home.arpa). A stub zone of the configuration comes before them. Any thread, after
 * own_zones_new.
 */
#ifndef HINOMI_WATCH_DNS_OWN_ZONES_H
#define HINOMI_WATCH_DNS_OWN_ZONES_H

#include <stdbool.h>

#include "base/attr.h"
#include "proto/dns/name.h"

struct own_zones;

/* NULL: out of memory. */
struct own_zones *own_zones_new(void);
void own_zones_free(struct own_zones *z);
/* Is the name one of them, or below one? */
bool own_zones_have(const struct own_zones *z, const struct dns_name *name);

#endif
