/* Members: kept as a whole, found by what is theirs, the closest first. */
#include "store/member.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "store/ledger_file_test.h"

static struct member hospital, read_back;

static void add_claim(struct member *m, const char *value)
{
    check_int(member_claim_parse(value, &m->claims[m->claim_count++]), ==, 0);
}

static void make_hospital(void)
{
    hospital = (struct member){.name = "hospital", .title = "市立病院", .sector = "medical", .prefecture = 13, .changed_us = 7};
    add_claim(&hospital, "192.0.2.0/24");
    add_claim(&hospital, "2001:db8:1::/48");
    add_claim(&hospital, "Hospital.Example.");
    hospital.claims[2].proof = MEMBER_BY_PAPER;
    snprintf(hospital.claims[2].reference, sizeof hospital.claims[2].reference, "contract 12");
    hospital.contacts[0] = (struct member_contact){.name = "山田", .mail = "soc@hospital.example", .is_japanese = true, .urgent = true};
    hospital.contact_count = 1;
}

static const char *owner(struct ledger *l, const char *text)
{
    static char name[ACCOUNT_MEMBER_MAX], value[MEMBER_VALUE_MAX];
    struct subject s;
    check_int(subject_guess(text, strlen(text), &s), ==, 0);
    int e = member_of(l, &s, name, value);
    return e == 0 ? name : e == -ENOENT ? "" : "error";
}

TEST(a_member_is_kept_as_a_whole)
{
    struct ledger *l = open_fresh();
    make_hospital();
    check_int(member_put(l, &hospital), ==, 0);
    check_int(member_get(l, "hospital", &read_back), ==, 0);
    check_str(read_back.title, "市立病院");
    check_int(read_back.prefecture, ==, 13);
    check_int(read_back.claim_count, ==, 3);
    check_str(read_back.claims[0].value, "192.0.2.0/24");
    check_str(read_back.claims[2].value, "hospital.example");
    check_int(read_back.claims[2].proof, ==, MEMBER_BY_PAPER);
    check_str(read_back.claims[2].reference, "contract 12");
    check_int(read_back.contact_count, ==, 1);
    check(read_back.contacts[0].is_japanese && read_back.contacts[0].urgent);
    hospital.claim_count = 1; /* replaced as a whole, too */
    hospital.contact_count = 0;
    check_int(member_put(l, &hospital), ==, 0);
    check_int(member_get(l, "hospital", &read_back), ==, 0);
    check_int(read_back.claim_count, ==, 1);
    check_int(read_back.contact_count, ==, 0);
    check_int(member_delete(l, "hospital"), ==, 0);
    check_int(member_delete(l, "hospital"), ==, -ENOENT);
    check_int(member_get(l, "hospital", &read_back), ==, -ENOENT);
    check_str(owner(l, "192.0.2.1"), "");
    close_and_remove(l);
}

TEST(the_closest_network_or_name_wins)
{
    struct ledger *l = open_fresh();
    struct member *ward = calloc(1, sizeof *ward);
    make_hospital();
    check_int(member_put(l, &hospital), ==, 0);
    snprintf(ward->name, sizeof ward->name, "ward");
    add_claim(ward, "192.0.2.128/25");
    add_claim(ward, "ward.hospital.example");
    check_int(member_put(l, ward), ==, 0);
    check_str(owner(l, "192.0.2.1"), "hospital");
    check_str(owner(l, "192.0.2.129"), "ward");
    check_str(owner(l, "192.0.2.192/26"), "ward");
    check_str(owner(l, "192.0.2.0/23"), ""); /* larger than what is theirs */
    check_str(owner(l, "192.0.3.1"), "");
    check_str(owner(l, "2001:db8:1:2::3"), "hospital");
    check_str(owner(l, "2001:db8:2::1"), "");
    check_str(owner(l, "www.hospital.example"), "hospital");
    check_str(owner(l, "pc.ward.hospital.example"), "ward");
    check_str(owner(l, "myhospital.example"), "");
    check_str(owner(l, "example"), "");
    free(ward);
    close_and_remove(l);
}

TEST(what_is_out_of_range_is_refused)
{
    struct ledger *l = open_fresh();
    struct member_claim c;
    check_int(member_claim_parse("192.0.2.1/24", &c), ==, -EINVAL);
    check_int(member_claim_parse("http://a.example/", &c), ==, -EINVAL);
    check_int(member_claim_parse("", &c), ==, -EINVAL);
    make_hospital();
    hospital.prefecture = 48;
    check_int(member_put(l, &hospital), ==, -EINVAL);
    make_hospital();
    hospital.name[0] = '\n';
    check_int(member_put(l, &hospital), ==, -EINVAL);
    make_hospital();
    snprintf(hospital.contacts[0].mail, sizeof hospital.contacts[0].mail, "no address");
    check_int(member_put(l, &hospital), ==, -EINVAL);
    check_int(member_get(l, "hospital", &read_back), ==, -ENOENT); /* nothing of it stayed */
    close_and_remove(l);
}

int main(int argc, char **argv)
{
    return test_main(argc, argv);
}
