/* hinomi welcome, web-api: the way into the console, and what the API over HTTPS can be asked. */
#include <stdio.h>
#include <stdlib.h>

#include "api/web/route.h"
#include "apps/command/client_options.h"
#include "apps/command/command.h"
#include "base/text.h"

static void print_link(const json_t *reply)
{
    printf("%s\n", json_string_value(json_object_get(reply, "link")));
}

int command_welcome(int argc, char **argv)
{
    struct control_client_options o;
    const struct client_option none[] = {{0}};
    int first;
    int code = client_options_parse(argc, argv, none, &o, &first);
    if (code != EXIT_FINE)
        return code;
    if (first != argc)
        return command_usage(argv[0], _("it takes no arguments"));
    return control_client_run(&o, "welcome", json_object(), CONTROL_WAIT_MS, print_link);
}

int command_web_api(int argc, char **argv)
{
    if (argc != 1)
        return command_usage(argv[0], _("it takes no arguments"));
    json_t *document = route_openapi();
    char *text = document ? json_dumps(document, JSON_INDENT(1)) : NULL;
    if (text)
        puts(text);
    json_decref(document);
    free(text);
    return text ? EXIT_FINE : EXIT_FAILED;
}
