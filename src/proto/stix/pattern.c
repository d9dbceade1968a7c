/* Builds the tree of a STIX pattern: recursive descent, one word ahead. */
#include "proto/stix/pattern.h"

#include <assert.h>
#include <errno.h>
#include <string.h>

#include "base/text.h"
#include "base/timestamp.h"
#include "base/utf8.h"
#include "proto/stix/pattern_token.h"

static const char *const flaw_texts[] = {
    [STIX_PATTERN_TOO_LONG] = N_("the pattern is longer than allowed"),
    [STIX_PATTERN_TOO_DEEP] = N_("parentheses are nested deeper than allowed"),
    [STIX_PATTERN_TOO_MANY] = N_("the pattern has more comparisons or values than allowed"),
    [STIX_PATTERN_NO_UTF8] = N_("the pattern is not UTF-8"),
    [STIX_PATTERN_CHARACTER] = N_("a character that means nothing in a pattern"),
    [STIX_PATTERN_OPEN_STRING] = N_("a string has no end"),
    [STIX_PATTERN_ESCAPE] = N_("only \\' and \\\\ may be escaped in a string"),
    [STIX_PATTERN_LITERAL] = N_("a number, timestamp, hexadecimal or base64 value is malformed"),
    [STIX_PATTERN_OPEN_COMMENT] = N_("a comment has no end"),
    [STIX_PATTERN_EXPECTED_OBSERVATION] = N_("an observation in [ ] is expected here"),
    [STIX_PATTERN_EXPECTED_PATH] = N_("an object path (type:property) is expected here"),
    [STIX_PATTERN_EXPECTED_OPERATOR] = N_("a comparison operator is expected here"),
    [STIX_PATTERN_EXPECTED_VALUE] = N_("a value that this operator can take is expected here"),
    [STIX_PATTERN_EXPECTED_CLOSE] = N_("the bracket is not closed, or AND or OR is missing here"),
    [STIX_PATTERN_EXPECTED_UNIT] = N_("SECONDS, STOP or TIMES is expected here"),
    [STIX_PATTERN_TWICE] = N_("this qualifier is there already"),
    [STIX_PATTERN_NO_TIME] = N_("STOP must be after START"),
    [STIX_PATTERN_TRAILING] = N_("something follows behind the end of the pattern"),
};
static_assert(array_len(flaw_texts) == STIX_PATTERN_FLAW_COUNT, "each flaw has its text");

const char *stix_pattern_flaw_text(enum stix_pattern_flaw_kind kind)
{
    return (unsigned)kind < STIX_PATTERN_FLAW_COUNT ? flaw_texts[kind] : flaw_texts[STIX_PATTERN_CHARACTER];
}

bool stix_text_is(struct stix_text text, const char *word)
{
    return strlen(word) == text.len && memcmp(text.at, word, text.len) == 0;
}

struct parser {
    struct stix_pattern *pattern;
    struct stix_token token; /* that comes next */
    size_t at;               /* behind it */
    uint16_t end;            /* of the word before it */
    bool failed;             /* then the token is the end for ever */
    struct stix_pattern_flaw flaw;
};

/* Nodes are numbers; 0 is the one of failure, so that each step may go on without looking. */
static uint16_t refuse(struct parser *p, enum stix_pattern_flaw_kind kind, size_t offset)
{
    if (!p->failed)
        p->flaw = (struct stix_pattern_flaw){.kind = kind, .offset = offset};
    p->failed = true;
    p->token = (struct stix_token){.kind = STIX_TOKEN_END};
    return 0;
}

static void advance(struct parser *p)
{
    struct stix_pattern_flaw flaw;
    p->end = p->token.to;
    if (!p->failed && stix_token_next(p->pattern, &p->at, &p->token, &flaw) < 0)
        refuse(p, flaw.kind, flaw.offset);
}

