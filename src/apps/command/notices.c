/* hinomi notices: what members are told and what came of it; campaigns. */
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
#include "apps/command/show_belief.h"
#include "apps/command/when.h"
#include "base/clock.h"
#include "base/text.h"

enum { LIMIT_MAX = 500 };

struct wishes {
    const char *member, *state, *campaign, *limit, *after, *text, *claims, *sectors, *hold, *length, *window, *text_ja, *text_en;
};

/* ---- showing ---- */

static void print_head(void)
{
    columns_print(_("Notice"), -6);
    printf("  ");
    columns_print(_("State"), 13);
    columns_print(_("Since"), 21);
    columns_print(_("Subjects"), -8);
    printf("  ");
    columns_print(_("Member"), 18);
    printf("%s\n", _("What"));
}

static void print_notice(const json_t *row)
{
    char when[WHEN_TEXT_MAX], member[40];
    snprintf(member, sizeof member, "%s", row_text(row, "member"));
    printf("%6" PRId64 "  %-11s  %-19s  %8" PRId64 "  %-16s  %-4s %s%s%s\n", row_number(row, "id"), row_text(row, "state"),
           when_format(row_number(row, "raised_us"), when), row_number(row, "subjects"), member, row_text(row, "kind"), show_claim(row),
           json_is_true(json_object_get(row, "urgent")) ? _(" (urgent)") : "", json_is_true(json_object_get(row, "uncovered")) ? _(" (not watched)") : "");
}

static void print_subject(const json_t *row)
{
    char subject[IDN_TEXT_MAX], first[WHEN_TEXT_MAX], last[WHEN_TEXT_MAX];
    printf("  %8" PRId64 "  %-19s  %-19s  %s %s%s\n", row_number(row, "hits"), when_format(row_number(row, "first_us"), first),
           when_format(row_number(row, "last_us"), last), row_text(row, "kind"), idn_show(row_text(row, "subject"), subject),
           json_is_true(json_object_get(row, "wrong")) ? _(" (withdrawn)") : "");
}

static void print_moment(const json_t *o, const char *key, const char *label)
{
    char when[WHEN_TEXT_MAX];
    if (row_number(o, key) > 0)
        columns_line(label, "%s", when_format(row_number(o, key), when));
}

static void print_details(const json_t *o)
{
    size_t i;
    json_t *d;
    printf("\n");
    columns_line(_("notice"), "%" PRId64, row_number(o, "id"));
    columns_line(_("member"), "%s", row_text(o, "member"));
    columns_line(_("state"), "%s", row_text(o, "state"));
    print_moment(o, "made_us", _("made"));
    print_moment(o, "seen_us", _("last seen"));
    print_moment(o, "told_us", _("told"));
    print_moment(o, "opened_us", _("opened"));
    print_moment(o, "acted_us", _("acted on"));
    print_moment(o, "fixed_us", _("seen fixed"));
    print_moment(o, "withdrawn_us", _("withdrawn"));
    if (row_number(o, "reopened") > 0)
        columns_line(_("seen again"), _("%" PRId64 " times"), row_number(o, "reopened"));
    if (*row_text(o, "acted_text"))
        columns_line(_("what was done"), "%s (%s)", row_text(o, "acted_text"), row_text(o, "acted_by"));
    if (json_is_true(json_object_get(o, "uncovered")))
        columns_line(_("not watched"), "%s", _("nothing was seen, but too little was recorded to call it fixed"));
    json_array_foreach(json_object_get(o, "deliveries"), i, d)
    {
        columns_line(*row_text(d, "to") ? row_text(d, "to") : row_text(d, "channel"), "%s%s%s", row_text(d, "state"), *row_text(d, "error") ? ": " : "",
                     row_text(d, "error"));
    }
}

static void print_share(const json_t *o, const char *key, const char *label)
{
    const json_t *arm = json_object_get(o, key);
    columns_line(label, _("%" PRId64 " findings, %" PRId64 " of %" PRId64 " seen fixed in time"), row_number(arm, "findings"), row_number(arm, "fixed"),
                 row_number(arm, "known"));
}

static double per_cent(const json_t *o, const char *key)
{
    return 100 * json_number_value(json_object_get(o, key));
}

static void print_campaign(const json_t *o)
{
    char from[WHEN_TEXT_MAX], until[WHEN_TEXT_MAX];
    const json_t *effect = json_object_get(o, "effect");
    printf("%s\n", row_text(o, "name"));
    columns_line(_("state"), _("%s, from %s to %s"), row_text(o, "state"), when_format(row_number(o, "from_us"), from), when_format(row_number(o, "until_us"), until));
    columns_line(_("held back"), "%" PRId64 " %%", row_number(o, "percent"));
    print_share(o, "told", _("those told"));
    print_share(o, "held_back", _("those held back"));
    if (json_is_object(effect))
        columns_line(_("effect"), _("%+.1f points (95 %%: %+.1f to %+.1f)"), per_cent(effect, "difference"), per_cent(effect, "low"), per_cent(effect, "high"));
    else
        columns_line(_("effect"), "%s", _("not enough yet"));
}

static void print_changed(const json_t *o)
{
    printf(_("notice %" PRId64 ": %s\n"), row_number(o, "id"), row_text(o, "state"));
}

static void print_nothing(const json_t *o)
{
    (void)o;
}

/* ---- asking ---- */

