/* Follows and writes chains of aliases. */
#include "proto/dns/chain.h"

#include <errno.h>

#include "proto/dns/message.h"

void dns_chain_begin(struct dns_chain *c, const struct dns_name *name)
{
    c->count = 0;
    c->len = 0;
    c->end = *name;
}

int dns_chain_add(struct dns_chain *c, uint32_t ttl, const struct dns_name *target)
{
    struct writer w = writer_of(c->links + c->len, sizeof c->links - c->len);
    writer_u32(&w, ttl);
    writer_bytes(&w, target->wire, target->len);
    if (w.full || c->count == DNS_CHAIN_MAX)
        return -E2BIG;
    c->len = (uint16_t)(c->len + w.len);
    c->count++;
    c->end = *target;
    return 0;
}

int dns_chain_next(const uint8_t *message, size_t len, const struct dns_name *name, struct dns_name *ret_target,
                   uint32_t *ret_ttl)
{
    struct dns_walk walk;
    struct dns_record r;
    int e = dns_walk_begin(&walk, message, len);
    while (e >= 0 && (e = dns_walk_next(&walk, &r)) == 1 && r.section == DNS_SECTION_ANSWER) {
        if (r.type != DNS_TYPE_CNAME || !dns_name_equal(&r.owner, name))
            continue;
        *ret_ttl = r.ttl;
        return dns_record_name(&walk, &r, 0, ret_target);
    }
    return e < 0 ? e : -ENOENT;
}

int dns_chain_follow(struct dns_chain *c, const uint8_t *message, size_t len, unsigned count, uint32_t ttl_max)
{
    int e = 0;
    for (unsigned i = 0; e == 0 && i < count; i++) {
        struct dns_name target;
        uint32_t ttl;
        e = dns_chain_next(message, len, &c->end, &target, &ttl);
        if (e == 0)
            e = dns_chain_add(c, ttl < ttl_max ? ttl : ttl_max, &target);
    }
    return e;
}

uint16_t dns_chain_write(const struct dns_chain *c, struct writer *out)
{
    enum { POINTER = 0xc000 };
    uint16_t owner = POINTER | DNS_HEADER_LEN;
    struct reader r = reader_of(c->links, c->len);
    for (unsigned i = 0; i < c->count; i++) {
        struct dns_name target;
        uint32_t ttl = reader_u32(&r);
        if (dns_name_read(&r, &target) < 0)
            break; /* not by dns_chain_add */
        writer_u16(out, owner);
        writer_u16(out, DNS_TYPE_CNAME);
        writer_u16(out, DNS_CLASS_IN);
        writer_u32(out, ttl);
        writer_u16(out, target.len);
        owner = (uint16_t)(POINTER | out->len); /* below 2^14: a question and DNS_CHAIN_OCTETS */
        writer_bytes(out, target.wire, target.len);
    }
    return owner;
}
