/* hinomi welcome, web-api: the way into the console, and what the API over HTTPS can be asked. */
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#include "api/route.h"
#include "apps/client_options.h"
#include "apps/command.h"
#include "base/text.h"

int command_welcome(int argc, char **argv)
{
    struct control_client_options o;
    int first;
    int code = client_options_parse(argc, argv, (const struct client_option[]){{0}}, &o, &first);
    if (code != EXIT_FINE)
        return code;
    if (first != argc)
        return command_usage(argv[0], _("it takes no arguments"));
    int fd = control_client_connect(&o);
    if (fd < 0)
        return EXIT_FAILED;
    json_t *reply = control_client_ask(fd, &o, "welcome", json_object(), NULL, NULL, CONTROL_WAIT_MS);
    close(fd);
    if (reply && !o.json)
        printf("%s\n", json_string_value(json_object_get(reply, "link")));
    code = reply ? EXIT_FINE : EXIT_FAILED;
    json_decref(reply);
    return code;
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
