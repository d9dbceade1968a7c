/* DNS rows: the whole block byte for byte, name texts, and both bounds. */
#include "store/dns_rows.h"

#include <errno.h>

#include "base/test.h"

static struct dns_observation sample(const char *wire, size_t len)
{
    struct dns_observation o = {
        .time_us = 1700000000123456,
        .qtype = 28,
        .rcode = 3,
        .transport = DNS_TRANSPORT_DOT,
        .action = DNS_ACTION_NXDOMAIN,
        .from_cache = 1,
        .list = 0x0102,
        .trigger = DNS_TRIGGER_ADDRESS,
        .verdict = {.id = 17, .line = 10332},
        .latency_us = 65537,
        .name_len = (uint8_t)len,
    };
    check_int(addr_parse("192.0.2.1", &o.client), ==, 0);
    memcpy(o.name, wire, len);
    return o;
}

static const struct dns_row_labels nobody = {.member = "", .group = ""};

TEST(two_rows_make_the_expected_block)
{
    struct dns_rows *rows;
    check_int(dns_rows_new(10, 4096, &rows), ==, 0);
    struct dns_observation a = sample("\4Evil\4test", 11), root = sample("", 1);
    root.time_us = 1;
    root.action = root.trigger = 0;
    check_int(dns_rows_add(rows, &a, &(struct dns_row_labels){.member = "city", .group = "school", .seq = 258}), ==, 0);
    check_int(dns_rows_add(rows, &root, &nobody), ==, 0);
    check_int(dns_rows_count(rows), ==, 2);
    struct native block;
    native_init(&block, DNS_ROWS_BLOCK_MAX);
    check_int(dns_rows_take(rows, &block), ==, 0);
    /* 1700000000 = 0x6553f100, 123456 = 0x1e240, 10332 = 0x285c */
    static const char want[] =
        "\x11\x02"
        "\x02" "ts" "\x08" "DateTime" "\x00\xf1\x53\x65" "\0\0\0\0"
        "\x02" "us" "\x06" "UInt32" "\x40\xe2\x01\x00" "\x01\0\0\0"
        "\x06" "client" "\x0f" "FixedString(16)"
        "\0\0\0\0\0\0\0\0\0\0\xff\xff\xc0\x00\x02\x01" "\0\0\0\0\0\0\0\0\0\0\xff\xff\xc0\x00\x02\x01"
        "\x09" "transport" "\x05" "UInt8" "\x02\x02"
        "\x04" "name" "\x06" "String" "\x09" "evil.test" "\x01" "."
        "\x05" "qtype" "\x06" "UInt16" "\x1c\x00\x1c\x00"
        "\x05" "rcode" "\x05" "UInt8" "\x03\x03"
        "\x06" "action" "\x05" "UInt8" "\x02\x00"
        "\x07" "verdict" "\x06" "UInt32" "\x11\0\0\0" "\x11\0\0\0"
        "\x04" "line" "\x06" "UInt32" "\x5c\x28\0\0" "\x5c\x28\0\0"
        "\x04" "list" "\x06" "UInt16" "\x02\x01" "\x02\x01"
        "\x0a" "latency_us" "\x06" "UInt32" "\x01\x00\x01\x00" "\x01\x00\x01\x00"
        "\x06" "cached" "\x05" "UInt8" "\x01\x01"
        "\x06" "member" "\x06" "String" "\x04" "city" "\0"
        "\x05" "group" "\x06" "String" "\x06" "school" "\0"
        "\x07" "trigger" "\x05" "UInt8" "\x02\x00"
        "\x03" "seq" "\x06" "UInt64" "\x02\x01\0\0\0\0\0\0" "\0\0\0\0\0\0\0\0";
    check_int(block.len, ==, sizeof want - 1);
    check_bytes(block.bytes, want, sizeof want - 1);
    check_int(dns_rows_count(rows), ==, 0);
    check_int(dns_rows_take(rows, &block), ==, -ENODATA);
    native_done(&block);
    dns_rows_free(rows);
}

TEST(names_have_one_text_and_dots_are_boundaries)
{
    static const struct {
        const char *wire;
        size_t len;
        const char *text;
    } cases[] = {
        {"", 1, "."},
        {"\1a", 3, "a"},
        {"\3WwW\7EXAMPLE\3cOm", 17, "www.example.com"},
        {"\3a.b\1c", 7, "a\\046b.c"},
        {"\1\\", 3, "\\092"},
        {"\5\0 \x7f\xff'", 7, "\\000\\032\\127\\255'"},
        {"\4_dmc\1*", 8, "_dmc.*"},
    };
    for (size_t i = 0; i < array_len(cases); i++) {
        char text[DNS_ROWS_NAME_TEXT_MAX];
        check_int(dns_name_text((const uint8_t *)cases[i].wire, cases[i].len, text), ==, strlen(cases[i].text));
        check_str(text, cases[i].text);
    }
}

