/* Drives libunbound. */
#include "watch/dns/upstream.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <unbound-event.h>
#include <unbound.h>
#include <unistd.h>

#include "base/attr.h"
#include "watch/dns/direct.h"
#include "watch/dns/relay.h"
#include "watch/dns/tls.h"

enum { TARGETS_MAX = DNS_FORWARDS_MAX + DNS_STUBS_MAX };

struct upstream {
    struct ub_ctx *ctx[UPSTREAM_WAY_COUNT]; /* NULL: as the first */
    struct dns_tls_client *client;          /* NULL: nothing by TLS */
    struct direct *direct;
    struct relay *relays[TARGETS_MAX];      /* of forwards, then of stubs; NULL: not by TLS */
};

struct waiting {
    upstream_done_fn *done;
    void *self;
};

/* What libunbound is told, and why where it is not its default. */
static const struct {
    const char *name, *value;
} fixed_options[] = {
    {"use-syslog:", "no"},
    {"edns-buffer-size:", "1232"},      /* no fragments: DNS flag day 2020 */
    {"qname-minimisation:", "yes"},     /* RFC 9156 */
    {"harden-below-nxdomain:", "yes"},  /* RFC 8020 */
    {"harden-glue:", "yes"},
    {"harden-dnssec-stripped:", "yes"},
    {"aggressive-nsec:", "yes"},        /* RFC 8198 */
    {"minimal-responses:", "yes"},
    {"rrset-roundrobin:", "yes"},
    {"num-queries-per-thread:", "4096"},
    {"outgoing-range:", "2048"},
    {"jostle-timeout:", "500"},
    {"infra-host-ttl:", "60"},          /* a server that was away is tried again within a minute */
    {"so-reuseport:", "no"},
};

static int set(struct ub_ctx *ctx, const char *name, const char *value, const char **ret_error)
{
    int e = ub_ctx_set_option(ctx, name, value);
    if (e != 0)
        *ret_error = ub_strerror(e);
    return e ? -EINVAL : 0;
}

static int set_caches(struct ub_ctx *ctx, unsigned mib, const char **ret_error)
{
    /* The record sets weigh about twice the messages (unbound.conf(5)). */
    char text[16];
    snprintf(text, sizeof text, "%um", mib / 3 ? mib / 3 : 1);
    int e = set(ctx, "msg-cache-size:", text, ret_error);
    if (e == 0)
        e = set(ctx, "key-cache-size:", text, ret_error);
    snprintf(text, sizeof text, "%um", mib * 2 / 3 ? mib * 2 / 3 : 1);
    return e ? e : set(ctx, "rrset-cache-size:", text, ret_error);
}

static int set_addresses(struct ub_ctx *ctx, const struct upstream_options *o, const char **ret_error)
{
    char text[ADDR_TEXT_MAX];
    int e = 0;
    for (unsigned i = 0; e == 0 && i < o->send_from_count; i++)
        e = set(ctx, "outgoing-interface:", addr_format(&o->send_from[i], text), ret_error);
    return e;
}

/* Where libunbound is to ask: by TLS, at a relay of ours. */
static void write_target(FILE *f, const struct upstream *u, const char *kind, unsigned number,
                         const struct upstream_target *t)
{
    if (u->relays[number])
        fprintf(f, " %s-addr: 127.0.0.1@%u\n", kind, relay_port(u->relays[number]));
    else
        fprintf(f, " %s-addr: %s\n", kind, t->text);
}

/* Everything that libunbound takes in its configuration file only: forwarding of single zones. */
static void write_zones(FILE *f, const struct upstream *u, const struct upstream_options *o)
{
    if (o->forward_count > 0)
        fprintf(f, "forward-zone:\n name: \".\"\n");
    for (unsigned i = 0; i < o->forward_count; i++)
        write_target(f, u, "forward", i, &o->forward[i]);
    for (unsigned i = 0; i < o->stub_count; i++) {
        const char *kind = o->stub[i].recursive ? "forward" : "stub";
        fprintf(f, "%s-zone:\n name: \"%s\"\n", kind, o->stub[i].zone);
        write_target(f, u, kind, DNS_FORWARDS_MAX + i, &o->stub[i].target);
    }
}

