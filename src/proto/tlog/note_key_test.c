/* Keys of notes: those of the Go checksum database and of Go's tests, and every way to damage them. */
#include "proto/tlog/note_key.h"

#include <errno.h>
#include <string.h>

#include <sodium.h>

#include "base/test.h"

static const char sumdb_key[] = "sum.golang.org+033de0ae+Ac4zctda0e5eza+HJyk9SxEdh+s3Ux18htTTAD8OuAn8";
static const char peter_key[] = "PeterNeumann+c74f20a3+ARpc2QcUPDhMQegwxbzhKqiBfsVkmqq/LDE4izWy10TW";
static const char peter_signer[] = "PRIVATE+KEY+PeterNeumann+c74f20a3+AYEKFALVFGyNhPJEMzD1QIDr+Y7hfZx09iUvxdXHKDFz";
static const char witness_key[] = "remora.n621.de+da77ade7+BOvN63jn/bLvkieywe8R6UYAtVtNbZpXh34x7onlmtw2";

static int parse(const char *text)
{
    struct note_key k;
    return note_key_parse(text, strlen(text), &k);
}

TEST(known_keys_both_ways)
{
    static const struct {
        const char *text, *name;
        enum note_type type;
        uint32_t id;
    } keys[] = {
        {sumdb_key, "sum.golang.org", NOTE_ED25519, 0x033de0ae},
        {peter_key, "PeterNeumann", NOTE_ED25519, 0xc74f20a3},
        {witness_key, "remora.n621.de", NOTE_COSIGNATURE, 0xda77ade7},
    };
    for (size_t i = 0; i < array_len(keys); i++) {
        struct note_key k;
        char text[NOTE_KEY_TEXT_MAX];
        check_int(note_key_parse(keys[i].text, strlen(keys[i].text), &k), ==, 0);
        check_str(k.name, keys[i].name);
        check_int(k.type, ==, keys[i].type);
        check_int(k.id, ==, keys[i].id);
        check_int(note_key_format(&k, text), ==, strlen(keys[i].text));
        check_str(text, keys[i].text);
    }
}

TEST(a_signer_knows_its_key)
{
    struct note_signer s;
    char text[NOTE_KEY_TEXT_MAX];
    check_int(note_signer_parse(peter_signer, strlen(peter_signer), &s), ==, 0);
    note_key_format(&s.key, text);
    check_str(text, peter_key);
    check_int(note_signer_format(&s, text), ==, strlen(peter_signer));
    check_str(text, peter_signer);
    note_signer_wipe(&s);
    check(sodium_is_zero((const uint8_t *)&s, sizeof s) == 1);
}

TEST(no_part_of_a_key_is_a_key)
{
    struct note_key k;
    struct note_signer s;
    size_t len = strlen(peter_key), signer_len = strlen(peter_signer);
    for (size_t from = 0; from < len; from++)
        for (size_t to = from; to <= len; to++)
            if (from > 0 || to < len)
                check(note_key_parse(peter_key + from, to - from, &k) < 0);
    for (size_t to = 0; to < signer_len; to++)
        check(note_signer_parse(peter_signer, to, &s) < 0);
}

TEST(a_changed_octet_is_seen)
{
    char text[NOTE_KEY_TEXT_MAX];
    struct note_key k;
    struct note_signer s;
    for (size_t i = 0; i < strlen(peter_key); i++) {
        memcpy(text, peter_key, sizeof peter_key);
        text[i]++;
        check(note_key_parse(text, strlen(peter_key), &k) < 0);
    }
    for (size_t i = 0; i < strlen(peter_signer); i++) {
        memcpy(text, peter_signer, sizeof peter_signer);
        text[i]++;
        check(note_signer_parse(text, strlen(peter_signer), &s) < 0);
    }
}

TEST(what_is_wrong_is_told)
{
    check_int(parse("PeterNeumann+cc469956+ARpc2QcUPDhMQegwxbzhKqiBfsVkmqq/LDE4izWy10TWBADKEY=="), ==, -EINVAL);
    check_int(parse("PeterNeumann+173116ae+ZRpc2QcUPDhMQegwxbzhKqiBfsVkmqq/LDE4izWy10TW"), ==, -EPROTONOSUPPORT);
    check_int(parse("PeterNeumann+c74f20a4+ARpc2QcUPDhMQegwxbzhKqiBfsVkmqq/LDE4izWy10TW"), ==, -EKEYREJECTED);
    check_int(parse("Peter Neumann+c74f20a3+ARpc2QcUPDhMQegwxbzhKqiBfsVkmqq/LDE4izWy10TW"), ==, -EINVAL);
    check_int(parse("+c74f20a3+ARpc2QcUPDhMQegwxbzhKqiBfsVkmqq/LDE4izWy10TW"), ==, -EINVAL);
    check_int(parse("a+c74f20a3+"), ==, -EINVAL);
    check_int(parse("a+c74f20a3+AQ=="), ==, -EINVAL);
    check_int(parse(""), ==, -EINVAL);
    struct note_signer s;
    check_int(note_signer_parse(peter_key, strlen(peter_key), &s), ==, -EINVAL);
}

TEST(names)
{
    static const char *const good[] = {"a", "example.com/log42", "\xe6\x97\xa5\xe6\x9c\xac", "-"};
    static const char *const bad[] = {"",     "a b",          "a+b",          "a\tb",       "a\n",
                                      "\x01", "a\xc2\xa0",    "\xe3\x80\x80", "\xc2\x85",   "\xe2\x80\xa8",
                                      "\xff", "\xed\xa0\x80", "\xe2\x80\x83", "\xe1\x9a\x80"};
    for (size_t i = 0; i < array_len(good); i++)
        check(note_name_check(good[i], strlen(good[i])));
    for (size_t i = 0; i < array_len(bad); i++)
        check(!note_name_check(bad[i], strlen(bad[i])));
    char longest[NOTE_NAME_MAX + 1];
    memset(longest, 'n', sizeof longest);
    check(note_name_check(longest, NOTE_NAME_MAX - 1));
    check(!note_name_check(longest, NOTE_NAME_MAX));
    longest[NOTE_NAME_MAX] = '\0';
    struct note_signer s;
    static const uint8_t seed[NOTE_KEY_OCTETS] = {1};
    check_int(note_signer_init(&s, NOTE_ED25519, longest, seed), ==, -EINVAL);
    longest[NOTE_NAME_MAX - 1] = '\0';
    check_int(note_signer_init(&s, NOTE_ED25519, longest, seed), ==, 0);
    char text[NOTE_KEY_TEXT_MAX];
    struct note_signer again;
    check_int(note_signer_format(&s, text), ==, NOTE_KEY_TEXT_MAX - 1);
    check_int(note_signer_parse(text, strlen(text), &again), ==, 0);
    check_bytes(again.secret, s.secret, sizeof s.secret);
}

int main(int argc, char **argv)
{
    return test_main(argc, argv);
}
