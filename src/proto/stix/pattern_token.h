/* The words of a STIX pattern, one after the other; for pattern.c.
 *
 * Source: the lexical rules of STIXPattern.g4. Keywords are of capital letters and nothing else. The text is UTF-8 already, at most
 * STIX_PATTERN_OCTETS_MAX octets, and lies in the tree, which also takes the strings. One thread.
 */
#ifndef HINOMI_PROTO_STIX_PATTERN_TOKEN_H
#define HINOMI_PROTO_STIX_PATTERN_TOKEN_H

#include "proto/stix/pattern.h"

enum stix_token_kind {
    STIX_TOKEN_END,
    STIX_TOKEN_NAME,        /* identifier without a hyphen */
    STIX_TOKEN_HYPHEN_NAME, /* and with */
    STIX_TOKEN_LITERAL,
    STIX_TOKEN_PUNCTUATION, /* `sign` */
    STIX_TOKEN_COMPARISON,  /* `op`: = != < <= > >= */
    STIX_TOKEN_AND,         /* keywords, in the order of the table in pattern_token.c */
    STIX_TOKEN_OR,
    STIX_TOKEN_NOT,
    STIX_TOKEN_FOLLOWEDBY,
    STIX_TOKEN_LIKE,
    STIX_TOKEN_MATCHES,
    STIX_TOKEN_ISSUPERSET,
    STIX_TOKEN_ISSUBSET,
    STIX_TOKEN_EXISTS,
    STIX_TOKEN_IN,
    STIX_TOKEN_START,
    STIX_TOKEN_STOP,
    STIX_TOKEN_SECONDS,
    STIX_TOKEN_WITHIN,
    STIX_TOKEN_REPEATS,
    STIX_TOKEN_TIMES,
};

struct stix_token {
    enum stix_token_kind kind;
    uint16_t from, to; /* octets of the pattern */
    char sign;         /* one of [ ] ( ) : . , * */
    enum stix_op op;
    struct stix_literal literal;
};

/* The word at or behind `*at`, which moves past it. -EBADMSG: see *ret_flaw. */
int stix_token_next(struct stix_pattern *pattern, size_t *at, struct stix_token *ret_token,
                    struct stix_pattern_flaw *ret_flaw) must_check;

#endif
