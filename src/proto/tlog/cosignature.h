/* What a witness says of a checkpoint: that at a time it had seen this tree grow to this size, and nothing else.
 *
 * Source: c2sp.org/tlog-cosignature, the Ed25519 form "cosignature/v1": signed are a header line, a line with the time, and the
 * text of the note. The name of the witness is not signed: one key has one name. Its ML-DSA-44 form (type 0x06) is kept in a
 * note as any unknown signature is. Pure; any thread.
 */
#ifndef HINOMI_PROTO_TLOG_COSIGNATURE_H
#define HINOMI_PROTO_TLOG_COSIGNATURE_H

#include "proto/tlog/note.h"

#define COSIGNATURE_TIME_MAX INT64_MAX /* seconds since 1970-01-01 UTC */

/* As note_verify, for a key of NOTE_COSIGNATURE; also -ENOMEM. *ret_time_s: of the latest cosignature by that key, 0 or more. */
int cosignature_verify(const struct note *n, const struct note_key *k, int64_t *ret_time_s) must_check;
/* Writes a witness's line for the note. -EINVAL: the signer's type, or a time below 0; -EBADMSG, -EMSGSIZE as note_sign; -ENOMEM. */
int cosignature_sign(const struct note_signer *s, int64_t time_s, const char *text, size_t len, struct writer *w) must_check;

#endif
