/* Who may do what: the one table that every request over HTTP is held against.
 *
 * docs/formats/api.md has the same table for people; permission_test.c holds each row of it to this one. Pure values, any thread.
 */
#ifndef HINOMI_API_PERMISSION_H
#define HINOMI_API_PERMISSION_H

#include "model/account.h"

enum permission { /* stored as bits of a key's scope: only ever add at the end */
    PERMIT_ANYONE,       /* without signing in: to sign in, to use an invitation, the description of the API */
    PERMIT_SELF,         /* one's own account, sessions and keys */
    PERMIT_STATUS,       /* counts of all parts, metrics */
    PERMIT_LOG,          /* answers given, top tables, time series, the live log */
    PERMIT_WHY,          /* why a name is blocked */
    PERMIT_INTELLIGENCE, /* verdicts, indicators, sightings, sources, passive DNS, the loop clock */
    PERMIT_JUDGE,        /* to judge subjects, decide what waits for a person */
    PERMIT_RULES,        /* to block, allow, withdraw by hand */
    PERMIT_LISTS,        /* to see lists and feeds */
    PERMIT_LISTS_CHANGE, /* to import, accept, discard, observe, enforce, remove, fetch them */
    PERMIT_SHARING,      /* what is shared with whom, and receipts */
    PERMIT_EXPORT,       /* to fetch what a recipient would get, which is a delivery with a receipt */
    PERMIT_LEDGER,       /* its size, root and checkpoint */
    PERMIT_ACCOUNTS,     /* accounts and invitations */
    PERMIT_AUDIT,        /* who read and changed what */
    PERMIT_NODE,         /* to reload the configuration */
    PERMIT_REPORT,       /* to say that a block is wrong, and to see what became of it */
    PERMIT_MEMBERS,      /* members: organisations, networks, names, contacts */
    PERMIT_MEMBERS_CHANGE,
    PERMIT_NOTICES,     /* what members are told, and what came of it */
    PERMIT_NOTICES_ACT, /* to say what was done about a notice */
    PERMIT_NOTICES_SEND, /* to have it told now; campaigns */
    PERMIT_CAMPAIGNS,   /* to see campaigns and their effect */
    PERMIT_OVERRIDE,     /* to block and allow for a member's own clients */
    PERMIT_CASES,        /* cases; which ones is the wall's: api/case/case_wall.h */
    PERMIT_CASES_CHANGE, /* to open and work on them */
    PERMIT_CASES_ANSWER, /* as a member, where a case is shared with it */
    PERMISSION_COUNT
};

enum access {
    ACCESS_NONE,
    ACCESS_OWN, /* what belongs to the account's member */
    ACCESS_ALL,
};

/* "log", "lists-change", ...: as a key's scope and the description of the API spell it; "unknown" beyond the enum. */
const char *permission_word(unsigned permission);
/* -EINVAL: no such word. */
int permission_parse(const char *word, enum permission *ret_permission) must_check;
enum access permission_access(enum permission permission, enum account_role role);

#endif
