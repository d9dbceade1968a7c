/* hinomi indicators, review, sources: what is believed, what waits for a person, and how those who said it did. */
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "apps/command/client_options.h"
#include "apps/command/columns.h"
#include "apps/command/command.h"
#include "apps/command/idn.h"
#include "apps/command/row_reader.h"
#include "apps/command/show_belief.h"
#include "apps/command/when.h"
#include "base/text.h"

enum { LIMIT_MAX = 10000 };

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

/* Asks `command`, prints the rows; *ret_reply is to be dropped, NULL when it failed. */
static uint64_t show_rows(const struct control_client_options *o, const char *command, json_t *wish, void (*head)(void),
                          void (*print)(const json_t *row), json_t **ret_reply)
{
    struct row_reader rows = {.json = o->json, .print = print};
    int fd = control_client_connect(o);
    *ret_reply = NULL;
    if (fd < 0) {
        json_decref(wish);
        return 0;
    }
    if (!o->json)
        head();
    *ret_reply = control_client_ask(fd, o, command, wish, row_reader_take, &rows, CONTROL_WAIT_MS);
    close(fd);
    return rows.count;
}

static int take_number(const char *command, const char *text, long max, json_t *wish, const char *key)
{
    char *end;
    if (!text)
        return EXIT_FINE;
    long value = strtol(text, &end, 10);
    if (*end || end == text || value < 1 || value > max)
        return command_usage(command, _("not a valid value: %s"), text);
    json_object_set_new(wish, key, json_integer(value));
    return EXIT_FINE;
}

static int show_indicators(const struct control_client_options *o, json_t *wish, bool is_review)
{
    json_t *reply;
    uint64_t count = show_rows(o, "indicators", wish, print_indicator_head, print_indicator, &reply);
    if (!reply)
        return EXIT_FAILED;
    if (!o->json && count == 0)
        printf("%s\n", is_review ? _("nothing waits for a decision") : _("there is none"));
    if (!o->json && count > 0 && is_review)
        printf("\n%s\n", _("Look at one with \"hinomi verdicts SUBJECT\"; then decide: hinomi judge SUBJECT confirmed --reason TEXT, or\n"
                           "hinomi judge SUBJECT false-positive --reason TEXT."));
    if (!o->json && row_number(reply, "after") > 0)
        printf(_("There are more: --after %" PRId64 "\n"), row_number(reply, "after"));
    json_decref(reply);
    return EXIT_FINE;
}

/* One page of them; takes the wish over. */
static int show_page(const struct control_client_options *o, const char *command, json_t *wish, const char *limit, const char *after,
                     bool is_review)
{
    int code = take_number(command, limit, LIMIT_MAX, wish, "limit");
    if (code == EXIT_FINE)
        code = take_number(command, after, UINT32_MAX, wish, "after");
    if (code == EXIT_FINE)
        return show_indicators(o, wish, is_review);
    json_decref(wish);
    return code;
}

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
    return show_page(&o, argv[0], wish, limit, after, false);
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
    return show_page(&o, argv[0], json_pack("{s:s}", "advice", "ask"), limit, after, true);
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
    if (show_rows(&o, "sources", json_object(), print_source_head, print_source, &reply) == 0 && reply && !o.json)
        printf("%s\n", _("nobody has said anything of a subject yet"));
    code = reply ? EXIT_FINE : EXIT_FAILED;
    json_decref(reply);
    return code;
}
