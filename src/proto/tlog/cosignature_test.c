/* Cosignatures: one made by another implementation of Ed25519, the example of c2sp.org, and what changes break. */
#include "proto/tlog/cosignature.h"

#include <errno.h>
#include <string.h>

#include "base/test.h"

#define SOFA_TEXT "example.com/behind-the-sofa\n20852163\nCsUYapGGPo4dkMgIAUqom/Xajj7h2fB2MPA3j2jxq2I=\n"
#define SOFA_LINE                                                                                                       \
    "\xe2\x80\x94 example.com/behind-the-sofa "                                                                         \
    "Az3grlgtzPICa5OS8npVmf1Myq/5IZniMp+ZJurmRDeOoRDe4URYN7u5/Zhcyv2q1gGzGku9nTo+zyWE+xeMcTOAYQ8=\n"
/* Made with OpenSSL's Ed25519 from the octets 0 to 31 as seed. */
#define OUR_LINE                                                                                                          \
    "\xe2\x80\x94 witness.example/w1 "                                                                                    \
    "519lMgAAAABkGFDLBuRDazBLVac2NE+Y+IjbjQOcXLfF9CSDZVUIoS83rE1nFZsVE8YiWV6Ngr7lV8H6bdoBQGP/l73euDMQ9k+bBQ==\n"

static const char our_key[] = "witness.example/w1+e75f6532+BAOhB7/zzhC+HXDdGOdLwJln5NYwm6UNXx3chmQSVTG4";
static const char our_signer[] = "PRIVATE+KEY+witness.example/w1+e75f6532+BAABAgMEBQYHCAkKCwwNDg8QERITFBUWFxgZGhscHR4f";

static struct note note;

static int verify(const char *text, int64_t *ret_time_s)
{
    struct note_key k;
    check_int(note_key_parse(our_key, strlen(our_key), &k), ==, 0);
    struct reader r = reader_of(text, strlen(text));
    int result = note_read(&r, &note);
    return result < 0 ? result : cosignature_verify(&note, &k, ret_time_s);
}

TEST(the_time_is_signed_with_the_text)
{
    int64_t time_s = 0;
    check_int(verify(SOFA_TEXT "\n" SOFA_LINE OUR_LINE, &time_s), ==, 0);
    check_int(time_s, ==, 1679315147);
    check_int(verify("x" SOFA_TEXT "\n" SOFA_LINE OUR_LINE, &time_s), ==, -EKEYREJECTED);
    check_int(verify(SOFA_TEXT "\n" SOFA_LINE, &time_s), ==, -ENOKEY);
}

TEST(signing_gives_what_openssl_gives)
{
    struct note_signer s;
    char out[256];
    struct writer w = writer_of(out, sizeof out);
    check_int(note_signer_parse(our_signer, strlen(our_signer), &s), ==, 0);
    check_int(cosignature_sign(&s, 1679315147, SOFA_TEXT, strlen(SOFA_TEXT), &w), ==, 0);
    check_int(w.len, ==, strlen(OUR_LINE));
    check_bytes(out, OUR_LINE, w.len);
    check_int(cosignature_sign(&s, -1, SOFA_TEXT, strlen(SOFA_TEXT), &w), ==, -EINVAL);
    check_int(cosignature_sign(&s, 0, "x", 1, &w), ==, -EBADMSG);
    w = writer_of(out, strlen(OUR_LINE) - 1);
    check_int(cosignature_sign(&s, 1679315147, SOFA_TEXT, strlen(SOFA_TEXT), &w), ==, -EMSGSIZE);
    s.key.type = NOTE_ED25519;
    check_int(cosignature_sign(&s, 0, SOFA_TEXT, strlen(SOFA_TEXT), &w), ==, -EINVAL);
}

TEST(the_latest_time_counts)
{
    struct note_signer s;
    char out[1024];
    int64_t time_s = 0;
    struct writer w = writer_of(out, sizeof out - 1);
    check_int(note_signer_parse(our_signer, strlen(our_signer), &s), ==, 0);
    check_int(note_write_text(SOFA_TEXT, strlen(SOFA_TEXT), &w), ==, 0);
    static const int64_t times[] = {5, 0, COSIGNATURE_TIME_MAX, 7};
    for (size_t i = 0; i < array_len(times); i++)
        check_int(cosignature_sign(&s, times[i], SOFA_TEXT, strlen(SOFA_TEXT), &w), ==, 0);
    out[w.len] = '\0';
    check_int(verify(out, &time_s), ==, 0);
    check(time_s == COSIGNATURE_TIME_MAX);
}

/* In base64 the first character of the time's last octets, and so on: every one but those of the ID. */
TEST(a_changed_octet_is_seen)
{
    static const char good[] = SOFA_TEXT "\n" OUR_LINE;
    char text[sizeof good];
    int64_t time_s = 0;
    for (size_t i = 0; i < strlen(good); i++) {
        memcpy(text, good, sizeof good);
        text[i] ^= 1;
        check(verify(text, &time_s) < 0);
    }
}

TEST(a_signature_of_another_length_is_wrong)
{
    int64_t time_s = 0;
    check_int(verify(SOFA_TEXT "\n\xe2\x80\x94 witness.example/w1 519lMgA=\n" OUR_LINE, &time_s), ==, -EKEYREJECTED);
    check_int(verify(SOFA_TEXT "\n" OUR_LINE "\xe2\x80\x94 witness.example/w1 519lMgA=\n", &time_s), ==, -EKEYREJECTED);
    struct note_key k;
    check_int(note_key_parse(our_key, strlen(our_key), &k), ==, 0);
    k.type = NOTE_ED25519;
    check_int(cosignature_verify(&note, &k, &time_s), ==, -EINVAL);
}

int main(int argc, char **argv)
{
    return test_main(argc, argv);
}
