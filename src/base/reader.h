/* The one way to read untrusted bytes: a bounds-checked cursor whose failure empties it.
 *
 * A reader borrows memory and never owns it. After the first read past the end it is empty and failed:
 * every later read gives zero or NULL, so loops of the form `while (r.left > 0)` end by themselves and one
 * look at `failed` closes a parse. Integers are big-endian (network order) unless the name says le.
 * A reader is a plain value; copy it to look ahead. Not shared between threads.
 */
#ifndef HINOMI_BASE_READER_H
#define HINOMI_BASE_READER_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

struct reader {
    const uint8_t *at;
    size_t left;
    bool failed;
};

static inline struct reader reader_of(const void *bytes, size_t len)
{
    return (struct reader){.at = bytes, .left = len, .failed = false};
}

static inline void reader_fail(struct reader *r)
{
    r->left = 0;
    r->failed = true;
}

/* Takes n bytes; NULL when fewer are left (n == 0 gives a pointer that must not be read). */
static inline const uint8_t *reader_take(struct reader *r, size_t n)
{
    if (r->failed || n > r->left) {
        reader_fail(r);
        return NULL;
    }
    const uint8_t *p = r->at;
    r->at += n;
    r->left -= n;
    return p;
}

static inline void reader_skip(struct reader *r, size_t n)
{
    (void)reader_take(r, n);
}

/* A box for nested data: reading inside it cannot leave it, and the outer reader is already past it. */
static inline struct reader reader_sub(struct reader *r, size_t n)
{
    const uint8_t *p = reader_take(r, n);
    return (struct reader){.at = p, .left = p ? n : 0, .failed = p == NULL};
}

static inline uint8_t reader_u8(struct reader *r)
{
    const uint8_t *p = reader_take(r, 1);
    return p ? p[0] : 0;
}

static inline uint16_t reader_u16(struct reader *r)
{
    const uint8_t *p = reader_take(r, 2);
    return p ? (uint16_t)((unsigned)p[0] << 8 | p[1]) : 0;
}

static inline uint32_t reader_u32(struct reader *r)
{
    const uint8_t *p = reader_take(r, 4);
    return p ? (uint32_t)p[0] << 24 | (uint32_t)p[1] << 16 | (uint32_t)p[2] << 8 | p[3] : 0;
}

static inline uint64_t reader_u64(struct reader *r)
{
    struct reader both = reader_sub(r, 8); /* so that a half is not read as if it were the whole */
    uint64_t high = reader_u32(&both);
    uint64_t low = reader_u32(&both);
    return high << 32 | low;
}

/* Copies n bytes to `to`; leaves `to` untouched when fewer are left. */
static inline void reader_copy(struct reader *r, void *to, size_t n)
{
    const uint8_t *p = reader_take(r, n);
    if (p)
        memcpy(to, p, n);
}

/* LEB128 as written by writer_varint: at most ten bytes, shortest form not required. */
static inline uint64_t reader_varint(struct reader *r)
{
    uint64_t value = 0;
    for (unsigned shift = 0; shift < 64; shift += 7) {
        uint8_t byte = reader_u8(r);
        if (shift == 63 && byte > 1)
            break;
        value |= (uint64_t)(byte & 0x7f) << shift;
        if (!(byte & 0x80))
            return r->failed ? 0 : value;
    }
    reader_fail(r);
    return 0;
}

#endif
