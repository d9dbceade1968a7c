/* The Merkle tree of a transparency log: its right edge, its root, and proofs of inclusion and of consistency.
 *
 * Source: RFC 6962 2.1 (the tree), RFC 9162 2.1.3 and 2.1.4 (how proofs are made and verified); SHA-256, a leaf's input marked
 * by an octet 0, a node's by an octet 1. To append, only the roots of the perfect subtrees at the right edge are needed, one
 * for each bit of the size. For proofs the hashes at levels 0, 8, 16, ... are stored, as tiles are (tile.h); what lies between
 * is computed. Hash `index` of level n is that of the leaves index * 2^n up to (index + 1) * 2^n, and exists when the tree has
 * all of them. Plain values in the caller's storage; any thread.
 */
#ifndef HINOMI_PROTO_TLOG_MERKLE_H
#define HINOMI_PROTO_TLOG_MERKLE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/attr.h"

enum {
    MERKLE_HASH = 32,         /* octets of SHA-256 */
    MERKLE_LEVELS = 63,       /* a size is below 2^63 */
    MERKLE_PROOF_MAX = 64,    /* hashes: a consistency proof has one more than levels */
    MERKLE_STORED_LEVELS = 8, /* every eighth level is stored */
    MERKLE_READ_MAX = 128,    /* hashes asked of a merkle_read_fn at once */
};

#define MERKLE_SIZE_MAX ((UINT64_C(1) << MERKLE_LEVELS) - 1)

/* What append needs of a tree: copy it to keep it. All zero: the empty tree. */
struct merkle_edge {
    uint64_t size;                             /* leaves */
    uint8_t hash[MERKLE_LEVELS][MERKLE_HASH];  /* [n]: of the perfect subtree of 2^n leaves, when bit n of size is set */
};

struct merkle_proof {
    unsigned count;
    uint8_t hash[MERKLE_PROOF_MAX][MERKLE_HASH]; /* from the leaves upwards */
};

/* Takes a hash that is to be stored, whenever one becomes known; those of a level come in order. Negative errno stops. */
typedef int merkle_store_fn(void *self, unsigned level, uint64_t index, const uint8_t hash[MERKLE_HASH]);
/* Gives stored hashes: `count` of them, at most MERKLE_READ_MAX, of level 0, 8, 16, ..., from `index` on. All exist in the
 * tree of the size that was asked about, and lie in one tile. 0 or negative errno. */
typedef int merkle_read_fn(void *self, unsigned level, uint64_t index, unsigned count, uint8_t (*ret_hashes)[MERKLE_HASH]);

/* The hash of an entry of the log. */
void merkle_leaf_hash(const void *entry, size_t len, uint8_t ret_hash[MERKLE_HASH]);
void merkle_node_hash(const uint8_t left[MERKLE_HASH], const uint8_t right[MERKLE_HASH], uint8_t ret_hash[MERKLE_HASH]);

/* store: NULL when nothing is kept. -EOVERFLOW at MERKLE_SIZE_MAX, or what `store` said: then the edge is as before, and
 * hashes that were stored for this leaf will come again. */
int merkle_edge_append(struct merkle_edge *e, const uint8_t leaf[MERKLE_HASH], merkle_store_fn *store, void *self) must_check;
/* The root; that of the empty tree is SHA-256 of nothing. */
void merkle_edge_root(const struct merkle_edge *e, uint8_t ret_root[MERKLE_HASH]);
/* The edge of the tree of that size, from its stored hashes: at most one read for each bit of the size. */
int merkle_edge_load(uint64_t size, merkle_read_fn *read, void *self, struct merkle_edge *ret_edge) must_check;

/* -EINVAL: the leaf is not in the tree, or the old size is 0 or above the size; or what `read` said. */
int merkle_prove_inclusion(uint64_t size, uint64_t index, merkle_read_fn *read, void *self,
                           struct merkle_proof *ret_proof) must_check;
int merkle_prove_consistency(uint64_t old_size, uint64_t size, merkle_read_fn *read, void *self,
                             struct merkle_proof *ret_proof) must_check;

/* Is the leaf at that index of the tree with that root? */
bool merkle_verify_inclusion(uint64_t size, uint64_t index, const uint8_t leaf[MERKLE_HASH], const struct merkle_proof *p,
                             const uint8_t root[MERKLE_HASH]) must_check;
/* Does the tree begin with all that the old one had? Every tree begins with the empty one, by an empty proof. */
bool merkle_verify_consistency(uint64_t old_size, uint64_t size, const uint8_t old_root[MERKLE_HASH],
                               const uint8_t root[MERKLE_HASH], const struct merkle_proof *p) must_check;

#endif
