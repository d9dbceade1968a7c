/* Takes zone transfers apart. */
#include "proto/dns/transfer.h"

#include <errno.h>

enum { OPCODE_NOTIFY = 4 << 11 };

bool dns_serial_later(uint32_t a, uint32_t b)
{
    return a != b && a - b < 0x80000000u;
}

int dns_soa_read(const struct dns_walk *w, const struct dns_record *r, struct dns_soa *ret_soa)
{
    struct dns_name name;
    if (r->type != DNS_TYPE_SOA || r->rdata_len < 20 || dns_record_name(w, r, 1, &name) < 0)
        return -EBADMSG;
    struct reader d = reader_of(w->message + r->rdata_at + r->rdata_len - 20, 20);
    ret_soa->serial = reader_u32(&d);
    ret_soa->refresh_s = reader_u32(&d);
    ret_soa->retry_s = reader_u32(&d);
    ret_soa->expire_s = reader_u32(&d);
    ret_soa->minimum_s = reader_u32(&d);
    return 0;
}

void transfer_write_request(struct writer *w, uint16_t id, const struct dns_name *zone, uint16_t qtype, uint32_t serial)
{
    writer_u16(w, id);
    writer_u16(w, 0);
    writer_u16(w, 1);
    writer_u16(w, 0);
    writer_u16(w, qtype == DNS_TYPE_IXFR);
    writer_u16(w, 0);
    writer_bytes(w, zone->wire, zone->len);
    writer_u16(w, qtype);
    writer_u16(w, DNS_CLASS_IN);
    if (qtype != DNS_TYPE_IXFR)
        return;
    writer_bytes(w, zone->wire, zone->len);
    writer_u16(w, DNS_TYPE_SOA);
    writer_u16(w, DNS_CLASS_IN);
    writer_u32(w, 0);
    writer_u16(w, 22); /* two root names and five numbers */
    writer_u16(w, 0);
    writer_u32(w, serial);
    for (int i = 0; i < 4; i++)
        writer_u32(w, 0);
}

/* The first record says what the zone is now. */
static int take_first(struct transfer *t, const struct dns_walk *w, const struct dns_record *r, bool is_soa)
{
    if (!is_soa)
        return -EBADMSG;
    int e = dns_soa_read(w, r, &t->soa);
    if (e < 0)
        return e;
    if (t->qtype != DNS_TYPE_AXFR && !dns_serial_later(t->soa.serial, t->have))
        return -ENODATA;
    t->state = t->qtype == DNS_TYPE_SOA    ? TRANSFER_AT_END
               : t->qtype == DNS_TYPE_IXFR ? TRANSFER_AT_SECOND
                                           : TRANSFER_IN_WHOLE;
    return t->on_record(t->self, TRANSFER_SOA, w, r);
}

/* RFC 1995 4: another SOA after the first means differences, anything else the whole zone. */
static int take_second(struct transfer *t, const struct dns_soa *soa, bool is_soa)
{
    if (!is_soa || soa->serial == t->soa.serial) {
        t->state = TRANSFER_IN_WHOLE;
        return 1; /* to be taken as a record of it */
    }
    if (soa->serial != t->have)
        return -EBADMSG;
    t->incremental = true;
    t->state = TRANSFER_IN_DELETES;
    return 0;
}

static int take_difference_soa(struct transfer *t, const struct dns_soa *soa)
{
    if (t->state == TRANSFER_IN_DELETES) {
        t->step = soa->serial;
        t->state = TRANSFER_IN_ADDS;
        return 0;
    }
    if (soa->serial != t->step)
        return -EBADMSG; /* each step begins where the one before has ended */
    t->state = t->step == t->soa.serial ? TRANSFER_AT_END : TRANSFER_IN_DELETES;
    return 0;
}

