/* Octets that cannot be the text that is awaited: UTF-16, and files that are compressed, told by how they begin. Read all the same, some of their
 * octets would pass for names.
 */
#ifndef HINOMI_BASE_PACKED_H
#define HINOMI_BASE_PACKED_H

#include <stddef.h>
#include <string.h>

#include "base/attr.h"
#include "base/text.h"

/* What is wrong with a document that begins with these octets: N_() text; NULL: nothing that shows there. */
static inline const char *packed_reason(const void *octets, size_t len)
{
    static const char utf16[] = N_("the document is UTF-16; it has to be UTF-8");
    static const char packed[] = N_("the document is compressed; it has to be unpacked first");
    static const struct {
        const char *octets;
        size_t len;
        const char *why;
    } marks[] = {
        {"\xff\xfe", 2, utf16},          {"\xfe\xff", 2, utf16}, /* byte order marks */
        {"\x1f\x8b", 2, packed},         {"\xfd" "7zXZ", 5, packed}, {"\x28\xb5\x2f\xfd", 4, packed}, /* gzip, xz, zstd */
        {"PK\x03\x04", 4, packed}, /* zip */
    };
    for (size_t i = 0; i < array_len(marks); i++)
        if (len >= marks[i].len && memcmp(octets, marks[i].octets, marks[i].len) == 0)
            return marks[i].why;
    /* bzip2: "BZh" alone may begin a name. */
    const char *text = octets;
    return len >= 10 && memcmp(text, "BZh", 3) == 0 && memcmp(text + 4, "1AY&SY", 6) == 0 ? packed : NULL;
}

#endif
