/* A worker's own cache of whole answers in wire form: bounded in octets, and not emptied by a scan.
 *
 * Eviction is S3-FIFO (Yang et al., SOSP 2023): a new answer waits in a small queue and is dropped from there if nobody
 * asks for it again; a hit only raises a counter, so the hit path writes one octet and moves nothing. The table is
 * keyed by SipHash with a secret. Expired answers stay until evicted, to be served stale. One thread.
 */
#ifndef HINOMI_WATCH_DNS_CACHE_H
#define HINOMI_WATCH_DNS_CACHE_H

#include "base/sip.h"
#include "proto/dns/message.h"
#include "proto/dns/query.h"

struct dns_cache;

struct dns_cache_stats {
    uint64_t entries, bytes, evicted;
};

/* bytes_max counts everything the cache allocates; at least 1 MiB. */
int dns_cache_new(size_t bytes_max, struct sip_key key, struct dns_cache **ret_cache) must_check;
void dns_cache_free(struct dns_cache *c);

/* The key's hash. First step of a batch: hash all, then fetch all, then find all. */
uint64_t dns_cache_hash(const struct dns_cache *c, const struct dns_query *q);
void dns_cache_fetch_slot(const struct dns_cache *c, uint64_t hash);
void dns_cache_fetch_entry(const struct dns_cache *c, uint64_t hash);

struct dns_cache_entry;
/* The answer for the query, also when it has expired; NULL. Counts as a use. Valid until the next put. */
struct dns_cache_entry *dns_cache_find(struct dns_cache *c, uint64_t hash, const struct dns_query *q);

struct dns_cache_answer {
    const uint8_t *message; /* packed, without OPT; question at 12 in lower case */
    size_t len;
    const struct dns_pack_ttls *ttls;
    uint32_t ttl_s;  /* how long it is fresh */
    bool secure;     /* validated */
    bool withheld;   /* not what the upstream said: that was kept from the client */
    bool second;     /* which of the two that are asked in turns it is from */
    uint16_t ede;    /* told with each answer; DNS_EDE_NONE for none */
};
/* Keeps a copy under the query's key, in place of an older one. 0, or -ENOMEM (nothing kept). */
int dns_cache_put(struct dns_cache *c, uint64_t hash, const struct dns_query *q, const struct dns_cache_answer *answer,
                  uint32_t now_s) must_check;

enum dns_cache_state {
    DNS_CACHE_FRESH,
    DNS_CACHE_AGING,    /* fresh, much asked for, and near its end: to be refreshed now; not said again */
    DNS_CACHE_WITHHELD, /* fresh, and `withheld` when it was put */
    DNS_CACHE_HELD_OFF, /* expired, and its upstream failed a moment ago */
    DNS_CACHE_EXPIRED,
};
enum dns_cache_state dns_cache_entry_state(struct dns_cache_entry *e, uint32_t now_s);
bool dns_cache_entry_withheld(const struct dns_cache_entry *e);
bool dns_cache_entry_second(const struct dns_cache_entry *e);

/* Seconds the answer is still fresh; negative: expired that long ago. now_s: monotonic seconds. */
int64_t dns_cache_entry_fresh_s(const struct dns_cache_entry *e, uint32_t now_s);

/* Writes the answer for this query: its identifier, flags and letter case, TTLs counted down, OPT, cut with TC to max.
 * stale_ttl_s not 0: that TTL everywhere and the extended error "stale answer". Returns the length. */
size_t dns_cache_entry_write(const struct dns_cache_entry *e, const struct dns_query *q, const uint8_t *message,
                             uint32_t now_s, uint32_t stale_ttl_s, uint8_t *to, size_t max);
/* The upstream failed: until then the expired answer is told at once, RFC 8767 5 (failure recheck timer). */
void dns_cache_entry_hold_off(struct dns_cache_entry *e, uint32_t until_s);
unsigned dns_cache_entry_rcode(const struct dns_cache_entry *e);
/* The packed message, as it was put. */
const uint8_t *dns_cache_entry_message(const struct dns_cache_entry *e, size_t *ret_len);
/* A number that the caller keeps with the answer; 0 at first. */
uint64_t dns_cache_entry_mark(const struct dns_cache_entry *e);
void dns_cache_entry_set_mark(struct dns_cache_entry *e, uint64_t mark);

struct dns_cache_stats dns_cache_stats_get(const struct dns_cache *c);

#endif
