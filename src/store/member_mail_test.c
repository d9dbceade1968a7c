/* Proofs by mail: a word is good once, in time and against few guesses; an answer proves, and is renewed or lapses. */
#include "store/member_mail.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "store/ledger_file_test.h"
#include "store/notice_delivery.h"

#define DAY INT64_C(86400000000)

static struct member m;
static struct member_mail asked;
static const uint8_t word[MEMBER_WORD_SHA256_LEN] = {1}, other[MEMBER_WORD_SHA256_LEN] = {2};

static void ask(struct ledger *l, int64_t now_us)
{
    asked = (struct member_mail){.member = "hospital", .kind = MEMBER_NAME, .value = "hospital.example", .mail = "hana@hospital.example", .name = "山田",
                                 .is_japanese = true, .asked_by = "ana (analyst)", .made_us = now_us, .until_us = now_us + MEMBER_MAIL_DAYS * DAY};
    check_int(member_mail_put(l, &asked), ==, 0);
    check_int(member_mail_set_word(l, &asked, word), ==, 0);
}

static struct ledger *begin(void)
{
    struct ledger *l = open_fresh();
    m = (struct member){.name = "hospital", .changed_us = 1, .claim_count = 1};
    check_int(member_claim_parse("hospital.example", &m.claims[0]), ==, 0);
    check_int(member_put(l, &m), ==, 0);
    ask(l, DAY);
    return l;
}

static const struct member_claim *claim(struct ledger *l)
{
    check_int(member_get(l, "hospital", &m), ==, 0);
    return &m.claims[0];
}

static void answer(struct ledger *l, bool yes, int64_t now_us, bool changes)
{
    bool changed = !changes;
    check_int(member_mail_by_word(l, word, now_us, &asked), ==, 0);
    check_int(member_mail_answered(l, &asked, yes, now_us, &changed), ==, 0);
    check_int(changed, ==, changes);
}

TEST(a_word_proves_once)
{
    struct ledger *l = begin();
    check_int(claim(l)->proof, ==, MEMBER_NO_PROOF);
    answer(l, true, 2 * DAY, true);
    check_int(claim(l)->proof, ==, MEMBER_BY_MAIL);
    check_int(claim(l)->proved_us, ==, 2 * DAY);
    check_str(claim(l)->reference, "yes of hana@hospital.example");
    check_int(member_mail_by_word(l, word, 2 * DAY, &asked), ==, -ENOENT);
    check_int(member_mail_get(l, "hospital", MEMBER_NAME, "hospital.example", &asked), ==, 0);
    check_int(asked.answer, ==, MEMBER_MAIL_YES);
    check(!asked.has_word && asked.is_japanese);
    check_str(asked.name, "山田");
    check_int(member_mail_set_word(l, &asked, other), ==, 0); /* a try to send that comes late */
    check_int(member_mail_by_word(l, other, 2 * DAY, &asked), ==, -ENOENT);
    close_and_remove(l);
}

TEST(only_in_time)
{
    struct ledger *l = begin();
    check_int(member_mail_by_word(l, word, 15 * DAY - 1, &asked), ==, 0);
    check_int(member_mail_by_word(l, word, 15 * DAY, &asked), ==, -ENOENT);
    close_and_remove(l);
}

TEST(and_against_few_guesses)
{
    struct ledger *l = begin();
    for (unsigned i = 1; i <= MEMBER_MAIL_GUESSES; i++) {
        check_int(member_mail_get(l, "hospital", MEMBER_NAME, "hospital.example", &asked), ==, 0);
        check(asked.has_word);
        check_int(member_mail_guessed(l, &asked), ==, 0);
        check_int(asked.wrong, ==, i);
    }
    check(!asked.has_word);
    check_int(member_mail_by_word(l, word, 2 * DAY, &asked), ==, -ENOENT);
    ask(l, 3 * DAY);
    check_int(member_mail_by_word(l, word, 3 * DAY, &asked), ==, 0);
    check_int(asked.wrong, ==, 0);
    close_and_remove(l);
}

TEST(a_newer_mail_ends_the_word_of_the_one_before)
{
    struct ledger *l = begin();
    check_int(member_mail_set_word(l, &asked, other), ==, 0);
    check_int(member_mail_by_word(l, word, 2 * DAY, &asked), ==, -ENOENT);
    check_int(member_mail_by_word(l, other, 2 * DAY, &asked), ==, 0);
    close_and_remove(l);
}

