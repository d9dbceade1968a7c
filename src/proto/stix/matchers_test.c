/* Which values a pattern comes to, and the reason where it comes to none. */
#include "proto/stix/matchers.h"

#include "base/test.h"

static struct stix_pattern pattern;
static struct stix_matchers matchers;

static bool reduce_text(const char *text)
{
    struct reader r = reader_of(text, strlen(text));
    struct stix_pattern_flaw flaw;
    if (stix_pattern_read(&r, &pattern, &flaw) < 0) {
        printf("# %s: flaw %u at %zu\n", text, (unsigned)flaw.kind, flaw.offset);
        test_failures++;
        return false;
    }
    stix_matchers_of(&pattern, &matchers);
    return true;
}

/* "kind value", "+" behind it for one condition of several, "<" or ">" before it for an end; separated by "; ". */
static void check_matchers(const char *text, const char *want, enum stix_why why)
{
    static const char *const ends[] = {"", "<", ">"};
    char got[1024] = "";
    if (!reduce_text(text))
        return;
    for (unsigned i = 0; i < matchers.count; i++) {
        const struct stix_matcher *m = &matchers.matcher[i];
        size_t len = strlen(got);
        snprintf(got + len, sizeof got - len, "%s%s%s %.*s%s", i ? "; " : "", ends[m->end], stix_match_word(m->match), m->value.len, m->value.at,
                 m->also.len ? "+" : "");
    }
    if (strcmp(got, want) != 0 || matchers.why != why)
        printf("# %s: why %u\n", text, (unsigned)matchers.why);
    check_str(got, want);
    check_int(matchers.why, ==, why);
    check(strlen(stix_why_text(why)) > 0);
}

#define SHA256 "aec070645fe53ee3b3763059376134f058cc337247c978add178b6ccdfb0019f"
#define MD5 "cead3f77f6cda6ec00f57d76c9a6879f"

TEST(single_values)
{
    check_matchers("[domain-name:value = 'www.5z8.info']", "name www.5z8.info", STIX_WHY_NONE);
    check_matchers("[domain-name:value = '\xe6\x97\xa5\xe6\x9c\xac.jp.']", "name \xe6\x97\xa5\xe6\x9c\xac.jp.", STIX_WHY_NONE);
    check_matchers("[domain-name:value LIKE '%.example.com']", "subdomains example.com", STIX_WHY_NONE);
    check_matchers("[domain-name:value LIKE 'example.com']", "name example.com", STIX_WHY_NONE); /* no wildcard: the same as = */
    check_matchers("[ipv4-addr:value = '198.51.100.1']", "address 198.51.100.1", STIX_WHY_NONE);
    check_matchers("[ipv4-addr:value = '198.51.100.1/32']", "address 198.51.100.1/32", STIX_WHY_NONE);
    check_matchers("[ipv4-addr:value = '112.64.0.0/15']", "prefix 112.64.0.0/15", STIX_WHY_NONE); /* 6.11: CIDR in the value */
    check_matchers("[ipv4-addr:value ISSUBSET '198.51.100.0/24']", "prefix 198.51.100.0/24", STIX_WHY_NONE);
    check_matchers("[ipv6-addr:value = '2001:db8::1']", "address 2001:db8::1", STIX_WHY_NONE);
    check_matchers("[network-traffic:dst_ref.value ISSUBSET '2001:0db8:dead:beef:0000:0000:0000:0000/64']",
                   ">prefix 2001:0db8:dead:beef:0000:0000:0000:0000/64", STIX_WHY_NONE);
    check_matchers("[network-traffic:src_ref.value = 'bad.example']", "<name bad.example", STIX_WHY_NONE);
    check_matchers("[url:value = 'http://example.com/foo?a=%41_']", "url http://example.com/foo?a=%41_", STIX_WHY_NONE);
    check_matchers("[email-addr:value = 'jdoe@example.com']", "email jdoe@example.com", STIX_WHY_NONE);
    check_matchers("[email-message:sender_ref.value = 'jdoe@example.com']", "<email jdoe@example.com", STIX_WHY_NONE);
    check_matchers("[autonomous-system:number = 64500]", "as 64500", STIX_WHY_NONE);
    check_matchers("[file:hashes.'SHA-256' = '" SHA256 "']", "sha256 " SHA256, STIX_WHY_NONE);
    check_matchers("[file:hashes.md5 = '" MD5 "']", "md5 " MD5, STIX_WHY_NONE); /* as 2.0's producers write it */
    check_matchers("[x509-certificate:hashes.'SHA-256' = '" SHA256 "']", "certificate-sha256 " SHA256, STIX_WHY_NONE);
    check_matchers("[artifact:hashes.MD5 = '" MD5 "']", "md5 " MD5, STIX_WHY_NONE);
}

