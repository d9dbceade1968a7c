/* The data of a record as text, as zone files have it.
 *
 * Source: RFC 1035 5.1 (texts, MX, SOA), RFC 2782 (SRV), RFC 5952 (IPv6), RFC 9460 2.1 and appendix A (SVCB, HTTPS), RFC 3597 5 (every
 * other type: "\# LENGTH HEX"). Names have no final dot, the root is ".". Pure; the data is not trusted.
 */
#ifndef HINOMI_PROTO_DNS_RDATA_TEXT_H
#define HINOMI_PROTO_DNS_RDATA_TEXT_H

#include <stddef.h>
#include <stdint.h>

#include "base/attr.h"

/* Room for the text of `len` octets of data and its terminator, whatever they are. */
#define DNS_RDATA_TEXT_MAX(len) (64 + 8 * (len))

/* Names in the data are uncompressed. Data that is not what its type says is written like that of an unknown type. `text` has
 * room for DNS_RDATA_TEXT_MAX(len). Returns the length: printable ASCII only. */
size_t dns_rdata_format(uint16_t type, const uint8_t *data, size_t len, char *text);

#endif
