/* Timestamps: RFC 3339 5.8's examples, and days reckoned by hand or by date(1). */
#include "base/timestamp.h"

#include <errno.h>

#include "base/test.h"

static int64_t parsed(const char *text)
{
    int64_t us = -1;
    return timestamp_parse(text, strlen(text), &us) == 0 ? us : INT64_MIN;
}

TEST(moments_are_written_in_one_form)
{
    char text[TIMESTAMP_TEXT_MAX];
    check_str(timestamp_format(0, text), "1970-01-01T00:00:00.000000Z");
    check_str(timestamp_format(-1, text), "1969-12-31T23:59:59.999999Z");
    check_str(timestamp_format(1709164799123456, text), "2024-02-28T23:59:59.123456Z"); /* date -d @1709164799 -u */
    check_str(timestamp_format(1709164800000000, text), "2024-02-29T00:00:00.000000Z");
    check_str(timestamp_format(4107542400000000, text), "2100-03-01T00:00:00.000000Z"); /* 2100 has no leap day */
    check_str(timestamp_format(INT64_MAX, text), "9999-12-31T23:59:59.999999Z");
    check_str(timestamp_format(INT64_MIN, text), "0001-01-01T00:00:00.000000Z");
}

TEST(the_examples_of_rfc_3339)
{
    check_int(parsed("1985-04-12T23:20:50.52Z"), ==, 482196050520000);
    check_int(parsed("1996-12-19T16:39:57-08:00"), ==, parsed("1996-12-20T00:39:57Z"));
    check_int(parsed("1990-12-31T23:59:60Z"), ==, parsed("1990-12-31T23:59:59Z"));
    check_int(parsed("1990-12-31T15:59:60-08:00"), ==, parsed("1990-12-31T23:59:60Z"));
    check_int(parsed("1937-01-01T12:00:27.87+00:20"), ==, parsed("1937-01-01T11:40:27.87Z"));
    check_int(parsed("2026-11-22t06:00:00.1234569z"), ==, 1795327200123456);
}

TEST(what_is_no_moment_is_refused)
{
    static const char *const cases[] = {"", "2026", "2026-11-22", "2026-11-22T06:00:00", "2026-11-22T06:00Z", "2026-02-29T00:00:00Z",
                                        "2100-02-29T00:00:00Z", "2026-13-01T00:00:00Z", "2026-00-01T00:00:00Z", "2026-01-32T00:00:00Z",
                                        "2026-01-01T24:00:00Z", "2026-01-01T00:60:00Z", "2026-01-01T00:00:61Z", "2026-01-01T00:00:00.Z",
                                        "2026-01-01T00:00:00+24:00", "2026-01-01T00:00:00+0900", "2026-01-01T00:00:00ZZ",
                                        "0000-01-01T00:00:00Z", "+2026-01-01T00:00:00Z", "2026-1-01T00:00:00Z"};
    for (size_t i = 0; i < array_len(cases); i++)
        check_int(parsed(cases[i]), ==, INT64_MIN);
}

TEST(every_day_of_four_centuries_comes_back)
{
    char text[TIMESTAMP_TEXT_MAX];
    for (int64_t day = -100000; day < 60000; day += 7) {
        int64_t us = day * 86400 * 1000000 + 43200 * (int64_t)1000000 + 7;
        int64_t back = parsed(timestamp_format(us, text));
        if (back != us)
            check_int(back, ==, us);
    }
}

int main(int argc, char **argv)
{
    return test_main(argc, argv);
}
