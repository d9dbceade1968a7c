/* Words of types and codes: those of IANA's table, and RFC 3597 5 for the rest. */
#include "proto/dns/dns.h"

#include <errno.h>

#include "base/test.h"

TEST(types_have_their_mnemonics)
{
    static const struct {
        uint16_t type;
        const char *word;
    } cases[] = {{1, "A"},       {2, "NS"},      {5, "CNAME"},  {6, "SOA"},   {12, "PTR"},   {15, "MX"},
                 {16, "TXT"},    {28, "AAAA"},   {33, "SRV"},   {35, "NAPTR"}, {39, "DNAME"}, {41, "OPT"},
                 {43, "DS"},     {46, "RRSIG"},  {47, "NSEC"},  {48, "DNSKEY"}, {50, "NSEC3"}, {52, "TLSA"},
                 {64, "SVCB"},   {65, "HTTPS"},  {251, "IXFR"}, {252, "AXFR"}, {255, "ANY"},  {257, "CAA"},
                 {0, "TYPE0"},   {731, "TYPE731"}, {65535, "TYPE65535"}};
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        char text[DNS_TYPE_TEXT_MAX];
        uint16_t type = 12345;
        check_str(dns_type_format(cases[i].type, text), cases[i].word);
        check_int(dns_type_parse(cases[i].word, &type), ==, 0);
        check_int(type, ==, cases[i].type);
    }
}

TEST(every_type_comes_back_from_its_word)
{
    for (unsigned t = 0; t <= UINT16_MAX; t++) {
        char text[DNS_TYPE_TEXT_MAX];
        uint16_t again = 0;
        check_int(dns_type_parse(dns_type_format((uint16_t)t, text), &again), ==, 0);
        check_int(again, ==, t);
    }
}

TEST(case_does_not_matter)
{
    uint16_t type = 0;
    check_int(dns_type_parse("aaaa", &type), ==, 0);
    check_int(type, ==, DNS_TYPE_AAAA);
    check_int(dns_type_parse("type28", &type), ==, 0);
    check_int(type, ==, DNS_TYPE_AAAA);
}

TEST(what_is_no_type_is_refused)
{
    static const char *const bad[] = {"", "TYPE", "TYPE65536", "TYPE4294967297", "TYPE-1", "TYPE1x", "B", "A ", "28"};
    uint16_t type = 7;
    for (size_t i = 0; i < sizeof bad / sizeof bad[0]; i++)
        check_int(dns_type_parse(bad[i], &type), ==, -EINVAL);
    check_int(type, ==, 7);
}

TEST(response_codes_have_their_words)
{
    static const struct {
        unsigned rcode;
        const char *word;
    } cases[] = {{0, "NOERROR"}, {1, "FORMERR"}, {2, "SERVFAIL"}, {3, "NXDOMAIN"},   {4, "NOTIMP"},
                 {5, "REFUSED"}, {9, "RCODE9"},  {16, "BADVERS"}, {4095, "RCODE4095"}};
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        char text[DNS_TYPE_TEXT_MAX];
        check_str(dns_rcode_format(cases[i].rcode, text), cases[i].word);
    }
}

int main(int argc, char **argv)
{
    return test_main(argc, argv);
}
