/* Appends to the Merkle tree, makes proofs, verifies them. */
#include "proto/tlog/merkle.h"

#include <assert.h>
#include <errno.h>
#include <string.h>

#include <nettle/sha2.h>

static_assert(MERKLE_HASH == SHA256_DIGEST_SIZE, "the tree's hash is SHA-256");

/* nettle and not libsodium, whose SHA-256 does without the processor's instructions and takes six times as long. */
void merkle_leaf_hash(const void *entry, size_t len, uint8_t ret_hash[MERKLE_HASH])
{
    static const uint8_t mark = 0;
    struct sha256_ctx state;
    sha256_init(&state);
    sha256_update(&state, 1, &mark);
    sha256_update(&state, len, entry);
    sha256_digest(&state, MERKLE_HASH, ret_hash);
}

void merkle_node_hash(const uint8_t left[MERKLE_HASH], const uint8_t right[MERKLE_HASH], uint8_t ret_hash[MERKLE_HASH])
{
    uint8_t input[1 + 2 * MERKLE_HASH] = {1};
    memcpy(input + 1, left, MERKLE_HASH);
    memcpy(input + 1 + MERKLE_HASH, right, MERKLE_HASH);
    struct sha256_ctx state;
    sha256_init(&state);
    sha256_update(&state, sizeof input, input);
    sha256_digest(&state, MERKLE_HASH, ret_hash);
}

static unsigned log2_of(uint64_t n)
{
    return 63u - (unsigned)__builtin_clzll(n);
}

/* ---- the edge ---- */

int merkle_edge_append(struct merkle_edge *e, const uint8_t leaf[MERKLE_HASH], merkle_store_fn *store, void *self)
{
    if (e->size == MERKLE_SIZE_MAX)
        return -EOVERFLOW;
    uint8_t hash[MERKLE_HASH];
    memcpy(hash, leaf, sizeof hash);
    unsigned level = 0;
    for (;; level++) {
        if (store && level % MERKLE_STORED_LEVELS == 0) {
            int result = store(self, level, e->size >> level, hash);
            if (result < 0)
                return result;
        }
        if (!(e->size >> level & 1))
            break;
        merkle_node_hash(e->hash[level], hash, hash);
    }
    memcpy(e->hash[level], hash, sizeof hash);
    e->size++;
    return 0;
}

void merkle_edge_root(const struct merkle_edge *e, uint8_t ret_root[MERKLE_HASH])
{
    if (e->size == 0) {
        struct sha256_ctx nothing;
        sha256_init(&nothing);
        sha256_digest(&nothing, MERKLE_HASH, ret_root);
        return;
    }
    unsigned level = (unsigned)__builtin_ctzll(e->size);
    memcpy(ret_root, e->hash[level], MERKLE_HASH);
    while (++level < MERKLE_LEVELS)
        if (e->size >> level & 1)
            merkle_node_hash(e->hash[level], ret_root, ret_root);
}

/* ---- hashes of ranges ---- */

struct source {
    merkle_read_fn *read;
    void *self;
};

/* Of the perfect subtree of 2^level leaves that begins at the leaf `from`, a multiple of that. */
static int perfect_hash(const struct source *s, uint64_t from, unsigned level, uint8_t ret_hash[MERKLE_HASH])
{
    unsigned above = level % MERKLE_STORED_LEVELS, stored = level - above;
    uint8_t row[MERKLE_READ_MAX][MERKLE_HASH];
    static_assert(1 << (MERKLE_STORED_LEVELS - 1) == MERKLE_READ_MAX, "a row between two stored levels fits");
    int result = s->read(s->self, stored, from >> stored, 1u << above, row);
    if (result < 0)
        return result;
    for (unsigned n = 1u << above; n > 1; n /= 2)
        for (unsigned i = 0; i < n / 2; i++)
            merkle_node_hash(row[2 * i], row[2 * i + 1], row[i]);
    memcpy(ret_hash, row[0], MERKLE_HASH);
    return 0;
}

int merkle_edge_load(uint64_t size, merkle_read_fn *read, void *self, struct merkle_edge *ret_edge)
{
    const struct source s = {read, self};
    if (size > MERKLE_SIZE_MAX)
        return -EINVAL;
    struct merkle_edge e = {.size = size};
    uint64_t from = 0;
    for (unsigned level = MERKLE_LEVELS; level-- > 0;) {
        if (!(size >> level & 1))
            continue;
        int result = perfect_hash(&s, from, level, e.hash[level]);
        if (result < 0)
            return result;
        from += UINT64_C(1) << level;
    }
    *ret_edge = e;
    return 0;
}

/* MTH(D[from:to]) of RFC 6962 2.1 for a range that the recursion there comes to: it begins at a multiple of the largest power
 * of two within it. */
static int range_hash(const struct source *s, uint64_t from, uint64_t to, uint8_t ret_hash[MERKLE_HASH])
{
    struct merkle_edge e = {.size = to - from};
    for (uint64_t left = to - from; left > 0;) {
        unsigned level = log2_of(left);
        int result = perfect_hash(s, from, level, e.hash[level]);
        if (result < 0)
            return result;
        from += UINT64_C(1) << level;
        left -= UINT64_C(1) << level;
    }
    merkle_edge_root(&e, ret_hash);
    return 0;
}

static int proof_add(const struct source *s, uint64_t from, uint64_t to, struct merkle_proof *p)
{
    assert(p->count < MERKLE_PROOF_MAX);
    return range_hash(s, from, to, p->hash[p->count++]);
}

