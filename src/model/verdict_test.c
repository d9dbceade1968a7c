/* Verdict references as text: what is accepted, what is refused, and back. */
#include "model/verdict.h"

#include <errno.h>

#include "base/test.h"

TEST(references_parse_and_format)
{
    static const struct {
        const char *text;
        uint32_t id, line;
    } rows[] = {
        {"1", 1, 0},
        {"17", 17, 0},
        {"17/10332", 17, 10332},
        {"4294967295/4294967295", UINT32_MAX, UINT32_MAX},
    };
    for (size_t i = 0; i < array_len(rows); i++) {
        struct verdict_ref ref = {0};
        char text[VERDICT_REF_TEXT_MAX];
        check_int(verdict_ref_parse(rows[i].text, &ref), ==, 0);
        check(ref.id == rows[i].id && ref.line == rows[i].line);
        check_str(verdict_ref_format(ref, text), rows[i].text);
    }
}

TEST(what_is_no_reference_is_refused)
{
    static const char *const texts[] = {"",   "0",    "/",    "/1",  "1/",          "1/0",         "1/2/3",
                                        " 1", "1 ",   "-1",   "+1",  "4294967296",  "1/4294967296", "1x",
                                        "x",  "0x10", "1 /2", "1/ 2", "99999999999999999999999999"};
    for (size_t i = 0; i < array_len(texts); i++) {
        struct verdict_ref ref = {.id = 77};
        check_int(verdict_ref_parse(texts[i], &ref), ==, -EINVAL);
        check_int(ref.id, ==, 77);
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
