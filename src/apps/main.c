/* hinomi: finds the subcommand and runs it. */
#include <signal.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include "apps/command.h"
#include "base/attr.h"
#include "base/text.h"

static const struct {
    const char *name;
    command_fn *run;
    const char *summary; /* NULL: not shown */
} command_table[] = {
    {"dns", command_dns, N_("run the protective resolver alone, with lists from files")},
};

int command_usage(const char *command, const char *format, ...)
{
    va_list args;
    va_start(args, format);
    fprintf(stderr, "hinomi %s: ", command);
    vfprintf(stderr, format, args);
    va_end(args);
    fprintf(stderr, "\n");
    fprintf(stderr, _("See \"hinomi help %s\"."), command);
    fprintf(stderr, "\n");
    return EXIT_USAGE;
}

int command_failed(const char *format, ...)
{
    va_list args;
    va_start(args, format);
    fprintf(stderr, "hinomi: ");
    vfprintf(stderr, format, args);
    va_end(args);
    fprintf(stderr, "\n");
    return EXIT_FAILED;
}

int main(int argc, char **argv)
{
    signal(SIGPIPE, SIG_IGN);
    text_init();
    if (argc < 2)
        return EXIT_USAGE;
    for (size_t i = 0; i < array_len(command_table); i++)
        if (strcmp(command_table[i].name, argv[1]) == 0)
            return command_table[i].run(argc - 1, argv + 1);
    return command_usage(argv[1], "%s", _("no such command"));
}
