/* Internet addresses as 16 plain bytes, prefixes over them, and their text forms.
 *
 * IPv4 is held as an IPv4-mapped IPv6 address (::ffff:a.b.c.d, RFC 4291 2.5.5.2), so one comparison serves both.
 * Values only: no ownership, any thread.
 */
#ifndef HINOMI_BASE_ADDR_H
#define HINOMI_BASE_ADDR_H

#include <netinet/in.h>
#include <stdbool.h>
#include <stdint.h>

#include "base/attr.h"

#define ADDR_TEXT_MAX 48      /* an address and its terminator */
#define ADDR_PORT_TEXT_MAX 64 /* "[address]:port" and its terminator */

struct addr {
    uint8_t bytes[16];
};

struct addr_prefix {
    struct addr addr; /* host bits are zero */
    uint8_t bits;     /* 0..128; an IPv4 /n is 96 + n */
};

bool addr_is_v4(const struct addr *a);
bool addr_is_loopback(const struct addr *a);
/* Of no public network: private, shared, loopback, link-local, benchmarking, "this network", broadcast (IANA's registries
 * of special-purpose addresses, RFC 6890), also inside IPv4-compatible, 6to4 and NAT64 addresses. Not documentation. */
bool addr_is_private(const struct addr *a);
bool addr_prefix_has(const struct addr_prefix *p, const struct addr *a);

/* "192.0.2.1", "2001:db8::1"; -EINVAL when it is neither. */
int addr_parse(const char *text, struct addr *ret_addr) must_check;
/* "192.0.2.0/24", "2001:db8::/32", or a bare address (all bits); -EINVAL on error, also when host bits are set. */
int addr_prefix_parse(const char *text, struct addr_prefix *ret_prefix) must_check;
/* "127.0.0.1:53", "[::1]:53", or without a port when default_port >= 0; -EINVAL. Port 0 only if default_port is 0. */
int addr_port_parse(const char *text, int default_port, struct sockaddr_storage *ret_sa) must_check;

/* Text goes into the caller's buffer (ADDR_TEXT_MAX / ADDR_PORT_TEXT_MAX), which is also returned. */
const char *addr_format(const struct addr *a, char *text);
const char *addr_port_format(const struct sockaddr *sa, char *text);

struct addr addr_of_sockaddr(const struct sockaddr *sa);
/* AF_INET for an IPv4 address, else AF_INET6. */
void addr_to_sockaddr(const struct addr *a, uint16_t port, struct sockaddr_storage *ret_sa);
uint16_t addr_port_of_sockaddr(const struct sockaddr *sa);
socklen_t addr_sockaddr_len(const struct sockaddr *sa);

#endif
