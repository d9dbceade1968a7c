/* Native blocks, byte for byte, and the bound of their buffer. */
#include "store/native.h"

#include "base/attr.h"
#include "base/test.h"

#define BYTES(text) (text), sizeof(text) - 1

TEST(a_block_is_counts_then_columns_one_after_another)
{
    struct native n;
    native_init(&n, 1000);
    native_block(&n, 2, 3);
    native_column(&n, "a", "UInt8");
    native_u8s(&n, (const uint8_t[]){1, 2, 255}, 3);
    native_column(&n, "bc", "String");
    native_string(&n, BYTES("x"));
    native_string(&n, BYTES(""));
    native_string(&n, BYTES("yz"));
    static const char want[] = "\x02\x03"
                               "\x01" "a" "\x05" "UInt8" "\x01\x02\xff"
                               "\x02" "bc" "\x06" "String" "\x01" "x" "\x00" "\x02" "yz";
    check(!n.failed);
    check_int(n.len, ==, sizeof want - 1);
    check_bytes(n.bytes, want, sizeof want - 1);
    native_done(&n);
}

TEST(integers_are_little_endian)
{
    struct native n;
    native_init(&n, 1000);
    native_u16s(&n, (const uint16_t[]){0x0102, 0xfffe}, 2);
    native_u32s(&n, (const uint32_t[]){0x01020304, 0x80000000}, 2);
    native_u64s(&n, (const uint64_t[]){0x0102030405060708, (uint64_t)-2}, 2);
    static const char want[] = "\x02\x01\xfe\xff"
                               "\x04\x03\x02\x01\x00\x00\x00\x80"
                               "\x08\x07\x06\x05\x04\x03\x02\x01\xfe\xff\xff\xff\xff\xff\xff\xff";
    check_int(n.len, ==, sizeof want - 1);
    check_bytes(n.bytes, want, sizeof want - 1);
    native_done(&n);
}

TEST(counts_and_string_lengths_are_varints)
{
    static char text[300];
    struct native n;
    native_init(&n, 1000);
    native_block(&n, 127, 128);
    native_string(&n, text, sizeof text);
    static const char want[] = "\x7f\x80\x01\xac\x02\x00";
    check_int(n.len, ==, 3 + 2 + 300);
    check_bytes(n.bytes, want, sizeof want - 1);
    native_reset(&n);
    native_block(&n, 1, 65536);
    check_int(n.len, ==, 4);
    check_bytes(n.bytes, "\x01\x80\x80\x04", 4);
    native_done(&n);
}

TEST(the_bound_holds_exactly_and_failure_sticks)
{
    static const uint8_t bytes[200000];
    struct native n;
    native_init(&n, 100000);
    native_bytes(&n, bytes, 70000);
    native_bytes(&n, bytes, 30000);
    check(!n.failed);
    check_int(n.size, <=, 100000);
    native_u8s(&n, bytes, 1);
    check(n.failed);
    native_bytes(&n, bytes, 0);
    check_int(n.len, ==, 100000);
    native_reset(&n);
    native_u64s(&n, (const uint64_t *)(const void *)bytes, SIZE_MAX / 4);
    check(n.failed);
    check_int(n.len, ==, 0);
    native_done(&n);
}

int main(int argc, char **argv)
{
    return test_main(argc, argv);
}
