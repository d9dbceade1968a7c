/* Makes notices of what was found: clients of a member met an active indicator, or something of a member's own became one.
 *
 * Findings are folded: one notice for each member, kind and claim, until it is told. A campaign may hold a notice back. One thread, the hub's.
 */
#ifndef HINOMI_APPS_NOTICE_FINDER_H
#define HINOMI_APPS_NOTICE_FINDER_H

#include "judge/notice/notice.h"
#include "model/indicator.h"
#include "store/indicator.h"

struct notice_finder {
    struct ledger *ledger;
    const struct notice_rules *rules;
    void *self;
    void (*made)(void *self, int64_t id); /* it is new, or reopened, or withdrawn; perhaps not on disk yet */
    uint64_t met, own, withdrawn;         /* findings */
    uint64_t no_room;                     /* that found none */
};

/* Within the transaction that wrote it. Errors of the ledger. */
int notice_finder_met(struct notice_finder *f, const struct indicator_sighting *s, int64_t now_us) must_check;
/* An indicator is another now; in a transaction of its own. Errors of the ledger: to be tried again. */
int notice_finder_changed(struct notice_finder *f, uint32_t id, const struct indicator *now, int64_t now_us) must_check;
/* Is it worth the call above? */
bool notice_finder_wants(const struct indicator *was, bool was_known, const struct indicator *now);

#endif
