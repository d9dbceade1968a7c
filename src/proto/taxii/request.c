/* Reads what a request to a TAXII server asks for: path, query and credentials. */
#include "proto/taxii/request.h"

#include <errno.h>
#include <sodium.h>
#include <stdio.h>
#include <string.h>
#include <strings.h>

#include "base/timestamp.h"

enum { EVERY_FILTER = TAXII_PAGING | TAXII_MATCH_ID | TAXII_MATCH_TYPE | TAXII_MATCH_VERSION | TAXII_MATCH_SPEC };

const struct taxii_route taxii_routes[TAXII_RESOURCE_COUNT] = {
    [TAXII_DISCOVERY] = {"/taxii2/", TAXII_GET, 0},
    [TAXII_API_ROOT] = {"/api/", TAXII_GET, 0},
    [TAXII_STATUS] = {"/api/status/{id}/", TAXII_GET, 0},
    [TAXII_COLLECTIONS] = {"/api/collections/", TAXII_GET, 0},
    [TAXII_COLLECTION] = {"/api/collections/{id}/", TAXII_GET, 0},
    [TAXII_MANIFEST] = {"/api/collections/{id}/manifest/", TAXII_GET, EVERY_FILTER},
    [TAXII_OBJECTS] = {"/api/collections/{id}/objects/", TAXII_GET | TAXII_POST, EVERY_FILTER},
    [TAXII_OBJECT] = {"/api/collections/{id}/objects/{object-id}/", TAXII_GET | TAXII_DELETE,
                      TAXII_PAGING | TAXII_MATCH_VERSION | TAXII_MATCH_SPEC},
    [TAXII_VERSIONS] = {"/api/collections/{id}/objects/{object-id}/versions/", TAXII_GET, TAXII_PAGING | TAXII_MATCH_SPEC},
};

/* ---- words ---- */

static bool is_one_of(char c, const char *letters)
{
    return c != '\0' && strchr(letters, c) != NULL;
}

static bool is_uuid(const char *text, size_t len)
{
    for (size_t i = 0; i < len; i++) {
        bool dash = i == 8 || i == 13 || i == 18 || i == 23;
        if (dash ? text[i] != '-' : !is_one_of(text[i], "0123456789abcdef"))
            return false;
    }
    return len == TAXII_UUID_LEN;
}

/* STIX 2.1 2.9 and 3.1: letters, digits and single hyphens, 3 to 250 of them. */
static bool is_type(const char *text, size_t len)
{
    for (size_t i = 0; i < len; i++)
        if (!is_one_of(text[i], "abcdefghijklmnopqrstuvwxyz0123456789-") || (text[i] == '-' && i + 1 < len && text[i + 1] == '-'))
            return false;
    return len >= 3 && len <= 250;
}

static bool is_object_id(const char *text, size_t len)
{
    enum { TAIL = TAXII_UUID_LEN + 2 };
    return len > TAIL && len < TAXII_ID_MAX && text[len - TAIL] == '-' && text[len - TAIL + 1] == '-' &&
           is_type(text, len - TAIL) && is_uuid(text + len - TAXII_UUID_LEN, TAXII_UUID_LEN);
}

static bool is_spec_version(const char *text)
{
    static const char digits[] = "0123456789";
    size_t major = strspn(text, digits), minor = text[major] == '.' ? strspn(text + major + 1, digits) : 0;
    return major > 0 && minor > 0 && text[major + 1 + minor] == '\0' && major + minor < 7;
}

/* ---- the path ---- */

/* Does the path have the form of the template? */
static bool take_path(const char *path, size_t len, const char *template, struct taxii_target *to)
{
    size_t at = 0;
    for (const char *t = template; *t;) {
        if (*t != '{') {
            if (at == len && t[0] == '/' && t[1] == '\0' && at > 0)
                return true; /* without the last slash */
            if (at == len || path[at] != *t)
                return false;
            at++;
            t++;
            continue;
        }
        bool is_id = strncmp(t, "{id}", 4) == 0;
        size_t n = 0;
        while (at + n < len && path[at + n] != '/')
            n++;
        if (is_id ? !is_uuid(path + at, n) : !is_object_id(path + at, n))
            return false;
        snprintf(is_id ? to->id : to->object_id, is_id ? sizeof to->id : sizeof to->object_id, "%.*s", (int)n, path + at);
        at += n;
        t = strchr(t, '}') + 1;
    }
    return at == len;
}

