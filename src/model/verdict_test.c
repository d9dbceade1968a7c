/* References to verdicts as text, and words. */
#include "model/verdict.h"

#include <errno.h>

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

TEST(claims_have_words)
{
    check_str(verdict_claim_word(VERDICT_CLAIM_BLOCK), "block");
    check_str(verdict_claim_word(VERDICT_CLAIM_ALLOW), "allow");
    check_str(verdict_claim_word(VERDICT_CLAIM_LIST), "list");
    check_str(verdict_claim_word(VERDICT_CLAIM_COUNT), "unknown");
}

int main(int argc, char **argv)
{
    return test_main(argc, argv);
}
