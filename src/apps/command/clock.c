/* hinomi clock: how long the loop took, by week and claim. */
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "apps/command/client_options.h"
#include "apps/command/columns.h"
#include "apps/command/command.h"
#include "apps/command/row_reader.h"
#include "apps/command/show_belief.h"
#include "base/text.h"

/* "450 ms", "12.0 s", "3.5 h": as people say it. */
static const char *length_of(int64_t us, char *text, size_t max)
{
    double s = (double)us / 1e6;
    if (s < 1)
        snprintf(text, max, "%.0f ms", s * 1000);
    else if (s < 120)
        snprintf(text, max, "%.1f s", s);
    else if (s < 7200)
        snprintf(text, max, "%.1f min", s / 60);
    else if (s < 172800)
        snprintf(text, max, "%.1f h", s / 3600);
    else
        snprintf(text, max, "%.1f d", s / 86400);
    return text;
}

static const char *moment_of(const char *word)
{
    static const struct {
        const char *word, *text;
    } moments[] = {{"seen", N_("first met")}, {"judged", N_("judged")}, {"blocked", N_("blocked")},
                   {"shared", N_("shared")},  {"told", N_("told")},     {"fixed", N_("seen fixed")}};
    for (size_t i = 0; i < array_len(moments); i++)
        if (strcmp(moments[i].word, word) == 0)
            return _(moments[i].text);
    return word;
}

static void print_row(const json_t *row)
{
    char step[128], median[32], p90[32];
    snprintf(step, sizeof step, "%s -> %s", moment_of(row_text(row, "from")), moment_of(row_text(row, "to")));
    columns_print(row_text(row, "week"), 10);
    columns_print(step, 24);
    columns_print(length_of(row_number(row, "median_us"), median, sizeof median), -10);
    columns_print(length_of(row_number(row, "p90_us"), p90, sizeof p90), -11);
    printf("%9" PRId64 "  %s\n", row_number(row, "count"), show_claim(row));
}

int command_clock(int argc, char **argv)
{
    struct control_client_options o;
    const char *weeks = NULL;
    const struct client_option own[] = {{"weeks", 'w', &weeks, NULL}, {0}};
    struct row_reader rows = {.print = print_row};
    int first;
    int code = client_options_parse(argc, argv, own, &o, &first);
    if (code != EXIT_FINE)
        return code;
    char *end = NULL;
    long count = weeks ? strtol(weeks, &end, 10) : 0;
    if (first != argc || (weeks && (*end || count < 1 || count > 520)))
        return command_usage(argv[0], _("it takes --weeks N (1 to 520) only"));
    rows.json = o.json;
    int fd = control_client_connect(&o);
    if (fd < 0)
        return EXIT_FAILED;
    if (!o.json) {
        columns_print(_("Week"), 10);
        columns_print(_("From -> to"), 24);
        columns_print(_("Median"), -10);
        columns_print(_("90 %"), -11);
        columns_print(_("Subjects"), -9);
        printf("  %s\n", _("Claim"));
    }
    json_t *reply = control_client_ask(fd, &o, "clock", json_pack("{s:I}", "weeks", (json_int_t)count), row_reader_take, &rows, CONTROL_WAIT_LONG_MS);
    close(fd);
    if (reply && !o.json && rows.count == 0)
        printf("%s\n", _("nothing was acted on in that time"));
    if (reply && !o.json && json_is_true(json_object_get(reply, "cut")))
        printf("%s\n", _("There is more than could be reckoned: ask for fewer weeks."));
    code = reply ? EXIT_FINE : EXIT_FAILED;
    json_decref(reply);
    return code;
}
