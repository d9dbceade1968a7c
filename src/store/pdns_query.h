/* Builds the question that is asked of the table `pdns`: which data a name had, or which names had the data.
 *
 * As dns_query.h: pure text, -EINVAL when an argument is out of range, -E2BIG when the buffer is too small.
 */
#ifndef HINOMI_STORE_PDNS_QUERY_H
#define HINOMI_STORE_PDNS_QUERY_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/attr.h"

enum { PDNS_QUERY_ROWS_MAX = 10000, PDNS_QUERY_OFFSET_MAX = 1000000 };

struct pdns_filter {
    const char *name; /* of the owner, as an operator types it; NULL: any */
    bool below;       /* also every name under it */
    const char *data; /* as text, exactly, or what stands behind a number in it (the name of an MX); NULL: any */
    uint32_t limit;   /* 1..PDNS_QUERY_ROWS_MAX */
    uint32_t offset;  /* rows of earlier pages, 0..PDNS_QUERY_OFFSET_MAX */
};

/* Latest seen first: name type data time_first time_last hits max_ttl last_verdict. Times in seconds. */
int pdns_query(const struct pdns_filter *f, char *sql, size_t max) must_check;

#endif
