/* JSON from outside: each limit at its edge, each flaw with its place. */
#include "proto/json/limits.h"

#include <errno.h>

#include "base/test.h"

static const struct json_limits wide = {.octets = 1 << 20, .values = 1 << 16, .depth = JSON_DEPTH_MAX};
static struct json_flaw flaw;

static int read_within(const char *text, size_t len, struct json_limits limits)
{
    struct reader r = reader_of(text, len);
    json_t *value = NULL;
    memset(&flaw, 0xee, sizeof flaw);
    int result = json_read(&r, &limits, &value, &flaw);
    check_int(r.left, ==, 0);
    check((result == 0) == (value != NULL));
    json_decref(value);
    return result;
}

static int read_text(const char *text)
{
    return read_within(text, strlen(text), wide);
}

TEST(any_value_is_a_document)
{
    static const char *const good[] = {"{}", "[]", "0", "\"a\"", " null\n", "[1,{\"a\":[true]}]", "\"\xe2\x82\xac\""};
    for (size_t i = 0; i < array_len(good); i++)
        check_int(read_text(good[i]), ==, 0);
}

TEST(each_flaw_has_its_kind_and_place)
{
    static const struct {
        const char *text;
        enum json_flaw_kind kind;
        size_t line, column;
    } cases[] = {
        {"{\"a\":1,\n \"a\":2}", JSON_DUPLICATE, 2, 4},
        {"[1,\n\n  x]", JSON_NO_SYNTAX, 3, 3},
        {"[\"\xff\"]", JSON_NO_UTF8, 1, 3},
        {"[\"\\ud800\"]", JSON_NO_SYNTAX, 1, 9},
        {"[1", JSON_TRUNCATED, 1, 2},
        {"", JSON_TRUNCATED, 1, 1},
        {"{} {}", JSON_TRAILING, 1, 4},
        {"[\n99999999999999999999]", JSON_NUMBER_RANGE, 2, 20},
        {"[1e999]", JSON_NUMBER_RANGE, 1, 6},
        {"[\"a\\u0000b\"]", JSON_NUL, 1, 11},
    };
    for (size_t i = 0; i < array_len(cases); i++) {
        check_int(read_text(cases[i].text), ==, -EBADMSG);
        check_int(flaw.kind, ==, cases[i].kind);
        check_int(flaw.line, ==, cases[i].line);
        check_int(flaw.column, ==, cases[i].column);
        check(flaw.detail[0] != '\0');
    }
}

TEST(a_nul_octet_ends_nothing)
{
    check_int(read_within("{}\0", 3, wide), ==, -EBADMSG);
    check_int(read_within("\0", 1, wide), ==, -EBADMSG);
    check_int(read_within("[1\0,2]", 6, wide), ==, -EBADMSG);
    check_int(flaw.kind, ==, JSON_NUL);
    check_int(flaw.column, ==, 3);
}

TEST(octets_are_counted)
{
    struct json_limits limits = wide;
    limits.octets = 4;
    check_int(read_within("[12]", 4, limits), ==, 0);
    check_int(read_within("[123]", 5, limits), ==, -EMSGSIZE);
    check_int(flaw.kind, ==, JSON_TOO_LONG);
    check_int(flaw.line, ==, 0);
}

TEST(depth_is_counted_outside_strings)
{
    struct json_limits limits = wide;
    limits.depth = 2;
    check_int(read_within("[{},[\"[[[{\\\"[\"],[]]", 19, limits), ==, 0);
    check_int(read_within("[\n[{}]]", 7, limits), ==, -EMSGSIZE);
    check_int(flaw.kind, ==, JSON_TOO_DEEP);
    check_int(flaw.line, ==, 2);
    check_int(flaw.column, ==, 2);
    limits.depth = 0;
    check_int(read_within("1", 1, limits), ==, 0);
    check_int(read_within("{}", 2, limits), ==, -EMSGSIZE);
}

TEST(the_deepest_that_can_be_allowed_is_read)
{
    char text[2 * JSON_DEPTH_MAX + 2];
    memset(text, '[', JSON_DEPTH_MAX + 1);
    memset(text + JSON_DEPTH_MAX + 1, ']', JSON_DEPTH_MAX + 1);
    struct json_limits limits = wide;
    limits.depth = UINT32_MAX;
    check_int(read_within(text + 1, sizeof text - 2, limits), ==, 0);
    check_int(read_within(text, sizeof text, limits), ==, -EMSGSIZE);
    check_int(flaw.kind, ==, JSON_TOO_DEEP);
}

TEST(values_are_counted)
{
    struct json_limits limits = wide;
    limits.values = 4;
    check_int(read_within("[1,2,\",,,\"]", 11, limits), ==, 0);
    check_int(read_within("[1,2,3,4]", 9, limits), ==, -EMSGSIZE);
    check_int(flaw.kind, ==, JSON_TOO_MANY);
    check_int(flaw.column, ==, 7);
}

TEST(each_flaw_has_a_text)
{
    for (int kind = 0; kind < JSON_FLAW_COUNT; kind++)
        check(json_flaw_text((enum json_flaw_kind)kind) != NULL);
    check(json_flaw_text((enum json_flaw_kind)99) != NULL);
}

int main(int argc, char **argv)
{
    return test_main(argc, argv);
}
