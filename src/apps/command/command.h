/* The subcommands of hinomi: one row each in main.c, one file each beside it. */
#ifndef HINOMI_APPS_COMMAND_H
#define HINOMI_APPS_COMMAND_H

/* argv[0] is the subcommand's name. The result is the exit code: 0 fine, 1 it failed, 2 it was asked wrongly. */
typedef int command_fn(int argc, char **argv);

enum { EXIT_FINE = 0, EXIT_FAILED = 1, EXIT_USAGE = 2 };

command_fn command_accept, command_allow, command_block, command_cases, command_clock, command_discard, command_dns, command_effect, command_enforce, command_export, command_fetch, command_import, command_indicators, command_judge, command_ledger, command_lists, command_log, command_members, command_metrics, command_notices, command_pdns, command_places, command_object, command_observe, command_receipts, command_policy,
    command_reload, command_remove, command_review, command_role, command_share, command_sources, command_status, command_top, command_up, command_verdicts, command_welcome, command_web_api, command_why, command_withdraw;

/* "hinomi: NAME: what is wrong", and where help is; returns EXIT_USAGE. */
int command_usage(const char *command, const char *format, ...) __attribute__((format(printf, 2, 3)));
/* "hinomi: ..."; returns EXIT_FAILED. */
int command_failed(const char *format, ...) __attribute__((format(printf, 1, 2)));

#endif
