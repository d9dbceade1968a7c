/* Keeps the queries that wait for an upstream, and answers them when it has spoken or the time is up. */
#include <errno.h>
#include <stdlib.h>

#include "base/clock.h"
#include "watch/dns/worker.h"

enum { PENDING_QUESTION_MAX = DNS_HEADER_LEN + DNS_NAME_MAX + 4 };

struct pending {
    struct dns_worker *worker;
    struct pending *next, *prev; /* by age; in the free list only next */
    struct client client;
    struct dns_query query;
    struct dns_chain *chain; /* owned; NULL: the query is asked. Else the name that it leads to, */
    struct dns_query target; /* which is this */
    struct dns_decision decision;
    uint64_t cache_hash; /* of what is asked */
    struct dns_asker asker;
    uint64_t policy_serial; /* that the decision was taken under: its data is borrowed from there */
    uint64_t started_ns;
    int64_t read_us;
    bool late;     /* no time is left to ask for the target of an alias */
    bool answered; /* stale or by deadline, or there is no client; the upstream's word only goes to the cache */
    bool refresh;  /* nobody asked: what is in the cache is still good */
    bool needs_servers;     /* rules about name servers may hold: nothing goes out before they are known */
    bool servers_passed;    /* as far as they are known none holds */
    bool servers_block;     /* one holds, unless a rule about the answer comes before it */
    enum upstream_way way;
    uint8_t question[PENDING_QUESTION_MAX]; /* header and question as they came: the letter case is kept */
};

struct pending_table {
    struct pending *slots, *free;
    struct pending oldest; /* head of the ring of waiting ones */
    unsigned used, refreshes;
};

int pending_new(struct dns_worker *w)
{
    struct pending_table *t = calloc(1, sizeof *t);
    if (!t)
        return -ENOMEM;
    t->slots = calloc(DNS_PENDING_MAX, sizeof *t->slots); /* untouched pages cost nothing */
    if (!t->slots) {
        free(t);
        return -ENOMEM;
    }
    t->oldest.next = t->oldest.prev = &t->oldest;
    w->pending = t;
    return 0;
}

void pending_free(struct dns_worker *w)
{
    if (!w->pending)
        return;
    for (unsigned i = 0; i < w->pending->used; i++)
        free(w->pending->slots[i].chain);
    free(w->pending->slots);
    free(w->pending);
    w->pending = NULL;
}

static struct pending *take_slot(struct dns_worker *w)
{
    struct pending_table *t = w->pending;
    struct pending *p = t->free;
    if (p)
        t->free = p->next;
    else if (t->used < DNS_PENDING_MAX)
        p = &t->slots[t->used++];
    if (!p)
        return NULL;
    p->worker = w;
    p->prev = t->oldest.prev;
    p->next = &t->oldest;
    p->prev->next = p->next->prev = p;
    dns_gauge(&w->o.counters->pending, atomic_load_explicit(&w->o.counters->pending, memory_order_relaxed) + 1);
    return p;
}

static void give_slot_back(struct pending *p)
{
    struct dns_worker *w = p->worker;
    p->prev->next = p->next;
    p->next->prev = p->prev;
    w->pending->refreshes -= p->refresh;
    free(p->chain);
    p->chain = NULL;
    p->next = w->pending->free;
    w->pending->free = p;
    dns_gauge(&w->o.counters->pending, atomic_load_explicit(&w->o.counters->pending, memory_order_relaxed) - 1);
}

static void send_answer(struct dns_worker *w, const struct client *client, uint8_t *answer, size_t len)
{
    if (client->transport != DNS_TRANSPORT_UDP)
        stream_send(w, client, answer, len);
    else if (len > 0)
        udp_send(w, client, answer, len);
}

static const struct dns_query *asked(const struct pending *p)
{
    return p->chain ? &p->target : &p->query;
}

/* The query as a worker's files know it, to be answered from w->large. */
static struct work work_of(const struct pending *p)
{
    return (struct work){
        .query = p->query,
        .message = p->question,
        .message_len = (size_t)DNS_HEADER_LEN + p->query.question_len,
        .transport = p->client.transport,
        .asker = p->asker,
        .decision = p->decision,
        .answer = p->worker->large,
        .answer_max = respond_max(&p->query, p->client.transport),
    };
}

