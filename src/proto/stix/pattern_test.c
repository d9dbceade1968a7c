/* Patterns of the standard's section 9 as trees, and what is none with the exact place of its flaw. */
#include "proto/stix/pattern.h"

#include <errno.h>
#include <stdlib.h>

#include "base/test.h"

static struct stix_pattern pattern;
static struct stix_pattern_flaw flaw;

static int read_text(const char *text)
{
    struct reader r = reader_of(text, strlen(text));
    return stix_pattern_read(&r, &pattern, &flaw);
}

/* The tree as a short text: kinds, operators, numbers of steps and literals. */
static void write_node(uint16_t n, char *to, size_t max)
{
    static const char *const kinds[] = {"test", "and", "or", "[]", "ALL", "ANY", "THEN", "Q"};
    static const char *const ops[] = {"=", "!=", "<", "<=", ">", ">=", "IN", "LIKE", "MATCHES", "ISSUBSET", "ISSUPERSET", "EXISTS"};
    const struct stix_node *node = &pattern.node[n];
    size_t len = strlen(to);
    if (node->kind == STIX_NODE_TEST) {
        snprintf(to + len, max - len, "%s%s", node->is_negated ? "!" : "", ops[node->op]);
        return;
    }
    snprintf(to + len, max - len, "%s(", kinds[node->kind]);
    for (uint16_t c = node->first; c != 0; c = pattern.node[c].next) {
        write_node(c, to, max);
        len = strlen(to);
        snprintf(to + len, max - len, "%s", pattern.node[c].next ? " " : ")");
    }
}

static void check_tree(const char *text, const char *tree)
{
    char got[256] = "";
    int result = read_text(text);
    if (result < 0)
        printf("# %s: flaw %u at %zu\n", text, (unsigned)flaw.kind, flaw.offset);
    check_int(result, ==, 0);
    if (result < 0)
        return;
    write_node(pattern.root, got, sizeof got);
    check_str(got, tree);
}

static void check_flaw(const char *text, enum stix_pattern_flaw_kind kind, size_t offset)
{
    int result = read_text(text);
    if (result == 0 || flaw.kind != kind || flaw.offset != offset)
        printf("# %s: %d, flaw %u at %zu\n", text, result, (unsigned)flaw.kind, flaw.offset);
    check_int(result, ==, -EBADMSG);
    check_int(flaw.kind, ==, kind);
    check_int(flaw.offset, ==, offset);
    check(strlen(stix_pattern_flaw_text(kind)) > 0);
}

