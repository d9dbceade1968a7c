/* What the configuration says of sharing: where the servers of TAXII and of zones listen, with which certificate, and for whom. Plain
 * values. */
#ifndef HINOMI_APPS_SHARE_OPTIONS_H
#define HINOMI_APPS_SHARE_OPTIONS_H

#include <sys/socket.h>

#include "apps/process/certificate.h"
#include "share/rpz/server.h"
#include "share/taxii/http.h"

enum {
    SHARE_PATH_MAX = 256,
    SHARE_SOCKETS_MAX = TAXII_LISTEN_MAX + 2 * RPZ_LISTEN_MAX, /* in this order; for zones UDP and TCP of each address */
    SHARE_KEY_FILES = TAXII_RECIPIENTS_MAX,                    /* numbers of files: tokens by recipient, then keys by recipient */
};

struct share_recipient {
    struct taxii_recipient who;
    char token_file[SHARE_PATH_MAX]; /* absolute; read by the parent, its content goes to the share role alone. Empty: see share_recipient_has_taxii */
    char zone[EXCHANGE_ZONE_NAME_MAX]; /* empty: none; else as below */
    char key_name[EXCHANGE_ZONE_NAME_MAX], key_file[SHARE_PATH_MAX]; /* empty: no key; key_file as token_file */
    enum tsig_algorithm key_algorithm;
    struct addr_prefix allow[RPZ_ALLOW_MAX];
    unsigned allow_count;
    struct sockaddr_storage notify[RPZ_NOTIFY_MAX];
    unsigned notify_count;
};

/* All zeros: nothing is shared. Behind an address are zeros too: they are compared as octets. */
struct share_options {
    struct sockaddr_storage listen[TAXII_LISTEN_MAX];
    unsigned listen_count;
    struct sockaddr_storage listen_dns[RPZ_LISTEN_MAX];
    unsigned listen_dns_count;
    struct certificate_files certificate; /* empty: the node's own */
    struct certificate_files client_ca;   /* its first file: the authorities of recipients' certificates; empty: none */
    struct share_recipient recipients[TAXII_RECIPIENTS_MAX];
    unsigned recipient_count;
};

/* Does it fetch by TAXII? Else it takes a zone alone. */
bool share_recipient_has_taxii(const struct share_recipient *r);

struct share_socket {
    struct sockaddr_storage at;
    int type; /* SOCK_STREAM, SOCK_DGRAM */
};
/* All that is to be listened on, SHARE_SOCKETS_MAX at most, in order. How many. */
unsigned share_options_sockets(const struct share_options *o, struct share_socket *ret_sockets);
bool share_options_same_addresses(const struct share_options *a, const struct share_options *b);
/* Also with the same content of the certificate's files; that of tokens is not looked at. */
bool share_options_equal(const struct share_options *a, const struct share_options *b);

#endif
