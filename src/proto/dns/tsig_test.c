/* Signatures computed by another implementation (Python's hmac over the octets that RFC 8945 4.3 names), taken and refused. */
#include "proto/dns/tsig.h"

#include <errno.h>
#include <stdio.h>

#include "base/test.h"
#include "proto/dns/transfer.h"

#define NOW 1700000000u

struct vector {
    const char *algorithm, *request_mac, *first, *second, *third;
};

static const struct vector vectors[] = {
    {"hmac-sha256", "fde232ca3bd8df8f77a521bce2be92825974d0f589fbdb0fe1583eefef79ef74",
     "1234840000010000000000010372707a076578616d706c650000fc0001036b6579076578616d706c650000fa00ff00000000003d0b686d61632d"
     "7368613235360000006553f105012c0020dd6779e212db0a3a07e13b9dcfc1c13ce6bdeeb8e592abbf114adc9952ecffcc123400000000",
     "123484000000000000000000",
     "123484000000000000000001036b6579076578616d706c650000fa00ff00000000003d0b686d61632d7368613235360000006553f106012c0020"
     "859c6e37c77bf303a50341f69346d741bcefd1ccf5f9ce48fac652bc420e8e4d123400000000"},
    {"hmac-sha512",
     "ce6a3375e6d7d5a17a332dd0a2faaa3fc5c60cfd4979358f42a0a43adf1b6885f573d6bdbbc1b76aa6a904bc092e34fea1c31942cf16292460bff6b9"
     "bd046a65",
     "1234840000010000000000010372707a076578616d706c650000fc0001036b6579076578616d706c650000fa00ff00000000005d0b686d61632d"
     "7368613531320000006553f105012c00402dd5adb6b783d9156d56716641c32409763255f785e1a1c1ac8871338a5ca2383f859a2480047dfa2d9f7652"
     "71e9eb9cfab7a207b50ee35caab2f74a95fe883a123400000000",
     "123484000000000000000000",
     "123484000000000000000001036b6579076578616d706c650000fa00ff00000000005d0b686d61632d7368613531320000006553f106012c0040"
     "1111dad6709d3de3a73071c26d7a6566454f98f12c5bee3f8262802fed9c0b81135d20d9b4c495feb3bad1452cfdf5ad88e0031a0e0af5735d2f9f1f"
     "262b819d123400000000"},
};

static uint8_t message[1024];
static size_t message_len;

static const uint8_t *take(const char *hex)
{
    check_int(sodium_hex2bin(message, sizeof message, hex, strlen(hex), NULL, &message_len, NULL), ==, 0);
    return message;
}

static struct tsig_key key_of(const char *algorithm)
{
    struct tsig_key key = {.secret_len = 32};
    check_int(dns_name_parse("key.example", 11, &key.name), ==, 0);
    check_int(tsig_algorithm_parse(algorithm, &key.algorithm), ==, 0);
    for (int i = 0; i < 32; i++)
        key.secret[i] = (uint8_t)i;
    return key;
}

/* Signs an AXFR of rpz.example, as the vectors have it. */
static struct tsig begin(const struct tsig_key *key, uint8_t *request, size_t *ret_len)
{
    struct tsig t;
    struct dns_name zone;
    struct writer w = writer_of(request, 512);
    check_int(dns_name_parse("rpz.example", 11, &zone), ==, 0);
    transfer_write_request(&w, 0x1234, &zone, DNS_TYPE_AXFR, 0);
    tsig_sign(&t, key, &w, NOW);
    check(!w.full);
    *ret_len = w.len;
    return t;
}

static int verify(struct tsig *t, const char *hex, uint64_t now_s)
{
    take(hex);
    return tsig_verify(t, message, message_len, now_s);
}

TEST(a_request_is_signed_as_others_sign_it)
{
    for (size_t i = 0; i < array_len(vectors); i++) {
        struct tsig_key key = key_of(vectors[i].algorithm);
        uint8_t request[512];
        char hex[2 * TSIG_MAC_MAX + 1];
        size_t len;
        struct tsig t = begin(&key, request, &len);
        check_str(sodium_bin2hex(hex, sizeof hex, t.mac, t.mac_len), vectors[i].request_mac);
        check_int(request[11], ==, 1); /* ARCOUNT */
        check_bytes(request + len - 6, "\x12\x34\0\0\0\0", 6);
    }
}

