/* Any octets as a pattern: the tree is bounded and whole, and each matcher's value comes out of the pattern. */
#include "proto/stix/pattern.h"

#include <assert.h>

#include "proto/stix/matchers.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static struct stix_pattern pattern, again;
static struct stix_matchers matchers;

static void check_text(struct stix_text t)
{
    bool in_text = t.at >= pattern.text && t.at + t.len <= pattern.text + pattern.text_len;
    bool in_plain = t.at >= pattern.plain && t.at + t.len <= pattern.plain + pattern.plain_len;
    assert(t.len == 0 || in_text || in_plain);
}

/* Number of nodes below and with this one. */
static unsigned count_nodes(uint16_t n)
{
    const struct stix_node *node = &pattern.node[n];
    unsigned count = 1, children = 0;
    assert(n > 0 && n < pattern.nodes);
    check_text(node->source);
    assert(node->source.len > 0);
    for (uint16_t c = node->first; c != 0; c = pattern.node[c].next, children++)
        count += count_nodes(c);
    bool is_one = node->kind == STIX_NODE_OBSERVATION || node->kind == STIX_NODE_QUALIFIED;
    assert(node->kind == STIX_NODE_TEST ? children == 0 && node->step_count > 0 : is_one ? children == 1 : children >= 2);
    return count;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct reader r = reader_of(data, size);
    struct stix_pattern_flaw flaw = {.kind = STIX_PATTERN_FLAW_COUNT};
    int result = stix_pattern_read(&r, &pattern, &flaw);
    assert(r.left == 0);
    if (result < 0) {
        assert(flaw.kind < STIX_PATTERN_FLAW_COUNT && flaw.offset <= size);
        return 0;
    }
    assert(count_nodes(pattern.root) == pattern.nodes - 1);
    /* The source of the root is the pattern without what is around it. */
    struct stix_text source = pattern.node[pattern.root].source;
    r = reader_of(source.at, source.len);
    result = stix_pattern_read(&r, &again, &flaw);
    assert(result == 0 && again.nodes == pattern.nodes && again.literals == pattern.literals && again.steps == pattern.steps);
    unsigned count = stix_matchers_of(&pattern, &matchers);
    assert(count == matchers.count && count <= STIX_MATCHERS_MAX && (count > 0 || matchers.why != STIX_WHY_NONE));
    for (unsigned i = 0; i < count; i++) {
        assert(matchers.matcher[i].match < STIX_MATCH_COUNT && matchers.matcher[i].value.len > 0);
        check_text(matchers.matcher[i].value);
        check_text(matchers.matcher[i].also);
    }
    if (matchers.why != STIX_WHY_NONE)
        check_text(matchers.why_part);
    return 0;
}
