/* "hinomi object": a STIX object as it came, from each source that gave it. */
#include <stdio.h>
#include <stdlib.h>

#include "apps/command/command.h"
#include "apps/command/control_client.h"
#include "apps/command/client_options.h"
#include "apps/command/row_reader.h"
#include "apps/command/when.h"
#include "base/text.h"

static void print_objects(const json_t *reply)
{
    const json_t *one;
    size_t i;
    char when[WHEN_TEXT_MAX];
    json_array_foreach(json_object_get(reply, "objects"), i, one)
    {
        char *text = json_dumps(json_object_get(one, "object"), JSON_INDENT(2));
        printf(_("# from %s, kept %s\n"), row_text(one, "source"), when_format(row_number(one, "kept_us"), when));
        printf("%s\n", text ? text : "");
        free(text);
    }
    if (i == 0)
        printf("%s\n", _("no source gave an object of that identifier, or it could not be kept"));
    if (json_is_true(json_object_get(reply, "more")))
        printf("%s\n", _("there are more than are shown"));
}

int command_object(int argc, char **argv)
{
    struct control_client_options o;
    static const struct client_option own[] = {{0}};
    int first;
    int code = client_options_parse(argc, argv, own, &o, &first);
    if (code != EXIT_FINE)
        return code;
    if (first != argc - 1)
        return command_usage(argv[0], _("one identifier is needed, such as indicator--...; \"hinomi verdicts\" shows them as evidence"));
    return control_client_run(&o, "object", json_pack("{s:s}", "id", argv[first]), CONTROL_WAIT_MS, print_objects);
}