static bool take(struct parser *p, enum stix_token_kind kind)
{
    bool is_it = p->token.kind == kind && !p->failed;
    if (is_it)
        advance(p);
    return is_it;
}

static bool is_sign(const struct parser *p, char sign)
{
    return p->token.kind == STIX_TOKEN_PUNCTUATION && p->token.sign == sign;
}

static bool take_sign(struct parser *p, char sign)
{
    return is_sign(p, sign) && take(p, STIX_TOKEN_PUNCTUATION);
}

static struct stix_text source_of(const struct parser *p, uint16_t from)
{
    return (struct stix_text){.at = p->pattern->text + from, .len = (uint16_t)(p->end > from ? p->end - from : 0)};
}

static uint16_t new_node(struct parser *p, enum stix_node_kind kind, uint16_t first)
{
    if (p->pattern->nodes == STIX_PATTERN_NODES_MAX)
        return refuse(p, STIX_PATTERN_TOO_MANY, p->token.from);
    p->pattern->node[p->pattern->nodes] = (struct stix_node){.kind = kind, .first = first};
    return (uint16_t)p->pattern->nodes++;
}

static void add_step(struct parser *p, struct stix_node *n, struct stix_step step)
{
    if (p->pattern->steps == STIX_PATTERN_STEPS_MAX) {
        refuse(p, STIX_PATTERN_TOO_MANY, p->token.from);
        return;
    }
    p->pattern->step[p->pattern->steps++] = step;
    n->step_count++;
}

/* A name without a hyphen, or a string. */
static void take_key(struct parser *p, struct stix_node *n)
{
    struct stix_step step = {.kind = STIX_STEP_KEY};
    bool is_name = p->token.kind == STIX_TOKEN_NAME;
    bool is_string = p->token.kind == STIX_TOKEN_LITERAL && p->token.literal.kind == STIX_STRING;
    if (is_name)
        step.key = (struct stix_text){.at = p->pattern->text + p->token.from, .len = (uint16_t)(p->token.to - p->token.from)};
    else if (is_string)
        step.key = p->token.literal.text;
    else {
        refuse(p, STIX_PATTERN_EXPECTED_PATH, p->token.from);
        return;
    }
    add_step(p, n, step);
    advance(p);
}

/* [3], [-1] or [*], behind the bracket. */
static void take_index(struct parser *p, struct stix_node *n)
{
    struct stix_step step = {.kind = STIX_STEP_ANY};
    if (p->token.kind == STIX_TOKEN_LITERAL && p->token.literal.kind == STIX_INTEGER) {
        step.kind = STIX_STEP_INDEX;
        step.index = p->token.literal.integer;
    } else if (!is_sign(p, '*')) {
        refuse(p, STIX_PATTERN_EXPECTED_PATH, p->token.from);
        return;
    }
    add_step(p, n, step);
    advance(p);
    if (!take_sign(p, ']'))
        refuse(p, STIX_PATTERN_EXPECTED_CLOSE, p->token.from);
}

static void take_path(struct parser *p, struct stix_node *n)
{
    uint16_t from = p->token.from;
    if (!take(p, STIX_TOKEN_NAME) && !take(p, STIX_TOKEN_HYPHEN_NAME)) {
        refuse(p, STIX_PATTERN_EXPECTED_PATH, from);
        return;
    }
    n->type = source_of(p, from);
    n->step = (uint16_t)p->pattern->steps;
    if (!take_sign(p, ':')) {
        refuse(p, STIX_PATTERN_EXPECTED_PATH, p->token.from);
        return;
    }
    take_key(p, n);
    while (!p->failed && (is_sign(p, '.') || is_sign(p, '['))) {
        bool is_index = is_sign(p, '[');
        advance(p);
        if (is_index)
            take_index(p, n);
        else
            take_key(p, n);
    }
}

