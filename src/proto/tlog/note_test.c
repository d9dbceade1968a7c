/* Signed notes: those of the Go checksum database, of Go's tests and of c2sp.org, and what is no note. */
#include "proto/tlog/note.h"

#include <errno.h>
#include <string.h>

#include "base/test.h"

#define PETER_TEXT                                                \
    "If you think cryptography is the answer to your problem,\n" \
    "then you don't know what your problem is.\n"
#define PETER_LINE                                                                                          \
    "\xe2\x80\x94 PeterNeumann x08go/ZJkuBS9UG/SffcvIAQxVBtiFupLLr8pAcElZInNIuGUgYN1FFYC2pZSNXgKvqfqdngotpRZb6KE6RyyBwJnAM=\n"
#define ENOCH_LINE                                                                                          \
    "\xe2\x80\x94 EnochRoot rwz+eBzmZa0SO3NbfRGzPCpDckykFXSdeX+MNtCOXm2/5n2tiOHp+vAF1aGrQ5ovTG01oOTGwnWLox33WWd1RvMc+QQ=\n"

static const char peter_key[] = "PeterNeumann+c74f20a3+ARpc2QcUPDhMQegwxbzhKqiBfsVkmqq/LDE4izWy10TW";
static const char peter_signer[] = "PRIVATE+KEY+PeterNeumann+c74f20a3+AYEKFALVFGyNhPJEMzD1QIDr+Y7hfZx09iUvxdXHKDFz";
static const char enoch_key[] = "EnochRoot+af0cfe78+ATtqJ7zOtqQtYqOo0CpvDXNlMhV3HeJDpjrASKGLWdop";
static const char sumdb_key[] = "sum.golang.org+033de0ae+Ac4zctda0e5eza+HJyk9SxEdh+s3Ux18htTTAD8OuAn8";

static struct note note;

static int read_note(const char *text, size_t len)
{
    struct reader r = reader_of(text, len);
    return note_read(&r, &note);
}

/* Reads and verifies. */
static int verify(const char *text, const char *key)
{
    struct note_key k;
    check_int(note_key_parse(key, strlen(key), &k), ==, 0);
    int result = read_note(text, strlen(text));
    return result < 0 ? result : note_verify(&note, &k);
}

TEST(tree_heads_of_the_go_checksum_database)
{
    static const char old[] = "go.sum database tree\n6476701\nmb8QLQIs0Z0yP5Cstq6guj87oXWeC9gEM8oVikmm9Wk=\n\n"
                              "\xe2\x80\x94 sum.golang.org Az3grsLX85Gz+s1SiTbgkuqxgItqFq7gsMUEyVnrsa9LM7Us9S+"
                              "1xbFIGu95949rj4nPRYfvimWEPWL+o3GeoWwOoAw=\n";
    static const char young[] = "go.sum database tree\n15081221\nBoMMe1wd25Tco0mYGROkyqxHZWx+hcSCtMV315Lu6Lg=\n\n"
                                "\xe2\x80\x94 sum.golang.org Az3grilD7vQqTrv66jRgKM84Y80KTprrSt4bKmiOPxgmS5ZVBTeCl6dUvjYnN13R"
                                "+C8j0jGY1WnUADGMkok3U0m2Zgo=\n"
                                "\xe2\x80\x94 test.example.com qTGhC3917mAr6hGh+T55tNjxaej/D/GQivJZRIj7XGdAcQOTqfMWIPgp/v/"
                                "904LEduN/h2sSRtHUJXUL4b9Gm7Bz4Qc=\n"
                                "\xe2\x80\x94 test.example.com /Pa7Y/dUvWMAAAAAQVwkQVi81ArPV7BIaQYrMIxyzY0m8a4BdeeBhSKd3Pvi"
                                "PK4/3Sd+NKSc5N7PDTCfAkUSVniN+R2oKIggA4iiDQ==\n";
    check_int(verify(old, sumdb_key), ==, 0);
    check_int(note.count, ==, 1);
    check_int(verify(young, sumdb_key), ==, 0);
    check_int(note.count, ==, 3); /* those of unknown keys are kept */
    check_int(note.signature[2].id, ==, 0xfcf6bb63);
    check_int(note.signature[2].name_len, ==, 16);
    check_bytes(note.signature[2].name, "test.example.com", 16);
}

