/* The few functions of libchdb 26.7 that are used, found in the library at run time.
 *
 * libchdb ships no header. Signatures follow its published C interface (chdb.h of release 26.7): connections are handed out
 * as a pointer to the connection that queries take; texts go with their length; a result carries bytes or an error.
 */
#ifndef HINOMI_STORE_CHDB_H
#define HINOMI_STORE_CHDB_H

#include <stddef.h>

#include "base/attr.h"

struct chdb_connection;
struct chdb_result;
struct chdb_insert_stream;

struct chdb {
    struct chdb_connection **(*connect)(int argc, char **argv);
    void (*close_conn)(struct chdb_connection **connection);
    struct chdb_result *(*query_n)(struct chdb_connection *connection, const char *query, size_t query_len,
                                   const char *format, size_t format_len);
    char *(*result_buffer)(struct chdb_result *result);
    size_t (*result_length)(struct chdb_result *result);
    const char *(*result_error)(struct chdb_result *result); /* NULL: none */
    void (*destroy_query_result)(struct chdb_result *result);
    struct chdb_insert_stream *(*stream_insert_n)(struct chdb_connection *connection, const char *query,
                                                  size_t query_len, const char *format, size_t format_len);
    int (*stream_append)(struct chdb_insert_stream *stream, const void *data, size_t len); /* 0: taken */
    struct chdb_result *(*stream_done)(struct chdb_insert_stream *stream);
    void (*stream_cancel_insert)(struct chdb_insert_stream *stream);
    const char *(*stream_insert_error)(struct chdb_insert_stream *stream); /* NULL: none */
    void (*destroy_insert_stream)(struct chdb_insert_stream *stream);
    void (*set_signal_handlers_enabled)(int enabled);
    const char *(*version)(void);
};

/* -ENOENT no such file, -ELIBACC it cannot be loaded, -ENOSYS a function is missing; *ret_why is then a text that is
 * valid until the next dlerror. The library stays loaded for the life of the process: its threads do. */
int chdb_load(const char *library_path, struct chdb *ret_chdb, const char **ret_why) must_check;

#endif
