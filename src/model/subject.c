/* Brings what people and feeds write of a subject into its canonical form. */
#include "model/subject.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "base/addr.h"
#include "base/utf8.h"
#include "model/subject_url.h"

static const char *const kind_words[] = {
    [SUBJECT_DOMAIN] = "domain",   [SUBJECT_HOST] = "host",
    [SUBJECT_ADDRESS] = "address", [SUBJECT_PREFIX] = "prefix",
    [SUBJECT_URL] = "url",         [SUBJECT_MD5] = "md5",
    [SUBJECT_SHA1] = "sha1",       [SUBJECT_SHA256] = "sha256",
    [SUBJECT_SHA512] = "sha512",   [SUBJECT_CERTIFICATE] = "certificate",
    [SUBJECT_EMAIL] = "email",     [SUBJECT_JA3] = "ja3",
    [SUBJECT_JA4] = "ja4",         [SUBJECT_AS] = "as",
    [SUBJECT_ASSET] = "asset",     [SUBJECT_SOFTWARE] = "software",
    [SUBJECT_LIST] = "list",
};
_Static_assert(array_len(kind_words) == SUBJECT_KIND_COUNT, "one word per kind");

const char *subject_kind_word(enum subject_kind kind)
{
    return (unsigned)kind < SUBJECT_KIND_COUNT ? kind_words[kind] : "unknown";
}

int subject_kind_parse(const char *word, enum subject_kind *ret_kind)
{
    for (unsigned k = 0; k < SUBJECT_KIND_COUNT; k++) {
        if (strcmp(word, kind_words[k]) == 0) {
            *ret_kind = (enum subject_kind)k;
            return 0;
        }
    }
    return -EINVAL;
}

static char lower(char c)
{
    return c >= 'A' && c <= 'Z' ? (char)(c + ('a' - 'A')) : c;
}

static bool is_digit(char c)
{
    return c >= '0' && c <= '9';
}

static bool is_hex(char c)
{
    return is_digit(c) || (c >= 'a' && c <= 'f');
}

/* Presentation octets of a name, lower case: what a query name may hold but for the marks of other kinds. */
static bool is_name_octet(char c)
{
    return c > ' ' && c < 0x7f && !strchr("/:@[]\"(),;<>", c);
}

int subject_read_name(const char *text, size_t len, char *to)
{
    enum { NAME_MAX_LEN = 253, LABEL_MAX_LEN = 63 };
    if (len > 0 && text[len - 1] == '.')
        len--;
    if (len == 0 || len > NAME_MAX_LEN)
        return -EINVAL;
    size_t label = 0;
    for (size_t i = 0; i < len; i++) {
        char c = lower(text[i]);
        if (c == '.') {
            if (label == 0)
                return -EINVAL;
            label = 0;
        } else if (!is_name_octet(c) || ++label > LABEL_MAX_LEN) {
            return -EINVAL;
        }
        to[i] = c;
    }
    to[len] = '\0';
    return label == 0 ? -EINVAL : 0;
}

/* A name whose last label has a letter: "192.0.2.300" is a slip of the pen, not a name. */
static int read_domain(const char *text, size_t len, struct subject *s)
{
    if (len == 1 && text[0] == '.') { /* the root: every name */
        memcpy(s->value, ".", 2);
        return 0;
    }
    int e = subject_read_name(text, len, s->value);
    if (e < 0)
        return e;
    const char *last = strrchr(s->value, '.');
    last = last ? last + 1 : s->value;
    return strspn(last, "0123456789") == strlen(last) ? -EINVAL : 0;
}

static int read_address(const char *text, size_t len, struct subject *s)
{
    char copy[ADDR_PORT_TEXT_MAX];
    struct addr_prefix p;
    if (len == 0 || len >= sizeof copy)
        return -EINVAL;
    memcpy(copy, text, len);
    copy[len] = '\0';
    if (addr_prefix_parse(copy, &p) < 0)
        return -EINVAL;
    addr_format(&p.addr, s->value);
    s->kind = SUBJECT_ADDRESS;
    if (p.bits == 128)
        return 0;
    s->kind = SUBJECT_PREFIX;
    /* Shorter than 96 bits it is of IPv6, also where its first octets are those of mapped addresses. */
    bool v4 = addr_is_v4(&p.addr) && p.bits >= 96;
    size_t at = strlen(s->value);
    snprintf(s->value + at, sizeof s->value - at, "/%u", v4 ? p.bits - 96u : p.bits);
    return 0;
}

static int read_hex(const char *text, size_t len, size_t digits, struct subject *s)
{
    if (len != digits)
        return -EINVAL;
    for (size_t i = 0; i < len; i++) {
        s->value[i] = lower(text[i]);
        if (!is_hex(s->value[i]))
            return -EINVAL;
    }
    s->value[len] = '\0';
    return 0;
}

