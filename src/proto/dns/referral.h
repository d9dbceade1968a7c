/* A referral: a server's word that a zone below its own is somebody else's, whose servers they are, and where.
 *
 * Source: RFC 1034 4.3.2 (step 3b), RFC 9471 (glue), RFC 8020 (nothing is below a name that does not exist). Values only; the
 * message is borrowed for the call.
 */
#ifndef HINOMI_PROTO_DNS_REFERRAL_H
#define HINOMI_PROTO_DNS_REFERRAL_H

#include "base/addr.h"
#include "base/writer.h"
#include "proto/dns/name.h"

enum {
    DNS_REFERRAL_SERVERS_MAX = 16, /* a zone has up to 13 by custom; more are left out */
    DNS_REFERRAL_GLUE_MAX = 32,
    DNS_REFERRAL_FORMAT_MAX = 18432, /* octets that a whole one is written in */
};

enum dns_referral_kind {
    DNS_REFERRAL_CUT,      /* somebody else's zone */
    DNS_REFERRAL_NONE,     /* an answer, or no data: no zone begins at the name */
    DNS_REFERRAL_NXDOMAIN, /* there is no such name */
    DNS_REFERRAL_FAILED,   /* an error, or no good message */
};

struct dns_referral {
    struct dns_name zone;
    uint32_t ttl_s; /* smallest of the NS records */
    unsigned server_count, glue_count;
    struct dns_name servers[DNS_REFERRAL_SERVERS_MAX];
    bool has_glue[DNS_REFERRAL_SERVERS_MAX];
    struct addr glue[DNS_REFERRAL_GLUE_MAX];
};

/* Reads what a server of `zone` said when it was asked about `name`. Only a zone below `zone` and at or above `name` is
 * believed, and only addresses of its servers that lie within `zone`. ret_referral: written when it is DNS_REFERRAL_CUT. */
enum dns_referral_kind dns_referral_read(const uint8_t *message, size_t len, const struct dns_name *zone,
                                         const struct dns_name *name, struct dns_referral *ret_referral);
/* Writes a message that is read as the same again (of the root, about the zone); other kinds than DNS_REFERRAL_CUT are of
 * `name` alone. Returns its length; max: DNS_REFERRAL_FORMAT_MAX. */
size_t dns_referral_format(enum dns_referral_kind kind, const struct dns_name *name, const struct dns_referral *referral,
                           uint8_t *to, size_t max);

#endif
