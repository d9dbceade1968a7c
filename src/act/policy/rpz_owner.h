/* Reads the owner of an RPZ record: what it triggers on (draft-vixie-dnsop-dns-rpz-00 4). */
#ifndef HINOMI_ACT_POLICY_RPZ_OWNER_H
#define HINOMI_ACT_POLICY_RPZ_OWNER_H

#include "base/addr.h"
#include "model/observation.h"
#include "proto/dns/name.h"

struct rpz_owner {
    uint8_t trigger;           /* enum dns_trigger */
    bool wildcard;             /* names: only what is below */
    struct dns_name name;      /* of the triggers by name */
    struct addr_prefix prefix; /* of those by address */
};

/* `owner` is relative to the zone: without its apex. -EINVAL when a trigger by address is not a prefix. */
int rpz_owner_read(const struct dns_name *owner, struct rpz_owner *ret_owner) must_check;

#endif
