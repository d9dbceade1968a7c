/* Keeps the STIX objects of a source whole, in batches: what a verdict cites as evidence can be read as it came.
 *
 * In the exchange store, in a collection of the source that nobody outside sees; an object that is there changes nothing. What cannot be
 * kept (no store, full, too many sources) is counted and said, and holds up nothing. One thread: the hub's.
 */
#ifndef HINOMI_API_OBJECT_KEEPER_H
#define HINOMI_API_OBJECT_KEEPER_H

#include "store/exchange.h"

struct object_keeper;

/* `store`: NULL: there is none. -ENOMEM. */
int object_keeper_new(struct exchange *store, const char *source, struct object_keeper **ret_keeper) must_check;
void object_keeper_free(struct object_keeper *k);
/* Copied. version_us: 0: it has none. What is no STIX object (an identifier without "--") is passed over. -ENOMEM. */
int object_keeper_take(struct object_keeper *k, const char *id, const char *spec_version, int64_t version_us, const uint8_t *octets,
                       size_t len) must_check;
/* What was taken is on disk, or counted as not kept. */
void object_keeper_flush(struct object_keeper *k);

struct object_keeper_counts {
    uint64_t kept, known, not_kept; /* new; there already; and those that could not be */
    const char *why;                /* of not_kept, the first reason: N_() text; NULL */
};
struct object_keeper_counts object_keeper_counts(const struct object_keeper *k);

#endif
