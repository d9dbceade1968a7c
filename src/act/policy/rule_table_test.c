/* Rules are kept once each, found again after the table has grown, and changed only by making another. */
#include "act/policy/rule_table.h"

#include <errno.h>

#include "base/test.h"

static struct policy_rule_spec nth(uint32_t i)
{
    return (struct policy_rule_spec){.list = (uint16_t)(i % 200), .action = 2, .scope = (uint8_t)(1 + i % 3), .until_us = i};
}

TEST(equal_rules_have_one_number_also_after_growing)
{
    struct rule_table t;
    check_int(rule_table_init(&t), ==, 0);
    enum { MANY = 20000 };
    for (uint32_t i = 0; i < MANY; i++) {
        struct policy_rule_spec s = nth(i);
        check_int(rule_table_intern(&t, &s), ==, i);
    }
    for (uint32_t i = MANY; i-- > 0;) {
        struct policy_rule_spec s = nth(i);
        check_int(rule_table_intern(&t, &s), ==, i);
        check_int(rule_table_get(&t, i)->until_us, ==, i);
    }
    check_int(t.count, ==, MANY);
    rule_table_done(&t);
}

TEST(every_field_tells_rules_apart)
{
    struct rule_table t;
    check_int(rule_table_init(&t), ==, 0);
    const struct policy_rule_spec base = {.list = 1, .action = 2, .scope = 3, .data = (const uint8_t *)"ab", .data_len = 2};
    struct policy_rule_spec other[] = {base, base, base, base, base, base, base};
    other[0].list = 2;
    other[1].action = 3;
    other[2].scope = 1;
    other[3].from_us = 1;
    other[4].until_us = 1;
    other[5].data_len = 1;
    other[6].data = (const uint8_t *)"ac";
    check_int(rule_table_intern(&t, &base), ==, 0);
    for (uint32_t i = 0; i < array_len(other); i++)
        check_int(rule_table_intern(&t, &other[i]), ==, i + 1);
    check_int(rule_table_intern(&t, &base), ==, 0);
    for (uint32_t i = 0; i < array_len(other); i++)
        check_int(rule_table_same_effect(&t, rule_table_get(&t, 0), rule_table_get(&t, i + 1)), ==, i == 2);
    rule_table_done(&t);
}

TEST(another_scope_is_another_rule_with_the_same_data)
{
    struct rule_table t;
    check_int(rule_table_init(&t), ==, 0);
    const struct policy_rule_spec s = {.action = 4, .scope = 1, .data = (const uint8_t *)"data", .data_len = 4};
    check_int(rule_table_intern(&t, &s), ==, 0);
    check_int(rule_table_with_scope(&t, 0, 1), ==, 0);
    check_int(rule_table_with_scope(&t, 0, 3), ==, 1);
    check_int(rule_table_with_scope(&t, 1, 1), ==, 0);
    check_int(rule_table_get(&t, 1)->data_at, ==, rule_table_get(&t, 0)->data_at);
    check_int(t.data_len, ==, 4);
    rule_table_done(&t);
}

TEST(data_of_two_rules_makes_a_third)
{
    static const uint8_t one[] = {0, 1, 0, 0, 0, 60, 0, 4, 192, 0, 2, 1};
    static const uint8_t two[] = {0, 1, 0, 0, 0, 30, 0, 4, 192, 0, 2, 2};
    struct rule_table t;
    check_int(rule_table_init(&t), ==, 0);
    const struct policy_rule_spec a = {.action = 4, .scope = 1, .data = one, .data_len = sizeof one};
    const struct policy_rule_spec b = {.action = 4, .scope = 1, .data = two, .data_len = sizeof two};
    check_int(rule_table_intern(&t, &a), ==, 0);
    check_int(rule_table_intern(&t, &b), ==, 1);
    check_int(rule_table_with_more_data(&t, 0, 1), ==, 2);
    const struct policy_rule *both = rule_table_get(&t, 2);
    check_int(both->data_len, ==, 24);
    check_bytes(t.data + both->data_at, one, 12);
    check_bytes(t.data + both->data_at + 12, two, 12);
    check_int(rule_table_with_more_data(&t, 2, 1), ==, 2); /* nothing new */
    check_int(rule_table_with_more_data(&t, 0, 1), ==, 2); /* found again */
    rule_table_done(&t);
}

TEST(data_past_the_limit_of_an_answer_is_refused)
{
    static uint8_t big[2][2048 + 1] = {{0, 16, 0, 0, 0, 60, 0x07, 0xf9}, {0, 16, 0, 0, 0, 60, 0x07, 0xf9, 1}};
    struct rule_table t;
    check_int(rule_table_init(&t), ==, 0);
    for (int i = 0; i < 2; i++) {
        const struct policy_rule_spec s = {.action = 4, .scope = 1, .data = big[i], .data_len = sizeof big[i]};
        check_int(rule_table_intern(&t, &s), ==, i);
    }
    check_int(rule_table_with_more_data(&t, 0, 1), ==, -EMSGSIZE);
    check_int(t.count, ==, 2);
    rule_table_done(&t);
}

int main(int argc, char **argv)
{
    return test_main(argc, argv);
}
