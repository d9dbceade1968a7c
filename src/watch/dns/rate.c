/* Keeps the buckets: sets of four in one cache line each. */
#include "watch/dns/rate.h"

#include <errno.h>
#include <stdlib.h>

#include "base/attr.h"
#include "watch/dns/limits.h"

enum { WAYS = 4, SETS = DNS_RATE_CLIENTS_MAX / WAYS };
_Static_assert((SETS & (SETS - 1)) == 0, "a mask finds the set");

struct bucket {
    uint64_t tag;
    uint64_t empty_ns; /* monotonic; past: empty */
};

struct set {
    struct bucket ways[WAYS];
} __attribute__((aligned(64)));

struct dns_rate {
    struct sip_key key;
    uint64_t mask[2][2]; /* of an address's two words, by family */
    uint64_t interval_ns, ahead_ns;
    uint64_t evicted;
    struct set *sets;
};

/* Big-endian words with the first `bits` set. */
static void make_mask(unsigned bits, uint64_t ret_mask[2])
{
    uint8_t octets[16] = {0};
    for (unsigned i = 0; i < bits; i++)
        octets[i / 8] |= (uint8_t)(0x80 >> i % 8);
    memcpy(ret_mask, octets, sizeof octets);
}

int dns_rate_new(const struct dns_rate_options *options, struct sip_key key, struct dns_rate **ret_rate)
{
    if (options->per_second == 0 || options->per_second > DNS_RATE_PER_SECOND_MAX || options->burst == 0 ||
        options->burst > DNS_RATE_BURST_MAX || options->ipv4_prefix > 32 || options->ipv6_prefix > 128)
        return -EINVAL;
    struct dns_rate *r = calloc(1, sizeof *r);
    if (!r)
        return -ENOMEM;
    r->key = key;
    make_mask(options->ipv6_prefix, r->mask[0]);
    make_mask(96u + options->ipv4_prefix, r->mask[1]);
    r->interval_ns = 1000000000u / options->per_second;
    r->ahead_ns = r->interval_ns * options->burst;
    r->sets = aligned_alloc(_Alignof(struct set), SETS * sizeof *r->sets);
    if (!r->sets) {
        free(r);
        return -ENOMEM;
    }
    memset(r->sets, 0, SETS * sizeof *r->sets);
    *ret_rate = r;
    return 0;
}

void dns_rate_free(struct dns_rate *r)
{
    if (!r)
        return;
    free(r->sets);
    free(r);
}

static struct bucket *find(struct dns_rate *r, uint64_t hash, uint64_t now_ns)
{
    struct set *set = &r->sets[hash & (SETS - 1)];
    struct bucket *first = &set->ways[0];
    for (unsigned i = 0; i < WAYS; i++) {
        struct bucket *b = &set->ways[i];
        if (b->tag == hash)
            return b;
        if (b->empty_ns < first->empty_ns)
            first = b;
    }
    r->evicted += first->empty_ns > now_ns;
    *first = (struct bucket){.tag = hash, .empty_ns = now_ns};
    return first;
}

bool dns_rate_take(struct dns_rate *r, const struct addr *client, bool proven, uint64_t now_ns)
{
    uint64_t words[2];
    memcpy(words, client->bytes, sizeof words);
    const uint64_t *mask = r->mask[addr_is_v4(client)];
    struct sip s = sip_init(r->key);
    sip_word(&s, words[0] & mask[0]);
    sip_word(&s, words[1] & mask[1]);
    sip_word(&s, proven);
    struct bucket *b = find(r, sip_finish(s), now_ns);
    uint64_t from_ns = b->empty_ns > now_ns ? b->empty_ns : now_ns;
    if (from_ns + r->interval_ns - now_ns > r->ahead_ns)
        return false;
    b->empty_ns = from_ns + r->interval_ns;
    return true;
}

uint64_t dns_rate_evicted(const struct dns_rate *r)
{
    return r->evicted;
}
