/* Local data of a rule: records without owner, as the image keeps them and the answer sends them.
 *
 * Each record: u16 type, u32 TTL in seconds, u16 length, data in wire form, names uncompressed; big-endian.
 */
#ifndef HINOMI_ACT_POLICY_DATA_H
#define HINOMI_ACT_POLICY_DATA_H

#include "base/reader.h"
#include "base/writer.h"

struct policy_data_record {
    uint16_t type;
    uint32_t ttl;
    uint16_t len;
    const uint8_t *rdata; /* borrowed */
};

static inline void policy_data_put(struct writer *w, const struct policy_data_record *r)
{
    writer_u16(w, r->type);
    writer_u32(w, r->ttl);
    writer_u16(w, r->len);
    writer_bytes(w, r->rdata, r->len);
}

/* False at the end, or when the rest is broken (then the reader has failed). */
static inline bool policy_data_next(struct reader *r, struct policy_data_record *ret_record)
{
    if (r->left == 0)
        return false;
    struct policy_data_record record;
    record.type = reader_u16(r);
    record.ttl = reader_u32(r);
    record.len = reader_u16(r);
    record.rdata = reader_take(r, record.len);
    if (r->failed)
        return false;
    *ret_record = record;
    return true;
}

#endif
