/* Reduces the tree of a STIX pattern to a list of values. */
#include "proto/stix/matchers.h"

#include <assert.h>
#include <errno.h>
#include <string.h>

#include "base/addr.h"
#include "base/text.h"

static const char *const match_words[] = {
    [STIX_MATCH_SHA512] = "sha512",
    [STIX_MATCH_SHA256] = "sha256",
    [STIX_MATCH_SHA1] = "sha1",
    [STIX_MATCH_MD5] = "md5",
    [STIX_MATCH_CERTIFICATE_SHA256] = "certificate-sha256",
    [STIX_MATCH_CERTIFICATE_SHA1] = "certificate-sha1",
    [STIX_MATCH_CERTIFICATE_MD5] = "certificate-md5",
    [STIX_MATCH_URL] = "url",
    [STIX_MATCH_EMAIL] = "email",
    [STIX_MATCH_NAME] = "name",
    [STIX_MATCH_SUBDOMAINS] = "subdomains",
    [STIX_MATCH_ADDRESS] = "address",
    [STIX_MATCH_PREFIX] = "prefix",
    [STIX_MATCH_AS] = "as",
};
static_assert(array_len(match_words) == STIX_MATCH_COUNT, "each match has its word");

static const char *const why_texts[] = {
    [STIX_WHY_NONE] = N_("nothing is missing"),
    [STIX_WHY_NEGATED] = N_("what must not be the case (NOT, !=) cannot be looked up"),
    [STIX_WHY_PATH] = N_("this property is not watched"),
    [STIX_WHY_OPERATOR] = N_("this comparison does not name a single value"),
    [STIX_WHY_REGEX] = N_("regular expressions are not matched"),
    [STIX_WHY_WILDCARD] = N_("of wildcards only a leading \"%.\" before a domain name is matched"),
    [STIX_WHY_VALUE] = N_("the value is not one of this property"),
    [STIX_WHY_OTHER_OBJECTS] = N_("AND joins properties of different objects"),
    [STIX_WHY_OBSERVATIONS] = N_("several observations are needed together"),
    [STIX_WHY_SEQUENCE] = N_("observations are needed in an order (FOLLOWEDBY)"),
    [STIX_WHY_REPEATED] = N_("the observation has to be repeated (REPEATS)"),
    [STIX_WHY_TOO_MANY] = N_("the pattern has more values than allowed; those behind are not matched"),
};
static_assert(array_len(why_texts) == STIX_WHY_COUNT, "each reason has its text");

const char *stix_match_word(enum stix_match match)
{
    return (unsigned)match < STIX_MATCH_COUNT ? match_words[match] : "unknown";
}

const char *stix_why_text(enum stix_why why)
{
    return (unsigned)why < STIX_WHY_COUNT ? why_texts[why] : why_texts[STIX_WHY_OPERATOR];
}

/* What the value of a property is. */
enum property { NO_PROPERTY, NAME, ADDRESS_V4, ADDRESS_V6, ENDPOINT, URL, EMAIL, AS_NUMBER, DIGEST, OBJECT_TYPE };

struct subject {
    enum property property;
    enum stix_end end;
    enum stix_match digest;
};

enum { PATH_MAX_OCTETS = 96, VALUE_MAX = 2047, NAME_MAX_OCTETS = 253, EMAIL_MAX = 320 /* RFC 3696 3 */ };

