/* The control socket: authenticated local requests in JSON, one at a time on each connection.
 *
 * Frames of base/channel: the client sends CONTROL_REQUEST (an object with "command" and its arguments), perhaps
 * followed by CONTROL_DATA frames and CONTROL_DATA_END; the hub answers with any number of CONTROL_ROWS (JSON, one object a
 * line) and one CONTROL_REPLY: {"ok": true, ...} or {"ok": false, "error": "..."}. Who asks is known from the kernel
 * (SO_PEERCRED); others than root, the node's own user and those configured are refused. docs/formats/control.md.
 */
#ifndef HINOMI_API_CONTROL_H
#define HINOMI_API_CONTROL_H

#include <jansson.h>
#include <stdbool.h>
#include <sys/types.h>

#include "base/attr.h"
#include "base/reader.h"

enum {
    CONTROL_REQUEST = 1,
    CONTROL_DATA,
    CONTROL_DATA_END,
    CONTROL_REPLY,
    CONTROL_ROWS,
};

enum {
    CONTROL_REQUEST_MAX = 64 << 10,
    CONTROL_DATA_MAX = 256 << 10,    /* of one frame */
    CONTROL_MESSAGE_MAX = 17 << 20,  /* the longest rows */
    CONTROL_CLIENTS_MAX = 64,
    CONTROL_USERS_MAX = 20,
};

struct event_base;
struct control_server;
struct control_request;

/* A command: starts, and ends with exactly one reply, at once or later. */
typedef void control_handler_fn(struct control_request *request, const json_t *arguments);

struct control_command {
    const char *name;
    control_handler_fn *handle;
};

struct control_options {
    struct event_base *loop;
    int listen_fd; /* borrowed, non-blocking */
    uid_t users[CONTROL_USERS_MAX];
    unsigned user_count;
    const struct control_command *commands; /* ended by a NULL name */
    void *self;                             /* for the handlers: control_request_self */
    /* Before a command is run, with who asks: an error, and it is not. May be NULL. */
    int (*note)(void *self, const char *source, const char *command, const json_t *arguments);
};

int control_server_new(const struct control_options *options, struct control_server **ret_server) must_check;
void control_server_free(struct control_server *s);

/* ---- for handlers ---- */

void *control_request_self(const struct control_request *r);
/* "uid 1000", and the name the client claims when it gave one: for the source of a verdict. */
const char *control_request_source(const struct control_request *r);
/* Data frames go to on_data (may be NULL); on_end is called after the last, or, with gone, when the client has left. */
void control_request_take_data(struct control_request *r,
                               void (*on_data)(struct control_request *r, struct reader data, void *self),
                               void (*on_end)(struct control_request *r, bool gone, void *self), void *self);
void control_send_rows(struct control_request *r, const char *rows, size_t len);
/* Takes over the object, adds "ok": true, sends it, and ends the request. */
void control_reply(struct control_request *r, json_t *object);
/* Ends it with an error, for a person to read. */
void control_reply_error(struct control_request *r, const char *format, ...) printf_like(2, 3);

#endif
