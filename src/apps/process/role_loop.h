/* The event loop of a role that has a server's threads behind it: the parent, the end, a tick, a descriptor by which threads wake it, and
 * the certificate that the server shows, made anew in time when it is the node's own.
 */
#ifndef HINOMI_APPS_ROLE_LOOP_H
#define HINOMI_APPS_ROLE_LOOP_H

#include "apps/process/certificate.h"
#include "apps/process/roles.h"

struct event;
struct event_base;

struct role_loop_hooks {
    void (*message)(void *self, struct handover *m); /* of the parent; descriptors that are left in it are closed */
    void (*tick)(void *self);                        /* each ROLE_LOOP_TICK_MS */
    void (*wake)(void *self);                        /* after role_loop_wake */
    void *self;
};

enum { ROLE_LOOP_TICK_MS = 500 };

struct role_loop {
    struct role_loop_hooks hooks;
    struct event_base *base;
    struct event *parent, *terminate, *tick, *wake, *renewal;
    int wake_fd;
    struct certificate certificate;
    bool own_certificate;
};

int role_loop_make(struct role_loop *l, const struct role_loop_hooks *hooks) must_check;
/* From any thread: has `wake` called in the loop's. */
void role_loop_wake(struct role_loop *l);

struct role_tls {
    const struct sockaddr_storage *listen; /* whose addresses an own certificate has */
    unsigned listen_count;
    const struct certificate_files *files; /* empty: the node's own */
    const char *folder;                    /* for that, below the data folder */
    const char *failed;                    /* "no console, for want of a certificate" */
};
/* Before the sandbox. An error has been logged. */
int role_loop_read_certificate(struct role_loop *l, const struct config *c, const struct role_tls *tls, struct certificate_pem *ret_pem) must_check;
/* Tells the parent that the role is ready, and runs until it is to end. `serves`: the certificate is in use. */
void role_loop_run(struct role_loop *l, bool serves);

#endif
