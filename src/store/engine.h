/* The embedded telemetry engine: ClickHouse as a library (libchdb), loaded when asked for, in one data directory.
 *
 * The library is not linked: it is half a gigabyte, has no stable header, and a node must run without it. One engine in a
 * process and one process on a data directory. One thread. Two connections: one inserts and changes tables, the other
 * only reads (readonly=1, so a statement cannot write, open files or call out) and carries the limits.
 *
 * Errors are negative errno: -ENOSPC disk full, -ETIME a query took too long, -ENOMEM over its memory, -E2BIG too large
 * a result, -EBADMSG the bytes are no block of that table, -ENOENT no library, -EIO the engine refused for another
 * reason; engine_error has its own words.
 */
#ifndef HINOMI_STORE_ENGINE_H
#define HINOMI_STORE_ENGINE_H

#include <stddef.h>
#include <stdint.h>

#include "base/attr.h"

enum {
    ENGINE_ERROR_MAX = 512,
    ENGINE_VERSION_MAX = 32,
    ENGINE_MEMORY_MIN = 256 << 20, /* below this the engine cannot merge; it holds about 50 MB when idle */
};

/* Where the library is: $HINOMI_ENGINE if set, else where tools/setup puts it (below $HINOMI_ENGINE_DIR, /var/cache,
 * $XDG_CACHE_HOME or ~/.cache), else /usr/lib/hinomi/libchdb.so. The path goes to the caller's buffer, which is also returned; when
 * there is no file at any place it is the last one, and engine_open will say that it is not there. */
enum { ENGINE_PATH_MAX = 4096 };
const char *engine_find_library(char *path);

struct engine;

struct engine_options {
    const char *library_path;     /* see engine_find_library */
    const char *data_dir;         /* absolute, no quote or markup in it; made when missing */
    uint64_t memory_max;          /* of the engine in this process, at least ENGINE_MEMORY_MIN */
    uint64_t query_memory_max;    /* of one query; 0: a quarter of memory_max */
    uint32_t query_time_max_s;    /* 0: 10 */
    uint32_t result_bytes_max;    /* 0: 16 MiB */
};

struct engine_status {
    uint64_t rows;
    uint64_t bytes_on_disk;
    char version[ENGINE_VERSION_MAX];
};

/* Loads, opens, and creates the tables of schema/telemetry_*.sql. On failure ret_error_text, ENGINE_ERROR_MAX bytes,
 * says why. */
int engine_open(const struct engine_options *options, struct engine **ret_engine, char *ret_error_text) must_check;
void engine_close(struct engine *e);
/* The engine's words for the last failure. */
const char *engine_error(const struct engine *e);

/* Inserts whole Native blocks; when it returns 0 they are on disk (fsync) and survive a crash. */
int engine_insert(struct engine *e, const char *table, const void *blocks, size_t len) must_check;
/* Runs one reading statement; the result is JSONEachRow, terminated, to be freed. -EINVAL when it is not sql_is_plain. */
int engine_query(struct engine *e, const char *sql, char **ret_json, size_t *ret_len) must_check;
/* Drops the day partitions of `table` before day_kept (YYYYMMDD); returns how many. */
int engine_drop_before(struct engine *e, const char *table, uint32_t day_kept) must_check;
int engine_status_get(struct engine *e, struct engine_status *ret_status) must_check;

#endif