enum taxii_status taxii_path_parse(const char *path, size_t len, struct taxii_target *ret_target)
{
    for (int i = 0; i < TAXII_RESOURCE_COUNT; i++) {
        struct taxii_target target = {.resource = (enum taxii_resource)i};
        if (take_path(path, len, taxii_routes[i].path, &target)) {
            *ret_target = target;
            return TAXII_OK;
        }
    }
    return TAXII_NOT_FOUND;
}

/* ---- the query ---- */

static int hex_digit(char c)
{
    static const char digits[] = "0123456789abcdef";
    const char *at = c ? strchr(digits, c | 0x20) : NULL;
    return at ? (int)(at - digits) : -1;
}

/* Percent-decodes in place and terminates (RFC 3986 2.1); a "+" stays one, as in the offset of a time. False: malformed, or a NUL. */
static bool decode(char *text, size_t len)
{
    size_t to = 0;
    for (size_t i = 0; i < len; i++) {
        char c = text[i];
        if (c == '%') {
            int high = i + 2 < len ? hex_digit(text[i + 1]) : -1, low = i + 2 < len ? hex_digit(text[i + 2]) : -1;
            if (high < 0 || low < 0)
                return false;
            c = (char)(high << 4 | low);
            i += 2;
        }
        if (c == '\0')
            return false;
        text[to++] = c;
    }
    text[to] = '\0';
    return true;
}

/* The next word of a list with commas, terminated in place; NULL at the end. */
static char *next_word(char **list)
{
    char *word = *list;
    if (!word)
        return NULL;
    char *comma = strchr(word, ',');
    if (comma)
        *comma = '\0';
    *list = comma ? comma + 1 : NULL;
    return word;
}

static const char *take_words(char *value, bool (*fits)(const char *text), struct taxii_words *to)
{
    for (char *word; (word = next_word(&value)) != NULL;) {
        if (!fits(word))
            return "a value of a match filter is not of the form that its field has";
        if (to->count == TAXII_WORDS_MAX)
            return "a match filter has more than 100 values";
        to->word[to->count++] = word;
    }
    return NULL;
}

static bool fits_id(const char *text)
{
    return is_object_id(text, strlen(text));
}

static bool fits_type(const char *text)
{
    return is_type(text, strlen(text));
}

static const char *take_id(char *value, struct taxii_query *q)
{
    return take_words(value, fits_id, &q->ids);
}

static const char *take_type(char *value, struct taxii_query *q)
{
    return take_words(value, fits_type, &q->types);
}

static const char *take_spec(char *value, struct taxii_query *q)
{
    return take_words(value, is_spec_version, &q->spec_versions);
}

static const char *take_version(char *value, struct taxii_query *q)
{
    for (char *word; (word = next_word(&value)) != NULL;) {
        bool first = strcmp(word, "first") == 0, last = strcmp(word, "last") == 0, all = strcmp(word, "all") == 0;
        q->first = q->first || first;
        q->last = q->last || last;
        q->all = q->all || all;
        if (first || last || all)
            continue;
        if (q->version_count == TAXII_WORDS_MAX)
            return "a match filter has more than 100 values";
        if (timestamp_parse(word, strlen(word), &q->versions_us[q->version_count]) < 0)
            return "match[version] takes first, last, all or a timestamp";
        q->version_count++;
    }
    return NULL;
}

static const char *take_limit(char *value, struct taxii_query *q)
{
    uint64_t limit = 0;
    size_t len = strlen(value);
    for (size_t i = 0; i < len; i++) {
        if (value[i] < '0' || value[i] > '9')
            return "limit is not a number";
        limit = limit * 10 + (uint64_t)(value[i] - '0');
        limit = limit > UINT32_MAX ? UINT32_MAX : limit;
    }
    q->limit = (uint32_t)limit;
    return limit == 0 ? "limit is not a number greater than 0" : NULL;
}

static const char *take_next(char *value, struct taxii_query *q)
{
    int n = snprintf(q->next, sizeof q->next, "%s", value);
    return n <= 0 || n >= (int)sizeof q->next ? "next is not what this server gave" : NULL;
}

static const char *take_added_after(char *value, struct taxii_query *q)
{
    q->has_added_after = true;
    return timestamp_parse(value, strlen(value), &q->added_after_us) < 0 ? "added_after is not a timestamp, such as 2026-11-22T06:00:00.000000Z"
                                                                         : NULL;
}

