/* hinomi effect: what a list would have blocked of the answers of the last days, and for whom. */
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "apps/command/client_options.h"
#include "apps/command/columns.h"
#include "apps/command/command.h"
#include "apps/command/idn.h"
#include "apps/command/progress.h"
#include "apps/command/row_reader.h"
#include "base/clock.h"
#include "base/text.h"

enum { SHOWN = 20, LOOK_MS = 200, PATIENCE_MS = 600000 };

static void print_tally(const char *what, const json_t *tally)
{
    printf(_("%s: %" PRId64 " answers, %" PRId64 " names\n"), what, row_number(tally, "answers"), row_number(tally, "names"));
}

static void print_effect(const json_t *effect)
{
    size_t i;
    json_t *row;
    char shown[IDN_TEXT_MAX];
    printf(_("list %s, %s: %" PRId64 " rules; of the last %" PRId64 " days %" PRId64 " names were looked at\n"), row_text(effect, "list"),
           json_is_true(json_object_get(effect, "held")) ? _("the edition that is held back") : _("as it is in force"), row_number(effect, "rules"),
           row_number(effect, "days"), row_number(effect, "looked_at"));
    if (row_number(effect, "left_out") > 0)
        printf(_("never-block lists hold back %" PRId64 " of its rules\n"), row_number(effect, "left_out"));
    print_tally(_("blocks, and nothing else does"), json_object_get(effect, "blocked"));
    print_tally(_("blocked by others as well"), json_object_get(effect, "already"));
    print_tally(_("blocked now, and would not be any more"), json_object_get(effect, "released"));
    json_array_foreach(json_object_get(effect, "members"), i, row)
    {
        if (i == 0)
            puts(_("for whom:"));
        printf("  ");
        columns_print(*row_text(row, "member") ? row_text(row, "member") : _("no member"), 30);
        printf(_("%8" PRId64 " answers, %" PRId64 " names\n"), row_number(row, "answers"), row_number(row, "names"));
    }
    json_array_foreach(json_object_get(effect, "top"), i, row)
    {
        if (i == 0)
            puts(_("most asked for:"));
        if (i < SHOWN)
            printf("  %8" PRId64 "  %s\n", row_number(row, "answers"), idn_show(row_text(row, "name"), shown));
    }
    puts(_("nothing was changed"));
}

static bool is_over(const json_t *effect)
{
    return strcmp(row_text(effect, "state"), "ready") == 0 || strcmp(row_text(effect, "state"), "failed") == 0;
}

/* The reply once it is reckoned; NULL: what went wrong was told. */
static json_t *wait_for(int fd, const struct control_client_options *o, const char *list, bool held, json_t *reply)
{
    static const struct timespec rest = {.tv_nsec = LOOK_MS * 1000000L};
    struct progress progress;
    uint64_t end_ms = clock_mono_ms() + PATIENCE_MS;
    progress_init(&progress, list, 0, !o->json);
    while (reply && !is_over(json_object_get(reply, "effect"))) {
        if (clock_mono_ms() > end_ms) {
            json_decref(reply);
            control_client_error(o, _("it takes long; ask again later: the node goes on"));
            return NULL;
        }
        progress_show(&progress, (uint64_t)row_number(json_object_get(reply, "effect"), "looked_at"));
        nanosleep(&rest, NULL);
        json_decref(reply);
        reply = control_client_ask(fd, o, "list-effect", json_pack("{s:s, s:b}", "name", list, "held", held), NULL, NULL, CONTROL_WAIT_MS);
    }
    progress_done(&progress);
    return reply;
}

int command_effect(int argc, char **argv)
{
    struct control_client_options o;
    const char *days = NULL;
    bool held = false;
    const struct client_option own[] = {{"days", 'd', &days, NULL}, {"held", 0, NULL, &held}, {0}};
    int first;
    char *end = NULL;
    int code = client_options_parse(argc, argv, own, &o, &first);
    if (code != EXIT_FINE)
        return code;
    long count = days ? strtol(days, &end, 10) : 7;
    if (first != argc - 1 || (days && (*end || count < 1 || count > 400)))
        return command_usage(argv[0], _("one list is needed, and --days is 1 to 400"));
    int fd = control_client_connect(&o);
    if (fd < 0)
        return EXIT_FAILED;
    json_t *reply = control_client_ask(fd, &o, "list-effect-start",
                                       json_pack("{s:s, s:b, s:i}", "name", argv[first], "held", held, "days", (int)count), NULL, NULL,
                                       CONTROL_WAIT_MS);
    reply = wait_for(fd, &o, argv[first], held, reply);
    close(fd);
    if (!reply)
        return EXIT_FAILED;
    json_t *effect = json_object_get(reply, "effect");
    bool failed = strcmp(row_text(effect, "state"), "failed") == 0;
    if (o.json)
        control_client_print_json(effect);
    else if (failed)
        control_client_error(&o, "%s", row_text(effect, "error"));
    else
        print_effect(effect);
    json_decref(reply);
    return failed ? EXIT_FAILED : EXIT_FINE;
}
