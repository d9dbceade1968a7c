/* A bundle of up to 256 entries as one file: each entry behind its length.
 *
 * Source: c2sp.org/tlog-tiles, "Log entries": big-endian uint16 length, then the entry. Bundle n has the entries whose hashes
 * are in tile n of level 0. Pure.
 */
#ifndef HINOMI_PROTO_TLOG_ENTRY_BUNDLE_H
#define HINOMI_PROTO_TLOG_ENTRY_BUNDLE_H

#include "base/attr.h"
#include "base/reader.h"
#include "base/writer.h"

enum {
    ENTRY_MAX = 65535, /* octets of an entry */
    ENTRY_BUNDLE_MAX = 256 * (2 + ENTRY_MAX),
};

/* -E2BIG: longer than ENTRY_MAX; -EMSGSIZE: the writer is full. */
int entry_bundle_add(struct writer *w, const void *entry, size_t len) must_check;
/* 1 and the next entry, borrowed; 0 at the end; -EBADMSG: the bundle ends inside an entry. */
int entry_bundle_next(struct reader *r, const uint8_t **ret_entry, size_t *ret_len) must_check;

#endif
