/* What a value of a zone is called in a Response Policy Zone: the owner of its record, before the zone's own name.
 *
 * Source: draft-vixie-dnsop-dns-rpz-00 sections 4.1.1 (client and response addresses) and 4.2 (names); IPv6 written as BIND writes it.
 * Pure.
 */
#ifndef HINOMI_SHARE_RPZ_OWNER_H
#define HINOMI_SHARE_RPZ_OWNER_H

#include "proto/dns/name.h"
#include "store/exchange_zone.h"

/* Labels without the root into `to` (DNS_NAME_MAX octets); `below`: "*." before it. How many octets. -ENAMETOOLONG: with a zone of
 * zone_len octets (root included) it would be longer than a name may be. -EINVAL: it cannot be said in such a zone, as it is the root, has
 * "*" as its first label, or ends in a label that marks addresses there; or is the prefix of all addresses. */
int rpz_owner_write(enum exchange_zone_form form, const char *value, bool below, size_t zone_len, uint8_t *to) must_check;

#endif
