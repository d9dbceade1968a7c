/* The certificate of DNS over TLS and HTTPS: read from files that the configuration names, or the node's own.
 *
 * The parent only looks at the files' stamps, and lets a process of its own try what they hold; the dns role reads them
 * before its sandbox. docs/decisions/0005-tls.md tells why. Not for several threads at once.
 */
#ifndef HINOMI_APPS_CERTIFICATE_H
#define HINOMI_APPS_CERTIFICATE_H

#include <stdint.h>

#include "base/addr.h"
#include "base/attr.h"
#include "watch/dns/tls.h"

enum { CERTIFICATE_PATH_MAX = 256, CERTIFICATE_ERROR_MAX = 384, CERTIFICATE_ADDRESSES_MAX = 16, CERTIFICATE_PIN_MAX = 64 };

/* Which content of a file was meant, without reading it. */
struct certificate_stamp {
    uint64_t device, inode;
    int64_t size, changed_ns;
};

struct certificate_files {
    char certificate[CERTIFICATE_PATH_MAX]; /* PEM; empty: the node's own */
    char private_key[CERTIFICATE_PATH_MAX];
    struct certificate_stamp stamps[2];
};

/* Takes the stamps of files that are there. */
void certificate_files_stamp(struct certificate_files *f);
/* The same files with the same content? */
bool certificate_files_equal(const struct certificate_files *a, const struct certificate_files *b);

/* Whom the node's own certificate is for, besides "localhost" and the name of the host. */
struct certificate_names {
    struct addr addresses[CERTIFICATE_ADDRESSES_MAX];
    unsigned address_count;
};

struct certificate {
    struct dns_tls *tls; /* the caller's */
    char pin[CERTIFICATE_PIN_MAX]; /* base64 of the SHA-256 of the SubjectPublicKeyInfo, RFC 7858 appendix A */
    int64_t ends_s;      /* wall clock */
    char name[256];      /* the first name of a host, not "localhost", that it is for; empty: none */
    bool made;           /* just now */
};

/* What a library that does its own TLS wants: PEM texts with a terminator, on the heap. Forget them when it has read them. */
struct certificate_pem {
    char *certificate, *key;
};
void certificate_pem_forget(struct certificate_pem *pem);

/* The two below give a context for TLS, or with ret_pem texts, and then no context. On error ret_error
 * (CERTIFICATE_ERROR_MAX octets) is a text for the operator. */
int certificate_load(const struct certificate_files *f, struct certificate *ret_certificate, struct certificate_pem *ret_pem,
                     char *ret_error) must_check;
/* The same in a process of its own, whose result is only the text: for who shall not parse it. Waits for its end. */
int certificate_try(const struct certificate_files *f, char *ret_error) must_check;
/* The node's own, kept in the folder; made when there is none, or it ends soon, or it is not for these names. The key is
 * kept as long as it is there, and so is the pin. folder -1: kept nowhere. */
int certificate_own(int folder, const struct certificate_names *names, struct certificate *ret_certificate,
                    struct certificate_pem *ret_pem, char *ret_error) must_check;
/* Seconds until the node's own is to be made anew; 0 or less: now. */
int64_t certificate_renew_in_s(const struct certificate *c);
/* Tells the operator the pin and the end. */
void certificate_log(const struct certificate *c);

#endif
