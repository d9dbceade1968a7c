/* Gathers records of answers column by column and gives them out as one Native block for the table `pdns`.
 *
 * As dns_rows.h: bounded in rows and in bytes, one thread, memory touched only as rows come.
 */
#ifndef HINOMI_STORE_PDNS_ROWS_H
#define HINOMI_STORE_PDNS_ROWS_H

#include "base/attr.h"
#include "model/answer_record.h"
#include "store/native.h"

enum {
    PDNS_ROWS_MAX = 32768,
    PDNS_ROWS_TEXTS_MAX = 2 << 20, /* bytes of names, and as many of data: 64 octets for each of the most rows */
    PDNS_ROWS_DATA_MAX = 8192,     /* of one text of data */
    PDNS_ROWS_BLOCK_MAX = 8 << 20,
};

struct pdns_rows;

int pdns_rows_new(struct pdns_rows **ret_rows) must_check;
void pdns_rows_free(struct pdns_rows *rows);

/* data: the record's data as text. -ENOBUFS when the row has no room: take the block first. -EMSGSIZE: data is longer than
 * PDNS_ROWS_DATA_MAX. The record must be one that answer_record_get let through. */
int pdns_rows_add(struct pdns_rows *rows, const struct answer_record *a, const char *data, size_t data_len) must_check;
size_t pdns_rows_count(const struct pdns_rows *rows);
/* As dns_rows_take; initialise `block` with at least PDNS_ROWS_BLOCK_MAX. */
int pdns_rows_take(struct pdns_rows *rows, struct native *block) must_check;

#endif
