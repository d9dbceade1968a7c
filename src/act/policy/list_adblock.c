/* Reads the lines of an adblock filter list, as far as they mean domains.
 *
 * "||name^" is the name and everything below it, "|name^" or a bare name the name alone, "@@" in front lets it pass,
 * "||*.name^" is everything below it. Modifiers that only say "more firmly" or "the whole page" change nothing; a rule
 * with any other one, a pattern, a path or a part of a page says less than "this domain" and is skipped. Source: Adblock
 * Plus and AdGuard DNS filter syntax, as their documentation has it.
 */
#include "act/policy/list_line.h"

#include <string.h>

/* What does not make a rule mean less than the whole domain. */
static bool modifier_is_harmless(const struct list_word *w, bool pass)
{
    static const char *const words[] = {"all", "document", "doc"}; /* for a pass: the page, whatever its name is */
    for (size_t i = 0; !pass && i < array_len(words); i++)
        if (list_word_is(w, words[i]))
            return true;
    return list_word_is(w, "important");
}

/* "important,all": each of them harmless. */
static bool modifiers_are_harmless(const char *at, const char *end, bool pass)
{
    while (at <= end) {
        const char *comma = memchr(at, ',', (size_t)(end - at));
        const char *to = comma ? comma : end;
        struct list_word w = {at, (size_t)(to - at)};
        if (!modifier_is_harmless(&w, pass))
            return false;
        at = to + 1;
    }
    return true;
}

/* Rules about parts of pages: "##", "#@#", "#?#", "#$#", "#%#", "$$"; with domains in front or without. */
static bool is_cosmetic(const char *line, size_t len)
{
    for (size_t i = 0; i + 1 < len; i++) {
        if (line[i] == '$' && line[i + 1] == '$')
            return true;
        if (line[i] == '#' && (line[i + 1] == '#' || (i + 2 < len && strchr("@?$%", line[i + 1]) && line[i + 1])))
            return true;
    }
    return false;
}

static int skip_rule(struct list_run *run, enum list_flaw flaw, const char *line, size_t len)
{
    list_skip(run, flaw, line, len);
    return 0;
}

static bool has_other_than_name(const struct list_word *w)
{
    for (size_t i = 0; i < w->len; i++)
        if (strchr("*/^|?=&:,", w->at[i]) && w->at[i])
            return true;
    return false;
}

int list_adblock_line(struct list_run *run, const char *line, size_t len)
{
    struct list_word all = list_trim(line, line + len);
    const char *at = all.at, *end = all.at + all.len;
    if (all.len == 0 || *at == '!' || *at == '[')
        return 0;
    if (is_cosmetic(at, all.len))
        return skip_rule(run, LIST_FLAW_MEANING, line, len);
    if (*at == '#')
        return 0;
    struct list_word first;
    struct addr addr;
    const char *look = at;
    if (list_next_word(&look, end, &first) && list_word_addr(&first, &addr) && look < end)
        return list_hosts_line(run, line, len); /* such lists may have hosts lines between */

    bool pass = all.len > 2 && at[0] == '@' && at[1] == '@';
    if (pass)
        at += 2;
    uint8_t scope = POLICY_SCOPE_EXACT;
    bool anchored = at < end && *at == '|';
    if (end - at > 2 && at[0] == '|' && at[1] == '|') {
        scope = POLICY_SCOPE_BOTH;
        at += 2;
    } else if (anchored) {
        at++;
    }
    const char *dollar = memchr(at, '$', (size_t)(end - at));
    if (dollar && !modifiers_are_harmless(dollar + 1, end, pass))
        return skip_rule(run, LIST_FLAW_MEANING, line, len);
    const char *to = dollar ? dollar : end;
    bool closed = to > at && to[-1] == '|';
    if (closed)
        to--;
    if (to > at && to[-1] == '^') {
        closed = true;
        to--;
    }
    /* Without an end mark "||name" also means names that go on: "||example.co" would take example.com along. */
    if (anchored && !closed)
        return skip_rule(run, LIST_FLAW_MEANING, line, len);
    if (to - at > 2 && at[0] == '*' && at[1] == '.' && scope == POLICY_SCOPE_BOTH) {
        scope = POLICY_SCOPE_BELOW;
        at += 2;
    }
    struct list_word w = {at, (size_t)(to - at)};
    if (!list_word_addr(&w, &addr) && has_other_than_name(&w))
        return skip_rule(run, LIST_FLAW_MEANING, line, len);
    /* A bare word without a dot inside is a pattern for addresses of pages: "ads", "-banner-468x60." */
    if (!anchored && w.len > 0 && (strchr("-_.", w.at[0]) || w.at[w.len - 1] == '.' || !memchr(w.at, '.', w.len)))
        return skip_rule(run, LIST_FLAW_MEANING, line, len);
    return list_give_name(run, &w, pass ? DNS_ACTION_PASS : DNS_ACTION_NXDOMAIN, scope, line, len);
}
