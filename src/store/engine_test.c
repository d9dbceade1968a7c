/* The real engine: inserts, questions, reopening, kill -9, retention, guards. Needs libchdb.so at $HINOMI_ENGINE or in
 * its usual place; without it the test fails, unless HINOMI_ENGINE_OPTIONAL=1 turns that into a skip that is shown. */
#include "store/engine.h"

#include <errno.h>
#include <ftw.h>
#include <sched.h>
#include <signal.h>
#include <stdio.h>
#include <sys/mount.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/clock.h"
#include "base/test.h"
#include "base/writer.h"
#include "store/chdb.h"
#include "store/dns_query.h"
#include "store/dns_rows.h"
#include "store/pdns_query.h"
#include "store/pdns_rows.h"
#include "store/seen_query.h"
#include "store/schema.h"
#include "store/sql_text.h"

#define DAY_US 86400000000
#define START_US 1700000000000000 /* 2023-11-14 22:13:20 */

static char data_dir[64];
static const char *library;

static struct engine *open_engine(void)
{
    struct engine_options options = {.library_path = library, .data_dir = data_dir, .memory_max = 700u << 20};
    struct engine *e = NULL;
    char error[ENGINE_ERROR_MAX];
    int r = engine_open(&options, &e, error);
    if (r < 0) {
        printf("# engine_open: %s\n", error);
        check_int(r, ==, 0);
        fflush(stdout);
        _exit(1);
    }
    return e;
}

/* The engine has threads, and a process that has loaded it cannot fork: each part of a test is a process of its own. */
static pid_t start(void (*part)(int fd), int fd)
{
    fflush(stdout);
    pid_t pid = fork();
    if (pid == 0) {
        test_failures = 0;
        part(fd);
        fflush(stdout);
        _exit(test_failures > 0);
    }
    return pid;
}

static void run_part(void (*part)(int fd))
{
    int status = -1;
    check_int(waitpid(start(part, -1), &status, 0), >, 0);
    check_int(status, ==, 0);
}

static int remove_one(const char *path, const struct stat *s, int what, struct FTW *f)
{
    (void)s, (void)what, (void)f;
    return remove(path);
}

static void fresh_dir(void)
{
    snprintf(data_dir, sizeof data_dir, "/tmp/engine_test.XXXXXX");
    check(mkdtemp(data_dir) != NULL);
}

static void remove_dir(void)
{
    nftw(data_dir, remove_one, 32, FTW_DEPTH | FTW_PHYS);
}

static struct dns_observation row(unsigned i, int64_t start_us)
{
    char name[64];
    struct dns_observation o = {
        .time_us = start_us + i * 1000,
        .qtype = 1,
        .action = i % 10 == 0 ? DNS_ACTION_NXDOMAIN : DNS_ACTION_NONE,
        .verdict = {.id = i % 10 == 0 ? 7 : 0, .line = i % 10 == 0 ? 5 : 0},
        .latency_us = i,
    };
    snprintf(name, sizeof name, "192.0.2.%u", i % 100);
    check_int(addr_parse(name, &o.client), ==, 0);
    struct writer w = writer_of(o.name, sizeof o.name);
    int label = snprintf(name, sizeof name, "host%u", i % 1000);
    writer_u8(&w, (uint8_t)label);
    writer_bytes(&w, name, (size_t)label);
    writer_bytes(&w, "\7example", 9);
    o.name_len = (uint8_t)w.len;
    return o;
}

static uint64_t last_seq;

/* Rows of hosts whose number ends in 0 are a school's. */
static int add_row(struct dns_rows *rows, const struct dns_observation *o)
{
    bool school = o->action == DNS_ACTION_NXDOMAIN;
    struct dns_row_labels labels = {
        .member = school ? "city" : "", .group = school ? "school" : "", .seq = ++last_seq};
    return dns_rows_add(rows, o, &labels);
}

static void make_block(struct dns_rows *rows, struct native *block, unsigned count, int64_t start_us)
{
    for (unsigned i = 0; i < count; i++) {
        struct dns_observation o = row(i, start_us);
        check_int(add_row(rows, &o), ==, 0);
    }
    check_int(dns_rows_take(rows, block), ==, 0);
}

static void insert_rows(struct engine *e, unsigned count, int64_t start_us)
{
    struct dns_rows *rows;
    struct native block;
    native_init(&block, DNS_ROWS_BLOCK_MAX);
    check_int(dns_rows_new(DNS_ROWS_MAX, DNS_ROWS_NAMES_MAX, &rows), ==, 0);
    while (count > 0) {
        unsigned n = count < 50000 ? count : 50000;
        make_block(rows, &block, n, start_us);
        check_int(engine_insert(e, "dns", block.bytes, block.len), ==, 0);
        count -= n;
        start_us += n * 1000;
    }
    native_done(&block);
    dns_rows_free(rows);
}

