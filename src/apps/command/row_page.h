/* A list on the command line: its head, one page of the node's rows, and how to have the next. */
#ifndef HINOMI_APPS_ROW_PAGE_H
#define HINOMI_APPS_ROW_PAGE_H

#include <jansson.h>

#include "apps/command/client_options.h"
#include "apps/command/control_client.h"

struct row_page {
    const char *command;              /* of the control socket */
    void (*head)(void);               /* NULL: there is none. As the texts below, not with --json */
    void (*print)(const json_t *row);
    const char *none;                 /* said without rows; NULL: nothing is */
    const char *hint;                 /* said below rows, apart from them; the same */
    struct client_range limit, after; /* what --limit and --after may be, for row_page_list */
};

/* Asks (takes over the wish) and prints. An exit code; *ret_reply is to be dropped, NULL when it failed. */
int row_page_ask(const struct control_client_options *o, const struct row_page *p, json_t *wish, json_t **ret_reply);

/* What stands behind --limit and --after; NULL: nothing. */
struct row_page_place {
    const char *name; /* of the command that a person typed */
    const char *limit, *after;
};
/* The same for a list that comes in pages, and says where the next one begins. */
int row_page_list(const struct control_client_options *o, const struct row_page *p, json_t *wish, const struct row_page_place *place);

/* The text of an option, when there is one, becomes a number of the wish; exit codes as of client_options_number. */
int row_page_number(const char *name, const char *text, struct client_range range, json_t *wish, const char *key);

#endif
