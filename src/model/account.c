/* Words of roles, and which names an account may have. */
#include "model/account.h"

#include <errno.h>
#include <string.h>

static const char *const words[] = {
    [ACCOUNT_ADMINISTRATOR] = "administrator", [ACCOUNT_ANALYST] = "analyst", [ACCOUNT_AUDITOR] = "auditor",
    [ACCOUNT_OPERATOR] = "operator",           [ACCOUNT_READER] = "reader",   [ACCOUNT_FEED_CLIENT] = "feed-client"};

const char *account_role_word(unsigned role)
{
    return role < ACCOUNT_ROLE_COUNT ? words[role] : "unknown";
}

int account_role_parse(const char *word, enum account_role *ret_role)
{
    for (unsigned i = 0; i < ACCOUNT_ROLE_COUNT; i++) {
        if (strcmp(word, words[i]) == 0) {
            *ret_role = (enum account_role)i;
            return 0;
        }
    }
    return -EINVAL;
}

bool account_role_is_of_member(enum account_role role)
{
    return role == ACCOUNT_OPERATOR || role == ACCOUNT_READER;
}

bool account_name_is_valid(const char *name)
{
    static const char allowed[] = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789.-_@+";
    size_t len = strspn(name, allowed);
    return len > 0 && len < ACCOUNT_NAME_MAX && name[len] == '\0';
}
