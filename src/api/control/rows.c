/* Writes rows. */
#include "api/control/rows.h"

#include <stdlib.h>
#include <string.h>

void api_send_row(struct control_request *request, json_t *row)
{
    char *text = row ? json_dumps(row, JSON_COMPACT | JSON_ENSURE_ASCII) : NULL;
    size_t len = text ? strlen(text) : 0;
    if (text) {
        text[len] = '\n'; /* in the place of its terminator */
        control_send_rows(request, text, len + 1);
    }
    free(text);
    json_decref(row);
}
