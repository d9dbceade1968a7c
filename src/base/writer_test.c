/* Writer behaviour: exact bytes, every edge of the room, and overflow that sticks. */
#include "base/writer.h"

#include "base/test.h"

TEST(integers_are_written_big_endian)
{
    static const uint8_t want[] = {0x01, 0x82, 0x03, 0x84, 0x05, 0x86, 0x07,
                                   0x88, 0x09, 0x8a, 0x0b, 0x8c, 0x0d, 0x8e, 0x0f};
    uint8_t got[sizeof want];
    struct writer w = writer_of(got, sizeof got);
    writer_u8(&w, 0x01);
    writer_u16(&w, 0x8203);
    writer_u32(&w, 0x84058607);
    writer_u64(&w, 0x88098a0b8c0d8e0fu);
    check_int(w.len, ==, sizeof want);
    check(!w.full);
    check_bytes(got, want, sizeof want);
}

static void write_width(struct writer *w, int width)
{
    switch (width) {
    case 1:
        writer_u8(w, 0xee);
        break;
    case 2:
        writer_u16(w, 0xeeee);
        break;
    case 4:
        writer_u32(w, 0xeeeeeeee);
        break;
    default:
        writer_u64(w, 0xeeeeeeeeeeeeeeeeu);
    }
}

TEST(what_does_not_fit_writes_nothing_and_sticks)
{
    for (int width = 1; width <= 8; width *= 2) {
        for (size_t room = 0; room <= 9; room++) {
            uint8_t buffer[10];
            memset(buffer, 0x55, sizeof buffer);
            struct writer w = writer_of(buffer, room);
            write_width(&w, width);
            bool fits = room >= (size_t)width;
            check(w.full == !fits);
            check_int(w.len, ==, fits ? (size_t)width : 0);
            for (size_t i = w.len; i < sizeof buffer; i++)
                check_int(buffer[i], ==, 0x55);
        }
    }
}

TEST(after_an_overflow_smaller_writes_are_dropped_too)
{
    uint8_t buffer[4] = {0};
    struct writer w = writer_of(buffer, sizeof buffer);
    writer_u16(&w, 0x0102);
    writer_u32(&w, 0xffffffff);
    check(w.full);
    writer_u8(&w, 0xff);
    writer_bytes(&w, "x", 1);
    writer_varint(&w, 1);
    check(writer_grab(&w, 0) == NULL);
    check_int(w.len, ==, 2);
    check_bytes(buffer, ((uint8_t[]){1, 2, 0, 0}), 4);
}

TEST(the_largest_length_does_not_wrap)
{
    uint8_t buffer[4];
    struct writer w = writer_of(buffer, sizeof buffer);
    writer_u8(&w, 1);
    check(writer_grab(&w, SIZE_MAX) == NULL);
    check(w.full);
    check_int(w.len, ==, 1);
}

TEST(bytes_and_nothing_are_copied)
{
    uint8_t buffer[4];
    struct writer w = writer_of(buffer, sizeof buffer);
    writer_bytes(&w, NULL, 0);
    writer_bytes(&w, "abcd", 4);
    writer_bytes(&w, NULL, 0);
    check(!w.full);
    check_bytes(buffer, "abcd", 4);
    writer_bytes(&w, "e", 1);
    check(w.full);
}

TEST(grab_gives_room_in_place)
{
    uint8_t buffer[4] = {0};
    struct writer w = writer_of(buffer, sizeof buffer);
    writer_u16(&w, 0);
    uint8_t *p = writer_grab(&w, 2);
    check(p == buffer + 2);
    writer_put_u16(buffer, 0xabcd);
    check_bytes(buffer, ((uint8_t[]){0xab, 0xcd}), 2);
}

TEST(varint_takes_the_shortest_form)
{
    static const struct {
        uint64_t value;
        size_t len;
        uint8_t bytes[10];
    } rows[] = {
        {0, 1, {0}},
        {127, 1, {0x7f}},
        {128, 2, {0x80, 0x01}},
        {300, 2, {0xac, 0x02}},
        {16383, 2, {0xff, 0x7f}},
        {16384, 3, {0x80, 0x80, 0x01}},
        {UINT64_MAX, 10, {0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0x01}},
    };
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        uint8_t buffer[10];
        struct writer w = writer_of(buffer, sizeof buffer);
        writer_varint(&w, rows[i].value);
        check_int(w.len, ==, rows[i].len);
        check_bytes(buffer, rows[i].bytes, rows[i].len);
    }
}

int main(int argc, char **argv)
{
    return test_main(argc, argv);
}
