/* hinomi import, lists, accept, discard, observe, enforce, remove: the lists of a node. */
#include <ctype.h>
#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "api/control/control.h"
#include "apps/command/client_options.h"
#include "apps/command/columns.h"
#include "apps/command/command.h"
#include "apps/command/progress.h"
#include "apps/command/row_reader.h"
#include "apps/command/when.h"
#include "base/channel.h"
#include "base/text.h"

enum { NAME_MAX_LEN = 63 };

/* A list is called after its file unless it is given a name: the last part, without what a list's name cannot have. */
static void name_after_file(const char *path, char *name)
{
    const char *slash = strrchr(path, '/');
    const char *from = slash ? slash + 1 : path;
    size_t n = 0;
    for (; *from && n < NAME_MAX_LEN; from++) {
        unsigned char c = (unsigned char)*from;
        bool plain = isalnum(c) || c == '-' || c == '_' || c == '.';
        if (n == 0 && (c == '.' || c == '-'))
            continue;
        name[n++] = plain ? (char)c : '_';
    }
    name[n] = '\0';
}

static void print_held(const json_t *held)
{
    const char *name = row_text(held, "name");
    printf(_("list %s is held back: %" PRId64 " rules, where %" PRId64 " are in force; those stay\n"), name,
           row_number(held, "names"), row_number(held, "old_names"));
    printf(_("  hinomi accept %s    takes it; hinomi discard %s    drops it\n"), name, name);
}

static void print_import(const json_t *reply)
{
    const json_t *list = json_object_get(reply, "list");
    const char *result = row_text(reply, "result");
    if (strcmp(result, "held") == 0)
        print_held(json_object_get(reply, "held"));
    else if (strcmp(result, "discarded") == 0)
        printf(_("list %s: this edition was discarded before; --accept takes it all the same\n"),
               row_text(json_object_get(reply, "held"), "name"));
    else if (strcmp(result, "unchanged") == 0)
        printf(_("list %s: this edition is in force already, verdict %" PRId64 "\n"), row_text(list, "name"),
               row_number(list, "verdict"));
    else
        printf(_("list %s (%s): %" PRId64 " rules, %" PRId64 " lines skipped, verdict %" PRId64 "\n"),
               row_text(list, "name"), row_text(list, "format"), row_number(list, "names"), row_number(list, "skipped"),
               row_number(list, "verdict"));
    size_t i;
    json_t *s;
    json_array_foreach(json_object_get(reply, "samples"), i, s)
    {
        printf(_("  line %" PRId64 " skipped: %s: %s\n"), (int64_t)json_integer_value(json_object_get(s, "line")),
               json_string_value(json_object_get(s, "reason")), json_string_value(json_object_get(s, "text")));
    }
    const char *warning = json_string_value(json_object_get(reply, "warning"));
    if (warning)
        fprintf(stderr, "hinomi: %s\n", warning);
}

int command_import(int argc, char **argv)
{
    struct control_client_options o;
    const char *name = NULL, *format = "auto", *reason = "";
    bool accept = false, never_block = false, observe = false;
    const struct client_option own[] = {{"name", 'n', &name, NULL},      {"format", 'f', &format, NULL},
                                        {"reason", 'r', &reason, NULL},  {"accept", 0, NULL, &accept},
                                        {"never-block", 0, NULL, &never_block},
                                        {"observe", 0, NULL, &observe}, {0}};
    int first;
    int code = client_options_parse(argc, argv, own, &o, &first);
    if (code != EXIT_FINE)
        return code;
    if (first != argc - 1)
        return command_usage(argv[0], _("one file is needed"));
    char own_name[NAME_MAX_LEN + 1];
    name_after_file(argv[first], own_name);
    int file = strcmp(argv[first], "-") == 0 ? dup(STDIN_FILENO) : open(argv[first], O_RDONLY | O_CLOEXEC);
    if (file < 0)
        return command_failed("%s: %s", argv[first], strerror(errno));
    int fd = control_client_connect(&o);
    if (fd < 0) {
        close(file);
        return EXIT_FAILED;
    }
    json_t *reply = NULL;
    if (control_client_send(fd, &o, "import",
                            json_pack("{s:s, s:s, s:s, s:b, s:b, s:b}", "name", name ? name : own_name, "format", format,
                                      "reason", reason, "accept", accept, "never_block", never_block, "observe",
                                      observe)) &&
        control_client_send_file(fd, &o, file, argv[first]))
        reply = control_client_reply(fd, &o, NULL, NULL, CONTROL_WAIT_LONG_MS);
    close(file);
    close(fd);
    if (!reply)
        return EXIT_FAILED;
    if (o.json)
        control_client_print_json(reply);
    else
        print_import(reply);
    json_decref(reply);
    return EXIT_FINE;
}

