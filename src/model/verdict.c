/* Words and texts of a verdict. */
#include "model/verdict.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <strings.h>

#include "base/uuid.h"

static const char *const author_words[] = {
    [VERDICT_BY_ANALYST] = "analyst",
    [VERDICT_BY_FEED] = "feed",
    [VERDICT_BY_RULE] = "rule",
    [VERDICT_BY_MEMBER] = "member",
};
_Static_assert(array_len(author_words) == VERDICT_AUTHOR_KIND_COUNT, "one word per kind of author");

static const char *const tlp_words[] = {
    [VERDICT_TLP_CLEAR] = "clear", [VERDICT_TLP_GREEN] = "green",
    [VERDICT_TLP_AMBER] = "amber", [VERDICT_TLP_AMBER_STRICT] = "amber+strict",
    [VERDICT_TLP_RED] = "red",
};
_Static_assert(array_len(tlp_words) == VERDICT_TLP_COUNT, "one word per level");

static const char *const pap_words[] = {
    [VERDICT_PAP_CLEAR] = "clear",
    [VERDICT_PAP_GREEN] = "green",
    [VERDICT_PAP_AMBER] = "amber",
    [VERDICT_PAP_RED] = "red",
};
_Static_assert(array_len(pap_words) == VERDICT_PAP_COUNT, "one word per level");

static const char *const severity_words[] = {
    [VERDICT_SEVERITY_UNKNOWN] = "unknown", [VERDICT_LOW] = "low",           [VERDICT_MEDIUM] = "medium",
    [VERDICT_HIGH] = "high",                [VERDICT_CRITICAL] = "critical",
};
_Static_assert(array_len(severity_words) == VERDICT_SEVERITY_COUNT, "one word per severity");

static const char *const evidence_words[] = {
    [VERDICT_EVIDENCE_OBSERVATION] = "observation", [VERDICT_EVIDENCE_FILE] = "file",
    [VERDICT_EVIDENCE_DOCUMENT] = "document",       [VERDICT_EVIDENCE_OBJECT] = "object",
    [VERDICT_EVIDENCE_VERDICT] = "verdict",
};
_Static_assert(array_len(evidence_words) == VERDICT_EVIDENCE_KIND_COUNT, "one word per kind of evidence");

static const char *word_of(const char *const *words, size_t count, unsigned number)
{
    return number < count ? words[number] : "unknown";
}

/* -1: none of them. */
static int number_of(const char *const *words, size_t count, const char *word)
{
    for (size_t i = 0; i < count; i++)
        if (strcasecmp(words[i], word) == 0)
            return (int)i;
    return -1;
}

const char *verdict_author_word(enum verdict_author_kind kind)
{
    return word_of(author_words, array_len(author_words), kind);
}

const char *verdict_tlp_word(enum verdict_tlp tlp)
{
    return word_of(tlp_words, array_len(tlp_words), tlp);
}

const char *verdict_pap_word(enum verdict_pap pap)
{
    return word_of(pap_words, array_len(pap_words), pap);
}

const char *verdict_severity_word(enum verdict_severity severity)
{
    return word_of(severity_words, array_len(severity_words), severity);
}

const char *verdict_evidence_word(enum verdict_evidence_kind kind)
{
    return word_of(evidence_words, array_len(evidence_words), kind);
}

int verdict_author_parse(const char *word, enum verdict_author_kind *ret_kind)
{
    int n = number_of(author_words, array_len(author_words), word);
    if (n >= 0)
        *ret_kind = (enum verdict_author_kind)n;
    return n < 0 ? -EINVAL : 0;
}

int verdict_tlp_parse(const char *word, enum verdict_tlp *ret_tlp)
{
    int n = number_of(tlp_words, array_len(tlp_words), strncasecmp(word, "TLP:", 4) == 0 ? word + 4 : word);
    if (n >= 0)
        *ret_tlp = (enum verdict_tlp)n;
    return n < 0 ? -EINVAL : 0;
}

int verdict_pap_parse(const char *word, enum verdict_pap *ret_pap)
{
    int n = number_of(pap_words, array_len(pap_words), strncasecmp(word, "PAP:", 4) == 0 ? word + 4 : word);
    if (n >= 0)
        *ret_pap = (enum verdict_pap)n;
    return n < 0 ? -EINVAL : 0;
}

