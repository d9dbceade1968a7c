/* Passive DNS: which data a name had, which names had the data, asked of the telemetry store. */
#include "api/node.h"
#include "api/control/store_question.h"
#include "base/addr.h"
#include "store/pdns_query.h"
#include "store/sql_text.h"

static void handle_pdns(struct control_request *request, const json_t *arguments)
{
    struct pdns_filter filter = {
        .name = json_string_value(json_object_get(arguments, "name")),
        .below = json_is_true(json_object_get(arguments, "below")),
        .data = json_string_value(json_object_get(arguments, "data")),
        .limit = (uint32_t)json_integer_value(json_object_get(arguments, "limit")),
        .offset = (uint32_t)json_integer_value(json_object_get(arguments, "offset")),
    };
    struct addr addr;
    char text[ADDR_TEXT_MAX], sql[SQL_TEXT_MAX];
    if (filter.data && addr_parse(filter.data, &addr) == 0) /* as it is stored */
        filter.data = addr_format(&addr, text);
    store_question_ask(request, sql, pdns_query(&filter, sql, sizeof sql));
}

const struct control_command pdns_commands[] = {
    {"pdns", handle_pdns},
    {0},
};