static const struct {
    const char *path;
    enum property property;
    enum stix_end end;
} paths[] = {
    {"domain-name:value", NAME, STIX_END_ANY},
    {"ipv4-addr:value", ADDRESS_V4, STIX_END_ANY},
    {"ipv6-addr:value", ADDRESS_V6, STIX_END_ANY},
    {"url:value", URL, STIX_END_ANY},
    {"email-addr:value", EMAIL, STIX_END_ANY},
    {"email-message:from_ref.value", EMAIL, STIX_END_SOURCE},
    {"email-message:sender_ref.value", EMAIL, STIX_END_SOURCE},
    {"autonomous-system:number", AS_NUMBER, STIX_END_ANY},
    {"network-traffic:dst_ref.value", ENDPOINT, STIX_END_DESTINATION},
    {"network-traffic:src_ref.value", ENDPOINT, STIX_END_SOURCE},
    {"network-traffic:dst_ref.type", OBJECT_TYPE, STIX_END_DESTINATION},
    {"network-traffic:src_ref.type", OBJECT_TYPE, STIX_END_SOURCE},
    {"network-traffic:extensions.http-request-ext.request_header.Host", NAME, STIX_END_DESTINATION},
};

/* Hashes by the object that has them; names as in the vocabulary (10.7), in either case and with or without hyphens. */
static const struct {
    const char *prefix, *algorithm;
    enum stix_match match;
    unsigned digits;
} digests[] = {
    {"file:hashes.", "md5", STIX_MATCH_MD5, 32},
    {"file:hashes.", "sha1", STIX_MATCH_SHA1, 40},
    {"file:hashes.", "sha256", STIX_MATCH_SHA256, 64},
    {"file:hashes.", "sha512", STIX_MATCH_SHA512, 128},
    {"artifact:hashes.", "md5", STIX_MATCH_MD5, 32},
    {"artifact:hashes.", "sha1", STIX_MATCH_SHA1, 40},
    {"artifact:hashes.", "sha256", STIX_MATCH_SHA256, 64},
    {"artifact:hashes.", "sha512", STIX_MATCH_SHA512, 128},
    {"x509-certificate:hashes.", "md5", STIX_MATCH_CERTIFICATE_MD5, 32},
    {"x509-certificate:hashes.", "sha1", STIX_MATCH_CERTIFICATE_SHA1, 40},
    {"x509-certificate:hashes.", "sha256", STIX_MATCH_CERTIFICATE_SHA256, 64},
};

static unsigned digits_of(enum stix_match match)
{
    for (size_t i = 0; i < array_len(digests); i++)
        if (digests[i].match == match)
            return digests[i].digits;
    return 0;
}

/* "type:key.key", terminated; -ENAMETOOLONG also for a path with an index or a key that holds what separates keys. */
static int write_path(const struct stix_pattern *p, const struct stix_node *n, char to[PATH_MAX_OCTETS])
{
    size_t len = n->type.len;
    if (len >= PATH_MAX_OCTETS)
        return -ENAMETOOLONG;
    memcpy(to, n->type.at, len);
    for (unsigned i = 0; i < n->step_count; i++) {
        const struct stix_step *s = &p->step[n->step + i];
        bool is_odd = s->kind != STIX_STEP_KEY || memchr(s->key.at, '.', s->key.len) || memchr(s->key.at, '\0', s->key.len);
        if (is_odd || len + s->key.len + 2 > PATH_MAX_OCTETS)
            return -ENAMETOOLONG;
        to[len++] = i == 0 ? ':' : '.';
        memcpy(to + len, s->key.at, s->key.len);
        len += s->key.len;
    }
    to[len] = '\0';
    return 0;
}

static char lower(char c)
{
    return c >= 'A' && c <= 'Z' ? (char)(c - 'A' + 'a') : c;
}

static bool is_algorithm(const char *text, const char *algorithm)
{
    for (; *text; text++) {
        if (*text == '-' || *text == '_')
            continue;
        if (lower(*text) != *algorithm)
            return false;
        algorithm++;
    }
    return *algorithm == '\0';
}

static struct subject subject_of(const struct stix_pattern *p, const struct stix_node *n)
{
    char path[PATH_MAX_OCTETS];
    if (write_path(p, n, path) < 0)
        return (struct subject){.property = NO_PROPERTY};
    for (size_t i = 0; i < array_len(paths); i++)
        if (strcmp(path, paths[i].path) == 0)
            return (struct subject){.property = paths[i].property, .end = paths[i].end};
    for (size_t i = 0; i < array_len(digests); i++) {
        size_t len = strlen(digests[i].prefix);
        if (strncmp(path, digests[i].prefix, len) == 0 && is_algorithm(path + len, digests[i].algorithm))
            return (struct subject){.property = DIGEST, .digest = digests[i].match};
    }
    return (struct subject){.property = NO_PROPERTY};
}

