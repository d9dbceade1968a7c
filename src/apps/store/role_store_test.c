/* The store role as its hub sees it: a process at the other end of a socket, with and without an engine. */
#include "apps/store/role_store.h"

#include <errno.h>
#include <ftw.h>
#include <signal.h>
#include <stdio.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/channel.h"
#include "base/log.h"
#include "base/test.h"
#include "store/dns_query.h"
#include "store/dns_rows.h"
#include "store/engine.h"
#include "store/sql_text.h"
#include "store/store_protocol.h"

static char data_dir[64];

struct role {
    pid_t pid;
    int fd; /* the hub's end */
};

static struct role role_start_watched(const char *library, unsigned stuck_s)
{
    int fds[2];
    snprintf(data_dir, sizeof data_dir, "/tmp/role_store_test.XXXXXX");
    check(mkdtemp(data_dir) != NULL);
    check_int(socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, fds), ==, 0);
    fflush(stdout);
    pid_t pid = fork();
    if (pid == 0) {
        close(fds[0]);
        log_init("store", LOG_LEVEL_ERROR);
        struct role_store_options o = {.library_path = library, .data_dir = data_dir, .memory_max = 700u << 20, .stuck_s = stuck_s};
        struct sandbox_report report;
        _exit(role_store_confine(&o, 0, 0, &report) < 0 || role_store_run(fds[1], &o) < 0);
    }
    close(fds[1]);
    return (struct role){.pid = pid, .fd = fds[0]};
}

static struct role role_start(const char *library)
{
    return role_start_watched(library, 0);
}

static int remove_one(const char *path, const struct stat *s, int what, struct FTW *f)
{
    (void)s, (void)what, (void)f;
    return remove(path);
}

/* The hub goes away: the role must end by itself, in peace. */
static void role_end(struct role *r)
{
    int status = -1;
    close(r->fd);
    check_int(waitpid(r->pid, &status, 0), ==, r->pid);
    check_int(status, ==, 0);
    nftw(data_dir, remove_one, 32, FTW_DEPTH | FTW_PHYS);
}

/* The payload of the next message, which must be of that type; to be freed. */
static uint8_t *expect(struct role *r, uint16_t type, size_t *ret_len)
{
    uint16_t got = 0;
    uint8_t *payload = NULL;
    check_int(channel_recv_blocking(r->fd, STORE_MESSAGE_MAX, 30000, &got, &payload, ret_len), ==, 0);
    check_int(got, ==, type);
    return payload;
}

static void send_block(struct role *r, uint64_t batch)
{
    struct dns_rows *rows;
    struct native block;
    native_init(&block, DNS_ROWS_BLOCK_MAX);
    check_int(dns_rows_new(1000, 65536, &rows), ==, 0);
    struct dns_observation o = {.time_us = 1700000000000000, .name_len = 6, .name = "\4evil"};
    for (int i = 0; i < 1000; i++)
        check_int(dns_rows_add(rows, &o, &(struct dns_row_labels){.member = "", .group = ""}), ==, 0);
    check_int(dns_rows_take(rows, &block), ==, 0);
    autofree uint8_t *message = malloc(STORE_INSERT_HEAD_LEN + block.len);
    store_insert_put_head(message, batch, STORE_TABLE_DNS);
    memcpy(message + STORE_INSERT_HEAD_LEN, block.bytes, block.len);
    check_int(channel_send_blocking(r->fd, STORE_INSERT, message, STORE_INSERT_HEAD_LEN + block.len), ==, 0);
    native_done(&block);
    dns_rows_free(rows);
}

static void send_query(struct role *r, uint32_t id)
{
    uint8_t message[4 + SQL_TEXT_MAX] = {0, 0, 0, (uint8_t)id};
    int n = dns_query_counts(0, (char *)message + 4, SQL_TEXT_MAX);
    check_int(n, >, 0);
    check_int(channel_send_blocking(r->fd, STORE_QUERY, message, 4 + (size_t)n), ==, 0);
}

