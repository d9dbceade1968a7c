/* Writes the ledger's log as files that others can check: a folder in the form of c2sp.org/tlog-tiles. */
#ifndef HINOMI_APPS_LEDGER_EXPORT_H
#define HINOMI_APPS_LEDGER_EXPORT_H

#include "apps/command/progress.h"
#include "base/attr.h"
#include "store/ledger.h"

/* Everything up to the checkpoint, into the folder, which is made when it is not there. Whole tiles that are there already are
 * kept: an export goes on where the last one ended. The checkpoint comes last. Negative errno; *ret_what (PATH_MAX) then
 * says which file. */
int ledger_export(struct ledger *l, const struct ledger_checkpoint *c, const char *folder, struct progress *progress,
                  char *ret_what) must_check;

#endif
