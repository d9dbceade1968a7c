/* hinomi up: reads the configuration and runs the node in the foreground. */
#include <getopt.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "apps/command/command.h"
#include "apps/process/roles.h"
#include "apps/process/supervisor.h"
#include "base/log.h"
#include "base/text.h"

static int parse_options(int argc, char **argv, struct config *c)
{
    static const struct option options[] = {
        {"config", required_argument, NULL, 'c'}, {"data", required_argument, NULL, 'd'}, {0}};
    const char *file = NULL, *data = NULL;
    int o;
    opterr = 0;
    while ((o = getopt_long(argc, argv, "c:d:", options, NULL)) != -1) {
        if (o == 'c')
            file = optarg;
        else if (o == 'd')
            data = optarg;
        else
            return command_usage("up", _("unknown option or missing value: %s"), argv[optind - 1]);
    }
    if (optind < argc)
        return command_usage("up", _("unexpected argument: %s"), argv[optind]);
    config_defaults(c);
    if (!file && access(CONFIG_SYSTEM_FILE, R_OK) == 0)
        file = CONFIG_SYSTEM_FILE;
    char error[CONFIG_ERROR_MAX], full[PATH_MAX];
    if (file) {
        /* Read again at each reload, from wherever the node then stands. */
        if (realpath(file, full) && strlen(full) < CONFIG_PATH_MAX)
            file = full;
        if (config_load(file, c, error) < 0)
            return command_failed(_("configuration refused: %s"), error);
    }
    if (data) {
        char cwd[PATH_MAX];
        int n = data[0] == '/' ? snprintf(c->data, sizeof c->data, "%s", data)
                : getcwd(cwd, sizeof cwd) ? snprintf(c->data, sizeof c->data, "%s/%s", cwd, data)
                                          : -1;
        if (n < 0 || (size_t)n >= sizeof c->data)
            return command_usage("up", _("not a valid value: %s"), data);
    }
    return EXIT_FINE;
}

int command_up(int argc, char **argv)
{
    log_init("up", LOG_LEVEL_NOTICE);
    struct config *c = malloc(sizeof *c);
    if (!c)
        return EXIT_FAILED;
    int code = parse_options(argc, argv, c);
    if (code == EXIT_FINE)
        code = supervisor_run(c);
    free(c);
    return code;
}

/* hinomi role NAME: what the parent starts; not for people. */
int command_role(int argc, char **argv)
{
    static int (*const mains[])(void) = {
        [ROLE_STORE] = role_store_main, [ROLE_HUB] = role_hub_main, [ROLE_DNS] = role_dns_main,
        [ROLE_FETCH] = role_fetch_main, [ROLE_SHARE] = role_share_main, [ROLE_WEB] = role_web_main};
    _Static_assert(array_len(mains) == ROLE_COUNT, "one main per role");
    for (int i = 0; argc == 2 && i < ROLE_COUNT; i++)
        if (strcmp(argv[1], role_name((enum role)i)) == 0)
            return mains[i]();
    return command_usage("role", _("started by \"hinomi up\" only"));
}
