/* Runs inserts and queries on the embedded engine, within limits. */
#include "store/engine.h"

#include <errno.h>
#include <fcntl.h>
#include <stdbool.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "store/chdb.h"
#include "store/dns_query.h"
#include "store/schema.h"
#include "store/seen_query.h"
#include "store/sql_text.h"

#define PATH_SIZE ENGINE_PATH_MAX
#define LIBRARY_INSTALLED "/usr/lib/hinomi/libchdb.so"
#define LIBRARY_BELOW_CACHE "hinomi/engine/" ENGINE_VERSION "/libchdb.so" /* version: tools/engine.pin */
#define QUERY_TIME_S 10
#define RESULT_BYTES (16u << 20)
#define CONFIG_NAME "engine.xml"

struct engine {
    struct chdb chdb;
    struct chdb_connection **writing, **reading;
    uint32_t result_bytes_max;
    char error[ENGINE_ERROR_MAX];
};

/* All of them at each opening, in their order: a folder of any earlier version becomes one of this. */
static const char *const telemetry_tables[] = {
    schema_telemetry_0001,
    schema_telemetry_0002,
    schema_telemetry_0003,
    schema_telemetry_0004,
    schema_telemetry_0005,
    schema_telemetry_0006,
};

/* The defaults are for a database server that has the machine to itself: 90 % of memory, five gigabytes of marks,
 * dozens of threads. Each pool is small, and the number of all threads is not: opening a folder with hundreds of parts takes one for each that a
 * pool may load at a time, and where none is left, those that wait for another never end (ClickHouse's issue 81500). fsync_after_insert makes
 * an acknowledged block survive a power cut; old_parts_lifetime lets the files of merged parts go after ten seconds instead of eight minutes.
 * Days are days of UTC on every node. */
static const char config_format[] =
    "<clickhouse>\n"
    " <timezone>UTC</timezone>\n"
    " <max_server_memory_usage>%llu</max_server_memory_usage>\n"
    " <mark_cache_size>16777216</mark_cache_size>\n"
    " <primary_index_cache_size>16777216</primary_index_cache_size>\n"
    " <uncompressed_cache_size>0</uncompressed_cache_size>\n"
    " <index_mark_cache_size>1048576</index_mark_cache_size>\n"
    " <index_uncompressed_cache_size>0</index_uncompressed_cache_size>\n"
    " <mmap_cache_size>0</mmap_cache_size>\n"
    " <compiled_expression_cache_size>1048576</compiled_expression_cache_size>\n"
    " <background_pool_size>2</background_pool_size>\n"
    " <background_common_pool_size>2</background_common_pool_size>\n"
    " <background_schedule_pool_size>2</background_schedule_pool_size>\n"
    " <background_move_pool_size>1</background_move_pool_size>\n"
    " <background_fetches_pool_size>1</background_fetches_pool_size>\n"
    " <max_active_parts_loading_thread_pool_size>2</max_active_parts_loading_thread_pool_size>\n"
    " <max_outdated_parts_loading_thread_pool_size>1</max_outdated_parts_loading_thread_pool_size>\n"
    " <max_unexpected_parts_loading_thread_pool_size>1</max_unexpected_parts_loading_thread_pool_size>\n"
    " <max_parts_cleaning_thread_pool_size>2</max_parts_cleaning_thread_pool_size>\n"
    " <max_thread_pool_size>2000</max_thread_pool_size>\n"
    " <max_thread_pool_free_size>4</max_thread_pool_free_size>\n"
    " <compression><case><method>zstd</method><level>1</level></case></compression>\n"
    " <merge_tree>\n"
    "  <fsync_after_insert>1</fsync_after_insert>\n"
    "  <old_parts_lifetime>10</old_parts_lifetime>\n"
    "  <number_of_free_entries_in_pool_to_lower_max_size_of_merge>1"
    "</number_of_free_entries_in_pool_to_lower_max_size_of_merge>\n"
    "  <number_of_free_entries_in_pool_to_execute_mutation>1"
    "</number_of_free_entries_in_pool_to_execute_mutation>\n"
    " </merge_tree>\n"
    "</clickhouse>\n";

