/* Keeps the ledger's signing key, and signs a checkpoint whenever the log has grown.
 *
 * The key is a file in the data folder, made at the first start: who has it can sign for this ledger. Hub's loop only.
 */
#ifndef HINOMI_APPS_LEDGER_KEEPER_H
#define HINOMI_APPS_LEDGER_KEEPER_H

#include <event2/event.h>

#include "base/attr.h"
#include "proto/tlog/note_key.h"
#include "store/ledger.h"

/* Reads the key from the folder, or makes one for a log of that name. -EBADMSG when the file is not a key. */
int ledger_key_load(int folder_fd, const char *name, struct note_signer *ret_signer) must_check;
/* Only reads it; -ENOENT. */
int ledger_key_read(int folder_fd, struct note_signer *ret_signer) must_check;

struct ledger_keeper;

int ledger_keeper_new(struct event_base *loop, struct ledger *l, int folder_fd, struct ledger_keeper **ret_keeper) must_check;
void ledger_keeper_free(struct ledger_keeper *k);
const struct note_signer *ledger_keeper_signer(const struct ledger_keeper *k);

#endif
