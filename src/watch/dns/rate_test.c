/* The rate limit: what a client may ask in which time, whom it counts together, and what the table forgets. */
#include "watch/dns/rate.h"

#include "base/test.h"
#include "watch/dns/limits.h"

static const struct dns_rate_options options = {.per_second = 10, .burst = 5, .ipv4_prefix = 32, .ipv6_prefix = 56};
static const uint64_t second_ns = 1000000000, start_ns = 7000000000;

static struct dns_rate *made(const struct dns_rate_options *o)
{
    struct dns_rate *r = NULL;
    check_int(dns_rate_new(o, (struct sip_key){1, 2}, &r), ==, 0);
    return r;
}

static struct addr of(const char *text)
{
    struct addr a = {0};
    check_int(addr_parse(text, &a), ==, 0);
    return a;
}

static unsigned taken(struct dns_rate *r, const char *client, bool proven, uint64_t now_ns, unsigned tries)
{
    struct addr a = of(client);
    unsigned n = 0;
    for (unsigned i = 0; i < tries; i++)
        n += dns_rate_take(r, &a, proven, now_ns);
    return n;
}

TEST(a_burst_and_then_the_rate)
{
    struct dns_rate *r = made(&options);
    check_int(taken(r, "192.0.2.1", false, start_ns, 100), ==, 5);
    check_int(taken(r, "192.0.2.1", false, start_ns + second_ns / 10 - 1, 100), ==, 0);
    check_int(taken(r, "192.0.2.1", false, start_ns + second_ns / 10, 100), ==, 1);
    check_int(taken(r, "192.0.2.1", false, start_ns + 3 * second_ns / 10, 100), ==, 2);
    check_int(taken(r, "192.0.2.1", false, start_ns + 60 * second_ns, 100), ==, 5); /* no more than the burst */
    dns_rate_free(r);
}

TEST(who_stays_within_the_rate_is_never_refused)
{
    struct dns_rate *r = made(&options);
    for (unsigned i = 0; i < 1000; i++)
        check_int(taken(r, "192.0.2.1", false, start_ns + i * second_ns / 10, 1), ==, 1);
    dns_rate_free(r);
}

TEST(prefixes_are_counted_together_and_others_apart)
{
    struct dns_rate *r = made(&options);
    check_int(taken(r, "192.0.2.1", false, start_ns, 9), ==, 5);
    check_int(taken(r, "192.0.2.2", false, start_ns, 9), ==, 5);
    check_int(taken(r, "2001:db8:0:1::1", false, start_ns, 9), ==, 5);
    check_int(taken(r, "2001:db8:0:ff:ffff::9", false, start_ns, 9), ==, 0); /* the same 56 bits */
    check_int(taken(r, "2001:db8:0:100::1", false, start_ns, 9), ==, 5);
    dns_rate_free(r);
    struct dns_rate_options wide = options;
    wide.ipv4_prefix = 24;
    r = made(&wide);
    check_int(taken(r, "192.0.2.1", false, start_ns, 9), ==, 5);
    check_int(taken(r, "192.0.2.2", false, start_ns, 9), ==, 0);
    check_int(taken(r, "192.0.3.2", false, start_ns, 9), ==, 5);
    dns_rate_free(r);
}

TEST(forged_queries_take_nothing_from_who_has_proven_its_address)
{
    struct dns_rate *r = made(&options);
    check_int(taken(r, "192.0.2.1", false, start_ns, 100), ==, 5);
    check_int(taken(r, "192.0.2.1", true, start_ns, 100), ==, 5);
    dns_rate_free(r);
}

TEST(the_table_stays_as_large_as_it_is_and_says_whom_it_forgot)
{
    struct dns_rate *r = made(&options);
    for (uint32_t i = 0; i < 4 * DNS_RATE_CLIENTS_MAX; i++) {
        struct addr a = {.bytes = {[10] = 0xff, [11] = 0xff, (uint8_t)(i >> 24), (uint8_t)(i >> 16), (uint8_t)(i >> 8),
                                   (uint8_t)i}};
        check(dns_rate_take(r, &a, false, start_ns));
    }
    check_int(dns_rate_evicted(r), >=, 3 * DNS_RATE_CLIENTS_MAX);
    check_int(dns_rate_evicted(r), <, 4 * DNS_RATE_CLIENTS_MAX);
    uint64_t before = dns_rate_evicted(r);
    check_int(taken(r, "192.0.2.1", false, start_ns + second_ns, 1), ==, 1); /* all are empty: nobody is forgotten */
    check_int(dns_rate_evicted(r), ==, before);
    dns_rate_free(r);
}

TEST(a_client_with_the_fullest_bucket_is_forgotten_last)
{
    struct dns_rate *r = made(&options);
    check_int(taken(r, "192.0.2.1", false, start_ns, 100), ==, 5);
    for (uint32_t i = 0; i < DNS_RATE_CLIENTS_MAX; i++) {
        struct addr a = {.bytes = {[10] = 0xff, [11] = 0xff, 10, (uint8_t)(i >> 16), (uint8_t)(i >> 8), (uint8_t)i}};
        check(dns_rate_take(r, &a, false, start_ns));
    }
    check_int(taken(r, "192.0.2.1", false, start_ns, 100), ==, 0);
    dns_rate_free(r);
}

TEST(useless_limits_are_refused)
{
    struct dns_rate *r = NULL;
    struct dns_rate_options o = options;
    o.per_second = 0;
    check(dns_rate_new(&o, (struct sip_key){1, 2}, &r) < 0);
    o = options;
    o.burst = 0;
    check(dns_rate_new(&o, (struct sip_key){1, 2}, &r) < 0);
    o = options;
    o.ipv4_prefix = 33;
    check(dns_rate_new(&o, (struct sip_key){1, 2}, &r) < 0);
}

int main(int argc, char **argv)
{
    return test_main(argc, argv);
}
