/* Reads one JSON document from outside, within limits, and says where it is wrong: the way in for every parser of JSON.
 *
 * Source: RFC 8259 (any value may stand at the top), RFC 7493 (I-JSON: UTF-8, a member's name only once). What is refused as
 * well: U+0000 in strings, which C would end there; integers past 64 bits. The limits hold before anything is allocated, so
 * memory is bounded by octets and values. jansson does the parsing; who reads many documents and keeps none uses base/json_tree.h.
 * Any thread.
 */
#ifndef HINOMI_PROTO_JSON_LIMITS_H
#define HINOMI_PROTO_JSON_LIMITS_H

#include <jansson.h>

#include "base/attr.h"
#include "base/json_tree.h"
#include "base/reader.h"

enum { JSON_VALUE_COST = 256 }; /* octets that a value may take in memory beside its text, at most: for choosing `values` */

/* The whole of what is left in the reader becomes a value that the caller owns (json_decref); the reader is then empty. Errors:
 * -EMSGSIZE (a limit), -ENOMEM, -EBADMSG (whatever else is in *ret_flaw, which is written on every error). */
int json_read(struct reader *r, const struct json_limits *limits, json_t **ret_value, struct json_flaw *ret_flaw) must_check;
#endif
