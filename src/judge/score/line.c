/* The lines of an explanation as sentences, and the words for states and decisions. */
#include "judge/score/score.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "base/text.h"

/* {source} is a name, {claim} the wording of a claim, {percent} has one decimal and its sign; translations place them as they need. */
static const char *const texts[] = {
    [SCORE_LINE_BASE] = N_("of such values that anybody names, {percent} deserve it"),
    [SCORE_LINE_AGAINST] = N_("{source}: {claim} (right in at least {percent} of cases; said or seen {days} days ago)"),
    [SCORE_LINE_FOR] = N_("{source}: {claim} (right in at least {percent} of cases; said {days} days ago)"),
    [SCORE_LINE_REST] = N_("{count} more sources"),
    [SCORE_LINE_CONFIRMED] = N_("confirmed by {count} reporters, last {days} days ago"),
    [SCORE_LINE_FALSE_BLOCK] = N_("called a false block by {count} reporters, last {days} days ago"),
    [SCORE_LINE_UNPROVEN] = N_("sources without a record do not count for more than this together"),
    [SCORE_LINE_UNPROVEN_FOR] = N_("sources without a record that speak for it do not count for more than this together"),
    [SCORE_LINE_BOUND] = N_("no score goes further than this"),
    [SCORE_LINE_SIGHTED] = N_("seen {count} times at {members} members, last {days} days ago"),
    [SCORE_LINE_COPIES] = N_("{count} statements repeat others and count once"),
    [SCORE_LINE_ENDED] = N_("{count} statements are not valid now"),
    [SCORE_LINE_SUPERSEDED] = N_("{count} statements were replaced or withdrawn"),
    [SCORE_LINE_NOT_WEIGHED] = N_("{count} statements say nothing against it or are orders, and are not weighed"),
    [SCORE_LINE_GUARD_POPULAR] = N_("it is among the names most asked for: not blocked before somebody has looked"),
    [SCORE_LINE_GUARD_OWN] = N_("it belongs to a member: not blocked before somebody has looked"),
    [SCORE_LINE_GUARD_WARNING_LIST] = N_("it is on a list of values often reported wrongly: not blocked before somebody has looked"),
    [SCORE_LINE_GUARD_NEVER_BLOCK] = N_("a never-block list has it: not blocked before somebody has looked"),
    [SCORE_LINE_GUARD_SHARED] = N_("unrelated parties share it: not blocked before somebody has looked"),
    [SCORE_LINE_THRESHOLDS] = N_("thresholds of {row}: watched {observe}, asked about {ask}, blocked {block}"),
    [SCORE_LINE_CONTRADICTED] = N_("a weighty statement speaks for it: not blocked before somebody has looked"),
};
_Static_assert(array_len(texts) == SCORE_LINE_CODE_COUNT, "one text per code");
_Static_assert(SCORE_LINE_SOURCES_MAX + SCORE_LINE_CODE_COUNT <= SCORE_LINES_MAX, "every line has room");

/* The same of a source without a record: nobody is to take a first guess for a measurement. */
static const char *const unmeasured[] = {
    [SCORE_LINE_AGAINST] = N_("{source}: {claim} (taken to be right in {percent} of cases, not measured yet; said or seen {days} days ago)"),
    [SCORE_LINE_FOR] = N_("{source}: {claim} (taken to be right in {percent} of cases, not measured yet; said {days} days ago)"),
};

static const char *text_of(const struct score_line *line)
{
    unsigned code = (unsigned)line->code;
    if (code >= SCORE_LINE_CODE_COUNT)
        return "?";
    if (!line->measured && code < array_len(unmeasured) && unmeasured[code])
        return _(unmeasured[code]);
    return _(texts[code]);
}

enum { NUMBER_MAX = 64 };

static const char *threshold_text(uint16_t permille, char *number)
{
    if (permille >= SCORE_NEVER)
        return _("never");
    snprintf(number, NUMBER_MAX, _("from %u.%u %% on"), permille / 10u, permille % 10u);
    return number;
}

/* Whose thresholds, as the configuration spells it: "any", "phishing", "phishing, address". */
static const char *row_text(const struct score_line *line, char *number)
{
    const struct score_thresholds *t = &line->thresholds;
    snprintf(number, NUMBER_MAX, "%s%s%s", t->claim == SCORE_ANY_CLAIM ? _("any claim") : claim_traits(t->claim)->word, t->kinds ? ", " : "",
             t->kinds ? subject_kind_word(line->kind) : "");
    return number;
}

/* Of the row of thresholds; NULL: no such place. */
static const char *threshold_of(const struct score_line *line, const char *name, size_t len, char *number)
{
    if (line->code != SCORE_LINE_THRESHOLDS)
        return NULL;
    if (len == 3 && memcmp(name, "row", len) == 0)
        return row_text(line, number);
    if (len == 7 && memcmp(name, "observe", len) == 0)
        return threshold_text(line->thresholds.observe, number);
    if (len == 3 && memcmp(name, "ask", len) == 0)
        return threshold_text(line->thresholds.ask, number);
    if (len == 5 && memcmp(name, "block", len) == 0)
        return threshold_text(line->thresholds.block, number);
    return NULL;
}

/* What stands for {name}; number is NUMBER_MAX octets for those that are numbers. NULL: no such place. */
static const char *value_of(const struct score_line *line, const char *source, const char *name, size_t len, char *number)
{
    if (len == 6 && memcmp(name, "source", len) == 0)
        return source ? source : "?";
    if (len == 5 && memcmp(name, "claim", len) == 0)
        return _(claim_traits(line->claim)->wording);
    if (len == 5 && memcmp(name, "count", len) == 0)
        snprintf(number, NUMBER_MAX, "%" PRIu64, line->count);
    else if (len == 4 && memcmp(name, "days", len) == 0)
        snprintf(number, NUMBER_MAX, "%" PRIu32, line->days);
    else if (len == 7 && memcmp(name, "members", len) == 0)
        snprintf(number, NUMBER_MAX, "%" PRIu32, line->members);
    else if (len == 7 && memcmp(name, "percent", len) == 0)
        snprintf(number, NUMBER_MAX, "%u.%u %%", line->permille / 10u, line->permille % 10u);
    else
        return threshold_of(line, name, len, number);
    return number;
}

const char *score_line_format(const struct score_line *line, const char *source, char *text, size_t size)
{
    if (size == 0)
        return text;
    size_t at = 0;
    const char *from = text_of(line);
    while (*from && at + 1 < size) {
        const char *end = *from == '{' ? strchr(from, '}') : NULL;
        char number[NUMBER_MAX];
        const char *value = end ? value_of(line, source, from + 1, (size_t)(end - from) - 1, number) : NULL;
        if (!value) {
            text[at++] = *from++;
            continue;
        }
        size_t len = strlen(value);
        if (len > size - 1 - at)
            len = size - 1 - at;
        memcpy(text + at, value, len);
        at += len;
        from = end + 1;
    }
    text[at] = '\0';
    return text;
}
