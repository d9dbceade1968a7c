/* Codes by time against the test vectors of RFC 6238 appendix B (of eight digits; ours are their last six). */
#include "api/signing_in/one_time_code.h"

#include <errno.h>
#include <string.h>

#include "base/test.h"

static const uint8_t key[] = "12345678901234567890";
enum { KEY_LEN = 20 };

TEST(codes_are_those_of_the_standard)
{
    static const struct {
        int64_t time_s;
        unsigned code;
    } vectors[] = {{59, 287082}, {1111111109, 81804}, {1111111111, 50471}, {1234567890, 5924}, {2000000000, 279037}, {20000000000, 353130}};
    for (size_t i = 0; i < sizeof vectors / sizeof vectors[0]; i++)
        check_int(one_time_code_at(key, KEY_LEN, vectors[i].time_s / 30), ==, vectors[i].code);
}

TEST(a_code_is_good_for_a_step_around_now_and_once)
{
    int64_t step = 0, at_us = INT64_C(1111111109) * 1000000;
    check_int(one_time_code_check(key, KEY_LEN, "081804", at_us, 0, &step), ==, 0);
    check_int(step, ==, 1111111109 / 30);
    check_int(one_time_code_check(key, KEY_LEN, "081804", at_us, step, &step), ==, -EACCES);
    check_int(one_time_code_check(key, KEY_LEN, "081804", at_us + 30 * INT64_C(1000000), 0, &step), ==, 0);
    check_int(one_time_code_check(key, KEY_LEN, "081804", at_us - 30 * INT64_C(1000000), 0, &step), ==, 0);
    check_int(one_time_code_check(key, KEY_LEN, "081804", at_us + 60 * INT64_C(1000000), 0, &step), ==, -EACCES);
    check_int(one_time_code_check(key, KEY_LEN, "81804", at_us, 0, &step), ==, -EACCES);
    check_int(one_time_code_check(key, KEY_LEN, "0818040", at_us, 0, &step), ==, -EACCES);
    check_int(one_time_code_check(key, KEY_LEN, "", at_us, 0, &step), ==, -EACCES);
}

int main(int argc, char **argv)
{
    return test_main(argc, argv);
}