static void check_answer(struct engine *e, const char *sql, const char *want)
{
    autofree char *json = NULL;
    size_t len = 0;
    int r = engine_query(e, sql, &json, &len);
    if (r < 0)
        printf("# %s\n", engine_error(e));
    check_int(r, ==, 0);
    check_str(json, want);
    if (json)
        check_int(len, ==, strlen(json));
}

static void insert_and_ask(int fd)
{
    (void)fd;
    struct engine *e = open_engine();
    insert_rows(e, 100000, START_US);
    char sql[SQL_TEXT_MAX];
    check_int(dns_query_counts(0, sql, sizeof sql), >, 0);
    check_answer(e, sql, "{\"queries\":100000,\"blocked\":10000,\"clients\":100,\"oldest_s\":1700000000,"
                         "\"newest_s\":1700000099}\n");
    check_int(dns_query_top(DNS_TOP_BLOCKED, START_US, NULL, 1, sql, sizeof sql), >, 0);
    check_answer(e, sql, "{\"name\":\"host0.example\",\"hits\":100,\"clients\":1,\"last_s\":1700000099,"
                         "\"last_verdict\":7,\"last_list\":0}\n");
    check_int(dns_query_top(DNS_TOP_CLIENTS, START_US + 50000000, NULL, 1, sql, sizeof sql), >, 0);
    check_answer(e, sql, "{\"client_ip\":\"::ffff:192.0.2.0\",\"hits\":500,\"blocked\":500,\"last_s\":1700000099}\n");
    check_int(dns_query_top(DNS_TOP_NAMES, 0, NULL, 1, sql, sizeof sql), >, 0);
    check_answer(e, sql, "{\"name\":\"host0.example\",\"hits\":100,\"clients\":1,\"last_s\":1700000099}\n");

    struct addr client;
    check_int(addr_parse("192.0.2.10", &client), ==, 0);
    struct dns_log_filter f = {.client = &client, .name = "EXAMPLE", .below = true, .limit = 2,
                               .actions = DNS_ACTIONS_BLOCKED};
    check_int(dns_query_log(&f, sql, sizeof sql), >, 0);
    check_answer(e, sql,
                 "{\"time_us\":1700000099810000,\"client_ip\":\"::ffff:192.0.2.10\",\"transport\":0,"
                 "\"name\":\"host810.example\",\"qtype\":1,\"rcode\":0,\"action\":2,\"verdict\":7,\"line\":5,"
                 "\"list\":0,\"latency_us\":49810,\"cached\":0,\"member\":\"city\",\"group\":\"school\",\"trigger\":0,\"seq\":99811}\n"
                 "{\"time_us\":1700000099910000,\"client_ip\":\"::ffff:192.0.2.10\",\"transport\":0,"
                 "\"name\":\"host910.example\",\"qtype\":1,\"rcode\":0,\"action\":2,\"verdict\":7,\"line\":5,"
                 "\"list\":0,\"latency_us\":49910,\"cached\":0,\"member\":\"city\",\"group\":\"school\",\"trigger\":0,\"seq\":99911}\n");
    f = (struct dns_log_filter){.name = "host5.example", .after_seq = 1006, .limit = 1, .group = "", .member = ""};
    check_int(dns_query_log(&f, sql, sizeof sql), >, 0);
    check_answer(e, sql,
                 "{\"time_us\":1700000002005000,\"client_ip\":\"::ffff:192.0.2.5\",\"transport\":0,"
                 "\"name\":\"host5.example\",\"qtype\":1,\"rcode\":0,\"action\":0,\"verdict\":0,\"line\":0,"
                 "\"list\":0,\"latency_us\":2005,\"cached\":0,\"member\":\"\",\"group\":\"\",\"trigger\":0,\"seq\":2006}\n");
    check_int(dns_query_top(DNS_TOP_GROUPS, 0, "city", 1, sql, sizeof sql), >, 0);
    check_answer(e, sql, "{\"group\":\"school\",\"member\":\"city\",\"hits\":10000,\"blocked\":10000,\"clients\":10,"
                         "\"last_s\":1700000099}\n");
    struct engine_status status;
    check_int(engine_status_get(e, &status), ==, 0);
    check_int(status.rows, ==, 100000);
    check_int(status.bytes_on_disk, >, 100000);
    check(strlen(status.version) > 3);
    engine_close(e);
}

