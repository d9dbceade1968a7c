/* Documents as trees: values, names, texts, and every way in which a document is refused, with its place. */
#include "base/json_tree.h"

#include <errno.h>
#include <stdlib.h>

#include "base/test.h"

static struct json_tree *tree;
static struct json_flaw flaw;
static struct json_limits limits = {.octets = 4096, .values = 64, .depth = 4};

static const struct json_value *read_text(const char *text)
{
    const struct json_value *value = NULL;
    size_t len = strlen(text);
    uint8_t *copy = malloc(len > 0 ? len : 1); /* of its own, so that the sanitizer sees who looks past it or keeps it */
    for (size_t i = 0; i < len; i++)
        copy[i] = (uint8_t)text[i];
    struct reader r = reader_of(copy, len);
    if (!tree)
        tree = json_tree_new();
    int result = json_tree_read(tree, &r, &limits, &value, &flaw);
    check_int(result == 0, ==, value != NULL);
    free(copy);
    return value;
}

TEST(values_lie_in_their_order)
{
    const struct json_value *v = read_text(" {\"a\":[1,-2,{\"b\":null}], \"c\" : {} ,\"\":true,\"d\":1.5e3,\"e\":false,\"f\":[]}\n");
    check_int(v->kind, ==, JSON_TREE_OBJECT);
    check_int(v->count, ==, 6);
    check_int(v->span, ==, 11);
    const struct json_value *a = json_value_member(v, "a"), *one = json_value_first(a);
    check_int(a->count, ==, 3);
    check_int(one->integer, ==, 1);
    check_int(json_value_next(one)->integer, ==, -2);
    const struct json_value *inner = json_value_next(json_value_next(one));
    check(json_value_is(json_value_member(inner, "b"), JSON_TREE_NULL));
    check(!json_value_next(inner) && !json_value_next(json_value_first(inner)));
    check_int(json_value_next(a)->count, ==, 0);
    check(!json_value_first(json_value_next(a)));
    check(json_value_is(json_value_member(v, ""), JSON_TREE_TRUE));
    check(json_value_member(v, "d")->real == 1500);
    check(!json_value_next(json_value_member(v, "f")));
    check(!json_value_member(v, "b") && !json_value_member(a, "a") && !json_value_member(NULL, "a") && !json_value_text(a));
}

TEST(texts_are_without_escapes)
{
    const struct json_value *v = read_text("[\"a\\\"\\\\\\/\\b\\f\\n\\r\\t\", \"\\u00e9\\u3042\\ud83d\\ude00\", \"\xe3\x81\x82\", \"\"]");
    const struct json_value *s = json_value_first(v);
    check_str(json_value_text(s), "a\"\\/\b\f\n\r\t");
    s = json_value_next(s);
    check_str(json_value_text(s), "\xc3\xa9\xe3\x81\x82\xf0\x9f\x98\x80");
    check_int(s->len, ==, 9);
    s = json_value_next(s);
    check_str(json_value_text(s), "\xe3\x81\x82");
    check_str(json_value_text(json_value_next(s)), "");
}

