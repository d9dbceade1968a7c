/* Reads one JSON document from outside into memory that is used again for the next: for who reads many, one after the other.
 *
 * Source: RFC 8259 (any value may stand at the top), RFC 7493 (I-JSON: UTF-8, a member's name only once). What is refused as well:
 * U+0000 in strings, which C would end there; integers past 64 bits. The limits and flaws are those of proto/json/limits.h too.
 * Values lie one behind the other in the order of the text, each container before what is in it; all pointers and texts hold until the
 * next read into the same tree. Texts are UTF-8, without escapes, and terminated; none contains U+0000. NULL stands for "no value"
 * everywhere, so that questions can follow one another. One thread for each tree.
 */
#ifndef HINOMI_BASE_JSON_TREE_H
#define HINOMI_BASE_JSON_TREE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/attr.h"
#include "base/reader.h"

enum {
    JSON_DEPTH_MAX = 1024,     /* that `depth` may ask for: below jansson's own 2048 */
    JSON_TREE_VALUE_COST = 64, /* octets that a value takes in memory beside its text, at most: for choosing `values` */
    JSON_DETAIL_MAX = 160,     /* octets with the terminator */
};

struct json_limits {
    size_t octets;  /* of the text */
    size_t values;  /* of all kinds */
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
    size_t line, column;          /* from 1; column in octets; 0: of the document as a whole */
    char detail[JSON_DETAIL_MAX]; /* a parser's own words for a syntax flaw; empty: none. English */
};

enum json_tree_kind {
    JSON_TREE_NULL,
    JSON_TREE_FALSE,
    JSON_TREE_TRUE,
    JSON_TREE_INTEGER,
    JSON_TREE_REAL,
    JSON_TREE_STRING,
    JSON_TREE_ARRAY,
    JSON_TREE_OBJECT,
};

struct json_tree;
struct json_value {
    enum json_tree_kind kind;
    uint32_t span;     /* values in it, itself included: the next one of the same container is so far away */
    uint32_t count;    /* elements or members */
    uint32_t name_len;
    const char *name;  /* of a member; else NULL */
    const char *text;  /* of a string; else NULL */
    union {
        uint64_t len; /* of a string */
        int64_t integer;
        double real;
    };
    const struct json_value *end; /* behind the last of its container; for json_value_next */
};

/* NULL without memory. */
struct json_tree *json_tree_new(void);
void json_tree_free(struct json_tree *t);

/* The whole of what is left in the reader; the reader is then empty. Errors: -EMSGSIZE (a limit), -ENOMEM,
 * -EBADMSG (whatever else is in *ret_flaw, which is written on every error). */
int json_tree_read(struct json_tree *t, struct reader *r, const struct json_limits *limits, const struct json_value **ret_value,
                   struct json_flaw *ret_flaw) must_check;

static inline bool json_value_is(const struct json_value *v, enum json_tree_kind kind)
{
    return v && v->kind == kind;
}
/* The first element or member; NULL. */
const struct json_value *json_value_first(const struct json_value *v);
/* The next of the same container; NULL. */
const struct json_value *json_value_next(const struct json_value *v);
/* A member of an object; NULL. */
const struct json_value *json_value_member(const struct json_value *v, const char *name);
/* A string's text; NULL. */
static inline const char *json_value_text(const struct json_value *v)
{
    return v ? v->text : NULL;
}
/* The text of a member that is a string; NULL. */
static inline const char *json_value_member_text(const struct json_value *v, const char *name)
{
    return json_value_text(json_value_member(v, name));
}
/* For people: what is wrong with the document; N_() text, so _(...) it. */
const char *json_flaw_text(enum json_flaw_kind kind);

#endif
