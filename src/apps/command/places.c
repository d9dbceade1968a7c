/* hinomi places: in which countries the addresses are that something bad is believed of, or in which one an address is. */
#include <inttypes.h>
#include <stdio.h>

#include "apps/command/client_options.h"
#include "apps/command/columns.h"
#include "apps/command/command.h"
#include "apps/command/row_reader.h"
#include "base/addr.h"
#include "base/text.h"
#include "model/place.h"

/* The table is in the program: no node is asked. */
static int print_place(const char *text, bool as_json)
{
    struct addr_prefix p;
    if (addr_prefix_parse(text, &p) < 0)
        return command_failed(_("%s is no address and no network"), text);
    const char *country = place_code(place_of(&p.addr));
    if (as_json)
        printf("{\"address\": \"%s\", \"country\": \"%s\", \"table\": \"%s\"}\n", text, country, place_table_date());
    else
        printf("%s %s\n", text, *country ? country : "-");
    return EXIT_FINE;
}

static void print_rows(const json_t *reply)
{
    size_t at;
    const json_t *row;
    if (row_number(reply, "counted_us") == 0) {
        printf("%s\n", _("not counted yet: ask again in some seconds"));
        return;
    }
    columns_print(_("Country"), 8);
    columns_print(_("Addresses"), -10);
    columns_print(_("Blocked"), -10);
    columns_print(_("Met"), -10);
    columns_print(_("Times"), -12);
    printf("\n");
    json_array_foreach(json_object_get(reply, "rows"), at, row)
    {
        const char *country = row_text(row, "country");
        columns_print(*country ? country : "-", 8);
        printf("%9" PRId64 " %9" PRId64 " %9" PRId64 " %11" PRId64 "\n", row_number(row, "indicators"), row_number(row, "blocked"),
               row_number(row, "met"), row_number(row, "sightings"));
    }
}

int command_places(int argc, char **argv)
{
    struct control_client_options o;
    const struct client_option own[] = {{0}};
    int first, code = client_options_parse(argc, argv, own, &o, &first);
    if (code != EXIT_FINE)
        return code;
    if (first == argc)
        return control_client_run(&o, "places", json_object(), CONTROL_WAIT_MS, print_rows);
    if (!*place_table_date())
        return command_failed("%s", _("this program was built without the table of countries: run tools/setup run, and build it again"));
    for (int i = first; i < argc && code == EXIT_FINE; i++)
        code = print_place(argv[i], o.json);
    return code;
}