TEST(the_example_of_signed_note)
{
#define POEM "Ognuno sta solo sul cuor della terra\ntrafitto da un raggio di sole:\n\ned \xc3\xa8 subito sera.\n"
    static const char text[] = POEM "\n"
                               "\xe2\x80\x94 quasimodo.example/salvatore NnugSzTjtVAewIS+Z/iJhUPeFDkO/5QQ2i5ddnGITLlC+EhfLW9oJKONrMou"
                               "FSQU0xMcXxj99ihAQwaqP3ZekRwNtIc=\n";
    check_int(read_note(text, strlen(text)), ==, 0);
    check_int(note.text_len, ==, strlen(POEM));
    check_int(note.count, ==, 1);
    check_int(note.signature[0].id, ==, 0x367ba04b);
    check(note.text[note.text_len - 1] == '\n');
}

TEST(signing_gives_what_go_gives)
{
    struct note_signer s;
    char out[512];
    struct writer w = writer_of(out, sizeof out);
    check_int(note_signer_parse(peter_signer, strlen(peter_signer), &s), ==, 0);
    check_int(note_write_text(PETER_TEXT, strlen(PETER_TEXT), &w), ==, 0);
    check_int(note_sign(&s, PETER_TEXT, strlen(PETER_TEXT), &w), ==, 0);
    static const char want[] = PETER_TEXT "\n" PETER_LINE;
    check_int(w.len, ==, strlen(want));
    check_bytes(out, want, w.len);
    for (size_t max = 0; max < strlen(want); max++) {
        w = writer_of(out, max);
        int result = note_write_text(PETER_TEXT, strlen(PETER_TEXT), &w);
        check_int(result < 0 ? result : note_sign(&s, PETER_TEXT, strlen(PETER_TEXT), &w), ==, -EMSGSIZE);
    }
}

TEST(each_key_verifies_its_own)
{
    check_int(verify(PETER_TEXT "\n" PETER_LINE ENOCH_LINE, peter_key), ==, 0);
    check_int(verify(PETER_TEXT "\n" PETER_LINE ENOCH_LINE, enoch_key), ==, 0);
    check_int(verify(PETER_TEXT "\n" PETER_LINE PETER_LINE, peter_key), ==, 0);
    check_int(verify(PETER_TEXT "\n" PETER_LINE, enoch_key), ==, -ENOKEY);
    check_int(verify("another text\n\n" PETER_LINE, peter_key), ==, -EKEYREJECTED);
}

TEST(a_wrong_signature_of_a_known_key_spoils_the_note)
{
    static const char wrong[] = "\xe2\x80\x94 PeterNeumann x08go/ZJkuBS9UG/SffcvIAQxVBtiFupLLr8pAcElZInNIuGUgYN1FFYC2pZSNXgKvqfqdngotpRZ"
                                "b6KE6RyyBwJnAA=\n";
    static const char brief[] = "\xe2\x80\x94 PeterNeumann x08gowA=\n", lengthy[] = "\xe2\x80\x94 PeterNeumann "
        "x08gowAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA\n";
    char text[1024];
    snprintf(text, sizeof text, "%s\n%s%s", PETER_TEXT, PETER_LINE, wrong);
    check_int(verify(text, peter_key), ==, -EKEYREJECTED);
    snprintf(text, sizeof text, "%s\n%s%s", PETER_TEXT, brief, PETER_LINE);
    check_int(verify(text, peter_key), ==, -EKEYREJECTED);
    snprintf(text, sizeof text, "%s\n%s%s", PETER_TEXT, PETER_LINE, lengthy);
    check_int(verify(text, peter_key), ==, -EKEYREJECTED);
    check_int(verify(PETER_TEXT "\n" ENOCH_LINE PETER_LINE, enoch_key), ==, 0);
}

