/* Changes of members, and of what they are told, that come by the control socket: each is in the audit trail before it is made, as one by the API is.
 *
 * Judgements, rules and lists are not among them: these are entries of the ledger by themselves. One thread, the hub's loop.
 */
#ifndef HINOMI_API_CHANGE_NOTE_H
#define HINOMI_API_CHANGE_NOTE_H

#include <jansson.h>

#include "store/ledger.h"

/* Notes the command if it is such a change: by `source` ("ana (uid 1000)": the number is the kernel's word), as "command NAME", about its arguments without
 * secrets. 0, also if it is none; errors of the ledger: the change may not be made. */
int change_note(struct ledger *l, const char *source, const char *command, const json_t *arguments, int64_t now_us) must_check;

#endif