TEST(a_stream_is_true_from_its_first_message_to_each_signed_one)
{
    for (size_t i = 0; i < array_len(vectors); i++) {
        const struct vector *v = &vectors[i];
        struct tsig_key key = key_of(v->algorithm);
        uint8_t request[512];
        size_t len;
        struct tsig t = begin(&key, request, &len);
        check_int(verify(&t, v->first, NOW), ==, 1);
        check_int(verify(&t, v->second, NOW), ==, 0);
        check_int(verify(&t, v->third, NOW), ==, 1);
        t = begin(&key, request, &len);
        check_int(verify(&t, v->first, NOW), ==, 1);
        check_int(verify(&t, v->third, NOW), ==, -EKEYREJECTED); /* a message in between is missing */
        t = begin(&key, request, &len);
        check_int(verify(&t, v->second, NOW), ==, -EKEYREJECTED); /* the first is not signed */
    }
}

TEST(every_changed_bit_is_seen)
{
    const struct vector *v = &vectors[0];
    struct tsig_key key = key_of(v->algorithm);
    uint8_t request[512];
    size_t len;
    take(v->first);
    for (size_t bit = 16; bit < message_len * 8; bit++) { /* the identifier is not signed */
        struct tsig t = begin(&key, request, &len);
        take(v->first);
        message[bit / 8] ^= (uint8_t)(1u << bit % 8);
        uint8_t was = message[bit / 8] ^ (uint8_t)(1u << bit % 8);
        bool only_case = (message[bit / 8] | 0x20) == (was | 0x20) && (was | 0x20) >= 'a' && (was | 0x20) <= 'z' &&
                         bit / 8 > 27; /* names of the record itself are compared without case */
        bool refused = tsig_verify(&t, message, message_len, NOW) < 0;
        bool only_ttl = bit == 46 * 8 + 7; /* RFC 2181 8: a TTL with its first bit set counts as zero */
        check(refused || only_case || only_ttl);
    }
    for (size_t n = 0; n < message_len; n++) { /* cut off anywhere */
        struct tsig t = begin(&key, request, &len);
        take(v->first);
        check_int(tsig_verify(&t, message, n, NOW), <, 0);
    }
}

TEST(clocks_may_differ_by_five_minutes)
{
    const struct vector *v = &vectors[0]; /* signed at NOW + 5 */
    struct tsig_key key = key_of(v->algorithm);
    static const struct {
        int64_t at;
        int want;
    } cases[] = {{305, 1}, {306, -ETIME}, {-295, 1}, {-296, -ETIME}};
    for (size_t i = 0; i < array_len(cases); i++) {
        uint8_t request[512];
        size_t len;
        struct tsig t = begin(&key, request, &len);
        check_int(verify(&t, v->first, (uint64_t)(NOW + cases[i].at)), ==, cases[i].want);
    }
}

TEST(other_keys_are_told_apart)
{
    struct tsig_key key = key_of("hmac-sha256"), other = key_of("hmac-sha512");
    uint8_t request[512];
    size_t len;
    struct tsig t = begin(&other, request, &len);
    check_int(verify(&t, vectors[0].first, NOW), ==, -ENOKEY);
    t = begin(&key, request, &len);
    key.secret[0] ^= 1;
    struct tsig wrong = begin(&key, request, &len);
    check_int(verify(&wrong, vectors[0].first, NOW), ==, -EKEYREJECTED);
    /* The server's own word: it does not know the key. */
    check_int(verify(&t,
                     "1234840000010000000000010372707a076578616d706c650000fc0001036b6579076578616d706c650000fa00ff00000000001d0b"
                     "686d61632d7368613235360000006553f100012c0000123400110000",
                     NOW),
              ==, -ENOKEY);
}

