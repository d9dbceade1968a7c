/* Proofs of members' networks and names by mail: who was asked, the word of that mail, the answer, and when a proof has to be renewed.
 *
 * In the ledger's file, by its process and thread, and with its errors (store/ledger.h). A claim is proved in its member's row; what was asked lies
 * beside it, one for each claim, and only the digest of its word is kept. The mail itself is a delivery (store/notice_delivery.h).
 */
#ifndef HINOMI_STORE_MEMBER_MAIL_H
#define HINOMI_STORE_MEMBER_MAIL_H

#include "store/member_challenge.h"

enum {
    MEMBER_MAIL_DAYS = 14,        /* as for the DNS: a word that is not given back in that time is no good */
    MEMBER_MAIL_GUESSES = 5,      /* codes that are not the word; then another mail is needed */
    MEMBER_MAIL_PROOF_DAYS = 397, /* then the answer is too old (CA/Browser Forum BR 4.2.1: at most 398 days) */
    MEMBER_MAIL_AGAIN_DAYS = 30,  /* so long before, the same address is asked again */
};

enum member_mail_answer { MEMBER_MAIL_OPEN, MEMBER_MAIL_YES, MEMBER_MAIL_NO, MEMBER_MAIL_ANSWER_COUNT }; /* stored */
/* "open", "yes", "no"; "unknown" beyond the enum. */
const char *member_mail_answer_word(unsigned answer);

struct member_mail {
    char member[ACCOUNT_MEMBER_MAX];
    enum member_claim_kind kind;
    char value[MEMBER_VALUE_MAX];
    char mail[MEMBER_MAIL_MAX], name[MEMBER_TITLE_MAX]; /* who is asked */
    bool is_japanese;
    char asked_by[VERDICT_NAME_MAX];
    int64_t made_us, until_us;
    bool has_word;                            /* one that is good lies in a mail */
    uint8_t word_sha256[MEMBER_WORD_SHA256_LEN];
    unsigned wrong;
    enum member_mail_answer answer;
    int64_t answered_us, proved_us; /* 0: not yet */
};

/* Asks, in the place of what was asked before. -ENOENT: the member has no such claim. */
int member_mail_put(struct ledger *l, const struct member_mail *m) must_check;
int member_mail_get(struct ledger *l, const char *member, enum member_claim_kind kind, const char *value, struct member_mail *ret_mail) must_check;
/* By the word of its mail, while that is good. -ENOENT. */
int member_mail_by_word(struct ledger *l, const uint8_t word_sha256[MEMBER_WORD_SHA256_LEN], int64_t now_us, struct member_mail *ret_mail) must_check;
/* The mail is written with this word; the one before is no good any more. */
int member_mail_set_word(struct ledger *l, const struct member_mail *m, const uint8_t word_sha256[MEMBER_WORD_SHA256_LEN]) must_check;
/* Somebody guessed: after MEMBER_MAIL_GUESSES the word is no good any more. *m as it is then. */
int member_mail_guessed(struct ledger *l, struct member_mail *m) must_check;
/* Who had the word has answered: yes proves the claim unless it is proved otherwise; no ends a proof by mail, and no other. Either way the word is
 * used. *ret_changed: the claim's proof is another than before. -ENOENT: the claim is gone. *m as it is then. */
int member_mail_answered(struct ledger *l, struct member_mail *m, bool yes, int64_t now_us, bool *ret_changed) must_check;

/* A claim that was proved by an answer so long ago that its address is to be asked again. -ENOENT. */
int member_mail_due(struct ledger *l, int64_t now_us, struct member_mail *ret_mail) must_check;
/* Ends the proof of the one that is too old and was not renewed. -ENOENT: there is none. */
int member_mail_lapse(struct ledger *l, int64_t now_us, struct member_mail *ret_mail) must_check;

#endif
