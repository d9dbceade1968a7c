/* Reads the Accept and Content-Type headers of a request to a TAXII server. */
#include <string.h>
#include <strings.h>

#include "proto/taxii/request.h"

#define TYPE "application/taxii+json"
#define VERSION "2.1"

struct piece {
    const char *at;
    size_t len;
};

static struct piece trim(struct piece p)
{
    while (p.len > 0 && (*p.at == ' ' || *p.at == '\t'))
        p = (struct piece){p.at + 1, p.len - 1};
    while (p.len > 0 && (p.at[p.len - 1] == ' ' || p.at[p.len - 1] == '\t'))
        p.len--;
    return p;
}

/* Takes what stands before the separator, or all; inside quotes nothing separates (RFC 9110 5.6.4). */
static struct piece take(struct piece *from, char separator)
{
    bool quoted = false;
    size_t n = 0;
    for (; n < from->len && (quoted || from->at[n] != separator); n++) {
        if (quoted && from->at[n] == '\\' && n + 1 < from->len)
            n++;
        else if (from->at[n] == '"')
            quoted = !quoted;
    }
    struct piece taken = {from->at, n};
    size_t used = n < from->len ? n + 1 : n;
    *from = (struct piece){from->at + used, from->len - used};
    return trim(taken);
}

static bool is_word(struct piece p, const char *word)
{
    return p.len == strlen(word) && strncasecmp(p.at, word, p.len) == 0;
}

static struct piece unquote(struct piece p)
{
    if (p.len >= 2 && p.at[0] == '"' && p.at[p.len - 1] == '"')
        return (struct piece){p.at + 1, p.len - 2};
    return p;
}

/* RFC 9110 12.4.2: "0", "0.5", "1.000"; whether it is more than 0. What is malformed counts as 0. */
static bool is_wanted(struct piece q)
{
    bool positive = false;
    for (size_t i = 0; i < q.len; i++) {
        if (i == 1 ? q.at[i] != '.' : q.at[i] < '0' || q.at[i] > '9')
            return false;
        positive = positive || (q.at[i] != '.' && q.at[i] != '0');
    }
    bool more_than_one = q.len > 0 && (q.at[0] > '1' || (q.at[0] == '1' && strspn(q.at + 1, ".0") < q.len - 1));
    return q.len > 0 && q.len <= 5 && positive && !more_than_one;
}

/* How exactly the range speaks of our type: 0 not at all, 1 any, 2 any application, 3 the type, 4 with the version. */
static int exactness(struct piece range, bool *ret_wanted)
{
    struct piece name = take(&range, ';');
    int level = is_word(name, "*/*") ? 1 : is_word(name, "application/*") ? 2 : is_word(name, TYPE) ? 3 : 0;
    *ret_wanted = true;
    while (range.len > 0) {
        struct piece parameter = take(&range, ';');
        struct piece key = take(&parameter, '=');
        if (is_word(key, "q")) {
            *ret_wanted = is_wanted(parameter);
            break; /* what follows does not describe the type */
        }
        if (is_word(key, "version") && level >= 3)
            level = is_word(unquote(parameter), VERSION) ? 4 : 0;
    }
    return level;
}

enum taxii_status taxii_accept_check(const char *value)
{
    if (!value)
        return TAXII_OK;
    struct piece left = {value, strlen(value)};
    int best = 0;
    bool wanted = false, any = false;
    while (left.len > 0) {
        bool is = false;
        struct piece range = take(&left, ',');
        any = any || range.len > 0;
        int level = exactness(range, &is);
        if (level > best || (level == best && level > 0)) {
            wanted = level > best ? is : wanted || is;
            best = level;
        }
    }
    return wanted || !any ? TAXII_OK : TAXII_NOT_ACCEPTABLE;
}

enum taxii_status taxii_content_type_check(const char *value)
{
    bool wanted;
    if (!value)
        return TAXII_UNSUPPORTED_MEDIA_TYPE;
    return exactness((struct piece){value, strlen(value)}, &wanted) >= 3 ? TAXII_OK : TAXII_UNSUPPORTED_MEDIA_TYPE;
}
