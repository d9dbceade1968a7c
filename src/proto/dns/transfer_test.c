/* Transfers as RFC 1995 7 and RFC 5936 2 show them, cut into messages in every way; and what is no transfer. */
#include "proto/dns/transfer.h"

#include <errno.h>
#include <stdio.h>

#include "base/test.h"

static struct dns_name name_of(const char *text)
{
    struct dns_name n = {0};
    check_int(dns_name_parse(text, strlen(text), &n), ==, 0);
    return n;
}

/* ---- messages ---- */

/* A record: a serial for an SOA of the zone, else a name with the last octet of an address. */
struct rr {
    const char *owner; /* NULL: SOA */
    unsigned value;
};

#define SOA(serial) {NULL, serial}

enum { ID = 77 };
static uint8_t message[4096];

static void put_rr(struct writer *w, const struct rr *r)
{
    struct dns_name owner = name_of(r->owner ? r->owner : "jain.ad.jp");
    writer_bytes(w, owner.wire, owner.len);
    writer_u16(w, r->owner ? DNS_TYPE_A : DNS_TYPE_SOA);
    writer_u16(w, DNS_CLASS_IN);
    writer_u32(w, 60);
    writer_u16(w, r->owner ? 4 : 22);
    if (r->owner) {
        writer_u32(w, 133u << 24 | 69u << 16 | 136u << 8 | r->value);
    } else {
        writer_u16(w, 0);
        writer_u32(w, r->value);
        writer_u32(w, 600);
        writer_u32(w, 601);
        writer_u32(w, 3600000);
        writer_u32(w, 604800);
    }
}

static size_t put_message(uint16_t qtype, uint16_t flags, const struct rr *rrs, unsigned count)
{
    struct writer w = writer_of(message, sizeof message);
    struct dns_name zone = name_of("jain.ad.jp");
    writer_u16(&w, ID);
    writer_u16(&w, flags);
    writer_u16(&w, qtype != 0);
    writer_u16(&w, (uint16_t)count);
    writer_u32(&w, 0);
    if (qtype) {
        writer_bytes(&w, zone.wire, zone.len);
        writer_u16(&w, qtype);
        writer_u16(&w, DNS_CLASS_IN);
    }
    for (unsigned i = 0; i < count; i++)
        put_rr(&w, &rrs[i]);
    check(!w.full);
    return w.len;
}

/* ---- what is told ---- */

static char told[1024];

static int tell(void *self, enum transfer_step step, const struct dns_walk *w, const struct dns_record *r)
{
    (void)self;
    static const char *const words[] = {"soa", "whole", "-", "+"};
    char owner[DNS_NAME_TEXT_MAX];
    struct dns_soa soa = {0};
    size_t n = strlen(told);
    if (r->type == DNS_TYPE_SOA) {
        check_int(dns_soa_read(w, r, &soa), ==, 0);
        snprintf(told + n, sizeof told - n, "%s %u\n", words[step], soa.serial);
    } else {
        snprintf(told + n, sizeof told - n, "%s %s %u\n", words[step], dns_name_format(&r->owner, owner),
                 w->message[r->rdata_at + 3]);
    }
    return 0;
}

static struct dns_name zone;

static struct transfer transfer_of(uint16_t qtype, uint32_t have)
{
    zone = name_of("jain.ad.jp");
    told[0] = '\0';
    return (struct transfer){.zone = &zone, .id = ID, .qtype = qtype, .have = have, .on_record = tell};
}

/* In messages of so many records each; the result of the last. */
static int take_all(struct transfer *t, const struct rr *rrs, unsigned count, unsigned each)
{
    int e = 0;
    for (unsigned at = 0; e == 0 && at < count; at += each) {
        unsigned n = count - at < each ? count - at : each;
        size_t len = put_message(at == 0 || each % 2 ? t->qtype : 0, 0x8400, rrs + at, n);
        e = transfer_take(t, message, len);
        if (e == 1)
            check_int(at + n, ==, count);
    }
    return e;
}

static void check_transfer(uint16_t qtype, uint32_t have, const struct rr *rrs, unsigned count, const char *want)
{
    for (unsigned each = 1; each <= count; each++) {
        struct transfer t = transfer_of(qtype, have);
        check_int(take_all(&t, rrs, count, each), ==, 1);
        check_str(told, want);
        check_int(t.records, ==, count);
    }
}