static void count_100000(int fd)
{
    (void)fd;
    struct engine *e = open_engine();
    check_answer(e, "SELECT count() AS n FROM dns", "{\"n\":100000}\n");
    engine_close(e);
    e = open_engine(); /* also again in the same process */
    check_answer(e, "SELECT count() AS n FROM dns", "{\"n\":100000}\n");
    engine_close(e);
}

TEST(rows_are_counted_ranked_listed_and_survive_reopening)
{
    fresh_dir();
    run_part(insert_and_ask);
    run_part(count_100000);
    remove_dir();
}

/* A data folder as the first version left it, made with its own text. */
static void make_old_folder(int fd)
{
    (void)fd;
    struct chdb chdb;
    const char *why = "";
    check_int(chdb_load(library, &chdb, &why), ==, 0);
    chdb.set_signal_handlers_enabled(0);
    char program[] = "clickhouse", path[96];
    snprintf(path, sizeof path, "--path=%s", data_dir);
    char *argv[] = {program, path, NULL};
    struct chdb_connection **c = chdb.connect(2, argv);
    check(c != NULL);
    static const char *const statements[] = {
        schema_telemetry_0001,
        "INSERT INTO dns SELECT toDateTime(1700000000), 5, toFixedString(unhex('00000000000000000000FFFFC0000201'), 16),"
        " 0, 'old.test', 1, 0, 2, 7, 5, 1, 9, 1",
    };
    for (size_t i = 0; c && i < array_len(statements); i++) {
        struct chdb_result *r = chdb.query_n(*c, statements[i], strlen(statements[i]), "Null", 4);
        check(r && !chdb.result_error(r));
        chdb.destroy_query_result(r);
    }
    if (c)
        chdb.close_conn(c);
}

static void open_old_folder(int fd)
{
    (void)fd;
    struct engine *e = open_engine();
    insert_rows(e, 1, START_US + 1000000);
    char sql[SQL_TEXT_MAX];
    check_int(dns_query_log(&(struct dns_log_filter){.limit = 2}, sql, sizeof sql), >, 0);
    check_answer(e, sql,
                 "{\"time_us\":1700000000000005,\"client_ip\":\"::ffff:192.0.2.1\",\"transport\":0,\"name\":\"old.test\","
                 "\"qtype\":1,\"rcode\":0,\"action\":2,\"verdict\":7,\"line\":5,\"list\":1,\"latency_us\":9,\"cached\":1,"
                 "\"member\":\"\",\"group\":\"\",\"trigger\":0,\"seq\":0}\n"
                 "{\"time_us\":1700000001000000,\"client_ip\":\"::ffff:192.0.2.0\",\"transport\":0,"
                 "\"name\":\"host0.example\",\"qtype\":1,\"rcode\":0,\"action\":2,\"verdict\":7,\"line\":5,\"list\":0,"
                 "\"latency_us\":0,\"cached\":0,\"member\":\"city\",\"group\":\"school\",\"trigger\":0,\"seq\":1}\n");
    engine_close(e);
}

TEST(a_folder_of_an_earlier_version_is_brought_up_when_it_is_opened)
{
    fresh_dir();
    run_part(make_old_folder);
    run_part(open_old_folder);
    remove_dir();
}

static void ask_hostile_names(int fd)
{
    (void)fd;
    struct engine *e = open_engine();
    static const char *const wires[] = {"\3a'b", "\1\\", "\5\"`;--", "\2\n\n", "\3a.b"};
    static const char *const texts[] = {"a'b", "\\092", "\"`;--", "\\010\\010", "a\\046b"};
    struct dns_rows *rows;
    struct native block;
    native_init(&block, DNS_ROWS_BLOCK_MAX);
    check_int(dns_rows_new(10, 4096, &rows), ==, 0);
    for (size_t i = 0; i < array_len(wires); i++) {
        struct dns_observation o = row(1, START_US);
        o.name_len = (uint8_t)(strlen(wires[i]) + 1);
        memcpy(o.name, wires[i], o.name_len);
        check_int(add_row(rows, &o), ==, 0);
    }
    check_int(dns_rows_take(rows, &block), ==, 0);
    check_int(engine_insert(e, "dns", block.bytes, block.len), ==, 0);
    for (size_t i = 0; i < array_len(texts); i++) {
        char sql[SQL_TEXT_MAX];
        autofree char *json = NULL;
        size_t len = 0;
        struct dns_log_filter f = {.name = texts[i], .limit = 10};
        check_int(dns_query_log(&f, sql, sizeof sql), >, 0);
        check_int(engine_query(e, sql, &json, &len), ==, 0);
        check(json && strchr(json, '\n') == json + len - 1); /* one row */
    }
    native_done(&block);
    dns_rows_free(rows);
    engine_close(e);
}

