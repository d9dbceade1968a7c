/* Record data as text; the expected texts are those of the RFCs' examples, and of dig for the rest. */
#include "proto/dns/rdata_text.h"

#include "base/test.h"
#include "proto/dns/dns.h"

static const struct {
    uint16_t type;
    const char *data;
    size_t len;
    const char *text;
} cases[] = {
    {DNS_TYPE_A, "\xc0\x00\x02\x01", 4, "192.0.2.1"},
    {DNS_TYPE_A, "\xc0\x00\x02", 3, "\\# 3 c00002"},
    {DNS_TYPE_A, "\xc0\x00\x02\x01\x01", 5, "\\# 5 c000020101"},
    {DNS_TYPE_AAAA, "\x20\x01\x0d\xb8\0\0\0\0\0\0\0\0\0\0\0\x01", 16, "2001:db8::1"},
    {DNS_TYPE_CNAME, "\3www\7Example\0", 13, "www.example"},
    {DNS_TYPE_NS, "\0", 1, "."},
    {DNS_TYPE_PTR, "\xc0\x0c", 2, "\\# 2 c00c"}, /* a pointer has no place here */
    {DNS_TYPE_MX, "\0\x0a\4mail\7example\0", 16, "10 mail.example"},
    {DNS_TYPE_SRV, "\0\x01\0\x02\0\x35\1s\0", 9, "1 2 53 s"},
    {DNS_TYPE_SOA, "\2ns\0\1h\0\0\0\0\x01\0\0\x0e\x10\0\0\x02\x58\0\1\x51\x80\xff\xff\xff\xff", 27,
     "ns h 1 3600 600 86400 4294967295"},
    {DNS_TYPE_TXT, "\5v=one\0\4\"\\\n\xe3", 12, "\"v=one\" \"\" \"\\\"\\\\\\010\\227\""},
    {DNS_TYPE_TXT, "", 0, "\\# 0"},
    {DNS_TYPE_TXT, "\5v=on", 5, "\\# 5 05763d6f6e"},
    /* RFC 9460 appendix D: figures 2, 3, 4, 5, 6, 8, 9 */
    {DNS_TYPE_HTTPS, "\0\0\3foo\7example\3com\0", 19, "0 foo.example.com"},
    {DNS_TYPE_SVCB, "\0\1\0", 3, "1 ."},
    {DNS_TYPE_SVCB, "\0\x10\3foo\7example\3com\0\0\3\0\2\0\x35", 25, "16 foo.example.com port=53"},
    {DNS_TYPE_SVCB, "\0\1\3foo\7example\3com\0\x02\x9b\0\5hello", 28, "1 foo.example.com key667=\"hello\""},
    {DNS_TYPE_SVCB, "\0\1\3foo\7example\3com\0\x02\x9b\0\x09hello\xd2qoo", 32,
     "1 foo.example.com key667=\"hello\\210qoo\""},
    {DNS_TYPE_SVCB,
     "\0\1\3foo\7example\3com\0\0\6\0\x20\x20\x01\x0d\xb8\0\0\0\0\0\0\0\0\0\0\0\1"
     "\x20\x01\x0d\xb8\0\0\0\0\0\0\0\0\0\x53\0\1", 55, "1 foo.example.com ipv6hint=2001:db8::1,2001:db8::53:1"},
    {DNS_TYPE_SVCB, "\0\x10\3foo\7example\3org\0\0\0\0\4\0\1\0\4\0\1\0\x09\2h2\5h3-19\0\4\0\4\xc0\0\2\1", 48,
     "16 foo.example.org key0=\"\\000\\001\\000\\004\" alpn=\"h2,h3-19\" ipv4hint=192.0.2.1"},
    {DNS_TYPE_SVCB, "\0\1\0\0\1\0\3\2h,", 10, "1 . key1=\"\\002h,\""},
    {DNS_TYPE_SVCB, "\0\1\0\0\2\0\0\0\4\0\0", 11, "1 . no-default-alpn key4"},
    {DNS_TYPE_SVCB, "\0\1\0\0\4\0\3\1\2\3", 10, "1 . key4=\"\\001\\002\\003\""},
    {DNS_TYPE_SVCB, "\0\1\0\0\4\0\4\1\2\3", 10, "\\# 10 00010000040004010203"},
    {65280, "\xab\xcd", 2, "\\# 2 abcd"},
    {DNS_TYPE_CAA, "\0\5issue", 7, "\\# 7 00056973737565"},
};

TEST(texts_by_type)
{
    for (size_t i = 0; i < array_len(cases); i++) {
        char text[DNS_RDATA_TEXT_MAX(64)];
        memset(text, 'x', sizeof text);
        size_t len = dns_rdata_format(cases[i].type, (const uint8_t *)cases[i].data, cases[i].len, text);
        check_str(text, cases[i].text);
        check_int(len, ==, strlen(text));
    }
}

/* Octets that need the longest escapes, in every type. */
TEST(the_longest_texts_have_room)
{
    static uint8_t data[600];
    static char text[DNS_RDATA_TEXT_MAX(sizeof data)];
    static const uint16_t types[] = {DNS_TYPE_TXT, DNS_TYPE_SVCB, DNS_TYPE_CNAME, DNS_TYPE_SOA, 65280};
    for (size_t t = 0; t < array_len(types); t++)
        for (unsigned octet = 0; octet < 256; octet++)
            for (size_t len = 0; len < sizeof data; len += 37) {
                memset(data, (int)octet, sizeof data);
                size_t n = dns_rdata_format(types[t], data, len, text);
                check(n > 0 && n < DNS_RDATA_TEXT_MAX(len) && text[n] == '\0');
            }
    memset(data, 0xff, sizeof data);
    for (size_t at = 0; at < 512; at += 256)
        data[at] = 255;
    check_int(dns_rdata_format(DNS_TYPE_TXT, data, 512, text), ==, 2 * (255 * 4 + 2) + 1);
}

int main(int argc, char **argv)
{
    return test_main(argc, argv);
}
