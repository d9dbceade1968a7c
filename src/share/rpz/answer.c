/* Writes answers message by message. */
#include "share/rpz/answer.h"

#include <errno.h>
#include <string.h>

#include "share/rpz/owner.h"

enum {
    OPT_LEN = 11,
    ZONE_AT = 0xc000 | DNS_HEADER_LEN, /* the zone's name is that of the question, which begins each message */
    ANCOUNT_AT = 6,
    SPAN_SLACK = 1000, /* differences of so many rows are sent also when the zone is smaller */
};

static const uint8_t localhost[] = "\011localhost"; /* the terminator is the root */

/* ---- messages ---- */

static void begin_message(struct rpz_answer *a, unsigned rcode)
{
    a->w = writer_of(a->octets + 2, RPZ_MESSAGE_MAX);
    a->records_in = 0;
    writer_u16(&a->w, a->request.id);
    writer_u16(&a->w, (uint16_t)(DNS_FLAG_QR | (rcode ? 0 : DNS_FLAG_AA) | (a->request.flags & (DNS_FLAG_OPCODE | DNS_FLAG_RD)) | (rcode & DNS_FLAG_RCODE)));
    writer_u16(&a->w, a->request.question_len > 0);
    writer_u16(&a->w, 0);
    writer_u16(&a->w, 0);
    writer_u16(&a->w, 0);
    writer_bytes(&a->w, a->request.question, a->request.question_len);
}

static void add_opt(struct rpz_answer *a, unsigned rcode)
{
    writer_u8(&a->w, 0);
    writer_u16(&a->w, DNS_TYPE_OPT);
    writer_u16(&a->w, DNS_UDP_PAYLOAD_MAX);
    writer_u32(&a->w, (uint32_t)(rcode >> 4) << 24);
    writer_u16(&a->w, 0);
    writer_put_u16(a->w.base + 10, 1);
}

static int emit(struct rpz_answer *a)
{
    if (a->w.full)
        return -EMSGSIZE;
    writer_put_u16(a->octets, (uint16_t)a->w.len);
    return a->message(a->self, a->octets, a->w.len + 2);
}

static int end_message(struct rpz_answer *a)
{
    writer_put_u16(a->w.base + ANCOUNT_AT, (uint16_t)a->records_in);
    if (a->request.edns && !a->begun_once)
        add_opt(a, 0);
    a->begun_once = true;
    if (a->is_signed)
        tsig_answer(&a->tsig, &a->w, a->now_s);
    return emit(a);
}

/* Room for a record of `len` octets, in this message or the next. */
static int make_room(struct rpz_answer *a, size_t len)
{
    if (a->records_in < UINT16_MAX && a->w.len + len + OPT_LEN + TSIG_RECORD_MAX <= RPZ_MESSAGE_MAX)
        return 0;
    int e = end_message(a);
    if (e == 0)
        begin_message(a, 0);
    return e;
}

/* ---- records ---- */

static void add_head(struct rpz_answer *a, uint16_t type, size_t rdata_len)
{
    writer_u16(&a->w, ZONE_AT);
    writer_u16(&a->w, type);
    writer_u16(&a->w, DNS_CLASS_IN);
    writer_u32(&a->w, RPZ_TTL_S);
    writer_u16(&a->w, (uint16_t)rdata_len);
    a->records_in++;
}

static int add_soa(struct rpz_answer *a, int64_t serial)
{
    int e = make_room(a, 12 + RPZ_SOA_LEN);
    if (e < 0)
        return e;
    add_head(a, DNS_TYPE_SOA, RPZ_SOA_LEN);
    rpz_soa_write(&a->w, serial);
    return 0;
}

static int add_ns(struct rpz_answer *a)
{
    int e = make_room(a, 12 + sizeof localhost);
    if (e < 0)
        return e;
    add_head(a, DNS_TYPE_NS, sizeof localhost);
    writer_bytes(&a->w, localhost, sizeof localhost);
    return 0;
}

static int add_rule(struct rpz_answer *a, enum exchange_zone_form form, const char *value, bool below)
{
    uint8_t owner[DNS_NAME_MAX];
    int len = rpz_owner_write(form, value, below, a->request.zone.len, owner);
    if (len < 0) {
        a->left_out++;
        return 0;
    }
    int e = make_room(a, (size_t)len + 13);
    if (e < 0)
        return e;
    writer_bytes(&a->w, owner, (size_t)len);
    add_head(a, DNS_TYPE_CNAME, 1);
    writer_u8(&a->w, 0); /* "CNAME .": NXDOMAIN */
    a->records++;
    return 0;
}

