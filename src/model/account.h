/* Who works with the node through its API: an account, its role, and the words for them.
 *
 * A role says what may be done; on whose data is a matter of the member it belongs to (empty: the centre). Plain values, any thread.
 */
#ifndef HINOMI_MODEL_ACCOUNT_H
#define HINOMI_MODEL_ACCOUNT_H

#include <stdbool.h>
#include <stdint.h>

#include "base/attr.h"

enum account_role { /* stored: only ever add at the end */
    ACCOUNT_ADMINISTRATOR, /* of the centre: accounts, configuration, everything an analyst does */
    ACCOUNT_ANALYST,       /* of the centre: judges, decides, shares */
    ACCOUNT_AUDITOR,       /* reads everything, changes nothing */
    ACCOUNT_OPERATOR,      /* of a member: sees what is its own, and reports */
    ACCOUNT_READER,        /* of a member: sees what is its own */
    ACCOUNT_FEED_CLIENT,   /* a machine that fetches what is shared with it */
    ACCOUNT_ROLE_COUNT
};

enum {
    ACCOUNT_NAME_MAX = 64,      /* octets with the terminator */
    ACCOUNT_MEMBER_MAX = 64,    /* the same; as long as a group's member in the configuration */
    ACCOUNT_PASSWORD_MIN = 12,  /* characters: NIST SP 800-63B 5.1.1.2 asks for 8, and for no rules beside the length */
    ACCOUNT_PASSWORD_MAX = 512, /* octets */
};

/* "administrator", "analyst", "auditor", "operator", "reader", "feed-client"; "unknown" beyond the enum. */
const char *account_role_word(unsigned role);
/* -EINVAL: no such word. */
int account_role_parse(const char *word, enum account_role *ret_role) must_check;
/* Does the role belong to a member, and so need its name? */
bool account_role_is_of_member(enum account_role role);
/* 1 to ACCOUNT_NAME_MAX - 1 of a-z, A-Z, 0-9 and ".-_@+": what can stand in a log, an address bar and a ledger unchanged. */
bool account_name_is_valid(const char *name);

#endif
