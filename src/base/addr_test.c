/* Address behaviour: text forms accepted and refused, prefixes at every width, ports at every edge. */
#include "base/addr.h"

#include <arpa/inet.h>
#include <errno.h>

#include "base/test.h"

static struct addr addr_of(const char *text)
{
    struct addr a = {{0}};
    check_int(addr_parse(text, &a), ==, 0);
    return a;
}

TEST(addresses_parse_to_sixteen_bytes)
{
    static const struct {
        const char *text;
        uint8_t bytes[16];
        bool v4, loopback;
    } rows[] = {
        {"192.0.2.1", {[10] = 0xff, 0xff, 192, 0, 2, 1}, true, false},
        {"127.0.0.1", {[10] = 0xff, 0xff, 127, 0, 0, 1}, true, true},
        {"127.255.255.255", {[10] = 0xff, 0xff, 127, 255, 255, 255}, true, true},
        {"128.0.0.1", {[10] = 0xff, 0xff, 128, 0, 0, 1}, true, false},
        {"::ffff:192.0.2.1", {[10] = 0xff, 0xff, 192, 0, 2, 1}, true, false},
        {"2001:db8::1", {0x20, 0x01, 0x0d, 0xb8, [15] = 1}, false, false},
        {"::1", {[15] = 1}, false, true},
        {"::", {0}, false, false},
        {"0.0.0.0", {[10] = 0xff, 0xff}, true, false},
    };
    for (size_t i = 0; i < array_len(rows); i++) {
        struct addr a = addr_of(rows[i].text);
        check_bytes(a.bytes, rows[i].bytes, 16);
        check(addr_is_v4(&a) == rows[i].v4);
        check(addr_is_loopback(&a) == rows[i].loopback);
    }
}

TEST(what_is_no_address_is_refused_and_output_untouched)
{
    static const char *const texts[] = {"",          " ",        "192.0.2",     "192.0.2.1.", "192.0.2.256", "1.2.3.4 ",
                                        "0x7f.0.0.1", "localhost", "2001:db8::1::", ":::",     "[::1]",       "::1%lo",
                                        "192.0.2.1/24"};
    for (size_t i = 0; i < array_len(texts); i++) {
        struct addr a = {.bytes = {[0] = 0x55, [15] = 0xaa}};
        check_int(addr_parse(texts[i], &a), ==, -EINVAL);
        check(a.bytes[0] == 0x55 && a.bytes[15] == 0xaa);
    }
}

TEST(addresses_format_in_their_shortest_form)
{
    static const char *const rows[][2] = {
        {"192.0.2.1", "192.0.2.1"},
        {"::ffff:192.0.2.1", "192.0.2.1"},
        {"2001:DB8:0:0:0:0:0:1", "2001:db8::1"},
        {"::", "::"},
        {"ffff:ffff:ffff:ffff:ffff:ffff:255.255.255.255", "ffff:ffff:ffff:ffff:ffff:ffff:ffff:ffff"},
    };
    for (size_t i = 0; i < array_len(rows); i++) {
        char text[ADDR_TEXT_MAX];
        struct addr a = addr_of(rows[i][0]);
        check_str(addr_format(&a, text), rows[i][1]);
    }
}

TEST(prefixes_know_what_they_hold)
{
    static const struct {
        const char *prefix, *inside, *outside;
        int bits;
    } rows[] = {
        {"192.0.2.0/24", "192.0.2.255", "192.0.3.0", 120},
        {"192.0.2.128/25", "192.0.2.128", "192.0.2.127", 121},
        {"192.0.2.0/31", "192.0.2.1", "192.0.2.2", 127},
        {"192.0.2.1", "192.0.2.1", "192.0.2.0", 128},
        {"192.0.2.1/32", "::ffff:192.0.2.1", "192.0.2.3", 128},
        {"128.0.0.0/1", "255.255.255.255", "127.255.255.255", 97},
        {"0.0.0.0/0", "255.255.255.255", "::1", 96},
        {"::ffff:192.0.2.0/120", "192.0.2.9", "192.0.3.9", 120},
        {"2001:db8::/32", "2001:db8:ffff::", "2001:db9::", 32},
        {"2001:db8::/33", "2001:db8:7fff::", "2001:db8:8000::", 33},
        {"::1", "::1", "::", 128},
        {"8000::/1", "ffff::", "7fff::", 1},
    };
    for (size_t i = 0; i < array_len(rows); i++) {
        struct addr_prefix p = {{{0}}, 0};
        check_int(addr_prefix_parse(rows[i].prefix, &p), ==, 0);
        check_int(p.bits, ==, rows[i].bits);
        struct addr inside = addr_of(rows[i].inside), outside = addr_of(rows[i].outside);
        check(addr_prefix_has(&p, &inside));
        check(!addr_prefix_has(&p, &outside));
    }
    struct addr_prefix all;
    check_int(addr_prefix_parse("::/0", &all), ==, 0);
    struct addr v4 = addr_of("192.0.2.1"), v6 = addr_of("2001:db8::1");
    check(addr_prefix_has(&all, &v4) && addr_prefix_has(&all, &v6));
}

