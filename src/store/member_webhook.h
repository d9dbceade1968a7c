/* Webhooks of members' own: the URL, and the secret that signs what goes there.
 *
 * In the ledger's file, by its process and thread, and with its errors (store/ledger.h). The secret has to be kept as it is, since HMAC needs it:
 * it is made by the node, given once, read only to sign, and stands in no answer, log or audit row.
 */
#ifndef HINOMI_STORE_MEMBER_WEBHOOK_H
#define HINOMI_STORE_MEMBER_WEBHOOK_H

#include "store/member.h"

enum { MEMBER_URL_MAX = 512, MEMBER_SECRET_MAX = 64 };

struct member_webhook {
    char member[ACCOUNT_MEMBER_MAX], url[MEMBER_URL_MAX], secret[MEMBER_SECRET_MAX];
    int64_t made_us;
    char made_by[VERDICT_NAME_MAX];
};

/* In the place of the one before. -ENOENT: there is no such member. */
int member_webhook_put(struct ledger *l, const struct member_webhook *w) must_check;
/* -ENOENT: the member has none. */
int member_webhook_get(struct ledger *l, const char *member, struct member_webhook *ret_webhook) must_check;
int member_webhook_delete(struct ledger *l, const char *member) must_check;

#endif