/* Proofs are made from the root downwards and given from the leaves upwards. */
static void proof_reverse(struct merkle_proof *p)
{
    for (unsigned i = 0; i < p->count / 2; i++) {
        uint8_t kept[MERKLE_HASH];
        memcpy(kept, p->hash[i], MERKLE_HASH);
        memcpy(p->hash[i], p->hash[p->count - 1 - i], MERKLE_HASH);
        memcpy(p->hash[p->count - 1 - i], kept, MERKLE_HASH);
    }
}

/* ---- proofs ---- */

/* PATH(m, D[n]) of RFC 6962 2.1.1. */
int merkle_prove_inclusion(uint64_t size, uint64_t index, merkle_read_fn *read, void *self, struct merkle_proof *ret_proof)
{
    const struct source s = {read, self};
    if (index >= size || size > MERKLE_SIZE_MAX)
        return -EINVAL;
    struct merkle_proof p = {.count = 0};
    uint64_t from = 0, to = size;
    while (to - from > 1) {
        uint64_t middle = from + (UINT64_C(1) << log2_of(to - from - 1));
        int result;
        if (index < middle) {
            result = proof_add(&s, middle, to, &p);
            to = middle;
        } else {
            result = proof_add(&s, from, middle, &p);
            from = middle;
        }
        if (result < 0)
            return result;
    }
    proof_reverse(&p);
    *ret_proof = p;
    return 0;
}

/* SUBPROOF(m, D[n], b) of RFC 6962 2.1.2. */
int merkle_prove_consistency(uint64_t old_size, uint64_t size, merkle_read_fn *read, void *self,
                             struct merkle_proof *ret_proof)
{
    const struct source s = {read, self};
    if (old_size == 0 || old_size > size || size > MERKLE_SIZE_MAX)
        return -EINVAL;
    struct merkle_proof p = {.count = 0};
    uint64_t from = 0, to = size;
    int result = 0;
    while (old_size != to && result == 0) {
        uint64_t middle = from + (UINT64_C(1) << log2_of(to - from - 1));
        if (old_size <= middle) {
            result = proof_add(&s, middle, to, &p);
            to = middle;
        } else {
            result = proof_add(&s, from, middle, &p);
            from = middle;
        }
    }
    if (result == 0 && from > 0) /* the old tree ends with this subtree, but is not the whole of it */
        result = proof_add(&s, from, to, &p);
    if (result < 0)
        return result;
    proof_reverse(&p);
    *ret_proof = p;
    return 0;
}

/* ---- verification, in the words of RFC 9162 ---- */

static bool is_same(const uint8_t a[MERKLE_HASH], const uint8_t b[MERKLE_HASH])
{
    return memcmp(a, b, MERKLE_HASH) == 0; /* public values: time tells nothing */
}

/* RFC 9162 2.1.3.2. */
bool merkle_verify_inclusion(uint64_t size, uint64_t index, const uint8_t leaf[MERKLE_HASH], const struct merkle_proof *p,
                             const uint8_t root[MERKLE_HASH])
{
    if (index >= size || p->count > MERKLE_PROOF_MAX)
        return false;
    uint64_t fn = index, sn = size - 1;
    uint8_t r[MERKLE_HASH];
    memcpy(r, leaf, sizeof r);
    for (unsigned i = 0; i < p->count; i++) {
        if (sn == 0)
            return false;
        if (fn & 1 || fn == sn) {
            merkle_node_hash(p->hash[i], r, r);
            while (!(fn & 1) && fn != 0) {
                fn >>= 1;
                sn >>= 1;
            }
        } else {
            merkle_node_hash(r, p->hash[i], r);
        }
        fn >>= 1;
        sn >>= 1;
    }
    return sn == 0 && is_same(r, root);
}

/* RFC 9162 2.1.4.2. */
bool merkle_verify_consistency(uint64_t old_size, uint64_t size, const uint8_t old_root[MERKLE_HASH],
                               const uint8_t root[MERKLE_HASH], const struct merkle_proof *p)
{
    if (old_size > size || p->count > MERKLE_PROOF_MAX)
        return false;
    if (old_size == 0) {
        uint8_t empty[MERKLE_HASH];
        merkle_edge_root(&(struct merkle_edge){.size = 0}, empty);
        return p->count == 0 && is_same(old_root, empty) && (size > 0 || is_same(root, empty));
    }
    if (old_size == size)
        return p->count == 0 && is_same(old_root, root);
    uint64_t fn = old_size - 1, sn = size - 1;
    while (fn & 1) {
        fn >>= 1;
        sn >>= 1;
    }
    unsigned next = 0;
    uint8_t fr[MERKLE_HASH], sr[MERKLE_HASH];
    if (fn != 0 && p->count == 0)
        return false;
    memcpy(fr, fn == 0 ? old_root : p->hash[next++], sizeof fr); /* 0: the old tree is perfect, its root begins the path */
    memcpy(sr, fr, sizeof sr);
    for (; next < p->count; next++) {
        if (sn == 0)
            return false;
        if (fn & 1 || fn == sn) {
            merkle_node_hash(p->hash[next], fr, fr);
            merkle_node_hash(p->hash[next], sr, sr);
            while (!(fn & 1) && fn != 0) {
                fn >>= 1;
                sn >>= 1;
            }
        } else {
            merkle_node_hash(sr, p->hash[next], sr);
        }
        fn >>= 1;
        sn >>= 1;
    }
    return sn == 0 && is_same(fr, old_root) && is_same(sr, root);
}
