/* A single-producer, single-consumer ring of byte frames in shared memory: full means drop and count, never wait.
 *
 * One process (a worker thread) produces, another consumes; the memory outlives both, so either may die and be
 * replaced. The consumer does not trust the producer: a frame that does not fit what was published empties the
 * ring and is counted as corrupt. Frames are 8-byte aligned and at most a quarter of the capacity.
 *
 *     producer:  p = ring_reserve(r, n); fill p; ring_commit(r, used);  ... ring_publish(r) once a batch
 *     consumer:  while ((n = ring_peek(r, &p)) > 0) { use p[0..n); ring_release(r); }
 */
#ifndef HINOMI_BASE_RING_H
#define HINOMI_BASE_RING_H

#include <stddef.h>
#include <stdint.h>

#include "base/attr.h"

struct ring_shared; /* the head of the memory; layout in ring.c */

struct ring {
    struct ring_shared *shared;
    uint8_t *data;
    size_t capacity;   /* bytes, a power of two; our own copy, the shared one is not trusted */
    uint64_t position; /* producer: next byte to write; consumer: next byte to read */
    uint64_t limit;    /* the other side's position when last looked at */
    size_t reserved;   /* bytes of the open reservation or of the peeked frame */
};

struct ring_counters {
    uint64_t pushed;  /* frames committed since the memory was made */
    uint64_t dropped; /* frames that found the ring full */
    uint64_t corrupt; /* times the consumer had to empty the ring */
};

/* Memory needed for a ring of `capacity` data bytes. */
size_t ring_memory_size(size_t capacity);
/* Lays a fresh ring into zeroed memory. -EINVAL unless capacity is a power of two from 4 KiB to 1 GiB. */
int ring_format(void *memory, size_t capacity) must_check;
/* Attaches to memory of ring_memory_size(capacity) bytes; continues where the last holder of that side stopped.
 * -EBADMSG when the memory is not a ring of that capacity. */
int ring_attach_producer(struct ring *r, void *memory, size_t capacity) must_check;
int ring_attach_consumer(struct ring *r, void *memory, size_t capacity) must_check;

/* Room for a frame of up to n bytes, or NULL (counted as dropped). */
uint8_t *ring_reserve(struct ring *r, size_t n);
/* Ends the reservation with the bytes really used (1..reserved). Not yet visible. */
void ring_commit(struct ring *r, size_t used);
/* Makes all committed frames visible to the consumer. */
void ring_publish(struct ring *r);

/* Length of the next frame and its bytes, 0 when there is none now. The bytes stay the producer's to spoil:
 * copy before deciding on them. */
size_t ring_peek(struct ring *r, const uint8_t **ret_bytes);
void ring_release(struct ring *r);

struct ring_counters ring_counters_get(const struct ring *r);
/* Share of the capacity in use, 0..100. */
unsigned ring_fill_percent(const struct ring *r);

#endif
