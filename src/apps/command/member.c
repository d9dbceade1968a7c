/* hinomi members: who is protected, what is theirs, what their clients get; and the proofs that it is. */
#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "apps/command/client_options.h"
#include "apps/command/columns.h"
#include "apps/command/command.h"
#include "apps/command/idn.h"
#include "apps/command/member_csv.h"
#include "apps/command/row_reader.h"
#include "apps/command/when.h"
#include "base/clock.h"
#include "base/text.h"
#include "share/statement/csv_row.h"

enum { NAME_WIDTH = 24, COLUMNS_MAX = 64, ROW_MAX = 1 << 20 };

struct given {
    struct control_client_options o;
    const char *cells[9]; /* by member_csv_columns, without the name */
    const char *group, *reason, *until, *lists, *paper, *mail, *ask;
    bool none;
    int count;
    char **words; /* behind the verb */
};

/* ---- printing ---- */

static void print_claims(const char *label, const json_t *claims)
{
    size_t i;
    const json_t *c;
    json_array_foreach(claims, i, c)
    {
        const char *proof = row_text(c, "proof");
        if (strcmp(proof, "none") == 0)
            columns_line(label, _("%s (not proved)"), row_text(c, "value"));
        else
            columns_line(label, "%s (%s: %s)", row_text(c, "value"), proof, row_text(c, "reference"));
    }
}

static void print_member(const json_t *m)
{
    size_t i;
    const json_t *one;
    printf("%s: %s\n", row_text(m, "name"), row_text(m, "title"));
    if (*row_text(m, "sector"))
        columns_line(_("sector"), "%s", row_text(m, "sector"));
    print_claims(_("network"), json_object_get(m, "networks"));
    print_claims(_("name"), json_object_get(m, "names"));
    json_array_foreach(json_object_get(m, "groups"), i, one)
    {
        columns_line(_("group"), "%s", json_string_value(one));
    }
    json_array_foreach(json_object_get(m, "contacts"), i, one)
    {
        columns_line(_("contact"), "%s <%s> %s%s", row_text(one, "name"), row_text(one, "mail"), row_text(one, "language"),
                     json_is_true(json_object_get(one, "urgent")) ? _(", also at night") : "");
    }
}

static void print_one(const json_t *reply)
{
    size_t i;
    const json_t *m;
    json_array_foreach(json_object_get(reply, "rows"), i, m)
    {
        print_member(m);
    }
}

static void print_done(const json_t *reply)
{
    (void)reply;
    printf("%s\n", _("done; the resolver has it within seconds (\"hinomi status\")"));
}

static void print_lists(const char *label, const json_t *lists)
{
    size_t i;
    const json_t *one;
    json_array_foreach(lists, i, one)
    {
        if (json_is_true(json_object_get(one, "without")))
            columns_line(label, _("without %s"), row_text(one, "list"));
        else
            columns_line(label, "%s", row_text(one, "list"));
    }
}

static void print_lists_of(const json_t *reply)
{
    print_lists(_("own"), json_object_get(reply, "own"));
    print_lists(_("counts"), json_object_get(reply, "effective"));
    if (json_array_size(json_object_get(reply, "own")) + json_array_size(json_object_get(reply, "effective")) == 0)
        printf("%s\n", _("only the lists of everybody"));
}

static void print_groups(const json_t *reply)
{
    size_t i;
    const json_t *g;
    json_array_foreach(json_object_get(reply, "rows"), i, g)
    {
        columns_print(row_text(g, "group"), NAME_WIDTH);
        printf(_(" %" PRId64 " members\n"), row_number(g, "members"));
        print_lists(_("list"), json_object_get(g, "lists"));
    }
}

