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

struct upstream {
    struct ub_ctx *ctx[UPSTREAM_WAY_COUNT]; /* NULL: as the first */
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

/* Everything that libunbound takes in its configuration file only: forwarding of single zones, and by TLS. */
static void write_zones(FILE *f, const struct upstream_options *o)
{
    if (o->forward_count > 0)
        fprintf(f, "forward-zone:\n name: \".\"\n forward-tls-upstream: %s\n", o->forward[0].tls ? "yes" : "no");
    for (unsigned i = 0; i < o->forward_count; i++)
        fprintf(f, " forward-addr: %s\n", o->forward[i].text);
    for (unsigned i = 0; i < o->stub_count; i++) {
        const struct upstream_stub *s = &o->stub[i];
        const char *kind = s->recursive ? "forward" : "stub";
        fprintf(f, "%s-zone:\n name: \"%s\"\n %s-tls-upstream: %s\n %s-addr: %s\n", kind, s->zone, kind,
                s->target.tls ? "yes" : "no", kind, s->target.text);
    }
}

static int set_targets(struct ub_ctx *ctx, const struct upstream_options *o, const char **ret_error)
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
    write_zones(f, o);
    int e = fflush(f) == 0 ? ub_ctx_config(ctx, path) : UB_NOMEM;
    fclose(f);
    bool tls = o->forward_count > 0 && o->forward[0].tls;
    for (unsigned i = 0; i < o->stub_count; i++)
        tls |= o->stub[i].target.tls;
    if (e == 0 && tls)
        e = ub_ctx_set_option(ctx, "tls-cert-bundle:", o->authorities);
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

static int configure(struct ub_ctx *ctx, enum upstream_way way, const struct upstream_options *o,
                     const char **ret_error)
{
    bool validate = o->validate && way != UPSTREAM_UNCHECKED;
    int e = 0;
    for (size_t i = 0; e == 0 && i < array_len(fixed_options); i++)
        e = set(ctx, fixed_options[i].name, fixed_options[i].value, ret_error);
    if (e == 0)
        e = set_caches(ctx, o->cache_mib * memory_shares[way] / 100, ret_error);
    if (e == 0)
        e = set(ctx, "module-config:", validate ? "validator iterator" : "iterator", ret_error);
    if (e == 0 && o->loopback_upstream)
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
    return e ? e : set_targets(ctx, o, ret_error);
}

static int open_way(struct upstream *u, enum upstream_way way, struct event_base *loop,
                    const struct upstream_options *o, const char **ret_error)
{
    struct ub_ctx *ctx = ub_ctx_create_event(loop);
    u->ctx[way] = ctx;
    if (!ctx)
        return -ENOMEM;
    int e = configure(ctx, way, o, ret_error);
    if (e < 0)
        return e;
    int id;
    int r = ub_resolve_event(ctx, "localhost.", DNS_TYPE_A, DNS_CLASS_IN, NULL, ignore_result, &id);
    if (r != 0)
        *ret_error = ub_strerror(r);
    return r ? -EINVAL : 0;
}

int upstream_new(struct event_base *loop, const struct upstream_options *options, struct upstream **ret_upstream,
                 const char **ret_error)
{
    struct upstream *u = calloc(1, sizeof *u);
    *ret_error = "out of memory";
    if (!u)
        return -ENOMEM;
    int e = 0;
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
    free(u);
}

static void on_result(void *self, int rcode, void *packet, int len, int secure, char *why_bogus, int limited)
{
    (void)limited;
    struct waiting *w = self;
    bool whole = packet && len >= DNS_HEADER_LEN && len <= DNS_MESSAGE_MAX;
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