/* STIX 2.1 9.8, in the order of the standard. */
TEST(examples_of_the_standard)
{
    check_tree("[file:hashes.'SHA-256' = 'aec070645fe53ee3b3763059376134f058cc337247c978add178b6ccdfb0019f']", "[](=)");
    check_tree("[email-message:from_ref.value MATCHES '.+\\\\@example\\\\.com$' AND email-message:body_multipart[*].body_raw_ref.name "
               "MATCHES '^Final Report.+\\\\.exe$']",
               "[](and(MATCHES MATCHES))");
    check_tree("[file:hashes.'SHA-256' = 'bf07a7fbb825fc0aae7bf4a1177b2b31fcf8a3feeaf7092761e18c859ee52a9c' OR file:hashes.MD5 = "
               "'cead3f77f6cda6ec00f57d76c9a6879f'] AND [file:hashes.'SHA-256' = "
               "'aec070645fe53ee3b3763059376134f058cc337247c978add178b6ccdfb0019f']",
               "ALL([](or(= =)) [](=))");
    check_tree("([file:hashes.MD5 = '79054025255fb1a26e4bc422aef54eb4'] FOLLOWEDBY [windows-registry-key:key = "
               "'HKEY_LOCAL_MACHINE\\\\foo\\\\bar']) WITHIN 300 SECONDS",
               "Q(THEN([](=) [](=)))");
    check_tree("[artifact:mime_type = 'application/vnd.tcpdump.pcap' AND artifact:payload_bin MATCHES "
               "'\\\\xd4\\\\xc3\\\\xb2\\\\xa1\\\\x02\\\\x00\\\\x04\\\\x00']",
               "[](and(= MATCHES))");
    check_tree("[file:extensions.'windows-pebinary-ext'.sections[*].entropy > 7.0]", "[](>)");
    check_tree("[file:mime_type = 'image/bmp' AND file:magic_number_hex = h'ffd8']", "[](and(= =))");
    check_tree("[network-traffic:dst_ref.type = 'domain-name' AND network-traffic:dst_ref.value = 'example.com'] REPEATS 5 TIMES WITHIN "
               "1800 SECONDS",
               "Q([](and(= =)))");
    check_tree("[(file:name = 'pdf.exe' OR file:size = 371712) AND file:created = t'2014-01-13T07:03:17Z']", "[](and(or(= =) =))");
    check_tree("[process:command_line MATCHES '^.+>-add GlobalSign.cer -c -s -r localMachine Root$'] FOLLOWEDBY [process:command_line "
               "MATCHES'^.+>-add GlobalSign.cer -c -s -r localMachineTrustedPublisher$'] WITHIN 300 SECONDS",
               "THEN([](MATCHES) Q([](MATCHES)))"); /* a qualifier binds to what is next to it: 9.3 */
    check_tree("([file:name = 'foo.dll'] AND [windows-registry-key:key = 'HKEY_LOCAL_MACHINE\\\\foo\\\\bar']) OR [process:name = 'fooproc' "
               "OR process:name = 'procfoo']",
               "ANY(ALL([](=) [](=)) [](or(= =)))");
    check_tree("[domain-name:value = 'a'] OR [domain-name:value = 'b'] AND [domain-name:value = 'c'] FOLLOWEDBY [domain-name:value = 'd']",
               "THEN(ANY([](=) ALL([](=) [](=))) [](=))"); /* precedence: AND, OR, FOLLOWEDBY */
    check_tree("[a:b = 1 OR a:b = 2 AND a:c = 3]", "[](or(= and(= =)))");
}

TEST(every_operator_and_literal)
{
    check_tree("[ipv4-addr:value ISSUBSET '198.51.100.0/24' OR ipv4-addr:value NOT ISSUPERSET '198.51.100.0/24']", "[](or(ISSUBSET !ISSUPERSET))");
    check_tree("[file:size IN (1024, -2, +3, .5, true, 'x', b'dGVzdA==', h'', t'2020-01-01T00:00:00.5Z')]", "[](IN)");
    check_int(pattern.literals, ==, 9);
    check_int(pattern.literal[1].integer, ==, -2);
    check_int(pattern.literal[2].integer, ==, 3);
    check_int(pattern.literal[3].kind, ==, STIX_FLOAT);
    check_int(pattern.literal[4].integer, ==, 1);
    check_int(pattern.literal[6].kind, ==, STIX_BINARY);
    check_int(pattern.literal[8].integer, ==, INT64_C(1577836800500000)); /* date -d 2020-01-01T00:00:00Z +%s */
    check_tree("[a:b < 1 OR a:b <= 1 OR a:b >= 1 OR a:b == 1 OR a:b != 1 OR a:b <> 1 OR a:b NOT = 1]", "[](or(< <= >= = != != !=))");
    check_tree("[EXISTS windows-registry-key:values AND NOT EXISTS a:b]", "[](and(EXISTS !EXISTS))");
    check_tree("[a:b LIKE '%x' AND a:b NOT IN ()]", "[](and(LIKE !IN))");
    check_tree("[a:b=9223372036854775807 AND a:b=-9223372036854775808]", "[](and(= =))");
    check_int(pattern.literal[1].integer, ==, INT64_MIN);
    check_tree("[a:'b c'[0].d[-1][*].'e' = false] START t'2016-06-01T00:00:00Z' STOP '2016-07-01T00:00:00Z' REPEATS 2 TIMES", "Q([](=))");
    const struct stix_node *q = &pattern.node[pattern.root], *t = &pattern.node[pattern.node[q->first].first];
    check_int(q->qualifiers, ==, STIX_START_STOP | STIX_REPEATS);
    check_int(q->repeats, ==, 2);
    check_int(q->stop_us - q->start_us, ==, INT64_C(30) * 86400 * 1000000);
    check_int(t->step_count, ==, 6);
    check(stix_text_is(t->type, "a") && stix_text_is(pattern.step[t->step].key, "b c"));
    check_int(pattern.step[t->step + 1].kind, ==, STIX_STEP_INDEX);
    check_int(pattern.step[t->step + 3].index, ==, -1);
    check_int(pattern.step[t->step + 4].kind, ==, STIX_STEP_ANY);
}

