/* The SQL of each question, exactly, and what hostile names and quotes become. */
#include "store/dns_query.h"

#include <errno.h>

#include "base/test.h"
#include "store/sql_text.h"

static char sql[SQL_TEXT_MAX];

#define HEAD                                                                                              \
    "SELECT toUInt64(toUInt32(ts)) * 1000000 + us AS time_us, IPv6NumToString(client) AS client_ip,"      \
    " transport, name, qtype, rcode, action, verdict, line, list, latency_us, cached,"                    \
    " member, group, trigger, seq FROM (SELECT * FROM dns WHERE "
#define EVER "ts >= toDateTime(0) AND (ts > toDateTime(0) OR us >= 0)"
#define TAIL " ORDER BY ts DESC, us DESC, seq DESC LIMIT 50) ORDER BY ts, us, seq"

static const char *log_sql(const struct dns_log_filter *f)
{
    int n = dns_query_log(f, sql, sizeof sql);
    check_int(n, >, 0);
    check_int(n, ==, strlen(sql));
    check(sql_is_plain(sql));
    return sql;
}

TEST(a_log_without_filters_is_the_newest_rows_in_order)
{
    check_str(log_sql(&(struct dns_log_filter){.limit = 50}), HEAD EVER TAIL);
}

TEST(every_filter_narrows)
{
    struct addr client;
    check_int(addr_parse("192.0.2.1", &client), ==, 0);
    struct dns_log_filter f = {
        .client = &client,
        .name = "Example.COM.",
        .below = true,
        .actions = DNS_ACTION_BIT(DNS_ACTION_NXDOMAIN) | DNS_ACTION_BIT(DNS_ACTION_TRUNCATE),
        .since_us = 1700000000000007,
        .limit = 50,
    };
    check_str(log_sql(&f),
              HEAD "ts >= toDateTime(1700000000) AND (ts > toDateTime(1700000000) OR us >= 7)"
                   " AND client = toFixedString(unhex('00000000000000000000FFFFC0000201'), 16)"
                   " AND action IN (2, 7)"
                   " AND (name = 'example.com' OR endsWith(name, '.example.com'))" TAIL);
    f.below = false;
    f.client = NULL;
    f.actions = 0;
    f.since_us = 0;
    check_str(log_sql(&f), HEAD EVER " AND (name = 'example.com')" TAIL);
}

TEST(following_goes_on_after_a_row_in_the_order_of_arrival)
{
    /* 1700000000000007 is an hour after 1699996400000007. */
    struct dns_log_filter f = {.after_seq = 1700000000000007, .since_us = 5, .limit = 2};
    check_str(log_sql(&f), HEAD "ts >= toDateTime(1699996400) AND (ts > toDateTime(1699996400) OR us >= 7)"
                                " AND seq > 1700000000000007 ORDER BY seq LIMIT 2) ORDER BY seq");
    f = (struct dns_log_filter){.after_seq = 1, .limit = 2};
    check_str(log_sql(&f), HEAD EVER " AND seq > 1 ORDER BY seq LIMIT 2) ORDER BY seq");
}

TEST(members_groups_and_two_forms_of_a_client)
{
    struct addr client, cut;
    check_int(addr_parse("192.0.2.1", &client), ==, 0);
    check_int(addr_parse("192.0.2.0", &cut), ==, 0);
    struct dns_log_filter f = {
        .client = &client, .client_too = &cut, .member = "city 'x'", .group = "school", .limit = 50};
    check_str(log_sql(&f), HEAD EVER " AND (client = toFixedString(unhex('00000000000000000000FFFFC0000201'), 16)"
                                     " OR client = toFixedString(unhex('00000000000000000000FFFFC0000200'), 16))"
                                     " AND member = 'city \\x27x\\x27' AND group = 'school'" TAIL);
    static char label[200];
    memset(label, 'm', sizeof label - 1);
    f.member = label;
    check_int(dns_query_log(&f, sql, sizeof sql), ==, -EINVAL);
    f.member = NULL;
    f.group = label;
    check_int(dns_query_log(&f, sql, sizeof sql), ==, -EINVAL);
    check_int(dns_query_top(DNS_TOP_NAMES, 0, label, 5, sql, sizeof sql), ==, -EINVAL);
}

