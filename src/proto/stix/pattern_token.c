/* Splits a STIX pattern into its words. */
#include "proto/stix/pattern_token.h"

#include <assert.h>
#include <errno.h>
#include <string.h>

#include "base/timestamp.h"
#include "base/utf8.h"

static const char *const keywords[] = {
    "AND", "OR", "NOT", "FOLLOWEDBY", "LIKE", "MATCHES", "ISSUPERSET", "ISSUBSET",
    "EXISTS", "IN", "START", "STOP", "SECONDS", "WITHIN", "REPEATS", "TIMES",
};
static_assert(array_len(keywords) == STIX_TOKEN_TIMES - STIX_TOKEN_AND + 1, "each keyword has its token");

struct lexer {
    struct stix_pattern *pattern;
    struct reader r; /* what is left of the text */
    struct stix_pattern_flaw flaw;
};

static size_t offset_of(const struct lexer *l)
{
    return l->pattern->text_len - l->r.left;
}

static int refuse(struct lexer *l, enum stix_pattern_flaw_kind kind, size_t offset)
{
    l->flaw = (struct stix_pattern_flaw){.kind = kind, .offset = offset};
    return -EBADMSG;
}

static uint8_t peek(const struct lexer *l, size_t ahead)
{
    return ahead < l->r.left ? l->r.at[ahead] : 0;
}

static bool is_digit(uint8_t c)
{
    return c >= '0' && c <= '9';
}

static bool is_letter(uint8_t c)
{
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || c == '_';
}

static bool is_hex(uint8_t c)
{
    return is_digit(c) || (c >= 'a' && c <= 'f') || (c >= 'A' && c <= 'F');
}

static struct stix_text text_between(const struct lexer *l, size_t from, size_t to)
{
    return (struct stix_text){.at = l->pattern->text + from, .len = (uint16_t)(to - from)};
}

static bool is_space(uint32_t c)
{
    static const uint16_t others[] = {0x85, 0xa0, 0x1680, 0x2028, 0x2029, 0x202f, 0x205f, 0x3000};
    if (c == ' ' || (c >= '\t' && c <= '\r') || (c >= 0x2000 && c <= 0x200a))
        return true;
    for (size_t i = 0; i < array_len(others); i++)
        if (c == others[i])
            return true;
    return false;
}

/* Past a comment; 0: there is none. */
static int skip_comment(struct lexer *l)
{
    size_t from = offset_of(l);
    if (peek(l, 0) != '/' || (peek(l, 1) != '*' && peek(l, 1) != '/'))
        return 0;
    bool is_line = peek(l, 1) == '/';
    reader_skip(&l->r, 2);
    while (l->r.left > 0) {
        uint8_t c = peek(l, 0);
        if (is_line && (c == '\r' || c == '\n'))
            return 1;
        if (!is_line && c == '*' && peek(l, 1) == '/') {
            reader_skip(&l->r, 2);
            return 1;
        }
        reader_skip(&l->r, 1);
    }
    return is_line ? 1 : refuse(l, STIX_PATTERN_OPEN_COMMENT, from);
}

static int skip_blank(struct lexer *l)
{
    while (l->r.left > 0) {
        struct reader ahead = l->r;
        if (is_space(utf8_take(&ahead))) {
            l->r = ahead;
            continue;
        }
        int result = skip_comment(l);
        if (result <= 0)
            return result;
    }
    return 0;
}

/* From the opening quotation mark; \' and \\ are the only escapes. */
static int take_string(struct lexer *l, struct stix_text *ret_text)
{
    struct stix_pattern *p = l->pattern;
    size_t from = offset_of(l), begin = p->plain_len;
    reader_skip(&l->r, 1);
    while (l->r.left > 0) {
        uint8_t c = reader_u8(&l->r);
        if (c == '\'') {
            *ret_text = (struct stix_text){.at = p->plain + begin, .len = (uint16_t)(p->plain_len - begin)};
            return 0;
        }
        if (c == '\\') {
            c = reader_u8(&l->r);
            if (c != '\'' && c != '\\')
                return refuse(l, STIX_PATTERN_ESCAPE, offset_of(l) - (l->r.failed ? 1 : 2));
        }
        p->plain[p->plain_len++] = (char)c; /* each string is longer in the pattern than here */
    }
    return refuse(l, STIX_PATTERN_OPEN_STRING, from);
}

static bool is_base64(struct stix_text t)
{
    size_t pad = 0;
    if (t.len == 0 || t.len % 4 != 0)
        return false;
    while (pad < 2 && t.at[t.len - 1 - pad] == '=')
        pad++;
    for (size_t i = 0; i < t.len - pad; i++) {
        uint8_t c = (uint8_t)t.at[i];
        if (!is_digit(c) && (!is_letter(c) || c == '_') && c != '+' && c != '/')
            return false;
    }
    return true;
}

static bool is_hex_pairs(struct stix_text t)
{
    for (size_t i = 0; i < t.len; i++)
        if (!is_hex((uint8_t)t.at[i]))
            return false;
    return t.len % 2 == 0;
}

/* h'..', b'..' and t'..', from their letter. */
static int take_typed(struct lexer *l, struct stix_literal *ret_literal)
{
    size_t from = offset_of(l);
    uint8_t letter = reader_u8(&l->r);
    struct stix_text t;
    int result = take_string(l, &t);
    if (result < 0)
        return result;
    struct stix_literal literal = {.kind = letter == 'h' ? STIX_HEX : letter == 'b' ? STIX_BINARY : STIX_TIMESTAMP, .text = t};
    bool good = letter == 'h' ? is_hex_pairs(t) : is_base64(t);
    if (letter == 't') /* upper case, UTC */
        good = t.len >= 20 && t.at[10] == 'T' && t.at[t.len - 1] == 'Z' && timestamp_parse(t.at, t.len, &literal.integer) == 0;
    if (!good)
        return refuse(l, STIX_PATTERN_LITERAL, from);
    *ret_literal = literal;
    return 0;
}