/* Sends what stands in w->large, without the options that only the client's query asks for, and records it. */
static void answer_client(struct pending *p, size_t len)
{
    struct dns_worker *w = p->worker;
    struct work work = work_of(p);
    work.answer_len = len;
    p->answered = true;
    if (len > DNS_HEADER_LEN && w->large[2] & DNS_FLAG_TC >> 8)
        dns_count(&w->o.counters->truncated, 1);
    if (guard_has_options(&p->query))
        len = guard_add_options(w, &p->query, work.transport, &work.asker.client, w->large, len);
    send_answer(w, &p->client, w->large, len);
    uint64_t took_ns = clock_mono_ns() - p->started_ns;
    worker_observe(w, &work, p->read_us, took_ns / 1000 < UINT32_MAX ? (uint32_t)(took_ns / 1000) : UINT32_MAX);
    worker_publish(w);
}

static void answer_failure(struct pending *p, uint16_t ede)
{
    struct dns_worker *w = p->worker;
    size_t max = respond_max(&p->query, p->client.transport);
    answer_client(p, w->o.policy.answer_error(&p->query, p->question, DNS_RCODE_SERVFAIL, ede, NULL, w->large, max));
}

/* An answer without records; PENDING_QUESTION_MAX octets at most. */
static size_t write_empty(const struct dns_query *q, unsigned rcode, uint8_t *to)
{
    struct writer out = writer_of(to, PENDING_QUESTION_MAX);
    writer_u16(&out, 0);
    writer_u16(&out, (uint16_t)(DNS_FLAG_QR | rcode));
    writer_u16(&out, 1);
    writer_u16(&out, 0);
    writer_u32(&out, 0);
    writer_bytes(&out, q->name.wire, q->name.len);
    writer_u16(&out, q->qtype);
    writer_u16(&out, q->qclass);
    return out.len;
}

/* ---- the policy's word on an answer ---- */

/* Everything is decided again: the policy may have changed since the query came. */
static void decide(struct pending *p, struct work *work, const struct dns_cache_entry *e,
                   const struct dns_name_servers *servers)
{
    struct dns_worker *w = p->worker;
    w->now_us = clock_wall_us();
    respond_decide_again(w, work, &asked(p)->name);
    bool stands = work->decision.final && (work->decision.action == DNS_ACTION_PASS || respond_is_blocked(work));
    if (!stands)
        examine_answer(w, work, e, servers);
}

/* The way leads on to another name. */
static int lead_to(struct pending *p, uint32_t ttl, const struct dns_name *target)
{
    if (!p->chain) {
        p->chain = malloc(sizeof *p->chain);
        if (!p->chain)
            return -ENOMEM;
        dns_chain_begin(p->chain, &p->query.name);
    }
    return dns_chain_add(p->chain, ttl, target);
}

static int lead_along(struct pending *p, const struct dns_cache_entry *e, unsigned count)
{
    struct dns_name first;
    uint32_t ttl;
    size_t len;
    if (count == 0)
        return 0;
    const uint8_t *message = dns_cache_entry_message(e, &len);
    if (p->chain)
        return examine_follow(p->worker, e, count, p->chain);
    int r = dns_chain_next(message, len, &p->query.name, &first, &ttl);
    if (r == 0)
        r = lead_to(p, ttl < DNS_CHAIN_TTL_MAX_S ? ttl : DNS_CHAIN_TTL_MAX_S, &first);
    return r < 0 ? r : examine_follow(p->worker, e, count - 1, p->chain);
}

/* Asks for the name that the chain leads to. True: it goes on waiting; false: it is answered. */
static bool ask_target(struct pending *p);
static bool ask_upstream(struct pending *p);

/* The policy's word on one name of the chain, or the query's. True: the target of an alias is asked for first. e: the
 * answer that the name stood in, NULL when it is the one that is asked for. */
static bool tell_block(struct pending *p, struct work *work, const struct dns_cache_entry *e)
{
    struct dns_worker *w = p->worker;
    const struct dns_policy *policy = &w->o.policy;
    struct dns_name target;
    uint32_t ttl;
    p->decision = work->decision;
    p->policy_serial = w->policy_serial;
    if (lead_along(p, e, work->decision.chain) < 0) {
        answer_failure(p, DNS_EDE_OTHER);
        return false;
    }
    const struct dns_name *owner = p->chain ? &p->chain->end : &p->query.name;
    if (!p->late && work->decision.action == DNS_ACTION_LOCAL_DATA &&
        policy->alias(&p->query, owner, &work->decision, &target, &ttl)) {
        p->asker.redirected = true;
        if (lead_to(p, ttl, &target) == 0)
            return ask_target(p);
        answer_failure(p, DNS_EDE_OTHER); /* a loop of aliases */
        return false;
    }
    answer_client(p, policy->answer_behind(policy->self, &p->query, p->question, &work->decision, p->chain, w->large, work->answer_max));
    return false;
}

