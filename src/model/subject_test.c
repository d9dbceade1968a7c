/* Canonical forms of subjects; URLs after RFC 3986 section 6.2 and the examples of 5.4. */
#include "model/subject.h"

#include <errno.h>

#include "base/test.h"

static const char *canon(enum subject_kind kind, const char *text)
{
    static struct subject s;
    return subject_read(kind, text, strlen(text), &s) == 0 ? s.value : "(none)";
}

TEST(names_are_lower_case_without_the_last_dot)
{
    check_str(canon(SUBJECT_DOMAIN, "Evil.EXAMPLE."), "evil.example");
    check_str(canon(SUBJECT_HOST, "_dmarc.xn--eckwd4c7c.jp"), "_dmarc.xn--eckwd4c7c.jp");
    check_str(canon(SUBJECT_DOMAIN, "a..b"), "(none)");
    check_str(canon(SUBJECT_DOMAIN, ".a"), "(none)");
    check_str(canon(SUBJECT_DOMAIN, "."), "."); /* every name */
    check_str(canon(SUBJECT_DOMAIN, ""), "(none)");
    check_str(canon(SUBJECT_DOMAIN, "a b.example"), "(none)");
    check_str(canon(SUBJECT_DOMAIN, "日本.example"), "(none)");
    check_str(canon(SUBJECT_DOMAIN, "192.0.2.300"), "(none)");
    char label[80];
    memset(label, 'a', sizeof label);
    snprintf(label + 63, sizeof label - 63, ".example");
    check_int(strlen(canon(SUBJECT_DOMAIN, label)), ==, 71);
    memmove(label + 64, ".example", 9);
    label[63] = 'a';
    check_str(canon(SUBJECT_DOMAIN, label), "(none)");
}

TEST(addresses_and_prefixes_end_as_what_they_are)
{
    static const struct {
        const char *text, *value;
        enum subject_kind kind;
    } cases[] = {
        {"2001:DB8:0:0::1", "2001:db8::1", SUBJECT_ADDRESS},   {"::ffff:192.0.2.7", "192.0.2.7", SUBJECT_ADDRESS},
        {"192.0.2.7/32", "192.0.2.7", SUBJECT_ADDRESS},        {"192.0.2.0/24", "192.0.2.0/24", SUBJECT_PREFIX},
        {"2001:db8::/32", "2001:db8::/32", SUBJECT_PREFIX},
    };
    for (size_t i = 0; i < array_len(cases); i++) {
        struct subject s;
        check_int(subject_read(SUBJECT_ADDRESS, cases[i].text, strlen(cases[i].text), &s), ==, 0);
        check_str(s.value, cases[i].value);
        check_int(s.kind, ==, cases[i].kind);
    }
    check_str(canon(SUBJECT_PREFIX, "192.0.2.7/24"), "(none)");
    check_str(canon(SUBJECT_ADDRESS, "192.0.2"), "(none)");
    check_str(canon(SUBJECT_ADDRESS, "192.0.2.7 "), "(none)");
}

TEST(urls_that_mean_the_same_are_the_same)
{
    /* RFC 3986 6.2.2: these are equivalent; its example is example://a/b/c/%7Bfoo%7D */
    check_str(canon(SUBJECT_URL, "eXAMPLE://a/./b/../b/%63/%7bfoo%7d"), "example://a/b/c/%7Bfoo%7D");
    /* 6.2.3 */
    check_str(canon(SUBJECT_URL, "http://example.com"), "http://example.com/");
    check_str(canon(SUBJECT_URL, "http://example.com:/"), "http://example.com/");
    check_str(canon(SUBJECT_URL, "http://EXAMPLE.com:80/"), "http://example.com/");
    check_str(canon(SUBJECT_URL, "https://example.com:0443/a?b=%C3%a9#frag"), "https://example.com/a?b=%C3%A9");
    check_str(canon(SUBJECT_URL, "http://example.com:8080?x"), "http://example.com:8080/?x");
    /* 5.2.4's two examples, as paths */
    check_str(canon(SUBJECT_URL, "http://h/a/b/c/./../../g"), "http://h/a/g");
    check_str(canon(SUBJECT_URL, "http://h/mid/content=5/../6"), "http://h/mid/6");
    /* 5.4.2, abnormal examples with their base http://a/b/c/d;p?q written out */
    check_str(canon(SUBJECT_URL, "http://a/b/c/../../../../g"), "http://a/g");
    check_str(canon(SUBJECT_URL, "http://a/b/c/g."), "http://a/b/c/g.");
    check_str(canon(SUBJECT_URL, "http://a/b/c/..g"), "http://a/b/c/..g");
    check_str(canon(SUBJECT_URL, "http://a/b/c/./g/."), "http://a/b/c/g/");
    check_str(canon(SUBJECT_URL, "http://a/b/c/g;x=1/../y"), "http://a/b/c/y");
    check_str(canon(SUBJECT_URL, "http://a/.."), "http://a/");
    check_str(canon(SUBJECT_URL, "http://bank.example@EVIL.example:81/p"), "http://evil.example:81/p");
    check_str(canon(SUBJECT_URL, "http://[2001:DB8::1]:8080/"), "http://[2001:db8::1]:8080/");
    check_str(canon(SUBJECT_URL, "http://a/100%"), "http://a/100%25");
    check_str(canon(SUBJECT_URL, "http://a/%2e%2E/b"), "http://a/b");
    check_str(canon(SUBJECT_URL, "http://a/日"), "http://a/%E6%97%A5");
    check_str(canon(SUBJECT_URL, "mailto:a@b.example"), "(none)");
    check_str(canon(SUBJECT_URL, "http:///x"), "(none)");
    check_str(canon(SUBJECT_URL, "http://a:99999/"), "(none)");
    check_str(canon(SUBJECT_URL, "http://a/office robot/?b c"), "http://a/office%20robot/?b%20c");
    check_str(canon(SUBJECT_URL, "http://a b/"), "(none)");
    check_str(canon(SUBJECT_URL, "http://a/b "), "(none)");
    check_str(canon(SUBJECT_URL, "http://a/\tb"), "(none)");
}

