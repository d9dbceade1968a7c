/* Wires the DNS sensor to the policy: sockets, workers and their threads, for the dns role and for `hinomi dns`. */
#ifndef HINOMI_APPS_DNS_SERVICE_H
#define HINOMI_APPS_DNS_SERVICE_H

#include <pthread.h>

#include "act/policy/policy.h"
#include "watch/dns/server.h"

struct dns_service_options {
    struct sockaddr_storage listen[DNS_SOCKETS_MAX / 2]; /* each for UDP and TCP */
    unsigned listen_count;
    unsigned workers;
    struct addr_prefix access[DNS_ACCESS_MAX];
    unsigned access_count;
    size_t cache_bytes; /* of all workers together */
    struct upstream_options upstream;
};

/* Sensible values for everything but the addresses: recursion, validation, loopback clients, Debian's anchor and hints. */
void dns_service_defaults(struct dns_service_options *o);

bool dns_service_options_equal(const struct dns_service_options *a, const struct dns_service_options *b);
/* Would both listen on the same addresses? */
bool dns_service_same_addresses(const struct dns_service_options *a, const struct dns_service_options *b);

/* Sockets of all workers, opened by whoever may; by worker, then by address, UDP before TCP. */
enum { DNS_SERVICE_SOCKETS_MAX = DNS_WORKERS_MAX * DNS_SOCKETS_MAX };
/* Returns how many were opened; on error *ret_failed is the index in listen. */
int dns_service_open_sockets(const struct dns_service_options *o, int *ret_fds, unsigned *ret_failed) must_check;

struct dns_service {
    struct policy_slot slot;
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

/* Makes the workers (files are read, anchors and hints too); first policy may be empty but not NULL. */
int dns_service_init(struct dns_service *s, const struct dns_service_options *o, const int *fds,
                     const struct dns_service_memory *memory, struct policy *first, const char **ret_error) must_check;
int dns_service_start(struct dns_service *s) must_check;
void dns_service_stop(struct dns_service *s);
void dns_service_done(struct dns_service *s);

#endif
