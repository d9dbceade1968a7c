/* The two halves of the sandbox that know kernel interfaces; for sandbox.c and its test only. */
#ifndef HINOMI_BASE_SANDBOX_IMPL_H
#define HINOMI_BASE_SANDBOX_IMPL_H

#include "base/sandbox.h"

/* Landlock: of this thread and those it starts. Needs no_new_privs. 0 also when the kernel has none (landlock_abi 0). */
int sandbox_files_limit(const struct sandbox_options *options, struct sandbox_report *report) must_check;

/* seccomp: of all threads. */
int sandbox_calls_filter(enum sandbox_role role) must_check;

#endif