TEST(hostile_names_are_stored_and_found)
{
    fresh_dir();
    run_part(ask_hostile_names);
    remove_dir();
}

static void try_to_leave(int fd)
{
    (void)fd;
    struct engine *e = open_engine();
    insert_rows(e, 10, START_US);
    static const char *const statements[] = {
        "INSERT INTO dns (name) VALUES ('x')",
        "DROP TABLE dns",
        "CREATE TABLE t (x UInt8) ENGINE = Memory",
        "SET readonly = 0",
        "SET max_execution_time = 0",
        "SELECT * FROM file('/etc/passwd', 'LineAsString')",
        "SELECT * FROM url('http://127.0.0.1:1/', 'LineAsString')",
        "SELECT 1 INTO OUTFILE '/tmp/hinomi_engine_test_outfile'",
        "SELECT 1 /* ' */ INTO OUTFILE '/tmp/hinomi_engine_test_outfile' /* ' */",
        "SELECT 1; SELECT 2",
        "SELECT * FROM numbers(5) SETTINGS max_execution_time = 0",
        "SELECT nonsense",
        "",
    };
    for (size_t i = 0; i < array_len(statements); i++) {
        char *json = NULL;
        size_t len;
        int r = engine_query(e, statements[i], &json, &len);
        if (r == 0)
            printf("# was allowed: %s\n", statements[i]);
        check_int(r, <, 0);
        check(r == 0 || *engine_error(e) != '\0');
    }
    check(access("/tmp/hinomi_engine_test_outfile", F_OK) < 0);
    char *json = NULL;
    size_t len;
    check_int(engine_query(e, "SELECT sleepEachRow(1) FROM numbers(60)", &json, &len), <, 0);
    check_int(engine_query(e, "SELECT groupArray(number) FROM numbers(1000000000)", &json, &len), ==, -ENOMEM);
    check_int(engine_query(e, "SELECT repeat('x', 1000000) FROM numbers(20)", &json, &len), ==, -E2BIG);
    check_answer(e, "SELECT count() AS n FROM dns", "{\"n\":10}\n");
    engine_close(e);
}

TEST(queries_cannot_write_read_files_call_out_or_exceed_their_limits)
{
    fresh_dir();
    run_part(try_to_leave);
    remove_dir();
}

static void insert_garbage(int fd)
{
    (void)fd;
    struct engine *e = open_engine();
    check_int(engine_insert(e, "dns", "not a block at all", 18), ==, -EBADMSG);
    check_int(engine_insert(e, "nowhere", "\0\0", 2), ==, -EIO);
    check_int(engine_insert(e, "dns; DROP TABLE dns", "\0\0", 2), ==, -EINVAL);
    struct dns_rows *rows;
    struct native block;
    native_init(&block, DNS_ROWS_BLOCK_MAX);
    check_int(dns_rows_new(10, 4096, &rows), ==, 0);
    make_block(rows, &block, 10, START_US);
    check_int(engine_insert(e, "dns", block.bytes, block.len - 3), ==, -EBADMSG);
    check_answer(e, "SELECT count() AS n FROM dns", "{\"n\":0}\n");
    check_int(engine_insert(e, "dns", block.bytes, block.len), ==, 0);
    check_answer(e, "SELECT count() AS n FROM dns", "{\"n\":10}\n");
    native_done(&block);
    dns_rows_free(rows);
    engine_close(e);
}

TEST(a_bad_block_is_refused_whole_and_the_engine_goes_on)
{
    fresh_dir();
    run_part(insert_garbage);
    remove_dir();
}

enum { KILL_BLOCK = 1000 };

static void insert_until_killed(int fd)
{
    struct engine *e = open_engine();
    for (uint32_t n = 1;; n++) {
        insert_rows(e, KILL_BLOCK, START_US);
        if (write(fd, &n, sizeof n) != sizeof n)
            return;
    }
}

static uint32_t acknowledged;

static void count_after_kill(int fd)
{
    (void)fd;
    struct engine *e = open_engine();
    autofree char *json = NULL;
    size_t len;
    check_int(engine_query(e, "SELECT count() AS n FROM dns", &json, &len), ==, 0);
    const char *digits = json ? strchr(json, ':') : NULL;
    unsigned long n = digits ? strtoul(digits + 1, NULL, 10) : 0;
    check_int(n, >=, acknowledged * KILL_BLOCK);
    check_int(n, <=, (acknowledged + 1) * KILL_BLOCK);
    check_int(n % KILL_BLOCK, ==, 0); /* a block is there whole or not at all */
    engine_close(e);
}

