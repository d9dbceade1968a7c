/* A checkpoint: which log, how large, and the root of its tree; signed as a note, it fixes every entry of the log.
 *
 * Source: c2sp.org/tlog-checkpoint. Three lines (origin, size in decimal, root in base64), then extension lines, which are kept and
 * mean nothing to us. Borrows from the octets read. Pure; any thread.
 */
#ifndef HINOMI_PROTO_TLOG_CHECKPOINT_H
#define HINOMI_PROTO_TLOG_CHECKPOINT_H

#include "base/attr.h"
#include "base/reader.h"
#include "base/writer.h"
#include "proto/tlog/merkle.h"
#include "proto/tlog/note.h"

struct checkpoint {
    const char *origin; /* origin_len octets, not empty, UTF-8 without control characters; may have spaces */
    size_t origin_len;
    uint64_t size; /* up to MERKLE_SIZE_MAX */
    uint8_t root[MERKLE_HASH];
    const char *extension; /* lines with their newlines, none empty; extension_len 0: none */
    size_t extension_len;
};

/* The text of a note. -EBADMSG: not a checkpoint; also when a tree of size 0 does not have the root of the empty tree. */
int checkpoint_read(struct reader *r, struct checkpoint *ret_checkpoint) must_check;
/* -EINVAL: something in it cannot be written so; -EMSGSIZE. */
int checkpoint_write(const struct checkpoint *c, struct writer *w) must_check;

/* All that is left in the reader is a note; verified by the log's key, its text read, its origin the one expected (NULL: the
 * key's name). Errors of note_read, note_verify, checkpoint_read; -EXDEV: another log's. ret_note may be NULL; it is for
 * verifying witnesses. */
int checkpoint_open(struct reader *r, const struct note_key *k, const char *origin, struct checkpoint *ret_checkpoint,
                    struct note *ret_note) must_check;
/* Writes the whole note, with the log's signature. Errors of checkpoint_write and note_sign. */
int checkpoint_sign(const struct checkpoint *c, const struct note_signer *s, struct writer *w) must_check;

#endif
