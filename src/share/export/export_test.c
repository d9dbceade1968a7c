/* Each form of export: exact output of a few items, values that try to break out, and what is left out. */
#include "share/export/export.h"

#include <errno.h>
#include <stdlib.h>

#include "base/json_tree.h"
#include "base/test.h"

enum { FILES = 8, OCTETS = 1 << 16 };
static struct {
    char name[64];
    char text[OCTETS];
    size_t len;
} files[FILES];
static unsigned file_count;
static int answer;

static int keep(void *self, const char *file, const void *octets, size_t len)
{
    unsigned i = 0;
    (void)self;
    while (i < file_count && strcmp(files[i].name, file) != 0)
        i++;
    check(i < FILES && (i == file_count || files[i].len + len < OCTETS));
    if (i == file_count) {
        snprintf(files[i].name, sizeof files[i].name, "%s", file);
        files[i].len = 0;
        file_count++;
    }
    memcpy(files[i].text + files[i].len, octets, len);
    files[i].len += len;
    files[i].text[files[i].len] = '\0';
    return answer;
}

static const char *text_of(const char *file)
{
    for (unsigned i = 0; i < file_count; i++)
        if (strcmp(files[i].name, file) == 0)
            return files[i].text;
    return "";
}

static const struct export_node node = {.name = "CSIRT", .space = {1, 2, 3}};
static struct export_counts counts;

struct given {
    enum subject_kind kind;
    const char *value, *reason;
    enum claim claim;
    enum indicator_state state;
};

static int export_all(enum export_format format, const struct given *given, size_t count)
{
    struct export *e = export_new(format, &node, 1700000000000000, keep, NULL);
    int r = 0;
    file_count = 0;
    for (size_t i = 0; i < count && r >= 0; i++) {
        static struct indicator in;
        in = (struct indicator){.claim = given[i].claim, .state = given[i].state, .probability = 905, .tlp = VERDICT_TLP_AMBER_STRICT,
                                .pap = VERDICT_PAP_GREEN, .first_us = 1600000000000000, .changed_us = 1650000000000000, .sightings = 3};
        in.subject.kind = given[i].kind;
        snprintf(in.subject.value, sizeof in.subject.value, "%s", given[i].value);
        struct export_item item = {.indicator = &in, .reason = given[i].reason, .severity = VERDICT_HIGH};
        r = export_add(e, &item);
    }
    r = r < 0 ? r : export_end(e);
    counts = *export_counts(e);
    export_free(e);
    return r;
}

static const struct given usual[] = {
    {SUBJECT_DOMAIN, "evil.example", "seen", CLAIM_PHISHING, INDICATOR_ACTIVE},
    {SUBJECT_HOST, "www.bad.example", NULL, CLAIM_C2, INDICATOR_ACTIVE},
    {SUBJECT_ADDRESS, "2001:db8::7", "a\tb\nc", CLAIM_C2, INDICATOR_CANDIDATE},
    {SUBJECT_URL, "http://a.example:81/p;\"?q=1", "=cmd|' /c calc'!A1", CLAIM_MALWARE, INDICATOR_ACTIVE},
    {SUBJECT_MD5, "d41d8cd98f00b204e9800998ecf8427e", "", CLAIM_MALWARE, INDICATOR_ACTIVE},
    {SUBJECT_DOMAIN, "gone.example", "over", CLAIM_PHISHING, INDICATOR_REVOKED},
    {SUBJECT_DOMAIN, "good.example", "fine", CLAIM_BENIGN, INDICATOR_ACTIVE},
};

TEST(hosts_are_names_in_force)
{
    check_int(export_all(EXPORT_HOSTS, usual, array_len(usual)), ==, 0);
    check_str(text_of("hosts"), "# names to be blocked; sub-domains of these are not covered by a hosts file\n# made 2023-11-14T22:13:20.000000Z\n"
                                "0.0.0.0 evil.example\n0.0.0.0 www.bad.example\n");
    check_int(counts.written, ==, 2);
    check_int(counts.left_out, ==, 5);
}

TEST(plain_values_are_lines)
{
    check_int(export_all(EXPORT_PLAIN, usual, array_len(usual)), ==, 0);
    check_str(text_of("plain.txt"), "evil.example\nwww.bad.example\n2001:db8::7\nhttp://a.example:81/p;\"?q=1\nd41d8cd98f00b204e9800998ecf8427e\n");
}

TEST(cells_are_quoted_and_no_formulas)
{
    check_int(export_all(EXPORT_CSV, usual + 3, 2), ==, 0);
    check_str(text_of("indicators.csv"),
              "kind,subject,claim,state,probability,severity,tlp,pap,made,from,until,sightings,reason\r\n"
              "url,\"http://a.example:81/p;\"\"?q=1\",malware,active,90.5,high,amber+strict,green,2022-04-15T05:20:00.000000Z,"
              "2020-09-13T12:26:40.000000Z,,3,\"'=cmd|' /c calc'!A1\"\r\n"
              "md5,\"d41d8cd98f00b204e9800998ecf8427e\",malware,active,90.5,high,amber+strict,green,2022-04-15T05:20:00.000000Z,"
              "2020-09-13T12:26:40.000000Z,,3,\"\"\r\n");
}

