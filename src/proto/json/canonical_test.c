/* Canonical JSON: every sample of RFC 8785, and what it refuses. */
#include "proto/json/canonical.h"

#include <errno.h>
#include <math.h>

#include "base/test.h"

static char out[4096];

static int write(const json_t *value)
{
    struct writer w = writer_of(out, sizeof out - 1);
    int result = json_canonical_write(value, &w);
    out[w.len] = '\0';
    return result;
}

/* Of a JSON text; the canonical text is in `out`. */
static int canonical(const char *text)
{
    json_error_t error;
    json_t *value = json_loads(text, JSON_DECODE_ANY | JSON_ALLOW_NUL, &error);
    if (!value) {
        printf("# %s\n", error.text);
        return -EINVAL;
    }
    int result = write(value);
    json_decref(value);
    return result;
}

static double double_of(uint64_t bits)
{
    double value;
    memcpy(&value, &bits, sizeof value);
    return value;
}

static const char *number(double value)
{
    static char text[JSON_NUMBER_MAX];
    int len = json_number_format(value, text);
    check_int(len, ==, len < 0 ? -ERANGE : (int)strlen(text));
    return len < 0 ? "refused" : text;
}

TEST(numbers_of_rfc_8785_appendix_b)
{
    static const struct {
        uint64_t bits;
        const char *text;
    } table[] = {
        {0x0000000000000000, "0"},
        {0x8000000000000000, "0"},
        {0x0000000000000001, "5e-324"},
        {0x8000000000000001, "-5e-324"},
        {0x7fefffffffffffff, "1.7976931348623157e+308"},
        {0xffefffffffffffff, "-1.7976931348623157e+308"},
        {0x4340000000000000, "9007199254740992"},
        {0xc340000000000000, "-9007199254740992"},
        {0x4430000000000000, "295147905179352830000"},
        {0x7fffffffffffffff, "refused"},
        {0x7ff0000000000000, "refused"},
        {0x44b52d02c7e14af5, "9.999999999999997e+22"},
        {0x44b52d02c7e14af6, "1e+23"},
        {0x44b52d02c7e14af7, "1.0000000000000001e+23"},
        {0x444b1ae4d6e2ef4e, "999999999999999700000"},
        {0x444b1ae4d6e2ef4f, "999999999999999900000"},
        {0x444b1ae4d6e2ef50, "1e+21"},
        {0x3eb0c6f7a0b5ed8c, "9.999999999999997e-7"},
        {0x3eb0c6f7a0b5ed8d, "0.000001"},
        {0x41b3de4355555553, "333333333.3333332"},
        {0x41b3de4355555554, "333333333.33333325"},
        {0x41b3de4355555555, "333333333.3333333"},
        {0x41b3de4355555556, "333333333.3333334"},
        {0x41b3de4355555557, "333333333.33333343"},
        {0xbecbf647612f3696, "-0.0000033333333333333333"},
        {0x43143ff3c1cb0959, "1424953923781206.2"},
    };
    for (size_t i = 0; i < array_len(table); i++)
        check_str(number(double_of(table[i].bits)), table[i].text);
}

/* As ECMAScript engines print them. */
TEST(numbers_at_the_edges_of_each_form)
{
    static const struct {
        double value;
        const char *text;
    } table[] = {
        {1, "1"},
        {-1.5, "-1.5"},
        {10, "10"},
        {123456789012345680.0, "123456789012345680"},
        {100000000000000000000.0, "100000000000000000000"},
        {0.1, "0.1"},
        {0.00001, "0.00001"},
        {0.0000001, "1e-7"},
        {1.25e-7, "1.25e-7"},
        {2.2250738585072014e-308, "2.2250738585072014e-308"}, /* the least normal one */
        {2.225073858507201e-308, "2.225073858507201e-308"},
        {0x1p-44, "5.684341886080802e-14"}, /* the nearest of 16 digits, ...801, is another double */
        {0x1p-1074 * 3, "1.5e-323"},
        {0x1p+1023, "8.98846567431158e+307"},
        {9.5, "9.5"},
        {99999999999999990.0, "99999999999999980"},
    };
    for (size_t i = 0; i < array_len(table); i++)
        check_str(number(table[i].value), table[i].text);
    check_str(number(-HUGE_VAL), "refused");
}

TEST(each_number_gives_itself_back)
{
    uint64_t bits = 1;
    for (int i = 0; i < 20000; i++) {
        bits = bits * 6364136223846793005u + 1442695040888963407u;
        double value = double_of(i & 1 ? bits : bits & ~0xfffffffffffffu); /* each other a power of two */
        if (!isfinite(value))
            continue;
        char text[JSON_NUMBER_MAX];
        int len = json_number_format(value, text);
        check(len > 0 && len < JSON_NUMBER_MAX);
        check(strtod(text, NULL) == value);
    }
}

TEST(the_sample_of_rfc_8785_3_2_2)
{
    check_int(canonical("{\"numbers\": [333333333.33333329, 1E30, 4.50, 2e-3, 0.000000000000000000000000001],"
                        "\"string\": \"\\u20ac$\\u000F\\u000aA'\\u0042\\u0022\\u005c\\\\\\\"\\/\","
                        "\"literals\": [null, true, false]}"),
              ==, 0);
    check_str(out, "{\"literals\":[null,true,false],\"numbers\":[333333333.3333333,1e+30,4.5,0.002,1e-27],"
                   "\"string\":\"\xe2\x82\xac$\\u000f\\nA'B\\\"\\\\\\\\\\\"/\"}");
}

