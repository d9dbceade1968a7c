/* Measures the tree of proto/tlog: leaves appended a second, and proofs of a tree of that many leaves.
 *
 *   merkle_bench [LEAVES]    (10000000); stored hashes stay in memory
 */
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/clock.h"
#include "proto/tlog/merkle.h"

enum { LEVELS = 8, ENTRY = 300, PROOFS = 2000 };

static uint8_t (*kept[LEVELS])[MERKLE_HASH];

static int store(void *self, unsigned level, uint64_t index, const uint8_t hash[MERKLE_HASH])
{
    (void)self;
    memcpy(kept[level / 8][index], hash, MERKLE_HASH);
    return 0;
}

static int fetch(void *self, unsigned level, uint64_t index, unsigned count, uint8_t (*ret_hashes)[MERKLE_HASH])
{
    (void)self;
    memcpy(ret_hashes, kept[level / 8][index], (size_t)count * MERKLE_HASH);
    return 0;
}

static double seconds_since(uint64_t from_ns)
{
    return (double)(clock_mono_ns() - from_ns) / 1e9;
}

int main(int argc, char **argv)
{
    uint64_t size = argc > 1 ? strtoull(argv[1], NULL, 10) : 10000000;
    for (unsigned level = 0; level < LEVELS; level++)
        if (!(kept[level] = calloc((size >> (8 * level)) + 1, MERKLE_HASH)))
            return 1;
    uint8_t entry[ENTRY] = {0}, leaf[MERKLE_HASH] = {0}, root[MERKLE_HASH], old_root[MERKLE_HASH];
    struct merkle_edge edge = {.size = 0}, old;
    uint64_t from = clock_mono_ns();
    for (uint64_t i = 0; i < size; i++) {
        memcpy(leaf, &i, sizeof i);
        if (merkle_edge_append(&edge, leaf, store, NULL) < 0)
            return 1;
    }
    printf("append of a leaf's hash: %.0f/s\n", (double)size / seconds_since(from));
    uint64_t entries = size / 10;
    from = clock_mono_ns();
    for (uint64_t i = 0; i < entries; i++) {
        memcpy(entry, &i, sizeof i);
        merkle_leaf_hash(entry, sizeof entry, leaf);
    }
    printf("hash of an entry of %d octets: %.0f/s\n", ENTRY, (double)entries / seconds_since(from));

    merkle_edge_root(&edge, root);
    struct merkle_proof p = {.count = 0};
    double inclusion_s = 0, consistency_s = 0, verify_s = 0;
    for (uint64_t i = 0; i < PROOFS; i++) {
        uint64_t index = (i * UINT64_C(0x9e3779b97f4a7c15)) % size;
        from = clock_mono_ns();
        if (merkle_prove_inclusion(size, index, fetch, NULL, &p) < 0)
            return 1;
        inclusion_s += seconds_since(from);
        from = clock_mono_ns();
        if (!merkle_verify_inclusion(size, index, kept[0][index], &p, root))
            return 1;
        verify_s += seconds_since(from);
        from = clock_mono_ns();
        if (merkle_prove_consistency(index + 1, size, fetch, NULL, &p) < 0)
            return 1;
        consistency_s += seconds_since(from);
        if (merkle_edge_load(index + 1, fetch, NULL, &old) < 0)
            return 1;
        merkle_edge_root(&old, old_root);
        if (!merkle_verify_consistency(index + 1, size, old_root, root, &p))
            return 1;
    }
    from = clock_mono_ns();
    if (merkle_edge_load(size, fetch, NULL, &old) < 0)
        return 1;
    double load_s = seconds_since(from);
    printf("of %" PRIu64 " leaves: inclusion proof %.0f us, its verification %.0f us, consistency proof %.0f us, edge at start %.0f us\n",
           size, inclusion_s / PROOFS * 1e6, verify_s / PROOFS * 1e6, consistency_s / PROOFS * 1e6, load_s * 1e6);
    return 0;
}
