/* Builds the questions that look back over the table `seen`: which names of a set, or below them, were asked for, when and by whom.
 *
 * Names are as the table has them: labels from the top down with a dot behind each (seen_name).
 */
#ifndef HINOMI_STORE_SEEN_QUERY_H
#define HINOMI_STORE_SEEN_QUERY_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/attr.h"

enum {
    SEEN_NAME_MAX = 1024,       /* with the terminator, escapes included */
    SEEN_RANGE_NAMES_MAX = 16,  /* asked for by ranges of the primary key */
    SEEN_SET_NAMES_MAX = 10000, /* looked for in one pass over a day, which costs the same for few and for many */
    SEEN_QUERY_MAX = 2 << 20,   /* octets of a statement; a server takes 256 KiB unless its max_query_size is raised, as engine.c does */
};

struct seen_wanted {
    const char *name; /* "com.example.www." */
    bool below;       /* and what is below it */
};

/* "www.example.com" becomes "com.example.www."; -ENAMETOOLONG, -EINVAL. */
int seen_name(const char *name, char ret_name[SEEN_NAME_MAX]) must_check;

/* Rows {"wanted": name, "member", "first", "last", "hits"} (seconds) of the days from that one on (YYYYMMDD). The statement's length;
 * -E2BIG: it does not fit, ask for fewer; -EINVAL. */
int seen_query_ranges(const struct seen_wanted *wanted, unsigned count, uint32_t from_day, char *sql, size_t max) must_check;
/* The same for many, of one day; sorted names make the shortest statement. */
int seen_query_set(const struct seen_wanted *wanted, unsigned count, uint32_t day, char *sql, size_t max) must_check;
/* Rows {"name": as the table has it, "count"} of what was asked for of the set since that day, each name once, the most asked first, `limit`
 * at most. As seen_query_set. */
int seen_query_names(const struct seen_wanted *wanted, unsigned count, uint32_t from_day, uint32_t limit, char *sql, size_t max) must_check;
/* What was asked for since that day in the order of names, a page of `rows` stored rows: Rows {"name", "member", "count", "rows"}, the last adding up
 * to `rows` when there is more, and then the page's last name may not be whole. from: the name with which it begins, or behind which; "": the
 * first. -EINVAL, -E2BIG. */
int seen_query_page(const char *from, bool behind, uint32_t from_day, uint32_t rows, char *sql, size_t max) must_check;
/* Rows as of seen_query_ranges, of addresses (as RFC 5952 has them) that stood in answers, as far as these are kept (table pdns); the member is not known there. */
int seen_query_addresses(const char *const *addresses, unsigned count, char *sql, size_t max) must_check;
/* The same of prefixes ("192.0.2.0/24", "2001:db8::/32"): {"wanted": the prefix as given, ...} of all addresses in it. -EINVAL also for one that
 * is none; -ENOMEM. */
int seen_query_prefixes(const char *const *prefixes, unsigned count, char *sql, size_t max) must_check;
/* Rows {"day": "YYYYMMDD"} of what is there. */
int seen_query_days(char *sql, size_t max) must_check;

#endif
