/* Reads referrals, and writes them so that they can be kept. */
#include "proto/dns/referral.h"

#include "proto/dns/message.h"

static bool is_cut(const struct dns_record *r, const struct dns_name *zone, const struct dns_name *name)
{
    return r->section == DNS_SECTION_AUTHORITY && r->type == DNS_TYPE_NS && r->owner.labels > zone->labels &&
           dns_name_within(&r->owner, zone) && dns_name_within(name, &r->owner);
}

static int server_of(const struct dns_referral *f, const struct dns_name *name)
{
    for (unsigned i = 0; i < f->server_count; i++)
        if (dns_name_equal(&f->servers[i], name))
            return (int)i;
    return -1;
}

static void take_server(struct dns_referral *f, const struct dns_walk *w, const struct dns_record *r)
{
    struct dns_name server;
    if (f->server_count == 0) {
        f->zone = r->owner;
        f->ttl_s = r->ttl;
    }
    if (!dns_name_equal(&f->zone, &r->owner) || f->server_count == DNS_REFERRAL_SERVERS_MAX ||
        dns_record_name(w, r, 0, &server) < 0 || server_of(f, &server) >= 0)
        return;
    if (r->ttl < f->ttl_s)
        f->ttl_s = r->ttl;
    f->has_glue[f->server_count] = false;
    f->servers[f->server_count++] = server;
}

static void take_glue(struct dns_referral *f, const struct dns_walk *w, const struct dns_record *r)
{
    int server = server_of(f, &r->owner);
    bool v4 = r->type == DNS_TYPE_A && r->rdata_len == 4, v6 = r->type == DNS_TYPE_AAAA && r->rdata_len == 16;
    if (server < 0 || (!v4 && !v6) || f->glue_count == DNS_REFERRAL_GLUE_MAX)
        return;
    struct addr a = {.bytes = {[10] = 0xff, [11] = 0xff}};
    memcpy(a.bytes + sizeof a.bytes - r->rdata_len, w->message + r->rdata_at, r->rdata_len);
    f->glue[f->glue_count++] = a;
    f->has_glue[server] = true;
}

enum dns_referral_kind dns_referral_read(const uint8_t *message, size_t len, const struct dns_name *zone,
                                         const struct dns_name *name, struct dns_referral *ret_referral)
{
    struct dns_walk w;
    struct dns_record r;
    struct dns_referral *f = ret_referral;
    bool answered = false;
    int e = dns_walk_begin(&w, message, len);
    if (e < 0)
        return DNS_REFERRAL_FAILED;
    unsigned rcode = w.flags & DNS_FLAG_RCODE;
    if (rcode != DNS_RCODE_NOERROR)
        return rcode == DNS_RCODE_NXDOMAIN ? DNS_REFERRAL_NXDOMAIN : DNS_REFERRAL_FAILED;
    f->server_count = f->glue_count = 0;
    while ((e = dns_walk_next(&w, &r)) == 1) {
        if (r.class != DNS_CLASS_IN)
            continue;
        if (r.section == DNS_SECTION_ANSWER)
            answered = true;
        else if (!answered && is_cut(&r, zone, name))
            take_server(f, &w, &r);
        else if (r.section == DNS_SECTION_ADDITIONAL && dns_name_within(&r.owner, zone))
            take_glue(f, &w, &r);
    }
    if (e < 0)
        return DNS_REFERRAL_FAILED;
    return f->server_count > 0 ? DNS_REFERRAL_CUT : DNS_REFERRAL_NONE;
}

static void put_head(struct writer *w, const struct dns_name *owner, uint16_t type, uint32_t ttl_s,
                     size_t len)
{
    writer_bytes(w, owner->wire, owner->len);
    writer_u16(w, type);
    writer_u16(w, DNS_CLASS_IN);
    writer_u32(w, ttl_s);
    writer_u16(w, (uint16_t)len);
}

static void put_address(struct writer *w, const struct dns_name *owner, uint32_t ttl_s, const struct addr *a)
{
    size_t len = addr_is_v4(a) ? 4 : sizeof a->bytes;
    put_head(w, owner, len == 4 ? DNS_TYPE_A : DNS_TYPE_AAAA, ttl_s, len);
    writer_bytes(w, a->bytes + sizeof a->bytes - len, len);
}

/* Which server an address is of does not matter; but a server with none must stay one. */
static unsigned put_glue(struct writer *w, const struct dns_referral *f)
{
    unsigned written = 0, last = f->server_count;
    for (unsigned i = 0; i < f->server_count; i++) {
        if (!f->has_glue[i] || written == f->glue_count)
            continue;
        put_address(w, &f->servers[i], f->ttl_s, &f->glue[written++]);
        last = i;
    }
    while (last < f->server_count && written < f->glue_count)
        put_address(w, &f->servers[last], f->ttl_s, &f->glue[written++]);
    return written;
}

size_t dns_referral_format(enum dns_referral_kind kind, const struct dns_name *name,
                           const struct dns_referral *referral, uint8_t *to, size_t max)
{
    static const uint16_t rcodes[] = {
        [DNS_REFERRAL_NXDOMAIN] = DNS_RCODE_NXDOMAIN, [DNS_REFERRAL_FAILED] = DNS_RCODE_SERVFAIL};
    struct writer w = writer_of(to, max);
    const struct dns_referral *f = kind == DNS_REFERRAL_CUT ? referral : NULL;
    writer_u16(&w, 0);
    writer_u16(&w, (uint16_t)(DNS_FLAG_QR | rcodes[kind]));
    writer_u16(&w, 1);
    writer_u16(&w, 0);
    writer_u16(&w, (uint16_t)(f ? f->server_count : 0));
    writer_u16(&w, 0);
    writer_bytes(&w, name->wire, name->len);
    writer_u16(&w, DNS_TYPE_NS);
    writer_u16(&w, DNS_CLASS_IN);
    for (unsigned i = 0; f && i < f->server_count; i++) {
        put_head(&w, &f->zone, DNS_TYPE_NS, f->ttl_s, f->servers[i].len);
        writer_bytes(&w, f->servers[i].wire, f->servers[i].len);
    }
    unsigned glue = f ? put_glue(&w, f) : 0;
    if (!w.full)
        writer_put_u16(w.base + 10, (uint16_t)glue);
    return w.full ? 0 : w.len;
}