TEST(choices_of_values)
{
    check_matchers("[url:value = 'http://example.com/foo' OR url:value = 'http://example.com/bar']",
                   "url http://example.com/foo; url http://example.com/bar", STIX_WHY_NONE);
    check_matchers("[domain-name:value IN ('a.example', 'b.example')] OR [ipv4-addr:value = '192.0.2.1']",
                   "name a.example; name b.example; address 192.0.2.1", STIX_WHY_NONE);
    /* What cannot be looked up among the alternatives leaves the others as good as they are. */
    check_matchers("[domain-name:value = 'a.example' OR domain-name:value MATCHES 'x.*']", "name a.example", STIX_WHY_REGEX);
    check(stix_text_is(matchers.why_part, "domain-name:value MATCHES 'x.*'"));
    check_matchers("[domain-name:value = 'a.example'] OR [domain-name:value != 'b.example']", "name a.example", STIX_WHY_NEGATED);
}

TEST(several_conditions_give_the_strongest_and_say_so)
{
    check_matchers("[file:hashes.'SHA-256' = '" SHA256 "' AND file:mime_type = 'application/x-pdf']", "sha256 " SHA256 "+", STIX_WHY_NONE);
    check(stix_text_is(matchers.matcher[0].also, "file:hashes.'SHA-256' = '" SHA256 "' AND file:mime_type = 'application/x-pdf'"));
    check_matchers("[file:hashes.MD5 = '" MD5 "' AND file:hashes.'SHA-256' = '" SHA256 "']", "sha256 " SHA256 "+", STIX_WHY_NONE);
    check_matchers("[domain-name:value = 'www.5z8.info' AND domain-name:resolves_to_refs[*].value = '198.51.100.1/32']", "name www.5z8.info+",
                   STIX_WHY_NONE);
    check_matchers("[network-traffic:dst_ref.value = '192.0.2.1' AND network-traffic:dst_port = 443]", ">address 192.0.2.1+", STIX_WHY_NONE);
    /* The weakest of a choice counts: the prefix may be as good as the address is. */
    check_matchers("[(network-traffic:dst_ref.value = '192.0.2.0/24' OR network-traffic:dst_ref.value = '192.0.2.1') AND "
                   "network-traffic:src_ref.value = '198.51.100.1']",
                   "<address 198.51.100.1+", STIX_WHY_NONE);
    check_matchers("[file:name = 'a' AND (file:hashes.MD5 = '" MD5 "' OR file:size > 5)]", "md5 " MD5 "+", STIX_WHY_PATH);
}

