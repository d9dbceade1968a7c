/* What a client that knows only this resolver's address is told about its encrypted transports: RFC 9462. */
#ifndef HINOMI_APPS_DESIGNATED_H
#define HINOMI_APPS_DESIGNATED_H

#include "apps/dns/dns_service.h"

enum { DESIGNATED_MAX = 4096 };

/* Local data (act/policy/data.h) of _dns.resolver.arpa: an SVCB record for each port of TLS and HTTPS, for the name that the
 * certificate is for. Returns its length in `to` (DESIGNATED_MAX octets); 0: there is nothing to tell. */
size_t designated_put(const struct dns_service_options *o, const char *name, uint8_t *to);

#endif
