/* Moves byte frames from one process to another through shared memory without locks. */
#include "base/ring.h"

#include <assert.h>
#include <errno.h>
#include <stdatomic.h>
#include <stdbool.h>
#include <string.h>

#define RING_MAGIC 0x31474e49524f4e48u /* "HNORING1", little-endian */
#define FRAME_HEAD 8                   /* u32 length, u32 unused: keeps payloads 8-aligned */
#define FRAME_WRAP UINT32_MAX          /* "the rest of the memory is empty, go on at its start" */
#define CAPACITY_MIN 4096u
#define CAPACITY_MAX (1u << 30)

/* Each side writes only its own cache line, so the two cores do not fight for one. */
struct ring_shared {
    uint64_t magic;
    uint64_t capacity;
    uint8_t pad0[48];
    _Atomic uint64_t head; /* producer's: bytes published */
    _Atomic uint64_t pushed;
    _Atomic uint64_t dropped;
    uint8_t pad1[40];
    _Atomic uint64_t tail; /* consumer's: bytes released */
    _Atomic uint64_t corrupt;
    uint8_t pad2[48];
};
_Static_assert(sizeof(struct ring_shared) == 192, "three cache lines");

static size_t frame_size(size_t n)
{
    return FRAME_HEAD + ((n + 7) & ~(size_t)7);
}

static bool capacity_valid(size_t capacity)
{
    return capacity >= CAPACITY_MIN && capacity <= CAPACITY_MAX && (capacity & (capacity - 1)) == 0;
}

size_t ring_memory_size(size_t capacity)
{
    return sizeof(struct ring_shared) + capacity;
}

int ring_format(void *memory, size_t capacity)
{
    if (!capacity_valid(capacity))
        return -EINVAL;
    struct ring_shared *s = memory;
    s->capacity = capacity;
    s->magic = RING_MAGIC;
    return 0;
}

static int attach(struct ring *r, void *memory, size_t capacity)
{
    struct ring_shared *s = memory;
    if (!capacity_valid(capacity) || s->magic != RING_MAGIC || s->capacity != capacity)
        return -EBADMSG;
    *r = (struct ring){.shared = s, .data = (uint8_t *)memory + sizeof *s, .capacity = capacity};
    return 0;
}

int ring_attach_producer(struct ring *r, void *memory, size_t capacity)
{
    int e = attach(r, memory, capacity);
    if (e < 0)
        return e;
    r->position = atomic_load_explicit(&r->shared->head, memory_order_acquire);
    r->limit = atomic_load_explicit(&r->shared->tail, memory_order_acquire);
    if (r->position % 8 != 0 || r->position - r->limit > capacity)
        return -EBADMSG;
    return 0;
}

int ring_attach_consumer(struct ring *r, void *memory, size_t capacity)
{
    int e = attach(r, memory, capacity);
    if (e < 0)
        return e;
    r->position = atomic_load_explicit(&r->shared->tail, memory_order_acquire);
    r->limit = r->position;
    return 0;
}

static void put_frame_head(struct ring *r, uint32_t len)
{
    memcpy(r->data + (r->position & (r->capacity - 1)), &len, sizeof len);
}

static bool producer_has_room(struct ring *r, size_t need)
{
    if (r->position + need - r->limit <= r->capacity)
        return true;
    r->limit = atomic_load_explicit(&r->shared->tail, memory_order_acquire);
    return r->position + need - r->limit <= r->capacity;
}

uint8_t *ring_reserve(struct ring *r, size_t n)
{
    size_t need = frame_size(n);
    assert(n > 0 && need <= r->capacity / 4);
    size_t to_end = r->capacity - (r->position & (r->capacity - 1));
    size_t skip = to_end < need ? to_end : 0;
    if (!producer_has_room(r, skip + need)) {
        atomic_fetch_add_explicit(&r->shared->dropped, 1, memory_order_relaxed);
        return NULL;
    }
    if (skip > 0) {
        put_frame_head(r, FRAME_WRAP);
        r->position += skip;
    }
    r->reserved = n;
    return r->data + (r->position & (r->capacity - 1)) + FRAME_HEAD;
}

void ring_commit(struct ring *r, size_t used)
{
    assert(used > 0 && used <= r->reserved);
    put_frame_head(r, (uint32_t)used);
    r->position += frame_size(used);
    r->reserved = 0;
    /* One producer: a plain load and store is enough, and cheaper than a locked add. */
    uint64_t pushed = atomic_load_explicit(&r->shared->pushed, memory_order_relaxed);
    atomic_store_explicit(&r->shared->pushed, pushed + 1, memory_order_relaxed);
}

void ring_publish(struct ring *r)
{
    atomic_store_explicit(&r->shared->head, r->position, memory_order_release);
}

/* The producer broke the frame format: drop what it published and go on after it. */
static size_t consumer_resync(struct ring *r)
{
    atomic_fetch_add_explicit(&r->shared->corrupt, 1, memory_order_relaxed);
    r->position = r->limit;
    atomic_store_explicit(&r->shared->tail, r->position, memory_order_release);
    return 0;
}

size_t ring_peek(struct ring *r, const uint8_t **ret_bytes)
{
    for (int wraps = 0; wraps < 2; wraps++) {
        if (r->position == r->limit)
            r->limit = atomic_load_explicit(&r->shared->head, memory_order_acquire);
        uint64_t available = r->limit - r->position;
        if (available == 0)
            return 0;
        size_t at = r->position & (r->capacity - 1);
        if (available > r->capacity || available < FRAME_HEAD || at % 8 != 0)
            return consumer_resync(r);
        uint32_t len;
        memcpy(&len, r->data + at, sizeof len);
        size_t to_end = r->capacity - at;
        if (len == FRAME_WRAP) {
            if (to_end > available)
                return consumer_resync(r);
            r->position += to_end;
            continue;
        }
        if (len == 0 || len > r->capacity / 4 || frame_size(len) > available || frame_size(len) > to_end)
            return consumer_resync(r);
        r->reserved = frame_size(len);
        *ret_bytes = r->data + at + FRAME_HEAD;
        return len;
    }
    return consumer_resync(r);
}

void ring_release(struct ring *r)
{
    r->position += r->reserved;
    r->reserved = 0;
    atomic_store_explicit(&r->shared->tail, r->position, memory_order_release);
}

struct ring_counters ring_counters_get(const struct ring *r)
{
    return (struct ring_counters){
        .pushed = atomic_load_explicit(&r->shared->pushed, memory_order_relaxed),
        .dropped = atomic_load_explicit(&r->shared->dropped, memory_order_relaxed),
        .corrupt = atomic_load_explicit(&r->shared->corrupt, memory_order_relaxed),
    };
}

unsigned ring_fill_percent(const struct ring *r)
{
    uint64_t head = atomic_load_explicit(&r->shared->head, memory_order_relaxed);
    uint64_t tail = atomic_load_explicit(&r->shared->tail, memory_order_relaxed);
    uint64_t used = head - tail;
    return used > r->capacity ? 100 : (unsigned)(used * 100 / r->capacity);
}