TEST(a_killed_process_loses_no_acknowledged_block)
{
    fresh_dir();
    int fds[2];
    check_int(pipe(fds), ==, 0);
    pid_t pid = start(insert_until_killed, fds[1]);
    close(fds[1]);
    uint32_t n = 0;
    acknowledged = 0;
    while (acknowledged < 20 && read(fds[0], &n, sizeof n) == sizeof n)
        acknowledged = n;
    kill(pid, SIGKILL);
    waitpid(pid, NULL, 0);
    while (read(fds[0], &n, sizeof n) == sizeof n)
        acknowledged = n;
    close(fds[0]);
    check_int(acknowledged, >=, 20);
    run_part(count_after_kill);
    remove_dir();
}

static void drop_days(int fd)
{
    (void)fd;
    struct engine *e = open_engine();
    for (int day = 0; day < 4; day++)
        insert_rows(e, 100, START_US + day * DAY_US);
    uint32_t kept = dns_query_day_kept(START_US + 3 * DAY_US, 1);
    check_int(kept, ==, 20231116);
    check_int(engine_drop_before(e, "dns", kept), ==, 2);
    check_answer(e, "SELECT count() AS n, toUInt32(min(ts)) AS oldest FROM dns",
                 "{\"n\":200,\"oldest\":1700172800}\n");
    check_int(engine_drop_before(e, "dns", kept), ==, 0);
    check_int(engine_drop_before(e, "dns", 5), ==, -EINVAL);
    engine_close(e);
}

TEST(retention_drops_whole_days)
{
    fresh_dir();
    run_part(drop_days);
    remove_dir();
}

static void see_record(struct pdns_rows *rows, const char *name, size_t name_len, const char *data, int64_t time_us)
{
    struct answer_record a = {
        .time_us = time_us, .ttl_s = 60, .type = 1, .verdict = {.id = 7}, .name_len = (uint8_t)name_len};
    memcpy(a.name, name, name_len);
    check_int(pdns_rows_add(rows, &a, data, strlen(data)), ==, 0);
}

static void fold_records(int fd)
{
    (void)fd;
    struct engine *e = open_engine();
    struct pdns_rows *rows;
    struct native block;
    native_init(&block, PDNS_ROWS_BLOCK_MAX);
    check_int(pdns_rows_new(&rows), ==, 0);
    for (int day = 0; day < 3; day++) {
        for (int i = 0; i < 10; i++)
            see_record(rows, "\4evil\4test", 11, "192.0.2.1", START_US + day * DAY_US + i * 1000000);
        see_record(rows, "\3www\4evil\4test", 15, day == 0 ? "192.0.2.1" : "192.0.2.2", START_US + day * DAY_US);
        check_int(pdns_rows_take(rows, &block), ==, 0);
        check_int(engine_insert(e, "pdns", block.bytes, block.len), ==, 0);
    }
    char sql[SQL_TEXT_MAX];
    check_int(pdns_query(&(struct pdns_filter){.name = "evil.test", .limit = 5}, sql, sizeof sql), >, 0);
    static const char all[] =
        "{\"name\":\"evil.test\",\"type\":1,\"data\":\"192.0.2.1\",\"time_first\":1700000000,"
        "\"time_last\":1700172809,\"hits\":30,\"max_ttl\":60,\"last_verdict\":7}\n";
    check_answer(e, sql, all);
    check_int(pdns_query(&(struct pdns_filter){.name = "test", .below = true, .data = "192.0.2.1", .limit = 5}, sql,
                         sizeof sql), >, 0);
    check_answer(e, sql,
                 "{\"name\":\"evil.test\",\"type\":1,\"data\":\"192.0.2.1\",\"time_first\":1700000000,"
                 "\"time_last\":1700172809,\"hits\":30,\"max_ttl\":60,\"last_verdict\":7}\n"
                 "{\"name\":\"www.evil.test\",\"type\":1,\"data\":\"192.0.2.1\",\"time_first\":1700000000,"
                 "\"time_last\":1700000000,\"hits\":1,\"max_ttl\":60,\"last_verdict\":7}\n");
    check_int(pdns_query(&(struct pdns_filter){.name = "test", .below = true, .limit = 5, .offset = 2}, sql, sizeof sql), >, 0);
    check_answer(e, sql, "{\"name\":\"www.evil.test\",\"type\":1,\"data\":\"192.0.2.1\",\"time_first\":1700000000,"
                         "\"time_last\":1700000000,\"hits\":1,\"max_ttl\":60,\"last_verdict\":7}\n");
    /* A day is forgotten, with what was first seen in it. */
    check_int(engine_drop_before(e, "pdns", dns_query_day_kept(START_US + 2 * DAY_US, 1)), ==, 1);
    check_int(pdns_query(&(struct pdns_filter){.name = "evil.test", .limit = 5}, sql, sizeof sql), >, 0);
    check_answer(e, sql, "{\"name\":\"evil.test\",\"type\":1,\"data\":\"192.0.2.1\",\"time_first\":1700086400,"
                         "\"time_last\":1700172809,\"hits\":20,\"max_ttl\":60,\"last_verdict\":7}\n");
    native_done(&block);
    pdns_rows_free(rows);
    engine_close(e);
}

