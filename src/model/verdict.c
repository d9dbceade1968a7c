/* Words and texts of a verdict. */
#include "model/verdict.h"

#include <errno.h>
#include <stdio.h>

static const char *const claim_words[] = {
    [VERDICT_CLAIM_BLOCK] = "block",
    [VERDICT_CLAIM_ALLOW] = "allow",
    [VERDICT_CLAIM_LIST] = "list",
    [VERDICT_CLAIM_OBSERVE] = "observe",
};
_Static_assert(array_len(claim_words) == VERDICT_CLAIM_COUNT, "one word per claim");

const char *verdict_claim_word(enum verdict_claim claim)
{
    return (unsigned)claim < VERDICT_CLAIM_COUNT ? claim_words[claim] : "unknown";
}

const char *verdict_ref_format(struct verdict_ref ref, char *text)
{
    if (ref.line)
        snprintf(text, VERDICT_REF_TEXT_MAX, "%u/%u", ref.id, ref.line);
    else
        snprintf(text, VERDICT_REF_TEXT_MAX, "%u", ref.id);
    return text;
}

static const char *parse_number(const char *text, uint32_t *ret_value)
{
    uint64_t value = 0;
    const char *p = text;
    for (; *p >= '0' && *p <= '9'; p++) {
        value = value * 10 + (uint64_t)(*p - '0');
        if (value > UINT32_MAX)
            return NULL;
    }
    if (p == text || value == 0)
        return NULL;
    *ret_value = (uint32_t)value;
    return p;
}

int verdict_ref_parse(const char *text, struct verdict_ref *ret_ref)
{
    struct verdict_ref ref = {0};
    const char *p = parse_number(text, &ref.id);
    if (p && *p == '/')
        p = parse_number(p + 1, &ref.line);
    if (!p || *p)
        return -EINVAL;
    *ret_ref = ref;
    return 0;
}