/* The engine's error codes that have a meaning of their own here. */
static const struct {
    const char *mark;
    int error;
} error_marks[] = {
    {"No space left on device", -ENOSPC}, {"NOT_ENOUGH_SPACE", -ENOSPC}, {"Code: 243.", -ENOSPC},
    {"Code: 241.", -ENOMEM},              {"Code: 159.", -ETIME},        {"Code: 160.", -ETIME},
    {"Code: 396.", -E2BIG},
    /* The block itself: cut short, unreadable, or of another table's columns. */
    {"Code: 27.", -EBADMSG},              {"Code: 32.", -EBADMSG},       {"Code: 33.", -EBADMSG},
    {"Code: 117.", -EBADMSG},             {"Code: 131.", -EBADMSG},      {"Code: 10.", -EBADMSG},
    {"Code: 16.", -EBADMSG},              {"Code: 50.", -EBADMSG},       {"Code: 53.", -EBADMSG},
};

/* Whether there is a file at base/between/rest; base may be missing. */
static bool library_at(char *path, const char *base, const char *between, const char *rest)
{
    if (!base || !*base)
        return false;
    int len = snprintf(path, ENGINE_PATH_MAX, "%s%s%s", base, between, rest);
    return len > 0 && len < ENGINE_PATH_MAX && access(path, R_OK) == 0;
}

const char *engine_find_library(char *path)
{
    const char *exact = getenv("HINOMI_ENGINE");
    if (exact && *exact) {
        snprintf(path, ENGINE_PATH_MAX, "%s", exact);
        return path;
    }
    if (!library_at(path, getenv("HINOMI_ENGINE_DIR"), "/", LIBRARY_BELOW_CACHE) &&
        !library_at(path, "/var/cache", "/", LIBRARY_BELOW_CACHE) && /* set up by root, for every user */
        !library_at(path, getenv("XDG_CACHE_HOME"), "/", LIBRARY_BELOW_CACHE) &&
        !library_at(path, getenv("HOME"), "/.cache/", LIBRARY_BELOW_CACHE))
        snprintf(path, ENGINE_PATH_MAX, "%s", LIBRARY_INSTALLED);
    return path;
}

static int fail(struct engine *e, int error, const char *text)
{
    snprintf(e->error, sizeof e->error, "%s", text);
    /* One line, for a log. */
    e->error[strcspn(e->error, "\n")] = '\0';
    return error;
}

static int fail_as_said(struct engine *e, const char *text)
{
    for (size_t i = 0; i < array_len(error_marks); i++)
        if (strstr(text, error_marks[i].mark))
            return fail(e, error_marks[i].error, text);
    return fail(e, -EIO, text);
}

const char *engine_error(const struct engine *e)
{
    return e->error;
}

/* Runs one statement; a copy of its output when asked for. */
static int run(struct engine *e, struct chdb_connection **connection, const char *sql, const char *format,
               char **ret_text, size_t *ret_len)
{
    struct chdb_result *result = e->chdb.query_n(*connection, sql, strlen(sql), format, strlen(format));
    if (!result)
        return fail(e, -ENOMEM, "the engine gave no result");
    const char *error = e->chdb.result_error(result);
    int r = error ? fail_as_said(e, error) : 0;
    if (r == 0 && ret_text) {
        size_t len = e->chdb.result_length(result);
        char *text = len <= e->result_bytes_max ? malloc(len + 1) : NULL;
        if (text) {
            if (len > 0)
                memcpy(text, e->chdb.result_buffer(result), len);
            text[len] = '\0';
            *ret_text = text;
            *ret_len = len;
        } else {
            r = len > e->result_bytes_max ? fail(e, -E2BIG, "the result is too large; ask for less")
                                          : fail(e, -ENOMEM, "out of memory");
        }
    }
    e->chdb.destroy_query_result(result);
    return r;
}

static int execute(struct engine *e, struct chdb_connection **connection, const char *sql)
{
    return run(e, connection, sql, "Null", NULL, NULL);
}

