/* Bundles of entries: the octets of c2sp.org/tlog-tiles, and bundles that end too early. */
#include "proto/tlog/entry_bundle.h"

#include <errno.h>

#include "base/test.h"

TEST(entries_stand_behind_their_lengths)
{
    uint8_t buffer[16];
    struct writer w = writer_of(buffer, sizeof buffer);
    check_int(entry_bundle_add(&w, "abc", 3), ==, 0);
    check_int(entry_bundle_add(&w, NULL, 0), ==, 0);
    check_int(entry_bundle_add(&w, "d", 1), ==, 0);
    check_int(w.len, ==, 10);
    check_bytes(buffer, "\0\3abc\0\0\0\1d", 10);
    check_int(entry_bundle_add(&w, "12345", 5), ==, -EMSGSIZE);

    struct reader r = reader_of(buffer, 10);
    const uint8_t *entry = NULL;
    size_t len = 0;
    check_int(entry_bundle_next(&r, &entry, &len), ==, 1);
    check_int(len, ==, 3);
    check_bytes(entry, "abc", 3);
    check_int(entry_bundle_next(&r, &entry, &len), ==, 1);
    check_int(len, ==, 0);
    check_int(entry_bundle_next(&r, &entry, &len), ==, 1);
    check_int(len, ==, 1);
    check_int(entry_bundle_next(&r, &entry, &len), ==, 0);
    check_int(entry_bundle_next(&r, &entry, &len), ==, 0);
}

TEST(the_longest_entry)
{
    static uint8_t buffer[2 + ENTRY_MAX], entry[ENTRY_MAX + 1];
    struct writer w = writer_of(buffer, sizeof buffer);
    check_int(entry_bundle_add(&w, entry, ENTRY_MAX + 1), ==, -E2BIG);
    check_int(w.len, ==, 0);
    check_int(entry_bundle_add(&w, entry, ENTRY_MAX), ==, 0);
    check_bytes(buffer, "\xff\xff", 2);
}

TEST(a_bundle_that_ends_inside_an_entry)
{
    for (size_t len = 1; len < 5; len++) {
        struct reader r = reader_of("\0\3abc", len);
        const uint8_t *entry;
        size_t entry_len;
        check_int(entry_bundle_next(&r, &entry, &entry_len), ==, -EBADMSG);
        check_int(entry_bundle_next(&r, &entry, &entry_len), ==, -EBADMSG);
    }
}

int main(int argc, char **argv)
{
    return test_main(argc, argv);
}
