/* Any octets as JSON, by our tree and by jansson: both take the same documents, and read the same values from them. */
#include <assert.h>
#include <errno.h>
#include <string.h>

#include "base/json_tree.h"
#include "proto/json/limits.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void compare(const struct json_value *ours, const json_t *theirs);

static void compare_members(const struct json_value *ours, const json_t *theirs)
{
    size_t i = 0;
    const struct json_value *v = json_value_first(ours);
    assert(ours->count == (ours->kind == JSON_TREE_ARRAY ? json_array_size(theirs) : json_object_size(theirs)));
    for (; v; v = json_value_next(v), i++) {
        const json_t *inner = ours->kind == JSON_TREE_ARRAY ? json_array_get(theirs, i) : json_object_get(theirs, v->name);
        assert(inner && (ours->kind == JSON_TREE_ARRAY || (strlen(v->name) == v->name_len && json_value_member(ours, v->name) == v)));
        compare(v, inner);
    }
    assert(i == ours->count);
}

static void compare(const struct json_value *ours, const json_t *theirs)
{
    static const json_type types[] = {JSON_NULL, JSON_FALSE, JSON_TRUE, JSON_INTEGER, JSON_REAL, JSON_STRING, JSON_ARRAY, JSON_OBJECT};
    assert(json_typeof(theirs) == types[ours->kind]);
    if (ours->kind >= JSON_TREE_ARRAY)
        compare_members(ours, theirs);
    else if (ours->kind == JSON_TREE_STRING)
        assert(ours->len == json_string_length(theirs) && memcmp(ours->text, json_string_value(theirs), ours->len + 1) == 0);
    else if (ours->kind == JSON_TREE_INTEGER)
        assert(ours->integer == json_integer_value(theirs));
    else if (ours->kind == JSON_TREE_REAL)
        assert(ours->real == json_real_value(theirs));
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    static const struct json_limits limits = {.octets = 4096, .values = 1024, .depth = 16};
    static struct json_tree *tree;
    struct reader ours = reader_of(data, size), theirs = ours;
    struct json_flaw flaw = {.kind = JSON_FLAW_COUNT}, their_flaw;
    const struct json_value *value = NULL;
    json_t *their_value = NULL;
    if (!tree)
        tree = json_tree_new();
    assert(tree);
    int result = json_tree_read(tree, &ours, &limits, &value, &flaw);
    assert(ours.left == 0);
    if (result < 0)
        assert(flaw.kind < JSON_FLAW_COUNT && flaw.line <= size + 1 && flaw.column <= size + 1);
    int their_result = json_read(&theirs, &limits, &their_value, &their_flaw);
    /* Numbers of more than 400 digits are beyond us alone; values are counted a little otherwise. */
    bool is_limit = result == -EMSGSIZE || their_result == -EMSGSIZE || (result < 0 && flaw.kind == JSON_NUMBER_RANGE);
    assert((result == 0) == (their_result == 0) || is_limit);
    if (result == 0 && their_result == 0)
        compare(value, their_value);
    json_decref(their_value);
    return 0;
}
