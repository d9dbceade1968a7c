/* What a role may still do once it reads foreign bytes: user, capabilities, system calls, files, network.
 *
 * Entered once, by the main thread, before the first foreign byte and after everything that needs more has been done. What
 * the kernel lacks (Landlock before 5.13, say) is left out and reported; no_new_privs and the system-call filter are not
 * optional. User, no_new_privs and the filter bind every thread of the process; capabilities and Landlock bind the
 * caller and the threads it starts from then on, so enter before starting threads. There is no way back.
 * What each role may, and why: docs/decisions/0004-sandbox.md; the tables: sandbox_calls.c.
 */
#ifndef HINOMI_BASE_SANDBOX_H
#define HINOMI_BASE_SANDBOX_H

#include <stdbool.h>
#include <sys/types.h>

#include "base/attr.h"

enum sandbox_role { SANDBOX_DNS, SANDBOX_HUB, SANDBOX_STORE, SANDBOX_FETCH, SANDBOX_SHARE, SANDBOX_WEB, SANDBOX_COUNT };

enum { SANDBOX_PATHS_MAX = 288 };

struct sandbox_options {
    enum sandbox_role role;
    uid_t uid; /* to become; 0: stay who we are (not started as root) */
    gid_t gid; /* with a uid: not 0 either */
    /* Files or folders with everything below, NULL-terminated unless full. One that is not there, or not for this
     * user, gives no right. /dev/urandom and the time zones go without saying. */
    const char *read_paths[SANDBOX_PATHS_MAX];
    /* Folders with everything below: read, write, create, rename, remove. They must exist. */
    const char *write_paths[SANDBOX_PATHS_MAX];
};

struct sandbox_report {
    bool dropped_user, filtered_calls, limited_files;
    bool limited_tcp;     /* Landlock ABI 4: no TCP beyond what the role needs (the filter forbids it too) */
    bool limited_signals; /* Landlock ABI 6: no signals and abstract sockets beyond the role */
    bool others_run;      /* threads ran already: those keep capabilities and files until they end */
    int landlock_abi;     /* 0: the kernel has none */
    const char *failed;   /* after an error: the part, or the path of the options, that it was about */
};

/* Negative errno when a part that is not optional failed: the role must then end. The report is always written. */
int sandbox_enter(const struct sandbox_options *options, struct sandbox_report *ret_report) must_check;

#endif
