/* Names of groups by number: present, former, unknown, and the bound. */
#include <fcntl.h>
#include <unistd.h>
#include "act/policy/group_names.h"

#include <stdio.h>
#include <stdlib.h>

#include "base/test.h"
#include "model/observation.h"

static struct group_settings settings;

static void begin(void)
{
    memset(&settings, 0, sizeof settings);
}

static void add(const char *name, const char *member)
{
    snprintf(settings.groups[settings.count].name, sizeof settings.groups[0].name, "%s", name);
    snprintf(settings.groups[settings.count++].member, sizeof settings.groups[0].member, "%s", member);
}

static void check_label(struct group_names *n, uint32_t id, const char *name, const char *member)
{
    struct group_label l = group_names_get(n, id);
    check_str(l.name, name);
    check_str(l.member, member);
}

TEST(a_group_that_went_away_keeps_its_name)
{
    struct group_names *n = NULL;
    check_int(group_names_new(&n), ==, 0);
    begin();
    add("school", "city");
    add("clinic", "");
    group_names_set(n, &settings);
    begin();
    add("clinic", "county");
    group_names_set(n, &settings);
    check_label(n, dns_group_id("school"), "school", "city");
    check_label(n, dns_group_id("clinic"), "clinic", "county");
    check_label(n, 0, "", "");
    check_label(n, 0x00c0ffee, "#00c0ffee", "");
    group_names_free(n);
}

TEST(the_room_of_those_longest_gone_is_used_again)
{
    struct group_names *n = NULL;
    check_int(group_names_new(&n), ==, 0);
    begin();
    add("first", "m");
    group_names_set(n, &settings);
    for (unsigned round = 0; round < 3; round++) {
        begin();
        for (unsigned i = 0; i < GROUPS_MAX; i++) {
            char name[32];
            snprintf(name, sizeof name, "g%u-%u", round, i);
            add(name, "");
        }
        group_names_set(n, &settings);
    }
    char unknown[16];
    snprintf(unknown, sizeof unknown, "#%08x", (unsigned)dns_group_id("first"));
    check_label(n, dns_group_id("first"), unknown, "");
    for (unsigned round = 1; round < 3; round++)
        for (unsigned i = 0; i < GROUPS_MAX; i++) {
            char name[32];
            snprintf(name, sizeof name, "g%u-%u", round, i);
            check_label(n, dns_group_id(name), name, "");
        }
    group_names_free(n);
}

static const struct member_table *table_of(const char *first, const char *third)
{
    static struct member_table *t;
    char folder[] = "/tmp/group_names.XXXXXX";
    struct member_table_builder *b;
    struct member_table_stats stats;
    check(mkdtemp(folder) != NULL);
    int dir = open(folder, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    check_int(member_table_builder_new(&b), ==, 0);
    if (first)
        check_int(member_table_add(b, 1, first, NULL, 0), ==, 0);
    check_int(member_table_add(b, 3, third, NULL, 0), ==, 0);
    check_int(member_table_finish(b, dir, "members", 1, &stats), ==, 0);
    member_table_builder_free(b);
    member_table_close(t);
    check_int(member_table_open(dir, "members", &t, NULL), ==, 0);
    unlinkat(dir, "members", 0);
    close(dir);
    rmdir(folder);
    return t;
}

TEST(members_are_known_by_their_numbers_also_after_they_went)
{
    struct group_names *n;
    check_int(group_names_new(&n), ==, 0);
    check_str(group_names_get(n, DNS_GROUP_OF_MEMBERS + 1).name, "#ffff0001");
    group_names_set_members(n, table_of("hospital", "bank"));
    check_str(group_names_get(n, DNS_GROUP_OF_MEMBERS + 1).name, "member:hospital");
    check_str(group_names_get(n, DNS_GROUP_OF_MEMBERS + 1).member, "hospital");
    check_str(group_names_get(n, DNS_GROUP_OF_MEMBERS + 3).member, "bank");
    check_str(group_names_get(n, DNS_GROUP_OF_MEMBERS + 2).member, "");
    check_str(group_names_get(n, DNS_GROUP_OF_MEMBERS + 4).member, "");
    check_str(group_names_get(n, DNS_GROUP_OF_MEMBERS).member, "");
    group_names_set_members(n, table_of(NULL, "shop"));
    check_str(group_names_get(n, DNS_GROUP_OF_MEMBERS + 1).member, "hospital"); /* still on its way */
    check_str(group_names_get(n, DNS_GROUP_OF_MEMBERS + 3).member, "shop");
    group_names_free(n);
}

int main(int argc, char **argv)
{
    return test_main(argc, argv);
}
