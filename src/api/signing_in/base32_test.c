/* Base32 by the examples of RFC 4648 section 10, without their padding. */
#include "api/signing_in/base32.h"

#include <errno.h>
#include <string.h>

#include "base/test.h"

TEST(examples_of_the_standard)
{
    static const char *const pairs[][2] = {{"", ""},          {"f", "MY"},         {"fo", "MZXQ"},         {"foo", "MZXW6"},
                                           {"foob", "MZXW6YQ"}, {"fooba", "MZXW6YTB"}, {"foobar", "MZXW6YTBOI"}};
    for (size_t i = 0; i < sizeof pairs / sizeof pairs[0]; i++) {
        char text[32];
        uint8_t octets[8];
        size_t len = strlen(pairs[i][0]);
        base32_write((const uint8_t *)pairs[i][0], len, text);
        check_str(text, pairs[i][1]);
        check_int(base32_read(text, octets, len), ==, 0);
        check(memcmp(octets, pairs[i][0], len) == 0);
        check_int(base32_read(text, octets, len + 1), ==, -EINVAL);
    }
}

TEST(either_case_and_nothing_else)
{
    uint8_t octets[6];
    check_int(base32_read("mzxw6ytboi", octets, 6), ==, 0);
    check(memcmp(octets, "foobar", 6) == 0);
    check_int(base32_read("MZXW6YTB0I", octets, 6), ==, -EINVAL);
    check_int(base32_read("MZXW6YTBO=", octets, 6), ==, -EINVAL);
}

int main(int argc, char **argv)
{
    return test_main(argc, argv);
}