TEST(the_root_is_a_name_and_everything_is_below_it)
{
    struct dns_log_filter f = {.name = ".", .limit = 50};
    check_str(log_sql(&f), HEAD EVER " AND (name = '.')" TAIL);
    f.below = true;
    check_str(log_sql(&f), HEAD EVER TAIL);
}

TEST(hostile_names_stay_inside_their_literal)
{
    static const struct {
        const char *name, *literal;
    } cases[] = {
        {"' OR 1=1 --", "'\\x27 or 1=1 --'"},
        {"\\", "'\\x5C'"},
        {"\\'", "'\\x5C\\x27'"},
        {"a\\046b.test", "'a\\x5C046b.test'"},
        {"a\nb\tc\x01", "'a\\x0Ab\\x09c\\x01'"},
        {"\xe7\x81\xab", "'\\xE7\\x81\\xAB'"},
        {"%s%n{x:String};", "'%s%n{x:string};'"},
        {"\"`--/**/", "'\"`--/**/'"},
    };
    for (size_t i = 0; i < array_len(cases); i++) {
        char want[1024];
        snprintf(want, sizeof want, HEAD EVER " AND (name = %s)" TAIL, cases[i].literal);
        check_str(log_sql(&(struct dns_log_filter){.name = cases[i].name, .limit = 50}), want);
    }
}

TEST(the_longest_name_fits_and_a_longer_one_is_refused)
{
    static char name[2000];
    memset(name, '\\', 1020);
    struct dns_log_filter f = {.name = name, .below = true, .limit = 50};
    check_int(dns_query_log(&f, sql, sizeof sql), >, 8000);
    check_int(dns_query_log(&f, sql, 4000), ==, -E2BIG);
    name[1020] = '\\';
    check_int(dns_query_log(&f, sql, sizeof sql), ==, -EINVAL);
    memset(name, 'a', sizeof name - 1);
    check_int(dns_query_log(&f, sql, sizeof sql), ==, -EINVAL);
    f.name = "";
    check_int(dns_query_log(&f, sql, sizeof sql), ==, -EINVAL);
}

TEST(arguments_out_of_range_are_refused)
{
    check_int(dns_query_log(&(struct dns_log_filter){.limit = 0}, sql, sizeof sql), ==, -EINVAL);
    check_int(dns_query_log(&(struct dns_log_filter){.limit = 10001}, sql, sizeof sql), ==, -EINVAL);
    check_int(dns_query_log(&(struct dns_log_filter){.limit = 1, .since_us = -1}, sql, sizeof sql), ==, -EINVAL);
    check_int(dns_query_log(&(struct dns_log_filter){.limit = 1, .after_seq = UINT64_MAX}, sql, sizeof sql), ==, -EINVAL);
    check_int(dns_query_log(&(struct dns_log_filter){.limit = 1, .actions = 1u << 9}, sql, sizeof sql), ==, -EINVAL);
    check_int(dns_query_top(DNS_TOP_COUNT, 0, NULL, 5, sql, sizeof sql), ==, -EINVAL);
    check_int(dns_query_top(DNS_TOP_NAMES, 0, NULL, 0, sql, sizeof sql), ==, -EINVAL);
    check_int(dns_query_top(DNS_TOP_NAMES, INT64_MAX, NULL, 5, sql, sizeof sql), ==, -EINVAL);
}

