/* TSIG: signs a request with a shared key and verifies what comes back, one message or a stream of many; and the server's side of it.
 *
 * Source: RFC 8945 (digest 4.3, server 5.2, verification 5.3, streams 5.3.1). HMAC-SHA-256 and HMAC-SHA-512, never truncated. Pure: time is an
 * argument, in seconds since 1970; the HMAC is libsodium's. Errors of verification: -EBADMSG the TSIG is malformed, -ENOKEY another key or
 * algorithm, -EKEYREJECTED the signature is wrong or missing, -ETIME the clocks differ by more than the fudge.
 */
#ifndef HINOMI_PROTO_DNS_TSIG_H
#define HINOMI_PROTO_DNS_TSIG_H

#include <sodium.h>

#include "base/writer.h"
#include "proto/dns/name.h"

enum tsig_algorithm { TSIG_HMAC_SHA256, TSIG_HMAC_SHA512, TSIG_ALGORITHM_COUNT };

enum {
    TSIG_MAC_MAX = 64,
    TSIG_SECRET_MAX = 256,
    TSIG_FUDGE_S = 300,
    TSIG_UNSIGNED_MAX = 99, /* RFC 8945 5.3.1: the hundredth message at the latest is signed */
};

struct tsig_key {
    struct dns_name name;
    enum tsig_algorithm algorithm;
    uint8_t secret[TSIG_SECRET_MAX];
    size_t secret_len;
};

/* "hmac-sha256", "hmac-sha512"; -EINVAL. */
int tsig_algorithm_parse(const char *word, enum tsig_algorithm *ret_algorithm) must_check;
const char *tsig_algorithm_word(enum tsig_algorithm algorithm);
/* Base64 with blanks and line ends around it, as key files have it; -EINVAL. */
int tsig_secret_parse(const char *text, size_t len, struct tsig_key *key) must_check;

/* A conversation: the request, then its answers. */
struct tsig {
    const struct tsig_key *key; /* borrowed */
    uint8_t mac[TSIG_MAC_MAX];  /* of the last signed message */
    size_t mac_len;
    unsigned unsigned_count; /* answers since the last signed one */
    bool begun;              /* the first answer has come, or gone */
    uint64_t request_s;      /* a server: the time in the request */
    union {
        crypto_auth_hmacsha256_state sha256;
        crypto_auth_hmacsha512_state sha512;
    } hmac; /* over the answers since the last signed one */
};

/* Signs the request in the writer, which gets the TSIG record appended (a full writer is the caller's to see), and begins
 * the conversation. */
void tsig_sign(struct tsig *t, const struct tsig_key *key, struct writer *message, uint64_t now_s);
/* Takes the next answer, whole. 1: it is signed, and everything up to it is true; 0: it is not signed, and must wait for one that
 * is. */
int tsig_verify(struct tsig *t, const uint8_t *message, size_t len, uint64_t now_s) must_check;

/* ---- as a server ---- */

enum { TSIG_RECORD_MAX = 2 * DNS_NAME_MAX + 26 + TSIG_MAC_MAX + 6 }; /* what an answer's record takes at most */

/* Who says to have signed a request: 1 and the key's name, 0 nobody, -EBADMSG. */
int tsig_key_name(const uint8_t *message, size_t len, struct dns_name *ret_name) must_check;
/* Verifies a request and begins the conversation; 0, or an error of verification, which tsig_refuse tells the client. */
int tsig_accept(struct tsig *t, const struct tsig_key *key, const uint8_t *message, size_t len, uint64_t now_s) must_check;
/* Signs the next answer of the conversation. Each one is signed: a client may trust it as it comes. */
void tsig_answer(struct tsig *t, struct writer *message, uint64_t now_s);
/* Appends what was wrong (-ENOKEY, -EKEYREJECTED, -ETIME) with the request; `t` as tsig_accept left it, used for -ETIME alone. */
void tsig_refuse(struct tsig *t, int error, const uint8_t *request, size_t len, struct writer *message, uint64_t now_s);

#endif
