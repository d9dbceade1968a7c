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

TEST(a_top_level_domain_is_found_by_its_only_label)
{
    static const struct seen_wanted wanted[] = {{"com.evil.", true}, {"zip.", true}};
    char sql[8192];
    check(seen_query_set(wanted, 2, 20261101, sql, sizeof sql) > 0);
    check(strstr(sql, "substring(name, 1, position(name, '.')) IN ('zip.') OR top2 IN ('com.evil.')") != NULL);
    check(seen_query_set(wanted, 1, 20261101, sql, sizeof sql) > 0);
    check(strstr(sql, "position(") == NULL);
}

TEST(prefixes_become_the_digits_that_their_addresses_begin_with)
{
    static const char *const odd[] = {"10.1.8.0/21", "10.1.9.0/24"}, *const both[] = {"2001:db8::/32", "::/0", "10.0.0.0/8"},
                            *const none[] = {"10.0.0.0/8", "example.com"},
                            *const zeros[] = {"2001:0:0:1::/64", "2001:db8::/46", "fe80:1:2:3:4:5:6:6/127"};
    char sql[8192];
    check(seen_query_prefixes(odd, 2, sql, sizeof sql) > 0);
    /* 10.1.8.0/21 is 10.1.8 to 10.1.15; 0A 01 08 to 0A 01 0F after ::ffff: (24 digits) */
    check(strstr(sql, "splitByChar(',', '00000000000000000000FFFF0A0108/117,00000000000000000000FFFF0A0109/117,") != NULL);
    check(strstr(sql, ",00000000000000000000FFFF0A010F/117,00000000000000000000FFFF0A0109/120')") != NULL);
    check(strstr(sql, "array(concat(substring(digits, 1, 30), '/117'), concat(substring(digits, 1, 30), '/120'))") != NULL);
    check(strstr(sql, "type IN (1) AND (data LIKE '10.1.%' OR data LIKE '10.1.9.%'))") != NULL);
    check(seen_query_prefixes(both, 3, sql, sizeof sql) > 0);
    check(strstr(sql, "'20010DB8/32,/0,00000000000000000000FFFF0A/104'), splitByChar(',', '2001:db8::/32,::/0,10.0.0.0/8')") != NULL);
    check(strstr(sql, "type IN (1, 28))") != NULL); /* everything has no beginning */
    check(seen_query_prefixes(zeros, 3, sql, sizeof sql) > 0);
    check(strstr(sql, "type IN (28) AND (data LIKE '2001:%' OR data LIKE '2001:db8:%' OR data LIKE 'fe80:1:2:3:4:5:6:%'))") != NULL);
    check_int(seen_query_prefixes(none, 2, sql, sizeof sql), ==, -EINVAL);
    check_int(seen_query_prefixes(odd, 0, sql, sizeof sql), ==, -EINVAL);
    check_int(seen_query_prefixes(odd, 2, sql, 100), ==, -E2BIG);
}

int main(int argc, char **argv)
{
    return test_main(argc, argv);
}