/* Forms: as much as is needed to take no value for what it is not. */

static bool is_hex(struct stix_text v, unsigned digits)
{
    for (size_t i = 0; i < v.len; i++) {
        char c = lower(v.at[i]);
        if (!(c >= '0' && c <= '9') && !(c >= 'a' && c <= 'f'))
            return false;
    }
    return v.len == digits;
}

static bool has_any(struct stix_text v, const char *characters)
{
    for (size_t i = 0; i < v.len; i++)
        if ((unsigned char)v.at[i] <= ' ' || v.at[i] == 0x7f || strchr(characters, v.at[i]))
            return true;
    return false;
}

/* A name, also one that is not yet in A-labels. */
static bool is_name(struct stix_text v)
{
    if (v.len == 0 || v.len > NAME_MAX_OCTETS || has_any(v, "/:@%*\\\"'[]()<>,;?#"))
        return false;
    bool is_number = true; /* the last label: then it is a broken address (RFC 3696 2) */
    for (size_t i = 0; i < v.len; i++) {
        if (v.at[i] == '.' && (i == 0 || v.at[i - 1] == '.'))
            return false;
        if (v.at[i] == '.' && i + 1 < v.len)
            is_number = true;
        else if (v.at[i] != '.')
            is_number &= v.at[i] >= '0' && v.at[i] <= '9';
    }
    return !is_number;
}

static bool is_url(struct stix_text v)
{
    const char *colon = memchr(v.at, ':', v.len);
    size_t scheme = colon ? (size_t)(colon - v.at) : 0;
    return scheme > 0 && v.len > scheme + 3 && memcmp(colon, "://", 3) == 0 && v.len <= VALUE_MAX && !has_any(v, "");
}

static bool is_email(struct stix_text v)
{
    const char *at = v.len ? memrchr(v.at, '@', v.len) : NULL;
    size_t local = at ? (size_t)(at - v.at) : 0;
    struct stix_text domain = {.at = at ? at + 1 : NULL, .len = (uint16_t)(at ? v.len - local - 1 : 0)};
    return local > 0 && v.len <= EMAIL_MAX && !has_any(v, "") && is_name(domain);
}

/* An address or a prefix without host bits, of that family or (0) any. */
static bool is_address(struct stix_text v, int family, enum stix_match *ret_match)
{
    char text[ADDR_TEXT_MAX + sizeof "/128"];
    struct addr_prefix prefix;
    if (v.len == 0 || v.len >= sizeof text || memchr(v.at, '\0', v.len))
        return false;
    memcpy(text, v.at, v.len);
    text[v.len] = '\0';
    if (addr_prefix_parse(text, &prefix) < 0)
        return false;
    int written = strchr(text, ':') ? 6 : 4;
    *ret_match = prefix.bits == 128 ? STIX_MATCH_ADDRESS : STIX_MATCH_PREFIX;
    return family == 0 || family == written;
}

/* Is the value one of that property; what does it match? */
static bool match_of(const struct subject *s, struct stix_text v, enum stix_match *ret_match)
{
    bool is_v4 = s->property == ADDRESS_V4, is_v6 = s->property == ADDRESS_V6;
    enum stix_match match = STIX_MATCH_NAME;
    bool good = false;
    switch (s->property) {
    case NO_PROPERTY:
    case OBJECT_TYPE:
        break;
    case ADDRESS_V4:
    case ADDRESS_V6:
    case ENDPOINT:
        good = is_address(v, is_v4 ? 4 : is_v6 ? 6 : 0, &match);
        if (!good && s->property == ENDPOINT)
            good = is_name(v);
        break;
    case NAME:
        good = is_name(v);
        break;
    case URL:
        good = is_url(v);
        match = STIX_MATCH_URL;
        break;
    case EMAIL:
        good = is_email(v);
        match = STIX_MATCH_EMAIL;
        break;
    case AS_NUMBER:
        break;
    case DIGEST:
        good = is_hex(v, digits_of(s->digest));
        match = s->digest;
        break;
    }
    if (good)
        *ret_match = match;
    return good;
}

