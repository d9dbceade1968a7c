/* Accounts, sessions, keys of machines and invitations, in the ledger's file.
 *
 * By the ledger's process and thread, and with its errors (store/ledger.h). Words (session cookies, keys, invitations) come in as digests:
 * who reads the file cannot sign in with what stands there. Each table has a limit; what has run out leaves first.
 */
#ifndef HINOMI_STORE_ACCOUNT_H
#define HINOMI_STORE_ACCOUNT_H

#include "model/account.h"
#include "store/ledger.h"

enum {
    ACCOUNT_DIGEST_LEN = 32,
    ACCOUNT_HASH_MAX = 128,     /* of a password: libsodium's crypto_pwhash_STRBYTES */
    ACCOUNT_CODE_KEY_LEN = 20,  /* RFC 4226 4: at least 128 bits, 160 recommended */
    ACCOUNT_LABEL_MAX = 64,
    ACCOUNTS_MAX = 10000,
    ACCOUNT_SESSIONS_MAX = 20,  /* of one account; the one that was not used for the longest time gives way */
    ACCOUNT_TOKENS_MAX = 50,    /* of one account */
    ACCOUNT_INVITATIONS_MAX = 1000,
};

struct account {
    int64_t id;
    char name[ACCOUNT_NAME_MAX];
    enum account_role role;
    char member[ACCOUNT_MEMBER_MAX];
    char password[ACCOUNT_HASH_MAX];
    bool has_code_key;
    uint8_t code_key[ACCOUNT_CODE_KEY_LEN];
    int64_t code_step;
    unsigned failures;
    int64_t locked_us;
    bool disabled;
    int64_t made_us, seen_us;
};

/* -EEXIST: the name is taken, in whatever case; -ENOSPC: there are ACCOUNTS_MAX. Sets id. */
int account_add(struct ledger *l, struct account *a) must_check;
/* All but its name and when it was made. -ENOENT. */
int account_put(struct ledger *l, const struct account *a) must_check;
int account_by_name(struct ledger *l, const char *name, struct account *ret_account) must_check;
int account_by_id(struct ledger *l, int64_t id, struct account *ret_account) must_check;
/* With its sessions and keys. -ENOENT. */
int account_delete(struct ledger *l, int64_t id) must_check;
typedef int account_each(void *self, const struct account *a);
int account_list(struct ledger *l, int64_t after, unsigned max, account_each *each, void *self) must_check;
/* Those that are not disabled, of that role. */
int account_count(struct ledger *l, enum account_role role, unsigned *ret_count) must_check;

/* ---- sessions ---- */

int account_session_add(struct ledger *l, const uint8_t digest[ACCOUNT_DIGEST_LEN], int64_t account, int64_t now_us, int64_t until_us) must_check;
/* -ENOENT: there is none that is good at `now_us`, or its account is disabled. Being asked for moves what it was last used at, to the minute. */
int account_session_find(struct ledger *l, const uint8_t digest[ACCOUNT_DIGEST_LEN], int64_t now_us, int64_t idle_us,
                         struct account *ret_account) must_check;
int account_session_end(struct ledger *l, const uint8_t digest[ACCOUNT_DIGEST_LEN]) must_check;
/* All of an account but that one (NULL: all). */
int account_sessions_end(struct ledger *l, int64_t account, const uint8_t *but) must_check;

/* ---- keys of machines ---- */

struct account_token {
    int64_t id, account;
    char label[ACCOUNT_LABEL_MAX];
    uint64_t scope; /* bits; what they mean is the caller's */
    int64_t made_us, used_us, until_us;
};

/* -ENOSPC: the account has ACCOUNT_TOKENS_MAX; -EEXIST: it is a key already. Sets id. */
int account_token_add(struct ledger *l, const uint8_t digest[ACCOUNT_DIGEST_LEN], struct account_token *t) must_check;
int account_token_find(struct ledger *l, const uint8_t digest[ACCOUNT_DIGEST_LEN], int64_t now_us, struct account_token *ret_token,
                       struct account *ret_account) must_check;
typedef int account_each_token(void *self, const struct account_token *t);
int account_tokens(struct ledger *l, int64_t account, account_each_token *each, void *self) must_check;
/* -ENOENT: the account has no such key. */
int account_token_end(struct ledger *l, int64_t account, int64_t id) must_check;
/* All keys of the account. */
int account_tokens_end(struct ledger *l, int64_t account) must_check;

/* ---- invitations ---- */

struct account_invitation {
    enum account_role role;
    char member[ACCOUNT_MEMBER_MAX];
    int64_t made_us, until_us;
};

int account_invite(struct ledger *l, const uint8_t digest[ACCOUNT_DIGEST_LEN], const struct account_invitation *i) must_check;
/* Ends all invitations for that role. */
int account_uninvite(struct ledger *l, enum account_role role) must_check;
/* -ENOENT: there is none that is good at `now_us`. */
int account_invitation_find(struct ledger *l, const uint8_t digest[ACCOUNT_DIGEST_LEN], int64_t now_us,
                            struct account_invitation *ret_invitation) must_check;
/* Uses it up and makes the account, both or neither. Errors of account_add, -ENOENT. */
int account_accept(struct ledger *l, const uint8_t digest[ACCOUNT_DIGEST_LEN], int64_t now_us, struct account *a) must_check;

/* Removes sessions, keys and invitations that have run out. */
int account_expire(struct ledger *l, int64_t now_us) must_check;

#endif