TEST(intel_has_tabs_between_its_fields_alone)
{
    check_int(export_all(EXPORT_ZEEK, usual, array_len(usual)), ==, 0);
    check_str(text_of("intel.dat"), "#fields\tindicator\tindicator_type\tmeta.source\tmeta.desc\n"
                                    "evil.example\tIntel::DOMAIN\tCSIRT\tphishing: seen\n"
                                    "www.bad.example\tIntel::DOMAIN\tCSIRT\tc2\n"
                                    "2001:db8::7\tIntel::ADDR\tCSIRT\tc2: a\\x09b\\x0ac\n"
                                    "a.example:81/p;\"?q=1\tIntel::URL\tCSIRT\tmalware: =cmd|' /c calc'!A1\n"
                                    "d41d8cd98f00b204e9800998ecf8427e\tIntel::FILE_HASH\tCSIRT\tmalware\n");
}

TEST(rules_cannot_be_broken_out_of)
{
    check_int(export_all(EXPORT_SURICATA, usual, array_len(usual)), ==, 0);
    const char *rules = text_of("hinomi.rules");
    check(strstr(rules, "alert dns any any -> any any (msg:\"hinomi phishing evil.example\"; dns.query; dotprefix; content:\".evil.example\"; nocase; "
                        "endswith; sid:"));
    check(strstr(rules, "tls.sni; content:\"www.bad.example\"; nocase; startswith; endswith; sid:"));
    check(strstr(rules, "http.host; dotprefix; content:\".evil.example\"; endswith; sid:"));
    check(strstr(rules, "alert ip any any <> 2001:db8::7 any (msg:\"hinomi c2 2001_db8__7\"; sid:"));
    check(strstr(rules, "http.host; content:\"a.example\"; startswith; endswith; http.uri.raw; content:\"/p|3b||22||3f|q|3d|1\"; startswith; endswith; sid:"));
    check(strstr(rules, "rev:836; metadata:tlp amber-strict, confidence 91;)\n")); /* days from 2020-01-01 to 2022-04-15, and one */
    unsigned lines = 0;
    for (const char *c = rules; *c; c++)
        lines += *c == '\n';
    check_int(lines, ==, 3 + 3 + 1 + 1);
    static char first[OCTETS];
    memcpy(first, rules, strlen(rules) + 1);
    check_int(export_all(EXPORT_SURICATA, usual, array_len(usual)), ==, 0);
    check_str(text_of("hinomi.rules"), first); /* the numbers too */
}

static struct json_tree *tree;

static const struct json_value *parse(const char *text)
{
    static const struct json_limits limits = {.octets = OCTETS, .values = 10000, .depth = 16};
    const struct json_value *value = NULL;
    struct json_flaw flaw;
    struct reader r = reader_of(text, strlen(text));
    if (!tree)
        tree = json_tree_new();
    check_int(json_tree_read(tree, &r, &limits, &value, &flaw), ==, 0);
    return value;
}

TEST(a_bundle_has_its_node_markings_and_indicators)
{
    check_int(export_all(EXPORT_STIX, usual, array_len(usual)), ==, 0);
    const struct json_value *objects = json_value_member(parse(text_of("bundle.json")), "objects");
    check_int(objects->count, ==, 2 + 7); /* one marking, once */
    check_str(json_value_member_text(json_value_first(objects), "type"), "identity");
    check_int(counts.written, ==, 7);
    check_int(export_all(EXPORT_STIX, NULL, 0), ==, 0);
    check_int(json_value_member(parse(text_of("bundle.json")), "objects")->count, ==, 1);
}

TEST(what_belongs_together_is_a_grouping)
{
    struct export *e = export_new(EXPORT_STIX, &node, 1700000000000000, keep, NULL);
    struct indicator in = {.claim = CLAIM_PHISHING, .state = INDICATOR_ACTIVE, .probability = 905, .tlp = VERDICT_TLP_GREEN, .first_us = 1600000000000000};
    file_count = 0;
    check_int(export_group(e, "case 12"), ==, 0);
    for (unsigned i = 0; i < 2; i++) {
        snprintf(in.subject.value, sizeof in.subject.value, "%c.example", 'a' + (int)i);
        in.tlp = i == 0 ? VERDICT_TLP_AMBER : VERDICT_TLP_GREEN;
        check_int(export_add(e, &(struct export_item){.indicator = &in}), ==, 1);
    }
    check_int(export_end(e), ==, 0);
    export_free(e);
    const char *text = text_of("bundle.json"), *grouping = strstr(text, "{\"type\":\"grouping\"");
    check_int(json_value_member(parse(text), "objects")->count, ==, 1 + 2 + 2 + 1);
    check(grouping && strstr(grouping, "\"name\":\"case 12\"") && strstr(grouping, "\"context\":\"suspicious-activity\""));
    const char *refs = grouping ? strstr(grouping, "\"object_refs\":[\"indicator--") : NULL;
    check(refs && strstr(refs + 30, "\",\"indicator--"));
    check(grouping && strstr(grouping, "\"object_marking_refs\":[\"marking-definition--55d920b0-5e8b-4f79-9ee9-91f868d9b421\"]")); /* TLP:AMBER, the higher */
    e = export_new(EXPORT_STIX, &node, 1700000000000000, keep, NULL);
    file_count = 0;
    check_int(export_group(e, "case 13"), ==, 0);
    check_int(export_end(e), ==, 0);
    export_free(e);
    check(!strstr(text_of("bundle.json"), "grouping"));
}

