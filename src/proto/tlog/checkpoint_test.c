/* Checkpoints: those of Go's tests and of c2sp.org, and texts that are none. */
#include "proto/tlog/checkpoint.h"

#include <errno.h>
#include <string.h>

#include "base/test.h"

#define ROOT_OF_8 "XcnaeacGWamtVZy3Ad7ZoqudgjqtL0lgz+Nw7/RgQyg="
#define ROOT_OF_0 "47DEQpj8HBSa+/TImW+5JCeuQeRkm5NMpJWZG3hSuFU="
#define OUR_TEXT "log.example/verdicts\n8\n" ROOT_OF_8 "\n"
/* Made with OpenSSL's Ed25519 from the octets 0 to 31 as seed. */
#define OUR_NOTE                                                                                                  \
    OUR_TEXT "\n\xe2\x80\x94 log.example/verdicts "                                                               \
             "M4/6WURp5OiCxepc6xmOvofwBLZWjvPHKTHhJ74n1/5ZTovIyok208wn8k0fCqoSi2MjXD4mi8BCQpH80VLMvA8xzgQ=\n"

static const char our_key[] = "log.example/verdicts+338ffa59+AQOhB7/zzhC+HXDdGOdLwJln5NYwm6UNXx3chmQSVTG4";
static const char our_signer[] = "PRIVATE+KEY+log.example/verdicts+338ffa59+AQABAgMEBQYHCAkKCwwNDg8QERITFBUWFxgZGhscHR4f";
static const char sumdb_key[] = "sum.golang.org+033de0ae+Ac4zctda0e5eza+HJyk9SxEdh+s3Ux18htTTAD8OuAn8";

static struct checkpoint c;

static int read_text(const char *text)
{
    struct reader r = reader_of(text, strlen(text));
    int result = checkpoint_read(&r, &c);
    check_int(r.left, ==, 0);
    return result;
}

static int open_note(const char *text, const char *key, const char *origin)
{
    struct note_key k;
    check_int(note_key_parse(key, strlen(key), &k), ==, 0);
    struct reader r = reader_of(text, strlen(text));
    return checkpoint_open(&r, &k, origin, &c, NULL);
}

TEST(texts_both_ways)
{
    static const struct {
        const char *text;
        size_t origin_len;
        uint64_t size;
        size_t extension_len;
    } cases[] = {
        {OUR_TEXT, 20, 8, 0},
        {"example.com/behind-the-sofa\n20852163\nCsUYapGGPo4dkMgIAUqom/Xajj7h2fB2MPA3j2jxq2I=\n", 27, 20852163, 0},
        {"go.sum database tree\n123456789012\nTszzRgjTG6xce+z2AG31kAXYKBgQVtCSCE40HmuwBb0=\n", 20, 123456789012, 0},
        {"\xe6\x97\xa5\n0\n" ROOT_OF_0 "\n", 3, 0, 0},
        {"a\n9223372036854775807\n" ROOT_OF_8 "\n", 1, MERKLE_SIZE_MAX, 0},
        {"a\n1\n" ROOT_OF_8 "\nb c\n\xe2\x80\x94 d\n", 1, 1, 10},
    };
    for (size_t i = 0; i < array_len(cases); i++) {
        char out[256];
        struct writer w = writer_of(out, sizeof out);
        check_int(read_text(cases[i].text), ==, 0);
        check_int(c.origin_len, ==, cases[i].origin_len);
        check(c.size == cases[i].size);
        check_int(c.extension_len, ==, cases[i].extension_len);
        check_int(checkpoint_write(&c, &w), ==, 0);
        check_int(w.len, ==, strlen(cases[i].text));
        check_bytes(out, cases[i].text, w.len);
        w = writer_of(out, w.len - 1);
        check_int(checkpoint_write(&c, &w), ==, -EMSGSIZE);
    }
}

