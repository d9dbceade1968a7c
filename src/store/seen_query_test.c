/* Looking back: names turned about, and statements as they are to be. */
#include "store/seen_query.h"

#include <errno.h>
#include <string.h>

#include "base/test.h"

TEST(a_name_is_turned_about)
{
    char name[SEEN_NAME_MAX], longest[SEEN_NAME_MAX + 1];
    check_int(seen_name("www.example.com", name), ==, 0);
    check_str(name, "com.example.www.");
    check_int(seen_name("com.", name), ==, 0);
    check_str(name, "com.");
    check_int(seen_name("", name), ==, -EINVAL);
    check_int(seen_name(".", name), ==, -EINVAL);
    check_int(seen_name("a..b", name), ==, -EINVAL);
    memset(longest, 'a', sizeof longest);
    longest[SEEN_NAME_MAX - 1] = '\0';
    check_int(seen_name(longest, name), ==, -ENAMETOOLONG);
    longest[SEEN_NAME_MAX - 2] = '\0';
    check_int(seen_name(longest, name), ==, 0);
}

TEST(what_is_below_is_a_range_of_the_key)
{
    static const struct seen_wanted wanted[] = {{"com.evil.", true}, {"com.o'k.www.", false}};
    char sql[4096];
    check(seen_query_ranges(wanted, 2, 20261101, sql, sizeof sql) > 0);
    check(strstr(sql, "(name >= 'com.evil.' AND name < 'com.evil/')") != NULL);
    check(strstr(sql, "name = 'com.o\\x27k.www.'") != NULL);
    check(strstr(sql, "toYYYYMMDD(day) >= 20261101") != NULL);
    check_int(seen_query_ranges(wanted, 0, 20261101, sql, sizeof sql), ==, -EINVAL);
    check_int(seen_query_ranges(wanted, 2, 1, sql, sizeof sql), ==, -EINVAL);
    check_int(seen_query_ranges(wanted, 2, 20261101, sql, 60), ==, -E2BIG);
}

TEST(a_set_is_of_one_day_and_of_the_first_labels)
{
    static const struct seen_wanted wanted[] = {{"com.evil.", true}, {"com.good.www.", false}, {"jp.co.bad.", true}, {"jp.co.bad.x.y.", true}},
                                    no_dot[] = {{"com", true}};
    char sql[8192];
    check(seen_query_set(wanted, 4, 20261101, sql, sizeof sql) > 0);
    check(strstr(sql, "p IN ('com.evil.','jp.co.bad.','jp.co.bad.x.y.')") != NULL);
    check(strstr(sql, "p IN ('com.good.www.')") != NULL);
    check(strstr(sql, "top2 IN ('com.evil.') OR top3 IN ('com.good.www.','jp.co.bad.')") != NULL);
    check(strstr(sql, "= 20261101") != NULL);
    check_int(seen_query_set(no_dot, 1, 20261101, sql, sizeof sql), ==, -EINVAL);
}

TEST(names_are_counted_once_each)
{
    static const struct seen_wanted wanted[] = {{"com.evil.", true}, {"com.good.www.", false}};
    char sql[8192];
    check(seen_query_names(wanted, 2, 20261101, 500, sql, sizeof sql) > 0);
    check(strstr(sql, "top2 IN ('com.evil.') OR top3 IN ('com.good.www.')") != NULL);
    check(strstr(sql, "name IN ('com.good.www.') OR arrayExists(p -> p IN ('com.evil.')") != NULL);
    check(strstr(sql, ">= 20261101") != NULL && strstr(sql, "LIMIT 500") != NULL);
    check_int(seen_query_names(wanted, 2, 20261101, 0, sql, sizeof sql), ==, -EINVAL);
    check_int(seen_query_names(wanted, 0, 20261101, 5, sql, sizeof sql), ==, -EINVAL);
}

int main(int argc, char **argv)
{
    return test_main(argc, argv);
}
