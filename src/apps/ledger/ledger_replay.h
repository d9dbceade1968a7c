/* What would be believed and blocked if a rule were another: reckons every indicator twice, as it is and with the change, and changes
 * nothing. */
#ifndef HINOMI_APPS_LEDGER_REPLAY_H
#define HINOMI_APPS_LEDGER_REPLAY_H

#include "apps/config/config.h"
#include "apps/command/progress.h"
#include "store/indicator.h"

enum { REPLAY_CHANGES_MAX = 32 };

/* One change; what is not of its kind is not looked at. */
struct replay_change {
    enum { REPLAY_WITHOUT, REPLAY_TRUST, REPLAY_THRESHOLD } kind;
    const char *source; /* WITHOUT, TRUST: by its name; borrowed */
    enum claim claim;   /* THRESHOLD: CLAIM_COUNT: any */
    unsigned percent;   /* TRUST: as trust in the configuration; THRESHOLD: from which probability on it is blocked */
};

/* Called for each indicator whose state or decision would be another; of both only claim, state, decision, probability and subject are set. Anything but 0 stops and is returned. */
typedef int replay_each(void *self, uint32_t id, const struct indicator *before, const struct indicator *after);

/* judge: as it is. now_us: beliefs of that time. *ret_count: indicators that were reckoned. Errors of the ledger, -ENOMEM. */
int ledger_replay(struct ledger *l, const struct config_judge *judge, const struct replay_change *changes, unsigned count, int64_t now_us,
                  struct progress *progress, replay_each *each, void *self, uint64_t *ret_count) must_check;

#endif
