/* Interns rules by content. */
#include "act/policy/rule_table.h"

#include <errno.h>
#include <stdlib.h>

#include "act/policy/data.h"

int rule_table_init(struct rule_table *t)
{
    *t = (struct rule_table){.slot_count = 1024, .max = 512};
    t->slots = calloc(t->slot_count, sizeof *t->slots);
    t->rules = malloc(t->max * sizeof *t->rules);
    return t->slots && t->rules ? 0 : -ENOMEM;
}

void rule_table_done(struct rule_table *t)
{
    free(t->rules);
    free(t->data);
    free(t->slots);
    *t = (struct rule_table){0};
}

const struct policy_rule *rule_table_get(const struct rule_table *t, uint32_t number)
{
    return &t->rules[number];
}

static bool rule_is(const struct rule_table *t, const struct policy_rule *r, const struct policy_rule_spec *spec)
{
    return r->list == spec->list && r->action == spec->action && r->scope == spec->scope &&
           r->from_us == spec->from_us && r->until_us == spec->until_us && r->data_len == spec->data_len &&
           (spec->data_len == 0 || memcmp(t->data + r->data_at, spec->data, spec->data_len) == 0);
}

bool rule_table_same_effect(const struct rule_table *t, const struct policy_rule *a, const struct policy_rule *b)
{
    return a->list == b->list && a->action == b->action && a->from_us == b->from_us &&
           a->until_us == b->until_us && a->data_len == b->data_len &&
           (a->data_len == 0 || memcmp(t->data + a->data_at, t->data + b->data_at, a->data_len) == 0);
}

/* The key is fixed: what is hashed comes from the operator's lists, and the table only grows with distinct rules. */
static uint64_t spec_hash(const struct policy_rule_spec *spec)
{
    struct sip s = sip_init((struct sip_key){1, 2});
    sip_word(&s, (uint64_t)spec->list << 16 | (uint64_t)spec->action << 8 | spec->scope);
    sip_word(&s, (uint64_t)spec->from_us);
    sip_word(&s, (uint64_t)spec->until_us);
    if (spec->data)
        sip_bytes(&s, spec->data, spec->data_len);
    return sip_finish(s);
}

static struct policy_rule_spec spec_of(const struct rule_table *t, const struct policy_rule *r)
{
    return (struct policy_rule_spec){
        .list = r->list,
        .action = r->action,
        .scope = r->scope,
        .data = r->data_len ? t->data + r->data_at : NULL,
        .data_len = r->data_len,
        .from_us = r->from_us,
        .until_us = r->until_us,
    };
}

static size_t find_slot(const struct rule_table *t, const struct policy_rule_spec *spec, uint64_t hash)
{
    size_t i = hash & (t->slot_count - 1);
    while (t->slots[i] && !rule_is(t, &t->rules[t->slots[i] - 1], spec))
        i = (i + 1) & (t->slot_count - 1);
    return i;
}

static int grow(struct rule_table *t)
{
    if (t->count == t->max) {
        struct policy_rule *rules = realloc(t->rules, 2 * t->max * sizeof *rules);
        if (!rules)
            return -ENOMEM;
        t->rules = rules;
        t->max *= 2;
    }
    if (t->count * 2 < t->slot_count)
        return 0;
    uint32_t *slots = calloc(2 * t->slot_count, sizeof *slots);
    if (!slots)
        return -ENOMEM;
    free(t->slots);
    t->slots = slots;
    t->slot_count *= 2;
    for (size_t i = 0; i < t->count; i++) {
        struct policy_rule_spec spec = spec_of(t, &t->rules[i]);
        t->slots[find_slot(t, &spec, spec_hash(&spec))] = (uint32_t)i + 1;
    }
    return 0;
}

/* Room for more local data; the caller's data may itself lie in the table and is moved along. */
static int append_data(struct rule_table *t, const uint8_t *data, uint32_t len, uint32_t *ret_at)
{
    if (t->data_len + len > RULE_DATA_MAX)
        return -E2BIG;
    if (t->data_len + len > t->data_max) {
        size_t max = (t->data_len + len) * 2;
        uint8_t *bigger = realloc(t->data, max);
        if (!bigger)
            return -ENOMEM;
        t->data = bigger;
        t->data_max = max;
    }
    memcpy(t->data + t->data_len, data, len);
    *ret_at = (uint32_t)t->data_len;
    t->data_len += len;
    return 0;
}

/* data_at: where the spec's data already stands in the table; UINT32_MAX when it is to be copied. */
static int64_t intern(struct rule_table *t, const struct policy_rule_spec *spec, uint32_t data_at)
{
    if (t->count == RULES_MAX)
        return -E2BIG;
    int e = grow(t);
    if (e < 0)
        return e;
    size_t slot = find_slot(t, spec, spec_hash(spec));
    if (t->slots[slot])
        return t->slots[slot] - 1;
    if (spec->data_len == 0)
        data_at = 0;
    else if (data_at == UINT32_MAX && (e = append_data(t, spec->data, spec->data_len, &data_at)) < 0)
        return e;
    t->rules[t->count] = (struct policy_rule){
        .list = spec->list,
        .action = spec->action,
        .scope = spec->scope,
        .data_at = data_at,
        .data_len = spec->data_len,
        .from_us = spec->from_us,
        .until_us = spec->until_us,
    };
    t->slots[slot] = (uint32_t)++t->count;
    return (int64_t)t->count - 1;
}

int64_t rule_table_intern(struct rule_table *t, const struct policy_rule_spec *spec)
{
    if (t->last < t->count && rule_is(t, &t->rules[t->last], spec))
        return t->last;
    int64_t number = intern(t, spec, UINT32_MAX);
    if (number >= 0)
        t->last = (uint32_t)number;
    return number;
}

int64_t rule_table_with_scope(struct rule_table *t, uint32_t number, uint8_t scope)
{
    if (t->rules[number].scope == scope)
        return number;
    uint32_t data_at = t->rules[number].data_len ? t->rules[number].data_at : UINT32_MAX;
    struct policy_rule_spec spec = spec_of(t, &t->rules[number]);
    spec.scope = scope;
    return intern(t, &spec, data_at);
}

/* RFC 2181 5: a record set holds no record twice, whatever its TTLs. */
static bool has_record(const uint8_t *data, size_t len, const struct policy_data_record *record)
{
    struct reader r = reader_of(data, len);
    struct policy_data_record other;
    while (policy_data_next(&r, &other))
        if (other.type == record->type && other.len == record->len &&
            memcmp(other.rdata, record->rdata, record->len) == 0)
            return true;
    return false;
}

int64_t rule_table_with_more_data(struct rule_table *t, uint32_t number, uint32_t more)
{
    const struct policy_rule *a = &t->rules[number], *b = &t->rules[more];
    uint8_t data[POLICY_DATA_MAX];
    struct writer w = writer_of(data, sizeof data);
    struct reader added = reader_of(t->data + b->data_at, b->data_len);
    struct policy_data_record record;
    writer_bytes(&w, t->data + a->data_at, a->data_len);
    while (policy_data_next(&added, &record))
        if (!has_record(data, w.len, &record))
            policy_data_put(&w, &record);
    if (w.full)
        return -EMSGSIZE;
    struct policy_rule_spec spec = spec_of(t, a);
    if (w.len == a->data_len)
        return number;
    spec.data = data;
    spec.data_len = (uint32_t)w.len;
    return intern(t, &spec, UINT32_MAX);
}
