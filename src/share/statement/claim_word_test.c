/* Words of claims: the one that says most counts, whatever the order. */
#include "share/statement/claim_word.h"

#include <errno.h>

#include "base/test.h"

static struct claim_choice choose(const char *const *words, size_t count)
{
    struct claim_choice choice = {0};
    for (size_t i = 0; i < count; i++)
        (void)claim_word_take(words[i], strlen(words[i]), &choice);
    return choice;
}

TEST(the_word_that_says_most_counts)
{
    const char *const words[] = {"malicious-activity", "Command and Control", "phishing"};
    check_int(choose(words, 3).claim, ==, CLAIM_PHISHING);
    check_int(choose(words, 2).claim, ==, CLAIM_C2);
    check_int(choose(words, 1).claim, ==, CLAIM_MALICIOUS);
    check_int(choose(words, 0).rank, ==, 0);
}

TEST(spelling_does_not_matter)
{
    static const char *const c2[] = {"C2", "botnet_cc", "COMMAND-AND-CONTROL", "command and control", "C&C"};
    for (size_t i = 0; i < array_len(c2); i++) {
        enum claim claim = CLAIM_BLOCK;
        check_int(claim_word_parse(c2[i], strlen(c2[i]), &claim), ==, 0);
        check_int(claim, ==, CLAIM_C2);
    }
}

TEST(unknown_and_other_words_are_no_claim)
{
    enum claim claim;
    struct claim_choice choice = {0};
    check_int(claim_word_parse("block", 5, &claim), ==, -EINVAL);
    check_int(claim_word_parse("", 0, &claim), ==, -EINVAL);
    check(!claim_word_take("apt29", 5, &choice));
    check(claim_word_take("anonymization", 13, &choice));
    check(choice.is_other && choice.rank == 0);
}

int main(int argc, char **argv)
{
    return test_main(argc, argv);
}
