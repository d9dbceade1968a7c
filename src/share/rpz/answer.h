/* Writes the answers of the server of zones: an error, the SOA, the whole zone, or the differences since a serial.
 *
 * Sources: RFC 5936 2.2 (AXFR), RFC 1995 4 (IXFR), RFC 8945 5.3.1 (each message is signed), RFC 6891. No sockets: messages go to the
 * caller's function, each behind its two octets of length; a zone comes piece by piece, as fast as it is taken. The records are
 * `OWNER 60 IN CNAME .`, which makes a name not exist.
 */
#ifndef HINOMI_SHARE_RPZ_ANSWER_H
#define HINOMI_SHARE_RPZ_ANSWER_H

#include "proto/dns/tsig.h"
#include "share/rpz/request.h"
#include "share/rpz/soa.h"
#include "store/exchange_zone.h"

enum {
    RPZ_MESSAGE_MAX = 32 << 10, /* of a transfer: long enough to be cheap, short enough that a signature is soon checked */
    RPZ_PIECE_VALUES = 512,     /* read at once: 1,024 records, at most 280 KiB */
};

/* len counts the two octets of length before the message. Negative ends the answer with that result. */
typedef int rpz_message_fn(void *self, const uint8_t *octets, size_t len);

enum rpz_answer_kind { RPZ_ANSWER_SOA, RPZ_ANSWER_WHOLE, RPZ_ANSWER_STEPS };

struct rpz_answer {
    enum rpz_answer_kind kind;
    unsigned zone;                /* of the store */
    int64_t from, serial;         /* STEPS: what the client has; what it has after it */
    uint64_t records;             /* written, without the SOA records of the protocol */
    uint64_t left_out;            /* values whose names are too long, or cannot be said */
    rpz_message_fn *message;
    void *self;
    /* the machine's own */
    struct rpz_request request;
    bool is_signed;
    struct tsig tsig;
    struct exchange_zone_place at;
    bool begun, begun_once, adding, done;
    int error;
    uint64_t now_s;
    struct writer w;
    size_t records_in;            /* in the message being written */
    uint8_t octets[2 + RPZ_MESSAGE_MAX];
};

/* An answer without records. tsig NULL: the request is not signed. error: what was wrong with the signature, 0 nothing. Writes one
 * message. */
int rpz_answer_error(const struct rpz_request *request, unsigned rcode, struct tsig *tsig, int error, const uint8_t *message, size_t len,
                     uint64_t now_s, rpz_message_fn *fn, void *self) must_check;

/* Begins an answer to a request that may be answered; tsig: copied. z: the zone now, served. For IXFR the kind is STEPS when the
 * journal has what is asked for and that is less than the zone; the SOA alone when there is nothing newer, and over UDP. */
int rpz_answer_begin(struct rpz_answer *a, const struct rpz_request *request, const struct tsig *tsig, struct exchange *store,
                     const struct exchange_zone *z, bool over_udp, rpz_message_fn *fn, void *self) must_check;
/* Writes the next piece. 1: there is more, 0: that was all; -ESTALE: the zone has changed beyond what the journal keeps. */
int rpz_answer_go_on(struct rpz_answer *a, struct exchange *store, uint64_t now_s) must_check;

#endif
