/* An upstream that says what the scenario told it to say, and counts what it is asked. */
#include <assert.h>
#include <errno.h>
#include <stdlib.h>

#include "base/writer.h"
#include "fake_world.h"
#include "proto/dns/referral.h"
#include "watch/dns/upstream.h"

enum { SAYINGS_MAX = 64, REFERRALS_MAX = 16, WAITING_MAX = 16384 };

struct waiting {
    struct dns_query query;
    upstream_done_fn *done;
    void *self;
};

struct upstream {
    char unused;
};

static struct world_upstream sayings[SAYINGS_MAX];
static unsigned saying_count;
static struct waiting *waiting[WAITING_MAX];
static struct world_referral referrals[REFERRALS_MAX];
static unsigned referral_count, servers_asked;
static unsigned waiting_count, asked, unknown;
static enum upstream_way last_way;

void world_upstream_init(void)
{
    saying_count = referral_count = servers_asked = asked = unknown = 0;
}

void world_upstream_say(const struct world_upstream *say)
{
    unsigned i = 0;
    while (i < saying_count && !(dns_name_equal(&sayings[i].name, &say->name) && sayings[i].type == say->type))
        i++;
    assert(i < SAYINGS_MAX);
    sayings[i] = *say;
    if (i == saying_count)
        saying_count++;
}

void world_upstream_refer(const struct world_referral *referral)
{
    unsigned i = 0;
    while (i < referral_count && !dns_name_equal(&referrals[i].zone, &referral->zone))
        i++;
    assert(i < REFERRALS_MAX);
    referrals[i] = *referral;
    if (i == referral_count)
        referral_count++;
}

unsigned world_servers_asked(void)
{
    unsigned n = servers_asked;
    servers_asked = 0;
    return n;
}

unsigned world_upstream_asked(void)
{
    unsigned n = asked;
    asked = 0;
    return n;
}

const char *world_upstream_way(void)
{
    static const char *const words[] = {"first", "second", "unchecked"};
    _Static_assert(array_len(words) == UPSTREAM_WAY_COUNT, "one word per way");
    return words[last_way];
}

unsigned world_upstream_unknown(void)
{
    return unknown;
}

static const struct world_upstream *find(const struct dns_query *q)
{
    const struct world_upstream *any = NULL; /* said of "*": of every name that nothing else is said about */
    for (unsigned i = 0; i < saying_count; i++) {
        if (sayings[i].type != q->qtype)
            continue;
        if (dns_name_equal(&sayings[i].name, &q->name))
            return &sayings[i];
        if (sayings[i].name.len == 3 && sayings[i].name.wire[1] == '*')
            any = &sayings[i];
    }
    return any;
}

static void put_head(struct writer *w, const struct dns_name *owner, uint16_t type, uint32_t ttl, size_t len)
{
    writer_bytes(w, owner->wire, owner->len);
    writer_u16(w, type);
    writer_u16(w, DNS_CLASS_IN);
    writer_u32(w, ttl);
    writer_u16(w, (uint16_t)len);
}

static size_t build(const struct dns_query *q, const struct world_upstream *s, uint8_t *to, size_t max)
{
    struct writer w = writer_of(to, max);
    bool records = s->word == WORLD_RECORDS || s->word == WORLD_BOGUS;
    writer_u16(&w, 0);
    writer_u16(&w, (uint16_t)(DNS_FLAG_QR | DNS_FLAG_RD | DNS_FLAG_RA | (s->secure ? DNS_FLAG_AD : 0) |
                              (s->word == WORLD_NXDOMAIN ? DNS_RCODE_NXDOMAIN : 0)));
    writer_u16(&w, 1);
    writer_u16(&w, (uint16_t)(records ? s->address_count + (s->alias.len > 0) : 0));
    writer_u16(&w, s->has_soa);
    writer_u16(&w, 0);
    writer_bytes(&w, q->name.wire, q->name.len);
    writer_u16(&w, q->qtype);
    writer_u16(&w, q->qclass);
    const struct dns_name *owner = &q->name;
    if (records && s->alias.len > 0) {
        put_head(&w, owner, s->alias_is_server ? DNS_TYPE_NS : DNS_TYPE_CNAME, s->ttl_s, s->alias.len);
        writer_bytes(&w, s->alias.wire, s->alias.len);
        owner = &s->alias;
    }
    for (unsigned i = 0; records && i < s->address_count; i++) {
        bool v4 = addr_is_v4(&s->address[i]);
        put_head(&w, owner, v4 ? DNS_TYPE_A : DNS_TYPE_AAAA, s->ttl_s, v4 ? 4 : 16);
        writer_bytes(&w, s->address[i].bytes + (v4 ? 12 : 0), v4 ? 4 : 16);
    }
    if (s->has_soa) {
        static const struct dns_name root = {.len = 1};
        put_head(&w, &root, DNS_TYPE_SOA, s->soa_ttl_s, 22);
        writer_bytes(&w, "\0", 2);
        for (uint32_t i = 1; i <= 4; i++)
            writer_u32(&w, i);
        writer_u32(&w, s->soa_minimum_s);
    }
    assert(!w.full);
    return w.len;
}

