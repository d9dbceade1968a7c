/* The sockets of the server of zones: transfers over TCP, SOA over UDP, and NOTIFY to who is to be told.
 *
 * In the caller's loop and thread; its own handle of the store, only to read, opened when there is something to read. What a client
 * gets is read piece by piece as fast as it takes it, each piece in a transaction of its own (store/exchange_zone.h), so one that
 * stands still holds no memory but its piece, and no lock. Bounded: connections, those of one address, transfers of one recipient,
 * idle time, a transfer's time. NOTIFY leaves by the socket that requests come to: secondaries know that address as their primary's.
 */
#ifndef HINOMI_SHARE_RPZ_SERVER_H
#define HINOMI_SHARE_RPZ_SERVER_H

#include "share/rpz/zones.h"

struct event_base;
struct rpz_server;

enum {
    RPZ_LISTEN_MAX = 4,
    RPZ_CLIENTS_MAX = 256,         /* then the one that waits longest without a transfer goes */
    RPZ_CLIENTS_OF_ADDRESS = 16,
    RPZ_TRANSFERS_OF_ZONE = 8,     /* beyond: refused */
    RPZ_IDLE_S = 30,               /* without an octet in either direction */
    RPZ_TRANSFER_S = 3600,         /* of the largest zone over the slowest line */
    RPZ_POLL_MS = 250,             /* how soon a change is seen */
};

struct rpz_counters {
    uint64_t requests, refused, malformed; /* refused: no right, or a wrong signature */
    uint64_t whole, incremental;  /* transfers that were completed */
    uint64_t broken;              /* transfers that were not */
    uint64_t outrun;              /* of those: the zone changed faster than they took it */
    uint64_t records;             /* given with completed ones */
    uint64_t left_out;            /* values that could not be said, each time */
    uint64_t clients_dropped;     /* for want of room, or idle */
    uint64_t notified, notify_unanswered;
};

/* A transfer has left, to the last octet. */
struct rpz_delivered {
    unsigned zone; /* its number in the zones given */
    uint32_t from; /* serial that the client had; 0: it took the whole */
    uint32_t serial;
    uint64_t records;
};

struct rpz_server_options {
    struct event_base *loop;
    const int *udp, *tcp;   /* non-blocking; stay the caller's */
    unsigned socket_count;  /* of each */
    const char *store;      /* path */
    const struct rpz_zone *zones; /* copied */
    unsigned zone_count;
    void (*delivered)(void *self, const struct rpz_delivered *d);
    void *self;
};

int rpz_server_new(const struct rpz_server_options *options, struct rpz_server **ret_server) must_check;
void rpz_server_free(struct rpz_server *s);
/* From now on the key of that zone has this secret; NULL: it has none that can be used, and nobody comes in by it. */
void rpz_server_set_key(struct rpz_server *s, unsigned zone, const struct tsig_key *key);
const struct rpz_counters *rpz_server_counters(const struct rpz_server *s);

#endif