int verdict_severity_parse(const char *word, enum verdict_severity *ret_severity)
{
    int n = number_of(severity_words, array_len(severity_words), word);
    if (n >= 0)
        *ret_severity = (enum verdict_severity)n;
    return n < 0 ? -EINVAL : 0;
}

int verdict_evidence_parse(const char *word, enum verdict_evidence_kind *ret_kind)
{
    int n = number_of(evidence_words, array_len(evidence_words), word);
    if (n >= 0)
        *ret_kind = (enum verdict_evidence_kind)n;
    return n < 0 ? -EINVAL : 0;
}

struct verdict_id verdict_id_of(int64_t wall_us, const uint8_t random[10])
{
    struct verdict_id id;
    uint64_t ms = wall_us > 0 ? (uint64_t)wall_us / 1000 : 0;
    for (int i = 0; i < 6; i++)
        id.octets[i] = (uint8_t)(ms >> (40 - 8 * i));
    memcpy(id.octets + 6, random, 10);
    id.octets[6] = (uint8_t)((id.octets[6] & 0x0f) | 0x70); /* version 7 */
    id.octets[8] = (uint8_t)((id.octets[8] & 0x3f) | 0x80); /* variant of RFC 9562 4.1 */
    return id;
}

const char *verdict_id_format(const struct verdict_id *id, char *text)
{
    return uuid_format(id->octets, text);
}

static int digit_of(char c)
{
    return c >= '0' && c <= '9' ? c - '0' : c >= 'a' && c <= 'f' ? c - 'a' + 10 : c >= 'A' && c <= 'F' ? c - 'A' + 10 : -1;
}

int verdict_id_parse(const char *text, struct verdict_id *ret_id)
{
    struct verdict_id id;
    const char *at = text;
    if (strnlen(text, VERDICT_ID_TEXT_MAX) != VERDICT_ID_TEXT_MAX - 1)
        return -EINVAL;
    for (int i = 0; i < 16; i++) {
        if ((i == 4 || i == 6 || i == 8 || i == 10) && *at++ != '-')
            return -EINVAL;
        int high = digit_of(at[0]), low = digit_of(at[1]);
        if (high < 0 || low < 0)
            return -EINVAL;
        id.octets[i] = (uint8_t)(high << 4 | low);
        at += 2;
    }
    *ret_id = id;
    return 0;
}

static bool text_fits(const char *text, size_t max)
{
    return strnlen(text, max) < max;
}

bool verdict_valid(const struct verdict *v)
{
    if ((unsigned)v->claim >= CLAIM_COUNT || (unsigned)v->subject.kind >= SUBJECT_KIND_COUNT || !v->subject.value[0] ||
        !text_fits(v->subject.value, sizeof v->subject.value) || (unsigned)v->author.kind >= VERDICT_AUTHOR_KIND_COUNT ||
        !v->author.name[0] || !text_fits(v->author.name, sizeof v->author.name) ||
        !text_fits(v->author.version, sizeof v->author.version) || !text_fits(v->reason, sizeof v->reason) ||
        !text_fits(v->scope, sizeof v->scope) || !text_fits(v->reviewer, sizeof v->reviewer))
        return false;
    if (v->probability < 1 || v->probability > VERDICT_CERTAIN || (unsigned)v->severity >= VERDICT_SEVERITY_COUNT ||
        (unsigned)v->tlp >= VERDICT_TLP_COUNT || (unsigned)v->pap >= VERDICT_PAP_COUNT || v->made_us < 0 || v->from_us < 0 ||
        (v->until_us != 0 && v->until_us < v->from_us) || v->evidence_count > VERDICT_EVIDENCE_MAX)
        return false;
    for (unsigned i = 0; i < v->evidence_count; i++)
        if ((unsigned)v->evidence[i].kind >= VERDICT_EVIDENCE_KIND_COUNT || !v->evidence[i].reference[0] ||
            !text_fits(v->evidence[i].reference, sizeof v->evidence[i].reference))
            return false;
    return true;
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