/* RFC 1995 7: version 1, then NEZU is removed and JAIN-BB added, then an address of JAIN-BB changed. */
TEST(the_example_of_rfc_1995)
{
    static const struct rr whole[] = {SOA(3), {"jain-bb.jain.ad.jp", 3}, {"jain-bb.jain.ad.jp", 2}, SOA(3)};
    static const char whole_told[] = "soa 3\nwhole jain-bb.jain.ad.jp 3\nwhole jain-bb.jain.ad.jp 2\n";
    check_transfer(DNS_TYPE_IXFR, 1, whole, 4, whole_told);
    check_transfer(DNS_TYPE_AXFR, 0, whole, 4, whole_told);
    static const struct rr steps[] = {SOA(3),
                                      SOA(1),
                                      {"nezu.jain.ad.jp", 5},
                                      SOA(2),
                                      {"jain-bb.jain.ad.jp", 4},
                                      {"jain-bb.jain.ad.jp", 2},
                                      SOA(2),
                                      {"jain-bb.jain.ad.jp", 4},
                                      SOA(3),
                                      {"jain-bb.jain.ad.jp", 3},
                                      SOA(3)};
    check_transfer(DNS_TYPE_IXFR, 1, steps, array_len(steps),
                   "soa 3\n- nezu.jain.ad.jp 5\n+ jain-bb.jain.ad.jp 4\n+ jain-bb.jain.ad.jp 2\n"
                   "- jain-bb.jain.ad.jp 4\n+ jain-bb.jain.ad.jp 3\n");
    static const struct rr condensed[] = {SOA(3),
                                          SOA(1),
                                          {"nezu.jain.ad.jp", 5},
                                          SOA(3),
                                          {"jain-bb.jain.ad.jp", 3},
                                          {"jain-bb.jain.ad.jp", 2},
                                          SOA(3)};
    check_transfer(DNS_TYPE_IXFR, 1, condensed, array_len(condensed),
                   "soa 3\n- nezu.jain.ad.jp 5\n+ jain-bb.jain.ad.jp 3\n+ jain-bb.jain.ad.jp 2\n");
    static const struct rr empty[] = {SOA(3), SOA(3)};
    check_transfer(DNS_TYPE_AXFR, 0, empty, 2, "soa 3\n");
    check_transfer(DNS_TYPE_IXFR, 1, empty, 2, "soa 3\n");
    static const struct rr nothing_but_the_serial[] = {SOA(3), SOA(1), SOA(3), SOA(3)};
    check_transfer(DNS_TYPE_IXFR, 1, nothing_but_the_serial, 4, "soa 3\n");
}

TEST(nothing_newer)
{
    static const struct rr same[] = {SOA(1)};
    struct transfer t = transfer_of(DNS_TYPE_IXFR, 1);
    check_int(take_all(&t, same, 1, 1), ==, -ENODATA);
    t = transfer_of(DNS_TYPE_SOA, 1);
    check_int(take_all(&t, same, 1, 1), ==, -ENODATA);
    t = transfer_of(DNS_TYPE_SOA, 0);
    check_int(take_all(&t, same, 1, 1), ==, 1);
    check_int(t.soa.serial, ==, 1);
    check_int(t.soa.refresh_s, ==, 600);
    check_int(t.soa.retry_s, ==, 601);
    check_int(t.soa.expire_s, ==, 3600000);
    check_int(t.soa.minimum_s, ==, 604800);
}

