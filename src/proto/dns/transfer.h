/* Zone transfers as a secondary sees them: the requests, and a machine that takes the answers message by message.
 *
 * Sources: RFC 5936 (AXFR), RFC 1995 (IXFR), RFC 1982 (serials), RFC 1996 (NOTIFY). Pure; borrowed bytes. Nothing is
 * kept of the records: each is given to the caller as it comes.
 */
#ifndef HINOMI_PROTO_DNS_TRANSFER_H
#define HINOMI_PROTO_DNS_TRANSFER_H

#include "proto/dns/message.h"

struct dns_soa {
    uint32_t serial, refresh_s, retry_s, expire_s, minimum_s;
};

/* RFC 1982: is a later than b? */
bool dns_serial_later(uint32_t a, uint32_t b);
/* The numbers of an SOA record. */
int dns_soa_read(const struct dns_walk *w, const struct dns_record *r, struct dns_soa *ret_soa) must_check;

/* A request of type SOA, AXFR or IXFR; the last has the serial of what we have in its authority section. */
void transfer_write_request(struct writer *w, uint16_t id, const struct dns_name *zone, uint16_t qtype, uint32_t serial);

/* What a record of an answer is to be done with. */
enum transfer_step {
    TRANSFER_SOA,    /* the zone's new SOA: the first record, given once */
    TRANSFER_WHOLE,  /* a record of the whole zone */
    TRANSFER_DELETE, /* a record that went */
    TRANSFER_ADD,    /* a record that came */
};

/* Negative ends the transfer with that result. */
typedef int transfer_fn(void *self, enum transfer_step step, const struct dns_walk *w, const struct dns_record *r);

struct transfer {
    const struct dns_name *zone; /* borrowed */
    uint16_t id, qtype;
    uint32_t have;  /* IXFR: the serial of what we have */
    transfer_fn *on_record;
    void *self;
    /* the machine's own */
    enum { TRANSFER_AT_START, TRANSFER_AT_SECOND, TRANSFER_IN_WHOLE, TRANSFER_IN_DELETES, TRANSFER_IN_ADDS, TRANSFER_AT_END } state;
    struct dns_soa soa; /* the new one */
    uint32_t step;      /* the serial that the step being taken ends or begins with */
    bool incremental;   /* the answer is differences */
    uint64_t records;
};

/* 1: the transfer is complete (a SOA question: answered), 0: more messages must come, -ENODATA: there is nothing newer, -EBADMSG malformed or
 * not an answer to this request, -ENOTSUP the server refuses this kind of request, -EACCES it refuses us, -EREMOTEIO
 * another error of the server. */
int transfer_take(struct transfer *t, const uint8_t *message, size_t len) must_check;

/* A NOTIFY request (RFC 1996 3.5): the zone it is about; -EBADMSG when it is none. */
int dns_notify_read(const uint8_t *message, size_t len, struct dns_name *ret_zone) must_check;
/* Its answer; returns the length, 0 when it does not fit. */
size_t dns_notify_answer(const uint8_t *message, const struct dns_name *zone, uint8_t *to, size_t max);

#endif
