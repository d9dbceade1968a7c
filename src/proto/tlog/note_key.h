/* The keys of signed notes: their names, numbers and texts.
 *
 * Source: c2sp.org/signed-note (key names, key IDs, signature types 0x01 and 0x04), golang.org/x/mod/sumdb/note (the text forms
 * "NAME+HEX+BASE64" for who verifies and "PRIVATE+KEY+NAME+HEX+BASE64" for who signs), RFC 8032 (Ed25519), c2sp.org/
 * tlog-cosignature. A key's ID is SHA-256(name, newline, type, public key)[:4]: who has the text of a key has checked the key
 * against its ID. Ed25519 by libsodium. A signer is a secret: note_signer_wipe it.
 */
#ifndef HINOMI_PROTO_TLOG_NOTE_KEY_H
#define HINOMI_PROTO_TLOG_NOTE_KEY_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/attr.h"

enum {
    NOTE_NAME_MAX = 256,                             /* with its terminator: a host name and a path */
    NOTE_KEY_OCTETS = 32,                            /* of a public key, and of a seed */
    NOTE_KEY_TEXT_MAX = 12 + NOTE_NAME_MAX + 9 + 45, /* of either text form, with its terminator */
};

enum note_type {
    NOTE_ED25519 = 0x01,     /* signs the text of a note */
    NOTE_COSIGNATURE = 0x04, /* a witness signs the text and the time (cosignature.h) */
};

/* Of who signed, for who verifies. */
struct note_key {
    char name[NOTE_NAME_MAX];
    enum note_type type;
    uint32_t id;
    uint8_t public_key[NOTE_KEY_OCTETS];
};

struct note_signer {
    struct note_key key;
    uint8_t secret[64]; /* as libsodium wants it: seed and public key */
};

/* Not empty, UTF-8, neither spaces of Unicode nor plus nor control characters, short enough. */
bool note_name_check(const char *name, size_t len) must_check;

/* -EINVAL: the name. */
int note_key_init(struct note_key *k, enum note_type type, const char *name, const uint8_t public_key[NOTE_KEY_OCTETS]) must_check;
int note_signer_init(struct note_signer *s, enum note_type type, const char *name, const uint8_t seed[NOTE_KEY_OCTETS]) must_check;
void note_signer_wipe(struct note_signer *s);

/* -EINVAL: not of that form; -EPROTONOSUPPORT: a type of signature that we do not know; -EKEYREJECTED: the ID is not the
 * key's. */
int note_key_parse(const char *text, size_t len, struct note_key *ret_key) must_check;
int note_signer_parse(const char *text, size_t len, struct note_signer *ret_signer) must_check;
/* Into NOTE_KEY_TEXT_MAX octets, terminated; returns the length. */
int note_key_format(const struct note_key *k, char *to);
int note_signer_format(const struct note_signer *s, char *to);

#endif
