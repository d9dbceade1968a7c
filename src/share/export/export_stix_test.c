/* STIX objects of ours: read back by our own reader, with values that try to break out, and identifiers reckoned elsewhere. */
#include "share/export/export_stix.h"

#include <errno.h>

#include "base/json_tree.h"
#include "base/test.h"
#include "proto/stix/matchers.h"
#include "proto/stix/object.h"

/* The namespace of DNS names (RFC 9562 6.6), so that the examples of the RFC apply. */
static const struct export_node node = {
    .name = "CSIRT \"of\" test",
    .space = {0x6b, 0xa7, 0xb8, 0x10, 0x9d, 0xad, 0x11, 0xd1, 0x80, 0xb4, 0x00, 0xc0, 0x4f, 0xd4, 0x30, 0xc8},
};
static struct indicator indicator;
static char text[EXPORT_STIX_MAX + 1];
static struct json_tree *tree;
static struct stix_object o;
static struct stix_pattern pattern;
static struct stix_matchers matchers;

static struct export_item item_of(enum subject_kind kind, const char *value)
{
    indicator = (struct indicator){.claim = CLAIM_PHISHING, .state = INDICATOR_ACTIVE, .probability = 874, .tlp = VERDICT_TLP_GREEN,
                                   .pap = VERDICT_PAP_AMBER, .first_us = 1000000, .changed_us = 2000000};
    indicator.subject.kind = kind;
    snprintf(indicator.subject.value, sizeof indicator.subject.value, "%s", value);
    return (struct export_item){.indicator = &indicator, .reason = "seen \"there\"\n"};
}

static void read_back(struct writer *w)
{
    static const struct json_limits limits = {.octets = sizeof text, .values = 1000, .depth = 8};
    const struct json_value *value = NULL;
    struct json_flaw json_flaw;
    struct stix_object_flaw flaw;
    struct reader r = reader_of(w->base, w->len);
    if (!tree)
        tree = json_tree_new();
    check_int(json_tree_read(tree, &r, &limits, &value, &json_flaw), ==, 0);
    check_int(stix_object_read(value, &o, &flaw), ==, 0);
}

static unsigned match(void)
{
    struct stix_pattern_flaw flaw;
    struct reader r = reader_of(o.pattern, strlen(o.pattern));
    check_int(stix_pattern_read(&r, &pattern, &flaw), ==, 0);
    return stix_matchers_of(&pattern, &matchers);
}

TEST(an_indicator_is_read_back)
{
    struct export_item item = item_of(SUBJECT_DOMAIN, "evil.example");
    item.until_us = 3000000;
    struct writer w = writer_of(text, sizeof text);
    check_int(export_stix_indicator(&node, &item, &w), ==, 0);
    read_back(&w);
    check_int(o.type, ==, STIX_INDICATOR);
    check_int(o.confidence, ==, 87);
    check_int(o.created.us, ==, 1000000);
    check_int(o.modified.us, ==, 2000000);
    check_int(o.valid_from.us, ==, 1000000);
    check_int(o.valid_until.us, ==, 3000000);
    check(!o.revoked);
    check_int(o.tlp, ==, STIX_TLP_GREEN);
    check_str(o.description, "seen \"there\"\n");
    check_str(o.indicator_types.word[0], "malicious-activity");
    check_str(o.labels.word[0], "phishing");
    check_str(o.labels.word[1], "PAP:AMBER");
    check_str(o.pattern, "[domain-name:value = 'evil.example' OR domain-name:value LIKE '%.evil.example']");
    check_int(match(), ==, 2);
    indicator.state = INDICATOR_REVOKED;
    indicator.changed_us = 0;
    w = writer_of(text, sizeof text);
    check_int(export_stix_indicator(&node, &item, &w), ==, 0);
    read_back(&w);
    check(o.revoked);
    check_int(o.modified.us, ==, 1000000); /* not before it was created */
}

