/* Who gets which zone, by key and by address. */
#include "share/rpz/zones.h"

#include <errno.h>

#include "base/test.h"
#include "proto/dns/transfer.h"

#define NOW 1700000000u

static struct rpz_zone zones[3];
static uint8_t message[1024];
static size_t len;
static struct tsig tsig;
static bool is_signed;
static int error;
static unsigned zone;

static void name(struct dns_name *to, const char *text)
{
    check_int(dns_name_parse(text, strlen(text), to), ==, 0);
}

/* Two with zones of one name, by keys; one by address. */
static void make_zones(void)
{
    memset(zones, 0, sizeof zones);
    name(&zones[0].name, "rpz.example");
    name(&zones[1].name, "rpz.example");
    name(&zones[2].name, "other.example");
    name(&zones[0].key.name, "key-a");
    name(&zones[1].key.name, "key-b");
    for (unsigned i = 0; i < 2; i++) {
        zones[i].has_key = true;
        zones[i].key.secret_len = 32;
        zones[i].key.secret[0] = (uint8_t)(i + 1);
    }
    check_int(addr_prefix_parse("192.0.2.0/28", &zones[2].allow[0]), ==, 0);
    zones[2].allow_count = 1;
}

/* key NULL: not signed. The answer is the response code. */
static unsigned find(const char *zone_name, const struct tsig_key *key, const char *from, uint64_t now_s)
{
    struct rpz_request request;
    struct dns_name of;
    struct tsig t;
    struct addr address;
    struct writer w = writer_of(message, sizeof message);
    make_zones();
    name(&of, zone_name);
    transfer_write_request(&w, 1, &of, DNS_TYPE_AXFR, 0);
    if (key)
        tsig_sign(&t, key, &w, NOW);
    len = w.len;
    zone = 99;
    check_int(addr_parse(from, &address), ==, 0);
    check_int(rpz_request_read(message, len, &request), ==, 0);
    return rpz_zones_find(zones, 3, &request, message, len, &address, now_s, &tsig, &is_signed, &error, &zone);
}

TEST(a_key_leads_to_its_recipient)
{
    make_zones();
    struct tsig_key a = zones[0].key, b = zones[1].key;
    check_int(find("rpz.example", &a, "203.0.113.1", NOW), ==, DNS_RCODE_NOERROR);
    check_int(zone, ==, 0);
    check(is_signed);
    check_int(find("rpz.example", &b, "203.0.113.1", NOW), ==, DNS_RCODE_NOERROR);
    check_int(zone, ==, 1);
}

TEST(and_to_no_other_zone)
{
    make_zones();
    struct tsig_key a = zones[0].key;
    check_int(find("other.example", &a, "192.0.2.1", NOW), ==, DNS_RCODE_REFUSED); /* also from an address that may */
    check_int(error, ==, 0);
    check_int(find("none.example", &a, "192.0.2.1", NOW), ==, DNS_RCODE_REFUSED);
    check_int(error, ==, 0);
}

TEST(wrong_signatures_are_told)
{
    make_zones();
    struct tsig_key a = zones[0].key, unknown = zones[0].key;
    a.secret[5] ^= 1;
    check_int(find("rpz.example", &a, "192.0.2.1", NOW), ==, RPZ_RCODE_NOTAUTH);
    check_int(error, ==, -EKEYREJECTED);
    name(&unknown.name, "key-c");
    check_int(find("rpz.example", &unknown, "192.0.2.1", NOW), ==, RPZ_RCODE_NOTAUTH);
    check_int(error, ==, -ENOKEY);
    a = zones[0].key;
    check_int(find("rpz.example", &a, "192.0.2.1", NOW + 301), ==, RPZ_RCODE_NOTAUTH);
    check_int(error, ==, -ETIME);
}

TEST(an_address_leads_to_its_zone_alone)
{
    check_int(find("other.example", NULL, "192.0.2.15", NOW), ==, DNS_RCODE_NOERROR);
    check_int(zone, ==, 2);
    check_int(find("other.example", NULL, "192.0.2.16", NOW), ==, DNS_RCODE_REFUSED);
    check_int(find("rpz.example", NULL, "192.0.2.1", NOW), ==, DNS_RCODE_REFUSED);
    check_int(find("none.example", NULL, "192.0.2.1", NOW), ==, DNS_RCODE_REFUSED);
}

int main(int argc, char **argv)
{
    return sodium_init() < 0 ? 1 : test_main(argc, argv);
}
