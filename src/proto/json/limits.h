/* Reads one JSON document from outside, within limits, and says where it is wrong: the way in for every parser of JSON.
 *
 * Source: RFC 8259 (any value may stand at the top), RFC 7493 (I-JSON: UTF-8, a member's name only once). What is refused as
 * well: U+0000 in strings, which C would end there; integers past 64 bits. The limits hold before anything is allocated, so
 * memory is bounded by octets and values. jansson does the parsing. Any thread.
 */
#ifndef HINOMI_PROTO_JSON_LIMITS_H
#define HINOMI_PROTO_JSON_LIMITS_H

#include <jansson.h>

#include "base/attr.h"
#include "base/reader.h"

enum {
    JSON_DEPTH_MAX = 1024, /* that `depth` may ask for: below jansson's own 2048 */
    JSON_VALUE_COST = 256, /* octets that a value may take in memory beside its text, at most: for choosing `values` */
};

struct json_limits {
    size_t octets;  /* of the text */
    size_t values;  /* of all kinds, about: commas and brackets outside strings */
    unsigned depth; /* arrays and objects within each other; 0: only a single value */
};

enum json_flaw_kind {
    JSON_TOO_LONG,
    JSON_TOO_MANY,
    JSON_TOO_DEEP,
    JSON_NO_UTF8,
    JSON_NO_SYNTAX,
    JSON_TRUNCATED,
    JSON_TRAILING,
    JSON_DUPLICATE,
    JSON_NUMBER_RANGE,
    JSON_NUL,
    JSON_NO_MEMORY,
    JSON_FLAW_COUNT
};

struct json_flaw {
    enum json_flaw_kind kind;
    size_t line, column;                    /* from 1; column in octets; 0: of the document as a whole */
    char detail[JSON_ERROR_TEXT_LENGTH];    /* jansson's words for a syntax flaw; empty: none. English */
};

/* The whole of what is left in the reader becomes a value that the caller owns (json_decref); the reader is then empty. Errors:
 * -EMSGSIZE (a limit), -ENOMEM, -EBADMSG (whatever else is in *ret_flaw, which is written on every error). */
int json_read(struct reader *r, const struct json_limits *limits, json_t **ret_value, struct json_flaw *ret_flaw) must_check;
/* For people: what is wrong with the document; N_() text, so _(...) it. */
const char *json_flaw_text(enum json_flaw_kind kind);

#endif