static void print_list(const json_t *l)
{
    char when[WHEN_TEXT_MAX];
    const json_t *held = json_object_get(l, "held");
    printf("%-4" PRId64 " %-28s %-7s %10" PRId64 " %8" PRId64 " %8" PRId64 "  %s", row_number(l, "id"), row_text(l, "name"),
           row_text(l, "format"), row_number(l, "names"), row_number(l, "skipped"), row_number(l, "verdict"),
           when_format(row_number(l, "imported_us"), when));
    printf("%s\n", json_is_true(json_object_get(l, "never_block")) ? _("  never-block list")
                   : json_is_true(json_object_get(l, "observes")) ? _("  only observed")
                                                                  : "");
    if (strcmp(row_text(l, "state"), "held") == 0)
        printf(_("     held back since %s: %" PRId64 " rules instead of %" PRId64 "; \"hinomi accept %s\" or \"hinomi discard "
                 "%s\"\n"),
               when_format(row_number(held, "since_us"), when), row_number(held, "names"), row_number(held, "old_names"),
               row_text(l, "name"), row_text(l, "name"));
    if (row_number(l, "conflicts") > 0)
        printf(_("     %" PRId64 " rules left out, since they block protected names: hinomi lists --conflicts\n"),
               row_number(l, "conflicts"));
}

static void print_feed(const json_t *f)
{
    char ok[WHEN_TEXT_MAX], next[WHEN_TEXT_MAX];
    int64_t ok_us = row_number(f, "ok_us");
    printf(_("feed %s: %s\n"), row_text(f, "name"), row_text(f, "source"));
    printf(_("     last success %s; next try %s; last time: %s\n"), ok_us ? when_format(ok_us, ok) : _("never"),
           row_number(f, "next_us") ? when_format(row_number(f, "next_us"), next) : _("now"), row_text(f, "outcome"));
    if (json_object_get(f, "serial"))
        printf(_("     serial %" PRId64 "%s\n"), row_number(f, "serial"),
               json_is_true(json_object_get(f, "expired")) ? _("; expired: its primary has not confirmed it for too long")
                                                          : "");
    if (json_object_get(f, "statements"))
        printf(_("     last edition: %" PRId64 " statements; %" PRId64 " new, %" PRId64 " replaced, %" PRId64 " withdrawn, %" PRId64
                 " left out\n"),
               row_number(f, "statements"), row_number(f, "added"), row_number(f, "replaced"), row_number(f, "withdrawn"),
               row_number(f, "refused"));
    if (*row_text(f, "error"))
        printf(_("     failed %" PRId64 " times: %s\n"), row_number(f, "failures"), row_text(f, "error"));
}

static void print_feeds(const json_t *reply)
{
    size_t i;
    json_t *f;
    json_array_foreach(json_object_get(reply, "feeds"), i, f)
    {
        print_feed(f);
    }
}

static void print_lists(const json_t *reply)
{
    const json_t *lists = json_object_get(reply, "lists");
    if (json_array_size(lists) == 0) {
        printf("%s\n", _("There are no lists. \"hinomi import FILE\" takes one in."));
    } else {
        columns_print(_("No."), 5);
        columns_print(_("Name"), 29);
        columns_print(_("Format"), 7);
        columns_print(_("Rules"), -11);
        columns_print(_("Skipped"), -9);
        columns_print(_("Verdict"), -9);
        printf("  %s\n", _("Imported"));
    }
    size_t i;
    json_t *l;
    json_array_foreach(lists, i, l)
    {
        print_list(l);
    }
    print_feeds(reply);
    if (row_number(reply, "protected_names") > 0)
        printf(_("%" PRId64 " names are protected; %" PRId64 " rules of lists were left out for them.\n"),
               row_number(reply, "protected_names"), row_number(reply, "conflict_count"));
}

