/* Parses the options of a client command, and their numbers. */
#include "apps/command/client_options.h"

#include <getopt.h>
#include <stdlib.h>
#include <string.h>

#include "apps/command/command.h"
#include "base/text.h"

enum { OPTIONS_MAX = 24, FIRST_CODE = 256 };

int client_options_parse(int argc, char **argv, const struct client_option *own, struct control_client_options *ret_o,
                         int *ret_first)
{
    *ret_o = (struct control_client_options){0};
    const struct client_option common[] = {{"data", 0, &ret_o->data, NULL}, {"json", 0, NULL, &ret_o->json}, {0}};
    const struct client_option *rows[OPTIONS_MAX];
    struct option options[OPTIONS_MAX + 1] = {0};
    char letters[2 * OPTIONS_MAX + 1] = "";
    size_t n = 0, letter = 0;
    const struct client_option *const tables[] = {common, own};
    for (size_t t = 0; t < array_len(tables); t++) {
        for (const struct client_option *o = tables[t]; o && o->name && n < OPTIONS_MAX; o++) {
            rows[n] = o;
            options[n] = (struct option){o->name, o->value ? required_argument : no_argument, NULL, FIRST_CODE + (int)n};
            n++;
            if (o->letter) {
                letters[letter++] = o->letter;
                if (o->value)
                    letters[letter++] = ':';
            }
        }
    }
    int code;
    opterr = 0;
    optind = 1;
    while ((code = getopt_long(argc, argv, letters, options, NULL)) != -1) {
        const struct client_option *found = code >= FIRST_CODE ? rows[code - FIRST_CODE] : NULL;
        for (size_t i = 0; i < n && !found && code != '?'; i++)
            if (rows[i]->letter == code)
                found = rows[i];
        if (!found)
            return command_usage(argv[0], _("unknown option or missing value: %s"), argv[optind - 1]);
        if (found->value)
            *found->value = optarg;
        else
            *found->flag = true;
    }
    *ret_first = optind;
    return EXIT_FINE;
}

int client_options_number(const char *command, const char *text, struct client_range range, long *ret_value)
{
    char *end;
    if (!text)
        return EXIT_FINE;
    long value = strtol(text, &end, 10);
    if (*end || end == text || value < range.least || value > range.most)
        return command_usage(command, _("not a valid value: %s"), text);
    *ret_value = value;
    return EXIT_FINE;
}
