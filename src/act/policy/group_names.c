/* Keeps the names of groups, present and former, by their numbers. */
#include "act/policy/group_names.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "act/policy/policy.h"
#include "model/observation.h"

struct entry {
    uint32_t id;
    uint64_t set; /* the last configuration that had it */
    char name[POLICY_GROUP_NAME_MAX], member[GROUP_MEMBER_MAX];
};

static const char member_prefix[] = POLICY_MEMBER_GROUP;

struct group_names {
    char (*members)[POLICY_GROUP_TEXT_MAX]; /* by number - 1: the prefix and the name, or empty */
    unsigned member_count;
    struct entry entries[GROUP_NAMES_MAX]; /* sorted by id */
    unsigned count;
    uint64_t sets;
    char unknown[16];
};

int group_names_new(struct group_names **ret_names)
{
    *ret_names = calloc(1, sizeof **ret_names);
    return *ret_names ? 0 : -ENOMEM;
}

void group_names_free(struct group_names *n)
{
    if (n)
        free(n->members);
    free(n);
}

/* The first entry whose id is not below. */
static unsigned place_of(const struct group_names *n, uint32_t id)
{
    unsigned low = 0, high = n->count;
    while (low < high) {
        unsigned middle = (low + high) / 2;
        if (n->entries[middle].id < id)
            low = middle + 1;
        else
            high = middle;
    }
    return low;
}

static void remove_oldest(struct group_names *n)
{
    unsigned oldest = 0;
    for (unsigned i = 1; i < n->count; i++)
        if (n->entries[i].set < n->entries[oldest].set)
            oldest = i;
    n->count--;
    memmove(&n->entries[oldest], &n->entries[oldest + 1], (n->count - oldest) * sizeof n->entries[0]);
}

static void put(struct group_names *n, const char *name, const char *member)
{
    uint32_t id = dns_group_id(name);
    unsigned at = place_of(n, id);
    if (at == n->count || n->entries[at].id != id) {
        if (n->count == GROUP_NAMES_MAX)
            remove_oldest(n);
        at = place_of(n, id);
        memmove(&n->entries[at + 1], &n->entries[at], (n->count - at) * sizeof n->entries[0]);
        n->count++;
    }
    struct entry *e = &n->entries[at];
    e->id = id;
    e->set = n->sets;
    snprintf(e->name, sizeof e->name, "%s", name);
    snprintf(e->member, sizeof e->member, "%s", member);
}

void group_names_set(struct group_names *n, const struct group_settings *settings)
{
    n->sets++;
    for (unsigned i = 0; i < settings->count && i < GROUPS_MAX; i++)
        put(n, settings->groups[i].name, settings->groups[i].member);
}

void group_names_set_members(struct group_names *n, const struct member_table *table)
{
    unsigned last = member_table_last(table);
    if (last > n->member_count) {
        void *larger = reallocarray(n->members, last, sizeof n->members[0]);
        if (!larger)
            return; /* those behind are numbers, as of unknown groups */
        n->members = larger;
        memset(n->members + n->member_count, 0, (last - n->member_count) * sizeof n->members[0]);
        n->member_count = last;
    }
    for (unsigned number = 1; number <= last; number++)
        if (member_table_name(table, number)[0])
            snprintf(n->members[number - 1], sizeof n->members[0], "%s%s", member_prefix, member_table_name(table, number));
}

/* Empty: not known. */
static const char *member_text(const struct group_names *n, uint32_t id)
{
    uint32_t number = id >= DNS_GROUP_OF_MEMBERS ? id - DNS_GROUP_OF_MEMBERS : 0;
    return number > 0 && number <= n->member_count ? n->members[number - 1] : "";
}

struct group_label group_names_get(struct group_names *n, uint32_t id)
{
    if (id == 0)
        return (struct group_label){"", ""};
    const char *member = member_text(n, id);
    if (member[0])
        return (struct group_label){member, member + sizeof member_prefix - 1};
    unsigned at = place_of(n, id);
    if (at < n->count && n->entries[at].id == id)
        return (struct group_label){n->entries[at].name, n->entries[at].member};
    snprintf(n->unknown, sizeof n->unknown, "#%08x", (unsigned)id);
    return (struct group_label){n->unknown, ""};
}
