/* hinomi log, top: the answers given, one by one and counted. */
#include <errno.h>
#include <inttypes.h>
#include <stdio.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "apps/command/client_options.h"
#include "apps/command/columns.h"
#include "apps/command/command.h"
#include "apps/command/idn.h"
#include "apps/command/row_reader.h"
#include "apps/command/when.h"
#include "base/addr.h"
#include "base/clock.h"
#include "base/text.h"
#include "model/observation.h"
#include "proto/dns/dns.h"

enum { LIMIT_DEFAULT = 50, FOLLOW_LIMIT = 10000, FOLLOW_PERIOD_MS = 1000, FOLLOW_MARGIN_US = 60000000 };

/* The store writes IPv4 as a mapped address; people do not. */
static const char *client_text(const json_t *row, char *text)
{
    struct addr a;
    if (addr_parse(row_text(row, "client_ip"), &a) < 0)
        return "?";
    return addr_format(&a, text);
}

static const char *verdict_text(int64_t verdict, int64_t line, char *text)
{
    text[0] = '\0';
    if (verdict > 0)
        verdict_ref_format((struct verdict_ref){(uint32_t)verdict, (uint32_t)line}, text);
    return text;
}

static void print_log_row(const json_t *row)
{
    char when[WHEN_TEXT_MAX], client[ADDR_TEXT_MAX], type[DNS_TYPE_TEXT_MAX], rcode[DNS_TYPE_TEXT_MAX];
    char verdict[VERDICT_REF_TEXT_MAX], name[IDN_TEXT_MAX];
    int64_t time_us = row_number(row, "time_us");
    printf("%s.%03d  %-15s %-4s %-8s %-6s %-10s %-9s %8.3f ms  %s", when_format(time_us, when),
           (int)(time_us / 1000 % 1000), client_text(row, client), dns_transport_word((unsigned)row_number(row, "transport")),
           dns_rcode_format((unsigned)row_number(row, "rcode"), rcode),
           dns_type_format((uint16_t)row_number(row, "qtype"), type), dns_action_word((unsigned)row_number(row, "action")),
           verdict_text(row_number(row, "verdict"), row_number(row, "line"), verdict),
           (double)row_number(row, "latency_us") / 1000, idn_show(row_text(row, "name"), name));
    const char *group = row_text(row, "group"), *member = row_text(row, "member");
    if (*group)
        printf("  (%s%s%s)", group, *member ? ", " : "", member);
    printf("\n");
}

/* Which answers are asked for; NULL: any. */
struct log_wish {
    const char *client, *name, *action, *member, *group;
    bool below;
};

static void set_text(json_t *object, const char *key, const char *text)
{
    if (text)
        json_object_set_new(object, key, json_string(text));
}

static json_t *log_arguments(const struct log_wish *w, int64_t since_us, int64_t after_seq, int limit)
{
    json_t *a = json_pack("{s:b, s:I, s:I, s:i}", "below", w->below, "since_us", (json_int_t)since_us, "after_seq",
                          (json_int_t)after_seq, "limit", limit);
    set_text(a, "client", w->client);
    set_text(a, "name", w->name);
    set_text(a, "action", w->action);
    set_text(a, "member", w->member);
    set_text(a, "group", w->group);
    return a;
}

/* Asks every second for what was taken in since; ends when the node goes away. */
static json_t *follow_log(int fd, const struct control_client_options *o, const struct log_wish *wish, int64_t asked_us,
                          struct row_reader *rows)
{
    /* What fitted and was taken in until a minute before the question has been shown, or was past the limit. */
    if (rows->last_seq < asked_us - FOLLOW_MARGIN_US)
        rows->last_seq = asked_us - FOLLOW_MARGIN_US;
    json_t *reply;
    do {
        fflush(stdout);
        nanosleep(&(struct timespec){.tv_sec = FOLLOW_PERIOD_MS / 1000}, NULL);
        reply = control_client_ask(fd, o, "log", log_arguments(wish, 0, rows->last_seq, FOLLOW_LIMIT), row_reader_take, rows,
                                   CONTROL_WAIT_MS);
        json_decref(reply);
    } while (reply);
    return NULL;
}