/* The matchers of a part of the tree are those from `from` to the end of the list. */
struct reduced {
    unsigned from;
    enum stix_why why;
    struct stix_text why_part;
    bool is_negated;         /* something in it is */
    struct stix_text object; /* type of the objects that it compares; len 0: several */
    struct stix_text type;   /* it only says of which type the value is; len 0: no */
    enum stix_end type_end;
};

struct reduction {
    const struct stix_pattern *p;
    struct stix_matchers *m;
};

static void set_why(struct reduced *r, enum stix_why why, struct stix_text part)
{
    if (r->why != STIX_WHY_NONE)
        return;
    r->why = why;
    r->why_part = part;
}

static void add(struct reduction *d, struct reduced *r, struct stix_matcher matcher, struct stix_text part)
{
    if (d->m->count == STIX_MATCHERS_MAX) {
        set_why(r, STIX_WHY_TOO_MANY, part);
        return;
    }
    d->m->matcher[d->m->count++] = matcher;
}

static bool same_text(struct stix_text a, struct stix_text b)
{
    return a.len == b.len && (a.len == 0 || memcmp(a.at, b.at, a.len) == 0);
}

/* One value of a comparison by =, IN, LIKE or ISSUBSET. */
static void reduce_value(struct reduction *d, struct reduced *r, const struct stix_node *n, const struct subject *s,
                         const struct stix_literal *l)
{
    struct stix_matcher matcher = {.end = s->end, .value = l->text, .match = STIX_MATCH_AS};
    if (s->property == AS_NUMBER) {
        if (l->kind == STIX_INTEGER && l->integer >= 0 && l->integer <= UINT32_MAX && l->text.at[0] != '+' && l->text.at[0] != '-')
            add(d, r, matcher, n->source);
        else
            set_why(r, STIX_WHY_VALUE, n->source);
        return;
    }
    bool has_percent = l->kind == STIX_STRING && memchr(l->text.at, '%', l->text.len);
    bool has_underscore = l->kind == STIX_STRING && memchr(l->text.at, '_', l->text.len);
    bool is_below = false;
    if (n->op == STIX_LIKE && (has_percent || has_underscore)) {
        is_below = s->property == NAME && !has_underscore && l->text.len > 2 && memcmp(l->text.at, "%.", 2) == 0;
        if (!is_below) {
            set_why(r, STIX_WHY_WILDCARD, n->source);
            return;
        }
        matcher.value.at += 2;
        matcher.value.len = (uint16_t)(matcher.value.len - 2);
        if (memchr(matcher.value.at, '%', matcher.value.len)) {
            set_why(r, STIX_WHY_WILDCARD, n->source);
            return;
        }
    }
    if (l->kind != STIX_STRING || !match_of(s, matcher.value, &matcher.match)) {
        set_why(r, STIX_WHY_VALUE, n->source);
        return;
    }
    if (is_below)
        matcher.match = STIX_MATCH_SUBDOMAINS;
    add(d, r, matcher, n->source);
}

static enum stix_why why_of_op(const struct stix_node *n, const struct subject *s)
{
    bool is_address = s->property == ADDRESS_V4 || s->property == ADDRESS_V6 || s->property == ENDPOINT;
    switch (n->op) {
    case STIX_EQUAL:
    case STIX_IN:
        return STIX_WHY_NONE;
    case STIX_LIKE:
        return s->property == AS_NUMBER ? STIX_WHY_OPERATOR : STIX_WHY_NONE;
    case STIX_ISSUBSET:
        return is_address ? STIX_WHY_NONE : STIX_WHY_OPERATOR;
    case STIX_MATCHES:
        return STIX_WHY_REGEX;
    case STIX_NOT_EQUAL:
        return STIX_WHY_NEGATED;
    case STIX_LESS:
    case STIX_LESS_EQUAL:
    case STIX_GREATER:
    case STIX_GREATER_EQUAL:
    case STIX_ISSUPERSET:
    case STIX_EXISTS:
        break;
    }
    return STIX_WHY_OPERATOR;
}

