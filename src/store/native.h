/* Writes ClickHouse Native blocks: the columnar bytes that the embedded engine and a cluster take alike.
 *
 * A block is varint columns, varint rows, then for each column its name, its type and its values one after another.
 * Integers are little-endian, unlike everywhere else in this program. The buffer grows to the maximum it was born
 * with; a write beyond that, or without memory, sets `failed` and drops everything after, so a caller builds a whole
 * block and looks once. The caller answers for writing as many columns and values as it announced.
 */
#ifndef HINOMI_STORE_NATIVE_H
#define HINOMI_STORE_NATIVE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct native {
    uint8_t *bytes; /* owned */
    size_t len, size, max;
    bool failed;
};

void native_init(struct native *n, size_t max);
void native_done(struct native *n);
/* Empties it and keeps the memory. */
void native_reset(struct native *n);

void native_block(struct native *n, size_t columns, size_t rows);
void native_column(struct native *n, const char *name, const char *type);

/* Values of one column. DateTime is UInt32 seconds; Int64 is UInt64 in two's complement. */
void native_u8s(struct native *n, const uint8_t *values, size_t count);
void native_u16s(struct native *n, const uint16_t *values, size_t count);
void native_u32s(struct native *n, const uint32_t *values, size_t count);
void native_u64s(struct native *n, const uint64_t *values, size_t count);
/* FixedString(width): the values lie one after another; also for bytes that are encoded already. */
void native_bytes(struct native *n, const void *bytes, size_t len);
void native_string(struct native *n, const void *bytes, size_t len);

#endif
