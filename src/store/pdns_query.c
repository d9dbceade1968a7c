/* Writes the SQL for the question about passive DNS. */
#include "store/pdns_query.h"

#include <errno.h>
#include <string.h>

#include "store/pdns_rows.h"
#include "store/sql_name.h"
#include "store/sql_text.h"

static int add_data(struct sql *s, const char *data)
{
    char behind[PDNS_ROWS_DATA_MAX / 4 + 2] = " ";
    size_t len = strnlen(data, sizeof behind);
    if (len == 0 || len >= sizeof behind - 1)
        return -EINVAL;
    memcpy(behind + 1, data, len + 1);
    sql_add(s, " AND (data = ");
    sql_literal(s, data);
    sql_add(s, " OR endsWith(data, ");
    sql_literal(s, behind);
    sql_add(s, "))");
    return 0;
}

int pdns_query(const struct pdns_filter *f, char *sql, size_t max)
{
    if (f->limit < 1 || f->limit > PDNS_QUERY_ROWS_MAX || f->offset > PDNS_QUERY_OFFSET_MAX || (!f->name && !f->data))
        return -EINVAL;
    struct sql s = sql_of(sql, max);
    sql_add(&s, "SELECT name, type, data, minMerge(first) AS time_first, maxMerge(last) AS time_last, sumMerge(seen) AS hits,"
                " maxMerge(ttl) AS max_ttl, maxMerge(verdict) AS last_verdict FROM pdns WHERE 1 = 1");
    int e = f->name ? sql_add_name(&s, f->name, f->below) : 0;
    if (e == 0 && f->data)
        e = add_data(&s, f->data);
    if (e < 0)
        return e;
    sql_add(&s, " GROUP BY name, type, data ORDER BY time_last DESC, name, type, data LIMIT %u, %u", f->offset, f->limit);
    return sql_finish(&s);
}
