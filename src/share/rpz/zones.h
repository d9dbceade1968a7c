/* Who may have which zone: recipients with their zone's name, key and addresses, and the decision on a request.
 *
 * A zone that is not there and one that somebody else has are refused alike, so that nobody finds out what others have. Pure.
 */
#ifndef HINOMI_SHARE_RPZ_ZONES_H
#define HINOMI_SHARE_RPZ_ZONES_H

#include <sys/socket.h>

#include "base/addr.h"
#include "proto/dns/tsig.h"
#include "share/rpz/request.h"
#include "store/exchange_zone.h"

enum { RPZ_ZONES_MAX = 256, RPZ_ALLOW_MAX = 8, RPZ_NOTIFY_MAX = 4 };

struct rpz_zone {
    char recipient[EXCHANGE_NAME_MAX];
    char text[EXCHANGE_ZONE_NAME_MAX]; /* its name, for people */
    struct dns_name name;
    bool has_key;        /* `key` is complete */
    struct tsig_key key; /* its name belongs to this recipient alone */
    struct addr_prefix allow[RPZ_ALLOW_MAX]; /* may transfer without a key */
    unsigned allow_count;
    struct sockaddr_storage notify[RPZ_NOTIFY_MAX];
    unsigned notify_count;
};

/* May that address transfer without a key? */
bool rpz_zone_allows(const struct rpz_zone *z, const struct addr *from);

/* The zone that a request may have: *ret_zone its number, and NOERROR; else what is to be answered. A signed request is verified; then
 * *ret_signed, and tsig is for the answer; *ret_error: what is wrong with the signature, to be told with NOTAUTH; 0: nothing. */
unsigned rpz_zones_find(const struct rpz_zone *zones, unsigned count, const struct rpz_request *request, const uint8_t *message, size_t len,
                        const struct addr *from, uint64_t now_s, struct tsig *ret_tsig, bool *ret_signed, int *ret_error, unsigned *ret_zone);

#endif
