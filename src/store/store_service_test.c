/* The store's answers when there is no engine, what it takes for no message at all, and every payload to and fro. */
#include "store/store_service.h"

#include <errno.h>

#include "base/test.h"
#include "base/writer.h"

struct answer {
    unsigned count;
    uint16_t type;
    uint8_t bytes[STORE_STATUS_MAX];
    size_t len;
};

static void keep(uint16_t type, const void *payload, size_t len, void *self)
{
    struct answer *a = self;
    a->count++;
    a->type = type;
    a->len = len;
    check_int(len, <=, sizeof a->bytes);
    memcpy(a->bytes, payload, len);
}

static struct store_service *without_engine(void)
{
    struct store_service_options o = {
        .engine = {.library_path = "/nonexistent.so", .data_dir = "/tmp/none", .memory_max = 1u << 30},
        .retention_days = {3, 3},
    };
    struct store_service *s = NULL;
    check_int(store_service_new(&o, &s), ==, 0);
    check_int(store_service_open(s), ==, -ENOENT);
    check(!store_service_is_open(s));
    return s;
}

#define WHY "/nonexistent.so: No such file or directory"

TEST(without_an_engine_every_message_is_answered_with_the_reason)
{
    struct store_service *s = without_engine();
    struct answer a = {0};
    uint8_t insert[STORE_INSERT_HEAD_LEN + 2] = {0};
    store_insert_put_head(insert, 0x0102030405060708, STORE_TABLE_DNS);
    check_int(store_service_message(s, STORE_INSERT, reader_of(insert, sizeof insert), keep, &a), ==, 0);
    check_int(a.type, ==, STORE_INSERT_FAILED);
    uint64_t batch = 0;
    bool again = false;
    char text[STORE_TEXT_MAX];
    check_int(store_insert_failed_get(reader_of(a.bytes, a.len), &batch, &again, text), ==, 0);
    check(batch == 0x0102030405060708);
    check(again);
    check_str(text, WHY);

    check_int(store_service_message(s, STORE_QUERY, reader_of("\0\0\0\5SELECT 1", 12), keep, &a), ==, 0);
    check_int(a.type, ==, STORE_RESULT);
    uint32_t id = 0;
    bool ok = true;
    struct reader bytes;
    check_int(store_result_get(reader_of(a.bytes, a.len), &id, &ok, &bytes), ==, 0);
    check_int(id, ==, 5);
    check(!ok);
    check_int(bytes.left, ==, strlen(WHY));
    check_bytes(bytes.at, WHY, strlen(WHY));

    struct store_status st;
    check_int(store_service_message(s, STORE_STATUS, reader_of("\0\0\0\6", 4), keep, &a), ==, 0);
    check_int(a.type, ==, STORE_STATUS_IS);
    check_int(store_status_get(reader_of(a.bytes, a.len), &id, &st), ==, 0);
    check_int(id, ==, 6);
    check(!st.open);
    check_int(st.failed, ==, 1);
    check_str(st.last_error, WHY);
    check_int(store_service_retain(s, 1700000000000000), ==, 0);
    store_service_free(s);
}

TEST(what_is_no_message_gets_no_answer)
{
    static const struct {
        uint16_t type;
        const char *bytes;
        size_t len;
    } cases[] = {
        {0, "", 0},
        {STORE_INSERTED, "\0\0\0\0\0\0\0\1", 8},
        {STORE_INSERT, "\0\0\0\0\0\0\0\1\0", 9},     /* no block */
        {STORE_INSERT, "\0\0\0\0\0\0\0\1\2x", 10},   /* no such table */
        {STORE_INSERT, "\0\0\0\0\0\0\0\1", 8},
        {STORE_QUERY, "\0\0\0", 3},
        {STORE_QUERY, "\0\0\0\1SEL\0CT", 10},
        {STORE_STATUS, "\0\0\0\1x", 5},
    };
    struct store_service *s = without_engine();
    struct answer a = {0};
    for (size_t i = 0; i < array_len(cases); i++)
        check_int(store_service_message(s, cases[i].type, reader_of(cases[i].bytes, cases[i].len), keep, &a), ==,
                  -EBADMSG);
    static char sql[4 + STORE_QUERY_MAX];
    memset(sql, 'x', sizeof sql);
    check_int(store_service_message(s, STORE_QUERY, reader_of(sql, sizeof sql), keep, &a), ==, -EBADMSG);
    check_int(a.count, ==, 0);
    store_service_free(s);
}

TEST(the_longest_statement_that_is_built_is_taken)
{
    struct store_service *s = without_engine();
    struct answer a = {0};
    static char sql[4 + STORE_QUERY_MAX - 1];
    memset(sql, 'x', sizeof sql);
    check_int(store_service_message(s, STORE_QUERY, reader_of(sql, sizeof sql), keep, &a), ==, 0);
    check_int(a.type, ==, STORE_RESULT);
    store_service_free(s);
}

TEST(status_bytes_are_as_documented_and_refused_at_every_other_length)
{
    struct store_status s = {.open = true, .rows = 1, .bytes_on_disk = 2, .inserted = 3, .failed = 4,
                             .version = "26", .last_error = "no"}, got;
    uint8_t bytes[STORE_STATUS_MAX];
    size_t len = store_status_put(&s, 9, bytes);
    static const char want[] = "\0\0\0\x09" "\x01" "\0\0\0\0\0\0\0\x01" "\0\0\0\0\0\0\0\x02" "\0\0\0\0\0\0\0\x03"
                               "\0\0\0\0\0\0\0\x04" "\0\x02" "26" "\0\x02" "no";
    check_int(len, ==, sizeof want - 1);
    check_bytes(bytes, want, len);
    uint32_t id = 0;
    check_int(store_status_get(reader_of(bytes, len), &id, &got), ==, 0);
    check_int(id, ==, 9);
    uint8_t again[STORE_STATUS_MAX];
    check_int(store_status_put(&got, id, again), ==, len);
    check_bytes(again, bytes, len);
    for (size_t n = 0; n < len; n++)
        check_int(store_status_get(reader_of(bytes, n), &id, &got), ==, -EBADMSG);
    check_int(store_status_get(reader_of(bytes, len + 1), &id, &got), ==, -EBADMSG);
}

TEST(longest_texts_are_cut_to_fit)
{
    struct store_status s = {0}, got;
    memset(s.version, 'v', sizeof s.version - 1);
    memset(s.last_error, 'e', sizeof s.last_error); /* not even terminated */
    uint8_t bytes[STORE_STATUS_MAX];
    uint32_t id;
    check_int(store_status_get(reader_of(bytes, store_status_put(&s, 1, bytes)), &id, &got), ==, 0);
    check_int(strlen(got.last_error), ==, STORE_TEXT_MAX - 1);
}

int main(int argc, char **argv)
{
    return test_main(argc, argv);
}
