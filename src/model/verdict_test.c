/* References to verdicts as text, and words. */
#include "model/verdict.h"

#include <errno.h>
#include <string.h>

#include "base/test.h"

TEST(a_reference_is_a_number_or_a_number_and_a_line)
{
    char text[VERDICT_REF_TEXT_MAX];
    check_str(verdict_ref_format((struct verdict_ref){.id = 17}, text), "17");
    check_str(verdict_ref_format((struct verdict_ref){.id = 17, .line = 10332}, text), "17/10332");
    check_str(verdict_ref_format((struct verdict_ref){.id = UINT32_MAX, .line = UINT32_MAX}, text),
              "4294967295/4294967295");
}

TEST(what_is_formatted_parses_back)
{
    static const struct verdict_ref refs[] = {{1, 0}, {17, 10332}, {UINT32_MAX, UINT32_MAX}};
    for (size_t i = 0; i < array_len(refs); i++) {
        char text[VERDICT_REF_TEXT_MAX];
        struct verdict_ref got = {0};
        check_int(verdict_ref_parse(verdict_ref_format(refs[i], text), &got), ==, 0);
        check_int(got.id, ==, refs[i].id);
        check_int(got.line, ==, refs[i].line);
    }
}

TEST(anything_else_is_no_reference)
{
    static const char *const cases[] = {"",     "0",     "/",    "17/",   "/5",    "17/0",         "17/5/6", " 17",
                                        "17 ",  "-1",    "+1",   "0x11",  "17.5",  "4294967296",   "17/4294967296",
                                        "17\n", "17/-5", "abc",  "１７",  "17//5", "99999999999999999999"};
    for (size_t i = 0; i < array_len(cases); i++) {
        struct verdict_ref got = {.id = 99};
        check_int(verdict_ref_parse(cases[i], &got), ==, -EINVAL);
        check_int(got.id, ==, 99);
    }
}

TEST(claims_have_words_and_speak_for_or_against)
{
    enum claim claim;
    for (unsigned c = 0; c < CLAIM_COUNT; c++) {
        check_int(claim_parse(claim_traits((enum claim)c)->word, &claim), ==, 0);
        check_int(claim, ==, c);
    }
    check_int(claim_parse("unknown", &claim), ==, -EINVAL);
    check_str(claim_traits(CLAIM_COUNT)->word, "unknown");
    check(claim_traits(CLAIM_C2)->against);
    check(!(claim_traits(CLAIM_BENIGN)->against));
    check_int(claim_traits(CLAIM_BLOCK)->group, ==, CLAIM_DIRECTIVE);
}

/* RFC 9562 A.6: 2022-02-22 19:22:22 UTC, rand_a 0xcc3, rand_b 0x18c4dc0c0c07398f */
TEST(an_identifier_is_a_uuid_of_version_7)
{
    static const uint8_t random[10] = {0x0c, 0xc3, 0x18, 0xc4, 0xdc, 0x0c, 0x0c, 0x07, 0x39, 0x8f};
    char text[VERDICT_ID_TEXT_MAX];
    struct verdict_id id = verdict_id_of(1645557742000000, random), back;
    check_str(verdict_id_format(&id, text), "017f22e2-79b0-7cc3-98c4-dc0c0c07398f");
    check_int(verdict_id_parse("017F22E2-79B0-7CC3-98C4-DC0C0C07398F", &back), ==, 0);
    check(memcmp(&id, &back, sizeof id) == 0);
    check_int(verdict_id_parse("017f22e2-79b0-7cc3-98c4-dc0c0c07398", &back), ==, -EINVAL);
    check_int(verdict_id_parse("017f22e2-79b0-7cc3-98c4-dc0c0c07398f0", &back), ==, -EINVAL);
    check_int(verdict_id_parse("017f22e2+79b0-7cc3-98c4-dc0c0c07398f", &back), ==, -EINVAL);
    check_int(verdict_id_parse("g17f22e2-79b0-7cc3-98c4-dc0c0c07398f", &back), ==, -EINVAL);
}

TEST(levels_are_read_as_people_write_them)
{
    enum verdict_tlp tlp;
    enum verdict_pap pap;
    enum verdict_severity severity;
    check_int(verdict_tlp_parse("TLP:AMBER+STRICT", &tlp), ==, 0);
    check_int(tlp, ==, VERDICT_TLP_AMBER_STRICT);
    check_int(verdict_tlp_parse("green", &tlp), ==, 0);
    check_int(tlp, ==, VERDICT_TLP_GREEN);
    check_int(verdict_tlp_parse("white", &tlp), ==, -EINVAL);
    check_int(verdict_pap_parse("PAP:RED", &pap), ==, 0);
    check_int(pap, ==, VERDICT_PAP_RED);
    check_int(verdict_severity_parse("critical", &severity), ==, 0);
    check_int(severity, ==, VERDICT_CRITICAL);
    check_str(verdict_tlp_word(VERDICT_TLP_COUNT), "unknown");
}

TEST(a_verdict_needs_each_field_in_its_range)
{
    struct verdict v = {.claim = CLAIM_C2, .subject = {SUBJECT_DOMAIN, "c2.example"}, .author = {.name = "feed"},
                        .probability = 800, .evidence_count = 1, .evidence = {{.reference = "report"}}};
    check(verdict_valid(&v));
    struct verdict w = v;
    w.probability = 0;
    check(!(verdict_valid(&w)));
    w = v;
    w.author.name[0] = '\0';
    check(!(verdict_valid(&w)));
    w = v;
    w.from_us = 5, w.until_us = 4;
    check(!(verdict_valid(&w)));
    w = v;
    w.evidence[0].reference[0] = '\0';
    check(!(verdict_valid(&w)));
    w = v;
    memset(w.reason, 'x', sizeof w.reason);
    check(!(verdict_valid(&w)));
    w = v;
    w.tlp = VERDICT_TLP_COUNT;
    check(!(verdict_valid(&w)));
}

int main(int argc, char **argv)
{
    return test_main(argc, argv);
}