static void answer(const struct dns_query *q, const struct world_upstream *s, upstream_done_fn *done, void *self)
{
    static uint8_t message[DNS_MESSAGE_MAX];
    struct upstream_result r = {.rcode = DNS_RCODE_SERVFAIL};
    if (s->word == WORLD_BOGUS && !dns_query_unchecked(q)) {
        r.bogus = true;
        r.why_bogus = "signature crypto failed";
    } else if (s->word != WORLD_SERVFAIL) {
        r.len = build(q, s, message, sizeof message);
        r.message = message;
        r.rcode = message[3] & DNS_FLAG_RCODE;
        r.secure = s->secure;
    }
    done(self, &r);
}

unsigned world_upstream_speak(void)
{
    unsigned spoken = 0, kept = 0, n = waiting_count;
    for (unsigned i = 0; i < n; i++) {
        struct waiting *w = waiting[i];
        const struct world_upstream *s = find(&w->query);
        if (!s || s->word == WORLD_SILENT) {
            waiting[kept++] = w;
            continue;
        }
        answer(&w->query, s, w->done, w->self);
        free(w);
        spoken++;
    }
    waiting_count = kept;
    return spoken;
}

/* ---- watch/dns/upstream.h ---- */

int upstream_new(struct event_base *loop, const struct upstream_options *options, _Atomic uint64_t *tls_failures,
                 struct upstream **ret_upstream, const char **ret_error)
{
    (void)loop, (void)options, (void)tls_failures, (void)ret_error;
    *ret_upstream = calloc(1, sizeof **ret_upstream);
    return *ret_upstream ? 0 : -ENOMEM;
}

void upstream_free(struct upstream *u)
{
    while (waiting_count > 0)
        free(waiting[--waiting_count]);
    free(u);
}

int upstream_resolve(struct upstream *u, enum upstream_way way, const struct dns_query *q, upstream_done_fn *done,
                     void *self)
{
    (void)u;
    last_way = way;
    asked++;
    const struct world_upstream *s = find(q);
    unknown += !s;
    if (s && s->word != WORLD_SILENT) {
        answer(q, s, done, self);
        return 0;
    }
    if (waiting_count == WAITING_MAX)
        return -ENOMEM;
    struct waiting *w = malloc(sizeof *w);
    if (!w)
        return -ENOMEM;
    *w = (struct waiting){.query = *q, .done = done, .self = self};
    waiting[waiting_count++] = w;
    return 0;
}

static const struct world_referral *longest(const struct dns_name *name)
{
    const struct world_referral *best = NULL;
    for (unsigned i = 0; i < referral_count; i++)
        if (dns_name_within(name, &referrals[i].zone) && (!best || referrals[i].zone.labels > best->zone.labels))
            best = &referrals[i];
    return best;
}

/* Whom the question goes to does not matter: each server knows all zones. Those of a silent one are not there. */
int upstream_ask(struct upstream *u, const struct addr *server, uint16_t port, const struct dns_query *q,
                 upstream_done_fn *done, void *self)
{
    (void)u, (void)port;
    static uint8_t message[DNS_REFERRAL_FORMAT_MAX];
    static struct dns_referral f;
    struct upstream_result r = {.rcode = DNS_RCODE_SERVFAIL};
    const struct world_referral *says = longest(&q->name);
    servers_asked++;
    for (unsigned i = 0; says && i < referral_count; i++)
        for (unsigned k = 0; k < referrals[i].glue_count; k++)
            if (referrals[i].silent && memcmp(&referrals[i].glue[k], server, sizeof *server) == 0) {
                done(self, &r);
                return 0;
            }
    if (says) {
        f.zone = says->zone;
        f.ttl_s = 300;
        f.server_count = 1;
        f.servers[0] = says->server;
        f.has_glue[0] = says->glue_count > 0;
        f.glue_count = says->glue_count;
        memcpy(f.glue, says->glue, sizeof says->glue);
    }
    r.len = dns_referral_format(says ? DNS_REFERRAL_CUT : DNS_REFERRAL_NONE, &q->name, &f, message, sizeof message);
    r.message = message;
    r.rcode = DNS_RCODE_NOERROR;
    done(self, &r);
    return 0;
}
