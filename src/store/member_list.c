/* Keeps lists of members and of their groups, and works out what a member gets. */
#include "store/member_list.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "store/account_impl.h"

/* Adds those that nothing was said of before; how many there are then. */
static int gather(struct ledger *l, enum member_list_owner kind, const char *owner, struct member_list *lists, unsigned count, unsigned max)
{
    sqlite3_stmt *s;
    int r = account_ask(l, "SELECT list, without FROM member_list WHERE kind = ? AND owner = ? ORDER BY place", &s, "it", (int64_t)kind, owner);
    if (r < 0)
        return r;
    while (count < max && (r = ledger_next_row(l, s)) == 1) {
        struct member_list *new = &lists[count];
        if (ledger_take_text(s, 0, new->name, sizeof new->name) < 0) {
            r = ledger_fail(l, -EBADMSG);
            break;
        }
        new->without = sqlite3_column_int(s, 1) != 0;
        unsigned same = 0;
        while (strcmp(lists[same].name, new->name) != 0)
            same++;
        count += same == count;
    }
    sqlite3_finalize(s);
    return r < 0 ? r : (int)count;
}

int member_list_get(struct ledger *l, enum member_list_owner kind, const char *owner, struct member_list lists[MEMBER_LISTS_MAX])
{
    return gather(l, kind, owner, lists, 0, MEMBER_LISTS_MAX);
}

/* As the configuration takes the name of a list. */
static bool is_list_name(const char *name)
{
    size_t len = strlen(name);
    return len > 0 && len < LIST_NAME_MAX && strspn(name, "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_.") == len;
}

static bool are_valid(const struct member_list *lists, unsigned count)
{
    bool fine = count <= MEMBER_LISTS_MAX;
    for (unsigned i = 0; fine && i < count; i++) {
        fine = is_list_name(lists[i].name);
        for (unsigned k = 0; fine && k < i; k++)
            fine = strcmp(lists[i].name, lists[k].name) != 0;
    }
    return fine;
}

int member_list_put(struct ledger *l, enum member_list_owner kind, const char *owner, const struct member_list *lists, unsigned count)
{
    if (!member_name_is_valid(owner) || !are_valid(lists, count))
        return ledger_fail(l, -EINVAL);
    int r = ledger_begin(l);
    if (r < 0)
        return r;
    r = account_run(l, "DELETE FROM member_list WHERE kind = ? AND owner = ?", "it", (int64_t)kind, owner);
    for (unsigned i = 0; r == 0 && i < count; i++)
        r = account_run(l, "INSERT INTO member_list VALUES (?,?,?,?,?)", "ititi", (int64_t)kind, owner, (int64_t)i, lists[i].name,
                        (int64_t)lists[i].without);
    if (r == 0)
        r = ledger_commit(l);
    if (r < 0)
        ledger_rollback(l);
    return r;
}

int member_list_effective(struct ledger *l, const char *member, struct member_list lists[MEMBER_LISTS_ALL_MAX])
{
    char groups[MEMBER_GROUPS_MAX][ACCOUNT_MEMBER_MAX];
    unsigned group_count = 0;
    sqlite3_stmt *s;
    int count = gather(l, MEMBER_LIST_OF_MEMBER, member, lists, 0, MEMBER_LISTS_ALL_MAX);
    int r = count < 0 ? count : account_ask(l, "SELECT name FROM member_group WHERE member = ? ORDER BY place", &s, "t", member);
    if (r < 0)
        return r;
    while (group_count < MEMBER_GROUPS_MAX && (r = ledger_next_row(l, s)) == 1) {
        if (ledger_take_text(s, 0, groups[group_count++], sizeof groups[0]) < 0) {
            r = ledger_fail(l, -EBADMSG);
            break;
        }
    }
    sqlite3_finalize(s);
    if (r < 0)
        return r;
    for (unsigned i = 0; count >= 0 && i < group_count; i++)
        count = gather(l, MEMBER_LIST_OF_GROUP, groups[i], lists, (unsigned)count, MEMBER_LISTS_ALL_MAX);
    return count;
}

int member_group_list(struct ledger *l, const char *after, unsigned max, member_group_each *each, void *self)
{
    sqlite3_stmt *s;
    char name[ACCOUNT_MEMBER_MAX];
    int r = account_ask(l,
                        "SELECT name, sum(n) FROM (SELECT name, count(*) AS n FROM member_group GROUP BY name"
                        " UNION ALL SELECT DISTINCT owner, 0 FROM member_list WHERE kind = 1)"
                        " WHERE name > ? GROUP BY name ORDER BY name LIMIT ?",
                        &s, "ti", after ? after : "", (int64_t)max);
    if (r < 0)
        return r;
    while ((r = ledger_next_row(l, s)) == 1) {
        r = ledger_take_text(s, 0, name, sizeof name) < 0 ? ledger_fail(l, -EBADMSG) : each(self, name, (unsigned)sqlite3_column_int64(s, 1));
        if (r != 0)
            break;
    }
    sqlite3_finalize(s);
    return r;
}
