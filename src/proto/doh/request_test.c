/* Requests of DNS over HTTPS: the vectors of RFC 4648 10 and RFC 8484 4.1.1, and every way to be wrong. */
#include "proto/doh/request.h"

#include <errno.h>

#include "base/test.h"

static uint8_t out[64];
static size_t out_len;

static int decode(const char *text)
{
    memset(out, 0xee, sizeof out);
    return base64url_decode(text, strlen(text), out, sizeof out);
}

static enum doh_status query(const char *path, size_t max)
{
    memset(out, 0xee, sizeof out);
    return doh_path_query(path, strlen(path), out, max, &out_len);
}

static enum doh_status path_check(const char *path)
{
    const char *token;
    size_t token_len;
    return doh_path_check(path, strlen(path), &token, &token_len);
}

static enum doh_status media_type(const char *value)
{
    return doh_media_type_check(value, strlen(value));
}

TEST(the_vectors_of_rfc_4648_without_padding)
{
    static const char *const texts[] = {"", "Zg", "Zm8", "Zm9v", "Zm9vYg", "Zm9vYmE", "Zm9vYmFy"};
    for (size_t i = 0; i < array_len(texts); i++) {
        check_int(decode(texts[i]), ==, (int)i);
        check_bytes(out, "foobar", i);
    }
}

TEST(the_last_letters_are_minus_and_underscore)
{
    static const uint8_t want[] = {0xfb, 0xff, 0xbf};
    check_int(decode("-_-_"), ==, 3);
    check_bytes(out, want, sizeof want);
    check_int(decode("+/+/"), ==, -EINVAL);
}

TEST(what_is_no_base64url_is_refused)
{
    static const char *const wrong[] = {"Z", "Zm9vY", "Zg==", "Zm 9", "Zm9\n", "Zh", "Zm9", "%3D", "Zm8="};
    for (size_t i = 0; i < array_len(wrong); i++)
        check_int(decode(wrong[i]), ==, -EINVAL);
}

TEST(more_than_there_is_room_for_is_not_written)
{
    memset(out, 0xee, sizeof out);
    check_int(base64url_decode("Zm9vYg", 6, out, 3), ==, -EMSGSIZE);
    check_int(out[3], ==, 0xee);
    check_int(base64url_decode("Zm9v", 4, out, 3), ==, 3);
}

TEST(the_path_is_compared_as_a_whole)
{
    check_int(path_check("/dns-query"), ==, DOH_OK);
    check_int(path_check("/dns-query?"), ==, DOH_OK);
    check_int(path_check("/dns-query?dns=AAAA"), ==, DOH_OK);
    check_int(path_check("/dns-query/"), ==, DOH_NOT_FOUND);
    check_int(path_check("/dns-quer"), ==, DOH_NOT_FOUND);
    check_int(path_check("/DNS-query"), ==, DOH_NOT_FOUND);
    check_int(path_check("/"), ==, DOH_NOT_FOUND);
    check_int(path_check(""), ==, DOH_NOT_FOUND);
    const char *token;
    size_t token_len;
    check_int(doh_path_check(NULL, 0, &token, &token_len), ==, DOH_NOT_FOUND);
}

TEST(the_query_of_rfc_8484_is_found)
{
    static const uint8_t want[] = {0, 0, 1, 0, 0, 1, 0, 0, 0,   0,   0,   0,   3,   'w', 'w', 'w', 7, 'e', 'x',
                                   'a', 'm', 'p', 'l', 'e', 3, 'c', 'o', 'm', 0, 0, 1, 0, 1};
    check_int(query("/dns-query?dns=AAABAAABAAAAAAAAA3d3dwdleGFtcGxlA2NvbQAAAQAB", sizeof out), ==, DOH_OK);
    check_int(out_len, ==, sizeof want);
    check_bytes(out, want, sizeof want);
}

TEST(other_parameters_are_ignored)
{
    check_int(query("/dns-query?ct=x&dns=Zm9v&y", sizeof out), ==, DOH_OK);
    check_int(out_len, ==, 3);
    check_int(query("/dns-query?&&dns=Zm9v", sizeof out), ==, DOH_OK);
    check_int(query("/dns-query?dns=Zm9v&dns=!", sizeof out), ==, DOH_OK);
    check_int(query("/dns-query?xdns=Zm9v", sizeof out), ==, DOH_BAD_REQUEST);
}

TEST(a_path_without_a_query_is_a_bad_request)
{
    check_int(query("/dns-query", sizeof out), ==, DOH_BAD_REQUEST);
    check_int(query("/dns-query?", sizeof out), ==, DOH_BAD_REQUEST);
    check_int(query("/dns-query?dns", sizeof out), ==, DOH_BAD_REQUEST);
    check_int(query("/dns-query?dns=", sizeof out), ==, DOH_BAD_REQUEST);
    check_int(query("/dns-query?dns=Zm9v=", sizeof out), ==, DOH_BAD_REQUEST);
    check_int(doh_path_query(NULL, 0, out, sizeof out, &out_len), ==, DOH_BAD_REQUEST);
}

TEST(a_query_that_is_too_long_is_told_apart)
{
    check_int(query("/dns-query?dns=Zm9vYg", 3), ==, DOH_URI_TOO_LONG);
    check_int(query("/dns-query?dns=Zm9vYg", 4), ==, DOH_OK);
}

TEST(the_media_type_may_have_parameters_and_any_case)
{
    check_int(media_type("application/dns-message"), ==, DOH_OK);
    check_int(media_type("Application/DNS-Message ; charset=x"), ==, DOH_OK);
    check_int(media_type("application/dns-message2"), ==, DOH_UNSUPPORTED_MEDIA_TYPE);
    check_int(media_type("application/dns-json"), ==, DOH_UNSUPPORTED_MEDIA_TYPE);
    check_int(media_type(""), ==, DOH_UNSUPPORTED_MEDIA_TYPE);
    check_int(doh_media_type_check(NULL, 0), ==, DOH_UNSUPPORTED_MEDIA_TYPE);
}

TEST(a_token_stands_behind_the_path)
{
    static const struct {
        const char *path, *token; /* NULL: not ours */
    } cases[] = {
        {"/dns-query", ""},          {"/dns-query?dns=x/y", ""},      {"/dns-query/abc", "abc"},
        {"/dns-query/abc?dns=", "abc"}, {"/dns-query/", NULL},        {"/dns-query/a/b", NULL},
        {"/dns-queryabc", NULL},     {"/dns-query/?dns=AAAA", NULL},
    };
    for (size_t i = 0; i < array_len(cases); i++) {
        const char *token = NULL;
        size_t len = 99;
        enum doh_status status = doh_path_check(cases[i].path, strlen(cases[i].path), &token, &len);
        check_int(status, ==, cases[i].token ? DOH_OK : DOH_NOT_FOUND);
        if (cases[i].token) {
            check_int(len, ==, strlen(cases[i].token));
            check_bytes(token, cases[i].token, len);
        }
    }
}

int main(int argc, char **argv)
{
    return test_main(argc, argv);
}