static void answer_withheld(struct pending *p, struct work *work)
{
    respond_withhold(p->worker, work);
    p->decision = work->decision;
    answer_client(p, work->answer_len);
}

/* Answers from an entry of the cache, stale or fresh. True: not yet, the target of an alias is asked for first. The
 * policy must be held. */
static bool tell(struct pending *p, struct dns_cache_entry *e, uint32_t stale_ttl_s,
                 const struct dns_name_servers *servers)
{
    struct dns_worker *w = p->worker;
    const struct dns_policy *policy = &w->o.policy;
    struct work work = work_of(p);
    size_t len, max = work.answer_max;
    const uint8_t *message = dns_cache_entry_message(e, &len);
    if (p->asker.redirected && p->policy_serial != w->policy_serial) {
        answer_failure(p, DNS_EDE_OTHER); /* the rule may have gone while its target was asked for: the client asks again */
        return false;
    }
    decide(p, &work, e, servers);
    if (respond_is_blocked(&work))
        return tell_block(p, &work, e);
    if (!p->asker.redirected) {
        p->decision = work.decision;
        p->policy_serial = w->policy_serial;
    }
    if (!p->asker.redirected && dns_cache_entry_withheld(e) && work.decision.action != DNS_ACTION_PASS)
        answer_withheld(p, &work);
    else if (p->chain)
        answer_client(p, policy->answer_followed(policy->self, &p->query, p->question, &p->decision, p->chain, message, len, w->large,
                                                 max));
    else
        answer_client(p, dns_cache_entry_write(e, &p->query, p->question, w->now_s, stale_ttl_s, w->large, max));
    return false;
}

/* An upstream may answer at once, within a batch that holds the policy already. */
static bool hold_policy(struct dns_worker *w)
{
    if (w->policy)
        return false;
    worker_hold_policy(w);
    return true;
}

static bool tell_with_policy(struct pending *p, struct dns_cache_entry *e, uint32_t stale_ttl_s,
                             const struct dns_name_servers *servers)
{
    bool held = hold_policy(p->worker);
    bool waits = tell(p, e, stale_ttl_s, servers);
    if (held)
        worker_release_policy(p->worker);
    return waits;
}

/* Answers from the cache if it still has something that may be told, fresh or stale. */
static bool answer_stale(struct pending *p)
{
    struct dns_worker *w = p->worker;
    if (p->needs_servers && !p->servers_passed)
        return false;
    struct dns_cache_entry *e = dns_cache_find(w->cache, p->cache_hash, asked(p));
    if (!e || dns_cache_entry_rcode(e) == DNS_RCODE_SERVFAIL ||
        dns_cache_entry_fresh_s(e, w->now_s) < -DNS_STALE_KEEP_S)
        return false;
    uint32_t stale_ttl_s = dns_cache_entry_fresh_s(e, w->now_s) > 0 ? 0 : DNS_STALE_TTL_S;
    if (stale_ttl_s) {
        dns_count(&w->o.counters->stale_answers, 1);
        dns_cache_entry_hold_off(e, w->now_s + DNS_STALE_TTL_S);
    }
    p->late = true;
    bool held = hold_policy(w);
    tell(p, e, stale_ttl_s, NULL);
    if (held)
        worker_release_policy(w);
    return true;
}

/* RFC 9520: a failure is remembered briefly, so that a storm of repeats does not become a storm upstream. */
static void cache_failure(struct dns_worker *w, const struct pending *p, uint16_t ede)
{
    const struct dns_query *q = asked(p);
    uint8_t message[PENDING_QUESTION_MAX];
    size_t len = write_empty(q, DNS_RCODE_SERVFAIL, message);
    static const struct dns_pack_ttls none = {.min_s = UINT32_MAX};
    struct dns_cache_answer a = {
        .message = message, .len = len, .ttls = &none, .ttl_s = DNS_CACHE_FAILURE_S, .ede = ede};
    int e = dns_cache_put(w->cache, p->cache_hash, q, &a, w->now_s);
    (void)e; /* without memory the next client asks again */
}

