/* Appends Native column data to a growing, bounded buffer. */
#include "store/native.h"

#include <stdlib.h>
#include <string.h>

#include "base/writer.h"

#define BUFFER_START 65536u
#define VARINT_MAX 10

void native_init(struct native *n, size_t max)
{
    *n = (struct native){.max = max};
}

void native_done(struct native *n)
{
    free(n->bytes);
    *n = (struct native){.max = n->max};
}

void native_reset(struct native *n)
{
    n->len = 0;
    n->failed = false;
}

/* Room for `len` more bytes, already counted; NULL after a failure. */
static uint8_t *grab(struct native *n, size_t len)
{
    if (n->failed || len > n->max - n->len) {
        n->failed = true;
        return NULL;
    }
    if (len > n->size - n->len) {
        size_t size = n->size ? n->size : BUFFER_START < n->max ? BUFFER_START : n->max;
        while (size - n->len < len)
            size = size > n->max / 2 ? n->max : size * 2;
        uint8_t *bytes = realloc(n->bytes, size);
        if (!bytes) {
            n->failed = true;
            return NULL;
        }
        n->bytes = bytes;
        n->size = size;
    }
    uint8_t *p = n->bytes + n->len;
    n->len += len;
    return p;
}

void native_bytes(struct native *n, const void *bytes, size_t len)
{
    uint8_t *p = grab(n, len);
    if (p && len > 0)
        memcpy(p, bytes, len);
}

static void put_varint(struct native *n, size_t value)
{
    uint8_t bytes[VARINT_MAX];
    struct writer w = writer_of(bytes, sizeof bytes);
    writer_varint(&w, value);
    native_bytes(n, bytes, w.len);
}

void native_string(struct native *n, const void *bytes, size_t len)
{
    put_varint(n, len);
    native_bytes(n, bytes, len);
}

void native_block(struct native *n, size_t columns, size_t rows)
{
    put_varint(n, columns);
    put_varint(n, rows);
}

void native_column(struct native *n, const char *name, const char *type)
{
    native_string(n, name, strlen(name));
    native_string(n, type, strlen(type));
}

/* Room for `count` integers of that width. */
static uint8_t *grab_array(struct native *n, size_t count, size_t width)
{
    if (count > n->max / width) {
        n->failed = true;
        return NULL;
    }
    return grab(n, count * width);
}

void native_u8s(struct native *n, const uint8_t *values, size_t count)
{
    native_bytes(n, values, count);
}

void native_u16s(struct native *n, const uint16_t *values, size_t count)
{
    uint8_t *p = grab_array(n, count, 2);
    for (size_t i = 0; p && i < count; i++, p += 2) {
        p[0] = (uint8_t)values[i];
        p[1] = (uint8_t)(values[i] >> 8);
    }
}

static void put_u32(uint8_t *p, uint32_t value)
{
    p[0] = (uint8_t)value;
    p[1] = (uint8_t)(value >> 8);
    p[2] = (uint8_t)(value >> 16);
    p[3] = (uint8_t)(value >> 24);
}

void native_u32s(struct native *n, const uint32_t *values, size_t count)
{
    uint8_t *p = grab_array(n, count, 4);
    for (size_t i = 0; p && i < count; i++, p += 4)
        put_u32(p, values[i]);
}

void native_u64s(struct native *n, const uint64_t *values, size_t count)
{
    uint8_t *p = grab_array(n, count, 8);
    for (size_t i = 0; p && i < count; i++, p += 8) {
        put_u32(p, (uint32_t)values[i]);
        put_u32(p + 4, (uint32_t)(values[i] >> 32));
    }
}
