/* Holds answers against the policy: what no rule matches is remembered, so that a hit need not look again. */
#include "watch/dns/worker.h"

bool examine_is_clean(struct dns_worker *w, struct dns_cache_entry *e)
{
    if (likely(dns_cache_entry_mark(e) == w->policy_serial))
        return true;
    examine_remember(w, e, NULL);
    return dns_cache_entry_mark(e) == w->policy_serial;
}

void examine_remember(struct dns_worker *w, struct dns_cache_entry *e, const struct dns_name_servers *servers)
{
    size_t len;
    const uint8_t *message = dns_cache_entry_message(e, &len);
    if (!w->o.policy.touches(w->policy, message, len, servers))
        dns_cache_entry_set_mark(e, w->policy_serial);
}

bool examine_answer(struct dns_worker *w, struct work *work, const struct dns_cache_entry *e,
                    const struct dns_name_servers *servers)
{
    size_t len;
    const uint8_t *message = dns_cache_entry_message(e, &len);
    w->o.policy.examine(w->policy, &work->asker, w->now_us, message, len, servers, &work->decision);
    return respond_is_blocked(work);
}

int examine_follow(const struct dns_worker *w, const struct dns_cache_entry *e, unsigned count, struct dns_chain *chain)
{
    size_t len;
    const uint8_t *message = dns_cache_entry_message(e, &len);
    int64_t left_s = dns_cache_entry_fresh_s(e, w->now_s);
    uint32_t ttl_max = left_s > 0 && left_s < DNS_CHAIN_TTL_MAX_S ? (uint32_t)left_s : DNS_CHAIN_TTL_MAX_S;
    return dns_chain_follow(chain, message, len, count, ttl_max);
}
