/* Proof files: one of Certificate Transparency's tree of eight leaves, and what changes break. */
#include "proto/tlog/proof_file.h"

#include <errno.h>
#include <string.h>

#include "base/test.h"

#define HASHES                                           \
    "vBoGQ7EuTS18d5GPROD095qDi2z57FtcKD4fTYhZnms=\n"     \
    "yoVOoSjtBQtBs1/8G4e46yveRh6eO1WW7Oa51ZdaCuA=\n"     \
    "037kGJdt2VdTwcc4Yrk5j6Kiz5tP8P3+izDNlSCWFLc=\n"
#define NOTE                                                                                                  \
    "log.example/verdicts\n8\nXcnaeacGWamtVZy3Ad7ZoqudgjqtL0lgz+Nw7/RgQyg=\n\n\xe2\x80\x94 log.example/verdicts " \
    "M4/6WURp5OiCxepc6xmOvofwBLZWjvPHKTHhJ74n1/5ZTovIyok208wn8k0fCqoSi2MjXD4mi8BCQpH80VLMvA8xzgQ=\n"
#define GOOD "c2sp.org/tlog-proof@v1\nextra QEFCQw==\nindex 5\n" HASHES "\n" NOTE

static const char our_key[] = "log.example/verdicts+338ffa59+AQOhB7/zzhC+HXDdGOdLwJln5NYwm6UNXx3chmQSVTG4";
static struct proof_file f;

static int read_file(const char *text)
{
    struct reader r = reader_of(text, strlen(text));
    return proof_file_read(&r, &f);
}

static int verify(const char *text, const char *origin)
{
    struct note_key k;
    struct checkpoint c;
    uint8_t entry[16], leaf[MERKLE_HASH];
    check_int(note_key_parse(our_key, strlen(our_key), &k), ==, 0);
    int result = read_file(text);
    if (result < 0)
        return result;
    int len = proof_file_extra(&f, entry, sizeof entry);
    if (len < 0)
        return len;
    merkle_leaf_hash(entry, (size_t)len, leaf);
    return proof_file_verify(&f, leaf, &k, origin, &c);
}

TEST(an_entry_proves_itself)
{
    check_int(verify(GOOD, NULL), ==, 0);
    check_int(f.index, ==, 5);
    check_int(f.proof.count, ==, 3);
    check(f.has_extra);
    uint8_t entry[4];
    check_int(proof_file_extra(&f, entry, sizeof entry), ==, 4);
    check_bytes(entry, "@ABC", 4);
    check_int(proof_file_extra(&f, entry, 3), ==, -EMSGSIZE);
    check_int(verify(GOOD, "another"), ==, -EXDEV);
    check_int(verify("c2sp.org/tlog-proof@v1\nextra QEFCQw==\nindex 4\n" HASHES "\n" NOTE, NULL), ==, -EILSEQ);
    check_int(verify("c2sp.org/tlog-proof@v1\nextra QEFCQg==\nindex 5\n" HASHES "\n" NOTE, NULL), ==, -EILSEQ);
    check_int(verify("c2sp.org/tlog-proof@v1\nindex 5\n" HASHES "\n" NOTE, NULL), ==, -EILSEQ);
}

TEST(a_changed_octet_is_seen)
{
    char text[sizeof GOOD];
    for (size_t i = 0; i < strlen(GOOD); i++) {
        memcpy(text, GOOD, sizeof GOOD);
        text[i] ^= 1;
        check(verify(text, NULL) < 0);
    }
    for (size_t len = 0; len < strlen(GOOD); len++) {
        memcpy(text, GOOD, len);
        text[len] = '\0';
        check(verify(text, NULL) < 0);
    }
}

TEST(written_as_read)
{
    static const char *const texts[] = {
        GOOD,
        "c2sp.org/tlog-proof@v1\nindex 0\n\ncheckpoint\n",
        ("c2sp.org/tlog-proof@v1\nextra \nindex 9223372036854775807\n" HASHES "\na checkpoint"),
    };
    for (size_t i = 0; i < array_len(texts); i++) {
        char out[1024];
        uint8_t extra[16];
        check_int(read_file(texts[i]), ==, 0);
        int len = proof_file_extra(&f, extra, sizeof extra);
        check(len >= 0);
        for (size_t max = strlen(texts[i]);; max--) {
            struct writer w = writer_of(out, max);
            int result = proof_file_write(f.index, &f.proof, f.has_extra ? extra : NULL, (size_t)len, f.checkpoint,
                                          f.checkpoint_len, &w);
            check_int(result, ==, max == strlen(texts[i]) ? 0 : -EMSGSIZE);
            if (result == 0)
                check(w.len == max && memcmp(out, texts[i], max) == 0);
            if (max == 0)
                break;
        }
    }
}

