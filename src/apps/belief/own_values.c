/* Compares subjects with what is configured as one's own. */
#include "apps/belief/own_values.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "base/addr.h"

int own_values_add(struct own_values *o, const char *text)
{
    struct subject s;
    if (subject_guess(text, strlen(text), &s) < 0 || strlen(s.value) >= OWN_VALUE_MAX ||
        (s.kind != SUBJECT_DOMAIN && s.kind != SUBJECT_ADDRESS && s.kind != SUBJECT_PREFIX))
        return -EINVAL;
    if (o->count == OWN_VALUES_MAX)
        return -E2BIG;
    o->values[o->count].kind = s.kind;
    memcpy(o->values[o->count++].value, s.value, strlen(s.value) + 1);
    return 0;
}

static bool is_at_or_below(const char *name, const char *above)
{
    size_t len = strlen(name), above_len = strlen(above);
    return len >= above_len && strcmp(name + len - above_len, above) == 0 && (len == above_len || name[len - above_len - 1] == '.');
}

static bool overlap(const char *a, const char *b)
{
    struct addr_prefix p, q;
    return addr_prefix_parse(a, &p) == 0 && addr_prefix_parse(b, &q) == 0 && (addr_prefix_has(&p, &q.addr) || addr_prefix_has(&q, &p.addr));
}

/* The host of a URL in canonical form, as a subject; false: it has none of these. */
static bool host_of(const char *url, struct subject *ret_host)
{
    const char *from = strstr(url, "://");
    if (!from)
        return false;
    from += 3;
    size_t len = *from == '[' ? strcspn(++from, "]") : strcspn(from, ":/?#");
    return subject_guess(from, len, ret_host) == 0 && ret_host->kind != SUBJECT_URL;
}

bool own_values_have(const struct own_values *o, const struct subject *s)
{
    struct subject host;
    if (s->kind == SUBJECT_URL)
        return o->count > 0 && host_of(s->value, &host) && own_values_have(o, &host);
    bool is_name = s->kind == SUBJECT_DOMAIN || s->kind == SUBJECT_HOST, is_network = s->kind == SUBJECT_ADDRESS || s->kind == SUBJECT_PREFIX;
    for (unsigned i = 0; i < o->count && (is_name || is_network); i++) {
        const char *own = o->values[i].value;
        if ((o->values[i].kind == SUBJECT_DOMAIN) != is_name)
            continue;
        if (is_network ? overlap(own, s->value) : is_at_or_below(s->value, own) || (s->kind == SUBJECT_DOMAIN && is_at_or_below(own, s->value)))
            return true;
    }
    return false;
}
