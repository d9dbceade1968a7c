/* Reads JSON into a flat list of values. */
#include "base/json_tree.h"

#include <assert.h>
#include <errno.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "base/text.h"
#include "base/utf8.h"

static const char *const flaw_texts[] = {
    [JSON_TOO_LONG] = N_("the document is longer than allowed"),
    [JSON_TOO_MANY] = N_("the document has more values than allowed; split it"),
    [JSON_TOO_DEEP] = N_("arrays and objects are nested deeper than allowed"),
    [JSON_NO_UTF8] = N_("the text is not UTF-8; convert it first"),
    [JSON_NO_SYNTAX] = N_("this is not JSON"),
    [JSON_TRUNCATED] = N_("the document ends too early; is it complete?"),
    [JSON_TRAILING] = N_("something follows behind the end of the document"),
    [JSON_DUPLICATE] = N_("a member's name occurs twice in one object"),
    [JSON_NUMBER_RANGE] = N_("a number is too large"),
    [JSON_NUL] = N_("a string contains the character U+0000"),
    [JSON_NO_MEMORY] = N_("out of memory"),
};
static_assert(array_len(flaw_texts) == JSON_FLAW_COUNT, "each flaw has its text");

const char *json_flaw_text(enum json_flaw_kind kind)
{
    return (unsigned)kind < JSON_FLAW_COUNT ? flaw_texts[kind] : flaw_texts[JSON_NO_SYNTAX];
}

enum { FEW_MEMBERS = 16, FIRST_VALUES = 256, NUMBER_MAX = 400 /* digits of a number that is read; longer ones are refused */ };

struct json_tree {
    struct json_value *value;
    uint32_t count, max;
    char *text; /* as long as the document: what is taken from it is never longer than its source */
    size_t text_len, text_max;
    uint32_t open[JSON_DEPTH_MAX]; /* containers that are read, by their place */
    unsigned depth;
    const struct json_value **sorted; /* members of one object, for finding a name that occurs twice */
    size_t sorted_max;
};

struct json_tree *json_tree_new(void)
{
    return calloc(1, sizeof(struct json_tree));
}

void json_tree_free(struct json_tree *t)
{
    if (!t)
        return;
    free(t->value);
    free(t->text);
    free(t->sorted);
    free(t);
}

const struct json_value *json_value_first(const struct json_value *v)
{
    return v && v->kind >= JSON_TREE_ARRAY && v->count > 0 ? v + 1 : NULL;
}

const struct json_value *json_value_next(const struct json_value *v)
{
    return v && v + v->span < v->end ? v + v->span : NULL;
}

const struct json_value *json_value_member(const struct json_value *v, const char *name)
{
    size_t len = strlen(name);
    if (!v || v->kind != JSON_TREE_OBJECT)
        return NULL;
    const struct json_value *m = v + 1, *end = v + v->span;
    while (m < end) {
        if (m->name_len == len && memcmp(m->name, name, len) == 0)
            return m;
        m += m->span;
    }
    return NULL;
}

struct parse {
    struct json_tree *tree;
    struct reader text, r;
    const struct json_limits *limits;
    int result;
    enum json_flaw_kind kind;
    const uint8_t *at; /* the flaw */
};

static int refuse(struct parse *p, enum json_flaw_kind kind, const uint8_t *at)
{
    p->kind = kind;
    p->at = at;
    p->result = kind == JSON_NO_MEMORY ? -ENOMEM : kind <= JSON_TOO_DEEP ? -EMSGSIZE : -EBADMSG;
    return p->result;
}

/* Something else than what has to come, or nothing. */
static int refuse_next(struct parse *p)
{
    return refuse(p, p->r.left == 0 ? JSON_TRUNCATED : *p->r.at >= 0x80 ? JSON_NO_UTF8 : JSON_NO_SYNTAX, p->r.at);
}

static inline void skip_space(struct parse *p)
{
    while (p->r.left > 0 && (*p->r.at == ' ' || *p->r.at == '\n' || *p->r.at == '\t' || *p->r.at == '\r'))
        reader_skip(&p->r, 1);
}

static int hex_digit(uint8_t c)
{
    return c >= '0' && c <= '9' ? c - '0' : c >= 'a' && c <= 'f' ? c - 'a' + 10 : c >= 'A' && c <= 'F' ? c - 'A' + 10 : -1;
}

static int take_hex4(struct parse *p, uint32_t *ret_unit)
{
    uint32_t unit = 0;
    for (unsigned i = 0; i < 4; i++) {
        int digit = p->r.left > 0 ? hex_digit(*p->r.at) : -1;
        if (digit < 0)
            return refuse_next(p);
        unit = unit << 4 | (uint32_t)digit;
        reader_skip(&p->r, 1);
    }
    *ret_unit = unit;
    return 0;
}

