/* Who may be asked by mail, and words as people give them back. */
#include "api/intake/proof_mail.h"

#include <errno.h>
#include <sodium.h>
#include <stdio.h>
#include <string.h>

#include "base/test.h"

static struct member m = {.name = "hospital",
                          .contact_count = 2,
                          .contacts = {{.name = "山田", .mail = "hana@hospital.example", .is_japanese = true}, {.name = "Taro", .mail = "taro@hospital.example"}}};

static struct member_claim claim_of(const char *value)
{
    struct member_claim c;
    check_int(member_claim_parse(value, &c), ==, 0);
    return c;
}

static const char *address(const char *value, const char *whom)
{
    static struct member_mail asked;
    struct member_claim c = claim_of(value);
    asked = (struct member_mail){.mail = ""};
    int e = proof_mail_address(&m, &c, whom, &asked);
    check(e < 0 || proof_mail_is_registered(&m, &c, asked.mail));
    return e == -EINVAL ? "invalid" : e == -ENOENT ? "none" : asked.mail;
}

TEST(only_registered_addresses_are_asked)
{
    check_str(address("192.0.2.0/25", NULL), "hana@hospital.example");
    check_str(address("192.0.2.0/25", "2"), "taro@hospital.example");
    check_str(address("192.0.2.0/25", "3"), "none");
    check_str(address("192.0.2.0/25", "0"), "none");
    check_str(address("192.0.2.0/25", "-1"), "invalid");
    check_str(address("192.0.2.0/25", "18446744073709551617"), "none");
    check_str(address("192.0.2.0/25", ""), "invalid");
    check_str(address("192.0.2.0/25", "me@evil.example"), "invalid");
    check_str(address("192.0.2.0/25", "2 me@evil.example"), "invalid");
}

/* RFC 2142 5 and 7; of a network there is no such mailbox. */
TEST(or_who_runs_the_domain)
{
    check_str(address("hospital.example", "hostmaster"), "hostmaster@hospital.example");
    check_str(address("hospital.example", "postmaster"), "postmaster@hospital.example");
    check_str(address("hospital.example", "admin"), "invalid");
    check_str(address("hospital.example", "webmaster"), "invalid");
    check_str(address("192.0.2.0/25", "postmaster"), "none");
}

TEST(an_address_that_was_taken_away_does_not_answer)
{
    struct member_claim name = claim_of("hospital.example"), network = claim_of("192.0.2.0/25");
    check(proof_mail_is_registered(&m, &name, "taro@hospital.example"));
    check(proof_mail_is_registered(&m, &network, "taro@hospital.example"));
    check(!proof_mail_is_registered(&m, &name, "gone@hospital.example"));
    check(!proof_mail_is_registered(&m, &name, "postmaster@hospital.example.evil.example"));
    check(!proof_mail_is_registered(&m, &name, "postmaster@www.hospital.example"));
    check(!proof_mail_is_registered(&m, &network, "postmaster@192.0.2.0/25"));
}

TEST(words_are_given_back_in_any_form)
{
    char word[PROOF_WORD_TEXT_MAX], again[80];
    uint8_t digest[MEMBER_WORD_SHA256_LEN], other[MEMBER_WORD_SHA256_LEN];
    proof_mail_word(word, digest);
    check_int(strlen(word), ==, 32);
    check_int(proof_mail_digest(word, other), ==, 0);
    check(memcmp(digest, other, sizeof digest) == 0);
    snprintf(again, sizeof again, " %.4s-%.4s %s ", word, word + 4, word + 8);
    for (char *p = again; *p; p++)
        *p = *p >= 'A' && *p <= 'Z' ? (char)(*p - 'A' + 'a') : *p;
    check_int(proof_mail_digest(again, other), ==, 0);
    check(memcmp(digest, other, sizeof digest) == 0);
    check_int(proof_mail_digest("", other), ==, -EINVAL);
    check_int(proof_mail_digest("0123", other), ==, -EINVAL);
    word[31] = '\0';
    check_int(proof_mail_digest(word, other), ==, -EINVAL);
    check_int(proof_mail_digest("AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA", other), ==, -EINVAL);
}

int main(int argc, char **argv)
{
    if (sodium_init() < 0)
        return 1;
    return test_main(argc, argv);
}
