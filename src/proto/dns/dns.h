/* The numbers of the DNS: header bits, types, response codes, extended errors.
 *
 * Source: RFC 1035 4.1.1, RFC 6895, RFC 6891 (EDNS), RFC 8914 (extended errors), IANA "DNS Parameters".
 */
#ifndef HINOMI_PROTO_DNS_DNS_H
#define HINOMI_PROTO_DNS_DNS_H

#include <stdint.h>

enum {
    DNS_HEADER_LEN = 12,
    DNS_UDP_PAYLOAD_MAX = 1232, /* what we send and announce over UDP: never fragmented (DNS flag day 2020) */
    DNS_UDP_PLAIN_MAX = 512,    /* without EDNS, RFC 1035 4.2.1 */
    DNS_MESSAGE_MAX = 65535,
    DNS_LABEL_MAX = 63,
    DNS_LABELS_MAX = 128, /* 127 and the root: what fits 255 octets */
};

/* Flags word, bytes 2 and 3 of a message. */
enum {
    DNS_FLAG_QR = 0x8000,
    DNS_FLAG_OPCODE = 0x7800,
    DNS_FLAG_AA = 0x0400,
    DNS_FLAG_TC = 0x0200,
    DNS_FLAG_RD = 0x0100,
    DNS_FLAG_RA = 0x0080,
    DNS_FLAG_AD = 0x0020,
    DNS_FLAG_CD = 0x0010,
    DNS_FLAG_RCODE = 0x000f,
};

enum dns_rcode {
    DNS_RCODE_NOERROR = 0,
    DNS_RCODE_FORMERR = 1,
    DNS_RCODE_SERVFAIL = 2,
    DNS_RCODE_NXDOMAIN = 3,
    DNS_RCODE_NOTIMP = 4,
    DNS_RCODE_REFUSED = 5,
    DNS_RCODE_BADVERS = 16, /* extended, like all from here: upper bits travel in the OPT record */
    DNS_RCODE_BADCOOKIE = 23,
};

enum dns_class { DNS_CLASS_IN = 1, DNS_CLASS_CH = 3, DNS_CLASS_ANY = 255 };

enum dns_type {
    DNS_TYPE_A = 1,
    DNS_TYPE_NS = 2,
    DNS_TYPE_CNAME = 5,
    DNS_TYPE_SOA = 6,
    DNS_TYPE_MB = 7,
    DNS_TYPE_MG = 8,
    DNS_TYPE_MR = 9,
    DNS_TYPE_PTR = 12,
    DNS_TYPE_HINFO = 13,
    DNS_TYPE_MINFO = 14,
    DNS_TYPE_MX = 15,
    DNS_TYPE_TXT = 16,
    DNS_TYPE_RP = 17,
    DNS_TYPE_AFSDB = 18,
    DNS_TYPE_AAAA = 28,
    DNS_TYPE_SRV = 33,
    DNS_TYPE_NAPTR = 35,
    DNS_TYPE_KX = 36,
    DNS_TYPE_DNAME = 39,
    DNS_TYPE_OPT = 41,
    DNS_TYPE_DS = 43,
    DNS_TYPE_RRSIG = 46,
    DNS_TYPE_NSEC = 47,
    DNS_TYPE_DNSKEY = 48,
    DNS_TYPE_NSEC3 = 50,
    DNS_TYPE_NSEC3PARAM = 51,
    DNS_TYPE_TLSA = 52,
    DNS_TYPE_CDS = 59,
    DNS_TYPE_CDNSKEY = 60,
    DNS_TYPE_SVCB = 64,
    DNS_TYPE_HTTPS = 65,
    DNS_TYPE_SPF = 99,
    DNS_TYPE_TKEY = 249,
    DNS_TYPE_TSIG = 250,
    DNS_TYPE_IXFR = 251,
    DNS_TYPE_AXFR = 252,
    DNS_TYPE_MAILB = 253,
    DNS_TYPE_MAILA = 254,
    DNS_TYPE_ANY = 255,
    DNS_TYPE_CAA = 257,
};

enum {
    DNS_EDNS_DO = 0x8000,
    DNS_OPTION_COOKIE = 10,
    DNS_OPTION_KEEPALIVE = 11,
    DNS_OPTION_PADDING = 12,
    DNS_OPTION_EDE = 15,
};

enum dns_ede {
    DNS_EDE_OTHER = 0,
    DNS_EDE_STALE_ANSWER = 3,
    DNS_EDE_DNSSEC_BOGUS = 6,
    DNS_EDE_BLOCKED = 15,
    DNS_EDE_CENSORED = 16,
    DNS_EDE_FILTERED = 17,
    DNS_EDE_PROHIBITED = 18,
    DNS_EDE_NO_REACHABLE_AUTHORITY = 22,
    DNS_EDE_NETWORK_ERROR = 23,
    DNS_EDE_NONE = 0xffff, /* ours: no extended error */
};

/* "A", "AAAA", or "TYPE65280" (RFC 3597 5) into text of DNS_TYPE_TEXT_MAX bytes, which is returned. */
enum { DNS_TYPE_TEXT_MAX = 16 };
const char *dns_type_format(uint16_t type, char *text);
/* The reverse, any letter case; -EINVAL. */
int dns_type_parse(const char *text, uint16_t *ret_type);
/* "NOERROR", "RCODE9". Needs DNS_TYPE_TEXT_MAX bytes. */
const char *dns_rcode_format(unsigned rcode, char *text);

#endif
