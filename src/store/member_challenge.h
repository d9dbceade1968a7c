/* Proofs of members' networks and names: the challenge that the owner answers in the DNS, what came of looking, and what was recorded otherwise.
 *
 * In the ledger's file, by its process and thread, and with its errors (store/ledger.h). A claim is proved in its member's row; a challenge lies
 * beside it, and only the digest of its word is kept.
 */
#ifndef HINOMI_STORE_MEMBER_CHALLENGE_H
#define HINOMI_STORE_MEMBER_CHALLENGE_H

#include "store/member.h"

enum {
    MEMBER_WORD_LEN = 20,          /* random octets of a challenge: 32 letters of base32 */
    MEMBER_WORD_SHA256_LEN = 32,
    MEMBER_CHALLENGE_DAYS = 14,    /* a word that is not found in that time is no good */
    MEMBER_PROOF_DAYS = 30,        /* a proof by DNS is looked for again after that */
    MEMBER_PROOF_GRACE_DAYS = 14,  /* and lapses when it is not found for so long */
};

/* What came of looking; stored: only ever add at the end. */
enum member_look { MEMBER_NOT_LOOKED, MEMBER_FOUND, MEMBER_NO_RECORD, MEMBER_OTHER_RECORD, MEMBER_LOOK_FAILED, MEMBER_LOOK_COUNT };
/* "not-looked", "found", "no-record", "other-record", "failed"; "unknown" beyond the enum. */
const char *member_look_word(unsigned look);

struct member_challenge {
    char member[ACCOUNT_MEMBER_MAX];
    enum member_claim_kind kind;
    char value[MEMBER_VALUE_MAX];
    uint8_t word_sha256[MEMBER_WORD_SHA256_LEN];
    int64_t made_us, until_us;
    int64_t checked_us; /* 0: never */
    enum member_look outcome;
    bool secure;
    uint8_t answer_sha256[MEMBER_WORD_SHA256_LEN];
    int64_t failing_us; /* of a proof: not found since; 0: it is found */
};

/* Where the record is looked for; -EOPNOTSUPP: a network whose length is no whole number of octets (IPv4: 8, 16, 24, 32) or nibbles (IPv6) has
 * no zone of the reverse tree to itself (RFC 2317 delegates parts of one to names of any form), so it needs mail or paper. */
enum { MEMBER_OWNER_MAX = 320 };
int member_challenge_owner(const struct member_claim *claim, char ret_owner[MEMBER_OWNER_MAX]) must_check;

/* In the place of an older one. A proof by DNS stays, and is looked for by the new word within a day. -ENOENT: the member has no such claim. */
int member_challenge_put(struct ledger *l, const struct member_challenge *c) must_check;
int member_challenge_get(struct ledger *l, const char *member, enum member_claim_kind kind, const char *value,
                         struct member_challenge *ret_challenge) must_check;
/* Keeps what came of looking, and with it whether the claim is proved: found before the challenge's end, or again; not found for
 * MEMBER_PROOF_GRACE_DAYS: no longer. *ret_changed: the proof is another than before. */
int member_challenge_looked(struct ledger *l, struct member_challenge *c, enum member_look look, bool secure,
                            const uint8_t answer_sha256[MEMBER_WORD_SHA256_LEN], int64_t now_us, bool *ret_changed) must_check;
/* Of proofs by DNS the one whose turn to be looked for again came first: found MEMBER_PROOF_DAYS ago, or a day ago not found. -ENOENT. */
int member_challenge_due(struct ledger *l, int64_t now_us, struct member_challenge *ret_challenge) must_check;

/* A proof that people saw: on paper or by mail, or none any more. -ENOENT. */
int member_claim_prove(struct ledger *l, const char *member, const struct member_claim *claim, enum member_proof proof, const char *reference,
                       int64_t now_us) must_check;
/* Other members that claim the very same, whether they proved it: at most `max` are told. */
typedef int member_claimant_each(void *self, const char *member, enum member_proof proof);
int member_claimants(struct ledger *l, const struct member_claim *claim, member_claimant_each *each, void *self) must_check;

#endif
