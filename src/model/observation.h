/* What the DNS sensor saw: one answer given, as a plain fixed-size value, and its frame on a ring or a wire.
 *
 * The value has no pointers and crosses a thread, a process, a file or a test unchanged. The frame
 * (docs/formats/observation-frames.md) is its short form: big-endian, and only as long as the name. The reader
 * of a frame does not trust its writer.
 */
#ifndef HINOMI_MODEL_OBSERVATION_H
#define HINOMI_MODEL_OBSERVATION_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/addr.h"
#include "base/attr.h"
#include "model/verdict.h"

enum dns_transport {
    DNS_TRANSPORT_UDP,
    DNS_TRANSPORT_TCP,
    DNS_TRANSPORT_DOT,
    DNS_TRANSPORT_DOH,
    DNS_TRANSPORT_COUNT
};

/* What was done with the query. */
enum dns_action {
    DNS_ACTION_NONE,       /* nothing in the policy: resolved */
    DNS_ACTION_PASS,       /* the policy says: let through */
    DNS_ACTION_NXDOMAIN,   /* blocked: no such name */
    DNS_ACTION_NODATA,     /* blocked: name without data of this type */
    DNS_ACTION_LOCAL_DATA, /* answered with the policy's own records */
    DNS_ACTION_REFUSED,    /* client outside the access list or over its rate, or a query we do not serve */
    DNS_ACTION_DROP,       /* the policy, or the rate limit, says: no answer */
    DNS_ACTION_TRUNCATE,   /* the policy, or the rate limit, says: come back over TCP */
    DNS_ACTION_OBSERVE,    /* would have been blocked, by a rule that only observes: resolved */
    DNS_ACTION_COUNT
};

/* What of a query or of its answer a rule of the policy matched (draft-vixie-dnsop-dns-rpz-00 4). */
enum dns_trigger {
    DNS_TRIGGER_NAME,       /* the query's name, or one of the CNAME chain of its answer */
    DNS_TRIGGER_CLIENT,     /* the client's address */
    DNS_TRIGGER_ADDRESS,    /* an address in the answer */
    DNS_TRIGGER_NS_NAME,    /* the name of a name server of the name's zone */
    DNS_TRIGGER_NS_ADDRESS, /* the address of such a server */
    DNS_TRIGGER_COUNT
};

enum { DNS_NAME_WIRE_MAX = 255 }; /* RFC 1035 2.3.4 */

/* The first octet of a frame on a worker's ring. */
enum observation_kind {
    OBSERVATION_KIND_ANSWER = 1, /* this file */
    OBSERVATION_KIND_RECORD = 2, /* answer_record.h */
};

/* A client group as observations know it: a number made from its name, so that it stays the same whatever else is
 * configured. 0: clients of no group. Below DNS_GROUP_OF_MEMBERS: from there on stand groups that a member's networks make, by the
 * member's number. */
#define DNS_GROUP_OF_MEMBERS 0xffff0000u
uint32_t dns_group_id(const char *name);

struct dns_observation {
    int64_t time_us;    /* wall clock when the query was read */
    struct addr client; /* address; a later setting may shorten it before it is stored */
    uint16_t qtype;
    uint8_t rcode; /* RFC 6895 2.3, without the EDNS part */
    uint8_t transport; /* enum dns_transport */
    uint8_t action;    /* enum dns_action */
    uint8_t from_cache; /* 1: answered from the cache or by policy, without waiting for an upstream */
    uint8_t trigger; /* enum dns_trigger: what the rule matched; 0 without a rule */
    uint16_t list; /* number of the list that decided; 0: none, or made by hand */
    struct verdict_ref verdict;
    uint32_t group; /* dns_group_id of the client's group */
    uint32_t latency_us; /* from read to answer handed to the kernel */
    uint8_t name_len;    /* wire octets, 1..255 */
    uint8_t name[DNS_NAME_WIRE_MAX]; /* wire form, lower case, uncompressed */
};

/* Longest frame: fixed part and name. */
enum { DNS_OBSERVATION_FRAME_MAX = 52 + DNS_NAME_WIRE_MAX };

/* Writes the frame; returns its length. `frame` has room for DNS_OBSERVATION_FRAME_MAX. */
size_t dns_observation_put(const struct dns_observation *o, uint8_t *frame);
/* -EBADMSG when the bytes are not one whole valid frame (version, enums, name structure are checked). */
int dns_observation_get(const uint8_t *frame, size_t len, struct dns_observation *ret_o) must_check;

/* Labels of 1..63 octets, ended by the root, exactly filling the name? For the readers of frames. */
bool observation_name_is_whole(const uint8_t *name, size_t len);

/* "udp", "tcp", ...; "none", "pass", "nxdomain", ...; "unknown" beyond the enum. */
const char *dns_transport_word(unsigned transport);
const char *dns_action_word(unsigned action);
/* "name", "client", "address", "ns-name", "ns-address". */
const char *dns_trigger_word(unsigned trigger);

#endif
