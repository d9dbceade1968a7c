/* UTF-8: first and last character of each length, and the neighbours of each that are none. */
#include "base/utf8.h"

#include "base/attr.h"
#include "base/test.h"

struct sample {
    const char *octets;
    uint32_t value;
};

TEST(first_and_last_of_each_length)
{
    static const struct sample good[] = {
        {"\x01", 0x1},          {"\x7f", 0x7f},         {"\xc2\x80", 0x80},          {"\xdf\xbf", 0x7ff},
        {"\xe0\xa0\x80", 0x800}, {"\xed\x9f\xbf", 0xd7ff}, {"\xee\x80\x80", 0xe000},  {"\xef\xbf\xbf", 0xffff},
        {"\xf0\x90\x80\x80", 0x10000}, {"\xf4\x8f\xbf\xbf", 0x10ffff},
    };
    for (size_t i = 0; i < array_len(good); i++) {
        struct reader r = reader_of(good[i].octets, strlen(good[i].octets));
        check_int(utf8_take(&r), ==, good[i].value);
        check(!r.failed);
        check_int(r.left, ==, 0);
    }
}

TEST(nul_is_a_character)
{
    struct reader r = reader_of("\0a", 2);
    check_int(utf8_take(&r), ==, 0);
    check_int(utf8_take(&r), ==, 'a');
    check(!r.failed);
}

TEST(what_is_no_character_fails)
{
    static const char *const bad[] = {
        "\x80",             "\xbf",             "\xc0\x80",         "\xc1\xbf",         "\xc2",
        "\xc2\x41",         "\xc2\xc2",         "\xe0\x9f\xbf",     "\xe0\xa0",         "\xe1\x80\x41",
        "\xed\xa0\x80",     "\xed\xbf\xbf",     "\xf0\x8f\xbf\xbf", "\xf0\x90\x80",     "\xf4\x90\x80\x80",
        "\xf5\x80\x80\x80", "\xf8\x88\x80\x80", "\xfe",             "\xff",             "",
    };
    for (size_t i = 0; i < array_len(bad); i++) {
        struct reader r = reader_of(bad[i], strlen(bad[i]));
        check_int(utf8_take(&r), ==, 0);
        check(r.failed);
    }
}

int main(int argc, char **argv)
{
    return test_main(argc, argv);
}
