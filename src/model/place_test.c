/* Tests the search over a small table with known edges (not the one that is built in). */
#include "model/place.h"

#include <string.h>

#include "base/test.h"
#include "model/place_table.h"

/* 192.0.2.0 to 192.0.2.127 is JP, 192.0.2.128 to 192.0.2.255 US; 2001:db8::/33 is JP, the other half FR. */
const char place_date_text[] = "2026-01-02";
const char place_codes[][3] = {"", "FR", "JP", "US"};
const unsigned place_code_count = 4, place_v4_count = 4, place_v6_count = 4;
const uint32_t place_v4_first[] = {0, 0xc0000200, 0xc0000280, 0xc0000300};
const uint8_t place_v4_country[] = {0, 2, 3, 0};
const uint64_t place_v6_first[] = {0, UINT64_C(0x20010db800000000), UINT64_C(0x20010db880000000), UINT64_C(0x20010db900000000)};
const uint8_t place_v6_country[] = {0, 2, 1, 0};

static const char *country(const char *text)
{
    struct addr a;
    return addr_parse(text, &a) == 0 ? place_code(place_of(&a)) : "?";
}

TEST(a_run_of_ipv4_goes_up_to_the_next_one)
{
    check_str(country("0.0.0.0"), "");
    check_str(country("192.0.1.255"), "");
    check_str(country("192.0.2.0"), "JP");
    check_str(country("192.0.2.127"), "JP");
    check_str(country("192.0.2.128"), "US");
    check_str(country("192.0.2.255"), "US");
    check_str(country("192.0.3.0"), "");
    check_str(country("255.255.255.255"), "");
    check_str(country("::ffff:192.0.2.1"), "JP");
}

TEST(ipv6_is_told_apart_by_its_first_half)
{
    check_str(country("::"), "");
    check_str(country("2001:db7:ffff:ffff:ffff:ffff:ffff:ffff"), "");
    check_str(country("2001:db8::"), "JP");
    check_str(country("2001:db8:7fff:ffff:ffff:ffff:ffff:ffff"), "JP");
    check_str(country("2001:db8:8000::"), "FR");
    check_str(country("2001:db9::"), "");
    check_str(country("ffff:ffff:ffff:ffff:ffff:ffff:ffff:ffff"), "");
}

TEST(what_is_no_number_of_a_place_has_no_code)
{
    check_str(place_code(4), "");
    check_str(place_code(PLACE_MAX), "");
    check_str(place_table_date(), "2026-01-02");
}

int main(int argc, char **argv)
{
    return test_main(argc, argv);
}