TEST(every_ipv4_width_has_its_edges)
{
    for (int width = 0; width <= 32; width++) {
        char text[ADDR_TEXT_MAX];
        uint32_t first = width == 0 ? 0 : 0xc0a80000u & (uint32_t)(UINT64_MAX << (32 - width));
        struct in_addr in = {.s_addr = htonl(first)};
        snprintf(text, sizeof text, "%s/%d", inet_ntoa(in), width);
        struct addr_prefix p = {{{0}}, 0};
        check_int(addr_prefix_parse(text, &p), ==, 0);
        check_int(p.bits, ==, 96 + width);
        uint32_t last = first | (uint32_t)(UINT32_MAX >> (width % 32));
        if (width == 32)
            last = first;
        struct addr a = p.addr;
        in.s_addr = htonl(last);
        memcpy(a.bytes + 12, &in, 4);
        check(addr_prefix_has(&p, &a));
        if (width > 0) {
            in.s_addr = htonl(last + 1);
            memcpy(a.bytes + 12, &in, 4);
            check(!addr_prefix_has(&p, &a));
        }
    }
}

TEST(private_addresses_are_those_of_no_public_network)
{
    static const char *const yes[] = {
        "0.0.0.0", "0.255.255.255", "10.0.0.0", "10.255.255.255", "100.64.0.0", "100.127.255.255", "127.0.0.1",
        "127.255.255.255", "169.254.0.0", "169.254.255.255", "172.16.0.0", "172.31.255.255", "192.168.0.0",
        "192.168.255.255", "198.18.0.0", "198.19.255.255", "255.255.255.255", "::", "::1", "::10.1.2.3",
        "::ffff:192.168.1.1", "64:ff9b::10.0.0.1", "64:ff9b:1::1", "2002:c0a8:0101::1", "fc00::", "fdff:ffff::1", "fe80::1",
        "febf:ffff::1", "fec0::1", "feff::1"};
    static const char *const no[] = {
        "1.0.0.0", "9.255.255.255", "11.0.0.0", "100.63.255.255", "100.128.0.0", "126.255.255.255", "128.0.0.0",
        "169.253.255.255", "169.255.0.0", "172.15.255.255", "172.32.0.0", "192.167.255.255", "192.169.0.0",
        "198.17.255.255", "198.20.0.0", "255.255.255.254", "192.0.2.1", "198.51.100.1", "2001:db8::1", "2001:db8::10.0.0.1",
        "64:ff9b::192.0.2.1", "64:ff9b:2::1", "2002:c000:0201::1", "::192.0.2.1", "fbff:ffff::1", "fe7f:ffff::1", "ff02::1"};
    struct addr a;
    for (size_t i = 0; i < array_len(yes); i++)
        if (addr_parse(yes[i], &a) < 0 || !addr_is_private(&a))
            check_str(yes[i], "private");
    for (size_t i = 0; i < array_len(no); i++)
        if (addr_parse(no[i], &a) < 0 || addr_is_private(&a))
            check_str(no[i], "public");
}

TEST(what_is_no_prefix_is_refused)
{
    static const char *const texts[] = {
        "",
        "/",
        "/24",
        "192.0.2.0/",
        "192.0.2.0/33",
        "192.0.2.0/-1",
        "192.0.2.0/+1",
        "192.0.2.0/24 ",
        "192.0.2.0/0024",
        "192.0.2.0/24/24",
        "192.0.2.1/24",         /* host bits */
        "192.0.2.0/23.0",
        "::ffff:192.0.2.0/24",  /* an IPv6 form counts its bits as IPv6 */
        "2001:db8::/129",
        "2001:db8::1/64",       /* host bits */
        "8000::/0",             /* host bits */
        "192.0.2.0.0/24",
        "2001:db8:2001:db8:2001:db8:2001:db8:2001:db8:2001:db8/32", /* longer than any address */
    };
    for (size_t i = 0; i < array_len(texts); i++) {
        struct addr_prefix p = {.bits = 77};
        int r = addr_prefix_parse(texts[i], &p);
        if (r != -EINVAL)
            printf("# accepted: \"%s\"\n", texts[i]);
        check_int(r, ==, -EINVAL);
        check_int(p.bits, ==, 77);
    }
}

