/* Answers a query from the policy or the cache, or says that it must be resolved. */
#include "watch/dns/worker.h"

size_t respond_max(const struct dns_query *q, enum dns_transport transport)
{
    size_t max = transport != DNS_TRANSPORT_UDP           ? DNS_MESSAGE_MAX
                 : q->udp_size < DNS_UDP_PAYLOAD_MAX ? q->udp_size
                                                          : DNS_UDP_PAYLOAD_MAX;
    return unlikely(guard_has_options(q)) ? max - GUARD_OPTIONS_MAX : max;
}

bool respond_may_ask(const struct dns_worker *w, const struct addr *client)
{
    for (unsigned i = 0; i < w->o.access_count; i++)
        if (addr_prefix_has(&w->o.access[i], client))
            return true;
    return false;
}

void respond_with_error(struct dns_worker *w, struct work *work, unsigned rcode, uint16_t ede, const char *text)
{
    work->decision = (struct dns_decision){.action = DNS_ACTION_REFUSED};
    work->answer_len =
        w->o.policy.answer_error(&work->query, work->message, rcode, ede, text, work->answer, work->answer_max);
    work->state = WORK_DONE;
}

/* What a flaw is answered with. */
static const struct {
    bool silent;
    unsigned rcode;
} flaw_answers[DNS_FLAW_COUNT] = {
    [DNS_FLAW_SHORT] = {.silent = true},
    [DNS_FLAW_RESPONSE] = {.silent = true},
    [DNS_FLAW_OPCODE] = {.rcode = DNS_RCODE_NOTIMP},
    [DNS_FLAW_COUNTS] = {.rcode = DNS_RCODE_FORMERR},
    [DNS_FLAW_NAME] = {.rcode = DNS_RCODE_FORMERR},
    [DNS_FLAW_RECORD] = {.rcode = DNS_RCODE_FORMERR},
    [DNS_FLAW_OPT] = {.rcode = DNS_RCODE_FORMERR},
    [DNS_FLAW_VERSION] = {.rcode = DNS_RCODE_BADVERS},
    [DNS_FLAW_TRAILING] = {.rcode = DNS_RCODE_FORMERR},
    [DNS_FLAW_OPTION] = {.rcode = DNS_RCODE_FORMERR},
};

static bool type_is_refused(uint16_t qtype)
{
    /* Transfers and transaction types, RFC 6895 3.1: 128-255 are not data; ANY is answered minimally. */
    return qtype == 0 || qtype == DNS_TYPE_OPT || (qtype >= 128 && qtype < DNS_TYPE_ANY);
}

void respond_begin(struct dns_worker *w, struct work *work, struct dns_probes *probes)
{
    struct dns_query *q = &work->query;
    work->decision.action = DNS_ACTION_NONE;
    work->decision.trigger = DNS_TRIGGER_NAME;
    work->from_cache = true;
    work->refresh = false;
    work->answer_len = 0;
    enum dns_flaw flaw = dns_query_read(work->message, work->message_len, q);
    dns_count(&w->o.counters->queries[work->transport], 1);
    if (unlikely(flaw != DNS_FLAW_NONE))
        dns_count(&w->o.counters->flaws[flaw], 1);
    if (unlikely(flaw_answers[flaw].silent)) {
        work->decision.action = DNS_ACTION_REFUSED;
        work->state = WORK_DONE;
        return;
    }
    size_t max = respond_max(q, work->transport);
    if (work->answer_max > max)
        work->answer_max = max;
    if (w->rate && unlikely(!guard_admit(w, work)))
        return;
    if (unlikely(flaw == DNS_FLAW_OPCODE) && notify_answer(w, work))
        return;
    if (unlikely(!work->known_by_token && !respond_may_ask(w, &work->asker.client))) {
        respond_with_error(w, work, DNS_RCODE_REFUSED, DNS_EDE_PROHIBITED, NULL);
        return;
    }
    if (unlikely(flaw != DNS_FLAW_NONE)) {
        respond_with_error(w, work, flaw_answers[flaw].rcode, DNS_EDE_NONE, NULL);
        return;
    }
    if (unlikely(q->qclass != DNS_CLASS_IN || type_is_refused(q->qtype))) {
        respond_with_error(w, work, DNS_RCODE_REFUSED, DNS_EDE_NONE, NULL);
        return;
    }
    work->state = WORK_LOOK_UP;
    w->o.policy.prepare(w->policy, &q->name, probes);
    work->cache_hash = dns_cache_hash(w->cache, q);
    dns_cache_fetch_slot(w->cache, work->cache_hash);
}

void respond_fetch(struct dns_worker *w, const struct work *work)
{
    if (work->state == WORK_LOOK_UP)
        dns_cache_fetch_entry(w->cache, work->cache_hash);
}

bool respond_is_blocked(const struct work *work)
{
    switch (work->decision.action) {
    case DNS_ACTION_NXDOMAIN:
    case DNS_ACTION_NODATA:
    case DNS_ACTION_LOCAL_DATA:
    case DNS_ACTION_DROP:
        return true;
    case DNS_ACTION_TRUNCATE:
        return work->transport == DNS_TRANSPORT_UDP;
    default:
        return false;
    }
}

