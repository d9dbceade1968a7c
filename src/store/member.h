/* Members: the organisations that are protected, what belongs to them, and whom to tell.
 *
 * In the ledger's file, by its process and thread, and with its errors (store/ledger.h). A member is read and written as a whole.
 */
#ifndef HINOMI_STORE_MEMBER_H
#define HINOMI_STORE_MEMBER_H

#include "base/addr.h"
#include "model/account.h"
#include "model/subject.h"
#include "store/ledger.h"

enum {
    MEMBERS_MAX = 20000,
    MEMBER_TITLE_MAX = 256, /* octets with the terminator, as all of these */
    MEMBER_SECTOR_MAX = 64,
    MEMBER_NOTE_MAX = 1024,
    MEMBER_VALUE_MAX = 256,
    MEMBER_REFERENCE_MAX = 256,
    MEMBER_MAIL_MAX = 255, /* RFC 5321 4.5.3.1.3 */
    MEMBER_CLAIMS_MAX = 256,
    MEMBER_CONTACTS_MAX = 16,
    MEMBER_PREFECTURES = 47, /* JIS X 0401 */
    MEMBER_NUMBER_MAX = 65000, /* more than twice MEMBERS_MAX, so that a number rests before it is another's */
    MEMBER_GROUPS_MAX = 8,   /* that one member is in */
};

enum member_claim_kind { MEMBER_NETWORK, MEMBER_NAME };                             /* stored */
enum member_proof { MEMBER_NO_PROOF, MEMBER_BY_PAPER, MEMBER_BY_MAIL, MEMBER_BY_DNS, MEMBER_PROOF_COUNT }; /* stored */

struct member_claim {
    enum member_claim_kind kind;
    char value[MEMBER_VALUE_MAX]; /* canonical, by member_claim_parse */
    struct addr_prefix network;
    enum member_proof proof;
    char reference[MEMBER_REFERENCE_MAX];
    int64_t proved_us; /* 0: not proved */
};

struct member_contact {
    char name[MEMBER_TITLE_MAX], mail[MEMBER_MAIL_MAX];
    bool is_japanese; /* else English */
    bool urgent;
};

struct member {
    char name[ACCOUNT_MEMBER_MAX], title[MEMBER_TITLE_MAX], sector[MEMBER_SECTOR_MAX], note[MEMBER_NOTE_MAX];
    unsigned prefecture; /* 0: none */
    int64_t changed_us;
    uint16_t number; /* as answers and rules know it, from 1; given by member_put to one that is new, never changed */
    unsigned claim_count, contact_count, group_count;
    struct member_claim claims[MEMBER_CLAIMS_MAX];
    struct member_contact contacts[MEMBER_CONTACTS_MAX];
    char groups[MEMBER_GROUPS_MAX][ACCOUNT_MEMBER_MAX]; /* of members, such as "hospitals"; the first one's lists come first */
};

/* "paper", "mail", "dns"; "none". */
const char *member_proof_word(unsigned proof);
int member_proof_parse(const char *word, enum member_proof *ret_proof) must_check;
/* A network (also a single address) or a domain name in canonical form. -EINVAL. */
int member_claim_parse(const char *text, struct member_claim *ret_claim) must_check;
/* 1 to ACCOUNT_MEMBER_MAX - 1 octets of UTF-8 without control characters. */
bool member_name_is_valid(const char *name);

/* Makes or replaces it. -E2BIG: there are MEMBERS_MAX. -EINVAL: a field is out of its range. */
int member_put(struct ledger *l, const struct member *m) must_check;
/* -ENOENT. */
int member_get(struct ledger *l, const char *name, struct member *ret_member) must_check;
int member_delete(struct ledger *l, const char *name) must_check;
int member_number(struct ledger *l, const char *name, int64_t *ret_number) must_check; /* -ENOENT */
/* Names behind `after`, in their order. */
typedef int member_each(void *self, const char *name);
int member_list(struct ledger *l, const char *after, unsigned max, member_each *each, void *self) must_check;
/* Whose is a name, address or network: the closest network or name of a member that has it; when two have the same, whose is proved, and
 * of those whose was proved first. -ENOENT: nobody's, or another kind of subject. */
int member_of(struct ledger *l, const struct subject *s, char ret_member[ACCOUNT_MEMBER_MAX], char ret_value[MEMBER_VALUE_MAX]) must_check;

#endif
