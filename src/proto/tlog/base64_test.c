/* Base64: the vectors of RFC 4648 10, and every text that is none. */
#include "proto/tlog/base64.h"

#include <errno.h>

#include "base/test.h"

static uint8_t out[64];

static int decode(const char *text)
{
    return base64_decode(text, strlen(text), out, sizeof out);
}

TEST(the_vectors_of_rfc_4648)
{
    static const char *const texts[] = {"", "Zg==", "Zm8=", "Zm9v", "Zm9vYg==", "Zm9vYmE=", "Zm9vYmFy"};
    for (size_t i = 0; i < array_len(texts); i++) {
        check_int(decode(texts[i]), ==, i);
        check_bytes(out, "foobar", i);
        struct writer w = writer_of(out, sizeof out);
        base64_write(&w, (const uint8_t *)"foobar", i);
        check_int(w.len, ==, strlen(texts[i]));
        check_bytes(out, texts[i], w.len);
    }
}

TEST(what_is_no_base64)
{
    static const char *const bad[] = {"Z",    "Zg",   "Zg=",  "Zh==",   "Zm9=",     "Zm 9",     "Zm9\n", "=g==", "====",
                                      "Z===", "Zg=v", "-_-_", "Zg==Zg==", "Zm9v\nZm9", "Zm9vZg=", "\xc5\x95yx"};
    for (size_t i = 0; i < array_len(bad); i++)
        check_int(decode(bad[i]), ==, -EBADMSG);
    for (int c = 0; c < 256; c++) { /* each octet in the first place */
        char text[] = {(char)c, 'A', 'A', 'A'};
        bool is_good = c < 0x80 && c != 0 && strchr("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/", c);
        check_int(base64_decode(text, 4, out, sizeof out), ==, is_good ? 3 : -EBADMSG);
    }
    check_int(base64_decode("Zm9v", 4, out, 2), ==, -EMSGSIZE);
    check_int(base64_decode("Zm8=", 4, out, 2), ==, 2);
}

TEST(long_values_come_in_pieces)
{
    uint8_t value[200], same[200];
    char text[300];
    for (size_t i = 0; i < sizeof value; i++)
        value[i] = (uint8_t)(i * 37);
    for (size_t len = 0; len <= sizeof value; len++) {
        struct writer w = writer_of(text, sizeof text);
        base64_write(&w, value, len);
        check(!w.full);
        check_int(w.len, ==, (len + 2) / 3 * 4);
        check_int(base64_decode(text, w.len, same, sizeof same), ==, len);
        check_bytes(same, value, len);
    }
}

int main(int argc, char **argv)
{
    return test_main(argc, argv);
}