/* Written whole and renamed, so that a crash leaves the old one. */
static int write_config(const char *data_dir, uint64_t memory_max, char *ret_path)
{
    char text[4096], aside[PATH_SIZE + 8];
    int len = snprintf(text, sizeof text, config_format, (unsigned long long)memory_max);
    if (len < 0 || (size_t)len >= sizeof text ||
        snprintf(ret_path, PATH_SIZE, "%s/" CONFIG_NAME, data_dir) >= PATH_SIZE)
        return -ENAMETOOLONG;
    snprintf(aside, sizeof aside, "%s.new", ret_path);
    int fd = open(aside, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0600);
    if (fd < 0)
        return -errno;
    int r = write(fd, text, (size_t)len) == len ? 0 : -ENOSPC;
    close(fd);
    if (r == 0 && rename(aside, ret_path) < 0)
        r = -errno;
    if (r < 0)
        unlink(aside);
    return r;
}

static int limit_reading(struct engine *e, const struct engine_options *o)
{
    char sql[1024];
    uint64_t memory = o->query_memory_max ? o->query_memory_max : o->memory_max / 4;
    /* readonly=1 goes last: after it nothing can be set. */
    snprintf(sql, sizeof sql,
             "SET max_execution_time = %u, max_memory_usage = %llu, max_bytes_before_external_group_by = %llu,"
             " max_result_bytes = %u, result_overflow_mode = 'throw', max_threads = 2,"
             " max_query_size = %u, output_format_json_quote_64bit_integers = 0, readonly = 1",
             o->query_time_max_s ? o->query_time_max_s : QUERY_TIME_S, (unsigned long long)memory,
             (unsigned long long)memory / 2, e->result_bytes_max, (unsigned)SEEN_QUERY_MAX);
    return execute(e, e->reading, sql);
}

static int connect_both(struct engine *e, const struct engine_options *o, const char *config_path)
{
    char path_argument[PATH_SIZE + 16], config_argument[PATH_SIZE + 16];
    snprintf(path_argument, sizeof path_argument, "--path=%s", o->data_dir);
    snprintf(config_argument, sizeof config_argument, "--config-file=%s", config_path);
    char program[] = "clickhouse";
    char *argv[] = {program, path_argument, config_argument, NULL};
    e->chdb.set_signal_handlers_enabled(0); /* or it takes over SEGV, ABRT and others of this process */
    e->writing = e->chdb.connect(3, argv);
    if (!e->writing)
        return fail(e, -EIO, "the engine does not open its data directory (is it open in another process?)");
    e->reading = e->chdb.connect(3, argv);
    if (!e->reading)
        return fail(e, -EIO, "the engine gives no second connection");
    for (size_t i = 0; i < array_len(telemetry_tables); i++) {
        int r = execute(e, e->writing, telemetry_tables[i]);
        if (r < 0)
            return r;
    }
    return limit_reading(e, o);
}

int engine_open(const struct engine_options *o, struct engine **ret_engine, char *ret_error_text)
{
    ret_error_text[0] = '\0';
    /* The directory goes into an argument that is read as such; the configuration holds only numbers. */
    if (o->data_dir[0] != '/' || strlen(o->data_dir) > PATH_SIZE / 2 || o->memory_max < ENGINE_MEMORY_MIN) {
        snprintf(ret_error_text, ENGINE_ERROR_MAX, "the data directory must be absolute, and memory at least %d MiB",
                 ENGINE_MEMORY_MIN >> 20);
        return -EINVAL;
    }
    /* Partitions are days of UTC (dns_query.h); and a machine without time zone files must not keep the engine shut. */
    setenv("TZ", "UTC", 1);
    struct engine *e = calloc(1, sizeof *e);
    if (!e)
        return -ENOMEM;
    e->result_bytes_max = o->result_bytes_max ? o->result_bytes_max : RESULT_BYTES;
    const char *why = "";
    int r = chdb_load(o->library_path, &e->chdb, &why);
    if (r < 0) {
        snprintf(ret_error_text, ENGINE_ERROR_MAX, "%s: %s", o->library_path, why);
        free(e);
        return r;
    }
    char config_path[PATH_SIZE];
    r = mkdir(o->data_dir, 0700) < 0 && errno != EEXIST ? -errno : 0;
    if (r == 0)
        r = write_config(o->data_dir, o->memory_max, config_path);
    if (r < 0)
        fail(e, r, strerror(-r));
    else
        r = connect_both(e, o, config_path);
    if (r < 0) {
        snprintf(ret_error_text, ENGINE_ERROR_MAX, "%.*s: %.*s", ENGINE_ERROR_MAX / 3, o->data_dir,
                 ENGINE_ERROR_MAX / 2, e->error);
        engine_close(e);
        return r;
    }
    *ret_engine = e;
    return 0;
}

