/* What the configuration says of the console and the API over HTTP: where they are served, and with which certificate. Plain values. */
#ifndef HINOMI_APPS_WEB_OPTIONS_H
#define HINOMI_APPS_WEB_OPTIONS_H

#include <stdbool.h>
#include <sys/socket.h>

#include "api/front/front.h"
#include "apps/process/certificate.h"

/* Behind an address are zeros: they are compared as octets. */
struct web_listen {
    struct sockaddr_storage at[FRONT_LISTEN_MAX];
    unsigned count;
    struct sockaddr_storage sinkhole[FRONT_LISTEN_MAX]; /* without TLS: the page of blocked names */
    unsigned sinkhole_count;
    bool is_default; /* nobody asked for it: an address that is taken is no error */
    bool asks_certificates; /* machines may show one instead of a key */
    struct certificate_files certificate; /* empty: the node's own */
};

enum { WEB_SOCKETS_MAX = 2 * FRONT_LISTEN_MAX };
/* Of the console first, then of the sinkhole; NULL: there are not so many. */
const struct sockaddr_storage *web_listen_at(const struct web_listen *w, unsigned i);

bool web_listen_same_addresses(const struct web_listen *a, const struct web_listen *b);
/* Also with the same content of the certificate's files. */
bool web_listen_equal(const struct web_listen *a, const struct web_listen *b);

#endif