static int take_record(struct transfer *t, const struct dns_walk *w, const struct dns_record *r)
{
    struct dns_soa soa = {0};
    bool is_soa = r->type == DNS_TYPE_SOA;
    if (r->class != DNS_CLASS_IN || !dns_name_within(&r->owner, t->zone) ||
        (is_soa && (!dns_name_equal(&r->owner, t->zone) || dns_soa_read(w, r, &soa) < 0)))
        return -EBADMSG;
    t->records++;
    if (t->state == TRANSFER_AT_START)
        return take_first(t, w, r, is_soa);
    if (t->state == TRANSFER_AT_SECOND) {
        int e = take_second(t, &soa, is_soa);
        if (e <= 0)
            return e;
    }
    if (t->state == TRANSFER_AT_END)
        return -EBADMSG; /* something behind the end */
    if (t->state != TRANSFER_IN_WHOLE)
        return is_soa ? take_difference_soa(t, &soa)
                      : t->on_record(t->self, t->state == TRANSFER_IN_DELETES ? TRANSFER_DELETE : TRANSFER_ADD, w, r);
    if (!is_soa)
        return t->on_record(t->self, TRANSFER_WHOLE, w, r);
    if (soa.serial != t->soa.serial)
        return -EBADMSG; /* the zone changed under the transfer */
    t->state = TRANSFER_AT_END;
    return 0;
}

static int check_head(const struct transfer *t, const struct dns_walk *w)
{
    unsigned rcode = w->flags & DNS_FLAG_RCODE;
    if (w->id != t->id || !(w->flags & DNS_FLAG_QR) || (w->flags & DNS_FLAG_OPCODE) || (w->flags & DNS_FLAG_TC))
        return -EBADMSG;
    if (rcode == DNS_RCODE_NOTIMP || rcode == DNS_RCODE_FORMERR)
        return -ENOTSUP;
    if (rcode == DNS_RCODE_REFUSED || rcode == 9) /* NOTAUTH: RFC 2136 2.2, RFC 8945 5.2 */
        return -EACCES;
    if (rcode != DNS_RCODE_NOERROR)
        return -EREMOTEIO;
    if (w->qtype == 0)
        return t->state == TRANSFER_AT_START ? -EBADMSG : 0;
    return dns_name_equal(&w->qname, t->zone) && w->qtype == t->qtype ? 0 : -EBADMSG;
}

int transfer_take(struct transfer *t, const uint8_t *message, size_t len)
{
    struct dns_walk w;
    struct dns_record r;
    if (dns_walk_begin_answer(&w, message, len) < 0)
        return -EBADMSG;
    int e = check_head(t, &w);
    if (e < 0)
        return e;
    while ((e = dns_walk_next(&w, &r)) > 0 && r.section == DNS_SECTION_ANSWER) {
        e = take_record(t, &w, &r);
        if (e < 0)
            return e;
    }
    if (e < 0)
        return e;
    if (t->state == TRANSFER_AT_START)
        return -EBADMSG;
    return t->state == TRANSFER_AT_END;
}

int dns_notify_read(const uint8_t *message, size_t len, struct dns_name *ret_zone)
{
    struct dns_walk w;
    if (dns_walk_begin(&w, message, len) < 0 || (w.flags & (DNS_FLAG_OPCODE | DNS_FLAG_QR)) != OPCODE_NOTIFY ||
        w.qtype != DNS_TYPE_SOA || w.qclass != DNS_CLASS_IN)
        return -EBADMSG;
    *ret_zone = w.qname;
    return 0;
}

size_t dns_notify_answer(const uint8_t *message, const struct dns_name *zone, uint8_t *to, size_t max)
{
    struct writer w = writer_of(to, max);
    writer_bytes(&w, message, 2);
    writer_u16(&w, DNS_FLAG_QR | OPCODE_NOTIFY | DNS_FLAG_AA);
    writer_u16(&w, 1);
    writer_u16(&w, 0);
    writer_u32(&w, 0);
    writer_bytes(&w, zone->wire, zone->len);
    writer_u16(&w, DNS_TYPE_SOA);
    writer_u16(&w, DNS_CLASS_IN);
    return w.full ? 0 : w.len;
}