static int read_integer(struct stix_text t, int64_t *ret_value)
{
    bool is_negative = t.at[0] == '-';
    int64_t value = 0;
    for (size_t i = is_negative || t.at[0] == '+'; i < t.len; i++) {
        int digit = t.at[i] - '0';
        if (__builtin_mul_overflow(value, 10, &value) || __builtin_sub_overflow(value, digit, &value))
            return -ERANGE;
    }
    if (!is_negative && value == INT64_MIN)
        return -ERANGE;
    *ret_value = is_negative ? value : -value;
    return 0;
}

static void skip_digits(struct lexer *l)
{
    while (is_digit(peek(l, 0)))
        reader_skip(&l->r, 1);
}

/* An integer has no leading zeros; a float has digits behind its point. */
static int take_number(struct lexer *l, struct stix_literal *ret_literal)
{
    size_t from = offset_of(l);
    struct stix_literal literal = {.kind = STIX_INTEGER};
    if (peek(l, 0) == '+' || peek(l, 0) == '-')
        reader_skip(&l->r, 1);
    size_t digits = offset_of(l);
    bool has_zero = peek(l, 0) == '0';
    skip_digits(l);
    size_t count = offset_of(l) - digits;
    if (peek(l, 0) == '.' && is_digit(peek(l, 1))) {
        reader_skip(&l->r, 1);
        skip_digits(l);
        literal.kind = STIX_FLOAT;
    }
    literal.text = text_between(l, from, offset_of(l));
    if (literal.kind == STIX_INTEGER &&
        (count == 0 || (has_zero && count > 1) || read_integer(literal.text, &literal.integer) < 0))
        return refuse(l, STIX_PATTERN_LITERAL, from);
    *ret_literal = literal;
    return 0;
}

static void take_name(struct lexer *l, struct stix_token *t)
{
    bool has_hyphen = false;
    size_t from = offset_of(l);
    for (uint8_t c = peek(l, 0); is_letter(c) || is_digit(c) || c == '-'; c = peek(l, 0)) {
        has_hyphen |= c == '-';
        reader_skip(&l->r, 1);
    }
    struct stix_text text = text_between(l, from, offset_of(l));
    t->kind = has_hyphen ? STIX_TOKEN_HYPHEN_NAME : STIX_TOKEN_NAME;
    for (unsigned i = 0; i < array_len(keywords); i++)
        if (stix_text_is(text, keywords[i]))
            t->kind = STIX_TOKEN_AND + i;
    bool is_true = stix_text_is(text, "true");
    if (is_true || stix_text_is(text, "false")) {
        t->kind = STIX_TOKEN_LITERAL;
        t->literal = (struct stix_literal){.kind = STIX_BOOLEAN, .text = text, .integer = is_true};
    }
}

static const struct {
    const char *word;
    enum stix_op op;
} comparisons[] = { /* longer ones first */
    {"==", STIX_EQUAL}, {"!=", STIX_NOT_EQUAL}, {"<>", STIX_NOT_EQUAL}, {"<=", STIX_LESS_EQUAL}, {">=", STIX_GREATER_EQUAL},
    {"=", STIX_EQUAL},  {"<", STIX_LESS},       {">", STIX_GREATER},
};

static int take_sign(struct lexer *l, struct stix_token *t)
{
    for (size_t i = 0; i < array_len(comparisons); i++) {
        size_t len = strlen(comparisons[i].word);
        if (l->r.left >= len && memcmp(l->r.at, comparisons[i].word, len) == 0) {
            reader_skip(&l->r, len);
            t->kind = STIX_TOKEN_COMPARISON;
            t->op = comparisons[i].op;
            return 0;
        }
    }
    uint8_t c = reader_u8(&l->r);
    if (c == '\0' || !strchr("[]():.,*", c))
        return refuse(l, STIX_PATTERN_CHARACTER, offset_of(l) - 1);
    t->kind = STIX_TOKEN_PUNCTUATION;
    t->sign = (char)c;
    return 0;
}

static int take_token(struct lexer *l, struct stix_token *t)
{
    uint8_t c = peek(l, 0), next = peek(l, 1);
    t->kind = STIX_TOKEN_LITERAL;
    if (l->r.left == 0) {
        t->kind = STIX_TOKEN_END;
        return 0;
    }
    if (c == '\'') {
        t->literal.kind = STIX_STRING;
        return take_string(l, &t->literal.text);
    }
    if ((c == 'h' || c == 'b' || c == 't') && next == '\'')
        return take_typed(l, &t->literal);
    if (is_digit(c) || c == '+' || c == '-' || (c == '.' && is_digit(next)))
        return take_number(l, &t->literal);
    if (!is_letter(c))
        return take_sign(l, t);
    take_name(l, t);
    return 0;
}

int stix_token_next(struct stix_pattern *pattern, size_t *at, struct stix_token *ret_token, struct stix_pattern_flaw *ret_flaw)
{
    struct lexer l = {.pattern = pattern, .r = reader_of(pattern->text + *at, pattern->text_len - *at)};
    int result = skip_blank(&l);
    struct stix_token t = {.from = (uint16_t)offset_of(&l)};
    if (result == 0)
        result = take_token(&l, &t);
    if (result < 0) {
        *ret_flaw = l.flaw;
        return result;
    }
    t.to = (uint16_t)offset_of(&l);
    *at = t.to;
    *ret_token = t;
    return 0;
}