static void print_overrides(const json_t *reply)
{
    size_t i;
    const json_t *v;
    char until[WHEN_TEXT_MAX], name[IDN_TEXT_MAX];
    json_array_foreach(json_object_get(reply, "rows"), i, v)
    {
        printf("%8" PRId64 "  %s %s\n", row_number(v, "number"), row_text(v, "claim"), idn_show(row_text(v, "subject"), name));
        columns_line(_("who"), "%s", row_text(v, "source"));
        columns_line(_("until"), "%s", row_number(v, "until_us") ? when_format(row_number(v, "until_us"), until) : "-");
        columns_line(_("reason"), "%s", row_text(v, "reason"));
        if (json_object_get(v, "set_aside"))
            columns_line(_("set aside"), "%s", row_text(v, "set_aside"));
    }
    if (json_array_size(json_object_get(reply, "rows")) == 0)
        printf("%s\n", _("nothing is blocked or allowed for these clients alone"));
}

static void print_override(const json_t *reply)
{
    char until[WHEN_TEXT_MAX], name[IDN_TEXT_MAX];
    const json_t *v = json_object_get(reply, "verdict");
    printf("%8" PRId64 "  %s %s\n", row_number(v, "number"), row_text(v, "claim"), idn_show(row_text(v, "subject"), name));
    columns_line(_("group"), "%s", row_text(v, "group"));
    if (row_number(v, "until_us") > row_number(v, "from_us"))
        columns_line(_("until"), "%s", when_format(row_number(v, "until_us"), until));
    if (json_object_get(reply, "warning"))
        fprintf(stderr, "hinomi: %s\n", row_text(reply, "warning"));
}

static void print_challenge(const json_t *reply)
{
    char until[WHEN_TEXT_MAX];
    printf(_("Set this record, then: hinomi members check\n\n%s. TXT \"%s\"\n\n"), row_text(reply, "owner"), row_text(reply, "text"));
    columns_line(_("until"), "%s", when_format(row_number(reply, "until_us"), until));
}

static void print_check(const json_t *reply)
{
    printf("%s: %s\n", row_text(reply, "owner"), row_text(reply, "wording"));
    if (json_object_get(reply, "secure"))
        columns_line("DNSSEC", "%s", json_is_true(json_object_get(reply, "secure")) ? _("validated") : _("not validated"));
    if (*row_text(reply, "others"))
        columns_line(_("also of"), "%s", row_text(reply, "others"));
}

static void print_asked(const json_t *reply)
{
    char until[WHEN_TEXT_MAX];
    printf(_("%s is asked whether %s is the member's. With the code of the mail: hinomi members check MEMBER %s CODE\n\n"), row_text(reply, "to"),
           row_text(reply, "value"), row_text(reply, "value"));
    columns_line(_("until"), "%s", when_format(row_number(reply, "until_us"), until));
}

static void print_proved(const json_t *reply)
{
    printf(_("%s: proved, by the mail to %s\n"), row_text(reply, "value"), row_text(reply, "to"));
}

static void print_webhook(const json_t *reply)
{
    char when[WHEN_TEXT_MAX];
    const json_t *last = json_object_get(reply, "last");
    if (!*row_text(reply, "url")) {
        printf("%s\n", _("no webhook of its own"));
        return;
    }
    printf("%s\n", row_text(reply, "url"));
    columns_line(_("who"), "%s, %s", row_text(reply, "made_by"), when_format(row_number(reply, "made_us"), when));
    if (json_object_get(reply, "secret"))
        columns_line(_("secret"), _("%s (shown once: it signs what is sent)"), row_text(reply, "secret"));
    if (json_is_object(last))
        columns_line(_("last call"), "%s, %s%s%s", when_format(row_number(last, "made_us"), when), row_text(last, "state"), *row_text(last, "error") ? ": " : "",
                     row_text(last, "error"));
}

/* ---- pages ---- */

/* All members, a page after the other. Exit code. */
static int each_member(const struct control_client_options *o, void (*each)(const json_t *member))
{
    char after[256] = "";
    do {
        int fd = control_client_connect(o);
        if (fd < 0)
            return EXIT_FAILED;
        json_t *reply = control_client_ask(fd, o, "members", json_pack("{s:s, s:i}", "after", after, "limit", 100), NULL, NULL, CONTROL_WAIT_MS);
        close(fd);
        if (!reply)
            return EXIT_FAILED;
        size_t i;
        const json_t *m;
        json_array_foreach(json_object_get(reply, "rows"), i, m)
        {
            each(m);
        }
        snprintf(after, sizeof after, "%s", row_text(reply, "after"));
        json_decref(reply);
    } while (after[0]);
    return EXIT_FINE;
}