/* Would the answer let a public name stand for a machine of the inside? */
static bool is_withheld(const struct dns_worker *w, const struct pending *p, const struct upstream_result *r)
{
    return w->o.withhold_private && !rebind_may(&w->o.private_names, &asked(p)->name) &&
           rebind_has_private(r->message, r->len);
}

static uint32_t lifetime_s(const struct dns_pack_ttls *ttls, int rcode, bool has_answers)
{
    uint32_t max = rcode == DNS_RCODE_NOERROR && has_answers ? DNS_CACHE_TTL_MAX_S : DNS_CACHE_NEGATIVE_MAX_S;
    if (ttls->min_s == UINT32_MAX)
        return DNS_CACHE_FAILURE_S; /* RFC 2308 5: a negative answer without SOA is not kept; just long enough to share */
    return ttls->min_s < max ? ttls->min_s : max;
}

/* Packs and keeps a whole answer; the entry, or NULL when the message is no good. */
static struct dns_cache_entry *cache_answer(struct dns_worker *w, const struct pending *p,
                                            const struct upstream_result *r)
{
    struct dns_pack_ttls ttls;
    const struct dns_query *q = asked(p);
    int len = dns_message_pack(r->message, r->len, q->dnssec_ok, w->large, DNS_MESSAGE_MAX, &ttls);
    if (len < DNS_HEADER_LEN + q->question_len)
        return NULL;
    unsigned rcode = w->large[3] & DNS_FLAG_RCODE;
    bool has_answers = w->large[6] != 0 || w->large[7] != 0;
    struct dns_cache_answer a = {
        .message = w->large,
        .len = (size_t)len,
        .ttls = &ttls,
        .ttl_s = lifetime_s(&ttls, (int)rcode, has_answers),
        .secure = r->secure,
        .second = p->way == UPSTREAM_SECOND,
        .withheld = is_withheld(w, p, r),
        .ede = DNS_EDE_NONE,
    };
    if (dns_cache_put(w->cache, p->cache_hash, q, &a, w->now_s) < 0)
        return NULL;
    return dns_cache_find(w->cache, p->cache_hash, q);
}

/* The records of an answer that has just been taken. The policy must be held. */
static void tell_records(struct pending *p, struct work *work, const struct dns_cache_entry *e,
                         const struct dns_name_servers *servers)
{
    struct dns_worker *w = p->worker;
    if (!records_are_wanted(w))
        return;
    w->now_us = clock_wall_us();
    bool is_clean = dns_cache_entry_mark(e) == w->policy_serial;
    if (!is_clean && !(work->decision.final && work->decision.action == DNS_ACTION_PASS))
        examine_answer(w, work, e, servers);
    records_tell(w, work, e);
}

static void on_name_servers(void *self, const struct dns_name_servers *servers, bool whole)
{
    struct pending *p = self;
    struct dns_worker *w = p->worker;
    struct dns_cache_entry *e = dns_cache_find(w->cache, p->cache_hash, asked(p));
    bool held = hold_policy(w), waits = false;
    if (e && !p->chain && servers) {
        struct work work = work_of(p);
        respond_decide_again(w, &work, &p->query.name);
        if (whole)
            examine_remember(w, e, servers);
        tell_records(p, &work, e, servers);
    }
    if (e && servers && !p->answered)
        waits = tell(p, e, 0, servers);
    else if (!p->answered) /* evicted meanwhile, or not looked for: by a flood */
        answer_failure(p, DNS_EDE_OTHER);
    if (held)
        worker_release_policy(w);
    if (!waits)
        give_slot_back(p);
}

/* There is an answer. True: the slot goes on waiting, for name servers or the target of an alias. */
static bool settle(struct pending *p, struct dns_cache_entry *e)
{
    static const struct name_servers_caller caller = {.done = on_name_servers};
    struct dns_worker *w = p->worker;
    if (p->asker.redirected)
        return !p->answered && tell_with_policy(p, e, 0, NULL);
    bool held = hold_policy(w), waits = false;
    if (!p->chain)
        examine_remember(w, e, NULL);
    struct work work = work_of(p);
    respond_decide_again(w, &work, &asked(p)->name);
    if (!w->o.policy.wants_name_servers(w->policy, &p->asker, &work.decision)) {
        if (!p->chain)
            tell_records(p, &work, e, NULL);
        waits = !p->answered && tell(p, e, 0, NULL);
    } else if (name_servers_find(w, asked(p), e, &caller, p) == 0)
        waits = true;
    else if (!p->answered)
        answer_failure(p, DNS_EDE_OTHER);
    if (held)
        worker_release_policy(w);
    return waits;
}

