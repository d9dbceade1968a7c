/* Starts and stops libmicrohttpd on a listening socket: its threads, its limits, TLS. What requests are is its caller's.
 *
 * The threads are the library's own; each callback comes in one of them. A library by itself, so that only servers of HTTP link it.
 */
#ifndef HINOMI_BASE_HTTP_DAEMON_H
#define HINOMI_BASE_HTTP_DAEMON_H

#include <gnutls/gnutls.h>
#include <microhttpd.h>
#include <stdbool.h>

struct http_daemon_options {
    bool in_the_clear;             /* else with TLS */
    const char *certificate, *key; /* of TLS: PEM, read during the start */
    unsigned threads;              /* below 2: one, and no pool */
    unsigned connections, connections_of_address; /* at most */
    unsigned idle_s;
    size_t connection_memory; /* headers, and what is read of a body at once */
    /* As libmicrohttpd calls them; on_connection NULL: nobody hears of connections. */
    MHD_AccessHandlerCallback on_request;
    void *(*on_target)(void *self, const char *target, struct MHD_Connection *connection);
    MHD_RequestCompletedCallback on_end;
    MHD_NotifyConnectionCallback on_connection;
    void *self;
};

/* The socket stays the caller's. NULL: it cannot be started. */
struct MHD_Daemon *http_daemon_start(int fd, const struct http_daemon_options *options);
/* Leaves the socket listening: the next server is to have it from the same parent. */
void http_daemon_stop(struct MHD_Daemon *d);

/* NULL: the connection has no TLS. */
gnutls_session_t http_daemon_session(struct MHD_Connection *connection);
/* To be called when a connection has started, before the handshake: without naming authorities, so that a client may show any
 * certificate, and who has none goes on without. False: without TLS. */
bool http_daemon_ask_certificate(struct MHD_Connection *connection);

#endif
