/* The memory that workers and hub share: for each worker a page of counters and a ring of observations, and a page in which
 * the hub keeps what must survive it.
 *
 * Made once by the parent as a sealed-size memfd; it outlives both sides.
 */
#ifndef HINOMI_APPS_SHARED_MEMORY_H
#define HINOMI_APPS_SHARED_MEMORY_H

#include "base/ring.h"
#include "watch/dns/counters.h"

/* Observations that a hub took out of the rings, and those of them that ended well (stored) or counted (refused). What is
 * left between the two when a hub is killed is lost, and counted by the next one. Written by the hub alone. */
struct hub_page {
    _Atomic uint64_t taken, settled, lost;
};

struct shared_memory {
    uint8_t *base;
    size_t len, stride;
    unsigned workers;
    size_t ring_capacity;
};

/* Makes and formats it. ret_fd is the caller's. */
int shared_memory_create(unsigned workers, size_t ring_capacity, int *ret_fd) must_check;
int shared_memory_map(int fd, unsigned workers, size_t ring_capacity, struct shared_memory *ret_memory) must_check;
void shared_memory_unmap(struct shared_memory *m);
struct dns_counters *shared_memory_counters(const struct shared_memory *m, unsigned worker);
struct hub_page *shared_memory_hub_page(const struct shared_memory *m);
void *shared_memory_ring(const struct shared_memory *m, unsigned worker);

#endif