/* ---- the name's servers, before it is resolved ---- */

/* The policy's word on the name that is asked for and its servers, whatever the answer may hold. The policy must be held. */
static struct work decide_by_servers(struct pending *p, const struct dns_name_servers *servers)
{
    struct dns_worker *w = p->worker;
    struct work work = work_of(p);
    uint8_t empty[PENDING_QUESTION_MAX];
    size_t len = write_empty(asked(p), DNS_RCODE_NOERROR, empty);
    w->now_us = clock_wall_us();
    respond_decide_again(w, &work, &asked(p)->name);
    w->o.policy.examine(w->policy, &p->asker, w->now_us, empty, len, servers, &work.decision);
    return work;
}

static bool servers_are_enough(void *self, const struct dns_name_servers *servers)
{
    struct pending *p = self;
    struct dns_worker *w = p->worker;
    bool held = hold_policy(w);
    struct work work = decide_by_servers(p, servers);
    bool enough = respond_is_blocked(&work) && w->o.policy.stands(w->policy, &p->asker, &work.decision, false);
    if (held)
        worker_release_policy(w);
    return enough;
}

static void on_servers_first(void *self, const struct dns_name_servers *servers, bool whole)
{
    struct pending *p = self;
    struct dns_worker *w = p->worker;
    if (!servers) {
        if (!p->answered)
            answer_failure(p, DNS_EDE_OTHER);
        give_slot_back(p);
        return;
    }
    bool held = hold_policy(w), waits = false;
    struct work work = decide_by_servers(p, servers);
    bool blocked = respond_is_blocked(&work);
    p->servers_block = blocked;
    p->servers_passed = !blocked;
    if (p->answered)
        waits = false;
    else if (blocked && w->o.policy.stands(w->policy, &p->asker, &work.decision, whole))
        waits = tell_block(p, &work, NULL);
    else
        waits = ask_upstream(p);
    if (held)
        worker_release_policy(w);
    if (!waits)
        give_slot_back(p);
}

/* The upstream failed, so no answer comes before the rule. */
static void on_servers_last(void *self, const struct dns_name_servers *servers, bool whole)
{
    (void)whole;
    struct pending *p = self;
    struct dns_worker *w = p->worker;
    bool held = hold_policy(w), waits = false;
    static const struct dns_name_servers none = {0};
    struct work work = decide_by_servers(p, servers ? servers : &none);
    if (!p->answered && respond_is_blocked(&work))
        waits = tell_block(p, &work, NULL);
    else if (!p->answered)
        answer_failure(p, DNS_EDE_NO_REACHABLE_AUTHORITY);
    if (held)
        worker_release_policy(w);
    if (!waits)
        give_slot_back(p);
}

static bool block_by_servers(struct pending *p)
{
    static const struct name_servers_caller caller = {.done = on_servers_last, .enough = servers_are_enough};
    return !p->answered && p->servers_block && name_servers_find(p->worker, asked(p), NULL, &caller, p) == 0;
}

/* ---- what comes back ---- */

static void fail(struct pending *p)
{
    struct dns_worker *w = p->worker;
    dns_count(&w->o.counters->upstream_failures, 1);
    if (!p->answered) {
        cache_failure(w, p, DNS_EDE_NO_REACHABLE_AUTHORITY);
        answer_failure(p, DNS_EDE_NO_REACHABLE_AUTHORITY);
    }
    give_slot_back(p);
}