TEST(strings_blanks_and_comments)
{
    check_tree("/* one */ [ a:b = 'it\\'s \\\\ ' // two ]\n ]\xc2\xa0\xe3\x80\x80", "[](=)");
    check(stix_text_is(pattern.literal[0].text, "it's \\ "));
    check(stix_text_is(pattern.node[pattern.root].source, "[ a:b = 'it\\'s \\\\ ' // two ]\n ]"));
    check_tree("[a:b = '']", "[](=)");
    check_int(pattern.literal[0].text.len, ==, 0);
    check_tree("[a:b = '\xe6\x97\xa5\xe6\x9c\xac']", "[](=)");
}

TEST(flaws_have_their_place)
{
    check_flaw("", STIX_PATTERN_EXPECTED_OBSERVATION, 0);
    check_flaw("file:size = 1280", STIX_PATTERN_EXPECTED_OBSERVATION, 0);
    check_flaw("[file:size = ]", STIX_PATTERN_EXPECTED_VALUE, 13);
    check_flaw("[file:hashes.MD5 = cead3f77]", STIX_PATTERN_EXPECTED_VALUE, 19);
    check_flaw("[file.size = 1280]", STIX_PATTERN_EXPECTED_PATH, 5);
    check_flaw("[file:hashes.SHA-256 = 'a']", STIX_PATTERN_EXPECTED_PATH, 13); /* needs quotation marks: 9.7 */
    check_flaw("[file:name MATCHES /.*\\.dll/]", STIX_PATTERN_CHARACTER, 19);
    check_flaw("[a:b = 1] WITHIN ]", STIX_PATTERN_EXPECTED_VALUE, 17);
    check_flaw("[a:b = 1] WITHIN 5 HOURS", STIX_PATTERN_EXPECTED_UNIT, 19);
    check_flaw("[a:b = 1] WITHIN -5 SECONDS", STIX_PATTERN_EXPECTED_VALUE, 17);
    check_flaw("[a:b = 1] REPEATS 0 TIMES", STIX_PATTERN_EXPECTED_VALUE, 18);
    check_flaw("[a:b = 1] REPEATS 1.5 TIMES", STIX_PATTERN_EXPECTED_VALUE, 18);
    check_flaw("[a:b = 1] START t'2020-01-01T00:00:00Z' STOP t'2020-01-01T00:00:00Z'", STIX_PATTERN_NO_TIME, 45);
    check_flaw("[a:b = 1] WITHIN 5 SECONDS WITHIN 6 SECONDS", STIX_PATTERN_TWICE, 27);
    check_flaw("[a:b ISSUBSET ]", STIX_PATTERN_EXPECTED_VALUE, 14);
    check_flaw("[a:b ISSUBSET 5]", STIX_PATTERN_EXPECTED_VALUE, 14);
    check_flaw("[a:b < true]", STIX_PATTERN_EXPECTED_VALUE, 7);
    check_flaw("[a:b =? 'c']", STIX_PATTERN_CHARACTER, 6);
    check_flaw("[a:b == t'2457-73-22T32:81:84.1Z']", STIX_PATTERN_LITERAL, 8);
    check_flaw("[a:b = t'2020-01-01T00:00:00+01:00']", STIX_PATTERN_LITERAL, 7);
    check_flaw("[a:b = b'====']", STIX_PATTERN_LITERAL, 7);
    check_flaw("[a:b = h'abc']", STIX_PATTERN_LITERAL, 7);
    check_flaw("[a:b = 012]", STIX_PATTERN_LITERAL, 7);
    check_flaw("[a:b = 9223372036854775808]", STIX_PATTERN_LITERAL, 7);
    check_flaw("[a:b = 'x\\n']", STIX_PATTERN_ESCAPE, 9);
    check_flaw("[a:b = 'x", STIX_PATTERN_OPEN_STRING, 7);
    check_flaw("[a:b = 'x\\", STIX_PATTERN_ESCAPE, 9);
    check_flaw("[a:b = 'x' /* ", STIX_PATTERN_OPEN_COMMENT, 11);
    check_flaw("[a:b = 'x'", STIX_PATTERN_EXPECTED_CLOSE, 10);
    check_flaw("[a:b = 'x'] [a:b = 'x']", STIX_PATTERN_TRAILING, 12);
    check_flaw("[a:b=1] within 2 SECONDS", STIX_PATTERN_TRAILING, 8);
    check_flaw("[a:b IN (1,)]", STIX_PATTERN_EXPECTED_VALUE, 11);
    check_flaw("[a:b IN (1 2)]", STIX_PATTERN_EXPECTED_CLOSE, 11);
    check_flaw("[NOT a:b = 1]", STIX_PATTERN_EXPECTED_PATH, 5);
    check_flaw("[a:b[x] = 1]", STIX_PATTERN_EXPECTED_PATH, 5);
    check_flaw("[a:b]", STIX_PATTERN_EXPECTED_OPERATOR, 4);
    check_flaw("[a:b = '\xff']", STIX_PATTERN_NO_UTF8, 8);
    check_flaw("[a:b = 1] AND", STIX_PATTERN_EXPECTED_OBSERVATION, 13);
    check_flaw("([file:name = 'foo.dll'] OR file:name = 'a')", STIX_PATTERN_EXPECTED_OBSERVATION, 28);
}

