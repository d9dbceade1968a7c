/* A request to the server of zones, read once into a plain value: SOA, AXFR or IXFR, and who signed it.
 *
 * Source: RFC 1035 4.1, RFC 5936 2.1, RFC 1995 3, RFC 6891 6.1. Pure; what signs is verified elsewhere (proto/dns/tsig).
 */
#ifndef HINOMI_SHARE_RPZ_REQUEST_H
#define HINOMI_SHARE_RPZ_REQUEST_H

#include "proto/dns/name.h"

enum { RPZ_REQUEST_MAX = 4096, RPZ_QUESTION_MAX = DNS_NAME_MAX + 4 };

enum { RPZ_RCODE_NOTAUTH = 9 }; /* RFC 8945 3: what is wrong is the signature */

struct rpz_request {
    uint16_t id, flags, qtype;
    struct dns_name zone;
    uint32_t serial;     /* IXFR: what the client has */
    bool edns;
    bool is_signed;
    struct dns_name key; /* whose name the signature has */
    uint8_t question[RPZ_QUESTION_MAX]; /* as it came, for the answer */
    size_t question_len; /* 0: it could not be read */
};

/* A response code: NOERROR, or what is to be answered instead, for which id, flags and question are what could be read. -EBADMSG: no
 * answer at all is due, as it is one itself, or less than a header. */
int rpz_request_read(const uint8_t *message, size_t len, struct rpz_request *ret_request) must_check;

/* Is it the answer to a NOTIFY (RFC 1996 4.7) for a zone? Then its id. */
bool rpz_notify_answer_read(const uint8_t *message, size_t len, uint16_t *ret_id, struct dns_name *ret_zone);

#endif
