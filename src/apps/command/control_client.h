/* The command line's side of the control socket: connects, asks, waits, and tells a person what went wrong. */
#ifndef HINOMI_APPS_CONTROL_CLIENT_H
#define HINOMI_APPS_CONTROL_CLIENT_H

#include <jansson.h>
#include <stdbool.h>
#include <stddef.h>

#include "base/attr.h"

enum { CONTROL_WAIT_MS = 30000, CONTROL_WAIT_LONG_MS = 600000 };

struct control_client_options {
    const char *data; /* data folder; NULL: the person's own, see config_default_data */
    bool json;
};

/* Connects to the node; -1 after an error message. */
int control_client_connect(const struct control_client_options *o);

/* Called for each block of rows (JSON objects, one a line). */
typedef void control_rows_fn(void *self, const char *rows, size_t len);

/* Sends the command (takes over the object, adds the person's name), gives rows to on_rows (NULL: none expected), and
 * returns the reply's object, or NULL after an error message. With --json the error is JSON on standard output. */
json_t *control_client_ask(int fd, const struct control_client_options *o, const char *command, json_t *arguments,
                           control_rows_fn *on_rows, void *self, int wait_ms);
/* The whole of a command without rows: connects, asks, prints the reply (as JSON with --json). Returns the exit code. */
int control_client_run(const struct control_client_options *o, const char *command, json_t *arguments, int wait_ms,
                       void (*print)(const json_t *reply));
/* The two halves, for a command that sends data in between. */
bool control_client_send(int fd, const struct control_client_options *o, const char *command, json_t *arguments);
/* The data in between: all of the file, with progress; `path` is for messages. */
bool control_client_send_file(int fd, const struct control_client_options *o, int file, const char *path);
/* The same for one of several files: each is ended by an empty piece, the last of all by control_client_send_end. */
bool control_client_send_one(int fd, const struct control_client_options *o, int file, const char *path);
bool control_client_send_end(int fd, const struct control_client_options *o);
json_t *control_client_reply(int fd, const struct control_client_options *o, control_rows_fn *on_rows, void *self,
                             int wait_ms);
void control_client_error(const struct control_client_options *o, const char *format, ...) printf_like(2, 3);

/* Prints an object as one line of JSON. */
void control_client_print_json(const json_t *object);

#endif
