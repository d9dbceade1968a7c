/* How the node is: its roles, rates, drops, age of data; and the reload of its configuration. */
#include <errno.h>
#include <sodium.h>
#include <stdlib.h>
#include <string.h>

#include "api/node.h"
#include "base/text.h"

enum { LINK_MAX = 256 };

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

static void handle_welcome(struct control_request *request, const json_t *arguments)
{
    (void)arguments;
    const struct node *node = control_request_self(request);
    char link[LINK_MAX];
    int e = node->first_link(node->self, link, sizeof link);
    if (e == -EEXIST)
        control_reply_error(request, "%s", _("there is an administrator already, who can invite others"));
    else if (e == -ENOENT)
        control_reply_error(request, "%s", _("no console is served: set web: listen: in the configuration"));
    else if (e < 0)
        control_reply_error(request, _("no link for a first account: %s"), strerror(-e));
    else
        control_reply(request, json_pack("{s:s}", "link", link));
    sodium_memzero(link, sizeof link);
}

const struct control_command status_commands[] = {
    {"welcome", handle_welcome},
    {"status", handle_status},
    {"metrics", handle_metrics},
    {"reload", handle_reload},
    {0},
};
