/* What blocked names are answered with: how it is written, and which decisions it changes. */
#include "act/dns_answer/block_with.h"

#include <errno.h>

#include "base/test.h"
#include "proto/dns/dns.h"

static const struct dns_decision blocked = {.action = DNS_ACTION_NXDOMAIN, .verdict = {17, 4}, .ede = DNS_EDE_BLOCKED};

TEST(words_and_addresses)
{
    struct block_with b;
    check_int(block_with_parse("nxdomain", &b), ==, 0);
    check_int(b.kind, ==, BLOCK_WITH_NXDOMAIN);
    check_int(block_with_parse("nodata", &b), ==, 0);
    check_int(b.kind, ==, BLOCK_WITH_NODATA);
    check_int(block_with_parse("192.0.2.53, 2001:db8::53", &b), ==, 0);
    check_int(b.kind, ==, BLOCK_WITH_ADDRESSES);
    static const uint8_t want[] = {0, 1,  0, 0, 0, 60, 0, 4,  192,  0,    2,    53, 0, 28, 0, 0, 0, 60,
                                   0, 16, 0x20, 0x01, 0x0d, 0xb8, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0x53};
    check_int(b.data_len, ==, sizeof want);
    check_bytes(b.data, want, sizeof want);
}

TEST(what_cannot_be_read_changes_nothing)
{
    static const char *const wrong[] = {"", " , ", "refused", "192.0.2.256", "192.0.2.1/24", "192.0.2.1:80",
                                        "192.0.2.1 nodata", "2001:db8:2001:db8:2001:db8:2001:db8:2001:db8:2001:db8:2001:db8"};
    struct block_with b = {.kind = BLOCK_WITH_NODATA};
    for (size_t i = 0; i < array_len(wrong); i++)
        check_int(block_with_parse(wrong[i], &b), ==, -EINVAL);
    check_int(block_with_parse("::1 ::2 ::3 ::4 ::5", &b), ==, -E2BIG);
    check_int(b.kind, ==, BLOCK_WITH_NODATA);
    check_int(block_with_parse("::1 ::2 ::3 ::4", &b), ==, 0);
    check_int(b.data_len, ==, sizeof b.data);
}

TEST(only_blocks_are_changed)
{
    struct block_with b;
    struct dns_decision room, d = blocked;
    check_int(block_with_parse("nxdomain", &b), ==, 0);
    check(block_with_apply(&b, &d, &room) == &d);
    check_int(block_with_parse("::1", &b), ==, 0);
    const struct dns_decision *said = block_with_apply(&b, &d, &room);
    check_int(said->action, ==, DNS_ACTION_LOCAL_DATA);
    check(said->is_sinkhole && said->data == b.data && said->data_len == 24);
    check_int(said->verdict.id, ==, 17);
    check_int(d.action, ==, DNS_ACTION_NXDOMAIN);
    static const uint8_t others[] = {DNS_ACTION_NONE, DNS_ACTION_PASS, DNS_ACTION_NODATA, DNS_ACTION_LOCAL_DATA, DNS_ACTION_DROP,
                                     DNS_ACTION_TRUNCATE, DNS_ACTION_OBSERVE};
    for (size_t i = 0; i < array_len(others); i++) {
        d.action = others[i];
        check(block_with_apply(&b, &d, &room) == &d);
    }
}

int main(int argc, char **argv)
{
    return test_main(argc, argv);
}
