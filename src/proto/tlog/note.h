/* A signed note: a text and the signatures of it, in one text that people can read.
 *
 * Source: c2sp.org/signed-note. The text ends with a newline; behind it an empty line, then lines "— NAME BASE64", the base64 of
 * the key's ID and the signature. Nothing in the text means anything before a signature by a trusted key is verified; those of
 * unknown keys are kept and ignored. Borrows from the octets read. Pure; any thread.
 */
#ifndef HINOMI_PROTO_TLOG_NOTE_H
#define HINOMI_PROTO_TLOG_NOTE_H

#include "base/attr.h"
#include "base/reader.h"
#include "base/writer.h"
#include "proto/tlog/note_key.h"

enum {
    NOTE_MAX = 128 * 1024,       /* octets: 16 signatures of post-quantum keys, near 7 KiB each, as a verifier must take */
    NOTE_SIGNATURES_MAX = 64,    /* of a note: more witnesses than any log has */
    NOTE_SIGNATURE_MAX = 8192,   /* octets of one, with the ID before it */
    NOTE_ED25519_OCTETS = 64,
};

struct note_signature {
    const char *name; /* name_len octets, without a terminator; as the key's */
    size_t name_len;
    uint32_t id;
    const char *base64; /* of the whole signature; base64_len octets */
    size_t base64_len;
};

struct note {
    const char *text; /* text_len octets, the last a newline */
    size_t text_len;
    unsigned count;
    struct note_signature signature[NOTE_SIGNATURES_MAX];
};

/* All that is left in the reader is one note. -EBADMSG: it is none; -EMSGSIZE: longer, or more signatures, than allowed. */
int note_read(struct reader *r, struct note *ret_note) must_check;
/* Is every signature by that key (NOTE_ED25519) one of this text, and is there one? -ENOKEY: there is none; -EKEYREJECTED: one is
 * wrong, so the note is not to be used, whoever else signed it; -EINVAL: a key of another type. */
int note_verify(const struct note *n, const struct note_key *k) must_check;

/* Is it a text that can be signed: UTF-8, no control characters but newlines, one at its end? */
bool note_text_check(const char *text, size_t len) must_check;
/* Writes the text and the empty line; signature lines follow. -EBADMSG: not a text for a note. -EMSGSIZE: the writer is full. */
int note_write_text(const char *text, size_t len, struct writer *w) must_check;
/* Writes one line with this signer's signature (NOTE_ED25519) of the text. -EBADMSG, -EINVAL, -EMSGSIZE as above. */
int note_sign(const struct note_signer *s, const char *text, size_t len, struct writer *w) must_check;

/* For other types of signature. The octets behind the ID of the next signature by that key, from number *at on, which is moved
 * past it: their number; -ENOENT: there is no further one; -EMSGSIZE: more than max. */
int note_next_signature(const struct note *n, const struct note_key *k, unsigned *at, uint8_t *to, size_t max) must_check;
/* Writes a line with these octets, at most NOTE_SIGNATURE_MAX - 4. -EMSGSIZE. */
int note_write_signature(const struct note_key *k, const uint8_t *octets, size_t len, struct writer *w) must_check;

#endif
