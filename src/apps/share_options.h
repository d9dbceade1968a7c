/* What the configuration says of sharing: where the TAXII server listens, with which certificate, and for whom. Plain values. */
#ifndef HINOMI_APPS_SHARE_OPTIONS_H
#define HINOMI_APPS_SHARE_OPTIONS_H

#include <sys/socket.h>

#include "apps/certificate.h"
#include "share/taxii/http.h"

enum { SHARE_PATH_MAX = 256 };

struct share_recipient {
    struct taxii_recipient who;
    char token_file[SHARE_PATH_MAX]; /* absolute; read by the parent, its content goes to the share role alone */
};

/* All zeros: nothing is shared. Behind an address are zeros too: they are compared as octets. */
struct share_options {
    struct sockaddr_storage listen[TAXII_LISTEN_MAX];
    unsigned listen_count;
    struct certificate_files certificate; /* empty: the node's own */
    struct share_recipient recipients[TAXII_RECIPIENTS_MAX];
    unsigned recipient_count;
};

bool share_options_same_addresses(const struct share_options *a, const struct share_options *b);
/* Also with the same content of the certificate's files; that of tokens is not looked at. */
bool share_options_equal(const struct share_options *a, const struct share_options *b);

#endif