TEST(address_and_port_parse_and_format)
{
    static const struct {
        const char *text;
        int default_port;
        const char *want; /* NULL: refused */
    } rows[] = {
        {"127.0.0.1:53", -1, "127.0.0.1:53"},
        {"127.0.0.1", 53, "127.0.0.1:53"},
        {"127.0.0.1", -1, NULL},
        {"127.0.0.1:", 53, NULL},
        {"127.0.0.1:65535", -1, "127.0.0.1:65535"},
        {"127.0.0.1:65536", -1, NULL},
        {"127.0.0.1:99999", -1, NULL},
        {"127.0.0.1:100000", -1, NULL},
        {"127.0.0.1:0", -1, NULL},
        {"127.0.0.1:0", 53, NULL},
        {"127.0.0.1:0", 0, "127.0.0.1:0"},
        {"127.0.0.1", 0, "127.0.0.1:0"},
        {"127.0.0.1:-1", 53, NULL},
        {"127.0.0.1:5x", 53, NULL},
        {"[::1]:53", -1, "[::1]:53"},
        {"[::1]", 53, "[::1]:53"},
        {"[::1]", -1, NULL},
        {"[::1]x", 53, NULL},
        {"[::1", 53, NULL},
        {"[]:53", 53, NULL},
        {"[127.0.0.1]:53", 53, NULL},
        {"::1", 53, "[::1]:53"},
        {"::1", -1, NULL},
        {"2001:db8::1", 853, "[2001:db8::1]:853"},
        {"[::ffff:192.0.2.1]:53", -1, "192.0.2.1:53"},
        {":53", 53, NULL},
        {"", 53, NULL},
        {"localhost:53", 53, NULL},
        {"[2001:db8:2001:db8:2001:db8:2001:db8:2001:db8:2001:db8]:53", 53, NULL},
    };
    for (size_t i = 0; i < array_len(rows); i++) {
        struct sockaddr_storage sa;
        char text[ADDR_PORT_TEXT_MAX];
        int r = addr_port_parse(rows[i].text, rows[i].default_port, &sa);
        if ((r == 0) != (rows[i].want != NULL))
            printf("# row %zu: \"%s\"\n", i, rows[i].text);
        check_int(r, ==, rows[i].want ? 0 : -EINVAL);
        if (r == 0 && rows[i].want)
            check_str(addr_port_format((struct sockaddr *)&sa, text), rows[i].want);
    }
}

TEST(socket_addresses_give_family_length_and_port)
{
    struct sockaddr_storage sa;
    check_int(addr_port_parse("192.0.2.1:5300", -1, &sa), ==, 0);
    check_int(sa.ss_family, ==, AF_INET);
    check_int(addr_sockaddr_len((struct sockaddr *)&sa), ==, sizeof(struct sockaddr_in));
    check_int(addr_port_of_sockaddr((struct sockaddr *)&sa), ==, 5300);
    check_int(addr_port_parse("[2001:db8::1]:5300", -1, &sa), ==, 0);
    check_int(sa.ss_family, ==, AF_INET6);
    check_int(addr_sockaddr_len((struct sockaddr *)&sa), ==, sizeof(struct sockaddr_in6));
    check_int(addr_port_of_sockaddr((struct sockaddr *)&sa), ==, 5300);
    struct addr six = addr_of_sockaddr((struct sockaddr *)&sa), four = {{[10] = 0xff, [11] = 0xff, 192, 0, 2, 1}};
    char text[ADDR_PORT_TEXT_MAX];
    addr_to_sockaddr(&six, 53, &sa);
    check_str(addr_port_format((struct sockaddr *)&sa, text), "[2001:db8::1]:53");
    addr_to_sockaddr(&four, 5300, &sa);
    check_str(addr_port_format((struct sockaddr *)&sa, text), "192.0.2.1:5300");
    struct sockaddr unknown = {.sa_family = AF_UNSPEC};
    struct addr none = addr_of_sockaddr(&unknown), zero = {{0}};
    check_bytes(none.bytes, zero.bytes, 16);
}

TEST(the_longest_texts_fit_their_buffers)
{
    struct sockaddr_storage sa;
    char text[ADDR_PORT_TEXT_MAX];
    check_int(addr_port_parse("[ffff:ffff:ffff:ffff:ffff:ffff:ffff:ffff]:65535", -1, &sa), ==, 0);
    check_str(addr_port_format((struct sockaddr *)&sa, text), "[ffff:ffff:ffff:ffff:ffff:ffff:ffff:ffff]:65535");
}

int main(int argc, char **argv)
{
    return test_main(argc, argv);
}
