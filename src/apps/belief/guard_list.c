/* Reads names into a set of hashes together with the names above them. */
#include "apps/belief/guard_list.h"

#include <errno.h>
#include <sodium.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/addr.h"
#include "base/lines.h"
#include "judge/match/match.h"

enum { ITSELF, ABOVE }; /* what the number of a hit says */

struct guard_list {
    struct match_set *set; /* names as hosts: what is below is looked for by what is above */
    struct addr_prefix *networks;
    size_t network_count, count;
    unsigned max_rank;
    uint64_t skipped;
    struct lines lines;
};

int guard_list_begin(int fd, unsigned max_rank, struct guard_list **ret_list)
{
    struct sip_key key;
    struct guard_list *g = calloc(1, sizeof *g);
    randombytes_buf(&key, sizeof key);
    if (g) {
        lines_init(&g->lines, fd);
        g->max_rank = max_rank;
        g->set = match_set_new(key, 0);
        g->networks = calloc(GUARD_LIST_NETWORKS_MAX, sizeof *g->networks);
    }
    if (!g || !g->set || !g->networks) {
        if (!g)
            close(fd);
        guard_list_free(g);
        return -ENOMEM;
    }
    *ret_list = g;
    return 0;
}

void guard_list_free(struct guard_list *g)
{
    if (!g)
        return;
    if (g->lines.fd >= 0)
        close(g->lines.fd);
    match_set_free(g->set);
    free(g->networks);
    free(g);
}

static int insert(struct guard_list *g, const struct subject *s, uint32_t what)
{
    int e = match_set_insert(g->set, s, what);
    return e == -EEXIST || e == -EINVAL || e == -ENOTSUP ? 0 : e;
}

static int add_name(struct guard_list *g, struct subject *s)
{
    s->kind = SUBJECT_HOST;
    int e = insert(g, s, ITSELF);
    for (char *dot = strchr(s->value, '.'); dot && e == 0; dot = strchr(s->value, '.')) {
        memmove(s->value, dot + 1, strlen(dot + 1) + 1);
        e = insert(g, s, ABOVE);
    }
    return e;
}

static int add_network(struct guard_list *g, const struct subject *s)
{
    if (g->network_count == GUARD_LIST_NETWORKS_MAX)
        return -E2BIG;
    if (addr_prefix_parse(s->value, &g->networks[g->network_count]) < 0)
        return 0;
    g->network_count++;
    return insert(g, s, ITSELF);
}

static int add(struct guard_list *g, const char *text, size_t len)
{
    struct subject s;
    int e = subject_guess(text, len, &s);
    /* A word without a dot is the heading of a column rather than a top-level domain. */
    bool is_name = e == 0 && s.kind == SUBJECT_DOMAIN && strchr(s.value, '.'), is_network = e == 0 && (s.kind == SUBJECT_ADDRESS || s.kind == SUBJECT_PREFIX);
    if (!is_name && !is_network) {
        g->skipped++;
        return 0;
    }
    if (g->count == GUARD_LIST_MAX)
        return -E2BIG;
    g->count++;
    return is_name ? add_name(g, &s) : add_network(g, &s);
}

static bool is_space(char c)
{
    return c == ' ' || c == '\t' || c == '\r' || c == '"';
}

static void trim(const char **text, size_t *len)
{
    while (*len > 0 && is_space((*text)[0])) {
        (*text)++;
        (*len)--;
    }
    while (*len > 0 && is_space((*text)[*len - 1]))
        (*len)--;
}

/* "12,name" becomes "name" and 12; false when the field before the comma is no number. */
static bool take_rank(const char **text, size_t *len, uint64_t *ret_rank)
{
    uint64_t rank = 0;
    size_t at = 0;
    for (; at < *len && (*text)[at] >= '0' && (*text)[at] <= '9' && at < 10; at++)
        rank = rank * 10 + (uint64_t)((*text)[at] - '0');
    if (at == 0 || at == *len || (*text)[at] != ',')
        return false;
    *text += at + 1;
    *len -= at + 1;
    *ret_rank = rank;
    return true;
}

/* What stands behind the name in further columns is not read. */
static int take_line(struct guard_list *g, const char *text, size_t len)
{
    uint64_t rank = g->lines.number;
    const char *comment = memchr(text, '#', len);
    len = comment ? (size_t)(comment - text) : len;
    trim(&text, &len);
    if (len == 0)
        return 0;
    take_rank(&text, &len, &rank);
    const char *comma = memchr(text, ',', len);
    len = comma ? (size_t)(comma - text) : len;
    trim(&text, &len);
    return g->max_rank > 0 && rank > g->max_rank ? 0 : add(g, text, len);
}

int guard_list_read(struct guard_list *g, unsigned lines)
{
    const char *text;
    size_t len;
    for (; lines > 0; lines--) {
        int r = lines_next(&g->lines, &text, &len);
        int e = r == 1 && !g->lines.too_long ? take_line(g, text, len) : 0;
        g->skipped += r == 1 && g->lines.too_long;
        r = e < 0 ? e : r;
        if (r <= 0) {
            close(g->lines.fd);
            g->lines.fd = -1;
            return r;
        }
    }
    return 1;
}

struct asked {
    bool itself, above;
};

static void note(void *self, const struct match_hit *hit)
{
    struct asked *a = self;
    a->itself |= hit->indicator == ITSELF;
    a->above |= hit->indicator == ABOVE;
}

static struct asked ask(const struct guard_list *g, enum subject_kind kind, const char *value)
{
    struct asked a = {0};
    struct subject s = {.kind = kind};
    size_t len = strlen(value);
    if (len < sizeof s.value) {
        memcpy(s.value, value, len + 1);
        match_find_value(g->set, &s, note, &a);
    }
    return a;
}

static bool has_name(const struct guard_list *g, const struct subject *s)
{
    static const char www[] = "www.";
    struct asked a = ask(g, SUBJECT_HOST, s->value);
    if (a.itself || (a.above && s->kind == SUBJECT_DOMAIN))
        return true;
    size_t len = sizeof www - 1;
    return strncmp(s->value, www, len) == 0 && ask(g, SUBJECT_HOST, s->value + len).itself;
}

static bool has_network(const struct guard_list *g, const struct subject *s)
{
    struct addr_prefix p;
    if (s->kind == SUBJECT_ADDRESS)
        return ask(g, SUBJECT_ADDRESS, s->value).itself;
    for (size_t i = 0; addr_prefix_parse(s->value, &p) == 0 && i < g->network_count; i++)
        if (addr_prefix_has(&p, &g->networks[i].addr) || addr_prefix_has(&g->networks[i], &p.addr))
            return true;
    return false;
}

bool guard_list_has(const struct guard_list *g, const struct subject *s)
{
    switch (s->kind) {
    case SUBJECT_DOMAIN:
    case SUBJECT_HOST:
        return has_name(g, s);
    case SUBJECT_ADDRESS:
    case SUBJECT_PREFIX:
        return has_network(g, s);
    default:
        return false;
    }
}

size_t guard_list_count(const struct guard_list *g)
{
    return g ? g->count : 0;
}

uint64_t guard_list_skipped(const struct guard_list *g)
{
    return g ? g->skipped : 0;
}
