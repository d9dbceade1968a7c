/* Lines of the texts of transparency logs: a line, a decimal number, a hash in base64.
 *
 * Source: c2sp.org/tlog-checkpoint and c2sp.org/tlog-proof, which say numbers and hashes alike. One text for each value.
 */
#ifndef HINOMI_PROTO_TLOG_LINE_H
#define HINOMI_PROTO_TLOG_LINE_H

#include <stdbool.h>

#include "base/attr.h"
#include "base/reader.h"
#include "base/writer.h"
#include "proto/tlog/merkle.h"

/* The next line, without its newline; the outer reader fails when there is no newline. */
struct reader line_take(struct reader *r);
/* The whole line is a number without leading zeros, up to 2^63 - 1. */
bool line_number(struct reader line, uint64_t *ret_value) must_check;
/* The whole line is the base64 of a hash. */
bool line_hash(struct reader line, uint8_t ret_hash[MERKLE_HASH]) must_check;
/* Does the line begin so? Then it is moved past that. */
bool line_begins(struct reader *line, const char *text) must_check;

/* With their newlines. */
void line_write_number(struct writer *w, uint64_t value);
void line_write_hash(struct writer *w, const uint8_t hash[MERKLE_HASH]);

#endif
