/* hinomi cases: people's work on something: list, show, open, add to, note, judge, close, admit. */
#include <inttypes.h>
#include <limits.h>
#include <stdio.h>
#include <string.h>

#include "apps/command/client_options.h"
#include "apps/command/columns.h"
#include "apps/command/command.h"
#include "apps/command/idn.h"
#include "apps/command/row_page.h"
#include "apps/command/row_reader.h"
#include "apps/command/when.h"
#include "base/text.h"

enum { LIMIT_MAX = 500, NOTES_SHOWN = 20 };

struct wishes {
    const char *state, *owner, *member, *subject, *kind, *limit, *after, *text, *note, *severity, *tlp, *reason, *probability;
    bool restricted, shown, read_only, answered;
};

/* ---- showing ---- */

static void print_head(void)
{
    columns_print(_("Case"), -6);
    printf("  ");
    columns_print(_("State"), 9);
    columns_print(_("Severity"), 10);
    columns_print(_("Owner"), 16);
    columns_print(_("Changed"), 21);
    printf("%s\n", _("Title"));
}

static void print_row(const json_t *row)
{
    char when[WHEN_TEXT_MAX];
    printf("%6" PRId64 "  ", row_number(row, "number"));
    columns_print(row_text(row, "state"), 9);
    columns_print(row_text(row, "severity"), 10);
    columns_print(row_text(row, "owner"), 16);
    printf("%-19s  %s%s%s\n", when_format(row_number(row, "changed_us"), when), row_text(row, "title"), json_is_true(json_object_get(row, "restricted")) ? _(" (restricted)") : "",
           json_is_true(json_object_get(row, "answered")) ? _(" (answered by a member)") : "");
}

static void print_texts(const json_t *o, const char *key, const char *member, const char *label)
{
    size_t i;
    const json_t *one;
    json_array_foreach(json_object_get(o, key), i, one)
    {
        columns_line(label, "%s%s", member ? row_text(one, member) : json_string_value(one), member && json_is_false(json_object_get(one, "write")) ? _(" (reads)") : "");
    }
}

static void print_case(const json_t *o)
{
    size_t i;
    const json_t *link;
    char made[WHEN_TEXT_MAX], changed[WHEN_TEXT_MAX];
    printf(_("Case %" PRId64 ": %s\n"), row_number(o, "number"), row_text(o, "title"));
    if (strcmp(row_text(o, "state"), "closed") == 0)
        columns_line(_("state"), "%s (%s)", row_text(o, "state"), row_text(o, "outcome"));
    else
        columns_line(_("state"), "%s", row_text(o, "state"));
    columns_line(_("severity"), "%s", row_text(o, "severity"));
    columns_line("TLP", "%s", row_text(o, "tlp"));
    columns_line(_("owner"), "%s", *row_text(o, "owner") ? row_text(o, "owner") : "-");
    columns_line(_("made"), _("%s by %s"), when_format(row_number(o, "made_us"), made), row_text(o, "made_by"));
    columns_line(_("changed"), "%s", when_format(row_number(o, "changed_us"), changed));
    if (json_is_true(json_object_get(o, "restricted")))
        columns_line(_("restricted"), "%s", _("to the people who are admitted"));
    if (json_is_true(json_object_get(o, "shared")))
        columns_line(_("shared"), "%s", _("with the members that it concerns"));
    print_texts(o, "members", NULL, _("member"));
    print_texts(o, "people", "account", _("admitted"));
    json_array_foreach(json_object_get(o, "links"), i, link)
    {
        columns_line(_("link"), "%s %" PRId64, row_text(link, "kind"), row_number(link, "reference"));
    }
}

static void print_subject(const json_t *row)
{
    size_t i;
    const json_t *other;
    int64_t met = 0;
    char subject[IDN_TEXT_MAX];
    json_array_foreach(json_object_get(row, "met"), i, other)
    {
        met += row_number(other, "count");
    }
    printf("  %s %s", row_text(row, "kind"), idn_show(row_text(row, "subject"), subject));
    if (*row_text(row, "state"))
        printf(_(": %s, %s, %" PRId64 " %%"), row_text(row, "claim"), row_text(row, "state"), row_number(row, "probability") / 10);
    if (*row_text(row, "action"))
        printf(_("; answered with %s"), row_text(row, "action"));
    if (met > 0)
        printf(_("; met %" PRId64 " times in 7 days"), met);
    json_array_foreach(json_object_get(row, "also"), i, other)
    {
        printf(_("; also in case %" PRId64), row_number(other, "number"));
    }
    printf("%s%s\n", *row_text(row, "note") ? " – " : "", row_text(row, "note"));
}