TEST(the_order_of_rfc_8785_3_2_3)
{
    check_int(canonical("{\"\\u20ac\":\"Euro Sign\",\"\\r\":\"Carriage Return\","
                        "\"\\ufb33\":\"Hebrew Letter Dalet With Dagesh\",\"1\":\"One\","
                        "\"\\ud83d\\ude00\":\"Emoji: Grinning Face\",\"\\u0080\":\"Control\","
                        "\"\\u00f6\":\"Latin Small Letter O With Diaeresis\"}"),
              ==, 0);
    check_str(out, "{\"\\r\":\"Carriage Return\",\"1\":\"One\",\"\xc2\x80\":\"Control\","
                   "\"\xc3\xb6\":\"Latin Small Letter O With Diaeresis\",\"\xe2\x82\xac\":\"Euro Sign\","
                   "\"\xf0\x9f\x98\x80\":\"Emoji: Grinning Face\","
                   "\"\xef\xac\xb3\":\"Hebrew Letter Dalet With Dagesh\"}");
}

TEST(a_name_stands_before_those_it_begins)
{
    check_int(canonical("{\"b\":1,\"aa\":2,\"\":3,\"a\":4,\"\\ud7ff\":5,\"\\ud800\\udc00\":6,\"\\ue000\":7}"), ==, 0);
    check_str(out, "{\"\":3,\"a\":4,\"aa\":2,\"b\":1,\"\xed\x9f\xbf\":5,\"\xf0\x90\x80\x80\":6,\"\xee\x80\x80\":7}");
}

TEST(objects_are_sorted_at_every_level)
{
    check_int(canonical("[{\"b\":{\"d\":[],\"c\":{}},\"a\":[ 1 , 2 ]}, \"\"]"), ==, 0);
    check_str(out, "[{\"a\":[1,2],\"b\":{\"c\":{},\"d\":[]}},\"\"]");
}

TEST(each_control_character_has_its_escape)
{
    static const char want[] =
        "\"\\u0000\\u0001\\u0002\\u0003\\u0004\\u0005\\u0006\\u0007\\b\\t\\n\\u000b\\f\\r\\u000e\\u000f"
        "\\u0010\\u0011\\u0012\\u0013\\u0014\\u0015\\u0016\\u0017\\u0018\\u0019\\u001a\\u001b\\u001c\\u001d\\u001e\\u001f "
        "\x7f\"";
    char text[34];
    for (char c = 0; c <= 0x20; c++)
        text[(size_t)c] = c;
    text[33] = 0x7f;
    json_t *value = json_stringn_nocheck(text, sizeof text);
    check_int(write(value), ==, 0);
    check_str(out, want);
    json_decref(value);
}

TEST(integers_without_an_exact_double_are_refused)
{
    check_int(canonical("[9007199254740992,-9007199254740992,0,-1]"), ==, 0);
    check_str(out, "[9007199254740992,-9007199254740992,0,-1]");
    check_int(canonical("9007199254740993"), ==, -ERANGE);
    check_int(canonical("{\"a\":[-9007199254740993]}"), ==, -ERANGE);
}

TEST(strings_that_are_not_utf_8_are_refused)
{
    static const char *const wrong[] = {"\xed\xa0\x80" /* a lone surrogate */, "a\xff", "\xc0\x80", "\xe2\x82"};
    for (size_t i = 0; i < array_len(wrong); i++) {
        json_t *value = json_string_nocheck(wrong[i]);
        check_int(write(value), ==, -EILSEQ);
        json_decref(value);
        value = json_object();
        check_int(json_object_set_new_nocheck(value, wrong[i], json_true()), ==, 0);
        check_int(write(value), ==, -EILSEQ);
        json_decref(value);
    }
}

static json_t *nested(int depth)
{
    json_t *value = json_integer(1);
    for (int i = 0; i < depth; i++) {
        json_t *around = json_array();
        (void)json_array_append_new(around, value);
        value = around;
    }
    return value;
}

TEST(nesting_ends_somewhere)
{
    json_t *value = nested(JSON_CANONICAL_DEPTH_MAX);
    check_int(write(value), ==, 0);
    json_decref(value);
    value = nested(JSON_CANONICAL_DEPTH_MAX + 1);
    check_int(write(value), ==, -ELOOP);
    json_decref(value);
}

TEST(a_full_writer_is_told)
{
    json_t *value = json_string("0123456789");
    struct writer w = writer_of(out, 12);
    check_int(json_canonical_write(value, &w), ==, 0);
    w = writer_of(out, 11);
    check_int(json_canonical_write(value, &w), ==, -EMSGSIZE);
    uint8_t *text = NULL;
    size_t len = 0;
    check_int(json_canonical_new(value, 11, &text, &len), ==, -EMSGSIZE);
    check(!text);
    check_int(json_canonical_new(value, 12, &text, &len), ==, 0);
    check_int(len, ==, 12);
    check_bytes(text, "\"0123456789\"", 12);
    free(text);
    json_decref(value);
}

TEST(memory_grows_with_the_text)
{
    json_t *value = json_array();
    for (int i = 0; i < 5000; i++)
        (void)json_array_append_new(value, json_integer(7));
    uint8_t *text = NULL;
    size_t len = 0;
    check_int(json_canonical_new(value, 10001, &text, &len), ==, 0);
    check_int(len, ==, 10001);
    check(text && text[10000] == ']');
    free(text);
    check_int(json_canonical_new(value, 10000, &text, &len), ==, -EMSGSIZE);
    json_decref(value);
}

int main(int argc, char **argv)
{
    return test_main(argc, argv);
}