/* `count` times `each` between begin and end, read. */
static int read_many(const char *begin, const char *each, unsigned count, const char *end)
{
    size_t max = strlen(begin) + strlen(each) * count + strlen(end) + 1;
    char *text = malloc(max);
    size_t len = (size_t)snprintf(text, max, "%s", begin);
    for (unsigned i = 0; i < count; i++)
        len += (size_t)snprintf(text + len, max - len, "%s", each);
    snprintf(text + len, max - len, "%s", end);
    int result = read_text(text);
    free(text);
    return result;
}

TEST(limits_hold)
{
    char deep[256];
    for (unsigned depth = STIX_PATTERN_DEPTH_MAX; depth <= STIX_PATTERN_DEPTH_MAX + 1; depth++) {
        memset(deep, '(', depth);
        snprintf(deep + depth, sizeof deep - depth, "[a:b=1]");
        memset(deep + depth + 7, ')', depth);
        deep[depth * 2 + 7] = '\0';
        check_int(read_text(deep), ==, depth <= STIX_PATTERN_DEPTH_MAX ? 0 : -EBADMSG);
    }
    check_int(flaw.kind, ==, STIX_PATTERN_TOO_DEEP);
    check_int(flaw.offset, ==, STIX_PATTERN_DEPTH_MAX);
    check_int(read_many("[a:b IN (1", ",1", STIX_PATTERN_LITERALS_MAX - 1, ")]"), ==, 0);
    check_int(read_many("[a:b IN (1", ",1", STIX_PATTERN_LITERALS_MAX, ")]"), ==, -EBADMSG);
    check_int(flaw.kind, ==, STIX_PATTERN_TOO_MANY);
    check_int(read_many("[a:b", ".c", STIX_PATTERN_STEPS_MAX - 1, "=1]"), ==, 0);
    check_int(read_many("[a:b", ".c", STIX_PATTERN_STEPS_MAX, "=1]"), ==, -EBADMSG);
    check_int(flaw.kind, ==, STIX_PATTERN_TOO_MANY);
    check_int(read_many("[a:b='", "x", STIX_PATTERN_OCTETS_MAX - 8, "']"), ==, 0);
    check_int(read_many("[a:b='", "x", STIX_PATTERN_OCTETS_MAX - 7, "']"), ==, -EBADMSG);
    check_int(flaw.kind, ==, STIX_PATTERN_TOO_LONG);
    check_int(read_many("[a:b=1]", "OR[a:b=1]", 1820 - 1, ""), ==, -EBADMSG); /* two nodes each */
    check_int(flaw.kind, ==, STIX_PATTERN_TOO_MANY);
}

int main(int argc, char **argv)
{
    return test_main(argc, argv);
}
