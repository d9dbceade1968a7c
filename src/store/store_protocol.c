/* Puts and gets the payloads between hub and store role. */
#include "store/store_protocol.h"

#include <errno.h>
#include <string.h>

#include "base/writer.h"

static const char *const table_names[] = {
    [STORE_TABLE_DNS] = "dns",
    [STORE_TABLE_PDNS] = "pdns",
};
_Static_assert(array_len(table_names) == STORE_TABLE_COUNT, "one name per table");

const char *store_table_name(unsigned table)
{
    return table < STORE_TABLE_COUNT ? table_names[table] : NULL;
}

void store_insert_put_head(uint8_t head[STORE_INSERT_HEAD_LEN], uint64_t batch, enum store_table table)
{
    struct writer w = writer_of(head, STORE_INSERT_HEAD_LEN);
    writer_u64(&w, batch);
    writer_u8(&w, (uint8_t)table);
}

void store_result_put_head(uint8_t head[STORE_RESULT_HEAD_LEN], uint32_t id, bool ok)
{
    struct writer w = writer_of(head, STORE_RESULT_HEAD_LEN);
    writer_u32(&w, id);
    writer_u8(&w, ok);
}

/* A text of n bytes, cut to fit; -EBADMSG when a terminator is among them. */
static int take_text(struct reader *r, size_t n, char *to)
{
    const uint8_t *p = reader_take(r, n);
    if (!p || memchr(p, '\0', n))
        return -EBADMSG;
    size_t len = n < STORE_TEXT_MAX ? n : STORE_TEXT_MAX - 1;
    memcpy(to, p, len);
    to[len] = '\0';
    return 0;
}

int store_insert_failed_get(struct reader payload, uint64_t *ret_batch, bool *ret_again, char *ret_text)
{
    uint64_t batch = reader_u64(&payload);
    uint8_t again = reader_u8(&payload);
    if (payload.failed || again > 1 || take_text(&payload, payload.left, ret_text) < 0)
        return -EBADMSG;
    *ret_batch = batch;
    *ret_again = again;
    return 0;
}

int store_result_get(struct reader payload, uint32_t *ret_id, bool *ret_ok, struct reader *ret_bytes)
{
    uint32_t id = reader_u32(&payload);
    uint8_t ok = reader_u8(&payload);
    if (payload.failed || ok > 1)
        return -EBADMSG;
    *ret_id = id;
    *ret_ok = ok;
    *ret_bytes = payload;
    return 0;
}

static void put_text(struct writer *w, const char *text)
{
    size_t len = strnlen(text, STORE_TEXT_MAX - 1);
    writer_u16(w, (uint16_t)len);
    writer_bytes(w, text, len);
}

size_t store_status_put(const struct store_status *s, uint32_t id, uint8_t *buffer)
{
    struct writer w = writer_of(buffer, STORE_STATUS_MAX);
    writer_u32(&w, id);
    writer_u8(&w, s->open);
    writer_u64(&w, s->rows);
    writer_u64(&w, s->bytes_on_disk);
    writer_u64(&w, s->inserted);
    writer_u64(&w, s->failed);
    put_text(&w, s->version);
    put_text(&w, s->last_error);
    return w.len;
}

int store_status_get(struct reader payload, uint32_t *ret_id, struct store_status *ret_status)
{
    struct store_status s = {0};
    uint32_t id = reader_u32(&payload);
    uint8_t open = reader_u8(&payload);
    s.open = open;
    s.rows = reader_u64(&payload);
    s.bytes_on_disk = reader_u64(&payload);
    s.inserted = reader_u64(&payload);
    s.failed = reader_u64(&payload);
    if (take_text(&payload, reader_u16(&payload), s.version) < 0 ||
        take_text(&payload, reader_u16(&payload), s.last_error) < 0 || payload.left > 0 || open > 1)
        return -EBADMSG;
    *ret_id = id;
    *ret_status = s;
    return 0;
}
