/* Writes the SQL for questions about DNS answers. */
#include "store/dns_query.h"

#include <errno.h>
#include <string.h>
#include <time.h>

#include "store/dns_rows.h"
#include "store/sql_name.h"
#include "store/sql_text.h"

static void add_actions(struct sql *s, uint32_t actions)
{
    const char *separator = "action IN (";
    for (unsigned action = 0; action < DNS_ACTION_COUNT; action++)
        if (actions & DNS_ACTION_BIT(action)) {
            sql_add(s, "%s%u", separator, action);
            separator = ", ";
        }
    sql_add(s, ")");
}

/* Seconds go first: they are what partitions and the sort key are made of. */
static void add_since(struct sql *s, int64_t us)
{
    sql_add(s, "ts >= toDateTime(%lld) AND (ts > toDateTime(%lld) OR us >= %lld)", (long long)(us / 1000000),
            (long long)(us / 1000000), (long long)(us % 1000000));
}

static bool time_valid(int64_t us)
{
    return us >= 0 && us / 1000000 <= UINT32_MAX;
}

static void add_client(struct sql *s, const struct addr *client, const struct addr *client_too)
{
    sql_add(s, client_too ? " AND (client = " : " AND client = ");
    sql_fixed(s, client->bytes, sizeof client->bytes);
    if (client_too) {
        sql_add(s, " OR client = ");
        sql_fixed(s, client_too->bytes, sizeof client_too->bytes);
        sql_add(s, ")");
    }
}

static void add_label(struct sql *s, const char *column, const char *label)
{
    if (!label)
        return;
    sql_add(s, " AND %s = ", column);
    sql_literal(s, label);
}

static bool label_valid(const char *label)
{
    return !label || strnlen(label, DNS_ROWS_LABEL_MAX + 1) <= DNS_ROWS_LABEL_MAX;
}

/* A row's number is not below the microsecond at which it was taken in. So what is older than this when it is taken in is
 * not followed, and the partitions before need not be looked at. */
#define TAKEN_WITHIN_US 3600000000

static int64_t oldest_after(uint64_t seq)
{
    return seq > TAKEN_WITHIN_US ? (int64_t)(seq - TAKEN_WITHIN_US) : 0;
}

int dns_query_log(const struct dns_log_filter *f, char *sql, size_t max)
{
    if (f->limit < 1 || f->limit > DNS_QUERY_ROWS_MAX || !time_valid(f->since_us) || f->after_seq > INT64_MAX ||
        !time_valid(oldest_after(f->after_seq)) || f->actions >> DNS_ACTION_COUNT || !label_valid(f->member) ||
        !label_valid(f->group))
        return -EINVAL;
    struct sql s = sql_of(sql, max);
    sql_add(&s, "SELECT toUInt64(toUInt32(ts)) * 1000000 + us AS time_us, IPv6NumToString(client) AS client_ip,"
                " transport, name, qtype, rcode, action, verdict, line, list, latency_us, cached,"
                " member, group, trigger, seq FROM (SELECT * FROM dns WHERE ");
    int64_t oldest_us = oldest_after(f->after_seq);
    add_since(&s, f->since_us > oldest_us ? f->since_us : oldest_us);
    if (f->after_seq > 0)
        sql_add(&s, " AND seq > %llu", (unsigned long long)f->after_seq);
    if (f->client)
        add_client(&s, f->client, f->client_too);
    add_label(&s, "member", f->member);
    add_label(&s, "group", f->group);
    if (f->actions) {
        sql_add(&s, " AND ");
        add_actions(&s, f->actions);
    }
    int r = f->name ? sql_add_name(&s, f->name, f->below) : 0;
    if (r < 0)
        return r;
    sql_add(&s, f->after_seq > 0 ? " ORDER BY seq LIMIT %u) ORDER BY seq" : " ORDER BY ts DESC, us DESC, seq DESC LIMIT %u)"
                " ORDER BY ts, us, seq", f->limit);
    return sql_finish(&s);
}

#define WITH_VERDICT                                                                   \
    "name, count() AS hits, uniq(client) AS clients, toUInt32(max(ts)) AS last_s,"     \
    " argMax(verdict, ts) AS last_verdict, argMax(list, ts) AS last_list"

static const struct {
    const char *columns; /* % stands for "was blocked" */
    const char *key;
    uint32_t actions; /* 0: any */
} tops[] = {
    [DNS_TOP_BLOCKED] = {WITH_VERDICT, "name", DNS_ACTIONS_BLOCKED},
    [DNS_TOP_OBSERVED] = {WITH_VERDICT, "name", DNS_ACTION_BIT(DNS_ACTION_OBSERVE)},
    [DNS_TOP_NAMES] = {"name, count() AS hits, uniq(client) AS clients, toUInt32(max(ts)) AS last_s", "name", 0},
    [DNS_TOP_CLIENTS] = {"IPv6NumToString(client) AS client_ip, count() AS hits, countIf(%) AS blocked,"
                         " toUInt32(max(ts)) AS last_s", "client", 0},
    [DNS_TOP_MEMBERS] = {"member, count() AS hits, countIf(%) AS blocked, uniq(client) AS clients,"
                         " toUInt32(max(ts)) AS last_s", "member", 0},
    [DNS_TOP_GROUPS] = {"group, member, count() AS hits, countIf(%) AS blocked, uniq(client) AS clients,"
                        " toUInt32(max(ts)) AS last_s", "group, member", 0},
};
_Static_assert(array_len(tops) == DNS_TOP_COUNT, "columns for each table");