TEST(the_longest_name_fits_its_buffer)
{
    uint8_t wire[255] = {0};
    for (size_t at = 0; at < 254; at += 64)
        wire[at] = at == 192 ? 61 : 63;
    char text[DNS_ROWS_NAME_TEXT_MAX];
    size_t len = dns_name_text(wire, sizeof wire, text);
    check_int(len, ==, 250 * 4 + 3);
    check_int(len, <, DNS_ROWS_NAME_TEXT_MAX);
}

TEST(full_of_rows_says_so_and_goes_on_after_the_take)
{
    struct dns_rows *rows;
    check_int(dns_rows_new(2, 4096, &rows), ==, 0);
    struct dns_observation o = sample("\1a", 3);
    check_int(dns_rows_add(rows, &o, &nobody), ==, 0);
    check_int(dns_rows_add(rows, &o, &nobody), ==, 0);
    check_int(dns_rows_add(rows, &o, &nobody), ==, -ENOBUFS);
    struct native block;
    native_init(&block, DNS_ROWS_BLOCK_MAX);
    check_int(dns_rows_take(rows, &block), ==, 0);
    check_int(dns_rows_add(rows, &o, &nobody), ==, 0);
    check_int(dns_rows_count(rows), ==, 1);
    native_done(&block);
    dns_rows_free(rows);
}

TEST(full_of_names_says_so)
{
    struct dns_rows *rows;
    check_int(dns_rows_new(DNS_ROWS_MAX, DNS_ROWS_NAME_TEXT_MAX, &rows), ==, 0);
    struct dns_observation o = sample("\11aaaaaaaaa", 11);
    size_t n = 0;
    while (n < 1000 && dns_rows_add(rows, &o, &nobody) == 0)
        n++;
    check_int(n, ==, DNS_ROWS_NAME_TEXT_MAX / 10);
    dns_rows_free(rows);
}

TEST(full_of_labels_says_so_and_a_long_one_is_cut)
{
    struct dns_rows *rows;
    check_int(dns_rows_new(DNS_ROWS_MAX, DNS_ROWS_NAMES_MAX, &rows), ==, 0);
    struct dns_observation o = sample("", 1);
    char label[2 * DNS_ROWS_LABEL_MAX];
    memset(label, 'g', sizeof label - 1);
    label[sizeof label - 1] = '\0';
    struct dns_row_labels labels = {.member = "", .group = label};
    size_t n = 0;
    while (n < DNS_ROWS_MAX && dns_rows_add(rows, &o, &labels) == 0)
        n++;
    check_int(n, ==, DNS_ROWS_LABELS_MAX / (DNS_ROWS_LABEL_MAX + 2));
    check_int(dns_rows_add(rows, &o, &nobody), ==, 0);
    dns_rows_free(rows);
}

TEST(the_largest_block_fits_its_bound)
{
    struct dns_rows *rows;
    check_int(dns_rows_new(DNS_ROWS_MAX, DNS_ROWS_NAMES_MAX, &rows), ==, 0);
    uint8_t wire[62] = {60};
    memset(wire + 1, 'n', 60);
    struct dns_observation o = sample((const char *)wire, sizeof wire);
    struct dns_row_labels labels = {.member = "fifteen octets", .group = "fifteen octets"};
    for (size_t i = 0; i < DNS_ROWS_MAX; i++)
        check_int(dns_rows_add(rows, &o, &labels), ==, 0);
    struct native block;
    native_init(&block, DNS_ROWS_BLOCK_MAX);
    check_int(dns_rows_take(rows, &block), ==, 0);
    native_done(&block);
    dns_rows_free(rows);
}

TEST(sizes_out_of_range_are_refused)
{
    struct dns_rows *rows;
    check_int(dns_rows_new(0, 4096, &rows), ==, -EINVAL);
    check_int(dns_rows_new(DNS_ROWS_MAX + 1, 4096, &rows), ==, -EINVAL);
    check_int(dns_rows_new(1, DNS_ROWS_NAME_TEXT_MAX - 1, &rows), ==, -EINVAL);
}

int main(int argc, char **argv)
{
    return test_main(argc, argv);
}
