/* Server cookies: what proves to us that a client received an earlier answer of ours, and so is where it says it is.
 *
 * Source: RFC 7873 (the option), RFC 9018 4 (the interoperable server cookie: SipHash-2-4 over client cookie, version,
 * reserved, timestamp and client address). Nothing is remembered about a client. Pure; values only.
 */
#ifndef HINOMI_PROTO_DNS_COOKIE_H
#define HINOMI_PROTO_DNS_COOKIE_H

#include "base/addr.h"
#include "base/sip.h"
#include "proto/dns/query.h"

enum {
    DNS_COOKIE_SECRETS_MAX = 2, /* the one in use, and the one before or after it */
    DNS_COOKIE_SECRET_LEN = 16,
    DNS_COOKIE_LEN = DNS_CLIENT_COOKIE_LEN + DNS_SERVER_COOKIE_LEN, /* the option's data in an answer */
    DNS_COOKIE_RENEW_S = 1800, /* RFC 9018 4.3: half of the time that one is good */
    DNS_COOKIE_OLD_S = 3600,
    DNS_COOKIE_EARLY_S = 300, /* another server of the same secret may have its clock ahead */
    DNS_COOKIE_ROLL_S = 86400,
};

/* The first makes cookies, all of them check. `rolling`: not given by anybody, so each day's cookies have a key that is
 * derived from the first (RFC 9018 5: secrets are rolled over), and no server but this one knows it. */
struct dns_cookie_secrets {
    struct sip_key key[DNS_COOKIE_SECRETS_MAX];
    unsigned count;
    bool rolling;
};

/* 16 octets, as they stand in a configuration. */
struct sip_key dns_cookie_secret_of(const uint8_t octets[DNS_COOKIE_SECRET_LEN]);

/* Is the query's server cookie one of ours, for this client and of these times? now_s: wall clock, seconds modulo 2^32. */
bool dns_cookie_check(const struct dns_cookie_secrets *secrets, const struct dns_query *q, const struct addr *client,
                      uint32_t now_s);
/* The option's data for an answer: the client's cookie and ours, the one it has when that is young enough. `valid`: as
 * dns_cookie_check said. */
void dns_cookie_make(const struct dns_cookie_secrets *secrets, const struct dns_query *q, const struct addr *client,
                     uint32_t now_s, bool valid, uint8_t ret_data[DNS_COOKIE_LEN]);

#endif
