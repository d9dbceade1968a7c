/* The one way to build wire bytes: a bounded cursor over the caller's buffer with a sticky overflow flag.
 *
 * A write that does not fit writes nothing, sets `full`, and every later write is dropped too, so a caller
 * builds a whole message and looks once. Integers are big-endian. `base` and `max` never change;
 * `len` is what has been written. Not shared between threads.
 */
#ifndef HINOMI_BASE_WRITER_H
#define HINOMI_BASE_WRITER_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

struct writer {
    uint8_t *base;
    size_t len;
    size_t max;
    bool full;
};

static inline struct writer writer_of(void *buffer, size_t max)
{
    return (struct writer){.base = buffer, .len = 0, .max = max, .full = false};
}

/* Reserves n bytes for the caller to fill; NULL when they do not fit. */
static inline uint8_t *writer_grab(struct writer *w, size_t n)
{
    if (w->full || n > w->max - w->len) {
        w->full = true;
        return NULL;
    }
    uint8_t *p = w->base + w->len;
    w->len += n;
    return p;
}

static inline void writer_bytes(struct writer *w, const void *bytes, size_t n)
{
    uint8_t *p = writer_grab(w, n);
    if (p && n > 0)
        memcpy(p, bytes, n);
}

static inline void writer_u8(struct writer *w, uint8_t value)
{
    uint8_t *p = writer_grab(w, 1);
    if (p)
        p[0] = value;
}

static inline void writer_put_u16(uint8_t *p, uint16_t value)
{
    p[0] = (uint8_t)(value >> 8);
    p[1] = (uint8_t)value;
}

static inline void writer_put_u32(uint8_t *p, uint32_t value)
{
    p[0] = (uint8_t)(value >> 24);
    p[1] = (uint8_t)(value >> 16);
    p[2] = (uint8_t)(value >> 8);
    p[3] = (uint8_t)value;
}

static inline void writer_u16(struct writer *w, uint16_t value)
{
    uint8_t *p = writer_grab(w, 2);
    if (p)
        writer_put_u16(p, value);
}

static inline void writer_u32(struct writer *w, uint32_t value)
{
    uint8_t *p = writer_grab(w, 4);
    if (p)
        writer_put_u32(p, value);
}

static inline void writer_u64(struct writer *w, uint64_t value)
{
    uint8_t *p = writer_grab(w, 8);
    if (p) {
        writer_put_u32(p, (uint32_t)(value >> 32));
        writer_put_u32(p + 4, (uint32_t)value);
    }
}

/* LEB128, 1 to 10 bytes. */
static inline void writer_varint(struct writer *w, uint64_t value)
{
    while (value >= 0x80) {
        writer_u8(w, (uint8_t)(value | 0x80));
        value >>= 7;
    }
    writer_u8(w, (uint8_t)value);
}

#endif
