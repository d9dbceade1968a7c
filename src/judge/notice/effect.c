/* Reckons effects, and draws lots. */
#include "judge/notice/effect.h"

#include <math.h>
#include <string.h>

#include "base/sip.h"

#define Z 1.959963984540054 /* the normal distribution's 97.5 % */

static double share(struct effect_arm a)
{
    return a.count == 0 ? 0 : (double)a.fixed / a.count;
}

void effect_wilson(struct effect_arm a, double *ret_low, double *ret_high)
{
    double n = a.count, p = share(a);
    if (a.count == 0) {
        *ret_low = 0;
        *ret_high = 1;
        return;
    }
    double middle = 2 * n * p + Z * Z, spread = Z * sqrt(Z * Z + 4 * n * p * (1 - p)), of = 2 * (n + Z * Z);
    *ret_low = a.fixed == 0 ? 0 : (middle - spread) / of;
    *ret_high = a.fixed == a.count ? 1 : (middle + spread) / of;
}

static double squared(double x)
{
    return x * x;
}

struct effect_result effect_of(struct effect_arm told, struct effect_arm held)
{
    double l1, u1, l2, u2;
    struct effect_result e = {.is_enough = told.count >= EFFECT_ARM_MIN && held.count >= EFFECT_ARM_MIN, .told = share(told), .held = share(held)};
    effect_wilson(told, &l1, &u1);
    effect_wilson(held, &l2, &u2);
    e.difference = e.told - e.held;
    e.low = e.difference - sqrt(squared(e.told - l1) + squared(u2 - e.held));
    e.high = e.difference + sqrt(squared(u1 - e.told) + squared(e.held - l2));
    return e;
}

static uint64_t word_of(const uint8_t *octets)
{
    uint64_t word = 0;
    for (unsigned i = 8; i-- > 0;)
        word = word << 8 | octets[i];
    return word;
}

bool effect_is_held(const uint8_t seed[EFFECT_SEED_LEN], const char *campaign, const char *finding, unsigned percent)
{
    uint8_t text[1024];
    size_t a = strnlen(campaign, 256), b = strnlen(finding, 512);
    memcpy(text, campaign, a);
    text[a] = 0;
    memcpy(text + a + 1, finding, b);
    uint64_t hash = sip_hash_2_4((struct sip_key){word_of(seed), word_of(seed + 8)}, text, a + 1 + b);
    return hash % 10000 < (uint64_t)(percent > EFFECT_HELD_MAX ? EFFECT_HELD_MAX : percent) * 100;
}