static int set_targets(const struct upstream *u, struct ub_ctx *ctx, const struct upstream_options *o,
                       const char **ret_error)
{
    *ret_error = "no memory for the zones";
    int fd = memfd_create("hinomi-zones", MFD_CLOEXEC);
    FILE *f = fd >= 0 ? fdopen(fd, "w") : NULL;
    if (!f) {
        if (fd >= 0)
            close(fd);
        return -ENOMEM;
    }
    char path[32];
    snprintf(path, sizeof path, "/proc/self/fd/%d", fd);
    write_zones(f, u, o);
    int e = fflush(f) == 0 ? ub_ctx_config(ctx, path) : UB_NOMEM;
    fclose(f);
    for (unsigned i = 0; e == 0 && i < o->stub_count; i++)
        if (o->stub[i].insecure)
            e = ub_ctx_set_option(ctx, "domain-insecure:", o->stub[i].zone);
    /* Last, since it ends the configuration. libunbound answers reverse zones of private addresses, home.arpa and others
     * of RFC 6303 itself, unless one of them is a stub. */
    for (unsigned i = 0; e == 0 && i < o->stub_count; i++)
        e = ub_ctx_zone_add(ctx, o->stub[i].zone, "transparent");
    if (e != 0)
        *ret_error = ub_strerror(e);
    return e ? -EINVAL : 0;
}

/* libunbound opens its files when the first query is prepared; this one is answered from its built-in zone "localhost."
 * without leaving the machine. */
static void ignore_result(void *self, int rcode, void *packet, int len, int secure, char *why_bogus, int limited)
{
    (void)self, (void)rcode, (void)packet, (void)len, (void)secure, (void)why_bogus, (void)limited;
}

/* Per cent of the memory for caches: most is asked of the first. */
static const unsigned memory_shares[] = {[UPSTREAM_FIRST] = 60, [UPSTREAM_SECOND] = 20, [UPSTREAM_UNCHECKED] = 20};
_Static_assert(array_len(memory_shares) == UPSTREAM_WAY_COUNT, "one share per way");

static bool is_needed(enum upstream_way way, const struct upstream_options *o)
{
    return way == UPSTREAM_FIRST || (way == UPSTREAM_SECOND && o->refresh) || (way == UPSTREAM_UNCHECKED && o->validate);
}

static int configure(const struct upstream *u, enum upstream_way way, const struct upstream_options *o,
                     const char **ret_error)
{
    struct ub_ctx *ctx = u->ctx[way];
    bool validate = o->validate && way != UPSTREAM_UNCHECKED;
    int e = 0;
    for (size_t i = 0; e == 0 && i < array_len(fixed_options); i++)
        e = set(ctx, fixed_options[i].name, fixed_options[i].value, ret_error);
    if (e == 0)
        e = set_caches(ctx, o->cache_mib * memory_shares[way] / 100, ret_error);
    if (e == 0)
        e = set_addresses(ctx, o, ret_error);
    if (e == 0)
        e = set(ctx, "module-config:", validate ? "validator iterator" : "iterator", ret_error);
    if (e == 0 && (o->loopback_upstream || u->client))
        e = set(ctx, "do-not-query-localhost:", "no", ret_error);
    if (e == 0 && !o->background_queries)
        e = set(ctx, "trust-anchor-signaling:", "no", ret_error);
    if (e == 0 && o->root_hints[0])
        e = set(ctx, "root-hints:", o->root_hints, ret_error);
    if (e == 0 && validate) {
        int r = ub_ctx_add_ta_file(ctx, o->trust_anchor);
        if (r != 0) {
            *ret_error = ub_strerror(r);
            e = -ENOENT;
        }
    }
    return e ? e : set_targets(u, ctx, o, ret_error);
}

static int open_way(struct upstream *u, enum upstream_way way, struct event_base *loop,
                    const struct upstream_options *o, const char **ret_error)
{
    struct ub_ctx *ctx = ub_ctx_create_event(loop);
    u->ctx[way] = ctx;
    if (!ctx)
        return -ENOMEM;
    int e = configure(u, way, o, ret_error);
    if (e < 0)
        return e;
    int id;
    int r = ub_resolve_event(ctx, "localhost.", DNS_TYPE_A, DNS_CLASS_IN, NULL, ignore_result, &id);
    if (r != 0)
        *ret_error = ub_strerror(r);
    return r ? -EINVAL : 0;
}