TEST(the_type_that_the_value_has_anyway_is_no_condition)
{
    check_matchers("[network-traffic:dst_ref.type = 'ipv4-addr' AND network-traffic:dst_ref.value = '203.0.113.33/32']",
                   ">address 203.0.113.33/32", STIX_WHY_NONE);
    check_matchers("[network-traffic:dst_ref.value = 'example.com' AND network-traffic:dst_ref.type = 'domain-name']", ">name example.com",
                   STIX_WHY_NONE);
    check_matchers("[network-traffic:dst_ref.type = 'ipv6-addr' AND network-traffic:dst_ref.value = '203.0.113.33']", ">address 203.0.113.33+",
                   STIX_WHY_NONE);
    check_matchers("[network-traffic:src_ref.type = 'ipv4-addr' AND network-traffic:dst_ref.value = '203.0.113.33']", ">address 203.0.113.33+",
                   STIX_WHY_NONE);
    check_matchers("[network-traffic:dst_ref.type = 'ipv4-addr' AND network-traffic:dst_ref.value = '203.0.113.33' AND network-traffic:dst_port = 80]",
                   ">address 203.0.113.33+", STIX_WHY_NONE);
    check_matchers("[network-traffic:dst_ref.type = 'ipv4-addr']", "", STIX_WHY_PATH);
}

TEST(nothing_is_guessed)
{
    check_matchers("[domain-name:value != 'a.example']", "", STIX_WHY_NEGATED);
    check_matchers("[domain-name:value NOT = 'a.example']", "", STIX_WHY_NEGATED);
    check_matchers("[domain-name:value NOT IN ('a.example')]", "", STIX_WHY_NEGATED);
    /* All of the prefix but one address: to match the prefix would match that address too. */
    check_matchers("[ipv4-addr:value ISSUBSET '10.0.0.0/8' AND ipv4-addr:value != '10.1.1.1']", "", STIX_WHY_NEGATED);
    check(stix_text_is(matchers.why_part, "ipv4-addr:value != '10.1.1.1'"));
    check_matchers("[ipv4-addr:value ISSUBSET '10.0.0.0/8' AND (ipv4-addr:value = '10.1.1.1' OR ipv4-addr:value != '10.1.1.2')]", "",
                   STIX_WHY_NEGATED);
    check_matchers("[domain-name:value MATCHES 'a.example']", "", STIX_WHY_REGEX);
    check_matchers("[domain-name:value LIKE '%example.com']", "", STIX_WHY_WILDCARD); /* also notexample.com */
    check_matchers("[domain-name:value LIKE '%.exa_ple.com']", "", STIX_WHY_WILDCARD); /* _ is any one character: 9.6.1 */
    check_matchers("[domain-name:value LIKE '%.example.%']", "", STIX_WHY_WILDCARD);
    check_matchers("[url:value LIKE 'http://example.com/%']", "", STIX_WHY_WILDCARD);
    check_matchers("[email-addr:value LIKE '%.a@b.example']", "", STIX_WHY_WILDCARD); /* a leading "%." is of names alone */
    check_matchers("[ipv4-addr:value ISSUPERSET '10.0.0.0/8']", "", STIX_WHY_OPERATOR);
    check_matchers("[domain-name:value > 'a.example']", "", STIX_WHY_OPERATOR);
    check_matchers("[EXISTS domain-name:value]", "", STIX_WHY_OPERATOR);
    check_matchers("[domain-name:value ISSUBSET '10.0.0.0/8']", "", STIX_WHY_OPERATOR);
    check_matchers("[file:name = 'foo.dll']", "", STIX_WHY_PATH);
    check_matchers("[file:hashes.'SSDEEP' = '3:a:b']", "", STIX_WHY_PATH);
    check_matchers("[domain-name:resolves_to_refs[0].value = '192.0.2.1']", "", STIX_WHY_PATH);
    check_matchers("[domain-name:'value.x' = 'a.example']", "", STIX_WHY_PATH);
    check_matchers("[x509-certificate:issuer = 'CN=WEBMAIL' AND x509-certificate:serial_number = '4c:0b']", "", STIX_WHY_PATH);
    check_matchers("[domain-name:value = 'a.example' AND ipv4-addr:value = '192.0.2.1']", "", STIX_WHY_OTHER_OBJECTS);
    check_matchers("[domain-name:value = 'a.example' AND (domain-name:value = 'b.example' OR url:value = 'http://b.example/')]", "",
                   STIX_WHY_OTHER_OBJECTS);
    check_matchers("[domain-name:value IN ()]", "", STIX_WHY_VALUE);
}

