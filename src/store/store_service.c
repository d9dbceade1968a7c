/* Turns the hub's messages into engine calls and their outcomes into answers. */
#include "store/store_service.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/writer.h"
#include "store/dns_query.h"

struct store_service {
    struct store_service_options options;
    struct engine *engine; /* NULL: could not be opened */
    uint64_t inserted, failed;
    char error[ENGINE_ERROR_MAX];
};

int store_service_new(const struct store_service_options *options, struct store_service **ret_service)
{
    struct store_service *s = calloc(1, sizeof *s);
    if (!s)
        return -ENOMEM;
    s->options = *options;
    *ret_service = s;
    return 0;
}

void store_service_free(struct store_service *s)
{
    if (!s)
        return;
    engine_close(s->engine);
    free(s);
}

int store_service_open(struct store_service *s)
{
    return s->engine ? 0 : engine_open(&s->options.engine, &s->engine, s->error);
}

bool store_service_is_open(const struct store_service *s)
{
    return s->engine != NULL;
}

const char *store_service_error(const struct store_service *s)
{
    return s->error;
}

static void note_error(struct store_service *s)
{
    snprintf(s->error, sizeof s->error, "%s", engine_error(s->engine));
}

/* A block that the engine cannot read will not be readable later. What the disk, the memory or the missing library
 * refused may pass; the hub bounds how often it tries. */
static bool worth_again(int error)
{
    return error != -EBADMSG && error != -EINVAL;
}

static void reply_failed(struct store_service *s, uint64_t batch, bool again, store_reply *reply, void *self)
{
    uint8_t bytes[8 + 1 + STORE_TEXT_MAX];
    struct writer w = writer_of(bytes, sizeof bytes);
    writer_u64(&w, batch);
    writer_u8(&w, again);
    writer_bytes(&w, s->error, strnlen(s->error, STORE_TEXT_MAX - 1));
    s->failed++;
    reply(STORE_INSERT_FAILED, w.base, w.len, self);
}

static int insert(struct store_service *s, struct reader payload, store_reply *reply, void *self)
{
    const uint8_t *batch_bytes = payload.at;
    uint64_t batch = reader_u64(&payload);
    const char *table = store_table_name(reader_u8(&payload));
    if (payload.failed || !table || payload.left == 0)
        return -EBADMSG;
    if (!s->engine) {
        reply_failed(s, batch, true, reply, self);
        return 0;
    }
    int r = engine_insert(s->engine, table, payload.at, payload.left);
    if (r < 0) {
        note_error(s);
        reply_failed(s, batch, worth_again(r), reply, self);
        return 0;
    }
    s->inserted++;
    reply(STORE_INSERTED, batch_bytes, 8, self);
    return 0;
}

/* Head and bytes in one message. */
static void reply_result(uint32_t id, bool ok, const char *bytes, size_t len, store_reply *reply, void *self)
{
    autofree uint8_t *message = malloc(STORE_RESULT_HEAD_LEN + len);
    uint8_t head[STORE_RESULT_HEAD_LEN];
    store_result_put_head(message ? message : head, id, message && ok);
    if (message && len > 0)
        memcpy(message + STORE_RESULT_HEAD_LEN, bytes, len);
    reply(STORE_RESULT, message ? message : head, message ? STORE_RESULT_HEAD_LEN + len : sizeof head, self);
}

static int query(struct store_service *s, struct reader payload, store_reply *reply, void *self)
{
    uint32_t id = reader_u32(&payload);
    if (payload.failed || payload.left >= STORE_QUERY_MAX || memchr(payload.at, '\0', payload.left))
        return -EBADMSG;
    autofree char *sql = malloc(payload.left + 1);
    autofree char *json = NULL;
    size_t len = 0;
    if (sql) {
        memcpy(sql, payload.at, payload.left);
        sql[payload.left] = '\0';
    }
    int r = !sql ? -ENOMEM : s->engine ? engine_query(s->engine, sql, &json, &len) : -ENOENT;
    if (!sql)
        snprintf(s->error, sizeof s->error, "%s", strerror(ENOMEM));
    else if (r < 0 && s->engine)
        note_error(s);
    if (r < 0)
        reply_result(id, false, s->error, strlen(s->error), reply, self);
    else
        reply_result(id, true, json, len, reply, self);
    return 0;
}

static int status(struct store_service *s, struct reader payload, store_reply *reply, void *self)
{
    uint32_t id = reader_u32(&payload);
    if (payload.failed || payload.left > 0)
        return -EBADMSG;
    struct store_status st = {.inserted = s->inserted, .failed = s->failed};
    struct engine_status es;
    if (s->engine && engine_status_get(s->engine, &es) == 0) {
        st.open = true;
        st.rows = es.rows;
        st.bytes_on_disk = es.bytes_on_disk;
        snprintf(st.version, sizeof st.version, "%s", es.version);
    } else if (s->engine) {
        note_error(s);
    }
    snprintf(st.last_error, sizeof st.last_error, "%s", s->error);
    uint8_t bytes[STORE_STATUS_MAX];
    reply(STORE_STATUS_IS, bytes, store_status_put(&st, id, bytes), self);
    return 0;
}

int store_service_message(struct store_service *s, uint16_t type, struct reader payload, store_reply *reply,
                          void *self)
{
    switch (type) {
    case STORE_INSERT:
        return insert(s, payload, reply, self);
    case STORE_QUERY:
        return query(s, payload, reply, self);
    case STORE_STATUS:
        return status(s, payload, reply, self);
    default:
        return -EBADMSG;
    }
}

int store_service_retain(struct store_service *s, int64_t now_us)
{
    int dropped = 0;
    static const char *const derived[STORE_TABLE_COUNT] = {[STORE_TABLE_DNS] = "seen"}; /* kept as long as what it is made of */
    for (unsigned table = 0; s->engine && table < STORE_TABLE_COUNT; table++) {
        unsigned days = s->options.retention_days[table];
        if (days == 0)
            continue;
        int r = engine_drop_before(s->engine, store_table_name(table), dns_query_day_kept(now_us, days));
        if (r < 0) {
            note_error(s);
            return r;
        }
        dropped += r;
        r = derived[table] ? engine_drop_before(s->engine, derived[table], dns_query_day_kept(now_us, days)) : 0;
        if (r < 0) {
            note_error(s);
            return r;
        }
    }
    return dropped;
}
