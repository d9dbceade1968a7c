/* hinomi log, top: the answers given, one by one and counted. */
#include <errno.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "apps/client_options.h"
#include "apps/columns.h"
#include "apps/command.h"
#include "apps/when.h"
#include "base/addr.h"
#include "base/clock.h"
#include "base/text.h"
#include "model/observation.h"
#include "proto/dns/dns.h"

enum { LIMIT_DEFAULT = 50, FOLLOW_LIMIT = 10000, FOLLOW_PERIOD_MS = 1000 };

/* What is done with each row; rows come in blocks of whole lines. */
struct rows {
    bool json;
    void (*print)(const json_t *row);
    int64_t last_us; /* time of the last row, for following */
    uint64_t count;
};

static void on_rows(void *self, const char *bytes, size_t len)
{
    struct rows *rows = self;
    while (len > 0) {
        const char *lf = memchr(bytes, '\n', len);
        size_t n = lf ? (size_t)(lf - bytes) : len;
        json_t *row = n > 0 ? json_loadb(bytes, n, 0, NULL) : NULL;
        if (row) {
            rows->count++;
            json_int_t time_us = json_integer_value(json_object_get(row, "time_us"));
            if (time_us > rows->last_us)
                rows->last_us = time_us;
            if (rows->json)
                control_client_print_json(row);
            else
                rows->print(row);
            json_decref(row);
        }
        bytes += n + (lf ? 1 : 0);
        len -= n + (lf ? 1 : 0);
    }
}

static int64_t number_of(const json_t *row, const char *key)
{
    const json_t *value = json_object_get(row, key);
    const char *text = json_string_value(value); /* engines differ in quoting 64-bit numbers */
    return text ? strtoll(text, NULL, 10) : json_integer_value(value);
}

static const char *text_of(const json_t *row, const char *key)
{
    const char *text = json_string_value(json_object_get(row, key));
    return text ? text : "";
}

/* The store writes IPv4 as a mapped address; people do not. */
static const char *client_text(const json_t *row, char *text)
{
    struct addr a;
    if (addr_parse(text_of(row, "client_ip"), &a) < 0)
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
    char verdict[VERDICT_REF_TEXT_MAX];
    int64_t time_us = number_of(row, "time_us");
    printf("%s.%03d  %-15s %-4s %-8s %-6s %-10s %-9s %8.3f ms  %s\n", when_format(time_us, when),
           (int)(time_us / 1000 % 1000), client_text(row, client), dns_transport_word((unsigned)number_of(row, "transport")),
           dns_rcode_format((unsigned)number_of(row, "rcode"), rcode),
           dns_type_format((uint16_t)number_of(row, "qtype"), type), dns_action_word((unsigned)number_of(row, "action")),
           verdict_text(number_of(row, "verdict"), number_of(row, "line"), verdict),
           (double)number_of(row, "latency_us") / 1000, text_of(row, "name"));
}

static json_t *log_arguments(const char *client, const char *name, bool below, const char *action, int64_t since_us,
                             int64_t after_us, int limit)
{
    json_t *a = json_pack("{s:b, s:I, s:I, s:i}", "below", below, "since_us", (json_int_t)since_us, "after_us",
                          (json_int_t)after_us, "limit", limit);
    if (client)
        json_object_set_new(a, "client", json_string(client));
    if (name)
        json_object_set_new(a, "name", json_string(name));
    if (action)
        json_object_set_new(a, "action", json_string(action));
    return a;
}

static int parse_limit(const char *command, const char *text, int *ret_limit)
{
    char *end;
    long value = strtol(text, &end, 10);
    if (*end || end == text || value < 1 || value > FOLLOW_LIMIT)
        return command_usage(command, _("not a valid value: %s"), text);
    *ret_limit = (int)value;
    return EXIT_FINE;
}

