/* Whether telling helped: the difference of two shares with its 95 % interval, and the lot that says who is told at first.
 *
 * Interval: R. G. Newcombe, "Interval estimation for the difference between independent proportions: comparison of eleven methods",
 * Statistics in Medicine 17 (1998) 873-890, method 10 (from Wilson's score intervals, without continuity correction). Pure values.
 */
#ifndef HINOMI_JUDGE_NOTICE_EFFECT_H
#define HINOMI_JUDGE_NOTICE_EFFECT_H

#include <stdbool.h>
#include <stdint.h>

#include "base/attr.h"

struct effect_arm {
    uint32_t count; /* whose outcome is known */
    uint32_t fixed; /* of these: seen fixed within the window */
};

enum { EFFECT_ARM_MIN = 10 }; /* of each arm; with fewer nothing is said */

struct effect_result {
    bool is_enough;
    double told, held;             /* shares, 0..1 */
    double difference, low, high; /* told - held, and its interval */
};
/* An empty arm has the share 0 and the interval 0..1; is_enough says whether to show it. */
struct effect_result effect_of(struct effect_arm told, struct effect_arm held);
/* Wilson's interval of one share. */
void effect_wilson(struct effect_arm arm, double *ret_low, double *ret_high);

enum { EFFECT_SEED_LEN = 16, EFFECT_HELD_MAX = 50 /* per cent */ };
/* Does the lot put that finding into the control group? The same for the same seed, campaign and finding, on any machine: SipHash-2-4 with
 * the seed as its key (two little-endian words) over campaign, the octet 0 and finding, reduced to 0..9999, is below percent * 100. */
bool effect_is_held(const uint8_t seed[EFFECT_SEED_LEN], const char *campaign, const char *finding, unsigned percent);

#endif
