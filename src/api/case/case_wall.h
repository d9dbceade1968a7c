/* The wall of cases: who may see which case, and how much of it. Every way to a case goes through here.
 *
 * docs/formats/api.md has the same table for people; case_wall_test.c holds each row of it to this one. case_wall_access is pure; the others read
 * the ledger, in the hub's thread.
 */
#ifndef HINOMI_API_CASE_WALL_H
#define HINOMI_API_CASE_WALL_H

#include <jansson.h>

#include "store/account.h"
#include "store/case.h"

enum case_access {
    CASE_HIDDEN,   /* as if it were not there */
    CASE_TO_ADMIT, /* not to be seen, but an administrator may admit himself */
    CASE_SHOWN,    /* what a member may see of it */
    CASE_READ,
    CASE_WRITE,
};

enum case_standing { CASE_OTHER, CASE_ADMITTED_TO_READ, CASE_ADMITTED_TO_WRITE, CASE_CONCERNED, CASE_STANDING_COUNT };

/* Who asks. */
struct case_viewer {
    int64_t account; /* 0: at the control socket, which is as an administrator who is admitted everywhere, and always noted */
    enum account_role role;
    const char *name, *member;
};

/* "open other", ... as the table for people has it: of one that is restricted or not, and how the account stands to it. */
const char *case_wall_row_word(bool is_restricted, enum case_standing standing);
enum case_access case_wall_access(bool is_restricted, enum case_standing standing, enum account_role role);

enum case_access case_wall_sight(const struct case_viewer *v, const struct case_record *c, const struct case_facts *f);
struct case_asker case_wall_asker(const struct case_viewer *v);

/* What is needed to change or read a case that way. `admits`: it is the way to admit people, and an administrator may come in by itself. */
enum case_access case_wall_needed(const struct case_viewer *v, const json_t *arguments, bool changes, bool admits);
/* The case that the argument `number` names, and what the viewer may do with it. -ENOENT: there is none that it may know of; -EACCES: it may admit
 * itself; -EPERM: it may read, and wants to change; errors of the ledger. */
int case_wall_find(struct ledger *l, const struct case_viewer *v, const json_t *arguments, enum case_access needed, struct case_record *ret_case,
                   enum case_access *ret_access) must_check;

/* What the audit trail, which administrators read who are not admitted, has of arguments: of a restricted case numbers, flags, states and people,
 * and nothing that was written in it. A new object; NULL: out of memory. */
json_t *case_wall_noted(const json_t *arguments, bool is_restricted);

#endif