void respond_decide_again(struct dns_worker *w, struct work *work, const struct dns_name *name)
{
    w->o.policy.prepare(w->policy, name, w->probes);
    w->o.policy.decide(w->policy, w->probes, name, &work->asker, w->now_us, &work->decision);
}

static void resolve(struct work *work)
{
    work->from_cache = false;
    work->state = WORK_RESOLVE;
}

/* The policy's own answer. An alias that the client asks us to follow has to be resolved. */
static void finish_by_policy(struct dns_worker *w, struct work *work)
{
    const struct dns_query *q = &work->query;
    struct dns_name target;
    uint32_t ttl;
    if (unlikely(work->decision.action == DNS_ACTION_LOCAL_DATA) &&
        w->o.policy.alias(q, &q->name, &work->decision, &target, &ttl)) {
        resolve(work);
        return;
    }
    work->answer_len = w->o.policy.answer(w->o.policy.self, q, work->message, &work->decision, work->answer, work->answer_max);
}

/* The same about a name of the answer's chain. What is too long for the chain is left to pending.c. */
static void finish_behind(struct dns_worker *w, struct work *work, const struct dns_cache_entry *e)
{
    const struct dns_query *q = &work->query;
    struct dns_chain chain;
    struct dns_name target;
    uint32_t ttl;
    dns_chain_begin(&chain, &q->name);
    bool follows = examine_follow(w, e, work->decision.chain, &chain) == 0;
    if (!follows || (work->decision.action == DNS_ACTION_LOCAL_DATA &&
                     w->o.policy.alias(q, &chain.end, &work->decision, &target, &ttl))) {
        resolve(work);
        return;
    }
    work->answer_len =
        w->o.policy.answer_behind(w->o.policy.self, q, work->message, &work->decision, &chain, work->answer, work->answer_max);
}

/* A cached answer that some rule may match. True when it may go out to this client all the same. */
static bool may_be_told(struct dns_worker *w, struct work *work, const struct dns_cache_entry *e)
{
    if (work->decision.action == DNS_ACTION_PASS && work->decision.final)
        return true;
    if (w->o.policy.wants_name_servers(w->policy, &work->asker, &work->decision)) {
        resolve(work);
        return false;
    }
    if (!examine_answer(w, work, e, NULL))
        return true;
    if (work->decision.chain > 0)
        finish_behind(w, work, e);
    else
        finish_by_policy(w, work);
    return false;
}

void respond_withhold(struct dns_worker *w, struct work *work)
{
    dns_count(&w->o.counters->rebinding_withheld, 1);
    respond_with_error(w, work, DNS_RCODE_NOERROR, DNS_EDE_BLOCKED, "private address of a public name");
    work->decision.action = DNS_ACTION_NODATA;
}

/* False: an upstream is to be asked. */
static inline bool finish_from_cache(struct dns_worker *w, struct work *work, struct dns_cache_entry *e)
{
    uint32_t stale_ttl_s = 0;
    enum dns_cache_state state = dns_cache_entry_state(e, w->now_s);
    if (state == DNS_CACHE_EXPIRED)
        return false;
    bool clean = examine_is_clean(w, e) && !respond_is_blocked(work);
    if (unlikely(!clean) && !may_be_told(w, work, e))
        return true;
    if (unlikely(state == DNS_CACHE_WITHHELD && work->decision.action != DNS_ACTION_PASS)) {
        respond_withhold(w, work);
        return true;
    }
    if (unlikely(state == DNS_CACHE_HELD_OFF)) { /* the upstream failed a moment ago: no need to wait again */
        stale_ttl_s = DNS_STALE_TTL_S;
        dns_count(&w->o.counters->stale_answers, 1);
    } else {
        work->refresh = state == DNS_CACHE_AGING;
        dns_count(&w->o.counters->cache_hits, 1);
    }
    work->answer_len =
        dns_cache_entry_write(e, &work->query, work->message, w->now_s, stale_ttl_s, work->answer, work->answer_max);
    return true;
}

void respond_finish(struct dns_worker *w, struct work *work, const struct dns_probes *probes)
{
    struct dns_query *q = &work->query;
    if (work->state != WORK_LOOK_UP)
        return;
    w->o.policy.decide(w->policy, probes, &q->name, &work->asker, w->now_us, &work->decision);
    work->state = WORK_DONE;
    if (respond_is_blocked(work) && likely(work->decision.final)) {
        finish_by_policy(w, work);
        return;
    }
    if (q->qtype == DNS_TYPE_ANY) { /* is not resolved: there is no answer to wait for */
        if (respond_is_blocked(work))
            finish_by_policy(w, work);
        else
            work->answer_len = w->o.policy.answer_any(q, work->message, work->answer, work->answer_max);
        return;
    }
    struct dns_cache_entry *e = dns_cache_find(w->cache, work->cache_hash, q);
    if ((!e || !finish_from_cache(w, work, e)) && !local_answer(w, work)) {
        dns_count(&w->o.counters->cache_misses, 1);
        work->from_cache = false;
        work->state = WORK_RESOLVE;
    }
}
