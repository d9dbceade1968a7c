/* Looks whether what was told is still seen: when the time of a notice has come, asks the store over which part of its window answers of the member's
 * clients were recorded, and steps.
 *
 * Nothing seen where nothing was recorded, or what is no longer looked for, is not "fixed". One question at a time. One thread, the hub's.
 */
#ifndef HINOMI_APPS_NOTICE_WATCHER_H
#define HINOMI_APPS_NOTICE_WATCHER_H

#include "apps/store/store_client.h"
#include "judge/notice/notice.h"
#include "store/ledger.h"

struct notice_watcher;

struct notice_watcher_options {
    struct ledger *ledger;
    struct store_client *store;
    const struct notice_rules *rules;
    void *self;
    void (*flush)(void *self); /* what was met until now is to be on disk before a look */
    void (*changed)(void *self, const struct notice *n);
};

struct notice_watcher_status {
    uint64_t looks, questions, unanswered;
};

int notice_watcher_new(const struct notice_watcher_options *options, struct notice_watcher **ret_watcher) must_check;
void notice_watcher_free(struct notice_watcher *w);
/* Looks at those whose time has come, a few. Errors of the ledger. */
int notice_watcher_step(struct notice_watcher *w, int64_t now_us) must_check;
void notice_watcher_status_get(const struct notice_watcher *w, struct notice_watcher_status *ret_status);

#endif
