/* The Merkle tree: Certificate Transparency's known roots and proofs, and every proof of every small tree, whole and altered. */
#include "proto/tlog/merkle.h"

#include <errno.h>
#include <string.h>

#include <sodium.h>

#include "base/test.h"

enum { LEAVES_MAX = 65537 + 1 };

/* What a log keeps, and a reader that holds the library to its word. */
static struct {
    uint8_t hash[3][LEAVES_MAX][MERKLE_HASH];
    uint64_t count[3];
    uint64_t size; /* of the tree asked about */
    uint64_t reads;
} kept;
static uint8_t roots[LEAVES_MAX + 1][MERKLE_HASH];

static int store(void *self, unsigned level, uint64_t index, const uint8_t hash[MERKLE_HASH])
{
    (void)self;
    check(level % 8 == 0 && level <= 16);
    check_int(index, ==, kept.count[level / 8]);
    memcpy(kept.hash[level / 8][kept.count[level / 8]++], hash, MERKLE_HASH);
    return 0;
}

static int fetch(void *self, unsigned level, uint64_t index, unsigned count, uint8_t (*ret_hashes)[MERKLE_HASH])
{
    check(self == &kept && level % 8 == 0 && level <= 16);
    check(count >= 1 && count <= MERKLE_READ_MAX);
    check(index / 256 == (index + count - 1) / 256);
    check(index + count <= kept.size >> level);
    memcpy(ret_hashes, kept.hash[level / 8][index], (size_t)count * MERKLE_HASH);
    kept.reads++;
    return 0;
}

static void leaf_of(uint64_t i, uint8_t ret_hash[MERKLE_HASH])
{
    char text[32];
    int len = snprintf(text, sizeof text, "leaf %" PRIu64, i);
    merkle_leaf_hash(text, (size_t)len, ret_hash);
}

/* The tree of "leaf 0", "leaf 1", ..., with its roots at each size. */
static void grow(uint64_t size)
{
    static struct merkle_edge edge;
    if (edge.size == 0)
        merkle_edge_root(&edge, roots[0]);
    while (edge.size < size) {
        uint8_t leaf[MERKLE_HASH];
        leaf_of(edge.size, leaf);
        check_int(merkle_edge_append(&edge, leaf, store, NULL), ==, 0);
        merkle_edge_root(&edge, roots[edge.size]);
    }
    kept.size = size;
}

static void from_hex(const char *hex, uint8_t ret_hash[MERKLE_HASH])
{
    size_t len = 0;
    check(sodium_hex2bin(ret_hash, MERKLE_HASH, hex, strlen(hex), NULL, &len, NULL) == 0 && len == MERKLE_HASH);
}

/* Inputs and roots of the reference implementation of RFC 6962, as of every log since. */
static const struct {
    const char *octets;
    size_t len;
} ct_leaves[8] = {
    {"", 0},
    {"\x00", 1},
    {"\x10", 1},
    {"\x20\x21", 2},
    {"\x30\x31", 2},
    {"\x40\x41\x42\x43", 4},
    {"\x50\x51\x52\x53\x54\x55\x56\x57", 8},
    {"\x60\x61\x62\x63\x64\x65\x66\x67\x68\x69\x6a\x6b\x6c\x6d\x6e\x6f", 16},
};
static const char *const ct_roots[9] = {
    "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855",
    "6e340b9cffb37a989ca544e6bb780a2c78901d3fb33738768511a30617afa01d",
    "fac54203e7cc696cf0dfcb42c92a1d9dbaf70ad9e621f4bd8d98662f00e3c125",
    "aeb6bcfe274b70a14fb067a5e5578264db0fa9b51af5e0ba159158f329e06e77",
    "d37ee418976dd95753c1c73862b9398fa2a2cf9b4ff0fdfe8b30cd95209614b7",
    "4e3bbb1f7b478dcfe71fb631631519a3bca12c9aefca1612bfce4c13a86264d4",
    "76e67dadbcdf1e10e1b74ddc608abd2f98dfb16fbce75277b5232a127f2087ef",
    "ddb89be403809e325750d3d263cd78929c2942b7942a34b77e122c9594a74c8c",
    "5dc9da79a70659a9ad559cb701ded9a2ab9d823aad2f4960cfe370eff4604328",
};

