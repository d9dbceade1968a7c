/* A verdict as the octets that the ledger's log proves: canonical JSON (RFC 8785), and back.
 *
 * docs/formats/ledger.md has the members. Integers and strings only; what is empty is left out. Any thread.
 */
#ifndef HINOMI_STORE_VERDICT_FORM_H
#define HINOMI_STORE_VERDICT_FORM_H

#include "base/attr.h"
#include "base/writer.h"
#include "model/verdict.h"

enum { VERDICT_FORM_MAX = 32768 }; /* octets: every field full, each octet escaped where it can be, is less */

/* `replaced` is the identifier of what it supersedes; NULL: of nothing. -EINVAL when it is not valid or has a text that is not
 * UTF-8; -EMSGSIZE. */
int verdict_form_write(const struct verdict *v, const struct verdict_id *replaced, struct writer *w) must_check;
/* Everything but the numbers of the ledger (number, supersedes: 0). *ret_replaced is all zero when it replaces nothing.
 * -EBADMSG when the octets are no valid verdict; -ENOMEM. */
int verdict_form_read(const uint8_t *octets, size_t len, struct verdict *ret_verdict, struct verdict_id *ret_replaced) must_check;

#endif
