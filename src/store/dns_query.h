/* Builds the questions that are asked of the table `dns`: the log, the top tables, the counts, and its retention.
 *
 * Pure text in, text out. Each function writes one statement into `sql` (SQL_TEXT_MAX bytes suffice) and returns its
 * length; -EINVAL when an argument is out of range, -E2BIG when the buffer is too small. Results are JSONEachRow, one
 * object a line; the keys are named with each function. Times are microseconds since 1970-01-01 UTC.
 */
#ifndef HINOMI_STORE_DNS_QUERY_H
#define HINOMI_STORE_DNS_QUERY_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/addr.h"
#include "base/attr.h"
#include "model/observation.h"

enum { DNS_QUERY_ROWS_MAX = 10000 }; /* in one answer; more is asked for in pages with after_seq */

/* Sets of enum dns_action, as bits. */
#define DNS_ACTION_BIT(action) (1u << (action))
/* "Blocked": the client did not get what the name's owner publishes. */
#define DNS_ACTIONS_BLOCKED                                                                \
    (DNS_ACTION_BIT(DNS_ACTION_NXDOMAIN) | DNS_ACTION_BIT(DNS_ACTION_NODATA) |             \
     DNS_ACTION_BIT(DNS_ACTION_LOCAL_DATA) | DNS_ACTION_BIT(DNS_ACTION_DROP))

struct dns_log_filter {
    const struct addr *client; /* NULL: any */
    const struct addr *client_too; /* or this one; NULL: only the one above */
    const char *member, *group; /* exactly; NULL: any */
    const char *name;          /* as an operator types it, any case, final dot or not; NULL: any */
    bool below;                /* also every name under it */
    uint32_t actions;          /* DNS_ACTION_BIT(...)s; 0: any */
    int64_t since_us;          /* at or after; 0: from the beginning */
    uint64_t after_seq;        /* follow: taken in after that row, the oldest first; 0: the newest `limit` rows */
    uint32_t limit;            /* 1..DNS_QUERY_ROWS_MAX */
};

/* Newest last: time_us client_ip transport name qtype rcode action verdict line list latency_us cached member group
 * trigger seq. */
int dns_query_log(const struct dns_log_filter *f, char *sql, size_t max) must_check;

enum dns_top {
    DNS_TOP_BLOCKED, /* name, hits, clients, last_s, last_verdict, last_list: of the newest hit */
    DNS_TOP_NAMES,   /* name, hits, clients, last_s */
    DNS_TOP_OBSERVED, /* as DNS_TOP_BLOCKED: what rules that only observe would have blocked */
    DNS_TOP_CLIENTS, /* client_ip, hits, blocked, last_s */
    DNS_TOP_MEMBERS, /* member, hits, blocked, clients, last_s; those without a member have "" */
    DNS_TOP_GROUPS,  /* group, member, hits, blocked, clients, last_s */
    DNS_TOP_COUNT
};

/* Most hits first. member NULL: of all. */
int dns_query_top(enum dns_top what, int64_t since_us, const char *member, uint32_t limit, char *sql, size_t max)
    must_check;

/* Points in time, each of step_s (1..86400) seconds: at_s, queries, blocked, observed, clients. Those without a query are missing. member
 * NULL: of all. At most DNS_QUERY_ROWS_MAX, the newest last. */
int dns_query_series(int64_t since_us, uint32_t step_s, const char *member, char *sql, size_t max) must_check;

/* One row: queries, blocked, clients, oldest_s, newest_s; counts since that time. */
int dns_query_counts(int64_t since_us, char *sql, size_t max) must_check;

/* The first day that is kept when `days` whole days before today are, as the partition number YYYYMMDD (UTC). */
uint32_t dns_query_day_kept(int64_t now_us, unsigned days);
/* One row for each partition of `table` older than that day: partition. */
int dns_query_old_partitions(const char *table, uint32_t day_kept, char *sql, size_t max) must_check;
/* -EINVAL unless the partition is eight digits. */
int dns_query_drop_partition(const char *table, const char *partition, char *sql, size_t max) must_check;

#endif
