/* The loop clock: for each subject that was ever acted on, when it was first met, judged, blocked, shared, told, and seen fixed.
 *
 * In the ledger's file, by its process and thread, and with its errors (store/ledger.h). Wall clock, microseconds since 1970.
 */
#ifndef HINOMI_STORE_LOOP_CLOCK_H
#define HINOMI_STORE_LOOP_CLOCK_H

#include "base/attr.h"
#include "model/claim.h"
#include "store/ledger.h"

enum clock_moment { CLOCK_SEEN, CLOCK_JUDGED, CLOCK_BLOCKED, CLOCK_SHARED, CLOCK_TOLD, CLOCK_FIXED, CLOCK_MOMENT_COUNT };

/* Takes the moment down unless an earlier one is known. */
int clock_mark(struct ledger *l, uint32_t indicator, enum clock_moment moment, int64_t at_us) must_check;
struct clock_times {
    uint32_t indicator;
    enum claim claim;
    int64_t at_us[CLOCK_MOMENT_COUNT]; /* 0: not yet */
};
typedef int clock_each(void *self, const struct clock_times *t);
/* Of those judged from then on, by number. */
int clock_read(struct ledger *l, int64_t since_us, clock_each *each, void *self) must_check;

/* Of one indicator; zeros when it was never acted on. */
int clock_get(struct ledger *l, uint32_t indicator, int64_t ret_us[CLOCK_MOMENT_COUNT]) must_check;

/* "seen", "judged", ... */
const char *clock_moment_word(enum clock_moment moment);

#endif