int command_log(int argc, char **argv)
{
    struct control_client_options o;
    const char *client = NULL, *name = NULL, *action = NULL, *last = NULL, *limit_text = NULL;
    bool follow = false, below = false;
    const struct client_option own[] = {
        {"follow", 'f', NULL, &follow}, {"client", 'c', &client, NULL}, {"name", 'n', &name, NULL},
        {"below", 'b', NULL, &below},   {"action", 'a', &action, NULL}, {"last", 'l', &last, NULL},
        {"limit", 'k', &limit_text, NULL}, {0}};
    int first, limit = LIMIT_DEFAULT;
    int code = client_options_parse(argc, argv, own, &o, &first);
    if (code != EXIT_FINE)
        return code;
    if (first != argc)
        return command_usage(argv[0], _("unexpected argument: %s"), argv[first]);
    int64_t last_us = 0;
    if (last && when_parse_duration(last, &last_us) < 0)
        return command_usage(argv[0], _("not a length of time: %s (such as 30m, 1h, 7d)"), last);
    if (limit_text && (code = parse_limit(argv[0], limit_text, &limit)) != EXIT_FINE)
        return code;
    int64_t since_us = last ? clock_wall_us() - last_us : 0;
    struct rows rows = {.json = o.json, .print = print_log_row};
    int fd = control_client_connect(&o);
    if (fd < 0)
        return EXIT_FAILED;
    json_t *reply = control_client_ask(fd, &o, "log", log_arguments(client, name, below, action, since_us, 0, limit),
                                       on_rows, &rows, CONTROL_WAIT_MS);
    while (reply && follow) {
        json_decref(reply);
        fflush(stdout);
        if (rows.last_us == 0)
            rows.last_us = clock_wall_us();
        nanosleep(&(struct timespec){.tv_sec = FOLLOW_PERIOD_MS / 1000}, NULL);
        reply = control_client_ask(
            fd, &o, "log", log_arguments(client, name, below, action, 0, rows.last_us, FOLLOW_LIMIT), on_rows, &rows,
            CONTROL_WAIT_MS);
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
    printf("%10" PRId64 " %8" PRId64 "  %s\n", number_of(row, "hits"), number_of(row, "clients"), text_of(row, "name"));
}

static void print_top_client(const json_t *row)
{
    char client[ADDR_TEXT_MAX];
    printf("%10" PRId64 " %8" PRId64 "  %s\n", number_of(row, "hits"), number_of(row, "blocked"),
           client_text(row, client));
}

int command_top(int argc, char **argv)
{
    static const struct {
        const char *what, *second, *third;
        void (*print)(const json_t *row);
    } tables[] = {
        {"blocked", N_("Clients"), N_("Name"), print_top_name},
        {"names", N_("Clients"), N_("Name"), print_top_name},
        {"clients", N_("Blocked"), N_("Client"), print_top_client},
    };
    struct control_client_options o;
    const char *last = "1h", *limit_text = NULL;
    const struct client_option own[] = {{"last", 'l', &last, NULL}, {"limit", 'k', &limit_text, NULL}, {0}};
    int first, limit = 10;
    int code = client_options_parse(argc, argv, own, &o, &first);
    if (code != EXIT_FINE)
        return code;
    size_t table = 0;
    while (first == argc - 1 && table < array_len(tables) && strcmp(tables[table].what, argv[first]) != 0)
        table++;
    if (first != argc - 1 || table == array_len(tables))
        return command_usage(argv[0], _("top of what? blocked, names or clients"));
    int64_t last_us;
    if (when_parse_duration(last, &last_us) < 0)
        return command_usage(argv[0], _("not a length of time: %s (such as 30m, 1h, 7d)"), last);
    if (limit_text && (code = parse_limit(argv[0], limit_text, &limit)) != EXIT_FINE)
        return code;
    int fd = control_client_connect(&o);
    if (fd < 0)
        return EXIT_FAILED;
    struct rows rows = {.json = o.json, .print = tables[table].print};
    if (!o.json) {
        columns_print(_("Answers"), -10);
        columns_print(_(tables[table].second), -9);
        printf("  %s\n", _(tables[table].third));
    }
    json_t *reply = control_client_ask(fd, &o, "top",
                                       json_pack("{s:s, s:I, s:i}", "what", tables[table].what, "since_us",
                                                 (json_int_t)(clock_wall_us() - last_us), "limit", limit),
                                       on_rows, &rows, CONTROL_WAIT_MS);
    close(fd);
    if (!reply)
        return EXIT_FAILED;
    json_decref(reply);
    return EXIT_FINE;
}
