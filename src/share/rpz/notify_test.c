/* When NOTIFY is sent, and what it says. */
#include "share/rpz/notify.h"

#include "base/test.h"
#include "proto/dns/transfer.h"
#include "share/rpz/soa.h"

static bool given_up;

static bool due(struct rpz_notify *n, int64_t serial, uint16_t id, uint64_t now_ms)
{
    return rpz_notify_due(n, serial, id, now_ms, &given_up);
}

TEST(at_once_and_until_it_answers)
{
    struct rpz_notify n = {0};
    check(!due(&n, 0, 1, 1000)); /* not served yet */
    check(due(&n, 5, 1, 1000));
    check(!due(&n, 5, 2, 2999));
    check(due(&n, 5, 2, 3000));
    check(!rpz_notify_answered(&n, 1)); /* to the one before: it says nothing of this one */
    check(rpz_notify_answered(&n, 2));
    check(!due(&n, 5, 3, 1000000));
    check(!rpz_notify_answered(&n, 2));
}

TEST(changes_are_told_once_a_second_at_most)
{
    struct rpz_notify n = {0};
    check(due(&n, 5, 1, 1000));
    check(!due(&n, 6, 2, 1100));
    check(!due(&n, 7, 2, 1999));
    check(due(&n, 7, 2, 2000));
    check_int(n.tries, ==, 1);
    check(due(&n, 8, 3, 60000)); /* at once after a pause */
}

TEST(it_is_given_up_after_a_minute_or_two)
{
    struct rpz_notify n = {0};
    unsigned sent = 0, ends = 0;
    for (uint64_t now_ms = 0; now_ms < 600000; now_ms += 250) {
        sent += due(&n, 5, (uint16_t)now_ms, now_ms);
        ends += given_up;
    }
    check_int(sent, ==, RPZ_NOTIFY_TRIES);
    check_int(ends, ==, 1);
    check(due(&n, 6, 1, 600000));
}

TEST(the_message_has_the_new_soa_and_a_signature)
{
    struct rpz_zone z = {.has_key = true, .key = {.secret_len = 32}};
    struct addr from;
    uint8_t message[RPZ_NOTIFY_MESSAGE_MAX];
    struct dns_name zone;
    struct dns_walk w;
    struct dns_record rec;
    struct dns_soa soa;
    check_int(dns_name_parse("rpz.example", 11, &z.name), ==, 0);
    check_int(dns_name_parse("key-a", 5, &z.key.name), ==, 0);
    check_int(addr_parse("192.0.2.1", &from), ==, 0);
    size_t len = rpz_notify_write(&z, &from, 0x1234, (INT64_C(1) << 32) + 77, 1700000000, message, sizeof message);
    check_int(dns_notify_read(message, len, &zone), ==, 0);
    check(dns_name_equal(&zone, &z.name));
    check_int(dns_walk_begin(&w, message, len), ==, 0);
    check_int(dns_walk_next(&w, &rec), ==, 1);
    check_int(dns_soa_read(&w, &rec, &soa), ==, 0);
    check_int(soa.serial, ==, 77);
    check_int(soa.expire_s, ==, RPZ_EXPIRE_S);
    check_int(dns_walk_next(&w, &rec), ==, 1);
    check_int(rec.type, ==, DNS_TYPE_TSIG);
    /* One that needs no key gets none. */
    check_int(addr_prefix_parse("192.0.2.0/24", &z.allow[0]), ==, 0);
    z.allow_count = 1;
    len = rpz_notify_write(&z, &from, 0x1234, 77, 1700000000, message, sizeof message);
    check_int(dns_walk_begin(&w, message, len), ==, 0);
    check_int(dns_walk_next(&w, &rec), ==, 1);
    check_int(dns_walk_next(&w, &rec), ==, 0);
}

int main(int argc, char **argv)
{
    return sodium_init() < 0 ? 1 : test_main(argc, argv);
}
