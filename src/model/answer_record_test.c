/* Frames of records: octet by octet, each edge, each lie. */
#include "model/answer_record.h"

#include <errno.h>

#include "base/test.h"

static const uint8_t whole[] = "\x02\x01\x00\x01\x00\x00\x01\x2c\x00\x05\xaf\x31\x07\xa4\x00\x01"
                               "\x00\x00\x00\x11\x00\x00\x00\x05\x00\x04\x02\x00\x00\x0b"
                               "\x04" "evil" "\x04" "test" "\x00" "\xcb\x00\x71\x05";

static struct answer_record sample(void)
{
    struct answer_record a = {
        .time_us = 0x0005af3107a40001,
        .ttl_s = 300,
        .type = 1,
        .suspicion = RECORD_BLOCKED,
        .verdict = {.id = 17, .line = 5},
        .name_len = 11,
        .data_len = 4,
    };
    memcpy(a.name, "\4evil\4test", 11);
    memcpy(a.data, "\xcb\x00\x71\x05", 4);
    return a;
}

TEST(a_frame_octet_by_octet)
{
    struct answer_record a = sample(), got;
    uint8_t frame[ANSWER_RECORD_FRAME_MAX];
    size_t len = answer_record_put(&a, frame);
    check_int(len, ==, sizeof whole - 1);
    check_bytes(frame, whole, len);
    check_int(answer_record_get(frame, len, &got), ==, 0);
    check_bytes(&got.name, a.name, sizeof a.name);
    check_bytes(&got.data, a.data, sizeof a.data);
    check(got.time_us == a.time_us && got.ttl_s == 300 && got.type == 1 && got.suspicion == RECORD_BLOCKED &&
          got.verdict.id == 17 && got.verdict.line == 5);
}

TEST(the_longest_and_the_shortest)
{
    struct answer_record a = {.name_len = 1, .data_len = ANSWER_RECORD_DATA_MAX}, got;
    uint8_t frame[ANSWER_RECORD_FRAME_MAX + 1];
    size_t len = answer_record_put(&a, frame);
    check_int(len, ==, 31 + ANSWER_RECORD_DATA_MAX);
    check_int(answer_record_get(frame, len, &got), ==, 0);
    a.data_len = 0;
    len = answer_record_put(&a, frame);
    check_int(len, ==, 31);
    check_int(answer_record_get(frame, len, &got), ==, 0);
}

TEST(anything_cut_is_refused)
{
    struct answer_record got;
    for (size_t len = 0; len < sizeof whole - 1; len++)
        check_int(answer_record_get(whole, len, &got), ==, -EBADMSG);
}

TEST(every_lie_is_refused)
{
    static const struct {
        size_t at;
        uint8_t octet;
    } lies[] = {
        {0, 1}, {1, 2}, {8, 0x80}, {24, 2}, {25, 3}, {25, 5}, {26, 3}, {27, 1}, {28, 1}, {29, 10}, {29, 12}, {30, 5}, {30, 64}, {35, 0},
    };
    struct answer_record got;
    for (size_t i = 0; i < array_len(lies); i++) {
        uint8_t frame[sizeof whole];
        memcpy(frame, whole, sizeof whole);
        frame[lies[i].at] = lies[i].octet;
        if (answer_record_get(frame, sizeof whole - 1, &got) != -EBADMSG)
            printf("# not refused: %zu\n", i);
        check_int(answer_record_get(frame, sizeof whole - 1, &got), ==, -EBADMSG);
    }
    check_int(answer_record_get(whole, sizeof whole, &got), ==, -EBADMSG); /* an octet too many */
    uint8_t large[31 + ANSWER_RECORD_DATA_MAX + 1] = {2, 1, [24] = 2, [25] = 1, [29] = 1};
    check_int(answer_record_get(large, sizeof large, &got), ==, -EBADMSG);
}

int main(int argc, char **argv)
{
    return test_main(argc, argv);
}
