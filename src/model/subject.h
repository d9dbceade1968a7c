/* What a statement is about: a kind and a value in its one canonical text form, so that equal things are equal octets.
 *
 * | kind        | canonical value                                                                                  |
 * |-------------|--------------------------------------------------------------------------------------------------|
 * | domain      | a name and everything below it: lower case, A-labels (RFC 5890), no dot at the end               |
 * | host        | that name alone                                                                                  |
 * | address     | RFC 5952, or dotted IPv4; an IPv4-mapped address is its IPv4 address                             |
 * | prefix      | address/bits, bits after the prefix zero; all bits is an address instead                         |
 * | url         | RFC 3986 6.2.2 and 6.2.3: case, unreserved octets decoded, dot segments removed, no default port,|
 * |             | no fragment, no user part                                                                        |
 * | md5 … sha512| hexadecimal, lower case                                                                          |
 * | certificate | SHA-256 of its DER form, hexadecimal                                                             |
 * | email       | lower case as a whole: addresses that differ by case alone go to one person                      |
 * | ja3         | MD5, hexadecimal                                                                                 |
 * | ja4         | as its method writes it: t13d1516h2_8daaf6152771_b186095e22b6                                    |
 * | as          | AS number in asplain (RFC 5396), "AS64500"                                                       |
 * | asset, software, list | text of its owner: UTF-8 without control characters; software is a package URL or CPE  |
 *
 * Plain values, any thread.
 */
#ifndef HINOMI_MODEL_SUBJECT_H
#define HINOMI_MODEL_SUBJECT_H

#include <stdbool.h>
#include <stddef.h>

#include "base/attr.h"

/* Numbers are stored: only ever add at the end. */
enum subject_kind {
    SUBJECT_DOMAIN,
    SUBJECT_HOST,
    SUBJECT_ADDRESS,
    SUBJECT_PREFIX,
    SUBJECT_URL,
    SUBJECT_MD5,
    SUBJECT_SHA1,
    SUBJECT_SHA256,
    SUBJECT_SHA512,
    SUBJECT_CERTIFICATE,
    SUBJECT_EMAIL,
    SUBJECT_JA3,
    SUBJECT_JA4,
    SUBJECT_AS,
    SUBJECT_ASSET,
    SUBJECT_SOFTWARE,
    SUBJECT_LIST,
    SUBJECT_KIND_COUNT
};

enum { SUBJECT_VALUE_MAX = 2048 }; /* octets with the terminator; longer URLs are refused */

struct subject {
    enum subject_kind kind;
    char value[SUBJECT_VALUE_MAX];
};

/* "domain", "host", "address", ... */
const char *subject_kind_word(enum subject_kind kind);
/* -EINVAL when no kind has that word. */
int subject_kind_parse(const char *word, enum subject_kind *ret_kind) must_check;

/* The canonical form of text (len octets) as that kind; an address given as prefix with all bits, and the other way
 * round, ends as the kind that it is. -EINVAL when it is none, -ENAMETOOLONG when it does not fit. */
int subject_read(enum subject_kind kind, const char *text, size_t len, struct subject *ret_subject) must_check;
/* Finds the kind by the form: address, prefix, URL, e-mail address, hash by its length (64 digits are SHA-256), AS number,
 * domain. -EINVAL when it looks like none of these. */
int subject_guess(const char *text, size_t len, struct subject *ret_subject) must_check;
/* Is it what a program would ask for? Any octets can be a name or a scheme; but "||x.example^" and "*.x.example" of a list of rules, and "hxxp://"
 * where a URL was made harmless, are never met. True of other kinds. */
bool subject_is_usual(const struct subject *s);
bool subject_equal(const struct subject *a, const struct subject *b);

#endif
