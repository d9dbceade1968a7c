/* The hub's side of the store: batches out, questions and answers, in bounded numbers, across a store that may be away.
 *
 * A batch stays here until the store says that it is on disk, and is sent again to the next store when its channel ends
 * (it may then be stored twice, never lost). Questions are not repeated: they fail when the channel ends. One thread.
 */
#ifndef HINOMI_APPS_STORE_CLIENT_H
#define HINOMI_APPS_STORE_CLIENT_H

#include <stdbool.h>

#include "store/native.h"
#include "store/store_protocol.h"

struct event_base;
struct store_client;

enum {
    STORE_CLIENT_BATCHES_MAX = 4,    /* blocks of up to 10 MiB waiting to be on disk */
    STORE_CLIENT_QUESTIONS_MAX = 64, /* waiting for an answer */
};

/* ok: JSONEachRow; else the reason. The bytes are borrowed for the call. */
typedef void store_answer_fn(void *self, bool ok, const char *bytes, size_t len);

struct store_client_counters {
    uint64_t rows_stored, rows_failed, batches_waiting;
    int64_t last_stored_us; /* wall clock of the last acknowledgement; 0: none */
    int64_t newest_row_us;  /* time of the newest answer that is on disk; 0: none of this hub's */
};

int store_client_new(struct event_base *loop, struct store_client **ret_client) must_check;
void store_client_free(struct store_client *c);
/* A new channel to the store; takes the descriptor. */
int store_client_connect(struct store_client *c, int fd) must_check;
bool store_client_connected(const struct store_client *c);

/* Room for another batch? Without it the caller keeps its rows (and the ring behind it fills and counts). */
bool store_client_has_room(const struct store_client *c);
/* Copies the block; newest_us: the time of its newest row, 0 if that does not count. */
int store_client_insert(struct store_client *c, enum store_table table, const struct native *block, size_t rows,
                        int64_t newest_us) must_check;
/* -ENOTCONN without a store, -EBUSY with too many questions, -E2BIG: STORE_QUERY_MAX octets or more. */
int store_client_ask(struct store_client *c, const char *sql, size_t len, store_answer_fn *answer, void *self) must_check;
/* The store's own status as it last told; asked for every few seconds. */
const struct store_status *store_client_status(const struct store_client *c);
struct store_client_counters store_client_counters_get(const struct store_client *c);

#endif