void engine_close(struct engine *e)
{
    if (!e)
        return;
    if (e->reading)
        e->chdb.close_conn(e->reading);
    if (e->writing)
        e->chdb.close_conn(e->writing);
    free(e);
}

static bool table_valid(const char *table)
{
    size_t len = strlen(table);
    return len > 0 && len < 64 && strspn(table, "abcdefghijklmnopqrstuvwxyz_0123456789") == len;
}

/* The bytes travel beside the statement, never in it: text after an INSERT is cut at its first blank line and the rest
 * is read as SQL. An open stream holds the connection, so each insert ends its own, which is also the acknowledgement. */
int engine_insert(struct engine *e, const char *table, const void *blocks, size_t len)
{
    if (!table_valid(table) || len == 0)
        return fail(e, -EINVAL, "no such table, or nothing to insert");
    char sql[96];
    int sql_len = snprintf(sql, sizeof sql, "INSERT INTO %s", table);
    struct chdb_insert_stream *stream =
        e->chdb.stream_insert_n(*e->writing, sql, (size_t)sql_len, "Native", strlen("Native"));
    if (!stream)
        return fail(e, -ENOMEM, "the engine gave no stream");
    const char *error = e->chdb.stream_insert_error(stream);
    int r = error ? fail_as_said(e, error) : 0;
    if (r == 0 && e->chdb.stream_append(stream, blocks, len) != 0) {
        error = e->chdb.stream_insert_error(stream);
        r = fail_as_said(e, error ? error : "the engine did not take the block");
        e->chdb.stream_cancel_insert(stream);
    }
    if (r == 0) {
        struct chdb_result *done = e->chdb.stream_done(stream);
        error = done ? e->chdb.result_error(done) : "the engine did not confirm the block";
        r = error ? fail_as_said(e, error) : 0;
        if (done)
            e->chdb.destroy_query_result(done);
    }
    e->chdb.destroy_insert_stream(stream);
    return r;
}

int engine_query(struct engine *e, const char *sql, char **ret_json, size_t *ret_len)
{
    if (!sql_is_plain(sql))
        return fail(e, -EINVAL, "a question of a kind that is not asked here");
    return run(e, e->reading, sql, "JSONEachRow", ret_json, ret_len);
}

int engine_drop_before(struct engine *e, const char *table, uint32_t day_kept)
{
    char sql[512];
    int r = dns_query_old_partitions(table, day_kept, sql, sizeof sql);
    if (r < 0)
        return fail(e, r, "no such table or day");
    autofree char *days = NULL;
    size_t len;
    r = run(e, e->writing, sql, "TSV", &days, &len);
    if (r < 0)
        return r;
    int dropped = 0;
    char *rest = NULL;
    for (char *day = strtok_r(days, "\n", &rest); day; day = strtok_r(NULL, "\n", &rest)) {
        r = dns_query_drop_partition(table, day, sql, sizeof sql);
        if (r < 0)
            return fail(e, -EIO, "a partition is not a day");
        r = execute(e, e->writing, sql);
        if (r < 0)
            return r;
        dropped++;
    }
    return dropped;
}

int engine_status_get(struct engine *e, struct engine_status *ret_status)
{
    autofree char *line = NULL;
    size_t len;
    int r = run(e, e->reading,
                "SELECT sumIf(rows, table != 'seen'), sum(bytes_on_disk) FROM system.parts"
                " WHERE active AND database = currentDatabase()",
                "TSV", &line, &len);
    if (r < 0 || !line)
        return r;
    char *tab = NULL, *end = NULL;
    errno = 0;
    unsigned long long rows = strtoull(line, &tab, 10);
    unsigned long long bytes = *tab == '\t' ? strtoull(tab, &end, 10) : 0;
    if (errno != 0 || !end || *end != '\n')
        return fail(e, -EIO, "the engine's own numbers cannot be read");
    ret_status->rows = rows;
    ret_status->bytes_on_disk = bytes;
    snprintf(ret_status->version, sizeof ret_status->version, "%s", e->chdb.version());
    return 0;
}