static void print_row(const json_t *m)
{
    columns_print(row_text(m, "name"), NAME_WIDTH);
    printf(" %4zu %4zu  %s\n", json_array_size(json_object_get(m, "networks")), json_array_size(json_object_get(m, "names")), row_text(m, "title"));
}

static void print_csv(const json_t *m)
{
    member_csv_print(stdout, m);
}

static int run_list(const struct given *g)
{
    if (!g->o.json) {
        columns_print(_("Name"), NAME_WIDTH);
        printf(" %s\n", _("networks, names, organisation"));
    }
    return each_member(&g->o, g->o.json ? control_client_print_json : print_row);
}

static int run_export(const struct given *g)
{
    if (!g->o.json)
        member_csv_print_head(stdout);
    return each_member(&g->o, g->o.json ? control_client_print_json : print_csv);
}

/* ---- import ---- */

struct import {
    const struct given *given;
    const char *path;
    char columns[COLUMNS_MAX][32];
    unsigned column_count;
    uint64_t taken, refused;
    bool has_head;
};

/* The node's word on one; taken over. */
static bool put(const struct control_client_options *o, json_t *member)
{
    int fd = control_client_connect(o);
    json_t *reply = fd < 0 ? NULL : control_client_ask(fd, o, "member-put", json_incref(member), NULL, NULL, CONTROL_WAIT_MS);
    if (fd >= 0)
        close(fd);
    json_decref(member);
    bool fine = reply != NULL;
    json_decref(reply);
    return fine;
}

static int take_head(struct import *im, const struct csv_row *row)
{
    bool has_name = false;
    im->has_head = true;
    for (unsigned i = 0; i < row->count && i < COLUMNS_MAX; i++) {
        snprintf(im->columns[i], sizeof im->columns[i], "%.*s", (int)row->cell[i].len, row->cell[i].text);
        has_name = has_name || strcmp(im->columns[i], "name") == 0;
        im->column_count = i + 1;
    }
    if (has_name)
        return 0;
    command_failed(_("%s:%" PRIu64 ": the first line must name the columns: name,title,sector,prefecture,networks,names,contacts,groups,note"), im->path,
                   row->line);
    return -EINVAL;
}

static bool is_column(const char *name)
{
    for (unsigned i = 0; member_csv_columns[i]; i++)
        if (strcmp(member_csv_columns[i], name) == 0)
            return true;
    return false;
}

static int take_row(void *self, const struct csv_row *row)
{
    struct import *im = self;
    if (!row->flaw && !im->has_head)
        return take_head(im, row);
    json_t *member = json_object();
    const char *flaw = row->flaw ? _(row->flaw) : NULL;
    for (unsigned i = 0; !flaw && i < row->count && i < im->column_count; i++) {
        if (!is_column(im->columns[i]))
            continue;
        char *text = strndup(row->cell[i].text, row->cell[i].len);
        if (!text || !member_csv_take(member, im->columns[i], text + (text[0] == '\'')))
            flaw = im->columns[i];
        free(text);
    }
    bool fine = !flaw && put(&im->given->o, member);
    if (!fine)
        command_failed("%s:%" PRIu64 ": %s", im->path, row->line, flaw ? flaw : _("refused"));
    if (flaw)
        json_decref(member);
    im->taken += fine;
    im->refused += !fine;
    return 0;
}

static int run_import(const struct given *g)
{
    static struct import im;
    static char octets[65536];
    im = (struct import){.given = g, .path = g->words[0]};
    bool is_stdin = strcmp(im.path, "-") == 0;
    int fd = is_stdin ? STDIN_FILENO : open(im.path, O_RDONLY | O_CLOEXEC);
    if (fd < 0)
        return command_failed("%s: %s", im.path, strerror(errno));
    struct csv_cutter *c = csv_cutter_new(',', ROW_MAX, COLUMNS_MAX, take_row, &im);
    int e = c ? 0 : -ENOMEM;
    ssize_t n = 0;
    while (e == 0 && (n = read(fd, octets, sizeof octets)) > 0)
        e = csv_cutter_feed(c, octets, (size_t)n);
    if (n < 0)
        e = -errno;
    if (e == 0)
        e = csv_cutter_finish(c);
    csv_cutter_free(c);
    if (!is_stdin)
        close(fd);
    if (e < 0 && e != -EINVAL)
        return command_failed("%s: %s", im.path, strerror(-e));
    printf(_("%" PRIu64 " members taken in, %" PRIu64 " refused\n"), im.taken, im.refused);
    return e < 0 || im.refused > 0 ? EXIT_FAILED : EXIT_FINE;
}