TEST(no_proves_nothing_and_ends_a_proof_by_mail_alone)
{
    struct ledger *l = begin();
    answer(l, false, 2 * DAY, false);
    check_int(claim(l)->proof, ==, MEMBER_NO_PROOF);
    ask(l, 3 * DAY);
    answer(l, true, 3 * DAY, true);
    ask(l, 4 * DAY);
    answer(l, false, 4 * DAY, true);
    check_int(claim(l)->proof, ==, MEMBER_NO_PROOF);
    check_str(claim(l)->reference, "no of hana@hospital.example");
    check_int(member_claim_prove(l, "hospital", claim(l), MEMBER_BY_PAPER, "contract", 5 * DAY), ==, 0);
    ask(l, 6 * DAY);
    answer(l, false, 6 * DAY, false);
    check_int(claim(l)->proof, ==, MEMBER_BY_PAPER);
    ask(l, 7 * DAY);
    answer(l, true, 7 * DAY, false);
    check_int(claim(l)->proof, ==, MEMBER_BY_PAPER);
    close_and_remove(l);
}

TEST(an_answer_is_renewed_or_lapses)
{
    struct ledger *l = begin();
    struct member_mail due;
    answer(l, true, 2 * DAY, true);
    int64_t again = (2 + MEMBER_MAIL_PROOF_DAYS - MEMBER_MAIL_AGAIN_DAYS) * DAY, end = (2 + MEMBER_MAIL_PROOF_DAYS) * DAY;
    check_int(member_mail_due(l, again, &due), ==, -ENOENT);
    check_int(member_mail_due(l, again + 1, &due), ==, 0);
    check_str(due.value, "hospital.example");
    ask(l, again + 1);
    check_int(member_mail_due(l, again + DAY, &due), ==, -ENOENT); /* it is being asked */
    check_int(member_mail_lapse(l, end, &due), ==, -ENOENT);
    check_int(claim(l)->proof, ==, MEMBER_BY_MAIL);
    check_int(member_mail_lapse(l, end + 1, &due), ==, 0);
    check_int(claim(l)->proof, ==, MEMBER_NO_PROOF);
    check_int(member_mail_lapse(l, end + 1, &due), ==, -ENOENT);
    ask(l, end + DAY);
    answer(l, true, end + DAY, true);
    check_int(member_mail_lapse(l, end + 2 * DAY, &due), ==, -ENOENT);
    close_and_remove(l);
}

TEST(what_people_recorded_does_not_lapse)
{
    struct ledger *l = begin();
    struct member_mail due;
    answer(l, true, 2 * DAY, true);
    check_int(member_claim_prove(l, "hospital", claim(l), MEMBER_BY_MAIL, "letter of 3 May", 3 * DAY), ==, 0);
    check_int(member_mail_due(l, 1000 * DAY, &due), ==, -ENOENT);
    check_int(member_mail_lapse(l, 1000 * DAY, &due), ==, -ENOENT);
    close_and_remove(l);
}

TEST(what_is_gone_cannot_be_asked_or_answered)
{
    struct ledger *l = begin();
    bool changed;
    check_int(member_mail_by_word(l, word, 2 * DAY, &asked), ==, 0);
    m.claim_count = 0;
    check_int(member_put(l, &m), ==, 0);
    check_int(member_mail_answered(l, &asked, true, 2 * DAY, &changed), ==, -ENOENT);
    check_int(member_mail_put(l, &asked), ==, -ENOENT);
    check_int(member_delete(l, "hospital"), ==, 0);
    check_int(member_mail_by_word(l, word, 2 * DAY, &asked), ==, -ENOENT);
    close_and_remove(l);
}

TEST(its_mail_goes_the_way_of_all_mails)
{
    struct ledger *l = begin();
    struct notice_delivery d = {.member = "hospital", .purpose = DELIVERY_OF_PROOF, .about = "hospital.example", .mail = "hana@hospital.example", .made_us = DAY}, again;
    unsigned count;
    check_int(delivery_add(l, &d), ==, 0);
    check_int(delivery_get(l, d.id, &again), ==, 0);
    check_int(again.purpose, ==, DELIVERY_OF_PROOF);
    check_str(again.about, "hospital.example");
    check_int(delivery_proof_count(l, "hospital", 0, &count), ==, 0);
    check_int(count, ==, 1);
    check_int(delivery_proof_count(l, "hospital", DAY, &count), ==, 0);
    check_int(count, ==, 0);
    close_and_remove(l);
}

int main(int argc, char **argv)
{
    return test_main(argc, argv);
}
