/* The one text of a JSON value, so that it can be hashed and signed: the JSON Canonicalization Scheme.
 *
 * Source: RFC 8785 3.2 (no white space, members sorted by UTF-16 code units, strings escaped as little as possible, numbers
 * as ECMAScript writes them), RFC 7493 2.2 (integers). An integer past 2^53 in either direction has no exact double and is
 * refused: put it into a string. Numbers follow LC_NUMERIC, which stays "C" in our programs (base/text.h). Any thread.
 */
#ifndef HINOMI_PROTO_JSON_CANONICAL_H
#define HINOMI_PROTO_JSON_CANONICAL_H

#include <jansson.h>

#include "base/attr.h"
#include "base/writer.h"

enum {
    JSON_CANONICAL_DEPTH_MAX = 128, /* arrays and objects within each other; also ends values that contain themselves */
    JSON_NUMBER_MAX = 32,           /* octets of a number's text with its terminator; the longest is 25 */
};

#define JSON_INTEGER_MAX ((json_int_t)1 << 53) /* of either sign */

/* Writes the canonical text. -ERANGE: an integer is too large; -EILSEQ: a string is not UTF-8; -ELOOP: nested too deep;
 * -ENOMEM; -EMSGSIZE: the writer is full. After an error the writer holds a part that means nothing. */
int json_canonical_write(const json_t *value, struct writer *w) must_check;
/* The same into memory that the caller frees; without a terminator. -EMSGSIZE: longer than `max`. */
int json_canonical_new(const json_t *value, size_t max, uint8_t **ret_text, size_t *ret_len) must_check;

/* One string of it, for who writes the members of a fixed form in their order. -EILSEQ. */
int json_canonical_string(const char *text, size_t len, struct writer *w) must_check;
/* A number as ECMAScript writes it (ECMA-262 Number::toString, RFC 8785 3.2.2.3), terminated, into JSON_NUMBER_MAX octets;
 * returns its length. -ERANGE: infinite or not a number. */
int json_number_format(double value, char *to) must_check;

#endif
