/* A question of a request to the telemetry store: its rows go to the client, and so does what went wrong. */
#ifndef HINOMI_API_STORE_QUESTION_H
#define HINOMI_API_STORE_QUESTION_H

#include "api/control/control.h"

/* len: of the statement, or the negative result of building it. Ends the request, at once or later. */
void store_question_ask(struct control_request *request, const char *sql, int len);

#endif