static int open_relay(struct upstream *u, unsigned number, const struct upstream_target *t, struct event_base *loop,
                      const char *authorities, _Atomic uint64_t *tls_failures, const char **ret_error)
{
    if (!t->name[0])
        return 0;
    int e = u->client ? 0 : dns_tls_client_new(authorities, &u->client, ret_error);
    if (e < 0)
        return e;
    *ret_error = "no socket for a relay";
    return relay_new(loop, u->client, (const struct sockaddr *)&t->address, t->name, tls_failures, &u->relays[number]);
}

static int open_relays(struct upstream *u, struct event_base *loop, const struct upstream_options *o,
                       _Atomic uint64_t *tls_failures, const char **ret_error)
{
    int e = 0;
    for (unsigned i = 0; e == 0 && i < o->forward_count; i++)
        e = open_relay(u, i, &o->forward[i], loop, o->authorities, tls_failures, ret_error);
    for (unsigned i = 0; e == 0 && i < o->stub_count; i++)
        e = open_relay(u, DNS_FORWARDS_MAX + i, &o->stub[i].target, loop, o->authorities, tls_failures, ret_error);
    return e;
}

int upstream_new(struct event_base *loop, const struct upstream_options *options, _Atomic uint64_t *tls_failures,
                 struct upstream **ret_upstream, const char **ret_error)
{
    struct upstream *u = calloc(1, sizeof *u);
    *ret_error = "out of memory";
    if (!u)
        return -ENOMEM;
    int e = direct_new(loop, options, &u->direct);
    if (e == 0)
        e = open_relays(u, loop, options, tls_failures, ret_error);
    for (int way = 0; e == 0 && way < UPSTREAM_WAY_COUNT; way++)
        if (is_needed((enum upstream_way)way, options))
            e = open_way(u, (enum upstream_way)way, loop, options, ret_error);
    if (e < 0) {
        upstream_free(u);
        return e;
    }
    *ret_upstream = u;
    return 0;
}

void upstream_free(struct upstream *u)
{
    if (!u)
        return;
    for (int way = 0; way < UPSTREAM_WAY_COUNT; way++)
        if (u->ctx[way])
            ub_ctx_delete(u->ctx[way]);
    for (int i = 0; i < TARGETS_MAX; i++)
        relay_free(u->relays[i]);
    direct_free(u->direct);
    dns_tls_client_free(u->client);
    free(u);
}

static void on_result(void *self, int rcode, void *packet, int len, int secure, char *why_bogus, int limited)
{
    (void)limited;
    struct waiting *w = self;
    bool whole = packet && len >= DNS_HEADER_LEN && len <= DNS_MESSAGE_MAX;
    if (whole && rcode == DNS_RCODE_NOERROR) /* a failure that libunbound remembers is told by the message alone */
        rcode = ((const uint8_t *)packet)[3] & DNS_FLAG_RCODE;
    struct upstream_result result = {
        .rcode = whole ? rcode : DNS_RCODE_SERVFAIL,
        .message = whole ? packet : NULL,
        .len = whole ? (size_t)len : 0,
        .secure = secure == 2,
        .bogus = secure == 1,
        .why_bogus = secure == 1 ? why_bogus : NULL,
    };
    w->done(w->self, &result);
    free(w);
}

int upstream_resolve(struct upstream *u, enum upstream_way way, const struct dns_query *q, upstream_done_fn *done,
                     void *self)
{
    struct ub_ctx *ctx = u->ctx[way] ? u->ctx[way] : u->ctx[UPSTREAM_FIRST];
    char text[DNS_NAME_TEXT_MAX + 1];
    dns_name_format(&q->name, text);
    if (q->name.labels > 0)
        memcpy(text + strlen(text), ".", 2);
    struct waiting *w = malloc(sizeof *w);
    if (!w)
        return -ENOMEM;
    *w = (struct waiting){.done = done, .self = self};
    int id;
    int e = ub_resolve_event(ctx, text, q->qtype, q->qclass, w, on_result, &id);
    if (e != 0) {
        free(w);
        return e == UB_NOMEM ? -ENOMEM : -EINVAL;
    }
    return 0;
}

int upstream_ask(struct upstream *u, const struct addr *server, uint16_t port, const struct dns_query *q,
                 upstream_done_fn *done, void *self)
{
    return direct_ask(u->direct, server, port, q, done, self);
}