static int run_list(const struct control_client_options *o, const struct wishes *w)
{
    const struct row_page page = {
        .command = "notices", .head = print_head, .print = print_notice, .none = _("there is none"), .limit = {0, LIMIT_MAX}, .after = {0, LONG_MAX}};
    json_t *wish = json_pack("{s:s*, s:s*, s:s*}", "member", w->member, "state", w->state, "campaign", w->campaign);
    return row_page_list(o, &page, wish, &(struct row_page_place){.name = "notices", .limit = w->limit, .after = w->after});
}

static int run_show(const struct control_client_options *o, const char *id)
{
    const struct row_page subjects = {.command = "notice", .print = print_subject, .none = _("there is none")};
    json_t *reply;
    int code = row_page_ask(o, &subjects, json_pack("{s:s}", "id", id), &reply);
    if (reply && o->json)
        json_dumpf(reply, stdout, JSON_COMPACT | JSON_ENSURE_ASCII), printf("\n");
    else if (reply)
        print_details(reply);
    json_decref(reply);
    return code;
}

static int run_campaigns(const struct control_client_options *o)
{
    const struct row_page campaigns = {.command = "campaigns", .print = print_campaign, .none = _("there is none")};
    json_t *reply;
    int code = row_page_ask(o, &campaigns, json_object(), &reply);
    json_decref(reply);
    return code;
}

/* "a,b" as an array. */
static json_t *split(const char *text)
{
    json_t *all = json_array();
    for (const char *at = text; at && *at; at += strcspn(at, ","), at += *at == ',')
        json_array_append_new(all, json_stringn(at, strcspn(at, ",")));
    return all;
}

static int run_begin(const struct control_client_options *o, const char *name, const struct wishes *w)
{
    int64_t length_us = 0, window_us = 0;
    if ((w->length && when_parse_duration(w->length, &length_us) < 0) || (w->window && when_parse_duration(w->window, &window_us) < 0))
        return command_usage("notices", _("not a length of time, such as 30d: %s"), w->length && length_us == 0 ? w->length : w->window);
    json_t *wish = json_pack("{s:s, s:o, s:o, s:s*, s:s*}", "name", name, "claims", split(w->claims), "sectors", split(w->sectors), "text_ja", w->text_ja, "text_en",
                             w->text_en);
    int code = row_page_number("notices", w->hold, (struct client_range){0, 50}, wish, "percent");
    if (code != EXIT_FINE) {
        json_decref(wish);
        return code;
    }
    if (length_us > 0)
        json_object_set_new(wish, "until_us", json_integer(clock_wall_us() + length_us));
    if (window_us > 0)
        json_object_set_new(wish, "window_s", json_integer(window_us / 1000000));
    return control_client_run(o, "campaign-begin", wish, CONTROL_WAIT_MS, print_campaign);
}

static int run_named(const struct control_client_options *o, const char *verb, const char *about, const struct wishes *w)
{
    static const struct {
        const char *verb, *command, *key;
        void (*print)(const json_t *reply);
    } verbs[] = {{"acted", "notice-acted", "id", print_changed},
                 {"send", "notice-send", "id", print_changed},
                 {"campaign", "campaign", "name", print_campaign},
                 {"end", "campaign-end", "name", print_campaign}};
    if (strcmp(verb, "show") == 0)
        return run_show(o, about);
    if (strcmp(verb, "begin") == 0)
        return run_begin(o, about, w);
    for (size_t i = 0; i < array_len(verbs); i++)
        if (strcmp(verb, verbs[i].verb) == 0)
            return control_client_run(o, verbs[i].command, json_pack("{s:s, s:s*}", verbs[i].key, about, "text", w->text), CONTROL_WAIT_MS, verbs[i].print);
    return command_usage("notices", _("unexpected argument: %s"), verb);
}

int command_notices(int argc, char **argv)
{
    struct control_client_options o;
    struct wishes w = {0};
    const struct client_option own[] = {{"member", 'm', &w.member, NULL}, {"state", 's', &w.state, NULL},    {"campaign", 0, &w.campaign, NULL},
                                        {"limit", 'n', &w.limit, NULL},   {"after", 0, &w.after, NULL},      {"text", 't', &w.text, NULL},
                                        {"claims", 0, &w.claims, NULL},   {"sectors", 0, &w.sectors, NULL},  {"hold", 0, &w.hold, NULL},
                                        {"for", 0, &w.length, NULL},      {"window", 0, &w.window, NULL},    {"text-ja", 0, &w.text_ja, NULL},
                                        {"text-en", 0, &w.text_en, NULL}, {0}};
    int first;
    int code = client_options_parse(argc, argv, own, &o, &first);
    if (code != EXIT_FINE)
        return code;
    if (first == argc || (first + 1 == argc && strcmp(argv[first], "list") == 0))
        return run_list(&o, &w);
    if (first + 1 == argc && strcmp(argv[first], "digest") == 0)
        return control_client_run(&o, "notice-digest", json_object(), CONTROL_WAIT_MS, print_nothing);
    if (first + 1 == argc && strcmp(argv[first], "campaigns") == 0)
        return run_campaigns(&o);
    if (first + 2 != argc)
        return command_usage("notices", _("it takes list, digest, campaigns, or show, acted, send, campaign, begin, end with what they are about"));
    return run_named(&o, argv[first], argv[first + 1], &w);
}