TEST(a_changed_octet_is_seen)
{
    static const char good[] = PETER_TEXT "\n" PETER_LINE;
    char text[sizeof good];
    for (size_t i = 0; i < strlen(good); i++) {
        memcpy(text, good, sizeof good);
        text[i] ^= 1;
        check(verify(text, peter_key) < 0);
    }
    for (size_t len = 0; len < strlen(good); len++)
        check(read_note(good, len) < 0);
}

TEST(what_is_no_note)
{
    static const char *const bad[] = {
        PETER_TEXT,
        PETER_TEXT "\n",
        "\n\n" PETER_LINE "\n",
        "\x01" PETER_TEXT "\n" PETER_LINE,
        "\xff" PETER_TEXT "\n" PETER_LINE,
        "a\tb\n\n" PETER_LINE,
        "a\r\n\r\n" PETER_LINE,
        PETER_TEXT "\n" PETER_LINE "Unexpected line.\n",
        PETER_TEXT "\n\xe2\x80\x94 Bad Name x08gowA=\n",
        PETER_TEXT "\n\xe2\x80\x94  x08gowA=\n",
        PETER_TEXT "\n\xe2\x80\x94 a+b x08gowA=\n",
        PETER_TEXT "\n\xe2\x80\x94 a\n",
        PETER_TEXT "\n\xe2\x80\x94 a \n",
        PETER_TEXT "\n\xe2\x80\x94 a x08gow==\n" /* only an ID */,
        PETER_TEXT "\n\xe2\x80\x94 a x08gowB=\n" /* bits left over */,
        PETER_TEXT "\n\xe2\x80\x94 a x08gowA\n",
        PETER_TEXT "\n- a x08gowA=\n",
        PETER_TEXT PETER_LINE,
    };
    for (size_t i = 0; i < array_len(bad); i++)
        check_int(read_note(bad[i], strlen(bad[i])), ==, -EBADMSG);
    check_int(read_note("a\0b\n\n\xe2\x80\x94 a x08gowA=\n", 20), ==, -EBADMSG);
    check_int(read_note("a\n\n\xe2\x80\x94 a x08gowA=\n", 18), ==, 0);
}

TEST(limits)
{
    static char text[NOTE_MAX + 2];
    static const char line[] = "\xe2\x80\x94 a x08gowA=\n";
    struct writer w = writer_of(text, sizeof text);
    writer_bytes(&w, "a\n\n", 3);
    for (unsigned i = 0; i < NOTE_SIGNATURES_MAX; i++)
        writer_bytes(&w, line, sizeof line - 1);
    check_int(read_note(text, w.len), ==, 0);
    check_int(note.count, ==, NOTE_SIGNATURES_MAX);
    writer_bytes(&w, line, sizeof line - 1);
    check_int(read_note(text, w.len), ==, -EMSGSIZE);

    memset(text, 'x', sizeof text);
    w = writer_of(text, sizeof text);
    w.len = NOTE_MAX - 2 - (sizeof line - 1);
    writer_bytes(&w, "\n\n", 2);
    writer_bytes(&w, line, sizeof line - 1);
    check_int(read_note(text, NOTE_MAX), ==, 0);
    check_int(read_note(text, NOTE_MAX + 1), ==, -EMSGSIZE);
}

TEST(only_texts_are_signed)
{
    struct note_signer s;
    char out[256];
    struct writer w = writer_of(out, sizeof out);
    check_int(note_signer_parse(peter_signer, strlen(peter_signer), &s), ==, 0);
    check_int(note_write_text("abc", 3, &w), ==, -EBADMSG);
    check_int(note_sign(&s, "abc", 3, &w), ==, -EBADMSG);
    check_int(note_sign(&s, "", 0, &w), ==, -EBADMSG);
    check_int(note_sign(&s, "a\x7f\n", 3, &w), ==, 0);
    check_int(note_sign(&s, "a\x1f\n", 3, &w), ==, -EBADMSG);
    s.key.type = NOTE_COSIGNATURE;
    check_int(note_sign(&s, "a\n", 2, &w), ==, -EINVAL);
    check_int(note_verify(&note, &s.key), ==, -EINVAL);
}

int main(int argc, char **argv)
{
    return test_main(argc, argv);
}
