/* Base32 without padding, as authenticator programs take their keys. Source: RFC 4648 6. */
#ifndef HINOMI_API_BASE32_H
#define HINOMI_API_BASE32_H

#include <stddef.h>
#include <stdint.h>

#include "base/attr.h"

#define BASE32_TEXT_MAX(octets) (((octets)*8 + 4) / 5 + 1) /* with the terminator */

void base32_write(const uint8_t *octets, size_t len, char *ret_text);
/* Exactly `len` octets, in either case. -EINVAL. */
int base32_read(const char *text, uint8_t *ret_octets, size_t len) must_check;

#endif
