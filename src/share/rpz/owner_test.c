/* Owners as BIND and the draft write them. */
#include "share/rpz/owner.h"

#include <errno.h>

#include "base/test.h"

enum { ZONE_LEN = 19 }; /* rpz.csirt.example */

static const char *text_of(enum exchange_zone_form form, const char *value, bool below)
{
    static char text[DNS_NAME_TEXT_MAX];
    uint8_t wire[DNS_NAME_MAX + 1];
    int len = rpz_owner_write(form, value, below, ZONE_LEN, wire);
    if (len < 0)
        return len == -EINVAL ? "-EINVAL" : "-ENAMETOOLONG";
    wire[len] = 0;
    return dns_name_format_wire(wire, (size_t)len + 1, text);
}

TEST(names_stand_as_they_are)
{
    check_str(text_of(EXCHANGE_ZONE_NAME, "evil.example", false), "evil.example");
    check_str(text_of(EXCHANGE_ZONE_NAME, "evil.example", true), "*.evil.example");
    check_str(text_of(EXCHANGE_ZONE_NAME, "xn--r8jz45g.jp", false), "xn--r8jz45g.jp");
}

TEST(addresses_are_written_from_the_last)
{
    static const struct {
        const char *value, *want;
    } cases[] = {
        {"192.0.2.1", "32.1.2.0.192.rpz-ip"},
        {"192.0.2.0/24", "24.0.2.0.192.rpz-ip"},
        {"10.0.0.0/8", "8.0.0.0.10.rpz-ip"},
        {"2001:db8::/32", "32.zz.db8.2001.rpz-ip"},
        {"2001:db8::1", "128.1.zz.db8.2001.rpz-ip"},
        {"2001:db8:0:1:0:0:0:2", "128.2.zz.1.0.db8.2001.rpz-ip"},
        {"2001:0:0:1:0:0:1:1", "128.1.1.zz.1.0.0.2001.rpz-ip"}, /* of two equal runs BIND takes the last words' */
        {"2001:db8:1:2:3:0:5:6", "128.6.5.0.3.2.1.db8.2001.rpz-ip"}, /* one zero is no run */
        {"::1", "128.1.zz.rpz-ip"},
        {"2000::/3", "3.zz.2000.rpz-ip"},
    };
    for (size_t i = 0; i < array_len(cases); i++)
        check_str(text_of(EXCHANGE_ZONE_ADDRESS, cases[i].value, false), cases[i].want);
}

TEST(what_would_mean_something_else_is_left_out)
{
    check_str(text_of(EXCHANGE_ZONE_NAME, ".", false), "-EINVAL");
    check_str(text_of(EXCHANGE_ZONE_NAME, "*.example", false), "-EINVAL");
    check_str(text_of(EXCHANGE_ZONE_NAME, "32.1.2.0.192.rpz-ip", false), "-EINVAL");
    check_str(text_of(EXCHANGE_ZONE_NAME, "x.rpz-client-ip", false), "-EINVAL");
    check_str(text_of(EXCHANGE_ZONE_NAME, "x.rpz-nsip", false), "-EINVAL");
    check_str(text_of(EXCHANGE_ZONE_NAME, "x.rpz-nsdname", false), "-EINVAL");
    check_str(text_of(EXCHANGE_ZONE_NAME, "rpz-ip.example", false), "rpz-ip.example");
    check_str(text_of(EXCHANGE_ZONE_ADDRESS, "0.0.0.0/0", false), "-EINVAL");
    check_str(text_of(EXCHANGE_ZONE_ADDRESS, "::/0", false), "-EINVAL");
    check_str(text_of(EXCHANGE_ZONE_ADDRESS, "no address", false), "-EINVAL");
}

TEST(a_name_must_fit_with_the_zone_behind_it)
{
    char name[256];
    uint8_t wire[DNS_NAME_MAX];
    memset(name, 'a', 252);
    for (int i = 62; i < 252; i += 63)
        name[i] = '.';
    name[251] = '\0'; /* 251 characters: 252 octets without the root */
    check_int(rpz_owner_write(EXCHANGE_ZONE_NAME, name, false, 3, wire), ==, 252);
    check_int(rpz_owner_write(EXCHANGE_ZONE_NAME, name, false, 4, wire), ==, -ENAMETOOLONG);
    check_int(rpz_owner_write(EXCHANGE_ZONE_NAME, name, true, 1, wire), ==, 254);
    check_int(rpz_owner_write(EXCHANGE_ZONE_NAME, name, true, 2, wire), ==, -ENAMETOOLONG);
}

int main(int argc, char **argv)
{
    return test_main(argc, argv);
}