static int ct_fetch(void *self, unsigned level, uint64_t index, unsigned count, uint8_t (*ret_hashes)[MERKLE_HASH])
{
    (void)self;
    check_int(level, ==, 0);
    for (unsigned i = 0; i < count; i++)
        merkle_leaf_hash(ct_leaves[index + i].octets, ct_leaves[index + i].len, ret_hashes[i]);
    return 0;
}

static void check_proof(const struct merkle_proof *p, const char *const want[])
{
    unsigned count = 0;
    for (; want[count]; count++) {
        uint8_t hash[MERKLE_HASH];
        from_hex(want[count], hash);
        check(count < p->count && memcmp(p->hash[count], hash, MERKLE_HASH) == 0);
    }
    check_int(p->count, ==, count);
}

TEST(roots_of_certificate_transparency)
{
    struct merkle_edge edge = {.size = 0};
    for (unsigned size = 0; size <= 8; size++) {
        uint8_t root[MERKLE_HASH], want[MERKLE_HASH], leaf[MERKLE_HASH];
        merkle_edge_root(&edge, root);
        from_hex(ct_roots[size], want);
        check_bytes(root, want, MERKLE_HASH);
        if (size == 8)
            break;
        merkle_leaf_hash(ct_leaves[size].octets, ct_leaves[size].len, leaf);
        check_int(merkle_edge_append(&edge, leaf, NULL, NULL), ==, 0);
    }
}

TEST(proofs_of_certificate_transparency)
{
    struct merkle_proof p;
    check_int(merkle_prove_inclusion(8, 0, ct_fetch, NULL, &p), ==, 0);
    check_proof(&p, (const char *const[]){"96a296d224f285c67bee93c30f8a309157f0daa35dc5b87e410b78630a09cfc7",
                                          "5f083f0a1a33ca076a95279832580db3e0ef4584bdff1f54c8a360f50de3031e",
                                          "6b47aaf29ee3c2af9af889bc1fb9254dabd31177f16232dd6aab035ca39bf6e4", NULL});
    check_int(merkle_prove_inclusion(8, 5, ct_fetch, NULL, &p), ==, 0);
    check_proof(&p, (const char *const[]){"bc1a0643b12e4d2d7c77918f44e0f4f79a838b6cf9ec5b5c283e1f4d88599e6b",
                                          "ca854ea128ed050b41b35ffc1b87b8eb2bde461e9e3b5596ece6b9d5975a0ae0",
                                          "d37ee418976dd95753c1c73862b9398fa2a2cf9b4ff0fdfe8b30cd95209614b7", NULL});
    check_int(merkle_prove_consistency(1, 1, ct_fetch, NULL, &p), ==, 0);
    check_proof(&p, (const char *const[]){NULL});
    check_int(merkle_prove_consistency(1, 8, ct_fetch, NULL, &p), ==, 0);
    check_proof(&p, (const char *const[]){"96a296d224f285c67bee93c30f8a309157f0daa35dc5b87e410b78630a09cfc7",
                                          "5f083f0a1a33ca076a95279832580db3e0ef4584bdff1f54c8a360f50de3031e",
                                          "6b47aaf29ee3c2af9af889bc1fb9254dabd31177f16232dd6aab035ca39bf6e4", NULL});
    check_int(merkle_prove_consistency(6, 8, ct_fetch, NULL, &p), ==, 0);
    check_proof(&p, (const char *const[]){"0ebc5d3437fbe2db158b9f126a1d118e308181031d0a949f8dededebc558ef6a",
                                          "ca854ea128ed050b41b35ffc1b87b8eb2bde461e9e3b5596ece6b9d5975a0ae0",
                                          "d37ee418976dd95753c1c73862b9398fa2a2cf9b4ff0fdfe8b30cd95209614b7", NULL});
    check_int(merkle_prove_consistency(2, 5, ct_fetch, NULL, &p), ==, 0);
    check_proof(&p, (const char *const[]){"5f083f0a1a33ca076a95279832580db3e0ef4584bdff1f54c8a360f50de3031e",
                                          "bc1a0643b12e4d2d7c77918f44e0f4f79a838b6cf9ec5b5c283e1f4d88599e6b", NULL});
}