static const struct parameter {
    const char *name;
    unsigned filter; /* of enum taxii_filter */
    const char *(*take)(char *value, struct taxii_query *q); /* NULL, or what is wrong */
} parameters[] = {
    {"limit", TAXII_PAGING, take_limit},
    {"next", TAXII_PAGING, take_next},
    {"added_after", TAXII_PAGING, take_added_after},
    {"match[id]", TAXII_MATCH_ID, take_id},
    {"match[type]", TAXII_MATCH_TYPE, take_type},
    {"match[version]", TAXII_MATCH_VERSION, take_version},
    {"match[spec_version]", TAXII_MATCH_SPEC, take_spec},
};

static const char *take_parameter(const char *name, char *value, unsigned filters, unsigned *seen, struct taxii_query *q)
{
    for (unsigned i = 0; i < array_len(parameters); i++) {
        const struct parameter *p = &parameters[i];
        if (strcmp(name, p->name) != 0)
            continue;
        if (*seen & 1u << i)
            return "a parameter is given twice";
        *seen |= 1u << i;
        if (filters & p->filter)
            return p->take(value, q);
        return p->filter == TAXII_PAGING ? NULL : "this resource has no such match filter";
    }
    return strncmp(name, "match[", 6) == 0 ? "there is no such match filter" : NULL;
}

enum taxii_status taxii_query_parse(const char *text, size_t len, unsigned filters, struct taxii_query *ret_query,
                                    const char **ret_reason)
{
    struct taxii_query *q = ret_query;
    unsigned seen = 0;
    *ret_reason = "path and query are too long";
    if (len >= sizeof q->text)
        return TAXII_URI_TOO_LONG;
    memset(q, 0, offsetof(struct taxii_query, text));
    if (len > 0)
        memcpy(q->text, text, len);
    q->text[len] = '\0';
    for (size_t at = 0; at < len;) {
        char *start = q->text + at, *end = memchr(start, '&', len - at);
        size_t n = end ? (size_t)(end - start) : len - at;
        char *equals = memchr(start, '=', n);
        size_t name_len = equals ? (size_t)(equals - start) : n;
        at += n + 1;
        char *value = equals ? equals + 1 : start + n; /* without one it is empty */
        size_t value_len = equals ? n - name_len - 1 : 0;
        *ret_reason = "the query is not percent-encoded as it should be";
        if (!decode(value, value_len) || !decode(start, name_len))
            return TAXII_BAD_REQUEST;
        const char *reason = take_parameter(start, value, filters, &seen, q);
        if (reason) {
            *ret_reason = reason;
            return TAXII_BAD_REQUEST;
        }
    }
    return TAXII_OK;
}

/* ---- who asks ---- */

/* RFC 7617 2: user and password, in base64, with a colon between them. */
static int take_basic(const char *text, struct taxii_credentials *c)
{
    char both[TAXII_USER_MAX + TAXII_SECRET_MAX];
    size_t len = 0;
    if (sodium_base642bin((unsigned char *)both, sizeof both - 1, text, strlen(text), NULL, &len, NULL, sodium_base64_VARIANT_ORIGINAL) < 0)
        return -EINVAL;
    both[len] = '\0';
    const char *colon = strchr(both, ':');
    size_t user_len = colon ? (size_t)(colon - both) : 0;
    size_t secret_len = colon ? len - user_len - 1 : 0;
    int r = -EINVAL;
    if (user_len > 0 && user_len < sizeof c->user && secret_len > 0 && secret_len < sizeof c->secret &&
        !memchr(both, '\0', len)) {
        memcpy(c->user, both, user_len);
        memcpy(c->secret, colon + 1, secret_len);
        c->secret_len = secret_len;
        r = 0;
    }
    sodium_memzero(both, sizeof both);
    return r;
}

int taxii_authorization_parse(const char *value, struct taxii_credentials *ret_credentials)
{
    static const char blanks[] = " \t";
    memset(ret_credentials, 0, sizeof *ret_credentials);
    size_t scheme = strcspn(value, blanks);
    const char *rest = value + scheme + strspn(value + scheme, blanks);
    size_t len = strlen(rest);
    if (scheme == 5 && strncasecmp(value, "Basic", 5) == 0)
        return take_basic(rest, ret_credentials);
    if (scheme != 6 || strncasecmp(value, "Bearer", 6) != 0 || len == 0 || len >= sizeof ret_credentials->secret)
        return -EINVAL;
    memcpy(ret_credentials->secret, rest, len);
    ret_credentials->secret_len = len;
    return 0;
}
