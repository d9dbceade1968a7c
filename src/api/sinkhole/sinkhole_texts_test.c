/* Every text in every language. */
#include "api/sinkhole/sinkhole_texts.h"

#include <string.h>

#include "base/test.h"

TEST(nothing_is_missing)
{
    for (int language = 0; language < TEXT_LANGUAGE_COUNT; language++) {
        for (int text = 0; text < SINKHOLE_TEXT_COUNT; text++)
            check(sinkhole_text((enum sinkhole_text)text, (enum text_language)language) != NULL);
        for (int claim = 0; claim <= CLAIM_COUNT; claim++)
            check(strlen(sinkhole_why((enum claim)claim, (enum text_language)language)) > 10);
    }
    check(sinkhole_is_infection(CLAIM_C2) && !sinkhole_is_infection(CLAIM_PHISHING) && !sinkhole_is_infection(CLAIM_COUNT));
}

int main(int argc, char **argv)
{
    return test_main(argc, argv);
}
