/* The CNAMEs that lead from a query's name to the name that an answer is about.
 *
 * Source: RFC 1034 3.6.2; each alias is a step, so only its target and TTL are kept: its owner is the target before it. A
 * value of some 2 KiB without pointers; bounded by DNS_CHAIN_MAX and DNS_CHAIN_OCTETS, so a loop of aliases ends.
 */
#ifndef HINOMI_PROTO_DNS_CHAIN_H
#define HINOMI_PROTO_DNS_CHAIN_H

#include "base/writer.h"
#include "proto/dns/name.h"

enum {
    DNS_CHAIN_MAX = 16, /* aliases: libunbound follows 11, and a policy adds some */
    DNS_CHAIN_OCTETS = 2048,
};

struct dns_chain {
    uint8_t count;
    uint16_t len;
    struct dns_name end; /* where it leads to; the name it began with when count is 0 */
    uint8_t links[DNS_CHAIN_OCTETS]; /* TTL, target in wire form */
};

void dns_chain_begin(struct dns_chain *c, const struct dns_name *name);
/* -E2BIG: the chain is as it was. */
int dns_chain_add(struct dns_chain *c, uint32_t ttl, const struct dns_name *target) must_check;
/* Follows so many aliases that stand in a message's answer section, whatever their order; TTLs are held to ttl_max.
 * -ENOENT when the message has fewer, -E2BIG, -EBADMSG. */
int dns_chain_follow(struct dns_chain *c, const uint8_t *message, size_t len, unsigned count, uint32_t ttl_max) must_check;
/* The target of a name's alias in the answer section, and its TTL; -ENOENT, -EBADMSG. */
int dns_chain_next(const uint8_t *message, size_t len, const struct dns_name *name, struct dns_name *ret_target,
                   uint32_t *ret_ttl) must_check;
/* Writes them as CNAME records behind a message's question. Returns the place of the name it leads to, as a compression
 * pointer. A full writer is left to the caller. */
uint16_t dns_chain_write(const struct dns_chain *c, struct writer *out);

#endif
