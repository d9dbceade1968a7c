/* Base64 with padding, one text for each value.
 *
 * Source: RFC 4648 4 and 3.5 (bits left over are zero). libsodium does the work, in the same time for each key; what stands before it is
 * that it takes some letters past ASCII for letters of base64 (1.0.18).
 */
#ifndef HINOMI_PROTO_TLOG_BASE64_H
#define HINOMI_PROTO_TLOG_BASE64_H

#include <stddef.h>
#include <stdint.h>

#include "base/attr.h"
#include "base/writer.h"

/* Octets to `to`, at most max; their number. -EBADMSG: not base64; -EMSGSIZE: more than max. */
int base64_decode(const char *text, size_t len, uint8_t *to, size_t max) must_check;
/* Writes the text, without a terminator or a newline. */
void base64_write(struct writer *w, const uint8_t *octets, size_t len);

#endif
