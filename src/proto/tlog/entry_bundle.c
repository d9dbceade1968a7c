/* Writes and reads bundles of entries. */
#include "proto/tlog/entry_bundle.h"

#include <errno.h>

int entry_bundle_add(struct writer *w, const void *entry, size_t len)
{
    if (len > ENTRY_MAX)
        return -E2BIG;
    uint8_t *p = writer_grab(w, 2 + len);
    if (!p)
        return -EMSGSIZE;
    writer_put_u16(p, (uint16_t)len);
    if (len > 0)
        memcpy(p + 2, entry, len);
    return 0;
}

int entry_bundle_next(struct reader *r, const uint8_t **ret_entry, size_t *ret_len)
{
    if (r->left == 0)
        return r->failed ? -EBADMSG : 0;
    size_t len = reader_u16(r);
    const uint8_t *entry = reader_take(r, len);
    if (!entry)
        return -EBADMSG;
    *ret_entry = entry;
    *ret_len = len;
    return 1;
}
