/* Every text in every language, and which language is chosen. */
#include "api/sinkhole/sinkhole_texts.h"

#include <string.h>

#include "base/test.h"

TEST(nothing_is_missing)
{
    for (int language = 0; language < SINKHOLE_LANGUAGE_COUNT; language++) {
        for (int text = 0; text < SINKHOLE_TEXT_COUNT; text++)
            check(sinkhole_text((enum sinkhole_text)text, (enum sinkhole_language)language) != NULL);
        for (int claim = 0; claim <= CLAIM_COUNT; claim++)
            check(strlen(sinkhole_why((enum claim)claim, (enum sinkhole_language)language)) > 10);
    }
    check(sinkhole_is_infection(CLAIM_C2) && !sinkhole_is_infection(CLAIM_PHISHING) && !sinkhole_is_infection(CLAIM_COUNT));
}

TEST(the_first_language_that_we_have)
{
    static const struct {
        const char *accept;
        enum sinkhole_language language;
    } cases[] = {{NULL, SINKHOLE_EN}, {"", SINKHOLE_EN}, {"ja", SINKHOLE_JA}, {"ja-JP,ja;q=0.9,en;q=0.8", SINKHOLE_JA}, {"en-US, ja", SINKHOLE_EN},
                 {"fr, de;q=0.9, JA;q=0.1", SINKHOLE_JA}, {"java, jam", SINKHOLE_EN}, {"fr", SINKHOLE_EN}, {",,,ja", SINKHOLE_JA}, {"*", SINKHOLE_EN}};
    for (size_t i = 0; i < array_len(cases); i++)
        check_int(sinkhole_language_of(cases[i].accept), ==, cases[i].language);
}

int main(int argc, char **argv)
{
    return test_main(argc, argv);
}