TEST(top_tables)
{
    check_int(dns_query_top(DNS_TOP_BLOCKED, 0, NULL, 5, sql, sizeof sql), >, 0);
    check_str(sql, "SELECT name, count() AS hits, uniq(client) AS clients, toUInt32(max(ts)) AS last_s,"
                   " argMax(verdict, ts) AS last_verdict, argMax(list, ts) AS last_list FROM dns"
                   " WHERE " EVER " AND action IN (2, 3, 4, 6) GROUP BY name ORDER BY hits DESC, name LIMIT 5");
    check_int(dns_query_top(DNS_TOP_CLIENTS, 0, NULL, 5, sql, sizeof sql), >, 0);
    check_str(sql, "SELECT IPv6NumToString(client) AS client_ip, count() AS hits,"
                   " countIf(action IN (2, 3, 4, 6)) AS blocked, toUInt32(max(ts)) AS last_s FROM dns"
                   " WHERE " EVER " GROUP BY client ORDER BY hits DESC, client LIMIT 5");
    check_int(dns_query_top(DNS_TOP_OBSERVED, 0, "city", 5, sql, sizeof sql), >, 0);
    check_str(sql, "SELECT name, count() AS hits, uniq(client) AS clients, toUInt32(max(ts)) AS last_s,"
                   " argMax(verdict, ts) AS last_verdict, argMax(list, ts) AS last_list FROM dns"
                   " WHERE " EVER " AND action IN (8) AND member = 'city' GROUP BY name ORDER BY hits DESC, name LIMIT 5");
    check_int(dns_query_top(DNS_TOP_GROUPS, 0, NULL, 5, sql, sizeof sql), >, 0);
    check_str(sql, "SELECT group, member, count() AS hits, countIf(action IN (2, 3, 4, 6)) AS blocked,"
                   " uniq(client) AS clients, toUInt32(max(ts)) AS last_s FROM dns"
                   " WHERE " EVER " GROUP BY group, member ORDER BY hits DESC, group, member LIMIT 5");
}

TEST(counts)
{
    check_int(dns_query_counts(0, sql, sizeof sql), >, 0);
    check_str(sql, "SELECT count() AS queries, countIf(action IN (2, 3, 4, 6)) AS blocked, uniq(client) AS clients,"
                   " toUInt32(min(ts)) AS oldest_s, toUInt32(max(ts)) AS newest_s FROM dns WHERE " EVER);
}

TEST(statements_of_another_kind_are_told_from_ours)
{
    static const char *const other[] = {
        "",
        "SELECT 1 INTO OUTFILE '/tmp/x'",
        "SELECT 1 into/**/outfile '/tmp/x'",
        "SELECT 1 INTO\nOUTFILE '/tmp/x'",
        "SELECT '\\\\' INTO OUTFILE 'x'",
        "SELECT /* ' */ 1",
        "SELECT 1 -- '",
        "SELECT 1; SELECT 2",
        "SELECT \"a\"",
        "SELECT `a`",
        "SELECT $$'$$",
        "SELECT 'open",
        "SELECT 'open\\",
    };
    for (size_t i = 0; i < array_len(other); i++)
        if (sql_is_plain(other[i])) {
            printf("# taken for ours: %s\n", other[i]);
            check(false);
        }
    check(sql_is_plain("SELECT 'into outfile; -- /* \\x27' FROM outfiles"));
    check(sql_is_plain("SELECT '\\' INTO OUTFILE '"));
}

TEST(days_are_kept_by_the_utc_calendar)
{
    check_int(dns_query_day_kept(1709251199000000, 0), ==, 20240229); /* 2024-02-29 23:59:59 */
    check_int(dns_query_day_kept(1709251200000000, 1), ==, 20240229); /* 2024-03-01 00:00:00 */
    check_int(dns_query_day_kept(1704067200000000, 30), ==, 20231202);
}

TEST(partitions_are_dropped_by_number_only)
{
    check_int(dns_query_old_partitions("dns", 20240229, sql, sizeof sql), >, 0);
    check_str(sql, "SELECT DISTINCT partition FROM system.parts WHERE active AND database = currentDatabase()"
                   " AND table = 'dns' AND partition < '20240229' ORDER BY partition");
    check_int(dns_query_drop_partition("dns", "20240228", sql, sizeof sql), >, 0);
    check_str(sql, "ALTER TABLE dns DROP PARTITION 20240228");
    check_int(dns_query_drop_partition("dns", "2024022", sql, sizeof sql), ==, -EINVAL);
    check_int(dns_query_drop_partition("dns", "2024022'", sql, sizeof sql), ==, -EINVAL);
    check_int(dns_query_drop_partition("dns; x", "20240228", sql, sizeof sql), ==, -EINVAL);
    check_int(dns_query_old_partitions("", 20240229, sql, sizeof sql), ==, -EINVAL);
    check_int(dns_query_old_partitions("dns", 7, sql, sizeof sql), ==, -EINVAL);
}

int main(int argc, char **argv)
{
    return test_main(argc, argv);
}
