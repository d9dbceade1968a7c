/* Keeps batches until they are stored and questions until they are answered. */
#include "apps/store/store_client.h"

#include <errno.h>
#include <event2/event.h>
#include <stdlib.h>
#include <string.h>

#include "base/channel.h"
#include "base/clock.h"
#include "base/writer.h"

enum {
    RETRY_S = 2,  /* before a refused batch is sent again, and between looks at the store's status */
    TRIES_MAX = 30, /* a minute of refusals: then the batch is given up and counted */
};

struct batch {
    uint64_t number; /* 0: free */
    uint8_t *message; /* head and block */
    size_t len, rows;
    int64_t newest_us;
    unsigned tries;
    bool sent; /* waits for its acknowledgement */
};

struct question {
    uint32_t id; /* 0: free */
    store_answer_fn *answer;
    void *self;
};

struct store_client {
    struct event_base *loop;
    struct event *timer;
    struct channel *channel;
    struct batch batches[STORE_CLIENT_BATCHES_MAX];
    struct question questions[STORE_CLIENT_QUESTIONS_MAX];
    uint64_t next_batch;
    uint32_t next_question;
    struct store_status status;
    struct store_client_counters counters;
};

static void drop_batch(struct store_client *c, struct batch *b)
{
    free(b->message);
    *b = (struct batch){0};
    c->counters.batches_waiting--;
}

static void send_batch(struct store_client *c, struct batch *b)
{
    if (!c->channel || b->sent)
        return;
    b->sent = channel_send(c->channel, STORE_INSERT, b->message, b->len) == 0;
}

static struct batch *find_batch(struct store_client *c, uint64_t number)
{
    for (size_t i = 0; number != 0 && i < array_len(c->batches); i++)
        if (c->batches[i].number == number)
            return &c->batches[i];
    return NULL;
}

static void on_inserted(struct store_client *c, struct reader payload)
{
    struct batch *b = find_batch(c, reader_u64(&payload));
    if (!b)
        return;
    c->counters.rows_stored += b->rows;
    c->counters.last_stored_us = clock_wall_us();
    if (b->newest_us > c->counters.newest_row_us)
        c->counters.newest_row_us = b->newest_us;
    drop_batch(c, b);
}

static void on_insert_failed(struct store_client *c, struct reader payload)
{
    uint64_t number;
    bool again;
    char text[STORE_TEXT_MAX];
    if (store_insert_failed_get(payload, &number, &again, text) < 0)
        return;
    struct batch *b = find_batch(c, number);
    if (!b)
        return;
    b->sent = false; /* the timer sends it again */
    if (!again || ++b->tries >= TRIES_MAX) {
        c->counters.rows_failed += b->rows;
        drop_batch(c, b);
    }
}

static void on_result(struct store_client *c, struct reader payload)
{
    uint32_t id;
    bool ok;
    struct reader bytes;
    if (store_result_get(payload, &id, &ok, &bytes) < 0)
        return;
    for (size_t i = 0; id != 0 && i < array_len(c->questions); i++) {
        struct question q = c->questions[i];
        if (q.id != id)
            continue;
        c->questions[i] = (struct question){0};
        q.answer(q.self, ok, (const char *)bytes.at, bytes.left);
        return;
    }
}

static void on_message(struct channel *channel, uint16_t type, struct reader payload, void *self)
{
    (void)channel;
    struct store_client *c = self;
    uint32_t id;
    switch (type) {
    case STORE_INSERTED:
        on_inserted(c, payload);
        break;
    case STORE_INSERT_FAILED:
        on_insert_failed(c, payload);
        break;
    case STORE_RESULT:
        on_result(c, payload);
        break;
    case STORE_STATUS_IS:
        if (store_status_get(payload, &id, &c->status) < 0)
            c->status = (struct store_status){0};
        break;
    default:
        break; /* a newer store may say more */
    }
}

static void disconnect(struct store_client *c)
{
    channel_free(c->channel);
    c->channel = NULL;
    c->status.open = false;
    for (size_t i = 0; i < array_len(c->batches); i++)
        c->batches[i].sent = false;
    static const char away[] = "the store is being started";
    for (size_t i = 0; i < array_len(c->questions); i++) {
        struct question q = c->questions[i];
        c->questions[i] = (struct question){0};
        if (q.id != 0)
            q.answer(q.self, false, away, strlen(away));
    }
}