static char *put_utf8(char *to, uint32_t c)
{
    if (c < 0x80) {
        *to++ = (char)c;
        return to;
    }
    unsigned more = c < 0x800 ? 1 : c < 0x10000 ? 2 : 3;
    static const uint8_t lead[] = {0, 0xc0, 0xe0, 0xf0};
    *to++ = (char)(lead[more] | c >> (6 * more));
    while (more-- > 0)
        *to++ = (char)(0x80 | ((c >> (6 * more)) & 0x3f));
    return to;
}

/* Behind the "\u": a character, also one of two surrogates (RFC 8259 7). */
static int take_unit(struct parse *p, char **to)
{
    const uint8_t *at = p->r.at;
    uint32_t c = 0, low = 0;
    if (take_hex4(p, &c) < 0)
        return p->result;
    if (c == 0)
        return refuse(p, JSON_NUL, at);
    if (c >= 0xd800 && c <= 0xdbff) {
        if (p->r.left < 2 || p->r.at[0] != '\\' || p->r.at[1] != 'u')
            return refuse(p, p->r.left == 0 ? JSON_TRUNCATED : JSON_NO_SYNTAX, at);
        reader_skip(&p->r, 2);
        if (take_hex4(p, &low) < 0)
            return p->result;
        if (low < 0xdc00 || low > 0xdfff)
            return refuse(p, JSON_NO_SYNTAX, at);
        c = 0x10000 + ((c - 0xd800) << 10) + (low - 0xdc00);
    } else if (c >= 0xdc00 && c <= 0xdfff) {
        return refuse(p, JSON_NO_SYNTAX, at);
    }
    *to = put_utf8(*to, c);
    return 0;
}

static int take_escape(struct parse *p, char **to)
{
    static const char plain[256] = {['"'] = '"', ['\\'] = '\\', ['/'] = '/', ['b'] = '\b', ['f'] = '\f', ['n'] = '\n', ['r'] = '\r', ['t'] = '\t'};
    uint8_t c = p->r.left > 0 ? *p->r.at : 0;
    if (c != 'u' && plain[c] == 0)
        return refuse_next(p);
    reader_skip(&p->r, 1);
    if (c == 'u')
        return take_unit(p, to);
    *(*to)++ = plain[c];
    return 0;
}

/* Octets of a string that stand for themselves alone. */
static const bool is_plain[256] = {
    [0x20 ... 0x21] = true, [0x23 ... 0x5b] = true, [0x5d ... 0x7f] = true,
};

static int take_string(struct parse *p, const char **ret_text, size_t *ret_len)
{
    struct json_tree *t = p->tree;
    char *from = t->text + t->text_len, *to = from;
    reader_skip(&p->r, 1);
    for (;;) {
        const uint8_t *run = p->r.at;
        size_t n = 0;
        while (n < p->r.left && is_plain[run[n]])
            n++;
        memcpy(to, run, n);
        to += n;
        reader_skip(&p->r, n);
        if (p->r.left == 0 || *p->r.at < 0x20)
            return refuse_next(p);
        if (*p->r.at == '"')
            break;
        if (*p->r.at == '\\') {
            reader_skip(&p->r, 1);
            if (take_escape(p, &to) < 0)
                return p->result;
            continue;
        }
        const uint8_t *character = p->r.at;
        (void)utf8_take(&p->r);
        if (p->r.failed)
            return refuse(p, JSON_NO_UTF8, character);
        size_t octets = (size_t)(p->r.at - character);
        memcpy(to, character, octets);
        to += octets;
    }
    reader_skip(&p->r, 1);
    *to++ = '\0';
    *ret_text = from;
    *ret_len = (size_t)(to - from) - 1;
    t->text_len += (size_t)(to - from);
    return 0;
}

static unsigned take_digits(struct parse *p)
{
    unsigned n = 0;
    while (p->r.left > 0 && *p->r.at >= '0' && *p->r.at <= '9') {
        reader_skip(&p->r, 1);
        n++;
    }
    return n;
}

static bool take_one_of(struct parse *p, const char *any)
{
    if (p->r.left == 0 || *p->r.at == '\0' || !strchr(any, *p->r.at))
        return false;
    reader_skip(&p->r, 1);
    return true;
}

