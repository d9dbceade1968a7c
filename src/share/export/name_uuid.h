/* Identifiers made from names: the same name in the same namespace is the same UUID everywhere and always.
 *
 * Source: RFC 9562 5.5 (version 5, SHA-1), 6.5. Any thread.
 */
#ifndef HINOMI_SHARE_EXPORT_NAME_UUID_H
#define HINOMI_SHARE_EXPORT_NAME_UUID_H

#include <stddef.h>
#include <stdint.h>

enum { NAME_UUID_TEXT_MAX = 37 };

/* Of the text a, followed by b. Needs NAME_UUID_TEXT_MAX octets. */
const char *name_uuid_format(const uint8_t space[16], const char *a, const char *b, char *text);

#endif
