/* Zones answered here: the list of unbound.conf(5), its edges, and names just outside. */
#include "watch/dns/own_zones.h"

#include "base/test.h"

static bool have(const char *text)
{
    struct own_zones *z = own_zones_new();
    struct dns_name name;
    check_int(dns_name_parse(text, strlen(text), &name), ==, 0);
    bool found = own_zones_have(z, &name);
    own_zones_free(z);
    return found;
}

TEST(names_that_nobody_outside_is_to_hear_of)
{
    static const char *const own[] = {
        "localhost",
        "a.localhost",
        "www.test",
        "x.invalid",
        "abc.onion",
        "printer.home.arpa",
        "1.0.0.10.in-addr.arpa",
        "1.0.16.172.in-addr.arpa",
        "1.0.31.172.in-addr.arpa",
        "1.0.64.100.in-addr.arpa",
        "255.255.127.100.in-addr.arpa",
        "1.2.0.192.in-addr.arpa",
        "255.255.255.255.in-addr.arpa",
        "1.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.ip6.arpa", /* ::1 */
        "0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.ip6.arpa", /* :: */
        "1.0.0.0.d.f.ip6.arpa",
        "8.b.d.0.1.0.0.2.ip6.arpa",
    };
    for (size_t i = 0; i < array_len(own); i++)
        check(have(own[i]));
}

TEST(their_neighbours_are_asked_about)
{
    static const char *const others[] = {
        "example.com",
        "arpa",
        "in-addr.arpa",
        "1.0.15.172.in-addr.arpa",
        "1.0.32.172.in-addr.arpa",
        "1.0.63.100.in-addr.arpa",
        "1.0.128.100.in-addr.arpa",
        "11.in-addr.arpa",
        "2.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.ip6.arpa",
        "c.e.f.ip6.arpa",
        "localhost.example",
    };
    for (size_t i = 0; i < array_len(others); i++)
        check(!have(others[i]));
}

int main(int argc, char **argv)
{
    return test_main(argc, argv);
}