static int add_rules(struct rpz_answer *a, const struct exchange_zone_row *row, unsigned records)
{
    int e = records & EXCHANGE_ZONE_ITSELF ? add_rule(a, row->form, row->value, false) : 0;
    return e == 0 && records & EXCHANGE_ZONE_BELOW ? add_rule(a, row->form, row->value, true) : e;
}

/* ---- one message ---- */

int rpz_answer_error(const struct rpz_request *request, unsigned rcode, struct tsig *tsig, int error, const uint8_t *message, size_t len,
                     uint64_t now_s, rpz_message_fn *fn, void *self)
{
    struct rpz_answer a = {.request = *request, .message = fn, .self = self, .now_s = now_s};
    begin_message(&a, rcode);
    if (request->edns)
        add_opt(&a, rcode);
    if (tsig && error)
        tsig_refuse(tsig, error, message, len, &a.w, now_s);
    else if (tsig)
        tsig_answer(tsig, &a.w, now_s);
    return emit(&a);
}

/* ---- pieces ---- */

/* By differences? Only from a serial that the journal begins a step at, and while that is the shorter way. */
static int choose(struct rpz_answer *a, struct exchange *store, const struct exchange_zone *z, bool over_udp)
{
    uint32_t behind = (uint32_t)z->serial - a->request.serial;
    int64_t rows, max = z->rules + SPAN_SLACK;
    a->kind = a->request.qtype == DNS_TYPE_AXFR ? RPZ_ANSWER_WHOLE : RPZ_ANSWER_SOA;
    if (a->request.qtype != DNS_TYPE_IXFR || over_udp || behind == 0 || behind >= 0x80000000u)
        return 0; /* RFC 1995 2: nothing newer, or too much for a datagram: the SOA alone */
    a->from = z->serial - behind;
    int e = exchange_zone_span(store, z, a->from, max, &rows);
    a->kind = e == 0 && rows < max ? RPZ_ANSWER_STEPS : RPZ_ANSWER_WHOLE;
    a->at.serial = a->kind == RPZ_ANSWER_STEPS ? a->from : 0;
    return e == -ENOENT ? 0 : e;
}

int rpz_answer_begin(struct rpz_answer *a, const struct rpz_request *request, const struct tsig *tsig, struct exchange *store,
                     const struct exchange_zone *z, bool over_udp, rpz_message_fn *fn, void *self)
{
    memset(a, 0, offsetof(struct rpz_answer, octets));
    a->zone = z->number;
    a->serial = z->serial;
    a->request = *request;
    a->message = fn;
    a->self = self;
    a->is_signed = tsig != NULL;
    if (tsig)
        a->tsig = *tsig;
    return choose(a, store, z, over_udp);
}

static int take_value(void *self, const struct exchange_zone_row *row)
{
    return add_rules(self, row, row->now);
}

/* What went, then what came (RFC 1995 4). */
static int take_change(void *self, const struct exchange_zone_row *row)
{
    struct rpz_answer *a = self;
    return add_rules(a, row, a->adding ? row->now & ~row->was : row->was & ~row->now);
}

/* 1: one step is written, 0: there is none any more. */
static int write_step(struct rpz_answer *a, struct exchange *store)
{
    struct exchange_zone_place again = a->at;
    if (a->at.serial == a->serial)
        return 0;
    int e = add_soa(a, a->at.serial);
    a->adding = false;
    if (e == 0)
        e = exchange_zone_step(store, a->zone, a->serial, &again, take_change, a);
    if (e != 1)
        return e == 0 ? -ESTALE : e;
    e = add_soa(a, again.serial);
    a->adding = true;
    return e < 0 ? e : exchange_zone_step(store, a->zone, a->serial, &a->at, take_change, a);
}

static int write_steps(struct rpz_answer *a, struct exchange *store)
{
    uint64_t until = a->records + RPZ_PIECE_VALUES;
    int e = 1;
    while (e == 1 && a->records < until)
        e = write_step(a, store);
    return e;
}

static int write_head(struct rpz_answer *a)
{
    a->begun = true;
    begin_message(a, 0);
    int e = add_soa(a, a->serial);
    return e == 0 && a->kind == RPZ_ANSWER_WHOLE ? add_ns(a) : e;
}

int rpz_answer_go_on(struct rpz_answer *a, struct exchange *store, uint64_t now_s)
{
    a->now_s = now_s;
    int e = a->begun ? 0 : write_head(a);
    if (e == 0 && a->kind == RPZ_ANSWER_WHOLE)
        e = exchange_zone_whole(store, a->zone, a->serial, RPZ_PIECE_VALUES, &a->at, take_value, a);
    else if (e == 0 && a->kind == RPZ_ANSWER_STEPS)
        e = write_steps(a, store);
    if (e != 0)
        return e;
    if (a->kind != RPZ_ANSWER_SOA)
        e = add_soa(a, a->serial);
    return e < 0 ? e : end_message(a);
}