static void print_note(const json_t *row)
{
    char when[WHEN_TEXT_MAX];
    printf("  %-19s  %s: ", when_format(row_number(row, "made_us"), when), row_text(row, "made_by"));
    if (!*row_text(row, "field"))
        printf("%s%s\n", row_text(row, "text"), json_is_true(json_object_get(row, "internal")) ? "" : _(" (for members too)"));
    else
        printf("%s: %s → %s\n", row_text(row, "field"), *row_text(row, "old") ? row_text(row, "old") : "-", *row_text(row, "text") ? row_text(row, "text") : "-");
}

static void print_done(const json_t *o)
{
    if (json_object_get(o, "title"))
        printf(_("case %" PRId64 ": %s\n"), row_number(o, "number"), row_text(o, "state"));
    else if (json_object_get(o, "verdicts"))
        printf(_("%zu verdicts\n"), json_array_size(json_object_get(o, "verdicts")));
    else
        printf("%s\n", json_is_false(json_object_get(o, "changed")) ? _("it was so already") : _("done"));
}

/* ---- asking ---- */

static int run_list(const struct control_client_options *o, const struct wishes *w)
{
    static const struct row_page page = {.command = "cases", .head = print_head, .print = print_row, .limit = {0, LIMIT_MAX}, .after = {0, LONG_MAX}};
    char ascii[IDN_TEXT_MAX];
    json_t *wish = json_pack("{s:s*, s:s*, s:s*, s:s*, s:s*, s:b}", "state", w->state, "owner", w->owner, "member", w->member, "subject",
                             w->subject ? idn_subject(w->subject, ascii) : NULL, "kind", w->kind, "answered", w->answered);
    return row_page_list(o, &page, wish, &(struct row_page_place){.name = "cases", .limit = w->limit, .after = w->after});
}

static int run_show(const struct control_client_options *o, const char *number)
{
    static const struct row_page subjects = {.command = "case-subjects", .print = print_subject}, notes = {.command = "case-notes", .print = print_note};
    json_t *reply;
    int code = control_client_run(o, "case", json_pack("{s:s}", "number", number), CONTROL_WAIT_MS, print_case);
    int64_t after = 0;
    if (code != EXIT_FINE || o->json)
        return code;
    printf("\n%s\n", _("Subjects"));
    do {
        code = row_page_ask(o, &subjects, json_pack("{s:s, s:I}", "number", number, "after", (json_int_t)after), &reply);
        after = reply ? row_number(reply, "after") : 0;
        json_decref(reply);
    } while (after > 0);
    if (code != EXIT_FINE)
        return code;
    printf("\n%s\n", _("Notes, the newest first"));
    code = row_page_ask(o, &notes, json_pack("{s:s, s:i}", "number", number, "limit", NOTES_SHOWN), &reply);
    json_decref(reply);
    return code;
}

/* Subjects as they were typed, each with the kind and note that hold for all. */
static json_t *subjects_of(char **words, int count, const struct wishes *w)
{
    json_t *all = json_array();
    char ascii[IDN_TEXT_MAX];
    for (int i = 0; i < count; i++)
        json_array_append_new(all, json_pack("{s:s, s:s*, s:s*}", "subject", idn_subject(words[i], ascii), "kind", w->kind, "note", w->note));
    return all;
}

static int run_open(const struct control_client_options *o, char **words, int count, const struct wishes *w)
{
    json_t *wish = json_pack("{s:s, s:s*, s:s*, s:s*, s:s*, s:b, s:o}", "title", words[0], "severity", w->severity, "tlp", w->tlp, "owner", w->owner, "text", w->text,
                             "restricted", w->restricted, "subjects", subjects_of(words + 1, count - 1, w));
    return control_client_run(o, "case-open", wish, CONTROL_WAIT_MS, print_done);
}

