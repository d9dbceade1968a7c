/* Notes who reads protected data and who changes what, and has it written into the ledger.
 *
 * A change is in the ledger before it is made: when it cannot be written, it is not made. Reads are gathered for half a minute, the same ones of an
 * account together; when that room is full and cannot be emptied, nothing protected is read any more. Secrets are left out. One thread, the
 * hub's loop.
 */
#ifndef HINOMI_API_AUDIT_TRAIL_H
#define HINOMI_API_AUDIT_TRAIL_H

#include "api/web/route.h"
#include "store/account.h"
#include "store/audit.h"

struct audit_trail;
struct event_base;

enum { AUDIT_TRAIL_ROWS_MAX = 1024, AUDIT_TRAIL_EVERY_S = 30 };

int audit_trail_new(struct event_base *loop, struct ledger *ledger, struct audit_trail **ret_trail) must_check;
/* Writes what was gathered. */
void audit_trail_free(struct audit_trail *t);
/* Is a request of that route to be noted? */
bool audit_trail_wants(const struct route *r);
/* Before the route is run. An error of the ledger: it may not be. */
int audit_trail_note(struct audit_trail *t, const struct account *who, const struct route *r, const json_t *arguments, int64_t now_us) must_check;
/* Something beside routes, such as "sign in". */
int audit_trail_event(struct audit_trail *t, const struct account *who, const char *what, int64_t now_us) must_check;
/* A change by who has no account, written at once: who ("root (uid 0)", "mail:hana@hospital.example": no account can be called so), as which role
 * does, what; about, an object without secrets, may be cut. Errors of the ledger: it may not be made. */
int audit_trail_write(struct ledger *l, const char *who, enum account_role role, const char *what, const json_t *about, int64_t now_us) must_check;
/* What was gathered until now goes to the ledger, before it is asked. */
int audit_trail_flush(struct audit_trail *t) must_check;

#endif