/* Whether the name is an alias at all, when what it leads to cannot be resolved. */
static void on_alias(void *self, const struct upstream_result *r)
{
    struct pending *p = self;
    struct dns_worker *w = p->worker;
    struct dns_name target;
    uint32_t ttl;
    w->now_s = (uint32_t)(clock_mono_ns() / 1000000000u);
    bool leads = !p->answered && r->message && !r->bogus &&
                 dns_chain_next(r->message, r->len, &asked(p)->name, &target, &ttl) == 0 &&
                 lead_to(p, ttl < DNS_CHAIN_TTL_MAX_S ? ttl : DNS_CHAIN_TTL_MAX_S, &target) == 0;
    if (leads) {
        bool held = hold_policy(w);
        bool waits = ask_target(p);
        if (held)
            worker_release_policy(w);
        if (!waits)
            give_slot_back(p);
        return;
    }
    free(p->chain); /* it is the query that failed */
    p->chain = NULL;
    p->cache_hash = dns_cache_hash(w->cache, &p->query);
    fail(p);
}

/* An upstream resolves a whole chain or fails. So that a rule on a name in the middle holds although what lies behind it
 * is dead, the chain is walked alias by alias. */
static bool walk_chain(struct pending *p)
{
    struct dns_worker *w = p->worker;
    if (p->answered || p->asker.redirected || p->query.qtype == DNS_TYPE_CNAME)
        return false;
    bool held = hold_policy(w);
    bool matters = w->o.policy.has_names(w->policy);
    if (held)
        worker_release_policy(w);
    struct dns_query q = *asked(p);
    q.qtype = DNS_TYPE_CNAME;
    return matters && upstream_resolve(w->upstream, p->way, &q, on_alias, p) == 0;
}

static void on_upstream(void *self, const struct upstream_result *r)
{
    struct pending *p = self;
    struct dns_worker *w = p->worker;
    w->now_s = (uint32_t)(clock_mono_ns() / 1000000000u);
    bool failed = r->bogus || r->rcode == DNS_RCODE_SERVFAIL || !r->message;
    struct dns_cache_entry *e = failed ? NULL : cache_answer(w, p, r);
    if (e) {
        if (!settle(p, e))
            give_slot_back(p);
    } else if (r->bogus && !p->refresh) {
        dns_count(&w->o.counters->bogus, 1);
        cache_failure(w, p, DNS_EDE_DNSSEC_BOGUS);
        if (!p->answered)
            answer_failure(p, DNS_EDE_DNSSEC_BOGUS);
        give_slot_back(p);
    } else if (p->refresh || (!p->answered && answer_stale(p))) { /* after a refresh the next client finds out */
        dns_count(&w->o.counters->upstream_failures, 1);
        give_slot_back(p);
    } else if (!block_by_servers(p) && !walk_chain(p)) {
        fail(p);
    }
}

/* Asks an upstream. False: it is answered. */
static bool ask_upstream(struct pending *p)
{
    struct dns_worker *w = p->worker;
    if (upstream_resolve(w->upstream, p->way, asked(p), on_upstream, p) == 0)
        return true;
    dns_count(&w->o.counters->upstream_failures, 1);
    answer_failure(p, DNS_EDE_OTHER);
    return false;
}

static bool needs_servers(const struct pending *p, const struct dns_decision *decision)
{
    const struct dns_worker *w = p->worker;
    return !p->asker.redirected && w->o.policy.wants_name_servers(w->policy, &p->asker, decision);
}

/* A name whose servers have a rule is not asked for: neither can they be silent, nor do they hear of it. The policy must be
 * held. False: it is answered. */
static bool ask(struct pending *p, const struct dns_decision *decision)
{
    static const struct name_servers_caller caller = {.done = on_servers_first, .enough = servers_are_enough};
    p->servers_passed = p->servers_block = false;
    p->needs_servers = needs_servers(p, decision);
    if (!p->needs_servers)
        return ask_upstream(p);
    if (name_servers_find(p->worker, asked(p), NULL, &caller, p) == 0)
        return true;
    answer_failure(p, DNS_EDE_OTHER);
    return false;
}

static bool ask_target(struct pending *p)
{
    struct dns_worker *w = p->worker;
    p->target = p->query;
    p->target.name = p->chain->end;
    p->target.question_len = (uint16_t)(p->chain->end.len + 4);
    p->cache_hash = dns_cache_hash(w->cache, &p->target);
    p->asker.behind = true;
    struct work work = work_of(p);
    respond_decide_again(w, &work, &p->target.name);
    if (respond_is_blocked(&work) && work.decision.final)
        return tell_block(p, &work, NULL);
    struct dns_cache_entry *e = dns_cache_find(w->cache, p->cache_hash, &p->target);
    if (e && dns_cache_entry_fresh_s(e, w->now_s) > 0 && dns_cache_entry_rcode(e) != DNS_RCODE_SERVFAIL &&
        !needs_servers(p, &work.decision))
        return tell(p, e, 0, NULL);
    return ask(p, &work.decision);
}