TEST(each_kind_becomes_a_pattern_that_matches)
{
    static const struct {
        const char *value, *pattern;
        enum subject_kind kind;
        enum stix_match match;
    } cases[] = {
        {"www.example", "[domain-name:value = 'www.example']", SUBJECT_HOST, STIX_MATCH_NAME},
        {"192.0.2.1", "[ipv4-addr:value = '192.0.2.1']", SUBJECT_ADDRESS, STIX_MATCH_ADDRESS},
        {"2001:db8::1", "[ipv6-addr:value = '2001:db8::1']", SUBJECT_ADDRESS, STIX_MATCH_ADDRESS},
        {"192.0.2.0/24", "[ipv4-addr:value ISSUBSET '192.0.2.0/24']", SUBJECT_PREFIX, STIX_MATCH_PREFIX},
        {"http://a.example/'%5C\\", "[url:value = 'http://a.example/\\'%5C\\\\']", SUBJECT_URL, STIX_MATCH_URL},
        {"d41d8cd98f00b204e9800998ecf8427e", "[file:hashes.MD5 = 'd41d8cd98f00b204e9800998ecf8427e']", SUBJECT_MD5, STIX_MATCH_MD5},
        {"da39a3ee5e6b4b0d3255bfef95601890afd80709", "[file:hashes.'SHA-1' = 'da39a3ee5e6b4b0d3255bfef95601890afd80709']", SUBJECT_SHA1, STIX_MATCH_SHA1},
        {"o'hara@mail.example", "[email-addr:value = 'o\\'hara@mail.example']", SUBJECT_EMAIL, STIX_MATCH_EMAIL},
        {"AS64500", "[autonomous-system:number = 64500]", SUBJECT_AS, STIX_MATCH_AS},
    };
    for (size_t i = 0; i < array_len(cases); i++) {
        struct export_item item = item_of(cases[i].kind, cases[i].value);
        struct writer w = writer_of(text, sizeof text);
        check_int(export_stix_indicator(&node, &item, &w), ==, 0);
        read_back(&w);
        check_str(o.pattern, cases[i].pattern);
        check_int(match(), ==, 1);
        check_int(matchers.matcher[0].match, ==, cases[i].match);
        const char *value = cases[i].kind == SUBJECT_AS ? cases[i].value + 2 : cases[i].value;
        check_int(matchers.matcher[0].value.len, ==, strlen(value));
        check_bytes(matchers.matcher[0].value.at, value, strlen(value));
    }
    struct export_item item = item_of(SUBJECT_JA3, "d41d8cd98f00b204e9800998ecf8427e");
    struct writer w = writer_of(text, sizeof text);
    check_int(export_stix_indicator(&node, &item, &w), ==, -EOPNOTSUPP);
}

TEST(the_longest_values_fit)
{
    struct export_item item = item_of(SUBJECT_URL, "");
    static char reason[VERDICT_REASON_MAX];
    memset(indicator.subject.value, '\\', sizeof indicator.subject.value - 1);
    memset(reason, 1, sizeof reason - 1);
    item.reason = reason;
    struct writer w = writer_of(text, EXPORT_STIX_MAX);
    check_int(export_stix_indicator(&node, &item, &w), ==, 0);
    read_back(&w);
    w = writer_of(text, 1000);
    check_int(export_stix_indicator(&node, &item, &w), ==, -EMSGSIZE);
}

TEST(identifiers_are_of_version_5)
{
    char id[EXPORT_STIX_ID_MAX];
    struct subject s = {.kind = SUBJECT_DOMAIN, .value = "evil.example"};
    /* python3: uuid.uuid5(uuid.NAMESPACE_DNS, 'domain evil.example') */
    check_str(export_stix_id(&node, &s, id), "indicator--4dc8513a-b678-528e-803e-c25bcde62675");
    s.kind = SUBJECT_HOST;
    check_str(export_stix_id(&node, &s, id), "indicator--b3218ae0-2253-5fcf-b6d0-a4956faabd8c");
    check_str(export_stix_identity_id(&node, id), "identity--6d5314f4-fb29-503b-81c5-1b85b8bfb32f");
}

TEST(identity_and_markings_are_read_back)
{
    struct writer w = writer_of(text, sizeof text);
    check_int(export_stix_identity(&node, &w), ==, 0);
    read_back(&w);
    check_int(o.type, ==, STIX_IDENTITY);
    check_str(o.name, node.name);
    static const enum stix_tlp levels[] = {STIX_TLP_CLEAR, STIX_TLP_GREEN, STIX_TLP_AMBER, STIX_TLP_AMBER_STRICT, STIX_TLP_RED};
    for (unsigned i = 0; i < VERDICT_TLP_COUNT; i++) {
        w = writer_of(text, sizeof text);
        check_int(export_stix_marking((enum verdict_tlp)i, &w), ==, 0);
        read_back(&w);
        check_int(o.type, ==, STIX_MARKING_DEFINITION);
        check_int(o.tlp, ==, levels[i]);
    }
}

int main(int argc, char **argv)
{
    int failed = test_main(argc, argv);
    json_tree_free(tree);
    return failed;
}
