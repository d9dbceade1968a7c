/* The part of "hinomi ledger replay" that is about a new edition of a list. One thread. */
#ifndef HINOMI_APPS_COMMAND_REPLAY_LIST_H
#define HINOMI_APPS_COMMAND_REPLAY_LIST_H

#include "apps/config/config.h"
#include "apps/command/control_client.h"
#include "store/ledger.h"

/* As given; NULL: not. */
struct replay_list_words {
    const char *list; /* "NAME=FILE" */
    const char *format, *group, *limit;
};

/* words->list is given. Returns the exit code, after a message where it is not EXIT_FINE. */
int command_replay_list(const struct control_client_options *o, const char *command, const struct replay_list_words *words, struct ledger *l,
                        const struct config *config);

#endif