static void take_literal(struct parser *p, struct stix_node *n)
{
    if (p->token.kind != STIX_TOKEN_LITERAL) {
        refuse(p, STIX_PATTERN_EXPECTED_VALUE, p->token.from);
        return;
    }
    if (p->pattern->literals == STIX_PATTERN_LITERALS_MAX) {
        refuse(p, STIX_PATTERN_TOO_MANY, p->token.from);
        return;
    }
    p->pattern->literal[p->pattern->literals++] = p->token.literal;
    n->literal_count++;
    advance(p);
}

static void take_set(struct parser *p, struct stix_node *n)
{
    if (!take_sign(p, '(')) {
        refuse(p, STIX_PATTERN_EXPECTED_VALUE, p->token.from);
        return;
    }
    if (take_sign(p, ')'))
        return;
    take_literal(p, n);
    while (take_sign(p, ','))
        take_literal(p, n);
    if (!take_sign(p, ')'))
        refuse(p, STIX_PATTERN_EXPECTED_CLOSE, p->token.from);
}

/* Which operands: a set, a string, or one value (that has an order). */
static void take_operand(struct parser *p, struct stix_node *n)
{
    uint16_t from = p->token.from;
    bool needs_order = n->op >= STIX_LESS && n->op <= STIX_GREATER_EQUAL;
    bool needs_string = n->op >= STIX_LIKE;
    n->literal = (uint16_t)p->pattern->literals;
    if (n->op == STIX_IN) {
        take_set(p, n);
        return;
    }
    take_literal(p, n);
    if (p->failed)
        return;
    enum stix_literal_kind kind = p->pattern->literal[n->literal].kind;
    if ((needs_order && kind == STIX_BOOLEAN) || (needs_string && kind != STIX_STRING))
        refuse(p, STIX_PATTERN_EXPECTED_VALUE, from);
}

static bool take_operator(struct parser *p, struct stix_node *n)
{
    static const struct {
        enum stix_token_kind token;
        enum stix_op op;
    } words[] = {
        {STIX_TOKEN_IN, STIX_IN},
        {STIX_TOKEN_LIKE, STIX_LIKE},
        {STIX_TOKEN_MATCHES, STIX_MATCHES},
        {STIX_TOKEN_ISSUBSET, STIX_ISSUBSET},
        {STIX_TOKEN_ISSUPERSET, STIX_ISSUPERSET},
    };
    n->op = p->token.op;
    if (take(p, STIX_TOKEN_COMPARISON))
        return true;
    for (size_t i = 0; i < array_len(words); i++) {
        n->op = words[i].op;
        if (take(p, words[i].token))
            return true;
    }
    return false;
}

static uint16_t parse_test(struct parser *p)
{
    uint16_t from = p->token.from;
    struct stix_node n = {.kind = STIX_NODE_TEST};
    uint16_t number = new_node(p, STIX_NODE_TEST, 0);
    n.is_negated = take(p, STIX_TOKEN_NOT);
    if (take(p, STIX_TOKEN_EXISTS)) {
        n.op = STIX_EXISTS;
        take_path(p, &n);
    } else if (n.is_negated) {
        return refuse(p, STIX_PATTERN_EXPECTED_PATH, p->token.from);
    } else {
        take_path(p, &n);
        n.is_negated = take(p, STIX_TOKEN_NOT);
        if (!take_operator(p, &n))
            return refuse(p, STIX_PATTERN_EXPECTED_OPERATOR, p->token.from);
        take_operand(p, &n);
    }
    n.source = source_of(p, from);
    if (p->failed)
        return 0;
    p->pattern->node[number] = n;
    return number;
}

struct level {
    enum stix_token_kind joins;
    enum stix_node_kind makes;
};
/* From what binds least to what binds most. */
static const struct level observation_levels[] = {
    {STIX_TOKEN_FOLLOWEDBY, STIX_NODE_FOLLOWEDBY}, {STIX_TOKEN_OR, STIX_NODE_ANY}, {STIX_TOKEN_AND, STIX_NODE_ALL}, {.joins = 0},
};
static const struct level comparison_levels[] = {
    {STIX_TOKEN_OR, STIX_NODE_OR}, {STIX_TOKEN_AND, STIX_NODE_AND}, {.joins = 0},
};

