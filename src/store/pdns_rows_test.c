/* Rows of passive DNS: the whole block byte for byte, and the bounds. */
#include "store/pdns_rows.h"

#include <errno.h>

#include "base/test.h"

static struct answer_record sample(void)
{
    struct answer_record a = {
        .time_us = 1700000000123456, .ttl_s = 300, .type = 28, .verdict = {.id = 17, .line = 5}, .name_len = 11};
    memcpy(a.name, "\4evil\4test", 11);
    return a;
}

TEST(a_row_makes_the_expected_block)
{
    struct pdns_rows *rows;
    struct native block;
    native_init(&block, PDNS_ROWS_BLOCK_MAX);
    check_int(pdns_rows_new(&rows), ==, 0);
    check_int(pdns_rows_take(rows, &block), ==, -ENODATA);
    struct answer_record a = sample();
    check_int(pdns_rows_add(rows, &a, "2001:db8::1", 11), ==, 0);
    check_int(pdns_rows_take(rows, &block), ==, 0);
    /* 1700000000 = 0x6553f100, its day is 19675 = 0x4cdb */
    static const char want[] =
        "\x09\x01"
        "\x03" "day" "\x04" "Date" "\xdb\x4c"
        "\x04" "name" "\x06" "String" "\x09" "evil.test"
        "\x04" "type" "\x06" "UInt16" "\x1c\x00"
        "\x04" "data" "\x06" "String" "\x0b" "2001:db8::1"
        "\x05" "first" "\x1e" "AggregateFunction(min, UInt32)" "\x01\x00\xf1\x53\x65"
        "\x04" "last" "\x1e" "AggregateFunction(max, UInt32)" "\x01\x00\xf1\x53\x65"
        "\x03" "ttl" "\x1e" "AggregateFunction(max, UInt32)" "\x01\x2c\x01\0\0"
        "\x07" "verdict" "\x1e" "AggregateFunction(max, UInt32)" "\x01\x11\0\0\0"
        "\x04" "seen" "\x1e" "AggregateFunction(sum, UInt64)" "\x01\0\0\0\0\0\0\0";
    check_int(block.len, ==, sizeof want - 1);
    check_bytes(block.bytes, want, sizeof want - 1);
    check_int(pdns_rows_count(rows), ==, 0);
    native_done(&block);
    pdns_rows_free(rows);
}

TEST(full_says_so_and_the_largest_block_fits)
{
    struct pdns_rows *rows;
    struct native block;
    static char data[PDNS_ROWS_DATA_MAX + 1];
    native_init(&block, PDNS_ROWS_BLOCK_MAX);
    check_int(pdns_rows_new(&rows), ==, 0);
    struct answer_record a = sample();
    memset(data, 'x', sizeof data);
    check_int(pdns_rows_add(rows, &a, data, PDNS_ROWS_DATA_MAX + 1), ==, -EMSGSIZE);
    for (size_t i = 0; i < PDNS_ROWS_MAX; i++)
        check_int(pdns_rows_add(rows, &a, data, 61), ==, 0);
    check_int(pdns_rows_add(rows, &a, "", 0), ==, -ENOBUFS);
    check_int(pdns_rows_take(rows, &block), ==, 0);
    unsigned n = 0;
    while (pdns_rows_add(rows, &a, data, PDNS_ROWS_DATA_MAX) == 0)
        n++;
    check_int(n, ==, PDNS_ROWS_TEXTS_MAX / (PDNS_ROWS_DATA_MAX + 2));
    check_int(pdns_rows_take(rows, &block), ==, 0);
    native_done(&block);
    pdns_rows_free(rows);
}

int main(int argc, char **argv)
{
    return test_main(argc, argv);
}
