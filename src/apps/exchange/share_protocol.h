/* What the share role and the hub say to each other, over base/channel.
 *
 * The share role faces the network: the hub believes nothing of it but that a recipient of the configuration has sent what it
 * says, and checks the collection itself. Big-endian. A job is answered once, by its number, in any order.
 */
#ifndef HINOMI_APPS_SHARE_PROTOCOL_H
#define HINOMI_APPS_SHARE_PROTOCOL_H

#include "share/taxii/post.h"

enum {
    SHARE_PUT = 1,    /* u64 job, u16 recipient, u32 collection, u32 count of objects, a packed chunk (share/taxii/post.h) */
    SHARE_REMOVE,     /* u64 job, u16 recipient, u32 collection, u16 count, so many u64 versions, the identifier */
    SHARE_DELIVERED,  /* any number of: u16 recipient, u32 collection, u64 objects, u64 first, u64 last, u64 when */
    SHARE_COUNTERS,   /* SHARE_COUNTERS_COUNT times u64, in the order of share_counter_names (exchange_service.c) */
    SHARE_ZONE_DELIVERED, /* any number of: u16 recipient, u32 serial before (0: the whole), u32 serial, u64 records, u64 when */
    HUB_SHARE_RESULT, /* u64 job, u32 negated errno: 0 done */
    HUB_SHARE_READY,  /* the hub takes jobs */
};
/* A recipient is its place in the configuration. A new configuration that changes them starts the share role anew; what an
 * old one has sent until then is for the wrong place at worst, which the check of the collection finds. */
enum { SHARE_TAXII_COUNTERS_COUNT = 9, SHARE_ZONE_COUNTERS_COUNT = 13 };
enum { SHARE_COUNTERS_COUNT = SHARE_TAXII_COUNTERS_COUNT + SHARE_ZONE_COUNTERS_COUNT, SHARE_ZONE_DELIVERED_LEN = 26 };
enum { SHARE_HEAD_MAX = 32, SHARE_MESSAGE_MAX = TAXII_CHUNK_MAX + SHARE_HEAD_MAX, SHARE_QUEUE_MAX = 4 * SHARE_MESSAGE_MAX };

#endif
