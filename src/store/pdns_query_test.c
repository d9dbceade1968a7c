/* The SQL of the question about passive DNS, exactly. */
#include "store/pdns_query.h"

#include <errno.h>

#include "base/test.h"
#include "store/sql_text.h"

static char sql[SQL_TEXT_MAX];

#define HEAD                                                                                                            \
    "SELECT name, type, data, minMerge(first) AS time_first, maxMerge(last) AS time_last, sumMerge(seen) AS hits,"      \
    " maxMerge(ttl) AS max_ttl, maxMerge(verdict) AS last_verdict FROM pdns WHERE 1 = 1"
#define TAIL " GROUP BY name, type, data ORDER BY time_last DESC, name, type, data LIMIT 0, 50"

TEST(by_name_and_by_data)
{
    check_int(pdns_query(&(struct pdns_filter){.name = "Evil.Test.", .limit = 50}, sql, sizeof sql), ==, strlen(sql));
    check_str(sql, HEAD " AND (name = 'evil.test')" TAIL);
    check(sql_is_plain(sql));
    check_int(pdns_query(&(struct pdns_filter){.name = "test", .below = true, .limit = 50}, sql, sizeof sql), >, 0);
    check_str(sql, HEAD " AND (name = 'test' OR endsWith(name, '.test'))" TAIL);
    check_int(pdns_query(&(struct pdns_filter){.data = "a'b", .limit = 50}, sql, sizeof sql), >, 0);
    check_str(sql, HEAD " AND (data = 'a\\x27b' OR endsWith(data, ' a\\x27b'))" TAIL);
    check(sql_is_plain(sql));
    check_int(pdns_query(&(struct pdns_filter){.data = "x", .limit = 2, .offset = 4}, sql, sizeof sql), >, 0);
    check(strstr(sql, " LIMIT 4, 2") != NULL);
}

TEST(arguments_out_of_range_are_refused)
{
    static char text[3000];
    memset(text, 'x', sizeof text - 1);
    check_int(pdns_query(&(struct pdns_filter){.limit = 1}, sql, sizeof sql), ==, -EINVAL);
    check_int(pdns_query(&(struct pdns_filter){.name = "x"}, sql, sizeof sql), ==, -EINVAL);
    check_int(pdns_query(&(struct pdns_filter){.name = "x", .limit = 10001}, sql, sizeof sql), ==, -EINVAL);
    check_int(pdns_query(&(struct pdns_filter){.name = "x", .limit = 1, .offset = 1000001}, sql, sizeof sql), ==, -EINVAL);
    check_int(pdns_query(&(struct pdns_filter){.name = text, .limit = 1}, sql, sizeof sql), ==, -EINVAL);
    check_int(pdns_query(&(struct pdns_filter){.data = text, .limit = 1}, sql, sizeof sql), ==, -EINVAL);
    check_int(pdns_query(&(struct pdns_filter){.data = "", .limit = 1}, sql, sizeof sql), ==, -EINVAL);
    check_int(pdns_query(&(struct pdns_filter){.name = "", .limit = 1}, sql, sizeof sql), ==, -EINVAL);
}

int main(int argc, char **argv)
{
    return test_main(argc, argv);
}