TEST(what_is_no_proof)
{
    static const char *const bad[] = {
        "",
        "c2sp.org/tlog-proof@v2\nindex 0\n\na\n",
        "c2sp.org/tlog-proof@v1 \nindex 0\n\na\n",
        "c2sp.org/tlog-proof@v1\n\n\na\n",
        "c2sp.org/tlog-proof@v1\nindex\n\na\n",
        "c2sp.org/tlog-proof@v1\nindex \n\na\n",
        "c2sp.org/tlog-proof@v1\nindex 05\n\na\n",
        "c2sp.org/tlog-proof@v1\nindex -5\n\na\n",
        "c2sp.org/tlog-proof@v1\nindex 9223372036854775808\n\na\n",
        "c2sp.org/tlog-proof@v1\nindex 0\n",
        "c2sp.org/tlog-proof@v1\nindex 0\n\n",
        ("c2sp.org/tlog-proof@v1\nindex 0\n" HASHES),
        "c2sp.org/tlog-proof@v1\nindex 0\n!!notbase64!!\n\na\n",
        "c2sp.org/tlog-proof@v1\nindex 0\nQEFCQw==\n\na\n",
        "c2sp.org/tlog-proof@v1\nextra !!\nindex 0\n\na\n",
        "c2sp.org/tlog-proof@v1\nextra QEFCQ\nindex 0\n\na\n",
        "c2sp.org/tlog-proof@v1\nextra QEFCQw==\nextra QEFCQw==\nindex 0\n\na\n",
        "c2sp.org/tlog-proof@v1\nindex 0\nextra QEFCQw==\n\na\n",
    };
    for (size_t i = 0; i < array_len(bad); i++)
        check_int(read_file(bad[i]), ==, -EBADMSG);
}

/* Extra data of `octets` zeros. */
static int read_extra(size_t octets, const char *end)
{
    static char text[PROOF_FILE_MAX + 2];
    static uint8_t zeros[PROOF_FILE_MAX];
    static const struct merkle_proof empty = {.count = 0};
    struct writer w = writer_of(text, sizeof text);
    writer_bytes(&w, "c2sp.org/tlog-proof@v1\nextra ", 29);
    for (size_t i = 0; i + 3 <= octets; i += 3)
        writer_bytes(&w, "AAAA", 4);
    writer_bytes(&w, octets % 3 == 0 ? "" : octets % 3 == 1 ? "AA==" : "AAA=", octets % 3 ? 4 : 0);
    writer_bytes(&w, end, strlen(end));
    struct reader r = reader_of(text, w.len);
    int result = proof_file_read(&r, &f);
    if (result == 0) {
        struct writer same = writer_of(zeros, 0);
        check_int(proof_file_write(0, &empty, zeros, octets, "a", 1, &same), ==, -EMSGSIZE);
        check_int(proof_file_extra(&f, zeros, sizeof zeros), ==, octets);
    }
    return result;
}

TEST(limits)
{
    check_int(read_extra(PROOF_EXTRA_MAX, "\nindex 0\n\na"), ==, 0);
    check_int(read_extra(PROOF_EXTRA_MAX - 1, "\nindex 0\n\na"), ==, 0);
    check_int(read_extra(PROOF_EXTRA_MAX - 2, "\nindex 0\n\na"), ==, 0);
    check_int(read_extra(PROOF_EXTRA_MAX + 1, "\nindex 0\n\na"), ==, -EBADMSG);
    check_int(read_extra(3 * 1024 + 1, "\nindex 0\n\na"), ==, 0);
    check_int(read_extra(3 * 1023 + 1, "AAAA\nindex 0\n\na"), ==, -EBADMSG); /* padding in the middle, at the end of a piece */
    check_int(read_extra((size_t)(PROOF_FILE_MAX - 40) / 4 * 3 + 48, "\nindex 0\n\na"), ==, -EMSGSIZE);
    static const struct merkle_proof empty = {.count = 0}, lengthy = {.count = MERKLE_PROOF_MAX + 1};
    struct writer w = writer_of((char[256]){0}, 256);
    check_int(proof_file_write(0, &empty, NULL, 0, "a", 0, &w), ==, -EINVAL);
    check_int(proof_file_write(MERKLE_SIZE_MAX + 1, &empty, NULL, 0, "a", 1, &w), ==, -EINVAL);
    check_int(proof_file_write(0, &lengthy, NULL, 0, "a", 1, &w), ==, -EINVAL);
    check_int(proof_file_write(0, &empty, "", PROOF_EXTRA_MAX + 1, "a", 1, &w), ==, -EINVAL);
    for (unsigned count = MERKLE_PROOF_MAX; count <= MERKLE_PROOF_MAX + 1; count++) {
        char text[4096];
        w = writer_of(text, sizeof text);
        writer_bytes(&w, "c2sp.org/tlog-proof@v1\nindex 0\n", 31);
        for (unsigned i = 0; i < count; i++)
            writer_bytes(&w, "vBoGQ7EuTS18d5GPROD095qDi2z57FtcKD4fTYhZnms=\n", 45);
        writer_bytes(&w, "\na", 3);
        check_int(read_file(text), ==, count == MERKLE_PROOF_MAX ? 0 : -EBADMSG);
    }
}

int main(int argc, char **argv)
{
    return test_main(argc, argv);
}
