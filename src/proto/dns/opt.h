/* Writes the OPT record of an answer, with at most one extended error, adds options and pads it.
 *
 * Source: RFC 6891 6.1.2, RFC 8914 2, RFC 7830 3 (padding), RFC 8467 4.1 (to blocks). The text is UTF-8 without a
 * terminator and is left out when it does not fit.
 */
#ifndef HINOMI_PROTO_DNS_OPT_H
#define HINOMI_PROTO_DNS_OPT_H

#include "base/writer.h"
#include "proto/dns/query.h"

enum { DNS_OPT_LEN = 11 }; /* the record without an extended error */

struct dns_opt {
    unsigned rcode;   /* the full code; its upper bits go here */
    bool dnssec_ok;   /* copied from the query, RFC 3225 3 */
    uint16_t ede;     /* enum dns_ede; DNS_EDE_NONE for none */
    const char *text; /* NULL for none */
};

/* Appends the record and counts it in the header at the start of the writer's buffer. Leaves the message as it was, and
 * returns false, when even the bare record does not fit. */
bool dns_opt_append(struct writer *w, const struct dns_opt *opt);

/* Adds an option to a message whose last record is an OPT record. Returns the new length; the old one when there is no
 * such record or no room. */
enum { DNS_OPTION_HEAD_LEN = 4 };
size_t dns_opt_add(uint8_t *message, size_t len, size_t max, uint16_t code, const void *data, size_t data_len);

/* RFC 8467 4.1: the block of responses. */
enum { DNS_PAD_BLOCK = 468 };

/* Fills a message whose last record is an OPT record up to a multiple of `block` octets with a padding option, so that
 * its length tells an onlooker little. Returns the new length; the old one when there is no such record or no room. */
size_t dns_opt_pad(uint8_t *message, size_t len, size_t max, size_t block);

#endif
