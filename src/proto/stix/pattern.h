/* Reads a pattern of STIX into a tree of bounded size.
 *
 * Source: STIX 2.1 9 and its grammar (STIXPattern.g4 of the technical committee). The whole language is recognised; what a pattern
 * means for us is the matter of matchers.h. Beyond the grammar: START and STOP also take plain strings, as STIX 2.0 had them.
 * A qualifier may stand once behind an expression (9.5.1); STOP is after START. A tree is large (about 700 KiB): keep one and read
 * into it again. It owns all its texts, which hold until the next read. One thread for each tree.
 */
#ifndef HINOMI_PROTO_STIX_PATTERN_H
#define HINOMI_PROTO_STIX_PATTERN_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/attr.h"
#include "base/reader.h"

enum {
    STIX_PATTERN_OCTETS_MAX = 16384, /* and so every offset and length fits 16 bits */
    STIX_PATTERN_DEPTH_MAX = 32,     /* parentheses within each other */
    STIX_PATTERN_NODES_MAX = 2048,
    STIX_PATTERN_STEPS_MAX = 4096,
    STIX_PATTERN_LITERALS_MAX = 4096,
};

struct stix_text {
    const char *at; /* not terminated */
    uint16_t len;
};

enum stix_step_kind { STIX_STEP_KEY, STIX_STEP_INDEX, STIX_STEP_ANY };
/* One step of an object path: .key, [3] or [*]. */
struct stix_step {
    enum stix_step_kind kind;
    struct stix_text key;
    int64_t index;
};

enum stix_literal_kind {
    STIX_STRING,
    STIX_INTEGER,
    STIX_FLOAT,
    STIX_BOOLEAN,
    STIX_HEX,    /* text: its digits */
    STIX_BINARY, /* text: base64 */
    STIX_TIMESTAMP,
};
struct stix_literal {
    enum stix_literal_kind kind;
    struct stix_text text; /* of a string, without quotation marks and escapes; else as written */
    int64_t integer;       /* of an integer; of a boolean 0 or 1; of a timestamp microseconds since 1970 */
};

enum stix_op {
    STIX_EQUAL,
    STIX_NOT_EQUAL,
    STIX_LESS,
    STIX_LESS_EQUAL,
    STIX_GREATER,
    STIX_GREATER_EQUAL,
    STIX_IN,
    STIX_LIKE,
    STIX_MATCHES,
    STIX_ISSUBSET,
    STIX_ISSUPERSET,
    STIX_EXISTS,
};

enum stix_node_kind {
    STIX_NODE_TEST,        /* one comparison: path, op, literals */
    STIX_NODE_AND,         /* of comparisons: two or more children */
    STIX_NODE_OR,
    STIX_NODE_OBSERVATION, /* [...]: one child */
    STIX_NODE_ALL,         /* AND of observations */
    STIX_NODE_ANY,         /* OR of observations */
    STIX_NODE_FOLLOWEDBY,
    STIX_NODE_QUALIFIED,   /* one child, and what is said of it */
};

enum { STIX_WITHIN = 1, STIX_START_STOP = 2, STIX_REPEATS = 4 }; /* bits of `qualifiers` */

struct stix_node {
    enum stix_node_kind kind;
    uint16_t first, next;       /* first child; next child of the same parent; 0: none */
    struct stix_text source;    /* its words in the pattern */
    enum stix_op op;            /* of a test, as all up to `literal_count` */
    bool is_negated;            /* by NOT */
    struct stix_text type;      /* of the object the path begins at */
    uint16_t step, step_count;  /* in stix_pattern.step */
    uint16_t literal, literal_count;
    unsigned qualifiers;        /* of a qualified expression, as what follows */
    struct stix_text within_s;  /* seconds, a decimal number */
    int64_t start_us, stop_us;  /* wall clock; stop itself is outside */
    int64_t repeats;            /* 1 or more */
};

struct stix_pattern {
    uint16_t root;
    unsigned nodes, steps, literals; /* node 0 is none */
    size_t text_len, plain_len;
    struct stix_node node[STIX_PATTERN_NODES_MAX];
    struct stix_step step[STIX_PATTERN_STEPS_MAX];
    struct stix_literal literal[STIX_PATTERN_LITERALS_MAX];
    char text[STIX_PATTERN_OCTETS_MAX];  /* the pattern */
    char plain[STIX_PATTERN_OCTETS_MAX]; /* strings without their escapes */
};

enum stix_pattern_flaw_kind {
    STIX_PATTERN_TOO_LONG,
    STIX_PATTERN_TOO_DEEP,
    STIX_PATTERN_TOO_MANY,
    STIX_PATTERN_NO_UTF8,
    STIX_PATTERN_CHARACTER,
    STIX_PATTERN_OPEN_STRING,
    STIX_PATTERN_ESCAPE,
    STIX_PATTERN_LITERAL,
    STIX_PATTERN_OPEN_COMMENT,
    STIX_PATTERN_EXPECTED_OBSERVATION,
    STIX_PATTERN_EXPECTED_PATH,
    STIX_PATTERN_EXPECTED_OPERATOR,
    STIX_PATTERN_EXPECTED_VALUE,
    STIX_PATTERN_EXPECTED_CLOSE,
    STIX_PATTERN_EXPECTED_UNIT,
    STIX_PATTERN_TWICE,
    STIX_PATTERN_NO_TIME,
    STIX_PATTERN_TRAILING,
    STIX_PATTERN_FLAW_COUNT
};

struct stix_pattern_flaw {
    enum stix_pattern_flaw_kind kind;
    size_t offset; /* octets, from 0: of the word that is wrong; the length when the pattern ends too early */
};

/* All that is left in the reader is one pattern; the reader is then empty. -EBADMSG: see *ret_flaw; the tree is then of no use. */
int stix_pattern_read(struct reader *r, struct stix_pattern *pattern, struct stix_pattern_flaw *ret_flaw) must_check;
/* For people; N_() text, so _(...) it. */
const char *stix_pattern_flaw_text(enum stix_pattern_flaw_kind kind);
bool stix_text_is(struct stix_text text, const char *word);

#endif
