/* How much each client may ask: a bounded table of leaky buckets, one for each prefix of addresses.
 *
 * A bucket is the time at which it will be empty again (the virtual scheduling of GCRA, ITU-T I.371 annex A): eight octets,
 * nothing to refill. A bucket that is empty holds nothing that matters, so its place is free; when all places that a new
 * client could take are in use, the one that will be empty first is forgotten, which is counted. The table is keyed by
 * SipHash with a secret. One thread; allocates only when it is made.
 */
#ifndef HINOMI_WATCH_DNS_RATE_H
#define HINOMI_WATCH_DNS_RATE_H

#include "base/addr.h"
#include "base/sip.h"

struct dns_rate_options {
    unsigned per_second; /* queries of one prefix; 0: no limit */
    unsigned burst;      /* that it may be ahead */
    uint8_t ipv4_prefix, ipv6_prefix; /* bits: 1..32, 1..128 */
    bool loopback;       /* the machine itself is limited too */
};

enum {
    DNS_RATE_PER_SECOND_MAX = 10000000, /* a bucket counts in nanoseconds */
    DNS_RATE_BURST_MAX = 10000000,
};

struct dns_rate;

int dns_rate_new(const struct dns_rate_options *options, struct sip_key key, struct dns_rate **ret_rate) must_check;
void dns_rate_free(struct dns_rate *r);

/* Takes one query of the client: true when it is within the limit. `proven`: whoever asks is where it says it is, so nobody
 * else can have emptied its bucket: it has one apart from the forgeable ones. */
bool dns_rate_take(struct dns_rate *r, const struct addr *client, bool proven, uint64_t now_ns) must_check;
/* Clients that were forgotten before their time. */
uint64_t dns_rate_evicted(const struct dns_rate *r);

#endif
