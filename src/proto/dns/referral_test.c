/* Referrals: RFC 1034 4.3.2 and 6.2.6, what is believed of one, and that it is kept as it was. */
#include "proto/dns/referral.h"

#include "base/test.h"
#include "proto/dns/message.h"

static struct dns_name name_of(const char *text)
{
    struct dns_name name = {.len = 1};
    check_int(dns_name_parse(text, strlen(text), &name), ==, 0);
    return name;
}

static struct addr addr_of(const char *text)
{
    struct addr a = {0};
    check_int(addr_parse(text, &a), ==, 0);
    return a;
}

static uint8_t message[4096];

static struct writer begin(unsigned rcode, unsigned answers, unsigned authority, unsigned additional)
{
    struct dns_name name = name_of("www.evil.example");
    struct writer w = writer_of(message, sizeof message);
    writer_u16(&w, 7);
    writer_u16(&w, (uint16_t)(DNS_FLAG_QR | rcode));
    writer_u16(&w, 1);
    writer_u16(&w, (uint16_t)answers);
    writer_u16(&w, (uint16_t)authority);
    writer_u16(&w, (uint16_t)additional);
    writer_bytes(&w, name.wire, name.len);
    writer_u16(&w, DNS_TYPE_A);
    writer_u16(&w, DNS_CLASS_IN);
    return w;
}

static void put_server(struct writer *w, const char *zone, uint32_t ttl_s, const char *server)
{
    struct dns_name owner = name_of(zone), target = name_of(server);
    writer_bytes(w, owner.wire, owner.len);
    writer_u16(w, DNS_TYPE_NS);
    writer_u16(w, DNS_CLASS_IN);
    writer_u32(w, ttl_s);
    writer_u16(w, target.len);
    writer_bytes(w, target.wire, target.len);
}

static void put_address(struct writer *w, const char *server, const char *text)
{
    struct dns_name owner = name_of(server);
    struct addr a = addr_of(text);
    size_t len = addr_is_v4(&a) ? 4 : 16;
    writer_bytes(w, owner.wire, owner.len);
    writer_u16(w, len == 4 ? DNS_TYPE_A : DNS_TYPE_AAAA);
    writer_u16(w, DNS_CLASS_IN);
    writer_u32(w, 300);
    writer_u16(w, (uint16_t)len);
    writer_bytes(w, a.bytes + 16 - len, len);
}

static enum dns_referral_kind read(const struct writer *w, const char *zone, struct dns_referral *f)
{
    struct dns_name from = name_of(zone), name = name_of("www.evil.example");
    return dns_referral_read(message, w->len, &from, &name, f);
}

TEST(a_referral_with_glue)
{
    struct dns_referral f;
    struct writer w = begin(0, 0, 3, 4);
    put_server(&w, "evil.example", 3600, "ns1.evil.example");
    put_server(&w, "evil.example", 600, "ns.elsewhere.test");
    put_server(&w, "evil.example", 3600, "NS1.evil.example");
    put_address(&w, "ns1.evil.example", "192.0.2.1");
    put_address(&w, "ns1.evil.example", "2001:db8::1");
    put_address(&w, "ns.elsewhere.test", "192.0.2.2"); /* not below the zone that says so */
    put_address(&w, "www.evil.example", "192.0.2.3");  /* no server */
    check_int(read(&w, "example", &f), ==, DNS_REFERRAL_CUT);
    struct dns_name zone = name_of("evil.example"), second = name_of("ns.elsewhere.test");
    struct addr glue[] = {addr_of("192.0.2.1"), addr_of("2001:db8::1")};
    check(dns_name_equal(&f.zone, &zone));
    check_int(f.ttl_s, ==, 600);
    check_int(f.server_count, ==, 2);
    check(dns_name_equal(&f.servers[1], &second));
    check(f.has_glue[0] && !f.has_glue[1]);
    check_int(f.glue_count, ==, 2);
    check(memcmp(f.glue, glue, sizeof glue) == 0);
    /* the root may say where any server is */
    check_int(read(&w, ".", &f), ==, DNS_REFERRAL_CUT);
    check_int(f.glue_count, ==, 3);
}

