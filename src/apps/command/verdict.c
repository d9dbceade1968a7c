/* hinomi block, allow, withdraw, why: what is said of a name by hand, and why it is answered as it is. */
#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "apps/command/client_options.h"
#include "apps/command/columns.h"
#include "apps/command/command.h"
#include "apps/command/idn.h"
#include "apps/command/row_reader.h"
#include "apps/command/show_belief.h"
#include "apps/command/when.h"
#include "base/addr.h"
#include "base/clock.h"
#include "base/text.h"

/* Addresses have nothing below them. */
static void print_change(const json_t *reply, const char *of_name, const char *of_address)
{
    const json_t *v = json_object_get(reply, "verdict");
    char until[WHEN_TEXT_MAX], name[IDN_TEXT_MAX];
    struct addr_prefix prefix;
    bool is_address = addr_prefix_parse(row_text(v, "subject"), &prefix) == 0;
    printf(is_address ? of_address : of_name, row_number(v, "number"), idn_show(row_text(v, "subject"), name));
    if (*row_text(v, "group"))
        columns_line(_("group"), "%s", row_text(v, "group"));
    if (row_number(v, "until_us") > row_number(v, "from_us"))
        columns_line(_("until"), "%s", when_format(row_number(v, "until_us"), until));
    const char *warning = json_string_value(json_object_get(reply, "warning"));
    if (warning)
        fprintf(stderr, "hinomi: %s\n", warning);
}

static void print_block(const json_t *reply)
{
    if (strcmp(row_text(json_object_get(reply, "verdict"), "claim"), "observe") == 0)
        print_change(reply, _("verdict %" PRId64 ": %s and everything below it is observed: it would be blocked\n"),
                     _("verdict %" PRId64 ": answers with %s are observed: they would be blocked\n"));
    else
        print_change(reply, _("verdict %" PRId64 ": %s and everything below it is blocked\n"),
                     _("verdict %" PRId64 ": answers with %s are blocked\n"));
}

static void print_allow(const json_t *reply)
{
    print_change(reply, _("verdict %" PRId64 ": %s and everything below it is let through\n"),
                 _("verdict %" PRId64 ": answers with %s are let through\n"));
}

static void print_withdraw(const json_t *reply)
{
    const char *text = _("verdict %" PRId64 ": what was said by hand about %s is withdrawn\n");
    print_change(reply, text, text);
}

/* The name as the DNS has it, from what was typed. */
static int take_name(const char *command, const char *typed, char ret_name[IDN_TEXT_MAX])
{
    const char *reason;
    if (idn_to_ascii(typed, ret_name, &reason) < 0)
        return command_usage(command, _("not a name: %s (%s)"), typed, reason);
    return EXIT_FINE;
}

static int change(int argc, char **argv, void (*print)(const json_t *reply))
{
    struct control_client_options o;
    const char *reason = NULL, *until = NULL, *group = NULL;
    bool force = false, observe = false;
    const struct client_option own[] = {
        {"reason", 'r', &reason, NULL}, {"until", 'u', &until, NULL},  {"group", 'g', &group, NULL},
        {"force", 0, NULL, &force},     {"observe", 0, NULL, &observe}, {0}};
    int first;
    int code = client_options_parse(argc, argv, own, &o, &first);
    if (code != EXIT_FINE)
        return code;
    if (first != argc - 1)
        return command_usage(argv[0], _("one name, address or network is needed"));
    if (observe && strcmp(argv[0], "block") != 0)
        return command_usage(argv[0], _("only a block can be observed: hinomi block --observe"));
    if (!reason)
        return command_usage(argv[0], _("a reason is needed: --reason TEXT; it is kept and shown to whoever asks why"));
    char name[IDN_TEXT_MAX];
    code = take_name(argv[0], argv[first], name);
    if (code != EXIT_FINE)
        return code;
    int64_t until_us = 0;
    if (until && when_parse(until, clock_wall_us(), &until_us) < 0)
        return command_usage(argv[0], _("not a time: %s (such as 2h, 7d, 2026-12-31, 2026-12-31T18:00)"), until);
    return control_client_run(
        &o, argv[0],
        json_pack("{s:s, s:s, s:I, s:b, s:b, s:s*}", "name", name, "reason", reason, "until_us",
                  (json_int_t)until_us, "force", force, "observe", observe, "group", group),
        CONTROL_WAIT_MS, print);
}

int command_block(int argc, char **argv)
{
    return change(argc, argv, print_block);
}

int command_allow(int argc, char **argv)
{
    return change(argc, argv, print_allow);
}

int command_withdraw(int argc, char **argv)
{
    return change(argc, argv, print_withdraw);
}

/* ---- why ---- */

