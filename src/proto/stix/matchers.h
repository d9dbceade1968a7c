/* What a STIX pattern comes to when it is no more than a choice of single values: a list that a lookup can hold.
 *
 * Every matcher alone makes the pattern true, or, if `also` is set, is one of several conditions that all have to hold: of those the
 * strongest value is taken, and the words of the whole condition are given with it. Nothing is guessed: a part with NOT or !=, a
 * regular expression, a wildcard other than a leading "%.", a path that we do not watch, or more than one observation gives no
 * matcher but a reason. docs/formats/stix.md has the table. Values are as written, without escapes; their canonical form is the
 * caller's matter (model/subject.h), who may refuse a value then. Pure; any thread.
 */
#ifndef HINOMI_PROTO_STIX_MATCHERS_H
#define HINOMI_PROTO_STIX_MATCHERS_H

#include "proto/stix/pattern.h"

enum { STIX_MATCHERS_MAX = 256 };

/* From the strongest to the weakest: which one is taken when all of several have to hold. */
enum stix_match {
    STIX_MATCH_SHA512,
    STIX_MATCH_SHA256,
    STIX_MATCH_SHA1,
    STIX_MATCH_MD5,
    STIX_MATCH_CERTIFICATE_SHA256, /* of the DER form */
    STIX_MATCH_CERTIFICATE_SHA1,
    STIX_MATCH_CERTIFICATE_MD5,
    STIX_MATCH_URL,
    STIX_MATCH_EMAIL,
    STIX_MATCH_NAME,       /* that name alone */
    STIX_MATCH_SUBDOMAINS, /* every name below it, not itself */
    STIX_MATCH_ADDRESS,
    STIX_MATCH_PREFIX,
    STIX_MATCH_AS, /* decimal number */
    STIX_MATCH_COUNT
};

enum stix_end { STIX_END_ANY, STIX_END_SOURCE, STIX_END_DESTINATION }; /* of traffic, of a mail */

/* Why a part is no matcher. */
enum stix_why {
    STIX_WHY_NONE,
    STIX_WHY_NEGATED,
    STIX_WHY_PATH,
    STIX_WHY_OPERATOR,
    STIX_WHY_REGEX,
    STIX_WHY_WILDCARD,
    STIX_WHY_VALUE,
    STIX_WHY_OTHER_OBJECTS,
    STIX_WHY_OBSERVATIONS,
    STIX_WHY_SEQUENCE,
    STIX_WHY_REPEATED,
    STIX_WHY_TOO_MANY,
    STIX_WHY_COUNT
};

struct stix_matcher {
    enum stix_match match;
    enum stix_end end;
    struct stix_text value; /* texts are borrowed from the pattern */
    struct stix_text also;  /* the condition that it is a part of; len 0: the value is enough */
    bool has_time;          /* only what is seen from start on and before stop (wall clock) */
    int64_t start_us, stop_us;
};

struct stix_matchers {
    unsigned count;
    struct stix_matcher matcher[STIX_MATCHERS_MAX];
    enum stix_why why;         /* of the first part that is no matcher; NONE: the list is the whole pattern */
    struct stix_text why_part; /* that part's words */
};

/* Of a pattern that was read without a flaw. The number of matchers. */
unsigned stix_matchers_of(const struct stix_pattern *pattern, struct stix_matchers *ret_matchers);
/* "sha256", "name", ...; "unknown" of an unknown number. */
const char *stix_match_word(enum stix_match match);
/* For people; N_() text, so _(...) it. */
const char *stix_why_text(enum stix_why why);

#endif
