/* The table of who may see which case. */
#include "api/case/case_wall.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { NO = CASE_HIDDEN, ADMIT = CASE_TO_ADMIT, SHOWN = CASE_SHOWN, READ = CASE_READ, WRITE = CASE_WRITE };

static const struct {
    const char *word;
    uint8_t access[ACCOUNT_ROLE_COUNT];
} rows[2][CASE_STANDING_COUNT] = {
    {
        /*                                                administrator analyst auditor operator reader feed-client */
        [CASE_OTHER]             = {"open other",           {WRITE, WRITE, READ, NO,    NO,    NO}},
        [CASE_ADMITTED_TO_READ]  = {"open to-read",         {WRITE, WRITE, READ, NO,    NO,    NO}},
        [CASE_ADMITTED_TO_WRITE] = {"open to-write",        {WRITE, WRITE, READ, NO,    NO,    NO}},
        [CASE_CONCERNED]         = {"open concerned",       {WRITE, WRITE, READ, SHOWN, SHOWN, NO}},
    },
    {
        [CASE_OTHER]             = {"restricted other",     {ADMIT, NO,    READ, NO,    NO,    NO}},
        [CASE_ADMITTED_TO_READ]  = {"restricted to-read",   {READ,  READ,  READ, NO,    NO,    NO}},
        [CASE_ADMITTED_TO_WRITE] = {"restricted to-write",  {WRITE, WRITE, READ, NO,    NO,    NO}},
        [CASE_CONCERNED]         = {"restricted concerned", {ADMIT, NO,    READ, NO,    NO,    NO}},
    },
};

const char *case_wall_row_word(bool is_restricted, enum case_standing standing)
{
    return (unsigned)standing < CASE_STANDING_COUNT ? rows[is_restricted][standing].word : "unknown";
}

enum case_access case_wall_access(bool is_restricted, enum case_standing standing, enum account_role role)
{
    if ((unsigned)standing >= CASE_STANDING_COUNT || (unsigned)role >= ACCOUNT_ROLE_COUNT)
        return CASE_HIDDEN;
    return (enum case_access)rows[is_restricted][standing].access[role];
}

static enum case_standing standing_of(const struct case_viewer *v, const struct case_record *c, const struct case_facts *f)
{
    if (f->is_admitted)
        return f->may_write ? CASE_ADMITTED_TO_WRITE : CASE_ADMITTED_TO_READ;
    bool is_concerned = f->is_concerned && v->member[0] && c->is_shared && case_tlp_may_be_shared(c->tlp);
    return is_concerned ? CASE_CONCERNED : CASE_OTHER;
}

enum case_access case_wall_sight(const struct case_viewer *v, const struct case_record *c, const struct case_facts *f)
{
    if (v->account == 0)
        return case_wall_access(c->is_restricted, CASE_ADMITTED_TO_WRITE, v->role);
    return case_wall_access(c->is_restricted, standing_of(v, c, f), v->role);
}

struct case_asker case_wall_asker(const struct case_viewer *v)
{
    return (struct case_asker){.account = v->account, .member = v->member};
}

enum case_access case_wall_needed(const struct case_viewer *v, const json_t *arguments, bool changes, bool admits)
{
    const char *account = json_string_value(json_object_get(arguments, "account"));
    bool is_itself = v->account != 0 && account && strcmp(account, v->name) == 0;
    if (!changes)
        return CASE_SHOWN;
    return admits && is_itself && v->role == ACCOUNT_ADMINISTRATOR ? CASE_TO_ADMIT : CASE_WRITE;
}

static int64_t number_of(const json_t *arguments)
{
    const char *text = json_string_value(json_object_get(arguments, "number"));
    char *end = NULL;
    errno = 0;
    long long number = text && *text >= '1' && *text <= '9' ? strtoll(text, &end, 10) : 0;
    return number > 0 && *end == '\0' && errno == 0 ? number : 0;
}

int case_wall_find(struct ledger *l, const struct case_viewer *v, const json_t *arguments, enum case_access needed, struct case_record *ret_case,
                   enum case_access *ret_access)
{
    struct case_asker asker = case_wall_asker(v);
    struct case_facts facts;
    int64_t number = number_of(arguments);
    int e = number ? case_get(l, number, &asker, ret_case, &facts) : -ENOENT;
    if (e < 0)
        return e;
    *ret_access = case_wall_sight(v, ret_case, &facts);
    if (*ret_access == CASE_HIDDEN)
        return -ENOENT;
    if (*ret_access == CASE_TO_ADMIT && needed > CASE_TO_ADMIT)
        return -EACCES;
    return *ret_access < needed ? -EPERM : 0;
}

json_t *case_wall_noted(const json_t *arguments, bool is_restricted)
{
    static const char *const told[] = {"number", "account", "write", "owner", "restricted", "shared", "state", "outcome", "version", "internal", "recipient", "after", "limit"};
    if (!is_restricted && !json_is_true(json_object_get(arguments, "restricted")))
        return json_copy((json_t *)arguments);
    json_t *noted = json_object();
    for (size_t i = 0; i < array_len(told); i++) {
        json_t *value = json_object_get(arguments, told[i]);
        if (value)
            json_object_set(noted, told[i], value);
    }
    return noted;
}
