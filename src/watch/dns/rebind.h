/* Tells answers that would let a public name stand for a machine of the inside: DNS rebinding.
 *
 * A page of the public name could then speak to that machine as if it were its own server. Looked at are addresses and
 * the address hints of SVCB and HTTPS (RFC 9460 7.3). Source of what is private: addr_is_private. Pure.
 */
#ifndef HINOMI_WATCH_DNS_REBIND_H
#define HINOMI_WATCH_DNS_REBIND_H

#include "proto/dns/message.h"

/* Names that may have private addresses, with all that is below them; "localhost" and the like go without saying. */
struct dns_private_names {
    const struct dns_name *at; /* borrowed */
    unsigned count;
};

/* May this name have private addresses? */
bool rebind_may(const struct dns_private_names *names, const struct dns_name *name);
/* Has the answer section a private address? */
bool rebind_has_private(const uint8_t *message, size_t len);

#endif