TEST(a_feed_has_an_event_for_each_claim)
{
    check_int(export_all(EXPORT_MISP, usual, array_len(usual)), ==, 0);
    check_int(file_count, ==, 4 + 2);
    const struct json_value *manifest = parse(text_of("manifest.json"));
    check_int(manifest->count, ==, 4);
    char file[64];
    snprintf(file, sizeof file, "%s.json", json_value_first(manifest)->name);
    check_str(json_value_member_text(json_value_first(manifest), "info"), "hinomi: phishing");
    const struct json_value *event = json_value_member(parse(text_of(file)), "Event");
    check_str(json_value_member_text(event, "info"), "hinomi: phishing");
    check_str(json_value_member_text(event, "date"), "2022-04-15");
    check_int(json_value_member(event, "Tag")->count, ==, 3);
    const struct json_value *attribute = json_value_first(json_value_member(event, "Attribute"));
    check_str(json_value_member_text(attribute, "value"), "evil.example");
    check_str(json_value_member_text(attribute, "type"), "domain");
    check_str(json_value_member_text(attribute, "timestamp"), "1650000000");
    attribute = json_value_next(attribute);
    check_str(json_value_member_text(attribute, "value"), "gone.example");
    check(json_value_is(json_value_member(attribute, "deleted"), JSON_TREE_TRUE));
    /* printf evil.example | md5sum */
    check(strstr(text_of("hashes.csv"), "96119eb3210daa472225fbad69fa9770,"));
    check_int(export_all(EXPORT_MISP, NULL, 0), ==, 0);
    check_str(text_of("manifest.json"), "{}\n");
}

TEST(hostile_values_are_left_out_or_escaped)
{
    static const struct given hostile[] = {
        {SUBJECT_HOST, "a\n0.0.0.0 bank.example", "x\r\ny", CLAIM_SPAM, INDICATOR_ACTIVE},
        {SUBJECT_HOST, "#", "\"},{\"", CLAIM_SPAM, INDICATOR_ACTIVE},
        {SUBJECT_HOST, "a b", "\xff\xfe", CLAIM_SPAM, INDICATOR_ACTIVE},
        {SUBJECT_EMAIL, "-", "-", CLAIM_SPAM, INDICATOR_ACTIVE},
        {SUBJECT_DOMAIN, "a.example' OR domain-name:value = 'b", "", CLAIM_SPAM, INDICATOR_ACTIVE},
    };
    check_int(export_all(EXPORT_HOSTS, hostile, array_len(hostile)), ==, 0);
    check_int(counts.written, ==, 0);
    check_int(export_all(EXPORT_SURICATA, hostile, array_len(hostile)), ==, 0);
    check_int(counts.written, ==, 0);
    check_int(export_all(EXPORT_PLAIN, hostile, array_len(hostile)), ==, 0);
    check_str(text_of("plain.txt"), "-\n");
    check_int(export_all(EXPORT_ZEEK, hostile, array_len(hostile)), ==, 0);
    check(strstr(text_of("intel.dat"), "\n\\x2d\tIntel::EMAIL\tCSIRT\tspam: \\x2d\n"));
    check_int(export_all(EXPORT_STIX, hostile, array_len(hostile)), ==, 0);
    check_int(counts.left_out, ==, 1); /* a reason that is not UTF-8 */
    check(strstr(text_of("bundle.json"), "[domain-name:value = 'a.example\\\\' OR domain-name:value = \\\\'b' OR"));
    (void)parse(text_of("bundle.json"));
    check_int(export_all(EXPORT_MISP, hostile, array_len(hostile)), ==, 0);
    for (unsigned i = 0; i < file_count; i++)
        if (strcmp(files[i].name, "hashes.csv") != 0)
            (void)parse(files[i].text);
}

TEST(a_full_disk_ends_it)
{
    answer = -ENOSPC;
    check_int(export_all(EXPORT_HOSTS, usual, 1), ==, -ENOSPC);
    answer = 0;
}

TEST(formats_have_words)
{
    enum export_format format = EXPORT_HOSTS;
    check_int(export_format_parse("misp", &format), ==, 0);
    check_int(format, ==, EXPORT_MISP);
    check_int(export_format_parse("xml", &format), ==, -EINVAL);
    check_str(export_format_word(EXPORT_ZEEK), "zeek");
    check_str(export_format_word(EXPORT_FORMAT_COUNT), "unknown");
}

int main(int argc, char **argv)
{
    int failed = test_main(argc, argv);
    json_tree_free(tree);
    return failed;
}
