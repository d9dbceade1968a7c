/* What hub and store role say to each other over a channel: message types and payloads.
 *
 * The hub asks, the store answers; answers may come in another order than the questions. Integers are big-endian.
 *
 *     STORE_INSERT         hub   u64 batch, u8 table, Native blocks to the end
 *     STORE_INSERTED       store u64 batch: on disk
 *     STORE_INSERT_FAILED  store u64 batch, u8 again, text to the end: why; again = 1: the same batch may be sent later
 *     STORE_QUERY          hub   u32 id, SQL to the end: less than STORE_QUERY_MAX octets
 *     STORE_RESULT         store u32 id, u8 ok, JSONEachRow (ok = 1) or why not (ok = 0) to the end
 *     STORE_STATUS         hub   u32 id
 *     STORE_STATUS_IS      store u32 id, u8 open, u64 rows, u64 bytes on disk, u64 batches inserted since start,
 *                                u64 batches failed since start, u16 length and text: version,
 *                                u16 length and text: last error, empty when there was none
 *
 * A batch that was not answered when the channel ended may be there or not; sending it again may store it twice. The hub
 * bounds what it has in flight; the store answers one message before it reads the next.
 */
#ifndef HINOMI_STORE_STORE_PROTOCOL_H
#define HINOMI_STORE_STORE_PROTOCOL_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/attr.h"
#include "base/reader.h"
#include "store/seen_query.h"

enum store_message {
    STORE_INSERT = 1,
    STORE_INSERTED,
    STORE_INSERT_FAILED,
    STORE_QUERY,
    STORE_RESULT,
    STORE_STATUS,
    STORE_STATUS_IS,
};

enum store_table { STORE_TABLE_DNS, STORE_TABLE_PDNS, STORE_TABLE_COUNT };

enum {
    STORE_INSERT_HEAD_LEN = 9,             /* before the blocks */
    STORE_RESULT_HEAD_LEN = 5,             /* before the bytes */
    STORE_QUERY_MAX = SEEN_QUERY_MAX,      /* the longest statement, that of a look back, and its terminator */
    STORE_MESSAGE_MAX = 17 << 20,          /* the longest block, the longest result, and their heads */
    STORE_QUEUE_MAX = 2 * STORE_MESSAGE_MAX,
    STORE_TEXT_MAX = 512,                  /* of a reason or a version, with terminator */
    STORE_STATUS_MAX = 4 + 1 + 4 * 8 + 2 * (2 + STORE_TEXT_MAX),
};

struct store_status {
    bool open; /* the engine runs */
    uint64_t rows, bytes_on_disk, inserted, failed;
    char version[STORE_TEXT_MAX], last_error[STORE_TEXT_MAX];
};

/* "dns", "pdns"; NULL beyond the enum. */
const char *store_table_name(unsigned table);

/* Heads go into the caller's buffer in front of the bytes they announce. */
void store_insert_put_head(uint8_t head[STORE_INSERT_HEAD_LEN], uint64_t batch, enum store_table table);
void store_result_put_head(uint8_t head[STORE_RESULT_HEAD_LEN], uint32_t id, bool ok);

/* The answer to a batch, from a STORE_INSERT_FAILED payload. -EBADMSG. text has STORE_TEXT_MAX bytes. */
int store_insert_failed_get(struct reader payload, uint64_t *ret_batch, bool *ret_again, char *ret_text) must_check;
/* The bytes borrow the payload and are not terminated. -EBADMSG. */
int store_result_get(struct reader payload, uint32_t *ret_id, bool *ret_ok, struct reader *ret_bytes) must_check;

/* Returns the length; buffer has STORE_STATUS_MAX bytes. */
size_t store_status_put(const struct store_status *s, uint32_t id, uint8_t *buffer);
int store_status_get(struct reader payload, uint32_t *ret_id, struct store_status *ret_status) must_check;

#endif
