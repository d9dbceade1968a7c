/* Puts a record of an answer into its frame and takes it out again, checked. */
#include "model/answer_record.h"

#include <errno.h>

#include "base/reader.h"
#include "base/writer.h"

#define FRAME_VERSION 1

size_t answer_record_put(const struct answer_record *a, uint8_t *frame)
{
    struct writer w = writer_of(frame, ANSWER_RECORD_FRAME_MAX);
    writer_u8(&w, OBSERVATION_KIND_RECORD);
    writer_u8(&w, FRAME_VERSION);
    writer_u16(&w, a->type);
    writer_u32(&w, a->ttl_s);
    writer_u64(&w, (uint64_t)a->time_us);
    writer_u32(&w, a->verdict.id);
    writer_u32(&w, a->verdict.line);
    writer_u16(&w, a->data_len);
    writer_u8(&w, a->suspicion);
    writer_u8(&w, 0);
    writer_u8(&w, 0);
    writer_u8(&w, a->name_len);
    writer_bytes(&w, a->name, a->name_len);
    writer_bytes(&w, a->data, a->data_len);
    return w.len;
}

int answer_record_get(const uint8_t *frame, size_t len, struct answer_record *ret_record)
{
    struct reader r = reader_of(frame, len);
    uint8_t kind = reader_u8(&r);
    uint8_t version = reader_u8(&r);
    if (kind != OBSERVATION_KIND_RECORD || version != FRAME_VERSION)
        return -EBADMSG;
    struct answer_record a;
    a.type = reader_u16(&r);
    a.ttl_s = reader_u32(&r);
    a.time_us = (int64_t)reader_u64(&r);
    a.verdict.id = reader_u32(&r);
    a.verdict.line = reader_u32(&r);
    a.data_len = reader_u16(&r);
    a.suspicion = reader_u8(&r);
    uint16_t reserved = reader_u16(&r);
    a.name_len = reader_u8(&r);
    const uint8_t *name = reader_take(&r, a.name_len);
    const uint8_t *data = reader_take(&r, a.data_len);
    if (r.failed || r.left > 0 || reserved != 0 || a.suspicion >= RECORD_SUSPICION_COUNT || a.time_us < 0 ||
        a.data_len > sizeof a.data || !observation_name_is_whole(name, a.name_len))
        return -EBADMSG;
    memcpy(a.name, name, a.name_len);
    memset(a.name + a.name_len, 0, sizeof a.name - a.name_len);
    if (a.data_len > 0)
        memcpy(a.data, data, a.data_len);
    memset(a.data + a.data_len, 0, sizeof a.data - a.data_len);
    *ret_record = a;
    return 0;
}