TEST(without_a_library_the_role_lives_and_answers_why)
{
    struct role r = role_start("/nonexistent.so");
    size_t len;
    uint64_t batch = 0;
    bool again = false, ok = true;
    uint32_t id = 0;
    char text[STORE_TEXT_MAX];
    send_block(&r, 77);
    autofree uint8_t *failed = expect(&r, STORE_INSERT_FAILED, &len);
    check_int(store_insert_failed_get(reader_of(failed, len), &batch, &again, text), ==, 0);
    check_int(batch, ==, 77);
    check(strstr(text, "No such file") != NULL);
    send_query(&r, 5);
    autofree uint8_t *result = expect(&r, STORE_RESULT, &len);
    struct reader bytes;
    check_int(store_result_get(reader_of(result, len), &id, &ok, &bytes), ==, 0);
    check(!ok);
    role_end(&r);
}

TEST(a_message_that_is_none_ends_the_channel)
{
    struct role r = role_start("/nonexistent.so");
    check_int(channel_send_blocking(r.fd, 99, "x", 1), ==, 0);
    uint16_t type;
    uint8_t *payload;
    size_t len;
    check_int(channel_recv_blocking(r.fd, 100, 30000, &type, &payload, &len), ==, -ECONNRESET);
    role_end(&r);
}

TEST(batches_are_stored_asked_for_and_counted)
{
    char library[ENGINE_PATH_MAX];
    struct role r = role_start(engine_find_library(library));
    size_t len;
    uint32_t id = 0;
    bool ok = false;
    struct reader bytes;
    for (uint8_t batch = 1; batch <= 3; batch++)
        send_block(&r, batch); /* sent without waiting: answered in order */
    for (uint8_t batch = 1; batch <= 3; batch++) {
        autofree uint8_t *inserted = expect(&r, STORE_INSERTED, &len);
        check_int(len, ==, 8);
        if (len == 8)
            check_int(inserted[7], ==, batch);
    }
    send_query(&r, 8);
    autofree uint8_t *result = expect(&r, STORE_RESULT, &len);
    check_int(store_result_get(reader_of(result, len), &id, &ok, &bytes), ==, 0);
    check(ok);
    check_int(id, ==, 8);
    static const char want[] = "{\"queries\":3000,\"blocked\":0,\"clients\":1,\"oldest_s\":1700000000,"
                               "\"newest_s\":1700000000}\n";
    check_int(bytes.left, ==, sizeof want - 1);
    if (bytes.left == sizeof want - 1)
        check_bytes(bytes.at, want, sizeof want - 1);
    check_int(channel_send_blocking(r.fd, STORE_STATUS, "\0\0\0\1", 4), ==, 0);
    autofree uint8_t *status = expect(&r, STORE_STATUS_IS, &len);
    struct store_status st = {0};
    check_int(store_status_get(reader_of(status, len), &id, &st), ==, 0);
    check(st.open);
    check_int(st.rows, ==, 3000);
    check_int(st.inserted, ==, 3);
    check_str(st.last_error, "");
    role_end(&r);
}

TEST(an_engine_that_does_not_come_back_ends_the_process)
{
    struct role r = role_start_watched(STUCK_ENGINE, 1);
    int status = 0;
    check_int(waitpid(r.pid, &status, 0), ==, r.pid);
    check(WIFSIGNALED(status));
    check_int(WTERMSIG(status), ==, SIGALRM);
    close(r.fd);
    nftw(data_dir, remove_one, 32, FTW_DEPTH | FTW_PHYS);
}

int main(int argc, char **argv)
{
    char library[ENGINE_PATH_MAX];
    const char *optional = getenv("HINOMI_ENGINE_OPTIONAL");
    if (access(engine_find_library(library), R_OK) < 0 && optional && strcmp(optional, "1") == 0) {
        printf("skip role_store: no engine library; tools/setup fetches it\n");
        return 77;
    }
    return test_main(argc, argv);
}
