/* Forms: what a browser sends, and what is refused. */
#include "proto/http/form.h"

#include <errno.h>
#include <string.h>

#include "base/test.h"

static struct http_form form;

static int parse(const char *text)
{
    return http_form_parse(reader_of(text, strlen(text)), &form);
}

TEST(fields_are_decoded)
{
    check_int(parse("text=a+shop%0D%0A%E7%81%AB&contact=hana%40example.jp&empty=&&bare"), ==, 0);
    check_int(form.count, ==, 4);
    check_str(http_form_field(&form, "text"), "a shop\r\n火");
    check_str(http_form_field(&form, "contact"), "hana@example.jp");
    check_str(http_form_field(&form, "empty"), "");
    check_str(http_form_field(&form, "bare"), "");
    check(http_form_field(&form, "other") == NULL);
    check_int(parse(""), ==, 0);
    check_int(form.count, ==, 0);
}

TEST(what_is_no_form_is_refused)
{
    static const char *const wrong[] = {"a=%", "a=%4", "a=%zz", "a=%00", "a=%1b", "a=%7f", "a=%ff", "a=%c0%af", "a=%ed%a0%80", "a=1&a=2", "=x"};
    for (size_t i = 0; i < array_len(wrong); i++)
        check_int(parse(wrong[i]), ==, -EBADMSG);
    check_int(parse("a&b&c&d&e&f&g&h"), ==, 0);
    check_int(parse("a&b&c&d&e&f&g&h&i"), ==, -EMSGSIZE);
}

TEST(the_longest_form_fits)
{
    static char text[HTTP_FORM_MAX + 1];
    memset(text, 'x', sizeof text);
    text[1] = '=';
    check_int(http_form_parse(reader_of(text, HTTP_FORM_MAX), &form), ==, 0);
    check_int(strlen(http_form_field(&form, "x")), ==, HTTP_FORM_MAX - 2);
    check_int(http_form_parse(reader_of(text, HTTP_FORM_MAX + 1), &form), ==, -EMSGSIZE);
    memset(text, '&', sizeof text);
    check_int(http_form_parse(reader_of(text, HTTP_FORM_MAX), &form), ==, 0);
    check_int(form.count, ==, 0);
}

int main(int argc, char **argv)
{
    return test_main(argc, argv);
}
