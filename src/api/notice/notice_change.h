/* Takes an event to a notice in the ledger's file: steps by judge/notice, and writes what follows - how it is to be told, when it is looked at, and
 * the marks of the loop's clock.
 *
 * The one way by which notices change. One thread, the hub's; inside a transaction when the caller has begun one.
 */
#ifndef HINOMI_API_NOTICE_CHANGE_H
#define HINOMI_API_NOTICE_CHANGE_H

#include "judge/notice/notice.h"
#include "store/notice.h"

/* 1: its state is another now; 0: it is not; errors of the ledger. *ret_notice as it is then. */
int notice_change(struct ledger *l, const struct notice_rules *rules, int64_t id, enum notice_event event, int64_t at_us, struct notice *ret_notice) must_check;
/* A look at that time, with that coverage; the same. The next look of what nobody watched comes a day later at the latest. */
int notice_change_look(struct ledger *l, const struct notice_rules *rules, int64_t id, int64_t now_us, int coverage_percent, struct notice *ret_notice) must_check;
/* The member says what it did. */
int notice_change_acted(struct ledger *l, const struct notice_rules *rules, int64_t id, const char *by, const char *text, int64_t now_us,
                        struct notice *ret_notice) must_check;

#endif
