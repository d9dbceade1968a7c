/* The options that every command for a running node has: --data DIR, --json; and its own, in one table. */
#ifndef HINOMI_APPS_CLIENT_OPTIONS_H
#define HINOMI_APPS_CLIENT_OPTIONS_H

#include <stdbool.h>

#include "apps/command/control_client.h"

struct client_option {
    const char *name;   /* without the dashes; NULL ends the table */
    char letter;        /* 0: none */
    const char **value; /* where the value goes; NULL: it is a flag */
    bool *flag;
};

/* Parses; what is left stands at *ret_first. An exit code other than EXIT_FINE after an error message. */
int client_options_parse(int argc, char **argv, const struct client_option *own, struct control_client_options *ret_o,
                         int *ret_first);

struct client_range {
    long least, most;
};
/* The text of an option as a number; NULL leaves *ret_value as it is. An exit code other than EXIT_FINE after an error message. */
int client_options_number(const char *command, const char *text, struct client_range range, long *ret_value);

#endif