static void on_end(struct channel *channel, int reason, void *self)
{
    (void)channel, (void)reason; /* the parent says why the store died, and brings the next */
    disconnect(self);
}

static void ask_status(struct store_client *c)
{
    uint8_t id[4] = {0};
    if (c->channel && channel_send(c->channel, STORE_STATUS, id, sizeof id) < 0)
        c->status.open = false;
}

static void on_timer(evutil_socket_t fd, short what, void *self)
{
    (void)fd, (void)what;
    struct store_client *c = self;
    for (size_t i = 0; i < array_len(c->batches); i++)
        if (c->batches[i].number != 0)
            send_batch(c, &c->batches[i]);
    ask_status(c);
}

int store_client_new(struct event_base *loop, struct store_client **ret_client)
{
    struct store_client *c = calloc(1, sizeof *c);
    if (!c)
        return -ENOMEM;
    c->loop = loop;
    c->next_batch = c->next_question = 1;
    c->timer = event_new(loop, -1, EV_PERSIST, on_timer, c);
    static const struct timeval period = {.tv_sec = RETRY_S};
    if (!c->timer || event_add(c->timer, &period) < 0) {
        store_client_free(c);
        return -ENOMEM;
    }
    *ret_client = c;
    return 0;
}

void store_client_free(struct store_client *c)
{
    if (!c)
        return;
    disconnect(c);
    if (c->timer)
        event_free(c->timer);
    for (size_t i = 0; i < array_len(c->batches); i++)
        free(c->batches[i].message);
    free(c);
}

int store_client_connect(struct store_client *c, int fd)
{
    disconnect(c);
    struct channel_handler handler = {.on_message = on_message, .on_end = on_end, .self = c};
    int e = channel_new(c->loop, fd, STORE_MESSAGE_MAX, STORE_CLIENT_BATCHES_MAX * (size_t)STORE_MESSAGE_MAX, handler,
                        &c->channel);
    if (e < 0)
        return e;
    on_timer(-1, 0, c);
    return 0;
}

bool store_client_connected(const struct store_client *c)
{
    return c->channel != NULL;
}

bool store_client_has_room(const struct store_client *c)
{
    return c->counters.batches_waiting < STORE_CLIENT_BATCHES_MAX;
}

int store_client_insert(struct store_client *c, enum store_table table, const struct native *block, size_t rows,
                        int64_t newest_us)
{
    struct batch *b = NULL;
    for (size_t i = 0; i < array_len(c->batches) && !b; i++)
        if (c->batches[i].number == 0)
            b = &c->batches[i];
    if (!b)
        return -ENOBUFS;
    size_t len = STORE_INSERT_HEAD_LEN + block->len;
    uint8_t *message = malloc(len);
    if (!message)
        return -ENOMEM;
    *b = (struct batch){.number = c->next_batch++, .message = message, .len = len, .rows = rows, .newest_us = newest_us};
    store_insert_put_head(message, b->number, table);
    memcpy(message + STORE_INSERT_HEAD_LEN, block->bytes, block->len);
    c->counters.batches_waiting++;
    send_batch(c, b);
    return 0;
}

int store_client_ask(struct store_client *c, const char *sql, size_t len, store_answer_fn *answer, void *self)
{
    if (!c->channel)
        return -ENOTCONN;
    if (len >= STORE_QUERY_MAX)
        return -E2BIG;
    struct question *q = NULL;
    for (size_t i = 0; i < array_len(c->questions) && !q; i++)
        if (c->questions[i].id == 0)
            q = &c->questions[i];
    if (!q)
        return -EBUSY;
    uint8_t *message = malloc(4 + len);
    if (!message)
        return -ENOMEM;
    if (c->next_question == 0)
        c->next_question = 1;
    uint32_t id = c->next_question++;
    writer_put_u32(message, id);
    memcpy(message + 4, sql, len);
    int e = channel_send(c->channel, STORE_QUERY, message, 4 + len);
    free(message);
    if (e == 0)
        *q = (struct question){.id = id, .answer = answer, .self = self};
    return e;
}

const struct store_status *store_client_status(const struct store_client *c)
{
    return &c->status;
}

struct store_client_counters store_client_counters_get(const struct store_client *c)
{
    return c->counters;
}