TEST(a_canonical_url_stays_as_it_is_and_a_long_one_is_refused)
{
    static char text[SUBJECT_VALUE_MAX + 8];
    snprintf(text, sizeof text, "http://a/");
    memset(text + 9, 'x', sizeof text - 10);
    struct subject s;
    check_int(subject_read(SUBJECT_URL, text, SUBJECT_VALUE_MAX - 1, &s), ==, 0);
    check_int(strlen(s.value), ==, SUBJECT_VALUE_MAX - 1);
    check_str(canon(SUBJECT_URL, s.value), s.value);
    check_int(subject_read(SUBJECT_URL, text, SUBJECT_VALUE_MAX, &s), ==, -ENAMETOOLONG);
}

TEST(hashes_fingerprints_and_numbers)
{
    check_str(canon(SUBJECT_MD5, "D41D8CD98F00B204E9800998ECF8427E"), "d41d8cd98f00b204e9800998ecf8427e");
    check_str(canon(SUBJECT_MD5, "d41d8cd98f00b204e9800998ecf8427"), "(none)");
    check_str(canon(SUBJECT_SHA1, "da39a3ee5e6b4b0d3255bfef95601890afd8070g"), "(none)");
    check_str(canon(SUBJECT_JA4, "t13d1516h2_8daaf6152771_b186095e22b6"), "t13d1516h2_8daaf6152771_b186095e22b6");
    check_str(canon(SUBJECT_JA4, "t13d1516h2_8daaf6152771-b186095e22b6"), "(none)");
    check_str(canon(SUBJECT_AS, "as64500"), "AS64500");
    check_str(canon(SUBJECT_AS, "4294967295"), "AS4294967295");
    check_str(canon(SUBJECT_AS, "AS4294967296"), "(none)");
    check_str(canon(SUBJECT_EMAIL, "Some.One+x@Example.ORG"), "some.one+x@example.org");
    check_str(canon(SUBJECT_EMAIL, "@example.org"), "(none)");
    check_str(canon(SUBJECT_ASSET, "受付の\xe7"), "(none)");
    check_str(canon(SUBJECT_ASSET, "受付の端末"), "受付の端末");
    check_str(canon(SUBJECT_SOFTWARE, "pkg:deb/debian/curl@7.88.1"), "pkg:deb/debian/curl@7.88.1");
    check_str(canon(SUBJECT_SOFTWARE, "a\nb"), "(none)");
}

TEST(the_kind_shows_in_the_form)
{
    static const struct {
        const char *text;
        enum subject_kind kind;
    } cases[] = {
        {"evil.example", SUBJECT_DOMAIN},
        {"192.0.2.1", SUBJECT_ADDRESS},
        {"2001:db8::/48", SUBJECT_PREFIX},
        {"hxxp://a", SUBJECT_URL},
        {"a@b.example", SUBJECT_EMAIL},
        {"d41d8cd98f00b204e9800998ecf8427e", SUBJECT_MD5},
        {"e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855", SUBJECT_SHA256},
        {"AS64500", SUBJECT_AS},
        {"as", SUBJECT_DOMAIN},
    };
    for (size_t i = 0; i < array_len(cases); i++) {
        struct subject s;
        check_int(subject_guess(cases[i].text, strlen(cases[i].text), &s), ==, 0);
        check_int(s.kind, ==, cases[i].kind);
    }
    struct subject s;
    check_int(subject_guess("not a subject", 13, &s), ==, -EINVAL);
}

TEST(rules_of_lists_and_harmless_URLs_are_not_usual)
{
    static const struct {
        const char *text;
        bool is_usual;
    } cases[] = {
        {"_dmarc.xn--wgv71a119e.example", true}, {"192.0.2.0/24", true}, {"http://x.example/*^|", true}, {".", true},
        {"*.evil.example", false}, {"||evil.example^", false}, {"evil.example#c", false}, {"evil.example|c2", false},
        {"hxxp://evil.example/", false}, {"hXXps://evil.example/", false},
    };
    for (size_t i = 0; i < array_len(cases); i++) {
        struct subject s;
        check_int(subject_guess(cases[i].text, strlen(cases[i].text), &s), ==, 0);
        check_int(subject_is_usual(&s), ==, cases[i].is_usual);
    }
}

TEST(kinds_have_words)
{
    enum subject_kind kind;
    for (unsigned k = 0; k < SUBJECT_KIND_COUNT; k++) {
        check_int(subject_kind_parse(subject_kind_word((enum subject_kind)k), &kind), ==, 0);
        check_int(kind, ==, k);
    }
    check_int(subject_kind_parse("unknown", &kind), ==, -EINVAL);
}

int main(int argc, char **argv)
{
    return test_main(argc, argv);
}
