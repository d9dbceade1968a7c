/* hinomi indicators, review, sources: what is believed, what waits for a person, and how those who said it did. */
#include <inttypes.h>
#include <stdio.h>

#include "apps/command/client_options.h"
#include "apps/command/columns.h"
#include "apps/command/command.h"
#include "apps/command/idn.h"
#include "apps/command/row_page.h"
#include "apps/command/row_reader.h"
#include "apps/command/show_belief.h"
#include "apps/command/when.h"
#include "base/text.h"

static void print_indicator(const json_t *row)
{
    char subject[IDN_TEXT_MAX], since[WHEN_TEXT_MAX];
    printf("%5.1f %%  %-9s  %-7s  %-19s  %8" PRId64 "  %s %s: %s%s\n", (double)row_number(row, "probability") / 10,
           row_text(row, "state"), row_text(row, "advice"), when_format(row_number(row, "last_us"), since), row_number(row, "sightings"),
           row_text(row, "kind"), idn_show(row_text(row, "subject"), subject), show_claim(row),
           json_is_true(json_object_get(row, "conflict")) ? _(" (in conflict)") : "");
}

static void print_indicator_head(void)
{
    columns_print(_("Belief"), 9);
    columns_print(_("State"), 11);
    columns_print(_("Advice"), 9);
    columns_print(_("Last said or seen"), 21);
    columns_print(_("Seen"), -8);
    printf("  %s\n", _("Subject"));
}

static const struct client_range limits = {1, 10000}, afters = {1, UINT32_MAX};

int command_indicators(int argc, char **argv)
{
    struct control_client_options o;
    const char *state = NULL, *advice = NULL, *kind = NULL, *claim = NULL, *limit = NULL, *after = NULL;
    bool conflict = false;
    const struct client_option own[] = {{"state", 's', &state, NULL}, {"advice", 'a', &advice, NULL}, {"kind", 'k', &kind, NULL},
                                        {"claim", 0, &claim, NULL},   {"conflict", 0, NULL, &conflict}, {"limit", 'n', &limit, NULL},
                                        {"after", 0, &after, NULL},   {0}};
    int first;
    int code = client_options_parse(argc, argv, own, &o, &first);
    if (code != EXIT_FINE)
        return code;
    if (first != argc)
        return command_usage(argv[0], _("it takes options only; for one subject there is \"hinomi verdicts\""));
    json_t *wish = json_pack("{s:s*, s:s*, s:s*, s:s*, s:b}", "state", state, "advice", advice, "kind", kind, "claim", claim,
                             "conflict", conflict);
    const struct row_page page = {
        .command = "indicators", .head = print_indicator_head, .print = print_indicator, .none = _("there is none"), .limit = limits, .after = afters};
    return row_page_list(&o, &page, wish, &(struct row_page_place){.name = argv[0], .limit = limit, .after = after});
}

int command_review(int argc, char **argv)
{
    struct control_client_options o;
    const char *limit = NULL, *after = NULL;
    const struct client_option own[] = {{"limit", 'n', &limit, NULL}, {"after", 0, &after, NULL}, {0}};
    int first;
    int code = client_options_parse(argc, argv, own, &o, &first);
    if (code != EXIT_FINE)
        return code;
    if (first != argc)
        return command_usage(argv[0], _("it takes options only; for one subject there is \"hinomi verdicts\""));
    const struct row_page page = {.command = "indicators",
                                  .head = print_indicator_head,
                                  .print = print_indicator,
                                  .none = _("nothing waits for a decision"),
                                  .hint = _("Look at one with \"hinomi verdicts SUBJECT\"; then decide: hinomi judge SUBJECT confirmed --reason TEXT, or\n"
                                            "hinomi judge SUBJECT false-positive --reason TEXT."),
                                  .limit = limits,
                                  .after = afters};
    return row_page_list(&o, &page, json_pack("{s:s}", "advice", "ask"), &(struct row_page_place){.name = argv[0], .limit = limit, .after = after});
}

static void print_source(const json_t *row)
{
    char last[WHEN_TEXT_MAX], fetched[WHEN_TEXT_MAX], lead[32] = "";
    if (row_number(row, "followed") > 0)
        snprintf(lead, sizeof lead, "%.1f", (double)row_number(row, "lead_us") / 3600e6);
    printf("%9" PRId64 " %9" PRId64 " %9" PRId64 " %8s %9" PRId64 " %7" PRId64 " %9" PRId64 "  %-19s  %-19s  %s %s\n", row_number(row, "said"),
           row_number(row, "first"), row_number(row, "first") - row_number(row, "followed"), lead, row_number(row, "confirmed"),
           row_number(row, "wrong"), row_number(row, "hits"), when_format(row_number(row, "last_us"), last),
           row_number(row, "fetched_us") ? when_format(row_number(row, "fetched_us"), fetched) : "", row_text(row, "kind"), row_text(row, "source"));
}

static void print_source_head(void)
{
    columns_print(_("Said"), -9);
    columns_print(_("First"), -10);
    columns_print(_("Alone"), -10);
    columns_print(_("Lead h"), -9);
    columns_print(_("Confirmed"), -10);
    columns_print(_("Wrong"), -8);
    columns_print(_("Met"), -10);
    printf("  ");
    columns_print(_("Last"), 21);
    columns_print(_("Fetched"), 21);
    printf("%s\n", _("Source"));
}

int command_sources(int argc, char **argv)
{
    struct control_client_options o;
    const struct client_option own[] = {{0}};
    int first;
    json_t *reply;
    int code = client_options_parse(argc, argv, own, &o, &first);
    if (code != EXIT_FINE)
        return code;
    if (first != argc)
        return command_usage(argv[0], _("it takes no arguments"));
    const struct row_page page = {
        .command = "sources", .head = print_source_head, .print = print_source, .none = _("nobody has said anything of a subject yet")};
    code = row_page_ask(&o, &page, json_object(), &reply);
    json_decref(reply);
    return code;
}
