/* What a role may still do once it reads foreign bytes: user, capabilities, system calls, files, network.
 *
 * Entered once, before the first foreign byte, after everything that needs more has been done. What the kernel lacks
 * (Landlock before 5.13, say) is left out and reported; no_new_privs and the system-call filter are not optional.
 */
#ifndef HINOMI_BASE_SANDBOX_H
#define HINOMI_BASE_SANDBOX_H

#include <stdbool.h>
#include <sys/types.h>

#include "base/attr.h"

enum sandbox_role { SANDBOX_DNS, SANDBOX_HUB, SANDBOX_STORE, SANDBOX_COUNT };

enum { SANDBOX_PATHS_MAX = 8 };

struct sandbox_options {
    enum sandbox_role role;
    uid_t uid; /* to become; 0: stay who we are (not started as root) */
    gid_t gid;
    const char *read_paths[SANDBOX_PATHS_MAX];  /* files or folders, NULL-terminated unless full */
    const char *write_paths[SANDBOX_PATHS_MAX]; /* folders with everything below: read, write, create, remove */
};

struct sandbox_report {
    bool dropped_user, filtered_calls, limited_files;
    int landlock_abi; /* 0: the kernel has none */
};

/* Negative errno when a part that is not optional failed: the role must then end. */
int sandbox_enter(const struct sandbox_options *options, struct sandbox_report *ret_report) must_check;

#endif
