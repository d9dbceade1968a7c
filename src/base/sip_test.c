/* SipHash against a plain rendering of the paper, which is itself held to the paper's SipHash-2-4 vectors. */
#include "base/sip.h"

#include "base/test.h"

/* The paper's algorithm for any number of rounds, written from its text (sections 2.2 to 2.4), one octet at a time,
 * sharing nothing with sip.h. */
static void reference_rounds(uint64_t v[4], int rounds)
{
    for (int i = 0; i < rounds; i++) {
        v[0] += v[1];
        v[2] += v[3];
        v[1] = (v[1] << 13) | (v[1] >> 51);
        v[3] = (v[3] << 16) | (v[3] >> 48);
        v[1] ^= v[0];
        v[3] ^= v[2];
        v[0] = (v[0] << 32) | (v[0] >> 32);
        v[2] += v[1];
        v[0] += v[3];
        v[1] = (v[1] << 17) | (v[1] >> 47);
        v[3] = (v[3] << 21) | (v[3] >> 43);
        v[1] ^= v[2];
        v[3] ^= v[0];
        v[2] = (v[2] << 32) | (v[2] >> 32);
    }
}

static uint64_t reference(int c, int d, const uint8_t key[16], const uint8_t *bytes, size_t n)
{
    uint64_t k[2] = {0, 0};
    for (int i = 0; i < 16; i++)
        k[i / 8] |= (uint64_t)key[i] << (8 * (i % 8));
    uint64_t v[4];
    static const char constants[] = "somepseudorandomlygeneratedbytes";
    for (int i = 0; i < 4; i++) {
        uint64_t word = 0;
        for (int j = 0; j < 8; j++)
            word = word << 8 | (uint8_t)constants[8 * i + j];
        v[i] = k[i % 2] ^ word;
    }
    for (size_t at = 0; at <= n; at += 8) {
        uint64_t m = 0;
        for (size_t i = 0; i < 8 && at + i < n; i++)
            m |= (uint64_t)bytes[at + i] << (8 * i);
        if (at + 8 > n)
            m |= (uint64_t)(n % 256) << 56;
        v[3] ^= m;
        reference_rounds(v, c);
        v[0] ^= m;
    }
    v[2] ^= 0xff;
    reference_rounds(v, d);
    return v[0] ^ v[1] ^ v[2] ^ v[3];
}

static uint8_t key[16], input[600];

static void fill(void)
{
    for (unsigned i = 0; i < sizeof key; i++)
        key[i] = (uint8_t)i;
    for (unsigned i = 0; i < sizeof input; i++)
        input[i] = (uint8_t)i;
}

static const struct sip_key words = {.k0 = 0x0706050403020100u, .k1 = 0x0f0e0d0c0b0a0908u};

TEST(the_reference_gives_the_published_2_4_vectors)
{
    fill();
    /* Lengths 0, 1, 8 and 63 of the authors' table, and 15, the worked example of the paper's appendix A. */
    check(reference(2, 4, key, input, 0) == 0x726fdb47dd0e0e31u);
    check(reference(2, 4, key, input, 1) == 0x74f839c593dc67fdu);
    check(reference(2, 4, key, input, 8) == 0x93f5f5799a932462u);
    check(reference(2, 4, key, input, 15) == 0xa129ca6149be45e5u);
    check(reference(2, 4, key, input, 63) == 0x958a324ceb064572u);
}

TEST(hash_equals_the_reference_at_every_length)
{
    fill();
    for (size_t n = 0; n <= sizeof input; n++)
        check(sip_hash(words, input, n) == reference(1, 3, key, input, n));
    for (size_t n = 0; n <= sizeof input; n++)
        check(sip_hash_2_4(words, input, n) == reference(2, 4, key, input, n));
}

TEST(hash_equals_the_reference_at_every_alignment)
{
    fill();
    for (size_t at = 0; at < 16; at++)
        check(sip_hash(words, input + at, 100) == reference(1, 3, key, input + at, 100));
}

TEST(every_key_bit_and_every_input_bit_counts)
{
    fill();
    uint64_t was = sip_hash(words, input, 20);
    for (int bit = 0; bit < 64; bit++) {
        check(sip_hash((struct sip_key){words.k0 ^ (uint64_t)1 << bit, words.k1}, input, 20) != was);
        check(sip_hash((struct sip_key){words.k0, words.k1 ^ (uint64_t)1 << bit}, input, 20) != was);
    }
    for (int bit = 0; bit < 160; bit++) {
        input[bit / 8] ^= (uint8_t)(1 << bit % 8);
        check(sip_hash(words, input, 20) != was);
        input[bit / 8] ^= (uint8_t)(1 << bit % 8);
    }
    check(sip_hash(words, input, 20) == was);
}

TEST(finishing_a_copy_leaves_the_state_for_more)
{
    fill();
    struct sip s = sip_init(words);
    sip_word(&s, 1);
    uint64_t once = sip_finish(s);
    check(sip_finish(s) == once);
    sip_word(&s, 2);
    check(sip_finish(s) != once);
}

int main(int argc, char **argv)
{
    return test_main(argc, argv);
}
