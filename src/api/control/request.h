/* Where a request of the API came from and where its answer goes: the control socket is one such place, HTTP another.
 *
 * Handlers of commands see none of this (api/control/control.h). One thread, the hub's loop.
 */
#ifndef HINOMI_API_REQUEST_H
#define HINOMI_API_REQUEST_H

#include "api/control/control.h"

enum { CONTROL_SOURCE_MAX = 128 };

struct control_sink {
    /* JSON objects, one a line; borrowed. May forget the request. */
    void (*rows)(void *self, const char *rows, size_t len);
    /* {"ok": true, ...} or {"ok": false, "error": "..."}; borrowed. Called once, and last: the request is no more. */
    void (*end)(void *self, json_t *reply);
};

/* `source` says who asks, for the author of a verdict. NULL: out of memory. Freed with its reply. */
struct control_request *control_request_new(void *node, const char *source, const struct control_sink *sink, void *sink_self) must_check;
/* Who asked has left: the sink is not called any more. The request lives until its handler replies. */
void control_request_forget(struct control_request *r);
/* Octets that belong to the request, and their end; without meaning for a handler that takes none. */
void control_request_data(struct control_request *r, struct reader data);
void control_request_data_end(struct control_request *r);

/* NULL: there is no command of that name. */
const struct control_command *control_command_find(const struct control_command *commands, const char *name);

#endif