static uint16_t parse_level(struct parser *p, const struct level *level, bool is_observation, unsigned depth);

/* The recursion is through parentheses only, and they are counted. */
static uint16_t parse_parenthesis(struct parser *p, bool is_observation, unsigned depth)
{
    if (depth == STIX_PATTERN_DEPTH_MAX)
        return refuse(p, STIX_PATTERN_TOO_DEEP, p->token.from);
    advance(p);
    uint16_t node = parse_level(p, is_observation ? observation_levels : comparison_levels, is_observation, depth + 1);
    if (!take_sign(p, ')'))
        return refuse(p, STIX_PATTERN_EXPECTED_CLOSE, p->token.from);
    return node;
}

static int64_t take_time(struct parser *p)
{
    struct stix_literal l = p->token.literal;
    bool is_literal = p->token.kind == STIX_TOKEN_LITERAL;
    bool is_time = is_literal && l.kind == STIX_TIMESTAMP;
    if (is_literal && l.kind == STIX_STRING)
        is_time = timestamp_parse(l.text.at, l.text.len, &l.integer) == 0;
    if (!is_time) {
        refuse(p, STIX_PATTERN_EXPECTED_VALUE, p->token.from);
        return 0;
    }
    advance(p);
    return l.integer;
}

static bool is_positive(const struct stix_token *t)
{
    if (t->kind != STIX_TOKEN_LITERAL || (t->literal.kind != STIX_INTEGER && t->literal.kind != STIX_FLOAT))
        return false;
    bool has_value = false;
    for (size_t i = 0; i < t->literal.text.len; i++)
        has_value |= t->literal.text.at[i] >= '1' && t->literal.text.at[i] <= '9';
    return has_value && t->literal.text.at[0] != '-';
}

static void take_within(struct parser *p, struct stix_node *n)
{
    if (!is_positive(&p->token)) {
        refuse(p, STIX_PATTERN_EXPECTED_VALUE, p->token.from);
        return;
    }
    n->within_s = p->token.literal.text;
    advance(p);
    if (!take(p, STIX_TOKEN_SECONDS))
        refuse(p, STIX_PATTERN_EXPECTED_UNIT, p->token.from);
}

static void take_repeats(struct parser *p, struct stix_node *n)
{
    if (!is_positive(&p->token) || p->token.literal.kind != STIX_INTEGER) {
        refuse(p, STIX_PATTERN_EXPECTED_VALUE, p->token.from);
        return;
    }
    n->repeats = p->token.literal.integer;
    advance(p);
    if (!take(p, STIX_TOKEN_TIMES))
        refuse(p, STIX_PATTERN_EXPECTED_UNIT, p->token.from);
}

static void take_start_stop(struct parser *p, struct stix_node *n)
{
    n->start_us = take_time(p);
    if (!take(p, STIX_TOKEN_STOP)) {
        refuse(p, STIX_PATTERN_EXPECTED_UNIT, p->token.from);
        return;
    }
    uint16_t from = p->token.from;
    n->stop_us = take_time(p);
    if (n->stop_us <= n->start_us)
        refuse(p, STIX_PATTERN_NO_TIME, from);
}

