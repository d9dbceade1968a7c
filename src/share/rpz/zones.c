/* Decides who may have which zone. */
#include "share/rpz/zones.h"

#include <errno.h>

static const struct rpz_zone *zone_of_key(const struct rpz_zone *zones, unsigned count, const struct dns_name *key)
{
    for (unsigned i = 0; i < count; i++)
        if (zones[i].has_key && dns_name_equal(&zones[i].key.name, key))
            return &zones[i];
    return NULL;
}

bool rpz_zone_allows(const struct rpz_zone *z, const struct addr *from)
{
    for (unsigned i = 0; i < z->allow_count; i++)
        if (addr_prefix_has(&z->allow[i], from))
            return true;
    return false;
}

unsigned rpz_zones_find(const struct rpz_zone *zones, unsigned count, const struct rpz_request *request, const uint8_t *message, size_t len,
                        const struct addr *from, uint64_t now_s, struct tsig *ret_tsig, bool *ret_signed, int *ret_error, unsigned *ret_zone)
{
    *ret_error = 0;
    *ret_signed = request->is_signed;
    if (request->is_signed) {
        const struct rpz_zone *z = zone_of_key(zones, count, &request->key);
        *ret_error = z ? tsig_accept(ret_tsig, &z->key, message, len, now_s) : -ENOKEY;
        if (*ret_error < 0)
            return *ret_error == -EBADMSG ? DNS_RCODE_FORMERR : RPZ_RCODE_NOTAUTH;
        *ret_zone = (unsigned)(z - zones);
        return dns_name_equal(&z->name, &request->zone) ? DNS_RCODE_NOERROR : DNS_RCODE_REFUSED;
    }
    for (unsigned i = 0; i < count; i++) {
        if (!rpz_zone_allows(&zones[i], from) || !dns_name_equal(&zones[i].name, &request->zone))
            continue;
        *ret_zone = i;
        return DNS_RCODE_NOERROR;
    }
    return DNS_RCODE_REFUSED;
}
