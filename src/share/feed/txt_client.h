/* Asks a resolver for the TXT records of a name, once, over TCP: for proofs that people set in their zones.
 *
 * Source: RFC 1035 4 and 3.3.14, RFC 7766 (TCP), RFC 6840 5.7 (AD in a query asks whether the answer was validated). Blocks; a thread of the
 * caller's own.
 */
#ifndef HINOMI_SHARE_TXT_CLIENT_H
#define HINOMI_SHARE_TXT_CLIENT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/socket.h>

#include "base/attr.h"
#include "proto/dns/name.h"

enum {
    TXT_COUNT_MAX = 16, /* of one answer; more are not looked at */
    TXT_TEXT_MAX = 256, /* with the terminator; longer ones are left out */
    TXT_SHA256_LEN = 32,
};

struct txt_answer {
    uint8_t rcode;
    bool secure; /* the resolver validated it: its word, over a connection of the same machine */
    unsigned count;
    char text[TXT_COUNT_MAX][TXT_TEXT_MAX]; /* the strings of a record put together; printable ASCII, others are left out */
    uint8_t sha256[TXT_SHA256_LEN];         /* of the data of all TXT records, as it came */
};

/* Writes the query, with its length before it (RFC 1035 4.2.2); returns how long it is. */
enum { TXT_QUERY_MAX = 2 + 12 + 255 + 4 };
size_t txt_query_write(const struct dns_name *name, uint16_t id, uint8_t to[TXT_QUERY_MAX]);
/* -EBADMSG: that is no answer to it. */
int txt_answer_read(const uint8_t *message, size_t len, const struct dns_name *name, uint16_t id, struct txt_answer *ret_answer) must_check;
/* -EBADMSG, -ETIMEDOUT, -ECONNREFUSED, ... */
int txt_client_ask(const struct sockaddr *resolver, const struct dns_name *name, unsigned timeout_ms, struct txt_answer *ret_answer) must_check;

#endif
