/* A client's query, read once into a plain value: question, EDNS, and what is wrong with it.
 *
 * Source: RFC 1035 4.1, RFC 6891 6.1 (OPT), RFC 7873 4 (cookies), RFC 7828 3.1 (TCP keepalive).
 */
#ifndef HINOMI_PROTO_DNS_QUERY_H
#define HINOMI_PROTO_DNS_QUERY_H

#include "proto/dns/name.h"

/* What a query can have wrong, and so what happens to it. Each has a counter. */
enum dns_flaw {
    DNS_FLAW_NONE,
    DNS_FLAW_SHORT,    /* no whole header: no answer */
    DNS_FLAW_RESPONSE, /* QR is set: no answer, or two servers would talk for ever */
    DNS_FLAW_OPCODE,   /* not a query: NOTIMP */
    DNS_FLAW_COUNTS,   /* not exactly one question, or answers in a query: FORMERR */
    DNS_FLAW_NAME,     /* the name breaks RFC 1035: FORMERR */
    DNS_FLAW_RECORD,   /* a record of the additional section does not parse: FORMERR */
    DNS_FLAW_OPT,      /* OPT twice, or with another owner than the root: FORMERR */
    DNS_FLAW_VERSION,  /* EDNS version above 0: BADVERS */
    DNS_FLAW_TRAILING, /* octets after the last record: FORMERR */
    DNS_FLAW_OPTION,   /* an option is longer than the record, or a cookie or keepalive of no good length: FORMERR */
    DNS_FLAW_COUNT
};

enum {
    DNS_CLIENT_COOKIE_LEN = 8,
    DNS_SERVER_COOKIE_LEN = 16,     /* ours, RFC 9018 4; RFC 7873 4.2 allows 8 to 32 */
    DNS_SERVER_COOKIE_MIN = 8,
    DNS_SERVER_COOKIE_MAX = 32,
};

struct dns_query {
    uint16_t id;
    uint16_t flags;
    uint16_t qtype;
    uint16_t qclass;
    uint16_t question_len; /* octets of the question after the header; 0 when it could not be read */
    uint16_t udp_size;     /* announced by EDNS, at least 512; 512 without EDNS */
    bool edns;
    bool dnssec_ok; /* DO */
    uint8_t edns_version;
    uint8_t flaw; /* enum dns_flaw */
    bool has_cookie;        /* client_cookie holds one */
    bool has_server_cookie; /* server_cookie holds one that is as long as ours */
    bool keepalive;         /* the client asks how long an idle connection stays open */
    uint8_t client_cookie[DNS_CLIENT_COOKIE_LEN];
    uint8_t server_cookie[DNS_SERVER_COOKIE_LEN];
    struct dns_name name;
};

/* Reads a message; all that could be read is filled in even when there is a flaw, which is also returned. */
enum dns_flaw dns_query_read(const uint8_t *message, size_t len, struct dns_query *ret_query);

/* RFC 4035 3.2.2: the client checks signatures itself, and is to have what does not pass ours too. */
static inline bool dns_query_unchecked(const struct dns_query *q)
{
    return (q->flags & DNS_FLAG_CD) != 0;
}

/* "short", "opcode", ... for counters. */
const char *dns_flaw_word(enum dns_flaw flaw);

#endif
