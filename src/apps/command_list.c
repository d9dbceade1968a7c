/* hinomi import, lists, remove: the lists of a node. */
#include <ctype.h>
#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "api/control.h"
#include "apps/client_options.h"
#include "apps/columns.h"
#include "apps/command.h"
#include "apps/progress.h"
#include "apps/when.h"
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

static bool send_file(int fd, int file, const struct control_client_options *o, const char *path)
{
    struct stat st;
    uint64_t total = fstat(file, &st) == 0 ? (uint64_t)st.st_size : 0, sent = 0;
    struct progress progress;
    progress_init(&progress, _("sending"), total, !o->json);
    char *buffer = malloc(CONTROL_DATA_MAX);
    if (!buffer) {
        control_client_error(o, "%s", strerror(ENOMEM));
        return false;
    }
    int e = 0;
    ssize_t n;
    while (e == 0 && (n = read(file, buffer, CONTROL_DATA_MAX)) > 0) {
        e = channel_send_blocking(fd, CONTROL_DATA, buffer, (size_t)n);
        sent += (uint64_t)n;
        progress_show(&progress, sent);
    }
    free(buffer);
    progress_done(&progress);
    if (e == 0 && n < 0)
        e = -errno;
    if (e == 0)
        e = channel_send_blocking(fd, CONTROL_DATA_END, "", 0);
    if (e == -EPIPE || e == -ECONNRESET)
        return true; /* refused early: the reply says why */
    if (e < 0)
        control_client_error(o, "%s: %s", path, strerror(-e));
    return e == 0;
}

static void print_import(const json_t *reply)
{
    const json_t *list = json_object_get(reply, "list");
    printf(_("list %s (%s): %" PRId64 " rules, %" PRId64 " lines skipped, verdict %" PRId64 "\n"),
           json_string_value(json_object_get(list, "name")), json_string_value(json_object_get(list, "format")),
           (int64_t)json_integer_value(json_object_get(list, "names")),
           (int64_t)json_integer_value(json_object_get(list, "skipped")),
           (int64_t)json_integer_value(json_object_get(list, "verdict")));
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
    const struct client_option own[] = {
        {"name", 'n', &name, NULL}, {"format", 'f', &format, NULL}, {"reason", 'r', &reason, NULL}, {0}};
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
                            json_pack("{s:s, s:s, s:s}", "name", name ? name : own_name, "format", format, "reason",
                                      reason)) &&
        send_file(fd, file, &o, argv[first]))
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

static void print_lists(const json_t *lists)
{
    if (json_array_size(lists) == 0) {
        printf("%s\n", _("There are no lists. \"hinomi import FILE\" takes one in."));
        return;
    }
    columns_print(_("No."), 5);
    columns_print(_("Name"), 29);
    columns_print(_("Format"), 7);
    columns_print(_("Rules"), -11);
    columns_print(_("Skipped"), -9);
    columns_print(_("Verdict"), -9);
    printf("  %s\n", _("Imported"));
    size_t i;
    json_t *l;
    json_array_foreach(lists, i, l)
    {
        char imported[WHEN_TEXT_MAX];
        printf("%-4" PRId64 " %-28s %-7s %10" PRId64 " %8" PRId64 " %8" PRId64 "  %s\n",
               (int64_t)json_integer_value(json_object_get(l, "id")), json_string_value(json_object_get(l, "name")),
               json_string_value(json_object_get(l, "format")), (int64_t)json_integer_value(json_object_get(l, "names")),
               (int64_t)json_integer_value(json_object_get(l, "skipped")),
               (int64_t)json_integer_value(json_object_get(l, "verdict")),
               when_format(json_integer_value(json_object_get(l, "imported_us")), imported));
    }
}

static void print_lists_reply(const json_t *reply)
{
    print_lists(json_object_get(reply, "lists"));
}

int command_lists(int argc, char **argv)
{
    struct control_client_options o;
    int first;
    int code = client_options_parse(argc, argv, NULL, &o, &first);
    if (code != EXIT_FINE)
        return code;
    if (first != argc)
        return command_usage(argv[0], _("unexpected argument: %s"), argv[first]);
    return control_client_run(&o, "lists", json_object(), CONTROL_WAIT_MS, print_lists_reply);
}

static void print_removed(const json_t *reply)
{
    const char *warning = json_string_value(json_object_get(reply, "warning"));
    printf("%s\n", _("the list is removed"));
    if (warning)
        fprintf(stderr, "hinomi: %s\n", warning);
}

int command_remove(int argc, char **argv)
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
    return control_client_run(&o, "remove", json_pack("{s:s, s:s}", "name", argv[first], "reason", reason),
                              CONTROL_WAIT_LONG_MS, print_removed);
}
