/* What a terminal would obey, in texts at any place; what is no text, and texts of people, stay. */
#include "apps/command/harmless.h"

#include <stdlib.h>

#include "base/test.h"

static const char *after(const char *json)
{
    static char text[512];
    json_t *value = json_loads(json, JSON_DECODE_ANY, NULL);
    harmless_make(value);
    char *dumped = json_dumps(value, JSON_COMPACT | JSON_ENCODE_ANY | JSON_ENSURE_ASCII);
    snprintf(text, sizeof text, "%s", dumped ? dumped : "(none)");
    free(dumped);
    json_decref(value);
    return text;
}

TEST(what_a_terminal_obeys_is_taken_out)
{
    check_str(after("\"a\\u001b[31mred\""), "\"a?[31mred\"");
    check_str(after("\"\\u009b2J\\u007f\\r\\b\""), "\"?2J???\"");
    check_str(after("\"exe\\u202egpj\\u2066\""), "\"exe?gpj?\"");
    check_str(after("{\"a\":[{\"b\":\"\\u001b\"},7,null,true],\"c\":\"\\u0007\"}"), "{\"a\":[{\"b\":\"?\"},7,null,true],\"c\":\"?\"}");
}

TEST(words_of_people_stay)
{
    check_str(after("\"one\\n\\ttwo \\u65e5\\u672c \\ud83d\\udd25 \\u00e9\\u00a0\""), "\"one\\n\\ttwo \\u65E5\\u672C \\uD83D\\uDD25 \\u00E9\\u00A0\"");
    check_str(after("{\"object\":{\"x\":\"\\u001b\"},\"y\":\"\"}"), "{\"object\":{\"x\":\"\\u001B\"},\"y\":\"\"}");
}

int main(int argc, char **argv)
{
    return test_main(argc, argv);
}
