/* A domain name in canonical form: wire octets, lower case, uncompressed, with its label positions.
 *
 * Source: RFC 1035 3.1 and 4.1.4 (wire, compression), RFC 4343 (case, text escapes). Values only.
 */
#ifndef HINOMI_PROTO_DNS_NAME_H
#define HINOMI_PROTO_DNS_NAME_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/attr.h"
#include "base/reader.h"
#include "proto/dns/dns.h"

enum {
    DNS_NAME_MAX = 255,       /* wire octets, root included */
    DNS_NAME_TEXT_MAX = 1024, /* escaped text of the longest name and its terminator */
};

struct dns_name {
    uint8_t len;                    /* wire octets including the root, 1..255 */
    uint8_t labels;                 /* without the root, 0..127 */
    uint8_t at[DNS_LABELS_MAX];     /* start of each label in wire; at[labels] is the root's */
    uint8_t wire[DNS_NAME_MAX + 9]; /* spare octets so that whole words may be read at any label */
};

/* Reads an uncompressed name (a question's) at the reader and moves past it; -EBADMSG on a pointer, a label over 63,
 * a name over 255 octets or the end of data (the reader is then failed). */
int dns_name_read(struct reader *r, struct dns_name *ret_name) must_check;

/* Reads a possibly compressed name at offset `at` of a whole message. Pointers may only go backwards, so it ends.
 * ret_next: offset after the name as it stands. -EBADMSG on any flaw. */
int dns_name_read_compressed(const uint8_t *message, size_t len, size_t at, struct dns_name *ret_name,
                             size_t *ret_next) must_check;

/* Text to name: "example.com", "example.com.", ".", escapes \. and \DDD; -EINVAL on an empty label, a label over 63,
 * a name over 255 or a bad escape. `n` is the text's length. Letters become lower case. */
int dns_name_parse(const char *text, size_t n, struct dns_name *ret_name) must_check;

/* Name to text without the final dot ("." for the root) into DNS_NAME_TEXT_MAX bytes, which is returned. */
const char *dns_name_format(const struct dns_name *name, char *text);
/* The same for wire octets already known to be whole. */
const char *dns_name_format_wire(const uint8_t *wire, size_t len, char *text);

bool dns_name_equal(const struct dns_name *a, const struct dns_name *b);
/* Is name equal to, or below, zone? */
bool dns_name_within(const struct dns_name *name, const struct dns_name *zone);

/* The letters an owner of a host may have (a-z 0-9 - _), in every label: what a block list may sensibly hold. */
bool dns_name_is_hostname(const struct dns_name *name);

#endif