/* ---- verbs ---- */

static int ask(const struct given *g, const char *command, json_t *arguments, void (*print)(const json_t *))
{
    return control_client_run(&g->o, command, arguments, CONTROL_WAIT_MS, print);
}

static int run_show(const struct given *g)
{
    return ask(g, "members", json_pack("{s:s}", "member", g->words[0]), print_one);
}

/* What is not given stays as it was. */
static int run_put(const struct given *g)
{
    int fd = control_client_connect(&g->o);
    json_t *before = fd < 0 ? NULL
                            : control_client_ask(fd, &g->o, "members", json_pack("{s:s}", "member", g->words[0]), NULL, NULL, CONTROL_WAIT_MS);
    if (fd >= 0)
        close(fd);
    if (!before)
        return EXIT_FAILED;
    json_t *member = json_deep_copy(json_array_get(json_object_get(before, "rows"), 0));
    json_decref(before);
    if (!member)
        member = json_object();
    json_object_del(member, "changed_us");
    json_object_set_new(member, "name", json_string(g->words[0]));
    for (unsigned i = 1; member_csv_columns[i]; i++) {
        if (g->cells[i] && !member_csv_take(member, member_csv_columns[i], g->cells[i])) {
            json_decref(member);
            return command_usage("members", _("not a valid value: %s"), g->cells[i]);
        }
    }
    return ask(g, "member-put", member, print_done);
}

static int run_remove(const struct given *g)
{
    return ask(g, "member-remove", json_pack("{s:s}", "name", g->words[0]), print_done);
}

static int run_groups(const struct given *g)
{
    return ask(g, "member-groups", json_pack("{s:i}", "limit", 1000), print_groups);
}

/* Of a member, or with --group of a group of members; --set: others. */
static int run_lists(const struct given *g)
{
    const char *name = g->count > 0 ? g->words[0] : NULL;
    if (!name == !g->group)
        return command_usage("members", _("give a member, or --group GROUP"));
    json_t *arguments = json_pack("{s:s*, s:s*}", "name", name, "group", g->group);
    if (!g->lists)
        return ask(g, "member-lists", arguments, print_lists_of);
    member_csv_take(arguments, "groups", g->lists); /* words, separated in the same way */
    json_object_set(arguments, "lists", json_object_get(arguments, "groups"));
    json_object_del(arguments, "groups");
    return ask(g, "member-lists-set", arguments, print_done);
}

static int run_overrides(const struct given *g)
{
    return ask(g, "overrides", json_pack("{s:s}", "name", g->words[0]), print_overrides);
}

static int run_override(const struct given *g)
{
    int64_t until_us = 0;
    const char *reason;
    char name[IDN_TEXT_MAX];
    if (g->count == 3 && strcmp(g->words[2], "end") == 0)
        return ask(g, "override-end", json_pack("{s:s, s:s, s:s*}", "name", g->words[0], "id", g->words[1], "reason", g->reason), print_override);
    if (!g->reason || !g->until)
        return command_usage("members", _("a reason and an end are needed: --reason TEXT --until WHEN"));
    if (when_parse(g->until, clock_wall_us(), &until_us) < 0)
        return command_usage("members", _("not a time: %s (such as 2h, 7d, 2026-12-31, 2026-12-31T18:00)"), g->until);
    if (idn_to_ascii(g->words[1], name, &reason) < 0)
        return command_usage("members", _("not a name: %s (%s)"), g->words[1], reason);
    return ask(g, "override",
               json_pack("{s:s, s:s, s:s, s:s, s:I}", "name", g->words[0], "subject", name, "action", g->words[2], "reason", g->reason, "until_us",
                         (json_int_t)until_us),
               print_override);
}

