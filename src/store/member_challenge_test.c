/* Challenges: where their record stands (RFC 1035 3.5, RFC 3596 2.5), when they prove, and when a proof lapses. */
#include "store/member_challenge.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "store/ledger_file_test.h"

#define DAY INT64_C(86400000000)

static const char *owner_of(const char *value)
{
    static char owner[MEMBER_OWNER_MAX];
    struct member_claim c;
    check_int(member_claim_parse(value, &c), ==, 0);
    int e = member_challenge_owner(&c, owner);
    return e == 0 ? owner : e == -EOPNOTSUPP ? "none" : "error";
}

TEST(records_stand_in_the_owners_zone)
{
    check_str(owner_of("hospital.example"), "_hinomi-challenge.hospital.example");
    check_str(owner_of("192.0.2.0/24"), "_hinomi-challenge.2.0.192.in-addr.arpa");
    check_str(owner_of("10.0.0.0/8"), "_hinomi-challenge.10.in-addr.arpa");
    check_str(owner_of("192.0.2.7"), "_hinomi-challenge.7.2.0.192.in-addr.arpa");
    check_str(owner_of("2001:db8:ab::/48"), "_hinomi-challenge.b.a.0.0.8.b.d.0.1.0.0.2.ip6.arpa");
    check_str(owner_of("2001:db8:a0::/44"), "_hinomi-challenge.a.0.0.8.b.d.0.1.0.0.2.ip6.arpa");
    check_str(owner_of("192.0.2.0/25"), "none");
    check_str(owner_of("192.0.0.0/20"), "none");
    check_str(owner_of("2001:db8::/33"), "none");
}

static struct member m;
static struct member_challenge c;
static const uint8_t hash[MEMBER_WORD_SHA256_LEN] = {9};

static struct ledger *begin(void)
{
    struct ledger *l = open_fresh();
    m = (struct member){.name = "hospital", .changed_us = 1, .claim_count = 1};
    check_int(member_claim_parse("hospital.example", &m.claims[0]), ==, 0);
    check_int(member_put(l, &m), ==, 0);
    c = (struct member_challenge){.member = "hospital", .kind = MEMBER_NAME, .value = "hospital.example", .word_sha256 = {1}, .made_us = 1, .until_us = 14 * DAY};
    check_int(member_challenge_put(l, &c), ==, 0);
    return l;
}

static unsigned look(struct ledger *l, enum member_look what, int64_t now_us, bool changes)
{
    bool changed = !changes;
    check_int(member_challenge_get(l, "hospital", MEMBER_NAME, "hospital.example", &c), ==, 0);
    check_int(member_challenge_looked(l, &c, what, true, hash, now_us, &changed), ==, 0);
    check_int(changed, ==, changes);
    check_int(member_get(l, "hospital", &m), ==, 0);
    return m.claims[0].proof;
}

TEST(a_record_that_is_found_in_time_proves)
{
    struct ledger *l = begin();
    check_int(look(l, MEMBER_NO_RECORD, DAY, false), ==, MEMBER_NO_PROOF);
    check_int(look(l, MEMBER_FOUND, 2 * DAY, true), ==, MEMBER_BY_DNS);
    check_int(m.claims[0].proved_us, ==, 2 * DAY);
    check_str(m.claims[0].reference, "record in the DNS, validated by DNSSEC");
    check_int(look(l, MEMBER_FOUND, 40 * DAY, false), ==, MEMBER_BY_DNS);
    check_int(member_challenge_get(l, "hospital", MEMBER_NAME, "hospital.example", &c), ==, 0);
    check_int(c.outcome, ==, MEMBER_FOUND);
    check_int(c.checked_us, ==, 40 * DAY);
    check(memcmp(c.answer_sha256, hash, sizeof hash) == 0);
    close_and_remove(l);
}

TEST(one_that_is_found_too_late_does_not)
{
    struct ledger *l = begin();
    check_int(look(l, MEMBER_FOUND, 14 * DAY, false), ==, MEMBER_NO_PROOF);
    close_and_remove(l);
}