TEST(records_of_answers_are_folded)
{
    fresh_dir();
    run_part(fold_records);
    remove_dir();
}

static void see_address(struct pdns_rows *rows, uint16_t type, const char *data, int64_t time_us)
{
    struct answer_record a = {.time_us = time_us, .type = type, .name = "\1x\4test", .name_len = 8};
    check_int(pdns_rows_add(rows, &a, data, strlen(data)), ==, 0);
}

static void look_for_prefixes(int fd)
{
    (void)fd;
    struct engine *e = open_engine();
    struct pdns_rows *rows;
    struct native block;
    native_init(&block, PDNS_ROWS_BLOCK_MAX);
    check_int(pdns_rows_new(&rows), ==, 0);
    static const char *const v4[] = {"10.1.8.0", "10.1.15.255", "10.1.16.0", "10.1.9.77", "192.0.2.1", "0.7.0.1", "\\# 3 0A0109"};
    static const char *const v6[] = {"2001:db8:7::1", "2001:db8:8::1", "::a01:900", "2001:db8:7:ffff:ffff:ffff:ffff:ffff"};
    for (size_t i = 0; i < array_len(v4); i++)
        see_address(rows, 1, v4[i], START_US + (int64_t)i * 1000000);
    for (size_t i = 0; i < array_len(v6); i++)
        see_address(rows, 28, v6[i], START_US + (int64_t)i * 1000000);
    see_address(rows, 16, "10.1.9.1", START_US); /* a text is no address */
    check_int(pdns_rows_take(rows, &block), ==, 0);
    check_int(engine_insert(e, "pdns", block.bytes, block.len), ==, 0);
    /* One in another that begins with the same digits; one of odd bits; one that nothing lies in; one of IPv6 with odd bits. */
    static const char *const wanted[] = {"10.1.8.0/21", "10.1.9.0/24", "10.1.9.76/31", "0.0.0.0/6", "198.51.100.0/24", "2001:db8:6::/47"};
    char sql[SQL_TEXT_MAX], sorted[SQL_TEXT_MAX + 128];
    check_int(seen_query_prefixes(wanted, array_len(wanted), sql, sizeof sql), >, 0);
    snprintf(sorted, sizeof sorted, "SELECT wanted, first_s - 1700000000 AS a, last_s - 1700000000 AS b, count FROM (%s) ORDER BY wanted", sql);
    check_answer(e, sorted,
                 "{\"wanted\":\"0.0.0.0\\/6\",\"a\":5,\"b\":5,\"count\":1}\n"
                 "{\"wanted\":\"10.1.8.0\\/21\",\"a\":0,\"b\":3,\"count\":3}\n"
                 "{\"wanted\":\"10.1.9.0\\/24\",\"a\":3,\"b\":3,\"count\":1}\n"
                 "{\"wanted\":\"10.1.9.76\\/31\",\"a\":3,\"b\":3,\"count\":1}\n"
                 "{\"wanted\":\"2001:db8:6::\\/47\",\"a\":0,\"b\":3,\"count\":2}\n");
    native_done(&block);
    pdns_rows_free(rows);
    engine_close(e);
}

TEST(addresses_of_answers_are_found_by_their_prefixes)
{
    fresh_dir();
    run_part(look_for_prefixes);
    remove_dir();
}

static void ask_for_pools(int fd)
{
    (void)fd;
    struct engine *e = open_engine();
    /* Each is known to the engine and taken; together they leave most of the threads to others. */
    check_answer(e,
                 "SELECT count() AS n, sum(toUInt64(value)) < 100 AS small FROM system.server_settings WHERE changed AND name IN"
                 " ('max_active_parts_loading_thread_pool_size', 'max_outdated_parts_loading_thread_pool_size',"
                 " 'max_unexpected_parts_loading_thread_pool_size', 'max_parts_cleaning_thread_pool_size', 'background_pool_size',"
                 " 'background_common_pool_size', 'background_schedule_pool_size')",
                 "{\"n\":7,\"small\":1}\n");
    check_answer(e, "SELECT toUInt64(value) >= 1000 AS large FROM system.server_settings WHERE name = 'max_thread_pool_size'", "{\"large\":1}\n");
    engine_close(e);
}