TEST(values_are_of_their_property)
{
    check_matchers("[domain-name:value = '192.0.2.1']", "", STIX_WHY_VALUE);
    check_matchers("[domain-name:value = 'http://a.example/']", "", STIX_WHY_VALUE);
    check_matchers("[domain-name:value = 'a..example']", "", STIX_WHY_VALUE);
    check_matchers("[domain-name:value = '']", "", STIX_WHY_VALUE);
    check_matchers("[domain-name:value = 5]", "", STIX_WHY_VALUE);
    check_matchers("[ipv4-addr:value = '2001:db8::1']", "", STIX_WHY_VALUE);
    check_matchers("[ipv4-addr:value = '192.0.2.300']", "", STIX_WHY_VALUE);
    check_matchers("[ipv4-addr:value ISSUBSET '198.51.100.1/24']", "", STIX_WHY_VALUE); /* host bits: an address or the prefix? */
    check_matchers("[network-traffic:dst_ref.value = '192.0.2.300']", "", STIX_WHY_VALUE);
    check_matchers("[url:value = 'example.com/foo']", "", STIX_WHY_VALUE);
    check_matchers("[email-addr:value = 'example.com']", "", STIX_WHY_VALUE);
    check_matchers("[file:hashes.'SHA-256' = 'f00']", "", STIX_WHY_VALUE);
    check_matchers("[file:hashes.MD5 = h'cead3f77f6cda6ec00f57d76c9a6879f']", "", STIX_WHY_VALUE); /* a string is asked for: 2.6 */
    check_matchers("[autonomous-system:number = '64500']", "", STIX_WHY_VALUE);
    check_matchers("[autonomous-system:number = 4294967296]", "", STIX_WHY_VALUE);
}

TEST(several_observations)
{
    check_matchers("[domain-name:value = 'a.example'] AND [domain-name:value = 'b.example']", "", STIX_WHY_OBSERVATIONS);
    check_matchers("([domain-name:value = 'a.example'] FOLLOWEDBY [domain-name:value = 'b.example']) WITHIN 300 SECONDS", "", STIX_WHY_SEQUENCE);
    check_matchers("[domain-name:value = 'a.example'] REPEATS 5 TIMES", "", STIX_WHY_REPEATED);
    check_matchers("[domain-name:value = 'a.example'] REPEATS 1 TIMES WITHIN 5 SECONDS", "name a.example", STIX_WHY_NONE);
    check_matchers("([domain-name:value = 'a.example'] AND [domain-name:value = 'b.example']) OR [domain-name:value = 'c.example']",
                   "name c.example", STIX_WHY_OBSERVATIONS);
    check_matchers("([domain-name:value = 'a.example'] START t'1970-01-01T00:00:01Z' STOP t'1970-01-01T00:00:05Z' OR "
                   "[domain-name:value = 'b.example']) START t'1970-01-01T00:00:02Z' STOP t'1970-01-01T00:00:09Z'",
                   "name a.example; name b.example", STIX_WHY_NONE);
    check_int(matchers.matcher[0].start_us, ==, 2000000);
    check_int(matchers.matcher[0].stop_us, ==, 5000000);
    check_int(matchers.matcher[1].stop_us, ==, 9000000);
    check(matchers.matcher[1].has_time);
}

TEST(more_values_than_allowed_are_told)
{
    char text[8192] = "[autonomous-system:number IN (0";
    size_t len = strlen(text);
    for (unsigned i = 1; i < STIX_MATCHERS_MAX + 1; i++)
        len += (size_t)snprintf(text + len, sizeof text - len, ",%u", i);
    snprintf(text + len, sizeof text - len, ")]");
    check(reduce_text(text));
    check_int(matchers.count, ==, STIX_MATCHERS_MAX);
    check_int(matchers.why, ==, STIX_WHY_TOO_MANY);
    check(stix_text_is(matchers.matcher[255].value, "255"));
}

int main(int argc, char **argv)
{
    return test_main(argc, argv);
}