/* MTH(D[from:to]) as RFC 6962 2.1 writes it, sharing nothing with the library. */
static void plain_root(uint64_t from, uint64_t to, uint8_t ret_hash[MERKLE_HASH])
{
    if (to - from == 1) {
        leaf_of(from, ret_hash);
        return;
    }
    uint64_t k = 1;
    while (k * 2 < to - from)
        k *= 2;
    uint8_t left[MERKLE_HASH], right[MERKLE_HASH], both[1 + 2 * MERKLE_HASH] = {1};
    plain_root(from, from + k, left);
    plain_root(from + k, to, right);
    memcpy(both + 1, left, MERKLE_HASH);
    memcpy(both + 1 + MERKLE_HASH, right, MERKLE_HASH);
    crypto_hash_sha256(ret_hash, both, sizeof both);
}

TEST(roots_are_those_of_the_definition)
{
    static const uint64_t sizes[] = {255, 256, 257, 511, 513, 1000};
    grow(1000);
    uint8_t want[MERKLE_HASH];
    for (uint64_t size = 1; size <= 70; size++) {
        plain_root(0, size, want);
        check_bytes(roots[size], want, MERKLE_HASH);
    }
    for (size_t i = 0; i < array_len(sizes); i++) {
        plain_root(0, sizes[i], want);
        check_bytes(roots[sizes[i]], want, MERKLE_HASH);
    }
}

/* Each change of what the proof is made of, and of what it is held against. */
static void check_inclusion(uint64_t size, uint64_t index, bool with_changes)
{
    uint8_t leaf[MERKLE_HASH], root[MERKLE_HASH];
    struct merkle_proof p;
    kept.size = size;
    leaf_of(index, leaf);
    memcpy(root, roots[size], sizeof root);
    check_int(merkle_prove_inclusion(size, index, fetch, &kept, &p), ==, 0);
    check(merkle_verify_inclusion(size, index, leaf, &p, root));
    if (!with_changes)
        return;
    for (unsigned i = 0; i < p.count; i++) {
        uint8_t bit = (uint8_t)(1u << (i + index) % 8), *octet = &p.hash[i][(i * 7 + index) % MERKLE_HASH];
        *octet ^= bit;
        check(!merkle_verify_inclusion(size, index, leaf, &p, root));
        *octet ^= bit;
    }
    leaf[index % MERKLE_HASH] ^= 1;
    check(!merkle_verify_inclusion(size, index, leaf, &p, root));
    leaf[index % MERKLE_HASH] ^= 1;
    root[index % MERKLE_HASH] ^= 0x80;
    check(!merkle_verify_inclusion(size, index, leaf, &p, root));
    root[index % MERKLE_HASH] ^= 0x80;
    check(!merkle_verify_inclusion(size, size, leaf, &p, root));
    check(!merkle_verify_inclusion(size, index ^ 1, leaf, &p, root));
    check(size == 1 || !merkle_verify_inclusion(size, index ? index - 1 : index + 1, leaf, &p, root));
    check(!merkle_verify_inclusion(index, index, leaf, &p, root));
    p.count++; /* one hash too many */
    memset(p.hash[p.count - 1], 0, MERKLE_HASH);
    check(!merkle_verify_inclusion(size, index, leaf, &p, root));
    p.count--;
    if (p.count > 0) { /* one too few */
        p.count--;
        check(!merkle_verify_inclusion(size, index, leaf, &p, root));
        p.count++;
    }
    p.count = MERKLE_PROOF_MAX + 1;
    check(!merkle_verify_inclusion(size, index, leaf, &p, root));
}

static void check_consistency(uint64_t old_size, uint64_t size, bool with_changes)
{
    uint8_t old_root[MERKLE_HASH], root[MERKLE_HASH];
    struct merkle_proof p;
    kept.size = size;
    memcpy(old_root, roots[old_size], MERKLE_HASH);
    memcpy(root, roots[size], MERKLE_HASH);
    check_int(merkle_prove_consistency(old_size, size, fetch, &kept, &p), ==, 0);
    check(merkle_verify_consistency(old_size, size, old_root, root, &p));
    if (!with_changes)
        return;
    for (unsigned i = 0; i < p.count; i++) {
        uint8_t bit = (uint8_t)(1u << (i + size) % 8), *octet = &p.hash[i][(i * 5 + old_size) % MERKLE_HASH];
        *octet ^= bit;
        check(!merkle_verify_consistency(old_size, size, old_root, root, &p));
        *octet ^= bit;
    }
    old_root[size % MERKLE_HASH] ^= 1;
    check(!merkle_verify_consistency(old_size, size, old_root, root, &p));
    old_root[size % MERKLE_HASH] ^= 1;
    root[size % MERKLE_HASH] ^= 1;
    check(!merkle_verify_consistency(old_size, size, old_root, root, &p));
    root[size % MERKLE_HASH] ^= 1;
    check(old_size == size || !merkle_verify_consistency(size, old_size, root, old_root, &p));
    check(old_size == 1 || !merkle_verify_consistency(old_size - 1, size, old_root, root, &p));
    p.count++;
    memset(p.hash[p.count - 1], 0, MERKLE_HASH);
    check(!merkle_verify_consistency(old_size, size, old_root, root, &p));
    p.count--;
    if (p.count > 0) {
        p.count--;
        check(!merkle_verify_consistency(old_size, size, old_root, root, &p));
        p.count++;
    }
    p.count = MERKLE_PROOF_MAX + 1;
    check(!merkle_verify_consistency(old_size, size, old_root, root, &p));
}

