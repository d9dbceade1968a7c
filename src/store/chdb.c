/* Loads libchdb and looks its functions up. */
#include "store/chdb.h"

#include <dlfcn.h>
#include <errno.h>
#include <string.h>
#include <unistd.h>

static const struct {
    const char *name;
    size_t offset;
} symbols[] = {
    {"chdb_connect", offsetof(struct chdb, connect)},
    {"chdb_close_conn", offsetof(struct chdb, close_conn)},
    {"chdb_query_n", offsetof(struct chdb, query_n)},
    {"chdb_result_buffer", offsetof(struct chdb, result_buffer)},
    {"chdb_result_length", offsetof(struct chdb, result_length)},
    {"chdb_result_error", offsetof(struct chdb, result_error)},
    {"chdb_destroy_query_result", offsetof(struct chdb, destroy_query_result)},
    {"chdb_stream_insert_n", offsetof(struct chdb, stream_insert_n)},
    {"chdb_stream_append", offsetof(struct chdb, stream_append)},
    {"chdb_stream_done", offsetof(struct chdb, stream_done)},
    {"chdb_stream_cancel_insert", offsetof(struct chdb, stream_cancel_insert)},
    {"chdb_stream_insert_error", offsetof(struct chdb, stream_insert_error)},
    {"chdb_destroy_insert_stream", offsetof(struct chdb, destroy_insert_stream)},
    {"chdb_set_signal_handlers_enabled", offsetof(struct chdb, set_signal_handlers_enabled)},
    {"chdb_version", offsetof(struct chdb, version)},
};
_Static_assert(array_len(symbols) * sizeof(void *) == sizeof(struct chdb), "one symbol for each function");

int chdb_load(const char *library_path, struct chdb *ret_chdb, const char **ret_why)
{
    if (access(library_path, R_OK) < 0) {
        *ret_why = strerror(errno);
        return -ENOENT;
    }
    void *library = dlopen(library_path, RTLD_LAZY | RTLD_LOCAL | RTLD_NODELETE);
    if (!library) {
        *ret_why = dlerror();
        return -ELIBACC;
    }
    struct chdb c;
    for (size_t i = 0; i < array_len(symbols); i++) {
        void *address = dlsym(library, symbols[i].name);
        if (!address) {
            *ret_why = dlerror();
            return -ENOSYS;
        }
        memcpy((char *)&c + symbols[i].offset, &address, sizeof address);
    }
    *ret_chdb = c;
    return 0;
}
