/* The memory that the processes of a node share: for each worker a page of counters and a ring of observations; a page in
 * which the hub keeps what must survive it; a page in which the parent tells how the roles are; a page of news of feeds.
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

/* How a role is. Written by the parent alone; a reader may see a text half changed, and must not trust that it ends. */
enum { ROLE_STATES_MAX = 8, ROLE_REASON_MAX = 96 };
struct role_state {
    _Atomic uint32_t pid;        /* 0: not running */
    _Atomic uint32_t deaths;     /* that nobody asked for, since the node started */
    _Atomic int64_t started_us;  /* wall clock */
    char reason[ROLE_REASON_MAX]; /* of the last death; empty: none */
};

/* How often a primary has said that the zone of a feed has changed, by the feed's place in the configuration. Counted by the
 * dns role, looked at by the fetch role. */
enum { FEED_PAGE_MAX = 64 };
struct feed_page {
    _Atomic uint32_t notified[FEED_PAGE_MAX];
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
/* One counter of all workers, added up: `offset` in struct dns_counters. A worker's own claim: shown, never computed with. */
uint64_t shared_memory_sum(const struct shared_memory *m, size_t offset);
struct hub_page *shared_memory_hub_page(const struct shared_memory *m);
/* ROLE_STATES_MAX of them, by role. */
struct role_state *shared_memory_role_states(const struct shared_memory *m);
struct feed_page *shared_memory_feed_page(const struct shared_memory *m);
void *shared_memory_ring(const struct shared_memory *m, unsigned worker);

#endif
