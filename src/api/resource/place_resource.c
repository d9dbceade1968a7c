/* Countries: where the addresses are that something bad is believed of, and where one address is. */
#include <string.h>

#include "api/node.h"
#include "base/text.h"
#include "model/place.h"

static void handle_places(struct control_request *request, const json_t *arguments)
{
    (void)arguments;
    struct node *node = control_request_self(request);
    control_reply(request, node->places(node->self));
}

static void handle_place(struct control_request *request, const json_t *arguments)
{
    const char *text = json_string_value(json_object_get(arguments, "address"));
    struct addr_prefix p;
    char canonical[ADDR_TEXT_MAX];
    if (!text || addr_prefix_parse(text, &p) < 0) {
        control_reply_error(request, _("%s is no address and no network"), text ? text : "");
        return;
    }
    control_reply(request, json_pack("{s:s, s:s, s:s}", "address", addr_format(&p.addr, canonical), "country", place_code(place_of(&p.addr)), "table",
                                     place_table_date()));
}

const struct control_command place_commands[] = {
    {"places", handle_places},
    {"place", handle_place},
    {0},
};