TEST(every_inclusion_of_every_small_tree)
{
    grow(70);
    for (uint64_t size = 1; size <= 70; size++)
        for (uint64_t index = 0; index < size; index++)
            check_inclusion(size, index, true);
}

TEST(every_consistency_of_every_small_tree)
{
    grow(70);
    for (uint64_t size = 1; size <= 70; size++)
        for (uint64_t old_size = 1; old_size <= size; old_size++)
            check_consistency(old_size, size, true);
}

TEST(trees_around_whole_tiles)
{
    static const uint64_t sizes[] = {1, 2, 127, 128, 129, 255, 256, 257, 511, 512, 513, 1000, 65279, 65280, 65281, 65535, 65536, 65537};
    grow(LEAVES_MAX);
    for (size_t i = 0; i < array_len(sizes); i++) {
        for (uint64_t index = 0; index < sizes[i]; index += index % 251 == 0 || sizes[i] < 600 ? 1 : 250) {
            check_inclusion(sizes[i], index, index % 13 == 0);
        }
        check_inclusion(sizes[i], sizes[i] - 1, true);
        for (size_t j = 0; j <= i; j++)
            check_consistency(sizes[j], sizes[i], true);
    }
}

TEST(the_edge_is_found_again)
{
    static const uint64_t sizes[] = {0, 1, 2, 3, 70, 255, 256, 257, 1000, 65535, 65536, 65537};
    grow(LEAVES_MAX);
    for (size_t i = 0; i < array_len(sizes); i++) {
        struct merkle_edge edge;
        uint8_t root[MERKLE_HASH], leaf[MERKLE_HASH];
        kept.size = sizes[i];
        kept.reads = 0;
        check_int(merkle_edge_load(sizes[i], fetch, &kept, &edge), ==, 0);
        check_int(kept.reads, ==, __builtin_popcountll(sizes[i]));
        merkle_edge_root(&edge, root);
        check_bytes(root, roots[sizes[i]], MERKLE_HASH);
        leaf_of(sizes[i], leaf);
        check_int(merkle_edge_append(&edge, leaf, NULL, NULL), ==, 0);
        merkle_edge_root(&edge, root);
        check_bytes(root, roots[sizes[i] + 1], MERKLE_HASH);
    }
}

/* In a tree whose leaves are all alike, so are the hashes of a level: any size can be had. */
static uint8_t alike[MERKLE_LEVELS + 1][MERKLE_HASH];
static uint64_t alike_size;

static int alike_fetch(void *self, unsigned level, uint64_t index, unsigned count, uint8_t (*ret_hashes)[MERKLE_HASH])
{
    (void)self;
    check(level % 8 == 0 && count <= MERKLE_READ_MAX && index + count <= alike_size >> level);
    for (unsigned i = 0; i < count; i++)
        memcpy(ret_hashes[i], alike[level], MERKLE_HASH);
    return 0;
}

