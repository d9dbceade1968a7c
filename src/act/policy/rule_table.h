/* The distinct rules and local data of an image being built: equal ones are kept once.
 *
 * Grows as needed up to RULES_MAX; one thread.
 */
#ifndef HINOMI_ACT_POLICY_RULE_TABLE_H
#define HINOMI_ACT_POLICY_RULE_TABLE_H

#include "act/policy/builder.h"

enum { RULES_MAX = 1 << 24, RULE_DATA_MAX = 1 << 30 };

struct rule_table {
    struct policy_rule *rules;
    size_t count, max;
    uint8_t *data;
    size_t data_len, data_max;
    uint32_t *slots; /* rule number + 1; 0: free */
    size_t slot_count;
    uint32_t last; /* the rule of the previous call: a list says the same of most of its names */
};

int rule_table_init(struct rule_table *t) must_check;
void rule_table_done(struct rule_table *t);
/* The number of the rule, made when new; -ENOMEM, -E2BIG. */
int64_t rule_table_intern(struct rule_table *t, const struct policy_rule_spec *spec) must_check;
const struct policy_rule *rule_table_get(const struct rule_table *t, uint32_t number);
/* The number of the same rule with another scope. */
int64_t rule_table_with_scope(struct rule_table *t, uint32_t number, uint8_t scope) must_check;
/* Do two rules differ in nothing but their scope? */
bool rule_table_same_effect(const struct rule_table *t, const struct policy_rule *a, const struct policy_rule *b);
/* The number of a rule with the records of both, each once: a name's records come line by line. -EMSGSIZE past
 * POLICY_DATA_MAX: an answer would not hold them. */
int64_t rule_table_with_more_data(struct rule_table *t, uint32_t number, uint32_t more) must_check;

#endif
