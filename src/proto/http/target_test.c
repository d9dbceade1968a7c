/* Targets of requests: paths, queries, and what is refused. */
#include "proto/http/target.h"

#include <errno.h>
#include <string.h>

#include "base/test.h"

static struct http_target target;

static int parse(const char *text)
{
    return http_target_parse(reader_of(text, strlen(text)), &target);
}

TEST(a_path_has_segments)
{
    check_int(parse("/api/v1/lists/a%2Fb%20c/accept"), ==, 0);
    check_int(target.segment_count, ==, 5);
    check_str(target.segments[0], "api");
    check_str(target.segments[3], "a/b c");
    check_str(target.segments[4], "accept");
    check_int(parse("/"), ==, 0);
    check_int(target.segment_count, ==, 1);
    check_str(target.segments[0], "");
    check_int(parse("/a+b"), ==, 0);
    check_str(target.segments[0], "a+b"); /* only a query has blanks of that kind */
}

TEST(a_query_has_parameters)
{
    check_int(parse("/x?name=a.example&below&reason=so+it+is%2B&&last="), ==, 0);
    check_int(target.parameter_count, ==, 4);
    check_str(http_target_parameter(&target, "name"), "a.example");
    check_str(http_target_parameter(&target, "below"), "");
    check_str(http_target_parameter(&target, "reason"), "so it is+");
    check_str(http_target_parameter(&target, "last"), "");
    check(http_target_parameter(&target, "other") == NULL);
    check_int(parse("/x?q=a=b%26"), ==, 0);
    check_str(http_target_parameter(&target, "q"), "a=b&");
    check_int(parse("/x?q=%E7%81%AB"), ==, 0);
    check_str(http_target_parameter(&target, "q"), "火");
}

TEST(what_is_wrong_is_refused)
{
    static const char *const wrong[] = {"",           "x",           "http://a/",      "/%",       "/%4",        "/%zz",       "/a%00b", "/a%0d%0ab",
                                        "/a/../b",    "/%2e%2e/b",   "/./a",           "/x?=1",    "/x?a=1&a=2", "/x?%61=1&a", "/\x80",  "/x?q=%C0%AF",
                                        "/%ED%A0%80", "/%F4%90%80%80", "/x?q=%E7%81", "/a\x7f"};
    for (size_t i = 0; i < sizeof wrong / sizeof wrong[0]; i++) {
        if (parse(wrong[i]) != -EBADMSG)
            printf("# %s\n", wrong[i]);
        check_int(parse(wrong[i]), ==, -EBADMSG);
    }
}

TEST(there_are_limits)
{
    static char text[HTTP_TARGET_MAX + 2];
    memset(text, 'a', sizeof text - 1);
    text[0] = '/';
    check_int(parse(text), ==, -EMSGSIZE);
    text[HTTP_TARGET_MAX] = '\0';
    check_int(parse(text), ==, 0);
    check_int(parse("/1/2/3/4/5/6/7/8"), ==, 0);
    check_int(parse("/1/2/3/4/5/6/7/8/9"), ==, -EMSGSIZE);
    check_int(parse("/?a&b&c&d&e&f&g&h&i&j&k&l&m&n&o&p&q&r&s&target&u&v&w&x"), ==, 0);
    check_int(parse("/?a&b&c&d&e&f&g&h&i&j&k&l&m&n&o&p&q&r&s&target&u&v&w&x&y"), ==, -EMSGSIZE);
}

int main(int argc, char **argv)
{
    return test_main(argc, argv);
}