TEST(a_proof_that_is_gone_lapses_after_its_grace)
{
    struct ledger *l = begin();
    check_int(look(l, MEMBER_FOUND, DAY, true), ==, MEMBER_BY_DNS);
    check_int(look(l, MEMBER_NO_RECORD, 31 * DAY, false), ==, MEMBER_BY_DNS);
    check_int(look(l, MEMBER_LOOK_FAILED, 40 * DAY, false), ==, MEMBER_BY_DNS);
    check_int(c.failing_us, ==, 31 * DAY);
    check_int(look(l, MEMBER_FOUND, 41 * DAY, false), ==, MEMBER_BY_DNS); /* it was back */
    check_int(c.failing_us, ==, 0);
    check_int(look(l, MEMBER_OTHER_RECORD, 50 * DAY, false), ==, MEMBER_BY_DNS);
    check_int(look(l, MEMBER_NO_RECORD, 64 * DAY, false), ==, MEMBER_BY_DNS);
    check_int(look(l, MEMBER_NO_RECORD, 64 * DAY + 1, true), ==, MEMBER_NO_PROOF);
    close_and_remove(l);
}

TEST(what_is_due_is_what_was_looked_for_longest_ago)
{
    struct ledger *l = begin();
    struct member_challenge due;
    check_int(member_challenge_due(l, 100 * DAY, &due), ==, -ENOENT); /* nothing is proved */
    check_int(look(l, MEMBER_FOUND, DAY, true), ==, MEMBER_BY_DNS);
    check_int(member_challenge_due(l, 31 * DAY, &due), ==, -ENOENT);
    check_int(member_challenge_due(l, 31 * DAY + 1, &due), ==, 0);
    check_str(due.value, "hospital.example");
    check_int(look(l, MEMBER_NO_RECORD, 32 * DAY, false), ==, MEMBER_BY_DNS); /* then every day */
    check_int(member_challenge_due(l, 33 * DAY, &due), ==, -ENOENT);
    check_int(member_challenge_due(l, 33 * DAY + 1, &due), ==, 0);
    close_and_remove(l);
}

TEST(another_challenge_does_not_keep_a_proof_alive)
{
    struct ledger *l = begin();
    struct member_challenge due, again;
    check_int(look(l, MEMBER_FOUND, DAY, true), ==, MEMBER_BY_DNS);
    again = c;
    again.word_sha256[0] = 2;
    again.made_us = 5 * DAY;
    again.until_us = 19 * DAY;
    check_int(member_challenge_put(l, &again), ==, 0);
    check_int(member_challenge_due(l, 5 * DAY, &due), ==, 0);
    check_int(look(l, MEMBER_OTHER_RECORD, 7 * DAY, false), ==, MEMBER_BY_DNS);
    again.made_us = 22 * DAY;
    again.until_us = 36 * DAY;
    check_int(member_challenge_put(l, &again), ==, 0); /* and one more: it is missing since day 7 all the same */
    check_int(member_challenge_due(l, 22 * DAY, &due), ==, 0);
    check_int(due.failing_us, ==, 7 * DAY);
    check_int(look(l, MEMBER_NO_RECORD, 22 * DAY, true), ==, MEMBER_NO_PROOF);
    close_and_remove(l);
}

static int tell(void *self, const char *member, enum member_proof proof)
{
    char *text = self;
    snprintf(text + strlen(text), 128 - strlen(text), "%s:%s ", member, member_proof_word(proof));
    return 0;
}

TEST(both_who_claim_the_same_are_told)
{
    struct ledger *l = begin();
    char text[128] = "";
    struct member_claim claim;
    snprintf(m.name, sizeof m.name, "imitator");
    check_int(member_put(l, &m), ==, 0);
    check_int(member_claim_parse("hospital.example", &claim), ==, 0);
    check_int(member_claim_prove(l, "hospital", &claim, MEMBER_BY_PAPER, "letter 3", 5), ==, 0);
    check_int(member_claim_prove(l, "nobody", &claim, MEMBER_BY_PAPER, "letter 3", 5), ==, -ENOENT);
    check_int(member_claimants(l, &claim, tell, text), ==, 0);
    check_str(text, "hospital:paper imitator:none ");
    c.value[0] = 'x';
    check_int(member_challenge_put(l, &c), ==, -ENOENT);
    close_and_remove(l);
}

int main(int argc, char **argv)
{
    return test_main(argc, argv);
}