static int run_prove(const struct given *g)
{
    const char *reference = g->paper ? g->paper : g->mail ? g->mail : g->none ? g->reason : NULL;
    if (g->none && !g->reason)
        return command_usage("members", _("a reason is needed: --reason TEXT"));
    if (reference)
        return ask(g, "member-record",
                   json_pack("{s:s, s:s, s:s, s:s}", "name", g->words[0], "value", g->words[1], "proof", g->paper ? "paper" : g->mail ? "mail" : "none",
                             "reference", reference),
                   print_done);
    if (g->ask)
        return ask(g, "member-mail", json_pack("{s:s, s:s, s:s}", "name", g->words[0], "value", g->words[1], "to", g->ask), print_asked);
    return ask(g, "member-prove", json_pack("{s:s, s:s}", "name", g->words[0], "value", g->words[1]), print_challenge);
}

static int run_check(const struct given *g)
{
    if (g->count == 3)
        return ask(g, "member-code", json_pack("{s:s, s:s, s:s}", "name", g->words[0], "value", g->words[1], "code", g->words[2]), print_proved);
    return ask(g, "member-check", json_pack("{s:s, s:s}", "name", g->words[0], "value", g->words[1]), print_check);
}

static int run_webhook(const struct given *g)
{
    const char *url = g->count == 2 ? g->words[1] : NULL;
    if (!url)
        return ask(g, "member-webhook", json_pack("{s:s}", "name", g->words[0]), print_webhook);
    if (strcmp(url, "remove") == 0)
        return ask(g, "member-webhook-remove", json_pack("{s:s}", "name", g->words[0]), print_webhook);
    return ask(g, "member-webhook-set", json_pack("{s:s, s:s}", "name", g->words[0], "url", url), print_webhook);
}

static const struct {
    const char *word;
    int min, max; /* words behind it */
    int (*run)(const struct given *g);
} verbs[] = {
    {"list", 0, 0, run_list},         {"show", 1, 1, run_show},           {"put", 1, 1, run_put},       {"remove", 1, 1, run_remove},
    {"import", 1, 1, run_import},     {"export", 0, 0, run_export},       {"groups", 0, 0, run_groups}, {"lists", 0, 1, run_lists},
    {"overrides", 1, 1, run_overrides}, {"override", 3, 3, run_override}, {"prove", 2, 2, run_prove},   {"check", 2, 3, run_check},
    {"webhook", 1, 2, run_webhook},
};

int command_members(int argc, char **argv)
{
    struct given g = {0};
    int first;
    const struct client_option own[] = {{"title", 't', &g.cells[1], NULL},    {"sector", 0, &g.cells[2], NULL},   {"prefecture", 0, &g.cells[3], NULL},
                                        {"networks", 0, &g.cells[4], NULL},   {"names", 0, &g.cells[5], NULL},    {"contacts", 0, &g.cells[6], NULL},
                                        {"groups", 0, &g.cells[7], NULL},     {"note", 0, &g.cells[8], NULL},     {"group", 'g', &g.group, NULL},
                                        {"reason", 'r', &g.reason, NULL},     {"until", 'u', &g.until, NULL},     {"set", 0, &g.lists, NULL},
                                        {"paper", 0, &g.paper, NULL},         {"mail", 0, &g.mail, NULL},         {"none", 0, NULL, &g.none},
                                        {"ask", 0, &g.ask, NULL},
                                        {0}};
    int code = client_options_parse(argc, argv, own, &g.o, &first);
    if (code != EXIT_FINE)
        return code;
    const char *verb = first < argc ? argv[first] : "list";
    g.words = argv + first + 1;
    g.count = first < argc ? argc - first - 1 : 0;
    for (size_t i = 0; i < array_len(verbs); i++)
        if (strcmp(verb, verbs[i].word) == 0 && g.count >= verbs[i].min && g.count <= verbs[i].max)
            return verbs[i].run(&g);
    return command_usage(argv[0], _("list, show, put, remove, import, export, groups, lists, overrides, override, prove, check or webhook, with what each needs"));
}