TEST(what_is_no_referral)
{
    struct dns_referral f;
    struct writer w = begin(0, 0, 1, 0);
    put_server(&w, "example", 3600, "ns.example");
    check_int(read(&w, "example", &f), ==, DNS_REFERRAL_NONE);      /* the zone itself */
    check_int(read(&w, "evil.example", &f), ==, DNS_REFERRAL_NONE); /* upwards */
    check_int(read(&w, ".", &f), ==, DNS_REFERRAL_CUT);
    w = begin(0, 0, 1, 0);
    put_server(&w, "other.example", 3600, "ns.example");
    check_int(read(&w, "example", &f), ==, DNS_REFERRAL_NONE); /* beside the name */
    w = begin(0, 1, 1, 0);
    put_address(&w, "www.evil.example", "192.0.2.3");
    put_server(&w, "evil.example", 3600, "ns.evil.example");
    check_int(read(&w, "example", &f), ==, DNS_REFERRAL_NONE); /* an answer, and whose it is */
    w = begin(DNS_RCODE_NXDOMAIN, 0, 0, 0);
    check_int(read(&w, "example", &f), ==, DNS_REFERRAL_NXDOMAIN);
    w = begin(DNS_RCODE_REFUSED, 0, 0, 0);
    check_int(read(&w, "example", &f), ==, DNS_REFERRAL_FAILED);
    w = begin(0, 0, 2, 0);
    put_server(&w, "evil.example", 3600, "ns.evil.example");
    check_int(read(&w, "example", &f), ==, DNS_REFERRAL_FAILED); /* one record is missing */
    w.len = 11;
    check_int(read(&w, "example", &f), ==, DNS_REFERRAL_FAILED);
}

TEST(is_kept_as_it_was)
{
    struct dns_referral f, again;
    struct dns_name root = name_of("."), zone = name_of("evil.example");
    struct writer w = begin(0, 0, 2, 3);
    put_server(&w, "evil.example", 77, "ns.elsewhere.test");
    put_server(&w, "evil.example", 78, "ns1.evil.example");
    put_address(&w, "ns1.evil.example", "192.0.2.1");
    put_address(&w, "ns1.evil.example", "2001:db8::1");
    put_address(&w, "ns1.evil.example", "192.0.2.2");
    check_int(read(&w, "example", &f), ==, DNS_REFERRAL_CUT);
    size_t len = dns_referral_format(DNS_REFERRAL_CUT, &zone, &f, message, sizeof message);
    check_int(dns_referral_read(message, len, &root, &zone, &again), ==, DNS_REFERRAL_CUT);
    check(dns_name_equal(&again.zone, &zone));
    check_int(again.ttl_s, ==, 77);
    check_int(again.server_count, ==, 2);
    check(!again.has_glue[0] && again.has_glue[1]);
    check_int(again.glue_count, ==, 3);
    check(memcmp(again.glue, f.glue, 3 * sizeof f.glue[0]) == 0);
    static const enum dns_referral_kind others[] = {DNS_REFERRAL_NONE, DNS_REFERRAL_NXDOMAIN,
                                                    DNS_REFERRAL_FAILED};
    for (unsigned i = 0; i < 3; i++) {
        len = dns_referral_format(others[i], &zone, NULL, message, sizeof message);
        check_int(dns_referral_read(message, len, &root, &zone, &again), ==, others[i]);
    }
    check_int(dns_referral_format(DNS_REFERRAL_CUT, &zone, &f, message, 64), ==, 0);
}

TEST(no_more_than_there_is_room_for)
{
    struct dns_referral f;
    struct writer w = begin(0, 0, 20, 40);
    char text[64];
    for (unsigned i = 0; i < 20; i++) {
        snprintf(text, sizeof text, "ns%u.evil.example", i);
        put_server(&w, "evil.example", 60, text);
    }
    for (unsigned i = 0; i < 40; i++) {
        snprintf(text, sizeof text, "192.0.2.%u", i);
        put_address(&w, "ns0.evil.example", text);
    }
    check(!w.full);
    check_int(read(&w, "example", &f), ==, DNS_REFERRAL_CUT);
    check_int(f.server_count, ==, DNS_REFERRAL_SERVERS_MAX);
    check_int(f.glue_count, ==, DNS_REFERRAL_GLUE_MAX);
}

int main(int argc, char **argv)
{
    return test_main(argc, argv);
}