static int run_add(const struct control_client_options *o, const char *number, char **words, int count, const struct wishes *w)
{
    if (count == 0 && !w->member)
        return command_usage("cases", _("give subjects, or --member"));
    int code = w->member ? control_client_run(o, "case-concern", json_pack("{s:s, s:s}", "number", number, "member", w->member), CONTROL_WAIT_MS, print_done) : EXIT_FINE;
    if (code != EXIT_FINE || count == 0)
        return code;
    return control_client_run(o, "case-add", json_pack("{s:s, s:o}", "number", number, "subjects", subjects_of(words, count, w)), CONTROL_WAIT_MS, print_done);
}

static int run_note(const struct control_client_options *o, const char *number, const struct wishes *w)
{
    if (!w->text)
        return command_usage("cases", _("give --text"));
    return control_client_run(o, "case-note", json_pack("{s:s, s:s, s:b}", "number", number, "text", w->text, "internal", !w->shown), CONTROL_WAIT_MS, print_done);
}

static int run_judge(const struct control_client_options *o, const char *number, const char *claim, const struct wishes *w)
{
    json_t *wish = json_pack("{s:s, s:s, s:s*, s:s*, s:s*}", "number", number, "claim", claim, "reason", w->reason, "severity", w->severity, "tlp", w->tlp);
    int code = row_page_number("cases", w->probability, (struct client_range){0, 100}, wish, "probability");
    if (code != EXIT_FINE) {
        json_decref(wish);
        return code;
    }
    if (w->probability)
        json_object_set_new(wish, "probability", json_integer(10 * row_number(wish, "probability")));
    return control_client_run(o, "case-judge", wish, CONTROL_WAIT_MS, print_done);
}

static int run_named(const struct control_client_options *o, char **words, int count, const struct wishes *w)
{
    const char *verb = words[0], *number = words[1];
    if (strcmp(verb, "open") == 0)
        return run_open(o, words + 1, count - 1, w);
    if (strcmp(verb, "add") == 0)
        return run_add(o, number, words + 2, count - 2, w);
    if (strcmp(verb, "show") == 0 && count == 2)
        return run_show(o, number);
    if (strcmp(verb, "note") == 0 && count == 2)
        return run_note(o, number, w);
    if (strcmp(verb, "judge") == 0 && count == 3)
        return run_judge(o, number, words[2], w);
    if (strcmp(verb, "close") == 0 && count == 3)
        return control_client_run(o, "case-change", json_pack("{s:s, s:s, s:s}", "number", number, "state", "closed", "outcome", words[2]), CONTROL_WAIT_MS, print_done);
    if (strcmp(verb, "admit") == 0 && count == 3)
        return control_client_run(o, "case-admit", json_pack("{s:s, s:s, s:b}", "number", number, "account", words[2], "write", !w->read_only), CONTROL_WAIT_MS, print_done);
    return command_usage("cases", _("it takes list, open, or show, add, note, judge, close, admit with a case's number and what they need"));
}

int command_cases(int argc, char **argv)
{
    struct control_client_options o;
    struct wishes w = {0};
    const struct client_option own[] = {{"state", 's', &w.state, NULL},       {"owner", 'o', &w.owner, NULL},
                                        {"member", 'm', &w.member, NULL},     {"subject", 0, &w.subject, NULL},
                                        {"kind", 'k', &w.kind, NULL},         {"limit", 'n', &w.limit, NULL},
                                        {"after", 0, &w.after, NULL},         {"text", 't', &w.text, NULL},
                                        {"note", 0, &w.note, NULL},           {"severity", 0, &w.severity, NULL},
                                        {"tlp", 0, &w.tlp, NULL},             {"reason", 'r', &w.reason, NULL},
                                        {"probability", 'p', &w.probability, NULL}, {"restricted", 0, NULL, &w.restricted},
                                        {"shown", 0, NULL, &w.shown},         {"read-only", 0, NULL, &w.read_only},
                                        {"answered", 0, NULL, &w.answered},
                                        {0}};
    int first;
    int code = client_options_parse(argc, argv, own, &o, &first);
    if (code != EXIT_FINE)
        return code;
    if (first == argc || (first + 1 == argc && strcmp(argv[first], "list") == 0))
        return run_list(&o, &w);
    if (first + 1 == argc)
        return command_usage("cases", _("it takes list, open, or show, add, note, judge, close, admit with a case's number and what they need"));
    return run_named(&o, argv + first, argc - first, &w);
}