static uint16_t parse_qualifiers(struct parser *p, uint16_t inner, uint16_t from)
{
    struct stix_node n = {.kind = STIX_NODE_QUALIFIED, .first = inner};
    while (!p->failed) {
        uint16_t at = p->token.from;
        unsigned before = n.qualifiers, one = 0;
        if (take(p, STIX_TOKEN_WITHIN)) {
            one = STIX_WITHIN;
            take_within(p, &n);
        } else if (take(p, STIX_TOKEN_START)) {
            one = STIX_START_STOP;
            take_start_stop(p, &n);
        } else if (take(p, STIX_TOKEN_REPEATS)) {
            one = STIX_REPEATS;
            take_repeats(p, &n);
        }
        if (one == 0)
            break;
        if (before & one)
            return refuse(p, STIX_PATTERN_TWICE, at);
        n.qualifiers |= one;
    }
    uint16_t number = n.qualifiers && !p->failed ? new_node(p, STIX_NODE_QUALIFIED, inner) : 0;
    if (number == 0)
        return p->failed ? 0 : inner;
    n.source = source_of(p, from);
    p->pattern->node[number] = n;
    return number;
}

static uint16_t parse_observation(struct parser *p, unsigned depth)
{
    uint16_t from = p->token.from, node;
    if (is_sign(p, '(')) {
        node = parse_parenthesis(p, true, depth);
    } else if (take_sign(p, '[')) {
        uint16_t inner = parse_level(p, comparison_levels, false, depth);
        if (!take_sign(p, ']'))
            return refuse(p, STIX_PATTERN_EXPECTED_CLOSE, p->token.from);
        node = new_node(p, STIX_NODE_OBSERVATION, inner);
        if (node)
            p->pattern->node[node].source = source_of(p, from);
    } else {
        return refuse(p, STIX_PATTERN_EXPECTED_OBSERVATION, p->token.from);
    }
    return parse_qualifiers(p, node, from);
}

/* One operand, or several that the level's word joins: they become children of one node. */
static uint16_t parse_level(struct parser *p, const struct level *level, bool is_observation, unsigned depth)
{
    if (level->joins == 0) {
        if (is_observation)
            return parse_observation(p, depth);
        return is_sign(p, '(') ? parse_parenthesis(p, false, depth) : parse_test(p);
    }
    uint16_t from = p->token.from;
    uint16_t last = parse_level(p, level + 1, is_observation, depth);
    if (p->failed || p->token.kind != level->joins)
        return last;
    uint16_t node = new_node(p, level->makes, last);
    while (take(p, level->joins)) {
        uint16_t next = parse_level(p, level + 1, is_observation, depth);
        p->pattern->node[last].next = next;
        last = next;
    }
    if (p->failed)
        return 0;
    p->pattern->node[node].source = source_of(p, from);
    return node;
}
static_assert(STIX_TOKEN_END == 0, "no word joins the operands of the last level");

/* The offset of the first octet that is no UTF-8; the length when there is none. */
static size_t utf8_end(const struct stix_pattern *p)
{
    struct reader r = reader_of(p->text, p->text_len);
    size_t good = 0;
    while (r.left > 0) {
        utf8_take(&r);
        good = r.failed ? good : p->text_len - r.left;
    }
    return good;
}

int stix_pattern_read(struct reader *r, struct stix_pattern *pattern, struct stix_pattern_flaw *ret_flaw)
{
    struct parser p = {.pattern = pattern};
    pattern->root = 0;
    pattern->nodes = 1;
    pattern->steps = pattern->literals = 0;
    pattern->plain_len = 0;
    pattern->text_len = r->left;
    if (r->left > sizeof pattern->text) {
        reader_skip(r, r->left);
        *ret_flaw = (struct stix_pattern_flaw){.kind = STIX_PATTERN_TOO_LONG, .offset = sizeof pattern->text};
        return -EBADMSG;
    }
    reader_copy(r, pattern->text, r->left);
    size_t good = utf8_end(pattern);
    if (good < pattern->text_len)
        refuse(&p, STIX_PATTERN_NO_UTF8, good);
    advance(&p);
    uint16_t root = parse_level(&p, observation_levels, true, 0);
    if (!p.failed && p.token.kind != STIX_TOKEN_END)
        refuse(&p, STIX_PATTERN_TRAILING, p.token.from);
    if (p.failed) {
        *ret_flaw = p.flaw;
        return -EBADMSG;
    }
    pattern->root = root;
    return 0;
}
