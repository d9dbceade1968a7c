/* The store role: a process that owns the telemetry engine and answers the hub over one channel.
 *
 * Only wiring: loop, channel, timers, log. What is answered is store/store_service.h, how it is framed is
 * store/store_protocol.h. The hub may be replaced while the engine stays open: the parent hands over the other end of a
 * new channel. One thread; a question that takes long makes inserts wait, so its time is bounded.
 */
#ifndef HINOMI_APPS_ROLE_STORE_H
#define HINOMI_APPS_ROLE_STORE_H

#include <stdbool.h>
#include <stdint.h>

#include "base/attr.h"

#include "base/sandbox.h"
#include "store/store_protocol.h"

struct event_base;
struct role_store;

/* Far beyond what a question, a batch or a day's removal takes. Whoever waits for an engine that waits for itself waits for ever otherwise; the
 * parent starts another process, and the hub sends again what was not acknowledged. */
enum { STORE_STUCK_S = 600 };

struct role_store_options {
    const char *library_path; /* libchdb.so; see engine_find_library */
    const char *data_dir;     /* absolute; of the engine alone */
    uint64_t memory_max;      /* of the engine, bytes */
    unsigned retention_days[STORE_TABLE_COUNT]; /* 0: for ever */
    unsigned stuck_s; /* a call into the engine that takes longer ends the process by SIGALRM; 0: STORE_STUCK_S; opening may take three times that */
};

/* Enters the sandbox of this role, before the engine is loaded: the library runs in it from its first instruction. */
int role_store_confine(const struct role_store_options *options, uid_t uid, gid_t gid,
                       struct sandbox_report *ret_report) must_check;

/* For a parent that hands over hub channels later: in its loop, with a call when the hub's channel ended. Opens the engine;
 * when that fails it says so in the log, answers with errors, and tries again every STORE_REOPEN_S. The texts of
 * options must outlive it. */
int role_store_new(struct event_base *loop, const struct role_store_options *options,
                   void (*on_hub_end)(void *self), void *self, struct role_store **ret_role) must_check;
/* Takes the connected descriptor and drops the channel before it, if any. */
int role_store_set_hub(struct role_store *role, int hub_fd) must_check;
void role_store_free(struct role_store *role);

/* The whole role for one hub: runs until its channel ends or SIGTERM or SIGINT comes, closes the engine, returns 0. */
int role_store_run(int hub_fd, const struct role_store_options *options) must_check;

#endif