/* RFC 5321 without quoted local parts, which no indicator has. */
static int read_email(const char *text, size_t len, struct subject *s)
{
    enum { LOCAL_MAX = 64 };
    const char *at = memchr(text, '@', len);
    size_t local = at ? (size_t)(at - text) : 0;
    if (local == 0 || local > LOCAL_MAX)
        return -EINVAL;
    for (size_t i = 0; i < local; i++) {
        s->value[i] = lower(text[i]);
        if (s->value[i] <= ' ' || s->value[i] >= 0x7f || strchr("()<>[]:;\\,\"", s->value[i]))
            return -EINVAL;
    }
    s->value[local] = '@';
    return subject_read_name(at + 1, len - local - 1, s->value + local + 1);
}

/* Three parts of 10, 12 and 12 octets (JA4's own description of its fingerprint). */
static int read_ja4(const char *text, size_t len, struct subject *s)
{
    enum { JA4_LEN = 36, FIRST_BAR = 10, SECOND_BAR = 23 };
    if (len != JA4_LEN)
        return -EINVAL;
    for (size_t i = 0; i < len; i++) {
        char c = s->value[i] = lower(text[i]);
        bool bar = i == FIRST_BAR || i == SECOND_BAR;
        if (bar ? c != '_' : i < FIRST_BAR ? !is_digit(c) && (c < 'a' || c > 'z') : !is_hex(c))
            return -EINVAL;
    }
    s->value[len] = '\0';
    return 0;
}

static int read_as(const char *text, size_t len, struct subject *s)
{
    unsigned long long number = 0;
    size_t i = len > 2 && lower(text[0]) == 'a' && lower(text[1]) == 's' ? 2 : 0;
    if (i == len || len - i > 10)
        return -EINVAL;
    for (; i < len; i++) {
        if (!is_digit(text[i]))
            return -EINVAL;
        number = number * 10 + (unsigned)(text[i] - '0');
    }
    if (number > 0xffffffffu)
        return -EINVAL;
    snprintf(s->value, sizeof s->value, "AS%llu", number);
    return 0;
}

static int read_text(const char *text, size_t len, struct subject *s)
{
    if (len == 0)
        return -EINVAL;
    if (len >= sizeof s->value)
        return -ENAMETOOLONG;
    for (struct reader r = reader_of(text, len); r.left > 0 || r.failed;) {
        uint32_t c = utf8_take(&r);
        if (r.failed || c < ' ' || c == 0x7f)
            return -EINVAL;
    }
    memcpy(s->value, text, len);
    s->value[len] = '\0';
    return 0;
}

int subject_read(enum subject_kind kind, const char *text, size_t len, struct subject *ret_subject)
{
    struct subject *s = ret_subject;
    s->kind = kind;
    s->value[0] = '\0';
    switch (kind) {
    case SUBJECT_DOMAIN:
    case SUBJECT_HOST:
        return read_domain(text, len, s);
    case SUBJECT_ADDRESS:
    case SUBJECT_PREFIX:
        return read_address(text, len, s);
    case SUBJECT_URL:
        return subject_read_url(text, len, s->value, sizeof s->value);
    case SUBJECT_MD5:
    case SUBJECT_JA3:
        return read_hex(text, len, 32, s);
    case SUBJECT_SHA1:
        return read_hex(text, len, 40, s);
    case SUBJECT_SHA256:
    case SUBJECT_CERTIFICATE:
        return read_hex(text, len, 64, s);
    case SUBJECT_SHA512:
        return read_hex(text, len, 128, s);
    case SUBJECT_EMAIL:
        return read_email(text, len, s);
    case SUBJECT_JA4:
        return read_ja4(text, len, s);
    case SUBJECT_AS:
        return read_as(text, len, s);
    case SUBJECT_ASSET:
    case SUBJECT_SOFTWARE:
    case SUBJECT_LIST:
        return read_text(text, len, s);
    case SUBJECT_KIND_COUNT:
        break;
    }
    return -EINVAL;
}

int subject_guess(const char *text, size_t len, struct subject *ret_subject)
{
    /* In the order in which they exclude one another; hashes before names, since "deadbeef…" is a name as well. */
    static const enum subject_kind tried[] = {
        SUBJECT_ADDRESS, SUBJECT_URL, SUBJECT_EMAIL, SUBJECT_MD5, SUBJECT_SHA1, SUBJECT_SHA256, SUBJECT_SHA512, SUBJECT_JA4,
    };
    for (size_t i = 0; i < array_len(tried); i++)
        if (subject_read(tried[i], text, len, ret_subject) == 0)
            return 0;
    if (len > 2 && lower(text[0]) == 'a' && lower(text[1]) == 's' && subject_read(SUBJECT_AS, text, len, ret_subject) == 0)
        return 0;
    return subject_read(SUBJECT_DOMAIN, text, len, ret_subject);
}

bool subject_is_usual(const struct subject *s)
{
    static const char usual[] = "abcdefghijklmnopqrstuvwxyz0123456789-_.";
    if (s->kind == SUBJECT_DOMAIN || s->kind == SUBJECT_HOST)
        return s->value[strspn(s->value, usual)] == '\0';
    return s->kind != SUBJECT_URL || strncmp(s->value, "hxx", 3) != 0;
}

bool subject_equal(const struct subject *a, const struct subject *b)
{
    return a->kind == b->kind && strcmp(a->value, b->value) == 0;
}
