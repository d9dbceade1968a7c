/* Reader behaviour: exact values, every edge of every length, and failure that empties. */
#include "base/reader.h"

#include "base/test.h"
#include "base/writer.h"

static const uint8_t bytes[] = {0x01, 0x82, 0x03, 0x84, 0x05, 0x86, 0x07, 0x88, 0x09};

static void check_failed_empty(struct reader *r)
{
    check(r->failed);
    check_int(r->left, ==, 0);
    check_int(reader_u8(r), ==, 0);
    check_int(reader_u16(r), ==, 0);
    check_int(reader_u32(r), ==, 0);
    check(reader_u64(r) == 0);
    check(reader_varint(r) == 0);
    check(reader_take(r, 0) == NULL);
    check(reader_take(r, 1) == NULL);
}

TEST(integers_are_big_endian)
{
    struct reader r = reader_of(bytes, sizeof bytes);
    check_int(reader_u8(&r), ==, 0x01);
    check_int(reader_u16(&r), ==, 0x8203);
    check_int(reader_u32(&r), ==, 0x84058607);
    check_int(r.left, ==, 2);
    check(!r.failed);
    r = reader_of(bytes, sizeof bytes);
    check(reader_u64(&r) == 0x0182038405860788u);
    check_int(r.left, ==, 1);
}

TEST(a_read_of_exactly_what_is_left_succeeds_and_one_more_fails)
{
    for (size_t have = 0; have <= sizeof bytes; have++) {
        for (size_t want = 0; want <= sizeof bytes + 1; want++) {
            struct reader r = reader_of(bytes, have);
            const uint8_t *p = reader_take(&r, want);
            check(r.failed == (want > have));
            check(p == (want > have ? NULL : bytes));
            check_int(r.left, ==, want > have ? 0 : have - want);
        }
    }
}

TEST(each_integer_fails_one_byte_short_and_empties_the_reader)
{
    for (int width = 1; width <= 8; width *= 2) {
        struct reader r = reader_of(bytes, (size_t)width - 1);
        switch (width) {
        case 1:
            check_int(reader_u8(&r), ==, 0);
            break;
        case 2:
            check_int(reader_u16(&r), ==, 0);
            break;
        case 4:
            check_int(reader_u32(&r), ==, 0);
            break;
        default:
            check(reader_u64(&r) == 0);
        }
        check_failed_empty(&r);
    }
}

TEST(half_an_integer_of_64_bits_gives_zero)
{
    for (size_t have = 0; have < 8; have++) {
        struct reader r = reader_of(bytes, have);
        check(reader_u64(&r) == 0);
        check_failed_empty(&r);
    }
}

TEST(the_largest_length_does_not_wrap)
{
    struct reader r = reader_of(bytes, sizeof bytes);
    check(reader_take(&r, SIZE_MAX) == NULL);
    check_failed_empty(&r);
}

TEST(skip_moves_and_fails_like_take)
{
    struct reader r = reader_of(bytes, sizeof bytes);
    reader_skip(&r, sizeof bytes - 1);
    check_int(reader_u8(&r), ==, 0x09);
    reader_skip(&r, 0);
    check(!r.failed);
    reader_skip(&r, 1);
    check_failed_empty(&r);
}

TEST(a_sub_reader_cannot_leave_its_box)
{
    struct reader r = reader_of(bytes, sizeof bytes);
    struct reader box = reader_sub(&r, 2);
    check_int(r.left, ==, sizeof bytes - 2);
    check_int(reader_u16(&box), ==, 0x0182);
    check_int(reader_u8(&box), ==, 0);
    check(box.failed);
    check(!r.failed);
    check_int(reader_u8(&r), ==, 0x03);
}

TEST(a_sub_reader_longer_than_its_outer_fails_both)
{
    struct reader r = reader_of(bytes, sizeof bytes);
    struct reader box = reader_sub(&r, sizeof bytes + 1);
    check_failed_empty(&r);
    check_failed_empty(&box);
}

TEST(copy_leaves_its_target_alone_on_failure)
{
    uint8_t to[4] = {1, 2, 3, 4};
    struct reader r = reader_of(bytes, 3);
    reader_copy(&r, to, 4);
    check_bytes(to, ((uint8_t[]){1, 2, 3, 4}), 4);
    check_failed_empty(&r);
    r = reader_of(bytes, 4);
    reader_copy(&r, to, 4);
    check_bytes(to, bytes, 4);
}

TEST(varint_is_read_back_as_written_at_every_edge)
{
    for (unsigned bit = 0; bit < 64; bit++) {
        for (int delta = -1; delta <= 1; delta++) {
            uint64_t value = ((uint64_t)1 << bit) + (uint64_t)(int64_t)delta;
            uint8_t buffer[10];
            struct writer w = writer_of(buffer, sizeof buffer);
            writer_varint(&w, value);
            check(!w.full);
            struct reader r = reader_of(buffer, w.len);
            check(reader_varint(&r) == value);
            check(!r.failed);
            check_int(r.left, ==, 0);
            for (size_t shorter = 0; shorter < w.len; shorter++) {
                r = reader_of(buffer, shorter);
                check(reader_varint(&r) == 0);
                check(r.failed);
            }
        }
    }
}

TEST(varint_beyond_64_bits_is_refused)
{
    static const uint8_t largest[] = {0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0x01};
    static const uint8_t too_large[] = {0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0x02};
    static const uint8_t too_long[] = {0x80, 0x80, 0x80, 0x80, 0x80, 0x80, 0x80, 0x80, 0x80, 0x80, 0x00};
    static const uint8_t padded[] = {0x85, 0x00};
    struct reader r = reader_of(largest, sizeof largest);
    check(reader_varint(&r) == UINT64_MAX);
    check(!r.failed);
    r = reader_of(too_large, sizeof too_large);
    check(reader_varint(&r) == 0);
    check(r.failed);
    r = reader_of(too_long, sizeof too_long);
    check(reader_varint(&r) == 0);
    check(r.failed);
    r = reader_of(padded, sizeof padded);
    check(reader_varint(&r) == 5);
    check(!r.failed);
}

TEST(an_empty_reader_over_nothing_is_not_failed)
{
    struct reader r = reader_of(NULL, 0);
    check(!r.failed);
    check(reader_take(&r, 0) == NULL);
    check(!r.failed);
    check_int(reader_u8(&r), ==, 0);
    check(r.failed);
}

int main(int argc, char **argv)
{
    return test_main(argc, argv);
}