static void print_match(const json_t *m)
{
    char since[WHEN_TEXT_MAX], until[WHEN_TEXT_MAX];
    const json_t *statement = json_object_get(m, "statement");
    printf("\n");
    columns_line(_("action"), "%s", row_text(m, "action"));
    const json_t *belief = json_object_get(m, "belief");
    if (belief)
        columns_line(_("said"), "%s", _("by the indicators: what is believed of it"));
    else if (row_number(m, "list_id") == 0)
        columns_line(_("said"), "%s", _("by hand"));
    else if (row_number(m, "line") > 0)
        columns_line(_("list"), _("%s, line %" PRId64), row_text(m, "list"), row_number(m, "line"));
    columns_line(_("matched"), "%s", row_text(m, "matched"));
    if (*row_text(m, "group"))
        columns_line(_("group"), "%s", row_text(m, "group"));
    if (json_is_false(json_object_get(m, "counts")))
        columns_line(_("counts"), "%s", _("no: the list is not for this client"));
    if (json_object_get(m, "set_aside"))
        columns_line(_("set aside"), "%s", row_text(m, "set_aside"));
    columns_line(_("verdict"), "%s", row_text(m, "verdict"));
    if (row_number(m, "since_us") > 0) /* else it holds as long as it is believed */
        columns_line(_("since"), "%s", when_format(row_number(m, "since_us"), since));
    if (row_number(m, "until_us") > 0)
        columns_line(_("until"), "%s", when_format(row_number(m, "until_us"), until));
    if (json_is_object(statement)) {
        columns_line(_("who"), "%s", row_text(statement, "source"));
        columns_line(_("reason"), "%s", row_text(statement, "reason"));
    }
    if (json_is_object(belief))
        show_belief(belief);
}

static void print_history(const json_t *history)
{
    size_t i;
    json_t *v;
    if (json_array_size(history) > 0)
        printf("\n%s\n", _("All that was said of it, newest first:"));
    json_array_foreach(history, i, v)
    {
        char made[WHEN_TEXT_MAX];
        printf(_("  verdict %" PRId64 ", %s, %s, %s: %s\n"), row_number(v, "number"), row_text(v, "claim"),
               when_format(row_number(v, "made_us"), made), row_text(v, "source"), row_text(v, "reason"));
    }
}

/* What never-block lists have to do with it. */
static void print_protection(const json_t *reply)
{
    const json_t *protected = json_object_get(reply, "protected");
    const json_t *left_out = json_object_get(reply, "left_out");
    if (protected)
        printf(_("\nprotected by the never-block list %s, line %" PRId64 "\n"), row_text(protected, "by"),
               row_number(protected, "line"));
    size_t i;
    json_t *c;
    json_array_foreach(left_out, i, c)
    {
        printf(_("left out: %s of %s, line %" PRId64 " (%s), since %s is protected by %s\n"), row_text(c, "name"),
               row_text(c, "list"), row_number(c, "line"), row_text(c, "action"), row_text(c, "protected"), row_text(c, "by"));
    }
}

static void print_why(const json_t *reply)
{
    const char *action = row_text(reply, "action");
    char name[IDN_TEXT_MAX];
    idn_show(row_text(reply, "name"), name);
    const json_t *matches = json_object_get(reply, "matches");
    bool resolved = strcmp(action, "none") == 0 || strcmp(action, "pass") == 0 || strcmp(action, "observe") == 0;
    if (strcmp(action, "none") == 0)
        printf(_("%s: nothing in the policy; it is resolved\n"), name);
    else
        printf(_("%s: %s, verdict %s\n"), name, action, row_text(reply, "verdict"));
    if (*row_text(reply, "group"))
        printf(_("decided for the client group %s\n"), row_text(reply, "group"));
    if (resolved && json_is_false(json_object_get(reply, "final")))
        printf("%s\n", _("what stands in its answer is held against the policy as well"));
    else if (json_is_false(json_object_get(reply, "final")))
        printf("%s\n", _("it is resolved first: a list that comes before has rules about answers"));
    size_t i;
    json_t *m;
    json_array_foreach(matches, i, m)
    {
        print_match(m);
    }
    print_protection(reply);
    print_history(json_object_get(reply, "history"));
}

int command_why(int argc, char **argv)
{
    struct control_client_options o;
    const char *client = NULL, *group = NULL;
    const struct client_option own[] = {{"client", 'c', &client, NULL}, {"group", 'g', &group, NULL}, {0}};
    int first;
    int code = client_options_parse(argc, argv, own, &o, &first);
    if (code != EXIT_FINE)
        return code;
    if (first != argc - 1)
        return command_usage(argv[0], _("one name, address or network is needed"));
    char name[IDN_TEXT_MAX];
    code = take_name("why", argv[first], name);
    if (code != EXIT_FINE)
        return code;
    return control_client_run(&o, "why",
                              json_pack("{s:s, s:s*, s:s*}", "name", name, "client", client, "group", group),
                              CONTROL_WAIT_MS, print_why);
}
