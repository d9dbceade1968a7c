/* Answers GET /metrics over HTTP/1, on a socket that the parent opened: a request, an answer, the end of the connection.
 *
 * Bounded: so many clients (then the oldest is cut off), octets of a request, and seconds for all of it. One thread.
 */
#ifndef HINOMI_APPS_METRICS_SERVER_H
#define HINOMI_APPS_METRICS_SERVER_H

#include "base/attr.h"

enum {
    METRICS_CLIENTS_MAX = 16,   /* a few collectors ask; more are somebody else */
    METRICS_REQUEST_MAX = 4096, /* octets of a request's head */
    METRICS_PATIENCE_S = 5,
};

struct event_base;
struct metrics_server;

/* text: gives the metrics, to be freed; NULL: none now. Takes listen_fd. */
int metrics_server_new(struct event_base *loop, int listen_fd, char *(*text)(void *self), void *self,
                       struct metrics_server **ret_server) must_check;
void metrics_server_free(struct metrics_server *s);

#endif
