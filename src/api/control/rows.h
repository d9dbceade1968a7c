/* Sends one row of a reply: a JSON object on a line. */
#ifndef HINOMI_API_ROWS_H
#define HINOMI_API_ROWS_H

#include "api/control/control.h"

/* Takes the object over; NULL (out of memory) sends nothing. */
void api_send_row(struct control_request *request, json_t *row);

#endif
