/* The table of permissions. */
#include "api/web/permission.h"

#include <errno.h>
#include <string.h>

enum { NONE = ACCESS_NONE, OWN = ACCESS_OWN, ALL = ACCESS_ALL };

static const struct {
    const char *word;
    uint8_t access[ACCOUNT_ROLE_COUNT];
} rows[] = {
    /*                                          administrator analyst auditor operator reader feed-client */
    [PERMIT_ANYONE]       = {"anyone",          {ALL,  ALL,  ALL,  ALL,  ALL,  ALL}},
    [PERMIT_SELF]         = {"self",            {ALL,  ALL,  ALL,  ALL,  ALL,  ALL}},
    [PERMIT_STATUS]       = {"status",          {ALL,  ALL,  ALL,  NONE, NONE, NONE}},
    [PERMIT_LOG]          = {"log",             {ALL,  ALL,  ALL,  OWN,  OWN,  NONE}},
    [PERMIT_WHY]          = {"why",             {ALL,  ALL,  ALL,  NONE, NONE, NONE}},
    [PERMIT_INTELLIGENCE] = {"intelligence",    {ALL,  ALL,  ALL,  NONE, NONE, NONE}},
    [PERMIT_JUDGE]        = {"judge",           {ALL,  ALL,  NONE, NONE, NONE, NONE}},
    [PERMIT_RULES]        = {"rules",           {ALL,  ALL,  NONE, NONE, NONE, NONE}},
    [PERMIT_LISTS]        = {"lists",           {ALL,  ALL,  ALL,  NONE, NONE, NONE}},
    [PERMIT_LISTS_CHANGE] = {"lists-change",    {ALL,  ALL,  NONE, NONE, NONE, NONE}},
    [PERMIT_SHARING]      = {"sharing",         {ALL,  ALL,  ALL,  NONE, NONE, NONE}},
    [PERMIT_EXPORT]       = {"export",          {ALL,  ALL,  NONE, NONE, NONE, NONE}},
    [PERMIT_LEDGER]       = {"ledger",          {ALL,  ALL,  ALL,  ALL,  ALL,  ALL}},
    [PERMIT_ACCOUNTS]     = {"accounts",        {ALL,  NONE, NONE, NONE, NONE, NONE}},
    [PERMIT_AUDIT]        = {"audit",           {ALL,  NONE, ALL,  NONE, NONE, NONE}},
    [PERMIT_NODE]         = {"node",            {ALL,  NONE, NONE, NONE, NONE, NONE}},
    [PERMIT_MEMBERS]      = {"members",         {ALL,  ALL,  ALL,  OWN,  OWN,  NONE}},
    [PERMIT_MEMBERS_CHANGE] = {"members-change", {ALL,  ALL,  NONE, NONE, NONE, NONE}},
    [PERMIT_OVERRIDE]     = {"override",        {ALL,  ALL,  NONE, OWN,  NONE, NONE}},
    [PERMIT_REPORT]       = {"report",          {ALL,  ALL,  ALL,  OWN,  OWN,  NONE}},
    [PERMIT_NOTICES]      = {"notices",         {ALL,  ALL,  ALL,  OWN,  OWN,  NONE}},
    [PERMIT_NOTICES_ACT]  = {"notices-act",     {ALL,  ALL,  NONE, OWN,  NONE, NONE}},
    [PERMIT_NOTICES_SEND] = {"notices-send",    {ALL,  ALL,  NONE, NONE, NONE, NONE}},
    [PERMIT_CAMPAIGNS]    = {"campaigns",       {ALL,  ALL,  ALL,  NONE, NONE, NONE}},
    [PERMIT_CASES]        = {"cases",           {ALL,  ALL,  ALL,  OWN,  OWN,  NONE}},
    [PERMIT_CASES_CHANGE] = {"cases-change",    {ALL,  ALL,  NONE, NONE, NONE, NONE}},
    [PERMIT_CASES_ANSWER] = {"cases-answer",    {NONE, NONE, NONE, OWN,  NONE, NONE}},
};
_Static_assert(sizeof rows / sizeof rows[0] == PERMISSION_COUNT, "a row for each");

const char *permission_word(unsigned permission)
{
    return permission < PERMISSION_COUNT ? rows[permission].word : "unknown";
}

int permission_parse(const char *word, enum permission *ret_permission)
{
    for (unsigned i = 0; i < PERMISSION_COUNT; i++) {
        if (strcmp(word, rows[i].word) == 0) {
            *ret_permission = (enum permission)i;
            return 0;
        }
    }
    return -EINVAL;
}

enum access permission_access(enum permission permission, enum account_role role)
{
    if ((unsigned)permission >= PERMISSION_COUNT || (unsigned)role >= ACCOUNT_ROLE_COUNT)
        return ACCESS_NONE;
    return (enum access)rows[permission].access[role];
}
