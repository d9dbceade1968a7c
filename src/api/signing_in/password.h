/* Hashes and checks passwords in a thread of its own: argon2id takes a tenth of a second, for which nobody else waits.
 *
 * Source: RFC 9106 as libsodium has it, with the limits OPSLIMIT_INTERACTIVE and MEMLIMIT_INTERACTIVE (64 MiB). One at a time, at most
 * PASSWORD_WAITING_MAX wait: more is an attack, and refused. Who is expected goes before all others, and has places that they do not get, so that
 * an attack keeps nobody out who was here before. Called in the loop's thread; `done` comes from there, too.
 */
#ifndef HINOMI_API_PASSWORD_H
#define HINOMI_API_PASSWORD_H

#include "base/attr.h"
#include "model/account.h"
#include "store/account.h"

struct event_base;
struct password_worker;

enum { PASSWORD_WAITING_MAX = 64, PASSWORD_UNEXPECTED_MAX = 48 /* of them */ };

/* error: 0, or -EACCES it is not that password, -ENOMEM. hash: of password_hash, as account_put keeps it. */
typedef void password_done_fn(void *self, int error, const char *hash);

int password_worker_new(struct event_base *loop, struct password_worker **ret_worker) must_check;
/* What waits is dropped: its `done` is not called. */
void password_worker_free(struct password_worker *w);
/* Both copy what they are given. is_expected: it comes from where that account has signed in before. A password that is to be hashed is of
 * somebody who showed an invitation or the old one. -EBUSY: too many wait. -EINVAL: the password is too long. */
int password_check(struct password_worker *w, const char *password, const char *hash, bool is_expected, password_done_fn *done, void *self) must_check;
int password_hash(struct password_worker *w, const char *password, password_done_fn *done, void *self) must_check;
/* A hash that no password has, for accounts that are not there: who asks cannot tell by the time it takes. */
const char *password_of_nobody(const struct password_worker *w);

/* NULL: it may be one; else why not, a text for a person. */
const char *password_flaw(const char *password);

#endif