TEST(what_is_no_checkpoint)
{
    static const char *const bad[] = {
        "",
        "a\n",
        "a\n1\n",
        "a\n1\n" ROOT_OF_8,
        "\n1\n" ROOT_OF_8 "\n",
        "a\n\n" ROOT_OF_8 "\n",
        "a\n01\n" ROOT_OF_8 "\n",
        "a\n00\n" ROOT_OF_0 "\n",
        "a\n+1\n" ROOT_OF_8 "\n",
        "a\n-1\n" ROOT_OF_8 "\n",
        "a\n 1\n" ROOT_OF_8 "\n",
        "a\n1 \n" ROOT_OF_8 "\n",
        "a\n0x1\n" ROOT_OF_8 "\n",
        "a\n9223372036854775808\n" ROOT_OF_8 "\n",
        "a\n18446744073709551617\n" ROOT_OF_8 "\n",
        "a\n0\n" ROOT_OF_8 "\n", /* not the root of nothing */
        "a\n1\n" ROOT_OF_8 "=\n",
        "a\n1\n" ROOT_OF_8 " \n",
        "a\n1\nXcnaeacGWamtVZy3Ad7ZoqudgjqtL0lgz+Nw7/RgQyg\n",
        "a\n1\nXcnaeacGWamtVZy3Ad7ZoqudgjqtL0lgz-Nw7_RgQyg=\n",
        "a\n1\nXcnaeacGWamtVZy3Ad7ZoqudgjqtL0lgz+Nw7/RgQyh=\n", /* bits left over */
        "a\n1\nXcnaeacGWamtVZy3Ad7ZoqudgjqtL0lgz+Nw7/RgQw==\n",
        "a\n1\n" ROOT_OF_8 "\n\n",
        "a\n1\n" ROOT_OF_8 "\nb",
        "a\n1\n" ROOT_OF_8 "\n\nb\n",
        "a\xff\n1\n" ROOT_OF_8 "\n",
        "a\r\n1\n" ROOT_OF_8 "\n",
    };
    for (size_t i = 0; i < array_len(bad); i++)
        check_int(read_text(bad[i]), ==, -EBADMSG);
}

TEST(opened_by_the_logs_key_only)
{
    check_int(open_note(OUR_NOTE, our_key, NULL), ==, 0);
    check(c.size == 8);
    check_int(open_note(OUR_NOTE, our_key, "log.example/verdicts"), ==, 0);
    check_int(open_note(OUR_NOTE, our_key, "log.example/verdict"), ==, -EXDEV);
    check_int(open_note(OUR_NOTE, our_key, "log.example/verdicts/2"), ==, -EXDEV);
    check_int(open_note(OUR_NOTE, sumdb_key, NULL), ==, -ENOKEY);
    check_int(open_note(OUR_TEXT, our_key, NULL), ==, -EBADMSG);
    static const char sumdb[] = "go.sum database tree\n6476701\nmb8QLQIs0Z0yP5Cstq6guj87oXWeC9gEM8oVikmm9Wk=\n\n"
                                "\xe2\x80\x94 sum.golang.org Az3grsLX85Gz+s1SiTbgkuqxgItqFq7gsMUEyVnrsa9LM7Us9S+"
                                "1xbFIGu95949rj4nPRYfvimWEPWL+o3GeoWwOoAw=\n";
    check_int(open_note(sumdb, sumdb_key, NULL), ==, -EXDEV);
    check_int(open_note(sumdb, sumdb_key, "go.sum database tree"), ==, 0);
    check(c.size == 6476701);
}

TEST(signing_gives_what_openssl_gives)
{
    struct note_signer s;
    char out[512];
    struct writer w = writer_of(out, sizeof out);
    check_int(note_signer_parse(our_signer, strlen(our_signer), &s), ==, 0);
    check_int(read_text(OUR_TEXT), ==, 0);
    check_int(checkpoint_sign(&c, &s, &w), ==, 0);
    check_int(w.len, ==, strlen(OUR_NOTE));
    check_bytes(out, OUR_NOTE, w.len);
    for (size_t max = 0; max < strlen(OUR_NOTE); max++) {
        w = writer_of(out, max);
        check_int(checkpoint_sign(&c, &s, &w), ==, -EMSGSIZE);
    }
}

TEST(what_cannot_be_written)
{
    struct writer w = writer_of((char[256]){0}, 256);
    struct checkpoint bad = {.origin = "a\nb", .origin_len = 3, .size = 1};
    check_int(checkpoint_write(&bad, &w), ==, -EINVAL);
    bad = (struct checkpoint){.origin = "a", .origin_len = 0, .size = 1};
    check_int(checkpoint_write(&bad, &w), ==, -EINVAL);
    bad = (struct checkpoint){.origin = "a", .origin_len = 1, .size = MERKLE_SIZE_MAX + 1};
    check_int(checkpoint_write(&bad, &w), ==, -EINVAL);
    bad = (struct checkpoint){.origin = "a", .origin_len = 1, .size = 0};
    check_int(checkpoint_write(&bad, &w), ==, -EINVAL);
    bad = (struct checkpoint){.origin = "a", .origin_len = 1, .size = 1, .extension = "\n", .extension_len = 1};
    check_int(checkpoint_write(&bad, &w), ==, -EINVAL);
    bad = (struct checkpoint){.origin = "\xff", .origin_len = 1, .size = 1};
    check_int(checkpoint_write(&bad, &w), ==, -EINVAL);
}

int main(int argc, char **argv)
{
    return test_main(argc, argv);
}