TEST(what_is_wrong_is_told_with_its_place)
{
    static const struct {
        const char *text;
        enum json_flaw_kind kind;
        unsigned line, column;
    } cases[] = {
        {"", JSON_TRUNCATED, 1, 1},
        {"[1,", JSON_TRUNCATED, 1, 4},
        {"{\"a\"", JSON_TRUNCATED, 1, 5},
        {"\"a", JSON_TRUNCATED, 1, 3},
        {"tru", JSON_TRUNCATED, 1, 4},
        {"[1]\n 2", JSON_TRAILING, 2, 2},
        {"01", JSON_TRAILING, 1, 2},
        {"[1,]", JSON_NO_SYNTAX, 1, 4},
        {"[,1]", JSON_NO_SYNTAX, 1, 2},
        {"{\"a\":1,}", JSON_NO_SYNTAX, 1, 8},
        {"{1:2}", JSON_NO_SYNTAX, 1, 2},
        {"{\"a\" 2}", JSON_NO_SYNTAX, 1, 6},
        {"[1 2]", JSON_NO_SYNTAX, 1, 4},
        {"[1}", JSON_NO_SYNTAX, 1, 3},
        {"truE", JSON_NO_SYNTAX, 1, 4},
        {"-", JSON_TRUNCATED, 1, 2},
        {"1.", JSON_TRUNCATED, 1, 3},
        {"[1e]", JSON_NO_SYNTAX, 1, 4},
        {"\"\t\"", JSON_NO_SYNTAX, 1, 2},
        {"\"\\x\"", JSON_NO_SYNTAX, 1, 3},
        {"\"\\u12g4\"", JSON_NO_SYNTAX, 1, 6},
        {"\"\\udc00\"", JSON_NO_SYNTAX, 1, 4},
        {"\"\\ud800\\u0041\"", JSON_NO_SYNTAX, 1, 4},
        {"\"\\u0000\"", JSON_NUL, 1, 4},
        {"\"\xc0\xaf\"", JSON_NO_UTF8, 1, 2},
        {"\"\xed\xa0\x80\"", JSON_NO_UTF8, 1, 2},
        {"\xef\xbb\xbf[]", JSON_NO_UTF8, 1, 1},
        {"9223372036854775808", JSON_NUMBER_RANGE, 1, 1},
        {"[\n1e999]", JSON_NUMBER_RANGE, 2, 1},
        {"{\"a\":1,\n\"a\":2}", JSON_DUPLICATE, 2, 1},
        {"{\"a\":1,\"\\u0061\":2}", JSON_DUPLICATE, 1, 8},
        {"[[[[[]]]]]", JSON_TOO_DEEP, 1, 5},
    };
    for (size_t i = 0; i < array_len(cases); i++) {
        flaw = (struct json_flaw){.kind = JSON_FLAW_COUNT};
        bool is_read = read_text(cases[i].text) != NULL;
        if (is_read || flaw.kind != cases[i].kind || flaw.line != cases[i].line || flaw.column != cases[i].column)
            printf("# %s\n", cases[i].text);
        check(!is_read);
        check_int(flaw.kind, ==, cases[i].kind);
        check_int(flaw.line, ==, cases[i].line);
        check_int(flaw.column, ==, cases[i].column);
    }
    check_int(read_text("-9223372036854775808")->integer, ==, INT64_MIN);
    check(strlen(json_flaw_text(JSON_TOO_LONG)) > 0);
}

TEST(limits_hold_to_the_value)
{
    limits.values = 4;
    check(read_text("[1,2,3]") != NULL);
    check(!read_text("[1,2,3,4]"));
    check_int(flaw.kind, ==, JSON_TOO_MANY);
    limits.values = 64;
    limits.octets = 4;
    check(read_text("[12]") != NULL);
    check(!read_text("[123]"));
    check_int(flaw.kind, ==, JSON_TOO_LONG);
    limits.octets = 4096;
    limits.depth = 0;
    check(read_text("1") != NULL);
    check(!read_text("[]"));
    limits.depth = 4;
}

/* More members than are compared one with the other. */
TEST(many_names_are_different_too)
{
    char text[1024] = "{\"x\":0";
    size_t len = strlen(text);
    for (unsigned i = 0; i < 30; i++)
        len += (size_t)snprintf(text + len, sizeof text - len, ",\"n%u\":%u", i, i);
    snprintf(text + len, sizeof text - len, "}");
    check_int(read_text(text)->count, ==, 31);
    check_int(json_value_member(read_text(text), "n29")->integer, ==, 29);
    snprintf(text + len, sizeof text - len, ",\"n3\":0}");
    check(!read_text(text));
    check_int(flaw.kind, ==, JSON_DUPLICATE);
}

int main(int argc, char **argv)
{
    int failed = test_main(argc, argv);
    json_tree_free(tree);
    return failed;
}
