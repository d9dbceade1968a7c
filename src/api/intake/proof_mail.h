/* Proofs by mail: who may be asked, what the words of mails are, and what an answer does. One thread, the hub's loop.
 *
 * A contact that the centre has registered is asked, or, for a name, hostmaster or postmaster at that name: mailboxes that RFC 2142 reserves for
 * who runs the domain (postmaster must be there: RFC 5321 4.5.1). CA/Browser Forum BR 3.2.2.4.4 also takes admin, administrator and webmaster; no RFC
 * keeps these from being given to any customer of a mail provider, so they prove less, and are not taken. Never an address that a request brings.
 */
#ifndef HINOMI_API_PROOF_MAIL_H
#define HINOMI_API_PROOF_MAIL_H

#include "api/node.h"
#include "store/member_mail.h"

enum {
    PROOF_WORD_TEXT_MAX = 2 * MEMBER_WORD_LEN, /* its base32, 32 letters, and the terminator */
    PROOF_MAILS_A_DAY = 20,                    /* of one member: a mailbox is not filled by its operator */
    PROOF_MAIL_PAUSE_S = 300,                  /* of one claim */
};

/* A new word, and its digest, which is all that is kept. */
void proof_mail_word(char ret_word[PROOF_WORD_TEXT_MAX], uint8_t ret_digest[MEMBER_WORD_SHA256_LEN]);
/* As people give it back: in either case, with blanks and "-" between. -EINVAL. */
int proof_mail_digest(const char *text, uint8_t ret_digest[MEMBER_WORD_SHA256_LEN]) must_check;

/* Is the address one of the member's contacts, or hostmaster or postmaster of the name that it claims? */
bool proof_mail_is_registered(const struct member *m, const struct member_claim *claim, const char *mail);
/* The address of `whom`: the number of a contact from 1 on, "hostmaster" or "postmaster"; NULL: the first contact. -EINVAL: neither;
 * -ENOENT: there is no such contact, or no such mailbox of a network. Fills in mail, name and language. */
int proof_mail_address(const struct member *m, const struct member_claim *claim, const char *whom, struct member_mail *ret_mail) must_check;

/* Asks: keeps the question and queues its mail. Errors of the ledger; -EDQUOT: too many wait; -ENOENT: the claim is gone. */
int proof_mail_ask(struct node *node, struct member_mail *m, int64_t now_us) must_check;

/* Who has the word answers. *ret_mail as it is then. -ENOENT: the word is none, used or too old, or its address is no longer registered. */
int proof_mail_find(struct node *node, const char *word, int64_t now_us, struct member_mail *ret_mail) must_check;
int proof_mail_answer(struct node *node, struct member_mail *m, bool yes, int64_t now_us) must_check;

#endif
