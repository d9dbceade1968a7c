/* Warning lists: the form that MISP publishes, and what is no such list. */
#include "proto/warninglist/warning_list.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "base/test.h"

struct seen {
    char text[200];
    int answer;
};

static int note(void *self, enum warning_list_type type, const char *value, size_t len)
{
    struct seen *seen = self;
    size_t n = strlen(seen->text);
    snprintf(seen->text + n, sizeof seen->text - n, "%u:%.*s ", (unsigned)type, (int)len, value);
    return seen->answer;
}

static int read_text(const char *text, char *name, struct seen *seen, const char **why)
{
    json_t *document = json_loads(text, 0, NULL);
    *why = NULL;
    int e = warning_list_read(document, name, note, seen, why);
    json_decref(document);
    return e;
}

TEST(values_come_with_the_type_of_the_list)
{
    struct seen seen = {"", 0};
    char name[WARNING_LIST_NAME_MAX];
    const char *why;
    check_int(read_text("{\"description\": \"d\", \"list\": [\"192.0.2.0/24\", \"2001:db8::/32\"], \"matching_attributes\": [\"ip-src\"],"
                        " \"name\": \"Documentation\", \"type\": \"cidr\", \"version\": 3}",
                        name, &seen, &why),
              ==, 0);
    check_str(name, "Documentation");
    check_str(seen.text, "3:192.0.2.0/24 3:2001:db8::/32 ");
}

TEST(the_callers_error_is_given_back)
{
    struct seen seen = {"", -E2BIG};
    char name[WARNING_LIST_NAME_MAX];
    const char *why;
    check_int(read_text("{\"name\": \"n\", \"type\": \"string\", \"list\": [\"a\", \"b\"]}", name, &seen, &why), ==, -E2BIG);
    check_str(seen.text, "0:a ");
}

TEST(a_long_name_ends_between_characters)
{
    struct seen seen = {"", 0};
    char name[WARNING_LIST_NAME_MAX], fires[151], text[400];
    const char *why;
    for (size_t i = 0; i + 3 < sizeof fires; i += 3)
        snprintf(fires + i, sizeof fires - i, "\xe7\x81\xab");
    snprintf(text, sizeof text, "{\"name\": \"x%s\", \"type\": \"hostname\", \"list\": []}", fires);
    check_int(read_text(text, name, &seen, &why), ==, 0);
    check_int(strlen(name), ==, 127 - 127 % 3 + 1); /* one octet, then threes */
}

TEST(what_is_no_warning_list_is_told)
{
    static const struct {
        const char *text;
        int error;
    } cases[] = {
        {"[]", -EBADMSG},
        {"{\"type\": \"string\", \"list\": []}", -EBADMSG},
        {"{\"name\": \"n\", \"type\": \"suffix\", \"list\": []}", -EBADMSG},
        {"{\"name\": \"n\", \"type\": \"string\", \"list\": {}}", -EBADMSG},
        {"{\"name\": \"n\", \"type\": \"string\", \"list\": [1]}", -EBADMSG},
        {"{\"name\": 1, \"type\": \"string\", \"list\": []}", -EBADMSG},
    };
    for (size_t i = 0; i < array_len(cases); i++) {
        struct seen seen = {"", 0};
        char name[WARNING_LIST_NAME_MAX];
        const char *why;
        check_int(read_text(cases[i].text, name, &seen, &why), ==, cases[i].error);
        check(why != NULL);
    }
}

int main(int argc, char **argv)
{
    return test_main(argc, argv);
}
