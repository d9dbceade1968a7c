/* Members' numbers stay theirs, and of two who have the same network the one that it counts for comes first. */
#include "store/member_network.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "store/ledger_file_test.h"
#include "store/ledger_impl.h"
#include "store/member_list.h"

static struct member m;

static void put(struct ledger *l, const char *name, const char *network, enum member_proof proof, int64_t proved_us)
{
    m = (struct member){.changed_us = 1};
    snprintf(m.name, sizeof m.name, "%s", name);
    if (network) {
        check_int(member_claim_parse(network, &m.claims[0]), ==, 0);
        m.claims[0].proof = proof;
        m.claims[0].proved_us = proved_us;
        m.claim_count = 1;
    }
    check_int(member_put(l, &m), ==, 0);
}

static int64_t number_of(struct ledger *l, const char *name)
{
    int64_t number = -1;
    check_int(member_number(l, name, &number), ==, 0);
    return number;
}

TEST(a_number_is_kept_and_not_given_again_at_once)
{
    struct ledger *l = open_fresh();
    int64_t none;
    put(l, "a", NULL, 0, 0);
    put(l, "b", NULL, 0, 0);
    int64_t a = number_of(l, "a"), b = number_of(l, "b");
    check_int(a, ==, 1);
    check_int(b, ==, 2);
    put(l, "b", "192.0.2.0/24", MEMBER_NO_PROOF, 0);
    check_int(number_of(l, "b"), ==, b);
    check_int(member_get(l, "b", &m), ==, 0);
    check_int(m.number, ==, b);
    check_int(member_delete(l, "b"), ==, 0);
    check_int(member_number(l, "b", &none), ==, -ENOENT);
    put(l, "c", NULL, 0, 0);
    check_int(number_of(l, "c"), ==, 3);
    /* At the end of the numbers it begins again, with those that are free. */
    char sql[96];
    snprintf(sql, sizeof sql, "UPDATE member_next_number SET number = %d", MEMBER_NUMBER_MAX);
    check_int(ledger_run(l, sql), ==, 0);
    put(l, "d", NULL, 0, 0);
    put(l, "e", NULL, 0, 0);
    check_int(number_of(l, "d"), ==, MEMBER_NUMBER_MAX);
    check_int(number_of(l, "e"), ==, 2);
    close_and_remove(l);
}

static int tell_network(void *self, uint16_t number, const struct addr_prefix *network, bool is_proved, unsigned others)
{
    char *text = self, address[ADDR_TEXT_MAX];
    snprintf(text + strlen(text), 512 - strlen(text), "%u:%s/%u%s+%u ", number, addr_format(&network->addr, address), network->bits, is_proved ? "!" : "", others);
    return 0;
}

TEST(who_proved_a_network_first_comes_first)
{
    struct ledger *l = open_fresh();
    char text[512] = "";
    put(l, "a", "192.0.2.0/24", MEMBER_NO_PROOF, 0);
    put(l, "b", "192.0.2.0/24", MEMBER_BY_DNS, 20);
    put(l, "c", "192.0.2.0/24", MEMBER_BY_PAPER, 10);
    put(l, "d", "10.0.0.0/8", MEMBER_BY_MAIL, 5);
    check_int(member_each_network(l, false, tell_network, text), ==, 0);
    check_str(text, "4:10.0.0.0/104!+0 3:192.0.2.0/120!+2 ");
    text[0] = '\0';
    check_int(member_each_network(l, true, tell_network, text), ==, 0);
    check_str(text, "4:10.0.0.0/104!+0 3:192.0.2.0/120!+1 ");
    struct subject s;
    char name[ACCOUNT_MEMBER_MAX], value[MEMBER_VALUE_MAX];
    check_int(subject_guess("192.0.2.9", 9, &s), ==, 0);
    check_int(member_of(l, &s, name, value), ==, 0); /* the same word as the resolver's */
    check_str(name, "c");
    close_and_remove(l);
}

static int tell_number(void *self, uint16_t number, const char *name, bool has_lists)
{
    char *text = self;
    snprintf(text + strlen(text), 512 - strlen(text), "%u:%s%s ", number, name, has_lists ? "+" : "");
    return 0;
}

TEST(who_has_lists_by_itself_or_by_a_group_is_told)
{
    struct ledger *l = open_fresh();
    char text[512] = "";
    static const struct member_list one = {.name = "x"};
    put(l, "a", NULL, 0, 0);
    put(l, "b", NULL, 0, 0);
    put(l, "c", NULL, 0, 0);
    m.group_count = 1;
    snprintf(m.groups[0], sizeof m.groups[0], "schools");
    check_int(member_put(l, &m), ==, 0);
    check_int(member_list_put(l, MEMBER_LIST_OF_GROUP, "schools", &one, 1), ==, 0);
    check_int(member_list_put(l, MEMBER_LIST_OF_MEMBER, "a", &one, 1), ==, 0);
    check_int(member_each_number(l, tell_number, text), ==, 0);
    check_str(text, "1:a+ 2:b 3:c+ ");
    close_and_remove(l);
}

int main(int argc, char **argv)
{
    return test_main(argc, argv);
}
