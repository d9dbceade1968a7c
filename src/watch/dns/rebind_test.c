/* Private addresses in answers, wherever they stand, and the names that may have them. */
#include "watch/dns/rebind.h"

#include "base/test.h"

static uint8_t message[512];
static struct writer out;

/* "a.test" and its question, then records in its sections. */
static void begin(unsigned answers, unsigned authorities)
{
    static const uint8_t head[] = {0, 1, 0x81, 0x80, 0, 1};
    out = writer_of(message, sizeof message);
    writer_bytes(&out, head, sizeof head);
    writer_u16(&out, (uint16_t)answers);
    writer_u16(&out, (uint16_t)authorities);
    writer_u16(&out, 0);
    writer_bytes(&out, "\1a\4test\0\0\1\0\1", 12);
}

static void put(uint16_t type, const void *data, size_t len)
{
    writer_u16(&out, 0xc00c);
    writer_u16(&out, type);
    writer_u16(&out, DNS_CLASS_IN);
    writer_u32(&out, 60);
    writer_u16(&out, (uint16_t)len);
    writer_bytes(&out, data, len);
}

static bool found(void)
{
    return rebind_has_private(message, out.len);
}

TEST(a_private_address_is_found_among_public_ones)
{
    begin(3, 0);
    put(DNS_TYPE_CNAME, "\1b\300\016", 4);
    put(DNS_TYPE_A, "\300\0\2\1", 4);
    put(DNS_TYPE_A, "\300\250\1\1", 4);
    check(found());
    begin(2, 0);
    put(DNS_TYPE_A, "\300\0\2\1", 4);
    put(DNS_TYPE_AAAA, "\40\1\15\270\0\0\0\0\0\0\0\0\0\0\0\1", 16);
    check(!found());
    begin(1, 0);
    put(DNS_TYPE_AAAA, "\375\0\0\0\0\0\0\0\0\0\0\0\0\0\0\1", 16);
    check(found());
    begin(1, 0);
    put(DNS_TYPE_AAAA, "\0\0\0\0\0\0\0\0\0\0\377\377\12\0\0\1", 16);
    check(found());
}

TEST(only_the_answer_counts)
{
    begin(1, 1);
    put(DNS_TYPE_A, "\300\0\2\1", 4);
    put(DNS_TYPE_A, "\12\0\0\1", 4);
    check(!found());
    begin(1, 0);
    put(DNS_TYPE_TXT, "\12\0\0\1", 4);
    check(!found());
}

TEST(hints_of_https_records_count)
{
    begin(1, 0); /* priority 1, target ".", alpn h2, ipv4hint 192.0.2.1 and 10.0.0.1 */
    put(DNS_TYPE_HTTPS, "\0\1\0\0\1\0\3\2h2\0\4\0\10\300\0\2\1\12\0\0\1", 22);
    check(found());
    begin(1, 0);
    put(DNS_TYPE_HTTPS, "\0\1\0\0\1\0\3\2h2\0\4\0\4\300\0\2\1", 18);
    check(!found());
    begin(1, 0); /* ipv6hint fe80::1 */
    put(DNS_TYPE_SVCB, "\0\1\0\0\6\0\20\376\200\0\0\0\0\0\0\0\0\0\0\0\0\0\1", 23);
    check(found());
}

TEST(every_cut_of_a_message_is_harmless)
{
    begin(1, 0);
    put(DNS_TYPE_HTTPS, "\0\1\0\0\1\0\3\2h2\0\4\0\10\300\0\2\1\12\0\0\1", 22);
    for (size_t n = 0; n < out.len; n++)
        check(!rebind_has_private(message, n));
}

static bool may(const char *text)
{
    struct dns_name own, name;
    const struct dns_private_names names = {.at = &own, .count = 1};
    check_int(dns_name_parse("corp.example", 12, &own), ==, 0);
    check_int(dns_name_parse(text, strlen(text), &name), ==, 0);
    return rebind_may(&names, &name);
}

TEST(some_names_may)
{
    check(may("localhost") && may("a.localhost") && may("printer.local") && may("x.internal") && may("a.home.arpa"));
    check(may("corp.example") && may("a.b.corp.example"));
    check(!may("example") && !may("xcorp.example") && !may("corp.example.test") && !may("arpa") && !may("."));
}

int main(int argc, char **argv)
{
    return test_main(argc, argv);
}
