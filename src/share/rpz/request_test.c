/* Requests read and refused. */
#include "share/rpz/request.h"

#include <errno.h>

#include "base/test.h"
#include "proto/dns/transfer.h"
#include "proto/dns/tsig.h"

static uint8_t message[1024];

static size_t make(uint16_t qtype, uint32_t serial)
{
    struct dns_name zone;
    struct writer w = writer_of(message, sizeof message);
    check_int(dns_name_parse("rpz.example", 11, &zone), ==, 0);
    transfer_write_request(&w, 0x1234, &zone, qtype, serial);
    return w.len;
}

static struct rpz_request r;

TEST(the_three_that_are_served)
{
    static const uint16_t types[] = {DNS_TYPE_SOA, DNS_TYPE_AXFR, DNS_TYPE_IXFR};
    for (size_t i = 0; i < array_len(types); i++) {
        size_t len = make(types[i], 77);
        check_int(rpz_request_read(message, len, &r), ==, DNS_RCODE_NOERROR);
        check_int(r.id, ==, 0x1234);
        check_int(r.qtype, ==, types[i]);
        check_int(r.serial, ==, types[i] == DNS_TYPE_IXFR ? 77 : 0);
        check_int(r.question_len, ==, 13 + 4);
        check(!r.is_signed && !r.edns);
    }
}

TEST(others_are_refused)
{
    size_t len = make(DNS_TYPE_A, 0);
    check_int(rpz_request_read(message, len, &r), ==, DNS_RCODE_REFUSED);
    len = make(DNS_TYPE_SOA, 0);
    message[len - 1] = DNS_CLASS_CH;
    check_int(rpz_request_read(message, len, &r), ==, DNS_RCODE_REFUSED);
    message[2] = 5 << 3; /* UPDATE */
    check_int(rpz_request_read(message, len, &r), ==, DNS_RCODE_NOTIMP);
    message[2] = 0x80;
    check_int(rpz_request_read(message, len, &r), ==, -EBADMSG);
    check_int(rpz_request_read(message, 11, &r), ==, -EBADMSG);
}

TEST(cut_off_anywhere_it_is_no_request)
{
    size_t len = make(DNS_TYPE_IXFR, 7);
    for (size_t n = DNS_HEADER_LEN; n < len; n++)
        check_int(rpz_request_read(message, n, &r), ==, DNS_RCODE_FORMERR);
    message[len] = 0;
    check_int(rpz_request_read(message, len + 1, &r), ==, DNS_RCODE_FORMERR);
}

TEST(an_ixfr_says_what_it_has)
{
    size_t len = make(DNS_TYPE_AXFR, 0);
    message[len - 3] = DNS_TYPE_IXFR; /* without a SOA behind it */
    check_int(rpz_request_read(message, len, &r), ==, DNS_RCODE_FORMERR);
    len = make(DNS_TYPE_IXFR, 7);
    message[DNS_HEADER_LEN + 17 + 1] = 'x'; /* of another zone */
    check_int(rpz_request_read(message, len, &r), ==, DNS_RCODE_FORMERR);
}

static size_t add_opt(size_t len, uint8_t version)
{
    static const uint8_t opt[] = {0, 0, DNS_TYPE_OPT, 0x04, 0xd0, 0, 0, 0, 0, 0, 0};
    memcpy(message + len, opt, sizeof opt);
    message[len + 6] = version;
    message[11]++;
    return len + sizeof opt;
}

TEST(edns_is_understood)
{
    size_t len = add_opt(make(DNS_TYPE_SOA, 0), 0);
    check_int(rpz_request_read(message, len, &r), ==, DNS_RCODE_NOERROR);
    check(r.edns);
    len = add_opt(make(DNS_TYPE_SOA, 0), 1);
    check_int(rpz_request_read(message, len, &r), ==, DNS_RCODE_BADVERS);
    len = add_opt(add_opt(make(DNS_TYPE_SOA, 0), 0), 0);
    check_int(rpz_request_read(message, len, &r), ==, DNS_RCODE_FORMERR);
}

TEST(who_signed_is_told)
{
    struct tsig_key key = {.algorithm = TSIG_HMAC_SHA256, .secret_len = 16};
    struct tsig t;
    check_int(dns_name_parse("KEY.b", 5, &key.name), ==, 0);
    struct writer w = writer_of(message, sizeof message);
    w.len = make(DNS_TYPE_AXFR, 0);
    tsig_sign(&t, &key, &w, 1700000000);
    check_int(rpz_request_read(message, w.len, &r), ==, DNS_RCODE_NOERROR);
    check(r.is_signed);
    check(dns_name_equal(&r.key, &key.name));
    size_t len = add_opt(w.len, 0); /* the signature must be the last */
    check_int(rpz_request_read(message, len, &r), ==, DNS_RCODE_FORMERR);
}

TEST(answers_to_notify_are_told_from_requests)
{
    uint16_t id = 0;
    struct dns_name zone;
    size_t len = make(DNS_TYPE_SOA, 0);
    check(!rpz_notify_answer_read(message, len, &id, &zone));
    message[2] = 0x80 | 4 << 3;
    check(rpz_notify_answer_read(message, len, &id, &zone));
    check_int(id, ==, 0x1234);
}

int main(int argc, char **argv)
{
    return sodium_init() < 0 ? 1 : test_main(argc, argv);
}
