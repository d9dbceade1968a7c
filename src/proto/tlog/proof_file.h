/* A proof that an entry is in a log, as one text that can be kept beside the entry and checked without the log.
 *
 * Source: c2sp.org/tlog-proof: a first line with the version, optionally a line "extra BASE64", "index N", the hashes of an
 * inclusion proof, an empty line, and the signed checkpoint as it was. The extra data is not authenticated; ours is the entry itself,
 * which proves itself by its hash. File names end with ".tlog-proof". Borrows from the octets read. Pure; any thread.
 */
#ifndef HINOMI_PROTO_TLOG_PROOF_FILE_H
#define HINOMI_PROTO_TLOG_PROOF_FILE_H

#include "base/attr.h"
#include "base/reader.h"
#include "base/writer.h"
#include "proto/tlog/checkpoint.h"
#include "proto/tlog/entry_bundle.h"
#include "proto/tlog/merkle.h"

enum {
    PROOF_EXTRA_MAX = ENTRY_MAX,                             /* octets: a whole entry */
    PROOF_FILE_MAX = NOTE_MAX + PROOF_EXTRA_MAX * 4 / 3 + 4096, /* octets */
};

struct proof_file {
    bool has_extra;
    const char *extra; /* base64, checked; extra_len octets */
    size_t extra_len;
    uint64_t index; /* of the entry */
    struct merkle_proof proof;
    const uint8_t *checkpoint; /* a signed note, not looked at yet; checkpoint_len octets */
    size_t checkpoint_len;
};

/* All that is left in the reader is one proof. -EBADMSG; -EMSGSIZE: longer than PROOF_FILE_MAX. */
int proof_file_read(struct reader *r, struct proof_file *ret_proof) must_check;
/* The extra data, at most PROOF_EXTRA_MAX octets, into `to`; their number. -EMSGSIZE: more than max. */
int proof_file_extra(const struct proof_file *f, uint8_t *to, size_t max) must_check;
/* extra: NULL for none. -EINVAL: something cannot be written so; -EMSGSIZE: the writer is full. */
int proof_file_write(uint64_t index, const struct merkle_proof *p, const void *extra, size_t extra_len,
                     const void *checkpoint, size_t checkpoint_len, struct writer *w) must_check;

/* Is the entry with that hash in the log with that key and origin (NULL: the key's name)? *ret_checkpoint borrows from the file.
 * Errors of checkpoint_open; -EILSEQ: the proof does not lead from the entry to the checkpoint. */
int proof_file_verify(const struct proof_file *f, const uint8_t leaf[MERKLE_HASH], const struct note_key *k,
                      const char *origin, struct checkpoint *ret_checkpoint) must_check;

#endif