static int take_number(struct parse *p, struct json_value *v)
{
    const uint8_t *at = p->r.at;
    char number[NUMBER_MAX + 1], *end;
    bool is_real = false;
    (void)take_one_of(p, "-");
    if (!take_one_of(p, "0") && take_digits(p) == 0)
        return refuse_next(p);
    if (take_one_of(p, ".")) {
        is_real = true;
        if (take_digits(p) == 0)
            return refuse_next(p);
    }
    if (take_one_of(p, "eE")) {
        is_real = true;
        (void)take_one_of(p, "+-");
        if (take_digits(p) == 0)
            return refuse_next(p);
    }
    size_t len = (size_t)(p->r.at - at);
    if (len > NUMBER_MAX)
        return refuse(p, JSON_NUMBER_RANGE, at);
    memcpy(number, at, len);
    number[len] = '\0';
    errno = 0;
    v->kind = is_real ? JSON_TREE_REAL : JSON_TREE_INTEGER;
    if (is_real)
        v->real = strtod(number, &end);
    else
        v->integer = strtoll(number, &end, 10);
    bool is_beyond = is_real ? isinf(v->real) : errno == ERANGE;
    return is_beyond ? refuse(p, JSON_NUMBER_RANGE, at) : 0;
}

static int take_word(struct parse *p, struct json_value *v)
{
    static const struct {
        const char *word;
        enum json_tree_kind kind;
    } words[] = {{"true", JSON_TREE_TRUE}, {"false", JSON_TREE_FALSE}, {"null", JSON_TREE_NULL}};
    for (size_t i = 0; i < array_len(words); i++) {
        size_t len = strlen(words[i].word), n = 0;
        while (n < len && n < p->r.left && p->r.at[n] == (uint8_t)words[i].word[n])
            n++;
        if (n == 0)
            continue;
        reader_skip(&p->r, n);
        v->kind = words[i].kind;
        return n == len ? 0 : refuse_next(p);
    }
    return refuse_next(p);
}

/* A place for one more value, which is not yet counted as read. */
static struct json_value *add_value(struct parse *p)
{
    struct json_tree *t = p->tree;
    if (t->count >= p->limits->values) {
        refuse(p, JSON_TOO_MANY, p->r.at);
        return NULL;
    }
    if (t->count == t->max) {
        uint32_t max = t->max ? t->max * 2 : FIRST_VALUES;
        struct json_value *more = t->max < UINT32_MAX / 2 ? realloc(t->value, max * sizeof *more) : NULL;
        if (!more) {
            refuse(p, JSON_NO_MEMORY, p->r.at);
            return NULL;
        }
        t->value = more;
        t->max = max;
    }
    struct json_value *v = &t->value[t->count++];
    *v = (struct json_value){.span = 1};
    return v;
}

static int compare_names(const void *left, const void *right)
{
    const struct json_value *a = *(const struct json_value *const *)left, *b = *(const struct json_value *const *)right;
    if (a->name_len != b->name_len)
        return a->name_len < b->name_len ? -1 : 1;
    return memcmp(a->name, b->name, a->name_len);
}

static bool is_twice(const struct json_value *object, const struct json_value *member)
{
    for (const struct json_value *m = object + 1; m < member; m += m->span)
        if (m->name_len == member->name_len && memcmp(m->name, member->name, m->name_len) == 0)
            return true;
    return false;
}

/* Are all names of the object different? Few were compared as they came. */
static int check_names(struct parse *p, const struct json_value *object)
{
    struct json_tree *t = p->tree;
    if (object->count <= FEW_MEMBERS)
        return 0;
    if (object->count > t->sorted_max) {
        const struct json_value **more = realloc(t->sorted, object->count * sizeof *more);
        if (!more)
            return refuse(p, JSON_NO_MEMORY, p->r.at);
        t->sorted = more;
        t->sorted_max = object->count;
    }
    size_t n = 0;
    for (const struct json_value *m = object + 1; m < object + object->span; m += m->span)
        t->sorted[n++] = m;
    qsort(t->sorted, n, sizeof(const struct json_value *), compare_names);
    for (size_t i = 1; i < n; i++)
        if (compare_names(&t->sorted[i - 1], &t->sorted[i]) == 0)
            return refuse(p, JSON_DUPLICATE, p->r.at);
    return 0;
}