TEST(the_hundredth_message_without_a_signature_is_one_too_many)
{
    struct tsig_key key = key_of("hmac-sha256");
    uint8_t request[512];
    size_t len;
    struct tsig t = begin(&key, request, &len);
    check_int(verify(&t, vectors[0].first, NOW), ==, 1);
    for (int i = 0; i < 99; i++)
        check_int(verify(&t, vectors[0].second, NOW), ==, 0);
    check_int(verify(&t, vectors[0].second, NOW), ==, -EKEYREJECTED);
}

/* The same octets as the other implementation's, from the server's side. */
TEST(answers_are_signed_as_others_sign_them)
{
    for (size_t i = 0; i < array_len(vectors); i++) {
        struct tsig_key key = key_of(vectors[i].algorithm);
        uint8_t request[512], answer[512];
        size_t len;
        struct tsig client = begin(&key, request, &len), server;
        struct dns_name name;
        check_int(tsig_key_name(request, len, &name), ==, 1);
        check(dns_name_equal(&name, &key.name));
        check_int(tsig_accept(&server, &key, request, len, NOW + 5), ==, 0);
        take(vectors[i].first);
        struct writer w = writer_of(answer, sizeof answer);
        writer_bytes(&w, message, DNS_HEADER_LEN + 13 + 4); /* header and question */
        answer[11] = 0;
        tsig_answer(&server, &w, NOW + 5);
        check_int(w.len, ==, message_len);
        check_bytes(answer, message, message_len);
        check_int(tsig_verify(&client, answer, w.len, NOW), ==, 1);
        for (int n = 0; n < 3; n++) { /* the next ones, over the one before */
            w.len = DNS_HEADER_LEN + 13 + 4;
            answer[11] = 0;
            tsig_answer(&server, &w, NOW + 6);
            check_int(tsig_verify(&client, answer, w.len, NOW), ==, 1);
        }
    }
}

TEST(what_is_wrong_with_a_request_is_told)
{
    static const struct {
        int error;
        uint64_t at_s;
        int client_sees;
    } cases[] = {{-EKEYREJECTED, NOW, -EKEYREJECTED}, {-ENOKEY, NOW, -ENOKEY}, {-ETIME, NOW + 301, -ETIME}};
    for (size_t i = 0; i < array_len(cases); i++) {
        struct tsig_key key = key_of("hmac-sha256"), server_key = key;
        uint8_t request[512], answer[512];
        size_t len;
        struct tsig client = begin(&key, request, &len), server;
        if (cases[i].error == -EKEYREJECTED)
            server_key.secret[0] ^= 1;
        if (cases[i].error == -ENOKEY)
            server_key.algorithm = TSIG_HMAC_SHA512;
        check_int(tsig_accept(&server, &server_key, request, len, cases[i].at_s), ==, cases[i].error);
        struct writer w = writer_of(answer, sizeof answer);
        writer_bytes(&w, request, DNS_HEADER_LEN + 13 + 4);
        answer[2] = 0x80;
        answer[11] = 0;
        tsig_refuse(&server, cases[i].error, request, len, &w, cases[i].at_s);
        check(!w.full);
        check_int(answer[11], ==, 1);
        check_int(tsig_verify(&client, answer, w.len, NOW), ==, cases[i].client_sees);
    }
    struct tsig_key key = key_of("hmac-sha256");
    struct tsig server;
    struct dns_name name;
    take(vectors[0].second); /* not signed at all */
    check_int(tsig_key_name(message, message_len, &name), ==, 0);
    check_int(tsig_accept(&server, &key, message, message_len, NOW), ==, -EKEYREJECTED);
}

TEST(secrets_are_base64)
{
    struct tsig_key key = {0};
    check_int(tsig_secret_parse("AAEC\n", 5, &key), ==, 0);
    check_int(key.secret_len, ==, 3);
    check_bytes(key.secret, "\0\1\2", 3);
    check_int(tsig_secret_parse("", 0, &key), ==, -EINVAL);
    check_int(tsig_secret_parse("AA*C", 4, &key), ==, -EINVAL);
    enum tsig_algorithm a;
    check_int(tsig_algorithm_parse("hmac-md5", &a), ==, -EINVAL);
    check_str(tsig_algorithm_word(TSIG_HMAC_SHA512), "hmac-sha512");
}

int main(int argc, char **argv)
{
    return sodium_init() < 0 ? 1 : test_main(argc, argv);
}
