/* SipHash: 1-3 over whole words, the keyed hash for every table that an outsider can fill; 2-4 for what others compute too.
 *
 * Source: Aumasson and Bernstein, "SipHash: a fast short-input PRF" (2012); 1-3 is the reduced-round variant
 * that hash tables use, 2-4 the paper's own (DNS cookies). The state is exposed so that the hashes of all suffixes of a
 * name come from one pass: absorb labels from the root downwards and finish a copy after each.
 */
#ifndef HINOMI_BASE_SIP_H
#define HINOMI_BASE_SIP_H

#include <stddef.h>
#include <stdint.h>
#include <string.h>

struct sip_key {
    uint64_t k0, k1;
};

struct sip {
    uint64_t v0, v1, v2, v3;
};

static inline uint64_t sip_rotl(uint64_t x, int b)
{
    return x << b | x >> (64 - b);
}

static inline void sip_round(struct sip *s)
{
    s->v0 += s->v1;
    s->v1 = sip_rotl(s->v1, 13) ^ s->v0;
    s->v0 = sip_rotl(s->v0, 32);
    s->v2 += s->v3;
    s->v3 = sip_rotl(s->v3, 16) ^ s->v2;
    s->v0 += s->v3;
    s->v3 = sip_rotl(s->v3, 21) ^ s->v0;
    s->v2 += s->v1;
    s->v1 = sip_rotl(s->v1, 17) ^ s->v2;
    s->v2 = sip_rotl(s->v2, 32);
}

static inline struct sip sip_init(struct sip_key key)
{
    return (struct sip){
        .v0 = key.k0 ^ 0x736f6d6570736575u,
        .v1 = key.k1 ^ 0x646f72616e646f6du,
        .v2 = key.k0 ^ 0x6c7967656e657261u,
        .v3 = key.k1 ^ 0x7465646279746573u,
    };
}

/* `rounds` and `end_rounds` are constants wherever they are given, and the loops are unrolled. */
static inline void sip_mix(struct sip *s, uint64_t word, int rounds)
{
    s->v3 ^= word;
#pragma GCC unroll 4
    for (int i = 0; i < rounds; i++)
        sip_round(s);
    s->v0 ^= word;
}

static inline uint64_t sip_end(struct sip s, int end_rounds)
{
    s.v2 ^= 0xff;
#pragma GCC unroll 4
    for (int i = 0; i < end_rounds; i++)
        sip_round(&s);
    return s.v0 ^ s.v1 ^ s.v2 ^ s.v3;
}

static inline void sip_word(struct sip *s, uint64_t word)
{
    sip_mix(s, word, 1);
}

static inline uint64_t sip_finish(struct sip s)
{
    return sip_end(s, 3);
}

/* Absorbs n bytes as little-endian words; the last, partial word carries n mod 256 in its top byte, as in the paper. */
static inline void sip_mix_bytes(struct sip *s, const uint8_t *bytes, size_t n, int rounds)
{
    size_t whole = n & ~(size_t)7;
    for (size_t i = 0; i < whole; i += 8) {
        uint64_t word;
        memcpy(&word, bytes + i, 8);
        sip_mix(s, word, rounds);
    }
    uint64_t last = (uint64_t)n << 56;
    for (size_t i = whole; i < n; i++)
        last |= (uint64_t)bytes[i] << (8 * (i - whole));
    sip_mix(s, last, rounds);
}

static inline void sip_bytes(struct sip *s, const uint8_t *bytes, size_t n)
{
    sip_mix_bytes(s, bytes, n, 1);
}

static inline uint64_t sip_hash(struct sip_key key, const void *bytes, size_t n)
{
    struct sip s = sip_init(key);
    sip_bytes(&s, bytes, n);
    return sip_finish(s);
}

static inline uint64_t sip_hash_2_4(struct sip_key key, const void *bytes, size_t n)
{
    struct sip s = sip_init(key);
    sip_mix_bytes(&s, bytes, n, 2);
    return sip_end(s, 4);
}

#endif