/* One value with its name, if it is a member; a container is only opened. 0, or the flaw. */
static int begin_value(struct parse *p)
{
    struct json_tree *t = p->tree;
    struct json_value *parent = t->depth > 0 ? &t->value[t->open[t->depth - 1]] : NULL;
    const uint8_t *at = p->r.at;
    const char *name = NULL;
    size_t name_len = 0;
    if (parent && parent->kind == JSON_TREE_OBJECT) {
        if (p->r.left == 0 || *at != '"')
            return refuse_next(p);
        if (take_string(p, &name, &name_len) < 0)
            return p->result;
        skip_space(p);
        if (p->r.left == 0 || *p->r.at != ':')
            return refuse_next(p);
        reader_skip(&p->r, 1);
        skip_space(p);
    }
    if (parent)
        parent->count++;
    uint32_t place = t->count;
    struct json_value *v = add_value(p); /* from here on `parent` may be elsewhere */
    if (!v)
        return p->result;
    v->name = name;
    v->name_len = (uint32_t)name_len;
    if (name && t->value[t->open[t->depth - 1]].count <= FEW_MEMBERS && is_twice(&t->value[t->open[t->depth - 1]], v))
        return refuse(p, JSON_DUPLICATE, at);
    uint8_t c = p->r.left > 0 ? *p->r.at : 0;
    size_t len = 0;
    if (c == '"') {
        v->kind = JSON_TREE_STRING;
        int result = take_string(p, &v->text, &len);
        v->len = len;
        return result;
    }
    if (c == '{' || c == '[') {
        if (t->depth >= p->limits->depth || t->depth >= JSON_DEPTH_MAX)
            return refuse(p, JSON_TOO_DEEP, p->r.at);
        v->kind = c == '{' ? JSON_TREE_OBJECT : JSON_TREE_ARRAY;
        t->open[t->depth++] = place;
        reader_skip(&p->r, 1);
        return 0;
    }
    return c == '-' || (c >= '0' && c <= '9') ? take_number(p, v) : take_word(p, v);
}

/* Closes what ends here. 1: another value follows in the innermost container; 0: the document is complete. */
static int end_values(struct parse *p, bool is_begun)
{
    struct json_tree *t = p->tree;
    while (t->depth > 0) {
        struct json_value *container = &t->value[t->open[t->depth - 1]];
        skip_space(p);
        uint8_t c = p->r.left > 0 ? *p->r.at : 0;
        if (c == (container->kind == JSON_TREE_OBJECT ? '}' : ']')) {
            reader_skip(&p->r, 1);
            container->span = t->count - t->open[--t->depth];
            if (container->kind == JSON_TREE_OBJECT && check_names(p, container) < 0)
                return p->result;
            is_begun = false;
            continue;
        }
        if (is_begun)
            return 1;
        if (c != ',')
            return refuse_next(p);
        reader_skip(&p->r, 1);
        skip_space(p);
        return 1;
    }
    return 0;
}

static int read_values(struct parse *p)
{
    struct json_tree *t = p->tree;
    skip_space(p);
    for (int more = 1; more == 1;) {
        unsigned depth = t->depth;
        if (begin_value(p) < 0)
            return p->result;
        more = end_values(p, t->depth > depth);
        if (more < 0)
            return more;
    }
    skip_space(p);
    return p->r.left > 0 ? refuse(p, JSON_TRAILING, p->r.at) : 0;
}

/* Tells each value where its container ends. */
static void link_values(struct json_tree *t)
{
    const struct json_value *end = t->value + t->count;
    for (uint32_t i = 0; i < t->count; i++) {
        struct json_value *v = &t->value[i];
        if (i == 0)
            v->end = end;
        if (v->kind >= JSON_TREE_ARRAY)
            for (struct json_value *m = v + 1; m < v + v->span; m += m->span)
                m->end = v + v->span;
    }
}

static void place_of(const struct parse *p, struct json_flaw *f)
{
    struct reader text = p->text;
    size_t before = p->at ? (size_t)(p->at - text.at) : 0;
    f->line = f->column = 1;
    for (size_t i = 0; i < before; i++) {
        bool is_line = reader_u8(&text) == '\n';
        f->line += is_line;
        f->column = is_line ? 1 : f->column + 1;
    }
}

int json_tree_read(struct json_tree *t, struct reader *r, const struct json_limits *limits, const struct json_value **ret_value,
                   struct json_flaw *ret_flaw)
{
    struct parse p = {.tree = t, .limits = limits, .text = reader_sub(r, r->left)};
    p.r = p.text;
    t->count = 0;
    t->text_len = 0;
    t->depth = 0;
    if (p.text.left > limits->octets) {
        *ret_flaw = (struct json_flaw){.kind = JSON_TOO_LONG};
        return -EMSGSIZE;
    }
    if (t->text_max < p.text.left + 1) {
        free(t->text);
        t->text_max = 0;
        t->text = malloc(p.text.left * 2 + 1);
        if (t->text)
            t->text_max = p.text.left * 2 + 1;
    }
    int result = t->text ? read_values(&p) : refuse(&p, JSON_NO_MEMORY, p.text.at);
    if (result < 0) {
        *ret_flaw = (struct json_flaw){.kind = p.kind};
        place_of(&p, ret_flaw);
        return result;
    }
    link_values(t);
    *ret_value = t->value;
    return 0;
}
