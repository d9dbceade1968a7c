/* Cuts a stream of octets into rows and cells: comma-separated values.
 *
 * Source: RFC 4180, and what is met beside it: other delimiters, LF alone, lines of comment, empty lines, a byte order mark, blanks before a
 * quotation mark. A quotation mark in a cell that does not begin with one stands for itself. One thread for each cutter.
 */
#ifndef HINOMI_SHARE_STATEMENT_CSV_ROW_H
#define HINOMI_SHARE_STATEMENT_CSV_ROW_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/attr.h"

struct csv_cell {
    const char *text; /* borrowed until the call returns; not terminated */
    size_t len;
};

struct csv_row {
    uint64_t line; /* its first, from 1 */
    unsigned count;
    const struct csv_cell *cell;
    const char *flaw; /* N_() text: the row is longer or wider than allowed, or never ends; it has no cells then */
};

struct csv_cutter;

/* delimiter '\0': the one of , ; tab | that is most frequent in the first row. Negative results of `row` end the reading and are given back. NULL
 * without memory. */
struct csv_cutter *csv_cutter_new(char delimiter, size_t row_octets, unsigned columns, int (*row)(void *self, const struct csv_row *row), void *self);
void csv_cutter_free(struct csv_cutter *c);
/* -ENOMEM, or what `row` gave; they stay. */
int csv_cutter_feed(struct csv_cutter *c, const void *octets, size_t len) must_check;
int csv_cutter_finish(struct csv_cutter *c) must_check;

#endif