/* Where threads run out it is a matter of chance which wait for which: with 64 for all, a folder of 350 parts was not opened one time in five. */
TEST(no_pool_can_take_all_threads)
{
    fresh_dir();
    run_part(ask_for_pools);
    remove_dir();
}

/* A small disk that only this process sees; where it is not root, in a user namespace. */
static bool mount_small_disk(void)
{
    char map[32];
    int len = snprintf(map, sizeof map, "0 %u 1", getuid());
    if (unshare(CLONE_NEWNS) < 0) {
        FILE *f = unshare(CLONE_NEWUSER | CLONE_NEWNS) == 0 ? fopen("/proc/self/uid_map", "w") : NULL;
        bool written = f && fwrite(map, 1, (size_t)len, f) == (size_t)len;
        if ((f && fclose(f) != 0) || !written)
            return false;
    }
    return mount(NULL, "/", NULL, MS_REC | MS_PRIVATE, NULL) == 0 &&
           mount("none", data_dir, "tmpfs", 0, "size=24m") == 0;
}

static void fill_disk(int fd)
{
    (void)fd;
    if (!mount_small_disk()) {
        printf("# skip full disk: this system allows no private mount\n");
        return;
    }
    struct engine *e = open_engine();
    struct dns_rows *rows;
    struct native block;
    native_init(&block, DNS_ROWS_BLOCK_MAX);
    check_int(dns_rows_new(DNS_ROWS_MAX, DNS_ROWS_NAMES_MAX, &rows), ==, 0);
    uint64_t seed = 1;
    int r = 0;
    unsigned stored = 0;
    for (unsigned n = 0; n < 200 && r == 0; n++) {
        for (unsigned i = 0; i < 50000; i++) { /* rows that do not compress */
            struct dns_observation o = row(i, START_US);
            for (unsigned b = 0; b < 16; b++)
                o.client.bytes[b] = (uint8_t)((seed = seed * 6364136223846793005u + 1442695040888963407u) >> 56);
            check_int(add_row(rows, &o), ==, 0);
        }
        check_int(dns_rows_take(rows, &block), ==, 0);
        r = engine_insert(e, "dns", block.bytes, block.len);
        stored += r == 0;
    }
    check_int(r, ==, -ENOSPC);
    check_int(stored, >, 0);
    char want[64];
    snprintf(want, sizeof want, "{\"n\":%u}\n", stored * 50000);
    check_answer(e, "SELECT count() AS n FROM dns", want);
    check_int(engine_drop_before(e, "dns", 20300101), ==, 1); /* room again */
    sleep(12);                                                /* old_parts_lifetime */
    check_int(engine_insert(e, "dns", block.bytes, block.len), ==, 0);
    native_done(&block);
    dns_rows_free(rows);
    engine_close(e);
}

TEST(a_full_disk_is_an_error_and_not_an_end)
{
    fresh_dir();
    run_part(fill_disk);
    remove_dir();
}

TEST(the_library_is_looked_for_where_setup_puts_it)
{
    char path[ENGINE_PATH_MAX], want[ENGINE_PATH_MAX], made[128];
    const char *kept = getenv("HINOMI_ENGINE");
    autofree char *saved = kept ? strdup(kept) : NULL;
    unsetenv("HINOMI_ENGINE");
    fresh_dir();
    setenv("HINOMI_ENGINE_DIR", data_dir, 1);
    static const char *const steps[] = {"hinomi", "engine", ENGINE_VERSION, "libchdb.so"};
    snprintf(made, sizeof made, "%s", data_dir);
    for (size_t i = 0; i < array_len(steps); i++) {
        size_t n = strlen(made);
        snprintf(made + n, sizeof made - n, "/%s", steps[i]);
        check_int(mkdir(made, 0700), ==, 0); /* that it can be read is all that is asked of it */
    }
    snprintf(want, sizeof want, "%s/hinomi/engine/" ENGINE_VERSION "/libchdb.so", data_dir);
    check_str(engine_find_library(path), want);
    setenv("HINOMI_ENGINE", "/exactly/this.so", 1);
    check_str(engine_find_library(path), "/exactly/this.so");
    unsetenv("HINOMI_ENGINE_DIR");
    unsetenv("HINOMI_ENGINE");
    if (saved)
        setenv("HINOMI_ENGINE", saved, 1);
    remove_dir();
}