/* No room: an answer like any other, and observed like any other. */
static void refuse(struct dns_worker *w, struct work *work, const struct client *client)
{
    dns_count(&w->o.counters->pending_refused, 1);
    work->answer = w->large;
    work->answer_len =
        w->o.policy.answer_error(&work->query, work->message, DNS_RCODE_SERVFAIL, DNS_EDE_OTHER, "too many queries wait",
                                 w->large, respond_max(&work->query, client->transport));
    if (guard_has_options(&work->query))
        work->answer_len = guard_add_options(w, &work->query, work->transport, &work->asker.client, work->answer,
                                             work->answer_len);
    send_answer(w, client, work->answer, work->answer_len);
    worker_observe(w, work, w->now_us, (uint32_t)((clock_mono_ns() - w->mono_ns) / 1000));
    worker_publish(w);
}

/* Asks an upstream, or the cache for the target of an alias. */
static bool start(struct pending *p)
{
    struct work work = work_of(p);
    if (respond_is_blocked(&work) && work.decision.final && work.decision.chain == 0)
        return tell_block(p, &work, NULL);
    return ask(p, &p->decision);
}

void pending_start(struct dns_worker *w, struct work *work, const struct client *client)
{
    struct pending *p = take_slot(w);
    if (!p) {
        refuse(w, work, client);
        return;
    }
    p->client = *client;
    p->query = work->query;
    p->decision = work->decision;
    p->policy_serial = w->policy_serial;
    p->asker = work->asker;
    p->asker.behind = p->asker.redirected = p->late = false;
    p->cache_hash = work->cache_hash;
    p->started_ns = w->mono_ns;
    p->read_us = w->now_us;
    p->answered = p->refresh = false;
    p->needs_servers = p->servers_passed = p->servers_block = false;
    p->way = dns_query_unchecked(&p->query) ? UPSTREAM_UNCHECKED : UPSTREAM_FIRST;
    memcpy(p->question, work->message, (size_t)DNS_HEADER_LEN + work->query.question_len);
    if (!start(p))
        give_slot_back(p);
}

void pending_refresh(struct dns_worker *w, const struct work *work)
{
    const struct dns_cache_entry *e = dns_cache_find(w->cache, work->cache_hash, &work->query);
    if (!e || !w->o.upstream.refresh)
        return;
    bool was_second = dns_cache_entry_second(e);
    struct pending *p = w->pending->refreshes < DNS_REFRESHES_MAX ? take_slot(w) : NULL;
    if (!p) {
        dns_count(&w->o.counters->refreshes_refused, 1);
        return;
    }
    w->pending->refreshes++;
    dns_count(&w->o.counters->refreshes, 1);
    p->client.transport = work->transport;
    p->query = work->query;
    p->decision = work->decision;
    p->cache_hash = work->cache_hash;
    p->started_ns = w->mono_ns;
    p->read_us = w->now_us;
    p->asker = work->asker;
    p->asker.behind = p->asker.redirected = p->late = false;
    p->policy_serial = 0;
    p->answered = p->refresh = true;
    p->needs_servers = p->servers_passed = p->servers_block = false;
    p->way = was_second ? UPSTREAM_FIRST : UPSTREAM_SECOND;
    memcpy(p->question, work->message, (size_t)DNS_HEADER_LEN + work->query.question_len);
    if (upstream_resolve(w->upstream, p->way, &p->query, on_upstream, p) < 0)
        give_slot_back(p);
}

/* The oldest come first, so the walk ends at the first young one. */
void pending_tick(struct dns_worker *w)
{
    uint64_t now_ns = clock_mono_ns();
    struct pending *head = &w->pending->oldest, *next;
    for (struct pending *p = head->next; p != head; p = next) {
        next = p->next;
        uint64_t age_ms = (now_ns - p->started_ns) / 1000000;
        if (age_ms < DNS_STALE_AFTER_MS)
            break;
        if (p->answered)
            continue;
        if (answer_stale(p) || age_ms < DNS_PENDING_DEADLINE_MS)
            continue;
        dns_count(&w->o.counters->pending_expired, 1);
        answer_failure(p, DNS_EDE_NO_REACHABLE_AUTHORITY);
    }
}
