/* hinomi pdns: which data a name had, and which names had the data, as upstreams answered. */
#include <inttypes.h>
#include <stdio.h>
#include <unistd.h>

#include "apps/command/client_options.h"
#include "apps/command/columns.h"
#include "apps/command/command.h"
#include "apps/command/idn.h"
#include "apps/command/row_reader.h"
#include "apps/command/when.h"
#include "base/addr.h"
#include "base/text.h"
#include "proto/dns/dns.h"
#include "store/pdns_query.h"

enum { PDNS_LIMIT_DEFAULT = 100 };

/* One object of the Passive DNS Common Output Format (draft-dulaunoy-dnsop-passive-dns-cof); what is not in it is ours. */
static void print_cof(const json_t *row)
{
    char type[DNS_TYPE_TEXT_MAX];
    json_t *object = json_pack("{s:s, s:s, s:s, s:I, s:I, s:I}", "rrname", row_text(row, "name"), "rrtype",
                               dns_type_format((uint16_t)row_number(row, "type"), type), "rdata", row_text(row, "data"),
                               "time_first", (json_int_t)row_number(row, "time_first"), "time_last",
                               (json_int_t)row_number(row, "time_last"), "count", (json_int_t)row_number(row, "hits"));
    if (row_number(row, "last_verdict") > 0)
        json_object_set_new(object, "x-verdict", json_integer(row_number(row, "last_verdict")));
    control_client_print_json(object);
    json_decref(object);
}

static void print_row(const json_t *row)
{
    char type[DNS_TYPE_TEXT_MAX], first[WHEN_TEXT_MAX], last[WHEN_TEXT_MAX], name[IDN_TEXT_MAX];
    printf("%-19s  %-19s %8" PRId64 "  %s %s %s\n", when_format(row_number(row, "time_first") * 1000000, first),
           when_format(row_number(row, "time_last") * 1000000, last), row_number(row, "hits"),
           idn_show(row_text(row, "name"), name), dns_type_format((uint16_t)row_number(row, "type"), type),
           row_text(row, "data"));
}

static void print_head(void)
{
    columns_print(_("First seen"), 21);
    columns_print(_("Last seen"), 19);
    columns_print(_("Answers"), -9);
    printf("  %s\n", _("Record"));
}

/* Asks, prints; the exit code. */
static int show(const struct control_client_options *o, json_t *wish, long limit, long page)
{
    struct row_reader rows = {.json = false, .print = o->json ? print_cof : print_row};
    int fd = control_client_connect(o);
    if (fd < 0) {
        json_decref(wish);
        return EXIT_FAILED;
    }
    if (!o->json)
        print_head();
    json_t *reply = control_client_ask(fd, o, "pdns", wish, row_reader_take, &rows, CONTROL_WAIT_MS);
    close(fd);
    if (!reply)
        return EXIT_FAILED;
    json_decref(reply);
    if (rows.count == 0)
        fprintf(stderr, "%s\n", _("nothing was recorded that fits"));
    else if (rows.count == (uint64_t)limit)
        fprintf(stderr, _("there may be more: --page %ld\n"), page + 1);
    return EXIT_FINE;
}

int command_pdns(int argc, char **argv)
{
    struct control_client_options o;
    const char *limit_text = NULL, *page_text = NULL, *reason;
    bool below = false, is_data = false;
    const struct client_option own[] = {{"below", 'b', NULL, &below},        {"is-data", 'd', NULL, &is_data},
                                        {"limit", 'k', &limit_text, NULL}, {"page", 'p', &page_text, NULL}, {0}};
    int first;
    long limit = PDNS_LIMIT_DEFAULT, page = 1;
    int code = client_options_parse(argc, argv, own, &o, &first);
    if (code == EXIT_FINE && first != argc - 1)
        return command_usage(argv[0], _("give one name or address"));
    if (code == EXIT_FINE)
        code = client_options_number(argv[0], limit_text, (struct client_range){1, PDNS_QUERY_ROWS_MAX}, &limit);
    if (code == EXIT_FINE)
        code = client_options_number(argv[0], page_text, (struct client_range){1, PDNS_QUERY_OFFSET_MAX / limit + 1}, &page);
    if (code != EXIT_FINE)
        return code;
    char name[IDN_TEXT_MAX];
    struct addr address;
    is_data = is_data || addr_parse(argv[first], &address) == 0;
    if (idn_to_ascii(argv[first], name, &reason) < 0)
        return command_usage(argv[0], _("not a name: %s (%s)"), argv[first], reason);
    json_t *wish = json_pack("{s:s, s:b, s:i, s:i}", is_data ? "data" : "name", name, "below", below, "limit", (int)limit,
                             "offset", (int)((page - 1) * limit));
    return show(&o, wish, limit, page);
}