static struct reduced reduce_test(struct reduction *d, const struct stix_node *n)
{
    struct reduced r = {.from = d->m->count, .object = n->type};
    struct subject s = subject_of(d->p, n);
    r.is_negated = n->is_negated || n->op == STIX_NOT_EQUAL;
    enum stix_why why = why_of_op(n, &s);
    if (r.is_negated)
        why = STIX_WHY_NEGATED;
    else if (s.property == NO_PROPERTY || s.property == OBJECT_TYPE)
        why = STIX_WHY_PATH;
    set_why(&r, why, n->source);
    if (s.property == OBJECT_TYPE && !r.is_negated && n->op == STIX_EQUAL && d->p->literal[n->literal].kind == STIX_STRING) {
        r.type = d->p->literal[n->literal].text;
        r.type_end = s.end;
    }
    if (why != STIX_WHY_NONE)
        return r;
    for (unsigned i = 0; i < n->literal_count; i++)
        reduce_value(d, &r, n, &s, &d->p->literal[n->literal + i]);
    if (n->literal_count == 0) /* IN () is never true */
        set_why(&r, STIX_WHY_VALUE, n->source);
    return r;
}

static struct reduced reduce(struct reduction *d, uint16_t node);

/* Any of the children is enough. */
static struct reduced reduce_any(struct reduction *d, const struct stix_node *n)
{
    struct reduced r = {.from = d->m->count};
    for (uint16_t c = n->first; c != 0; c = d->p->node[c].next) {
        struct reduced part = reduce(d, c);
        if (part.why != STIX_WHY_NONE)
            set_why(&r, part.why, part.why_part);
        r.is_negated |= part.is_negated;
        if (c == n->first)
            r.object = part.object;
        else if (!same_text(r.object, part.object))
            r.object.len = 0;
    }
    return r;
}

/* Does "dst_ref.type = ..." say no more of these than their values do? */
static bool is_implied(const struct reduced *type, const struct stix_matcher *m)
{
    bool is_v6 = memchr(m->value.at, ':', m->value.len) != NULL;
    bool is_address = m->match == STIX_MATCH_ADDRESS || m->match == STIX_MATCH_PREFIX;
    const char *word = is_address ? (is_v6 ? "ipv6-addr" : "ipv4-addr") : "domain-name";
    return (is_address || m->match == STIX_MATCH_NAME) && m->end == type->type_end && stix_text_is(type->type, word);
}

static void drop_from(struct reduction *d, unsigned from)
{
    d->m->count = from;
}

static unsigned weakest(const struct stix_matchers *m, unsigned from)
{
    unsigned worst = 0;
    for (unsigned i = from; i < m->count; i++)
        if (m->matcher[i].match > worst)
            worst = m->matcher[i].match;
    return worst;
}

