/* Reads requests to the server of zones. */
#include "share/rpz/request.h"

#include <errno.h>
#include <string.h>

#include "proto/dns/transfer.h"
#include "proto/dns/tsig.h"

enum { OPCODE_NOTIFY = 4 << 11 };

/* The serial of what the client has (RFC 1995 3): its SOA, alone in the authority section. */
static bool read_serial(const struct dns_walk *w, const struct dns_record *rec, struct rpz_request *r)
{
    struct dns_soa soa;
    if (r->qtype != DNS_TYPE_IXFR || rec->class != DNS_CLASS_IN || !dns_name_equal(&rec->owner, &r->zone) || dns_soa_read(w, rec, &soa) < 0)
        return false;
    r->serial = soa.serial;
    return true;
}

static int read_records(struct dns_walk *w, const uint8_t *message, size_t len, struct rpz_request *r)
{
    struct dns_record rec;
    unsigned soas = 0, version = 0;
    int e;
    while ((e = dns_walk_next(w, &rec)) == 1) {
        if (rec.section == DNS_SECTION_ANSWER || (rec.section == DNS_SECTION_AUTHORITY && (soas++ > 0 || !read_serial(w, &rec, r))))
            return DNS_RCODE_FORMERR;
        if (rec.section != DNS_SECTION_ADDITIONAL || rec.type != DNS_TYPE_OPT)
            continue;
        if (r->edns || rec.owner.labels > 0)
            return DNS_RCODE_FORMERR;
        r->edns = true;
        version = rec.ttl >> 16 & 0xff;
    }
    if (e < 0 || w->at != len || (r->qtype == DNS_TYPE_IXFR && soas != 1))
        return DNS_RCODE_FORMERR;
    e = tsig_key_name(message, len, &r->key);
    r->is_signed = e == 1;
    return e < 0 ? DNS_RCODE_FORMERR : version > 0 ? DNS_RCODE_BADVERS : DNS_RCODE_NOERROR;
}

int rpz_request_read(const uint8_t *message, size_t len, struct rpz_request *ret_request)
{
    struct rpz_request *r = ret_request;
    struct dns_walk w;
    memset(r, 0, sizeof *r);
    struct reader head = reader_of(message, len);
    r->id = reader_u16(&head);
    r->flags = reader_u16(&head);
    if (len < DNS_HEADER_LEN || head.failed || r->flags & DNS_FLAG_QR)
        return -EBADMSG;
    if (r->flags & DNS_FLAG_OPCODE)
        return DNS_RCODE_NOTIMP;
    if (dns_walk_begin(&w, message, len) < 0)
        return DNS_RCODE_FORMERR;
    r->qtype = w.qtype;
    r->zone = w.qname;
    r->question_len = w.qname.len + 4u;
    if (r->question_len > len - DNS_HEADER_LEN) {
        r->question_len = 0;
        return DNS_RCODE_FORMERR;
    }
    memcpy(r->question, message + DNS_HEADER_LEN, r->question_len);
    int rcode = read_records(&w, message, len, r);
    if (rcode != DNS_RCODE_NOERROR)
        return rcode;
    bool is_ours = w.qclass == DNS_CLASS_IN && (w.qtype == DNS_TYPE_SOA || w.qtype == DNS_TYPE_AXFR || w.qtype == DNS_TYPE_IXFR);
    return is_ours ? DNS_RCODE_NOERROR : DNS_RCODE_REFUSED;
}

bool rpz_notify_answer_read(const uint8_t *message, size_t len, uint16_t *ret_id, struct dns_name *ret_zone)
{
    struct dns_walk w;
    if (dns_walk_begin(&w, message, len) < 0 || !(w.flags & DNS_FLAG_QR) || (w.flags & DNS_FLAG_OPCODE) != OPCODE_NOTIFY ||
        w.qtype != DNS_TYPE_SOA)
        return false;
    *ret_id = w.id;
    *ret_zone = w.qname;
    return true;
}
