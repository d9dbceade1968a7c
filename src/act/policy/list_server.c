/* Reads lists written as configuration of other name servers: dnsmasq's address=, server=, local=, and unbound's
 * local-zone: and local-data:.
 *
 * Sources: dnsmasq(8), unbound.conf(5). Both speak of a name and everything below it, but for local-data.
 */
#include "act/policy/list_line.h"

#include <string.h>

static int skip_line(struct list_run *run, enum list_flaw flaw, const char *line, size_t len)
{
    list_skip(run, flaw, line, len);
    return 0;
}

/* ---- dnsmasq ---- */

/* "--" in front is how it stands on a command line; returns the option's length with its '=', 0 when it is another. */
static size_t option_len(const struct list_word *w, const char *option)
{
    size_t n = strlen(option);
    return w->len > n && memcmp(w->at, option, n) == 0 && w->at[n] == '=' ? n + 1 : 0;
}

int list_dnsmasq_line(struct list_run *run, const char *line, size_t len)
{
    struct list_word w = list_trim(line, line + len);
    if (w.len == 0 || *w.at == '#')
        return 0;
    if (w.len > 2 && w.at[0] == '-' && w.at[1] == '-')
        w = (struct list_word){w.at + 2, w.len - 2};
    size_t address = option_len(&w, "address"), server = option_len(&w, "server"), local = option_len(&w, "local");
    size_t option = address + server + local;
    if (option == 0)
        return skip_line(run, LIST_FLAW_SYNTAX, line, len);
    const char *at = w.at + option, *end = w.at + w.len;
    const char *comment = memchr(at, ' ', (size_t)(end - at)); /* "address=/name/# # why" */
    if (comment)
        end = comment;
    const char *last = memrchr(at, '/', (size_t)(end - at));
    if (at == end || *at != '/' || last == at)
        return skip_line(run, LIST_FLAW_SYNTAX, line, len);
    struct list_word target = {last + 1, (size_t)(end - last - 1)};
    struct addr addr = {0};
    bool has_addr = list_word_addr(&target, &addr);
    bool standard = list_word_is(&target, "#");
    uint8_t action = !address && standard ? DNS_ACTION_PASS : DNS_ACTION_NXDOMAIN;
    /* A name sent to a server of its own is neither blocked nor let pass. */
    if (!address && target.len > 0 && !standard)
        return skip_line(run, LIST_FLAW_MEANING, line, len);
    if (address && target.len > 0 && !standard && !has_addr)
        return skip_line(run, LIST_FLAW_SYNTAX, line, len);
    while (at < last) {
        const char *next = memchr(at + 1, '/', (size_t)(last - at));
        struct list_word name = {at + 1, (size_t)(next - at - 1)};
        int e = address && has_addr ? list_give_addr(run, &name, &addr, POLICY_SCOPE_BOTH, line, len)
                                    : list_give_name(run, &name, action, POLICY_SCOPE_BOTH, line, len);
        if (e < 0)
            return e;
        at = next;
    }
    return 0;
}

/* ---- unbound ---- */

/* What each type of local-zone does with a name that has no local-data; DNS_ACTION_COUNT: none of our actions. */
static uint8_t zone_action(const struct list_word *type)
{
    static const struct {
        const char *type;
        uint8_t action;
    } types[] = {
        {"static", DNS_ACTION_NXDOMAIN},         {"always_nxdomain", DNS_ACTION_NXDOMAIN},
        {"always_null", DNS_ACTION_NXDOMAIN},    {"redirect", DNS_ACTION_NXDOMAIN},
        {"refuse", DNS_ACTION_NXDOMAIN},         {"always_refuse", DNS_ACTION_NXDOMAIN},
        {"always_nodata", DNS_ACTION_NODATA},    {"deny", DNS_ACTION_DROP},
        {"always_deny", DNS_ACTION_DROP},        {"inform_deny", DNS_ACTION_DROP},
        {"transparent", DNS_ACTION_PASS},        {"always_transparent", DNS_ACTION_PASS},
        {"typetransparent", DNS_ACTION_PASS},
    };
    for (size_t i = 0; i < array_len(types); i++)
        if (list_word_is(type, types[i].type))
            return types[i].action;
    return DNS_ACTION_COUNT;
}

/* The next word, or what stands in quotes. */
static bool next_value(const char **at, const char *end, struct list_word *ret_word)
{
    const char *p = *at;
    while (p < end && (*p == ' ' || *p == '\t'))
        p++;
    if (p < end && (*p == '"' || *p == '\'')) {
        const char *close = memchr(p + 1, *p, (size_t)(end - p - 1));
        if (!close)
            return false;
        *ret_word = (struct list_word){p + 1, (size_t)(close - p - 1)};
        *at = close + 1;
        return true;
    }
    *at = p;
    return list_next_word(at, end, ret_word);
}

static int local_zone(struct list_run *run, const char *at, const char *end, const char *line, size_t len)
{
    struct list_word name, type, more;
    if (!next_value(&at, end, &name) || !next_value(&at, end, &type) || list_next_word(&at, end, &more))
        return skip_line(run, LIST_FLAW_SYNTAX, line, len);
    uint8_t action = zone_action(&type);
    if (action == DNS_ACTION_COUNT)
        return skip_line(run, LIST_FLAW_MEANING, line, len);
    return list_give_name(run, &name, action, POLICY_SCOPE_BOTH, line, len);
}

/* "name [TTL] [IN] A address" */
static int local_data(struct list_run *run, const char *at, const char *end, const char *line, size_t len)
{
    struct list_word text, name, w;
    if (!next_value(&at, end, &text))
        return skip_line(run, LIST_FLAW_SYNTAX, line, len);
    at = text.at;
    end = text.at + text.len;
    if (!list_next_word(&at, end, &name))
        return skip_line(run, LIST_FLAW_SYNTAX, line, len);
    while (list_next_word(&at, end, &w) && (list_word_is(&w, "IN") || (*w.at >= '0' && *w.at <= '9')))
        continue;
    struct list_word value = list_trim(at, end);
    struct addr addr;
    bool a = list_word_is(&w, "A"), aaaa = list_word_is(&w, "AAAA");
    if (!a && !aaaa)
        return skip_line(run, LIST_FLAW_TYPE, line, len);
    if (!list_word_addr(&value, &addr) || addr_is_v4(&addr) != a)
        return skip_line(run, LIST_FLAW_SYNTAX, line, len);
    return list_give_addr(run, &name, &addr, POLICY_SCOPE_EXACT, line, len);
}

int list_unbound_line(struct list_run *run, const char *line, size_t len)
{
    const char *at = line, *end = line + len;
    struct list_word w;
    if (!list_next_word(&at, end, &w) || list_word_is(&w, "server:"))
        return 0;
    if (list_word_is(&w, "local-zone:"))
        return local_zone(run, at, end, line, len);
    if (list_word_is(&w, "local-data:"))
        return local_data(run, at, end, line, len);
    return skip_line(run, LIST_FLAW_SYNTAX, line, len);
}
