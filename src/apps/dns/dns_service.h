/* Wires the DNS sensor to the policy: sockets, workers and their threads, for the dns role and for `hinomi dns`. */
#ifndef HINOMI_APPS_DNS_SERVICE_H
#define HINOMI_APPS_DNS_SERVICE_H

#include <pthread.h>

#include "apps/process/certificate.h"
#include "apps/dns/dns_policy.h"
#include "watch/dns/server.h"
#include "watch/dns/tls.h"

enum dns_listen_kind {
    DNS_LISTEN_PLAIN, /* UDP and TCP */
    DNS_LISTEN_TLS,   /* RFC 7858 */
    DNS_LISTEN_HTTPS, /* RFC 8484 */
    DNS_LISTEN_COUNT
};

struct dns_listen {
    struct sockaddr_storage at[DNS_LISTEN_MAX];
    unsigned count;
};

struct dns_service_options {
    struct dns_listen listen[DNS_LISTEN_COUNT];
    struct certificate_files certificate;
    unsigned workers;
    struct addr_prefix access[DNS_ACCESS_MAX];
    unsigned access_count;
    size_t cache_bytes; /* of all workers together */
    struct dns_rate_options rate;
    bool rebinding_protection;
    char rebinding_allow[DNS_REBINDING_ALLOW_MAX][256]; /* names, besides those of stubs */
    unsigned rebinding_allow_count;
    struct dns_cookie_secrets cookies; /* count 0: the service makes its own */
    struct upstream_options upstream;
    enum dns_records records;
    struct block_with block_with;
    enum answer_wording wording;
    struct group_settings groups;
};

/* Sensible values for everything but the addresses: recursion, validation, loopback clients, Debian's anchor and hints. */
void dns_service_defaults(struct dns_service_options *o);

bool dns_service_options_equal(const struct dns_service_options *a, const struct dns_service_options *b);
/* Would both listen on the same addresses? */
bool dns_service_same_addresses(const struct dns_service_options *a, const struct dns_service_options *b);

bool dns_service_is_encrypted(const struct dns_service_options *o); /* does it listen for TLS or HTTPS? */
/* The addresses that it is reached at with a certificate. */
void dns_service_names(const struct dns_service_options *o, struct certificate_names *ret_names);
/* "UDP and TCP", "DNS over TLS", ..., to be translated. */
const char *dns_listen_text(enum dns_listen_kind kind);

/* Sockets of all workers, opened by whoever may; by worker, then as in dns_service.c. */
enum { DNS_SERVICE_SOCKETS_MAX = DNS_WORKERS_MAX * DNS_SOCKETS_MAX };
/* Before a start: 0 when nobody answers on any of the addresses; else why not, and *ret_failed is the address. */
int dns_service_addresses_are_free(const struct dns_service_options *o, const struct sockaddr **ret_failed) must_check;
/* Returns how many were opened; on error *ret_failed is the address. */
int dns_service_open_sockets(const struct dns_service_options *o, int *ret_fds, const struct sockaddr **ret_failed)
    must_check;

struct dns_service {
    struct dns_policy_source policy;
    struct dns_name *private_names; /* may have private addresses */
    unsigned private_name_count;
    struct dns_notify notify; /* set before dns_service_init, which keeps it */
    struct dns_tls *tls;
    uint8_t *designated;
    size_t designated_len;
    unsigned worker_count, started;
    struct dns_worker *workers[DNS_WORKERS_MAX];
    pthread_t threads[DNS_WORKERS_MAX];
    struct ring rings[DNS_WORKERS_MAX];
};

/* Shared memory of each worker's observations, made by the parent; see ipc_layout.h. NULL: none. */
struct dns_service_memory {
    void *counters;      /* DNS_COUNTERS_SIZE */
    void *ring;          /* ring_memory_size(ring_capacity) */
    size_t ring_capacity; /* 0: no ring */
};

/* Makes the workers (files are read, anchors and hints too); first policy may be empty but not NULL. Takes policy and tls;
 * without tls the clients of encrypted sockets are sent away. certificate_name: whom the certificate is for, NULL or empty
 * when that is nobody a client can look for. groups: borrowed, those of `first`; NULL: none. */
int dns_service_init(struct dns_service *s, const struct dns_service_options *o, const int *fds,
                     const struct dns_service_memory *memory, struct policy *first, const struct policy_groups *groups,
                     struct dns_tls *tls, const char *certificate_name, const char **ret_error) must_check;
int dns_service_start(struct dns_service *s) must_check;
void dns_service_stop(struct dns_service *s);
void dns_service_done(struct dns_service *s);

#endif
