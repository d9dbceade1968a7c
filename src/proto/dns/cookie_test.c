/* Server cookies: the vectors of RFC 9018 appendix A, then what a cookie is bound to. */
#include "proto/dns/cookie.h"

#include "base/test.h"

static size_t octets_of(const char *hex, uint8_t *to)
{
    size_t n = strlen(hex) / 2;
    for (size_t i = 0; i < n; i++) {
        unsigned value = 0;
        sscanf(hex + 2 * i, "%2x", &value); /* NOLINT(cert-err34-c): two digits of our own */
        to[i] = (uint8_t)value;
    }
    return n;
}

static struct dns_query query_with(const char *cookie)
{
    struct dns_query q = {0};
    uint8_t octets[64] = {0};
    size_t n = octets_of(cookie, octets);
    memcpy(q.client_cookie, octets, DNS_CLIENT_COOKIE_LEN);
    q.has_cookie = true;
    if (n == DNS_COOKIE_LEN) {
        memcpy(q.server_cookie, octets + DNS_CLIENT_COOKIE_LEN, DNS_SERVER_COOKIE_LEN);
        q.has_server_cookie = true;
    }
    return q;
}

static struct dns_cookie_secrets secrets_of(const char *first, const char *second)
{
    struct dns_cookie_secrets s = {.count = second ? 2 : 1};
    uint8_t octets[DNS_COOKIE_SECRET_LEN] = {0};
    octets_of(first, octets);
    s.key[0] = dns_cookie_secret_of(octets);
    if (second) {
        octets_of(second, octets);
        s.key[1] = dns_cookie_secret_of(octets);
    }
    return s;
}

static struct addr address_of(const char *text)
{
    struct addr a = {0};
    check_int(addr_parse(text, &a), ==, 0);
    return a;
}

static void check_made(const struct dns_cookie_secrets *s, const char *cookie, const char *client, uint32_t now_s,
                       bool valid, const char *want)
{
    struct dns_query q = query_with(cookie);
    struct addr a = address_of(client);
    uint8_t got[DNS_COOKIE_LEN], wanted[DNS_COOKIE_LEN] = {0};
    check_int(dns_cookie_check(s, &q, &a, now_s), ==, valid);
    dns_cookie_make(s, &q, &a, now_s, valid, got);
    check_int(octets_of(want, wanted), ==, DNS_COOKIE_LEN);
    check_bytes(got, wanted, DNS_COOKIE_LEN);
}

static const char secret[] = "e5e973e5a6b2a43f48e7dc849e37bfcf";

TEST(rfc_9018_a_1_learning_a_new_server_cookie)
{
    struct dns_cookie_secrets s = secrets_of(secret, NULL);
    check_made(&s, "2464c4abcf10c957", "198.51.100.100", 1559731985, false,
               "2464c4abcf10c957010000005cf79f111f8130c3eee29480");
}

TEST(rfc_9018_a_2_the_same_client_learning_a_renewed_one)
{
    struct dns_cookie_secrets s = secrets_of(secret, NULL);
    check_made(&s, "2464c4abcf10c957010000005cf79f111f8130c3eee29480", "198.51.100.100", 1559734385, true,
               "2464c4abcf10c957010000005cf7a871d4a564a1442aca77");
}

TEST(rfc_9018_a_3_another_client_learning_a_renewed_one)
{
    struct dns_cookie_secrets s = secrets_of(secret, NULL);
    const char *old = "fc93fc62807ddb8601abcdef5cf78f71a314227b6679ebf5";
    /* The RFC's server took it when it was nearly two hours old; it is too old for us, and made anew all the same. */
    check_made(&s, old, "203.0.113.203", 1559734700, false, "fc93fc62807ddb86010000005cf7a9acf73a7810aca2381e");
    struct dns_query q = query_with(old);
    struct addr a = address_of("203.0.113.203");
    check(dns_cookie_check(&s, &q, &a, 0x5cf78f71 + DNS_COOKIE_OLD_S)); /* its reserved octets count in the hash */
}

TEST(rfc_9018_a_4_ipv6_client_under_a_rolled_over_secret)
{
    struct dns_cookie_secrets s =
        secrets_of("445536bcd2513298075a5d379663c962", "dd3bdf9344b678b185a6f5cb60fca715");
    check_made(&s, "22681ab97d52c298010000005cf7c57926556bd0934c72f8", "2001:db8:220:1:59de:d0f4:8769:82b8", 1559741961,
               true, "22681ab97d52c298010000005cf7c609a6bb79d16625507a");
}

TEST(a_young_cookie_is_given_back)
{
    struct dns_cookie_secrets s = secrets_of(secret, NULL);
    const char *same = "2464c4abcf10c957010000005cf79f111f8130c3eee29480";
    check_made(&s, same, "198.51.100.100", 1559731985 + DNS_COOKIE_RENEW_S - 1, true, same);
    check_made(&s, same, "198.51.100.100", 1559731985 - DNS_COOKIE_EARLY_S, true, same);
}

TEST(a_cookie_is_good_for_its_time_its_client_and_its_secret_only)
{
    struct dns_cookie_secrets s = secrets_of(secret, NULL);
    struct dns_query q = query_with("2464c4abcf10c957010000005cf79f111f8130c3eee29480");
    struct addr a = address_of("198.51.100.100"), other = address_of("198.51.100.101");
    uint32_t made_s = 1559731985;
    check(dns_cookie_check(&s, &q, &a, made_s + DNS_COOKIE_OLD_S));
    check(!dns_cookie_check(&s, &q, &a, made_s + DNS_COOKIE_OLD_S + 1));
    check(!dns_cookie_check(&s, &q, &a, made_s - DNS_COOKIE_EARLY_S - 1));
    check(!dns_cookie_check(&s, &q, &other, made_s));
    struct dns_cookie_secrets another = secrets_of("445536bcd2513298075a5d379663c962", NULL);
    check(!dns_cookie_check(&another, &q, &a, made_s));
    for (unsigned i = 0; i < DNS_SERVER_COOKIE_LEN; i++) {
        struct dns_query changed = q;
        changed.server_cookie[i] ^= 1;
        check(!dns_cookie_check(&s, &changed, &a, made_s));
    }
    for (unsigned i = 0; i < DNS_CLIENT_COOKIE_LEN; i++) {
        struct dns_query changed = q;
        changed.client_cookie[i] ^= 1;
        check(!dns_cookie_check(&s, &changed, &a, made_s));
    }
    q.has_server_cookie = false;
    check(!dns_cookie_check(&s, &q, &a, made_s));
}

TEST(a_rolling_secret_changes_every_day_and_its_cookies_outlive_midnight)
{
    struct dns_cookie_secrets s = secrets_of(secret, NULL);
    s.rolling = true;
    struct addr a = address_of("192.0.2.1");
    uint32_t late_s = 1559692800 + 86399; /* a second before midnight */
    struct dns_query q = query_with("2464c4abcf10c957");
    uint8_t data[DNS_COOKIE_LEN];
    dns_cookie_make(&s, &q, &a, late_s, false, data);
    memcpy(q.server_cookie, data + DNS_CLIENT_COOKIE_LEN, DNS_SERVER_COOKIE_LEN);
    q.has_server_cookie = true;
    check(dns_cookie_check(&s, &q, &a, late_s));
    check(dns_cookie_check(&s, &q, &a, late_s + 1800));
    struct dns_cookie_secrets fixed = s;
    fixed.rolling = false;
    check(!dns_cookie_check(&fixed, &q, &a, late_s));
}

int main(int argc, char **argv)
{
    return test_main(argc, argv);
}
