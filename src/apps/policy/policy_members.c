/* Turns the ledger's members into the table that the resolver looks into. */
#include "apps/policy/policy_members.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "apps/policy/background_build.h"
#include "store/member_list.h"
#include "store/member_network.h"

enum { PATH_MAX_LEN = 600 };
_Static_assert((int)MEMBER_TABLE_NAME_MAX == (int)ACCOUNT_MEMBER_MAX && (int)MEMBER_TABLE_NAME_MAX == (int)LIST_NAME_MAX, "names fit");
_Static_assert((int)MEMBER_TABLE_NUMBER_MAX == (int)MEMBER_NUMBER_MAX && (int)MEMBER_LISTS_ALL_MAX <= (int)MEMBER_TABLE_LISTS_MAX, "so do numbers and lists");
_Static_assert((int)MEMBER_TABLE_NETWORKS_MAX == (int)MEMBERS_MAX * (int)MEMBER_CLAIMS_MAX, "and networks");

struct policy_members {
    struct policy_members_options o;
    char path[PATH_MAX_LEN];
    struct background_build *build;
    /* the thread's while one is under way */
    uint64_t generation;
    enum member_groups groups;
    struct member_table_stats stats;
    uint64_t taken; /* networks that another member has, too */
    struct ledger *ledger;
    struct member_table_builder *builder;
    struct member_list lists[MEMBER_LISTS_ALL_MAX];
    struct member_table_list table_lists[MEMBER_LISTS_ALL_MAX];
};

static int lists_of(struct policy_members *m, const char *name)
{
    int count = member_list_effective(m->ledger, name, m->lists);
    for (int i = 0; i < count; i++) {
        memcpy(m->table_lists[i].name, m->lists[i].name, sizeof m->table_lists[i].name);
        m->table_lists[i].without = m->lists[i].without;
    }
    return count;
}

static int add_member(void *self, uint16_t number, const char *name, bool has_lists)
{
    struct policy_members *m = self;
    int count = has_lists ? lists_of(m, name) : 0;
    return count < 0 ? count : member_table_add(m->builder, number, name, m->table_lists, (unsigned)count);
}

static int add_network(void *self, uint16_t number, const struct addr_prefix *network, bool is_proved, unsigned others)
{
    struct policy_members *m = self;
    (void)is_proved;
    m->taken += others;
    return member_table_add_network(m->builder, number, network);
}

/* Members stand in the table also when their networks make no groups: rules of theirs hold for groups of the configuration that are theirs. */
static int build(void *self)
{
    struct policy_members *m = self;
    m->taken = 0;
    int e = ledger_open_to_read(m->path, &m->ledger);
    if (e == 0)
        e = member_table_builder_new(&m->builder);
    if (e == 0)
        e = member_each_number(m->ledger, add_member, m);
    if (e == 0 && m->groups != MEMBER_GROUPS_NO)
        e = member_each_network(m->ledger, m->groups == MEMBER_GROUPS_PROVED, add_network, m);
    if (e == 0)
        e = member_table_finish(m->builder, m->o.dir_fd, m->o.file, m->generation, &m->stats);
    m->stats.taken += m->taken;
    member_table_builder_free(m->builder);
    ledger_close(m->ledger);
    m->builder = NULL;
    m->ledger = NULL;
    return e;
}

static void on_begin(void *self)
{
    struct policy_members *m = self;
    m->generation = m->o.generation(m->o.self);
    m->groups = m->o.groups;
}

static void on_built(void *self, int error, uint64_t took_ms)
{
    const struct policy_members *m = self;
    m->o.built(m->o.self, error, &m->stats, took_ms);
}

void policy_members_changed(struct policy_members *m)
{
    background_build_changed(m->build);
}

void policy_members_set_groups(struct policy_members *m, enum member_groups groups)
{
    if (m->o.groups == groups)
        return;
    m->o.groups = groups;
    background_build_changed(m->build);
}

int policy_members_new(const struct policy_members_options *options, struct policy_members **ret_members)
{
    struct policy_members *m = calloc(1, sizeof *m);
    if (!m)
        return -ENOMEM;
    m->o = *options;
    snprintf(m->path, sizeof m->path, "%s", options->ledger_path);
    struct background_build_options o = {.loop = options->loop, .self = m, .begin = on_begin, .work = build, .built = on_built};
    int e = background_build_new(&o, &m->build);
    if (e < 0) {
        free(m);
        return e;
    }
    *ret_members = m;
    return 0;
}

void policy_members_free(struct policy_members *m)
{
    if (!m)
        return;
    background_build_free(m->build);
    free(m);
}
