/* Turns records of answers into the columns of the table `pdns`. */
#include "store/pdns_rows.h"

#include <errno.h>
#include <stdlib.h>

#include "base/writer.h"
#include "store/dns_rows.h"

/* States of aggregate functions as the engine writes them: min and max have an octet 1 and the value, sum the value alone;
 * little-endian. */
enum { EXTREME_LEN = 1 + 4, SUM_LEN = 8, DAY_S = 86400 };

struct pdns_rows {
    size_t count;
    struct writer names, datas;
    uint16_t *day, *type;
    uint32_t *seen_s, *ttl, *verdict;
};

int pdns_rows_new(struct pdns_rows **ret_rows)
{
    struct pdns_rows *rows = calloc(1, sizeof *rows);
    if (!rows)
        return -ENOMEM;
    rows->names = writer_of(malloc(PDNS_ROWS_TEXTS_MAX), PDNS_ROWS_TEXTS_MAX);
    rows->datas = writer_of(malloc(PDNS_ROWS_TEXTS_MAX), PDNS_ROWS_TEXTS_MAX);
    rows->day = malloc(PDNS_ROWS_MAX * sizeof *rows->day);
    rows->type = malloc(PDNS_ROWS_MAX * sizeof *rows->type);
    rows->seen_s = malloc(PDNS_ROWS_MAX * sizeof *rows->seen_s);
    rows->ttl = malloc(PDNS_ROWS_MAX * sizeof *rows->ttl);
    rows->verdict = malloc(PDNS_ROWS_MAX * sizeof *rows->verdict);
    if (!rows->names.base || !rows->datas.base || !rows->day || !rows->type || !rows->seen_s || !rows->ttl ||
        !rows->verdict) {
        pdns_rows_free(rows);
        return -ENOMEM;
    }
    *ret_rows = rows;
    return 0;
}

void pdns_rows_free(struct pdns_rows *rows)
{
    if (!rows)
        return;
    void *const parts[] = {rows->names.base, rows->datas.base, rows->day, rows->type, rows->seen_s, rows->ttl, rows->verdict};
    for (size_t i = 0; i < array_len(parts); i++)
        free(parts[i]);
    free(rows);
}

size_t pdns_rows_count(const struct pdns_rows *rows)
{
    return rows->count;
}

static bool has_room(const struct writer *w, size_t len)
{
    return len + 2 <= w->max - w->len; /* two octets hold the varint of any length that there is here */
}

int pdns_rows_add(struct pdns_rows *rows, const struct answer_record *a, const char *data, size_t data_len)
{
    char name[DNS_ROWS_NAME_TEXT_MAX];
    size_t name_len = dns_name_text(a->name, a->name_len, name);
    if (data_len > PDNS_ROWS_DATA_MAX)
        return -EMSGSIZE;
    if (rows->count == PDNS_ROWS_MAX || !has_room(&rows->names, name_len) || !has_room(&rows->datas, data_len))
        return -ENOBUFS;
    size_t i = rows->count++;
    writer_varint(&rows->names, name_len);
    writer_bytes(&rows->names, name, name_len);
    writer_varint(&rows->datas, data_len);
    writer_bytes(&rows->datas, data, data_len);
    rows->seen_s[i] = (uint32_t)(a->time_us / 1000000);
    rows->day[i] = (uint16_t)(rows->seen_s[i] / DAY_S);
    rows->type[i] = a->type;
    rows->ttl[i] = a->ttl_s;
    rows->verdict[i] = a->verdict.id;
    return 0;
}

static void put_extremes(struct native *block, const char *column, const char *function, const uint32_t *values, size_t n)
{
    native_column(block, column, function);
    for (size_t i = 0; i < n; i++) {
        uint8_t state[EXTREME_LEN] = {1, (uint8_t)values[i], (uint8_t)(values[i] >> 8), (uint8_t)(values[i] >> 16),
                                      (uint8_t)(values[i] >> 24)};
        native_bytes(block, state, sizeof state);
    }
}

int pdns_rows_take(struct pdns_rows *rows, struct native *block)
{
    static const char min[] = "AggregateFunction(min, UInt32)", max[] = "AggregateFunction(max, UInt32)";
    static const uint8_t one[SUM_LEN] = {1};
    size_t n = rows->count;
    if (n == 0)
        return -ENODATA;
    native_reset(block);
    native_block(block, 9, n);
    native_column(block, "day", "Date");
    native_u16s(block, rows->day, n);
    native_column(block, "name", "String");
    native_bytes(block, rows->names.base, rows->names.len);
    native_column(block, "type", "UInt16");
    native_u16s(block, rows->type, n);
    native_column(block, "data", "String");
    native_bytes(block, rows->datas.base, rows->datas.len);
    put_extremes(block, "first", min, rows->seen_s, n);
    put_extremes(block, "last", max, rows->seen_s, n);
    put_extremes(block, "ttl", max, rows->ttl, n);
    put_extremes(block, "verdict", max, rows->verdict, n);
    native_column(block, "seen", "AggregateFunction(sum, UInt64)");
    for (size_t i = 0; i < n; i++)
        native_bytes(block, one, sizeof one);
    rows->count = 0;
    rows->names.len = rows->datas.len = 0;
    return block->failed ? -ENOMEM : 0;
}