static void open_wrongly(int fd)
{
    (void)fd;
    struct engine *e = NULL;
    char error[ENGINE_ERROR_MAX];
    struct engine_options o = {.library_path = "/nonexistent.so", .data_dir = data_dir, .memory_max = 700u << 20};
    check_int(engine_open(&o, &e, error), ==, -ENOENT);
    check_str(error, "/nonexistent.so: No such file or directory");
    o.library_path = "/etc/passwd";
    check_int(engine_open(&o, &e, error), ==, -ELIBACC);
    o.library_path = library;
    o.data_dir = "relative";
    check_int(engine_open(&o, &e, error), ==, -EINVAL);
    o.data_dir = "/proc/no/such";
    check_int(engine_open(&o, &e, error), <, 0);
    check(*error != '\0');
}

static void hold_open(int fd)
{
    struct engine *e = open_engine();
    check_int(write(fd, "x", 1), ==, 1);
    pause();
    engine_close(e);
}

static void open_second(int fd)
{
    (void)fd;
    struct engine *e = NULL;
    char error[ENGINE_ERROR_MAX];
    struct engine_options o = {.library_path = library, .data_dir = data_dir, .memory_max = 700u << 20};
    check_int(engine_open(&o, &e, error), <, 0);
    check(*error != '\0');
}

TEST(what_cannot_be_opened_is_said)
{
    fresh_dir();
    run_part(open_wrongly);
    int fds[2];
    char byte;
    check_int(pipe(fds), ==, 0);
    pid_t pid = start(hold_open, fds[1]);
    check_int(read(fds[0], &byte, 1), ==, 1);
    run_part(open_second);
    kill(pid, SIGKILL);
    waitpid(pid, NULL, 0);
    close(fds[0]);
    close(fds[1]);
    remove_dir();
}

static void print_memory(const char *when)
{
    char line[128];
    FILE *f = fopen("/proc/self/status", "r");
    printf("# %s:", when);
    while (f && fgets(line, sizeof line, f))
        if (strncmp(line, "VmRSS", 5) == 0 || strncmp(line, "RssAnon", 7) == 0 || strncmp(line, "Threads", 7) == 0)
            printf(" %.*s", (int)strcspn(line, "\n"), line);
    printf("\n");
    if (f)
        fclose(f);
}

/* Run by name only: "engine_test measure". */
static void measure(int fd)
{
    (void)fd;
    struct engine *e = open_engine();
    struct dns_rows *rows;
    struct native block;
    native_init(&block, DNS_ROWS_BLOCK_MAX);
    check_int(dns_rows_new(DNS_ROWS_MAX, DNS_ROWS_NAMES_MAX, &rows), ==, 0);
    make_block(rows, &block, DNS_ROWS_MAX, START_US);
    print_memory("idle after opening");
    uint64_t from = clock_mono_ns();
    for (int i = 0; i < 30; i++)
        check_int(engine_insert(e, "dns", block.bytes, block.len), ==, 0);
    double s = (double)(clock_mono_ns() - from) / 1e9;
    printf("# %d rows in %.2f s: %.0f rows/s\n", 30 * DNS_ROWS_MAX, s, 30 * DNS_ROWS_MAX / s);
    char sql[SQL_TEXT_MAX];
    check_int(dns_query_top(DNS_TOP_BLOCKED, 0, NULL, 10, sql, sizeof sql), >, 0);
    for (int i = 0; i < 3; i++) {
        autofree char *json = NULL;
        size_t len;
        from = clock_mono_ns();
        check_int(engine_query(e, sql, &json, &len), ==, 0);
        printf("# top blocked: %.1f ms\n", (double)(clock_mono_ns() - from) / 1e6);
    }
    sleep(15);
    struct engine_status status;
    check_int(engine_status_get(e, &status), ==, 0);
    printf("# %llu rows, all blocks alike: %.1f bytes a row\n", (unsigned long long)status.rows,
           (double)status.bytes_on_disk / (double)status.rows);
    print_memory("after 15 s of rest");
    engine_close(e);
}

int main(int argc, char **argv)
{
    static char path[ENGINE_PATH_MAX];
    library = engine_find_library(path);
    if (access(library, R_OK) < 0) {
        const char *optional = getenv("HINOMI_ENGINE_OPTIONAL");
        bool skip = optional && strcmp(optional, "1") == 0;
        printf("%s engine: no %s; tools/setup fetches it\n", skip ? "skip" : "not ok", library);
        return skip ? 77 : 1;
    }
    if (argc > 1 && strcmp(argv[1], "measure") == 0) {
        fresh_dir();
        run_part(measure);
        remove_dir();
        return 0;
    }
    return test_main(argc, argv);
}