int command_log(int argc, char **argv)
{
    struct control_client_options o;
    const char *last = NULL, *limit_text = NULL;
    struct log_wish wish = {0};
    bool follow = false;
    const struct client_option own[] = {
        {"follow", 'f', NULL, &follow},    {"client", 'c', &wish.client, NULL}, {"name", 'n', &wish.name, NULL},
        {"below", 'b', NULL, &wish.below}, {"action", 'a', &wish.action, NULL}, {"last", 'l', &last, NULL},
        {"member", 'm', &wish.member, NULL}, {"group", 'g', &wish.group, NULL},
        {"limit", 'k', &limit_text, NULL}, {0}};
    int first;
    long limit = LIMIT_DEFAULT;
    int code = client_options_parse(argc, argv, own, &o, &first);
    if (code != EXIT_FINE)
        return code;
    if (first != argc)
        return command_usage(argv[0], _("unexpected argument: %s"), argv[first]);
    int64_t last_us = 0;
    if (last && when_parse_duration(last, &last_us) < 0)
        return command_usage(argv[0], _("not a length of time: %s (such as 30m, 1h, 7d)"), last);
    if ((code = client_options_number(argv[0], limit_text, (struct client_range){1, FOLLOW_LIMIT}, &limit)) != EXIT_FINE)
        return code;
    char ascii[IDN_TEXT_MAX];
    const char *reason;
    if (wish.name && idn_to_ascii(wish.name, ascii, &reason) < 0)
        return command_usage(argv[0], _("not a name: %s (%s)"), wish.name, reason);
    wish.name = wish.name ? ascii : NULL;
    int64_t since_us = last ? clock_wall_us() - last_us : 0;
    struct row_reader rows = {.json = o.json, .print = print_log_row};
    int fd = control_client_connect(&o);
    if (fd < 0)
        return EXIT_FAILED;
    int64_t asked_us = clock_wall_us();
    json_t *reply = control_client_ask(fd, &o, "log", log_arguments(&wish, since_us, 0, (int)limit), row_reader_take, &rows,
                                       CONTROL_WAIT_MS);
    if (reply && follow) {
        json_decref(reply);
        reply = follow_log(fd, &o, &wish, asked_us, &rows);
    }
    close(fd);
    if (!reply)
        return EXIT_FAILED;
    json_decref(reply);
    if (rows.count == 0 && !o.json)
        fprintf(stderr, "%s\n", _("nothing was recorded that fits"));
    return EXIT_FINE;
}

/* ---- top ---- */

static void print_top_name(const json_t *row)
{
    char name[IDN_TEXT_MAX];
    printf("%10" PRId64 " %8" PRId64 "  %s\n", row_number(row, "hits"), row_number(row, "clients"),
           idn_show(row_text(row, "name"), name));
}

static void print_top_client(const json_t *row)
{
    char client[ADDR_TEXT_MAX];
    printf("%10" PRId64 " %8" PRId64 "  %s\n", row_number(row, "hits"), row_number(row, "blocked"),
           client_text(row, client));
}

static void print_top_share(const json_t *row, const char *key, const char *second)
{
    const char *text = row_text(row, key);
    printf("%10" PRId64 " %8" PRId64 " %8" PRId64 "  %s%s%s\n", row_number(row, "hits"), row_number(row, "blocked"),
           row_number(row, "clients"), *text ? text : "-", *second ? ", " : "", second);
}

static void print_top_member(const json_t *row)
{
    print_top_share(row, "member", "");
}

static void print_top_group(const json_t *row)
{
    print_top_share(row, "group", row_text(row, "member"));
}

int command_top(int argc, char **argv)
{
    static const struct {
        const char *what, *second, *third, *last; /* third: NULL when there are two numbers only */
        void (*print)(const json_t *row);
    } tables[] = {
        {"blocked", N_("Clients"), NULL, N_("Name"), print_top_name},
        {"observed", N_("Clients"), NULL, N_("Name"), print_top_name},
        {"names", N_("Clients"), NULL, N_("Name"), print_top_name},
        {"clients", N_("Blocked"), NULL, N_("Client"), print_top_client},
        {"members", N_("Blocked"), N_("Clients"), N_("Member"), print_top_member},
        {"groups", N_("Blocked"), N_("Clients"), N_("Group"), print_top_group},
    };
    struct control_client_options o;
    const char *last = "1h", *limit_text = NULL, *member = NULL;
    const struct client_option own[] = {
        {"last", 'l', &last, NULL}, {"limit", 'k', &limit_text, NULL}, {"member", 'm', &member, NULL}, {0}};
    int first;
    long limit = 10;
    int code = client_options_parse(argc, argv, own, &o, &first);
    if (code != EXIT_FINE)
        return code;
    size_t table = 0;
    while (first == argc - 1 && table < array_len(tables) && strcmp(tables[table].what, argv[first]) != 0)
        table++;
    if (first != argc - 1 || table == array_len(tables))
        return command_usage(argv[0], _("top of what? blocked, observed, names, clients, members or groups"));
    int64_t last_us;
    if (when_parse_duration(last, &last_us) < 0)
        return command_usage(argv[0], _("not a length of time: %s (such as 30m, 1h, 7d)"), last);
    if ((code = client_options_number(argv[0], limit_text, (struct client_range){1, FOLLOW_LIMIT}, &limit)) != EXIT_FINE)
        return code;
    int fd = control_client_connect(&o);
    if (fd < 0)
        return EXIT_FAILED;
    struct row_reader rows = {.json = o.json, .print = tables[table].print};
    if (!o.json) {
        columns_print(_("Answers"), -10);
        columns_print(_(tables[table].second), -9);
        if (tables[table].third)
            columns_print(_(tables[table].third), -9);
        printf("  %s\n", _(tables[table].last));
    }
    json_t *wish = json_pack("{s:s, s:I, s:i}", "what", tables[table].what, "since_us",
                             (json_int_t)(clock_wall_us() - last_us), "limit", (int)limit);
    set_text(wish, "member", member);
    json_t *reply = control_client_ask(fd, &o, "top", wish, row_reader_take, &rows, CONTROL_WAIT_MS);
    close(fd);
    if (!reply)
        return EXIT_FAILED;
    json_decref(reply);
    return EXIT_FINE;
}
