/* The sockets of the TAXII server: HTTPS by libmicrohttpd over share/taxii/service.
 *
 * A few threads, each with its own handle of the store, answer what is read at once. What has to be written waits aside, without
 * keeping its thread from others, until the owner of `struct taxii_hub` gives it back. Bounded: connections, those of one address,
 * idle time, octets of answers on their way, of posts (post.h). Errors are negative errno.
 */
#ifndef HINOMI_SHARE_TAXII_HTTP_H
#define HINOMI_SHARE_TAXII_HTTP_H

#include "base/job_queue.h"
#include "share/taxii/post.h"

enum {
    TAXII_LISTEN_MAX = 4,
    TAXII_THREADS_MAX = 8,
    TAXII_CONNECTIONS_MAX = 512,          /* of all sockets together */
    TAXII_CONNECTIONS_OF_ADDRESS = 64,    /* several recipients may come from behind one */
    TAXII_IDLE_S = 30,
    TAXII_ANSWERS_OCTETS = 256 << 20,     /* on their way to slow readers */
};

/* A request that waits for the hub. */
struct taxii_job {
    struct job job;            /* the role's; first */
    struct taxii_post *post;   /* NULL: a removal */
    struct taxii_removal removal;
    struct taxii_reply reply;  /* to be filled before taxii_http_done */
};

struct taxii_hub {
    /* Takes the job until taxii_http_done. Any thread of the server; false: not now, and it is not taken. */
    bool (*submit)(void *self, struct taxii_job *job);
    /* Objects have left by a connection, to the last octet. Any thread; may drop. */
    void (*delivered)(void *self, const struct exchange_delivery *delivery);
    void *self;
};

struct taxii_http_options {
    const int *sockets; /* listening ones; the server's from a successful start on */
    unsigned socket_count, threads;
    const char *certificate, *key; /* PEM; may be wiped after the start */
    bool asks_certificates;        /* clients may show one */
    const char *authorities;       /* PEM, of clients' certificates; NULL: none */
    const char *store; /* path; opened when there is something to read */
    struct taxii_service *service;
    struct taxii_hub hub;
};

struct taxii_http;

/* Starts its threads: enter the sandbox before. */
int taxii_http_start(const struct taxii_http_options *options, struct taxii_http **ret_http) must_check;
/* All jobs must have been given back, and none is taken any more. */
void taxii_http_stop(struct taxii_http *h);
/* Gives a job back with its reply. Any thread. */
void taxii_http_done(struct taxii_job *job);

#endif
