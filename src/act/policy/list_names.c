/* Reads the lines of plain name lists and hosts files, and holds the small steps that all line formats share. */
#include "act/policy/list_line.h"

#include <string.h>
#include <strings.h>

enum { ADDR_TTL_S = 300 };

void list_skip(struct list_run *run, enum list_flaw flaw, const char *text, size_t len)
{
    run->stats->skipped[flaw]++;
    run->stats->skipped_all++;
    if (run->handler.on_skip)
        run->handler.on_skip(run->handler.self, flaw, run->line, text, len);
}

int list_give(struct list_run *run, const struct list_rule *rule)
{
    run->stats->rules++;
    return run->handler.on_rule(run->handler.self, rule, run->line);
}

static bool is_blank(char c)
{
    return c == ' ' || c == '\t';
}

bool list_next_word(const char **at, const char *end, struct list_word *ret_word)
{
    const char *p = *at;
    while (p < end && is_blank(*p))
        p++;
    const char *start = p;
    while (p < end && !is_blank(*p) && *p != '#')
        p++;
    *at = p;
    *ret_word = (struct list_word){start, (size_t)(p - start)};
    return p > start;
}

bool list_word_is(const struct list_word *w, const char *text)
{
    return strlen(text) == w->len && strncasecmp(w->at, text, w->len) == 0;
}

struct list_word list_trim(const char *at, const char *end)
{
    while (at < end && is_blank(*at))
        at++;
    while (end > at && is_blank(end[-1]))
        end--;
    return (struct list_word){at, (size_t)(end - at)};
}

bool list_word_addr(const struct list_word *w, struct addr *ret_addr)
{
    char text[ADDR_TEXT_MAX];
    if (w->len == 0 || w->len >= sizeof text)
        return false;
    memcpy(text, w->at, w->len);
    text[w->len] = '\0';
    return addr_parse(text, ret_addr) == 0;
}

enum list_flaw list_word_name(const struct list_word *w, struct dns_name *ret_name)
{
    struct addr addr;
    if (list_word_addr(w, &addr))
        return LIST_FLAW_ADDRESS;
    if (dns_name_parse(w->at, w->len, ret_name) < 0 || !dns_name_is_hostname(ret_name))
        return LIST_FLAW_NAME;
    return LIST_FLAW_COUNT;
}

bool list_addr_means_block(const struct addr *a)
{
    static const struct addr unspecified = {0};
    static const struct addr zero = {.bytes = {[10] = 0xff, [11] = 0xff}};
    return addr_is_loopback(a) || memcmp(a, &unspecified, sizeof *a) == 0 || memcmp(a, &zero, sizeof *a) == 0;
}

int list_give_name(struct list_run *run, const struct list_word *w, uint8_t action, uint8_t scope, const char *line,
                   size_t len)
{
    struct dns_name name;
    enum list_flaw flaw = list_word_name(w, &name);
    if (flaw != LIST_FLAW_COUNT) {
        list_skip(run, flaw, line, len);
        return 0;
    }
    return list_give(run, &(struct list_rule){.name = &name, .action = action, .scope = scope});
}

int list_give_addr(struct list_run *run, const struct list_word *w, const struct addr *a, uint8_t scope,
                   const char *line, size_t len)
{
    if (list_addr_means_block(a))
        return list_give_name(run, w, DNS_ACTION_NXDOMAIN, scope, line, len);
    struct dns_name name;
    enum list_flaw flaw = list_word_name(w, &name);
    if (flaw != LIST_FLAW_COUNT) {
        list_skip(run, flaw, line, len);
        return 0;
    }
    uint8_t data[64];
    struct writer to = writer_of(data, sizeof data);
    bool v4 = addr_is_v4(a);
    policy_data_put(&to, &(struct policy_data_record){
                             .type = v4 ? DNS_TYPE_A : DNS_TYPE_AAAA,
                             .ttl = ADDR_TTL_S,
                             .len = v4 ? 4 : 16,
                             .rdata = v4 ? a->bytes + 12 : a->bytes,
                         });
    return list_give(run, &(struct list_rule){.name = &name,
                                              .action = DNS_ACTION_LOCAL_DATA,
                                              .scope = scope,
                                              .data = data,
                                              .data_len = (uint32_t)to.len});
}

/* ---- plain names ---- */

int list_names_line(struct list_run *run, const char *line, size_t len)
{
    const char *at = line, *end = line + len;
    struct list_word w, more;
    if (!list_next_word(&at, end, &w) || *w.at == '!' || *w.at == ';')
        return 0;
    if (w.len > 2 && w.at[0] == '*' && w.at[1] == '.')
        w = (struct list_word){w.at + 2, w.len - 2};
    else if (w.len > 1 && w.at[0] == '.')
        w = (struct list_word){w.at + 1, w.len - 1};
    struct dns_name name;
    enum list_flaw flaw = list_word_name(&w, &name);
    if (flaw == LIST_FLAW_COUNT && list_next_word(&at, end, &more) && *more.at != ';')
        flaw = LIST_FLAW_SYNTAX;
    if (flaw != LIST_FLAW_COUNT) {
        list_skip(run, flaw, line, len);
        return 0;
    }
    return list_give(run, &(struct list_rule){
                              .name = &name, .action = DNS_ACTION_NXDOMAIN, .scope = POLICY_SCOPE_BOTH});
}

/* ---- hosts ---- */

/* Names that stand in every hosts file for the machine itself. */
static bool is_own_name(const struct list_word *w)
{
    static const char *const own[] = {
        "localhost",    "localhost.localdomain", "local",         "broadcasthost", "ip6-localhost",
        "ip6-loopback", "ip6-localnet",          "ip6-mcastprefix", "ip6-allnodes", "ip6-allrouters",
        "ip6-allhosts", "0.0.0.0",
    };
    for (size_t i = 0; i < array_len(own); i++)
        if (strlen(own[i]) == w->len && memcmp(own[i], w->at, w->len) == 0)
            return true;
    return false;
}

int list_hosts_line(struct list_run *run, const char *line, size_t len)
{
    const char *at = line, *end = line + len;
    struct list_word w;
    struct addr addr;
    if (!list_next_word(&at, end, &w))
        return 0;
    if (!list_word_addr(&w, &addr)) {
        list_skip(run, LIST_FLAW_SYNTAX, line, len);
        return 0;
    }
    bool any = false;
    while (list_next_word(&at, end, &w)) {
        any = true;
        if (is_own_name(&w))
            continue;
        int e = list_give_addr(run, &w, &addr, POLICY_SCOPE_EXACT, line, len);
        if (e < 0)
            return e;
    }
    if (!any)
        list_skip(run, LIST_FLAW_SYNTAX, line, len);
    return 0;
}
