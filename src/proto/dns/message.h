/* Walks the records of a whole DNS message and packs a message again, compressed, with its TTL places known.
 *
 * Source: RFC 1035 4.1, RFC 3597 4 (only the types of RFC 1035 may be compressed in their data), RFC 4035 3.2.1 and
 * RFC 3225 (no DNSSEC records for a client that did not ask for them). Pure; borrowed bytes.
 */
#ifndef HINOMI_PROTO_DNS_MESSAGE_H
#define HINOMI_PROTO_DNS_MESSAGE_H

#include "base/writer.h"
#include "proto/dns/name.h"

enum dns_section { DNS_SECTION_ANSWER, DNS_SECTION_AUTHORITY, DNS_SECTION_ADDITIONAL, DNS_SECTION_COUNT };

struct dns_record {
    struct dns_name owner;
    uint16_t type;
    uint16_t class;
    uint32_t ttl;
    enum dns_section section;
    size_t rdata_at; /* offset in the message */
    uint16_t rdata_len;
};

struct dns_walk {
    const uint8_t *message;
    size_t len;
    size_t at;
    uint16_t id, flags;
    uint16_t left[DNS_SECTION_COUNT]; /* records still to come, by section */
    uint16_t qtype, qclass;
    struct dns_name qname;
};

/* Reads header and question (exactly one). -EBADMSG. */
int dns_walk_begin(struct dns_walk *w, const uint8_t *message, size_t len) must_check;
/* The same for an answer of a transfer, whose later messages may come without a question (RFC 5936 2.2.1); then qtype is 0. */
int dns_walk_begin_answer(struct dns_walk *w, const uint8_t *message, size_t len) must_check;
/* 1 and the next record, 0 after the last, -EBADMSG on a flaw. */
int dns_walk_next(struct dns_walk *w, struct dns_record *ret_record) must_check;

/* Reads the names in a record's data: the n-th name (0..) of a type that has any; -ENOENT when there is none. */
int dns_record_name(const struct dns_walk *w, const struct dns_record *r, unsigned n, struct dns_name *ret_name)
    must_check;

/* Writes a record of the walked message into another that `out` builds from its first octet. -EBADMSG; a full writer is
 * left to the caller. */
int dns_record_write(struct writer *out, const struct dns_walk *w, const struct dns_record *r) must_check;

/* Writes the record's data, its names uncompressed. -EBADMSG when it does not fit its type's layout; a full writer is left to
 * the caller. */
int dns_record_data(const struct dns_walk *w, const struct dns_record *r, struct writer *out) must_check;

/* For how long an answer holds, as an HTTP cache asks (RFC 8484 5.1): the smallest TTL of its answer section and
 * the negative TTL of RFC 2308 5, of those that are there; 0 for an error or a message that is no good. */
uint32_t dns_message_lifetime_s(const uint8_t *message, size_t len);

/* Where TTLs stand in a packed message, so that they can be counted down in place. */
enum { DNS_PACK_TTLS_MAX = 512 };
struct dns_pack_ttls {
    uint16_t at[DNS_PACK_TTLS_MAX];
    uint16_t count;
    uint32_t min_s; /* smallest TTL of the answer, or the negative TTL of RFC 2308 5; UINT32_MAX: no record */
};

/* Packs a response again: header and question as they are, records compressed, OPT and TSIG left out, and without
 * DNSSEC records unless keep_dnssec (or asked for by type). A record that does not fit max is left out with
 * everything after it, and TC is set unless it was an additional one (RFC 2181 9). Returns the length; -EBADMSG on a
 * bad message, -E2BIG past DNS_PACK_TTLS_MAX, -EMSGSIZE when not even the question fits. */
int dns_message_pack(const uint8_t *message, size_t len, bool keep_dnssec, uint8_t *to, size_t max,
                     struct dns_pack_ttls *ret_ttls) must_check;

#endif