TEST(what_is_no_transfer_is_refused)
{
    static const struct {
        struct rr rrs[8];
        unsigned count;
    } cases[] = {
        {{{"a.jain.ad.jp", 1}, SOA(3)}, 2},                       /* no SOA first */
        {{SOA(3), SOA(2), SOA(3), SOA(3)}, 4},                    /* differences to another version */
        {{SOA(3), SOA(1), SOA(2), SOA(1), SOA(3), SOA(3)}, 6},    /* a step that begins elsewhere */
        {{SOA(3), SOA(1), SOA(4), SOA(3)}, 4},                    /* ends elsewhere */
        {{SOA(3), {"a.jain.ad.jp", 1}, SOA(4)}, 3},               /* changed under way */
        {{SOA(3), {"a.example", 1}, SOA(3)}, 3},                  /* a name outside */
        {{SOA(3), {"a.jain.ad.jp", 1}, SOA(3), {"b.jain.ad.jp", 1}}, 4}, /* behind the end */
    };
    for (size_t i = 0; i < array_len(cases); i++) {
        struct transfer t = transfer_of(DNS_TYPE_IXFR, 1);
        check_int(take_all(&t, cases[i].rrs, cases[i].count, 8), ==, -EBADMSG);
    }
    static const struct {
        uint16_t flags;
        int want;
    } heads[] = {{0x0400, -EBADMSG}, {0x8600, -EBADMSG}, {0x8c00, -EBADMSG}, {0x8401, -ENOTSUP}, {0x8404, -ENOTSUP},
                 {0x8405, -EACCES},  {0x8409, -EACCES},  {0x8402, -EREMOTEIO}, {0x8400, -EBADMSG}};
    for (size_t i = 0; i < array_len(heads); i++) {
        struct transfer t = transfer_of(DNS_TYPE_IXFR, 1);
        check_int(transfer_take(&t, message, put_message(DNS_TYPE_IXFR, heads[i].flags, NULL, 0)), ==, heads[i].want);
    }
    static const struct rr whole[] = {SOA(3), SOA(3)};
    struct transfer t = transfer_of(DNS_TYPE_AXFR, 0);
    size_t len = put_message(DNS_TYPE_IXFR, 0x8400, whole, 2); /* to another question */
    check_int(transfer_take(&t, message, len), ==, -EBADMSG);
    len = put_message(DNS_TYPE_AXFR, 0x8400, whole, 2);
    for (size_t n = 0; n < len; n++) {
        t = transfer_of(DNS_TYPE_AXFR, 0);
        check_int(transfer_take(&t, message, n), ==, -EBADMSG);
    }
}

/* RFC 1982 3.2 and its end */
TEST(serials_go_round)
{
    check(dns_serial_later(1, 0) && !dns_serial_later(0, 1) && !dns_serial_later(5, 5));
    check(dns_serial_later(0, UINT32_MAX) && dns_serial_later(100, 0xffffff00u));
    check(!dns_serial_later(0x80000000u, 0) && !dns_serial_later(0, 0x80000000u));
}

TEST(requests_are_what_the_rfcs_say)
{
    uint8_t octets[128];
    struct writer w = writer_of(octets, sizeof octets);
    zone = name_of("a.b");
    transfer_write_request(&w, 0x0102, &zone, DNS_TYPE_IXFR, 7);
    static const char want[] = "\1\2\0\0\0\1\0\0\0\1\0\0\1a\1b\0\0\xfb\0\1\1a\1b\0\0\6\0\1\0\0\0\0\0\x16\0\0\0\0\0\7"
                               "\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0";
    check_int(w.len, ==, sizeof want - 1);
    check_bytes(octets, want, w.len);
}

/* RFC 1996 3.7 and 3.12 */
TEST(a_notify_is_read_and_answered)
{
    static const uint8_t notify[] = "\x12\x34\x24\0\0\1\0\0\0\0\0\0\3rpz\7Example\0\0\6\0\1";
    struct dns_name found;
    uint8_t answer[64];
    char text[DNS_NAME_TEXT_MAX];
    check_int(dns_notify_read(notify, sizeof notify - 1, &found), ==, 0);
    check_str(dns_name_format(&found, text), "rpz.example");
    size_t len = dns_notify_answer(notify, &found, answer, sizeof answer);
    check_int(len, ==, sizeof notify - 1);
    check_bytes(answer, "\x12\x34\xa4\0\0\1\0\0\0\0\0\0\3rpz\7example\0\0\6\0\1", len);
    check_int(dns_notify_answer(notify, &found, answer, 20), ==, 0);
    uint8_t other[sizeof notify];
    memcpy(other, notify, sizeof notify);
    other[2] = 0x20 | 0x80; /* an answer to one */
    check_int(dns_notify_read(other, sizeof other - 1, &found), ==, -EBADMSG);
    other[2] = 0; /* a query */
    check_int(dns_notify_read(other, sizeof other - 1, &found), ==, -EBADMSG);
    check_int(dns_notify_read(notify, sizeof notify - 2, &found), ==, -EBADMSG);
}

int main(int argc, char **argv)
{
    return test_main(argc, argv);
}