/* Adds the columns with % standing for "was blocked". */
static void add_columns(struct sql *s, const char *columns)
{
    const char *mark = strchr(columns, '%');
    if (!mark) {
        sql_add(s, "%s", columns);
        return;
    }
    sql_add(s, "%.*s", (int)(mark - columns), columns);
    add_actions(s, DNS_ACTIONS_BLOCKED);
    sql_add(s, "%s", mark + 1);
}

int dns_query_top(enum dns_top what, int64_t since_us, const char *member, uint32_t limit, char *sql, size_t max)
{
    if ((unsigned)what >= DNS_TOP_COUNT || limit < 1 || limit > DNS_QUERY_ROWS_MAX || !time_valid(since_us) ||
        !label_valid(member))
        return -EINVAL;
    struct sql s = sql_of(sql, max);
    sql_add(&s, "SELECT ");
    add_columns(&s, tops[what].columns);
    sql_add(&s, " FROM dns WHERE ");
    add_since(&s, since_us);
    if (tops[what].actions) {
        sql_add(&s, " AND ");
        add_actions(&s, tops[what].actions);
    }
    add_label(&s, "member", member);
    sql_add(&s, " GROUP BY %s ORDER BY hits DESC, %s LIMIT %u", tops[what].key, tops[what].key, limit);
    return sql_finish(&s);
}

int dns_query_series(int64_t since_us, uint32_t step_s, const char *member, char *sql, size_t max)
{
    if (step_s < 1 || step_s > 86400 || !time_valid(since_us) || !label_valid(member))
        return -EINVAL;
    struct sql s = sql_of(sql, max);
    sql_add(&s, "SELECT intDiv(toUInt32(ts), %u) * %u AS at_s, count() AS queries, ", step_s, step_s);
    add_columns(&s, "countIf(%) AS blocked, countIf(");
    add_actions(&s, DNS_ACTION_BIT(DNS_ACTION_OBSERVE));
    sql_add(&s, ") AS observed, uniq(client) AS clients FROM dns WHERE ");
    add_since(&s, since_us);
    add_label(&s, "member", member);
    sql_add(&s, " GROUP BY at_s ORDER BY at_s DESC LIMIT %u", DNS_QUERY_ROWS_MAX);
    return sql_finish(&s);
}

int dns_query_counts(int64_t since_us, char *sql, size_t max)
{
    if (!time_valid(since_us))
        return -EINVAL;
    struct sql s = sql_of(sql, max);
    sql_add(&s, "SELECT count() AS queries, ");
    add_columns(&s, "countIf(%) AS blocked, uniq(client) AS clients,"
                    " toUInt32(min(ts)) AS oldest_s, toUInt32(max(ts)) AS newest_s FROM dns WHERE ");
    add_since(&s, since_us);
    return sql_finish(&s);
}

uint32_t dns_query_day_kept(int64_t now_us, unsigned days)
{
    time_t t = (time_t)(now_us / 1000000) - (time_t)days * 86400;
    struct tm tm;
    gmtime_r(&t, &tm);
    return (uint32_t)((tm.tm_year + 1900) * 10000 + (tm.tm_mon + 1) * 100 + tm.tm_mday);
}

static bool identifier_valid(const char *name)
{
    return *name && strspn(name, "abcdefghijklmnopqrstuvwxyz_0123456789") == strlen(name);
}

int dns_query_old_partitions(const char *table, uint32_t day_kept, char *sql, size_t max)
{
    if (!identifier_valid(table) || day_kept < 19700101 || day_kept > 99991231)
        return -EINVAL;
    struct sql s = sql_of(sql, max);
    sql_add(&s, "SELECT DISTINCT partition FROM system.parts"
                " WHERE active AND database = currentDatabase() AND table = ");
    sql_literal(&s, table);
    sql_add(&s, " AND partition < '%08u' ORDER BY partition", day_kept);
    return sql_finish(&s);
}

int dns_query_drop_partition(const char *table, const char *partition, char *sql, size_t max)
{
    if (!identifier_valid(table) || strlen(partition) != 8 || strspn(partition, "0123456789") != 8)
        return -EINVAL;
    struct sql s = sql_of(sql, max);
    sql_add(&s, "ALTER TABLE %s DROP PARTITION %s", table, partition);
    return sql_finish(&s);
}
