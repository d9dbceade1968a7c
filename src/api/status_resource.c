/* How the node is: its roles, rates, drops, age of data; and the reload of its configuration. */
#include <stdlib.h>

#include "api/node.h"
#include "base/text.h"

static void handle_status(struct control_request *request, const json_t *arguments)
{
    (void)arguments;
    struct node *node = control_request_self(request);
    control_reply(request, node->status(node->self));
}

static void handle_metrics(struct control_request *request, const json_t *arguments)
{
    (void)arguments;
    const struct node *node = control_request_self(request);
    char *text = node->metrics(node->self);
    control_reply(request, json_pack("{s:s*}", "text", text));
    free(text);
}

static void on_reloaded(void *self, const char *error)
{
    if (error)
        control_reply_error(self, _("configuration refused, the running one is kept: %s"), error);
    else
        control_reply(self, NULL);
}

static void handle_reload(struct control_request *request, const json_t *arguments)
{
    (void)arguments;
    struct node *node = control_request_self(request);
    node->reload(node->self, on_reloaded, request);
}

const struct control_command status_commands[] = {
    {"status", handle_status},
    {"metrics", handle_metrics},
    {"reload", handle_reload},
    {0},
};
