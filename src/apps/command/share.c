/* hinomi share, receipts: what the exit gate lets through to whom, and what was given to whom. */
#include <inttypes.h>
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

enum { RECIPIENT_WIDTH = 20 };

static void print_subject(const json_t *reply)
{
    char subject[IDN_TEXT_MAX], first[WHEN_TEXT_MAX];
    const json_t *one;
    size_t i;
    printf("%s: %s\n", row_text(reply, "kind"), idn_show(row_text(reply, "subject"), subject));
    json_array_foreach(json_object_get(reply, "outcomes"), i, one)
    {
        printf("  ");
        columns_print(row_text(one, "recipient"), RECIPIENT_WIDTH);
        printf("%s\n", row_text(one, "text"));
    }
    if (json_array_size(json_object_get(reply, "outcomes")) == 0)
        printf("%s\n", _("there is no recipient; see \"share\" in hinomi.conf(5)"));
    json_array_foreach(json_object_get(reply, "given"), i, one)
    {
        printf("  ");
        columns_print(row_text(one, "recipient"), RECIPIENT_WIDTH);
        printf(json_is_true(json_object_get(one, "given")) ? _("given since %s\n") : _("given at %s, and taken back\n"),
               when_format(row_number(one, "first_us"), first));
    }
}

static void print_trial(const json_t *reply)
{
    const json_t *one, *sample;
    size_t i, n;
    char subject[IDN_TEXT_MAX];
    printf(_("%s: %" PRId64 " would be shared\n"), row_text(reply, "recipient"), row_number(reply, "shared"));
    json_array_foreach(json_object_get(reply, "outcomes"), i, one)
    {
        printf("%10" PRId64 "  %s: ", row_number(one, "count"), row_text(one, "text"));
        json_array_foreach(json_object_get(one, "samples"), n, sample)
        {
            printf("%s%s", n > 0 ? ", " : "", idn_show(json_string_value(sample), subject));
        }
        printf("%s\n", (int64_t)json_array_size(json_object_get(one, "samples")) < row_number(one, "count") ? ", ..." : "");
    }
}

int command_share(int argc, char **argv)
{
    struct control_client_options o;
    const char *recipient = NULL, *kind = NULL;
    const struct client_option own[] = {{"dry-run", 0, &recipient, NULL}, {"kind", 'k', &kind, NULL}, {0}};
    char ascii[IDN_TEXT_MAX];
    int first;
    int code = client_options_parse(argc, argv, own, &o, &first);
    if (code != EXIT_FINE)
        return code;
    if (recipient && first == argc)
        return control_client_run(&o, "share", json_pack("{s:s}", "recipient", recipient), CONTROL_WAIT_LONG_MS, print_trial);
    if (recipient || first != argc - 1)
        return command_usage(argv[0], _("give one subject, or --dry-run RECIPIENT"));
    const char *subject = kind ? argv[first] : idn_subject(argv[first], ascii);
    return control_client_run(&o, "share", json_pack("{s:s, s:s*}", "subject", subject, "kind", kind), CONTROL_WAIT_MS, print_subject);
}

static void print_receipt_head(void)
{
    columns_print(_("Entry"), -8);
    printf("  ");
    columns_print(_("When"), 21);
    columns_print(_("Objects"), -9);
    printf("  %s\n", _("Recipient, way, what, from .. to"));
}

static void print_receipt(const json_t *row)
{
    char made[WHEN_TEXT_MAX];
    printf("%8" PRId64 "  %-19s  %9" PRId64 "  %s %s %s %s .. %s\n", row_number(row, "number"), when_format(row_number(row, "made_us"), made),
           row_number(row, "objects"), row_text(row, "recipient"), row_text(row, "way"), row_text(row, "what"), row_text(row, "first"),
           row_text(row, "last"));
}

int command_receipts(int argc, char **argv)
{
    struct control_client_options o;
    const char *limit = NULL;
    const struct client_option own[] = {{"limit", 'n', &limit, NULL}, {0}};
    int first;
    long count = 0;
    int code = client_options_parse(argc, argv, own, &o, &first);
    if (code != EXIT_FINE)
        return code;
    code = client_options_number(argv[0], limit, (struct client_range){1, 10000}, &count);
    if (code != EXIT_FINE)
        return code;
    if (first < argc - 1)
        return command_usage(argv[0], _("give one recipient, or none for all"));
    const struct row_page page = {.command = "receipts",
                                  .head = print_receipt_head,
                                  .print = print_receipt,
                                  .none = first < argc ? _("nothing was given to a recipient of that name yet; a receipt is written when the minute is over")
                                                       : _("nothing was given to anybody yet; a receipt is written when the minute is over")};
    json_t *reply, *wish = json_pack("{s:s*, s:I}", "recipient", first < argc ? argv[first] : NULL, "limit", (json_int_t)count);
    code = row_page_ask(&o, &page, wish, &reply);
    json_decref(reply);
    return code;
}