/* All children have to hold: the one whose weakest value is the strongest stands for them. */
static struct reduced reduce_all(struct reduction *d, const struct stix_node *n)
{
    struct reduced best = {.from = d->m->count}, types[2] = {{.from = 0}};
    unsigned best_count = 0, best_worst = STIX_MATCH_COUNT, type_count = 0, others = 0;
    bool is_mixed = false, is_negated = false;
    struct stix_text negated_part = n->source, object = {.at = NULL};
    for (uint16_t c = n->first; c != 0; c = d->p->node[c].next) {
        unsigned from = best.from + best_count;
        struct reduced part = reduce(d, c);
        unsigned count = d->m->count - from, worst = weakest(d->m, from);
        object = c == n->first ? part.object : object;
        is_mixed |= part.object.len == 0 || !same_text(object, part.object);
        if (part.is_negated && !is_negated)
            negated_part = part.why == STIX_WHY_NEGATED ? part.why_part : d->p->node[c].source;
        is_negated |= part.is_negated;
        if (part.type.len > 0 && type_count < array_len(types))
            types[type_count++] = part;
        else
            others++;
        if (count > 0 && worst < best_worst) {
            memmove(d->m->matcher + best.from, d->m->matcher + from, count * sizeof d->m->matcher[0]);
            part.from = best.from;
            best = part;
            best_count = count;
            best_worst = worst;
        } else if (best_count == 0 && part.type.len == 0 && best.why == STIX_WHY_NONE) {
            set_why(&best, part.why, part.why_part);
        }
        drop_from(d, best.from + best_count);
    }
    best.object = object;
    best.type.len = 0;
    best.is_negated = is_negated;
    if (is_negated || is_mixed) {
        drop_from(d, best.from);
        best.why = STIX_WHY_NONE;
        set_why(&best, is_negated ? STIX_WHY_NEGATED : STIX_WHY_OTHER_OBJECTS, is_negated ? negated_part : n->source);
        return best;
    }
    if (best_count == 0)
        set_why(&best, STIX_WHY_PATH, n->source);
    for (unsigned i = best.from; i < d->m->count; i++) {
        bool is_enough = others == 1;
        for (unsigned t = 0; t < type_count; t++)
            is_enough &= is_implied(&types[t], &d->m->matcher[i]);
        if (!is_enough)
            d->m->matcher[i].also = n->source;
    }
    return best;
}

static struct reduced refuse(struct reduction *d, const struct stix_node *n, enum stix_why why)
{
    struct reduced r = {.from = d->m->count};
    set_why(&r, why, n->source);
    return r;
}

static struct reduced reduce_qualified(struct reduction *d, const struct stix_node *n)
{
    if (n->qualifiers & STIX_REPEATS && n->repeats > 1)
        return refuse(d, n, STIX_WHY_REPEATED);
    struct reduced r = reduce(d, n->first); /* WITHIN: one observation is always within any time */
    for (unsigned i = r.from; i < d->m->count && n->qualifiers & STIX_START_STOP; i++) {
        struct stix_matcher *m = &d->m->matcher[i];
        m->start_us = m->has_time && m->start_us > n->start_us ? m->start_us : n->start_us;
        m->stop_us = m->has_time && m->stop_us < n->stop_us ? m->stop_us : n->stop_us;
        m->has_time = true;
    }
    return r;
}

/* As deep as the parentheses of the pattern, which are limited. */
static struct reduced reduce(struct reduction *d, uint16_t node)
{
    const struct stix_node *n = &d->p->node[node];
    switch (n->kind) {
    case STIX_NODE_TEST:
        return reduce_test(d, n);
    case STIX_NODE_OR:
    case STIX_NODE_ANY:
        return reduce_any(d, n);
    case STIX_NODE_AND:
        return reduce_all(d, n);
    case STIX_NODE_OBSERVATION:
        return reduce(d, n->first);
    case STIX_NODE_ALL:
        return refuse(d, n, STIX_WHY_OBSERVATIONS);
    case STIX_NODE_FOLLOWEDBY:
        return refuse(d, n, STIX_WHY_SEQUENCE);
    case STIX_NODE_QUALIFIED:
        return reduce_qualified(d, n);
    }
    return refuse(d, n, STIX_WHY_OPERATOR);
}

unsigned stix_matchers_of(const struct stix_pattern *pattern, struct stix_matchers *ret_matchers)
{
    struct reduction d = {.p = pattern, .m = ret_matchers};
    ret_matchers->count = 0;
    struct reduced r = reduce(&d, pattern->root);
    ret_matchers->why = r.why;
    ret_matchers->why_part = r.why_part;
    return ret_matchers->count;
}