static void print_conflicts(const json_t *reply)
{
    size_t i;
    json_t *c;
    const json_t *conflicts = json_object_get(reply, "conflicts");
    json_array_foreach(conflicts, i, c)
    {
        printf(_("%s, line %" PRId64 ": %s of %s would block %s, which %s protects (line %" PRId64 ")\n"),
               row_text(c, "list"), row_number(c, "line"), row_text(c, "action"), row_text(c, "name"),
               row_text(c, "protected"), row_text(c, "by"), row_number(c, "by_line"));
    }
    int64_t more = row_number(reply, "conflict_count") - (int64_t)json_array_size(conflicts);
    if (more > 0)
        printf(_("and %" PRId64 " more\n"), more);
    if (json_array_size(conflicts) == 0)
        printf("%s\n", _("No list blocks a protected name."));
}

int command_lists(int argc, char **argv)
{
    struct control_client_options o;
    bool conflicts = false;
    const struct client_option own[] = {{"conflicts", 0, NULL, &conflicts}, {0}};
    int first;
    int code = client_options_parse(argc, argv, own, &o, &first);
    if (code != EXIT_FINE)
        return code;
    if (first != argc)
        return command_usage(argv[0], _("unexpected argument: %s"), argv[first]);
    return control_client_run(&o, "lists", json_pack("{s:b}", "conflicts", conflicts), CONTROL_WAIT_MS,
                              conflicts ? print_conflicts : print_lists);
}

int command_fetch(int argc, char **argv)
{
    struct control_client_options o;
    int first;
    int code = client_options_parse(argc, argv, NULL, &o, &first);
    if (code != EXIT_FINE)
        return code;
    if (first < argc - 1)
        return command_usage(argv[0], _("the name of one feed, or none for all"));
    return control_client_run(&o, "fetch", first < argc ? json_pack("{s:s}", "name", argv[first]) : json_object(),
                              CONTROL_WAIT_LONG_MS, print_feeds);
}

/* ---- of one list ---- */

static int of_one_list(int argc, char **argv, void (*print)(const json_t *reply))
{
    struct control_client_options o;
    const char *reason = "";
    const struct client_option own[] = {{"reason", 'r', &reason, NULL}, {0}};
    int first;
    int code = client_options_parse(argc, argv, own, &o, &first);
    if (code != EXIT_FINE)
        return code;
    if (first != argc - 1)
        return command_usage(argv[0], _("the name of one list is needed"));
    return control_client_run(&o, argv[0], json_pack("{s:s, s:s}", "name", argv[first], "reason", reason),
                              CONTROL_WAIT_LONG_MS, print);
}

static void print_discarded(const json_t *reply)
{
    printf(_("list %s: what was held back is dropped\n"), row_text(json_object_get(reply, "held"), "name"));
}

int command_accept(int argc, char **argv)
{
    return of_one_list(argc, argv, print_import);
}

int command_discard(int argc, char **argv)
{
    return of_one_list(argc, argv, print_discarded);
}

static void print_removed(const json_t *reply)
{
    const char *warning = json_string_value(json_object_get(reply, "warning"));
    printf("%s\n", _("the list is removed"));
    if (warning)
        fprintf(stderr, "hinomi: %s\n", warning);
}

static void print_mode(const json_t *reply)
{
    const json_t *list = json_object_get(reply, "list");
    const char *warning = json_string_value(json_object_get(reply, "warning"));
    printf(json_is_true(json_object_get(list, "observes"))
               ? _("list %s only observes from now on, verdict %" PRId64 ": hinomi top observed shows what it would block\n")
               : _("list %s is enforced from now on, verdict %" PRId64 "\n"),
           row_text(list, "name"), row_number(list, "verdict"));
    if (warning)
        fprintf(stderr, "hinomi: %s\n", warning);
}

int command_observe(int argc, char **argv)
{
    return of_one_list(argc, argv, print_mode);
}

int command_enforce(int argc, char **argv)
{
    return of_one_list(argc, argv, print_mode);
}

int command_remove(int argc, char **argv)
{
    return of_one_list(argc, argv, print_removed);
}
