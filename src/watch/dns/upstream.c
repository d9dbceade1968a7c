/* Drives libunbound. */
#include "watch/dns/upstream.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <unbound-event.h>
#include <unbound.h>

#include "base/attr.h"

struct upstream {
    struct ub_ctx *ctx;
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

static int set_targets(struct ub_ctx *ctx, const struct upstream_options *o, const char **ret_error)
{
    int e = 0;
    for (unsigned i = 0; e == 0 && i < o->forward_count; i++)
        e = ub_ctx_set_fwd(ctx, o->forward[i]);
    for (unsigned i = 0; e == 0 && i < o->stub_count; i++)
        e = ub_ctx_set_stub(ctx, o->stub[i].zone, o->stub[i].target, 0);
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

static int configure(struct ub_ctx *ctx, const struct upstream_options *o, const char **ret_error)
{
    int e = 0;
    for (size_t i = 0; e == 0 && i < array_len(fixed_options); i++)
        e = set(ctx, fixed_options[i].name, fixed_options[i].value, ret_error);
    if (e == 0)
        e = set_caches(ctx, o->cache_mib, ret_error);
    if (e == 0)
        e = set(ctx, "module-config:", o->validate ? "validator iterator" : "iterator", ret_error);
    if (e == 0 && o->loopback_upstream)
        e = set(ctx, "do-not-query-localhost:", "no", ret_error);
    if (e == 0 && !o->background_queries)
        e = set(ctx, "trust-anchor-signaling:", "no", ret_error);
    if (e == 0 && o->root_hints[0])
        e = set(ctx, "root-hints:", o->root_hints, ret_error);
    if (e == 0 && o->validate) {
        int r = ub_ctx_add_ta_file(ctx, o->trust_anchor);
        if (r != 0) {
            *ret_error = ub_strerror(r);
            e = -ENOENT;
        }
    }
    return e ? e : set_targets(ctx, o, ret_error);
}

int upstream_new(struct event_base *loop, const struct upstream_options *options, struct upstream **ret_upstream,
                 const char **ret_error)
{
    struct upstream *u = calloc(1, sizeof *u);
    *ret_error = "out of memory";
    if (!u)
        return -ENOMEM;
    u->ctx = ub_ctx_create_event(loop);
    if (!u->ctx) {
        free(u);
        return -ENOMEM;
    }
    int e = configure(u->ctx, options, ret_error);
    if (e == 0) {
        int id;
        int r = ub_resolve_event(u->ctx, "localhost.", DNS_TYPE_A, DNS_CLASS_IN, NULL, ignore_result, &id);
        if (r != 0) {
            *ret_error = ub_strerror(r);
            e = -EINVAL;
        }
    }
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
    ub_ctx_delete(u->ctx);
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

int upstream_resolve(struct upstream *u, const struct dns_query *q, upstream_done_fn *done, void *self)
{
    char text[DNS_NAME_TEXT_MAX + 1];
    dns_name_format(&q->name, text);
    if (q->name.labels > 0)
        memcpy(text + strlen(text), ".", 2);
    struct waiting *w = malloc(sizeof *w);
    if (!w)
        return -ENOMEM;
    *w = (struct waiting){.done = done, .self = self};
    int id;
    int e = ub_resolve_event(u->ctx, text, q->qtype, q->qclass, w, on_result, &id);
    if (e != 0) {
        free(w);
        return e == UB_NOMEM ? -ENOMEM : -EINVAL;
    }
    return 0;
}
