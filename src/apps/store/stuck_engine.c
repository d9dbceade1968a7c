/* An engine for tests that opens a folder for ever: each function that libchdb must have, and none that comes back. */
#include <unistd.h>

#define NEVER(name)                                                                                                                                  \
    void name(void);                                                                                                                                 \
    void name(void)                                                                                                                                  \
    {                                                                                                                                                \
        for (;;)                                                                                                                                     \
            sleep(60);                                                                                                                                 \
    }

NEVER(chdb_connect)
NEVER(chdb_close_conn)
NEVER(chdb_query_n)
NEVER(chdb_result_buffer)
NEVER(chdb_result_length)
NEVER(chdb_result_error)
NEVER(chdb_destroy_query_result)
NEVER(chdb_stream_insert_n)
NEVER(chdb_stream_append)
NEVER(chdb_stream_done)
NEVER(chdb_stream_cancel_insert)
NEVER(chdb_stream_insert_error)
NEVER(chdb_destroy_insert_stream)
NEVER(chdb_version)

void chdb_set_signal_handlers_enabled(int enabled);
void chdb_set_signal_handlers_enabled(int enabled)
{
    (void)enabled;
}