TEST(trees_too_large_to_build)
{
    static const uint64_t sizes[] = {(1ull << 24) - 1, 1ull << 24, (1ull << 24) + 1, (1ull << 32) - 1, (1ull << 40) + 1,
                                     1ull << 62, MERKLE_SIZE_MAX};
    merkle_leaf_hash("", 0, alike[0]);
    for (unsigned i = 0; i < MERKLE_LEVELS; i++)
        merkle_node_hash(alike[i], alike[i], alike[i + 1]);
    for (size_t i = 0; i < array_len(sizes); i++) {
        struct merkle_edge edge, old;
        struct merkle_proof p;
        uint8_t root[MERKLE_HASH], old_root[MERKLE_HASH];
        alike_size = sizes[i];
        check_int(merkle_edge_load(sizes[i], alike_fetch, NULL, &edge), ==, 0);
        merkle_edge_root(&edge, root);
        const uint64_t indexes[] = {0, 1, 255, 65536, sizes[i] / 3, sizes[i] / 2, sizes[i] - 2, sizes[i] - 1};
        for (size_t j = 0; j < array_len(indexes); j++) {
            check_int(merkle_prove_inclusion(sizes[i], indexes[j], alike_fetch, NULL, &p), ==, 0);
            check(merkle_verify_inclusion(sizes[i], indexes[j], alike[0], &p, root));
            check_int(merkle_edge_load(indexes[j] + 1, alike_fetch, NULL, &old), ==, 0);
            merkle_edge_root(&old, old_root);
            check_int(merkle_prove_consistency(indexes[j] + 1, sizes[i], alike_fetch, NULL, &p), ==, 0);
            check(merkle_verify_consistency(indexes[j] + 1, sizes[i], old_root, root, &p));
            p.hash[0][0] ^= 1;
            check(p.count == 0 || !merkle_verify_consistency(indexes[j] + 1, sizes[i], old_root, root, &p));
        }
        check_int(merkle_edge_append(&edge, alike[0], NULL, NULL), ==, sizes[i] == MERKLE_SIZE_MAX ? -EOVERFLOW : 0);
    }
}

TEST(what_cannot_be_proved)
{
    struct merkle_proof p;
    struct merkle_edge edge;
    check_int(merkle_prove_inclusion(0, 0, alike_fetch, NULL, &p), ==, -EINVAL);
    check_int(merkle_prove_inclusion(5, 5, alike_fetch, NULL, &p), ==, -EINVAL);
    check_int(merkle_prove_inclusion(UINT64_MAX, 5, alike_fetch, NULL, &p), ==, -EINVAL);
    check_int(merkle_prove_consistency(0, 5, alike_fetch, NULL, &p), ==, -EINVAL);
    check_int(merkle_prove_consistency(6, 5, alike_fetch, NULL, &p), ==, -EINVAL);
    check_int(merkle_edge_load(UINT64_MAX, alike_fetch, NULL, &edge), ==, -EINVAL);
}

TEST(every_tree_begins_with_the_empty_one)
{
    grow(3);
    struct merkle_proof p = {.count = 0};
    check(merkle_verify_consistency(0, 3, roots[0], roots[3], &p));
    check(merkle_verify_consistency(0, 0, roots[0], roots[0], &p));
    check(!merkle_verify_consistency(0, 0, roots[0], roots[3], &p));
    check(!merkle_verify_consistency(0, 3, roots[1], roots[3], &p));
    p.count = 1;
    check(!merkle_verify_consistency(0, 3, roots[0], roots[3], &p));
}

static int fail_at(void *self, unsigned level, uint64_t index, const uint8_t hash[MERKLE_HASH])
{
    (void)index;
    (void)hash;
    return level == *(unsigned *)self ? -ENOSPC : 0;
}

static int fail_read(void *self, unsigned level, uint64_t index, unsigned count, uint8_t (*ret_hashes)[MERKLE_HASH])
{
    (void)level;
    (void)index;
    (void)count;
    (void)ret_hashes;
    return -*(int *)self;
}

TEST(a_failing_store_leaves_the_edge)
{
    grow(LEAVES_MAX);
    struct merkle_edge edge, before;
    unsigned level = 8;
    kept.size = 255;
    check_int(merkle_edge_load(255, fetch, &kept, &edge), ==, 0);
    before = edge;
    check_int(merkle_edge_append(&edge, alike[0], fail_at, &level), ==, -ENOSPC);
    check(memcmp(&edge, &before, sizeof edge) == 0);
    struct merkle_proof p;
    int error = EIO;
    check_int(merkle_prove_inclusion(5, 2, fail_read, &error, &p), ==, -EIO);
    check_int(merkle_prove_consistency(3, 5, fail_read, &error, &p), ==, -EIO);
    check_int(merkle_edge_load(5, fail_read, &error, &edge), ==, -EIO);
}

int main(int argc, char **argv)
{
    return test_main(argc, argv);
}
