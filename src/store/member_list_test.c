/* Lists of members: their own word goes before that of their groups. */
#include "store/member_list.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "store/ledger_file_test.h"

static void put(struct ledger *l, const char *name, const char *first, const char *second)
{
    static struct member m;
    m = (struct member){.changed_us = 1};
    snprintf(m.name, sizeof m.name, "%s", name);
    const char *const groups[] = {first, second};
    for (unsigned i = 0; i < 2; i++)
        if (groups[i])
            snprintf(m.groups[m.group_count++], sizeof m.groups[0], "%s", groups[i]);
    check_int(member_put(l, &m), ==, 0);
}

/* "a -b c": a and c, without b. */
static void lists(struct ledger *l, enum member_list_owner kind, const char *owner, const char *text)
{
    struct member_list all[MEMBER_LISTS_MAX];
    unsigned count = 0;
    char copy[128], *rest = copy, *word;
    snprintf(copy, sizeof copy, "%s", text);
    while ((word = strsep(&rest, " ")) != NULL) {
        all[count] = (struct member_list){.without = word[0] == '-'};
        snprintf(all[count].name, sizeof all[count].name, "%s", word + (word[0] == '-'));
        count++;
    }
    check_int(member_list_put(l, kind, owner, all, count), ==, 0);
}

static const char *effective(struct ledger *l, const char *member)
{
    static char text[1024];
    static struct member_list all[MEMBER_LISTS_ALL_MAX];
    int count = member_list_effective(l, member, all);
    check_int(count, >=, 0);
    size_t at = 0;
    text[0] = '\0';
    for (int i = 0; i < count; i++)
        at += (size_t)snprintf(text + at, sizeof text - at, "%s%s%s", i ? " " : "", all[i].without ? "-" : "", all[i].name);
    return text;
}

TEST(a_member_inherits_what_its_groups_have_in_their_order)
{
    struct ledger *l = open_fresh();
    put(l, "clinic", "hospitals", "small");
    put(l, "shop", "small", NULL);
    put(l, "alone", NULL, NULL);
    lists(l, MEMBER_LIST_OF_GROUP, "hospitals", "medical -social");
    lists(l, MEMBER_LIST_OF_GROUP, "small", "social banks");
    check_str(effective(l, "clinic"), "medical -social banks"); /* the first group's word on "social" holds */
    check_str(effective(l, "shop"), "social banks");
    check_str(effective(l, "alone"), "");
    check_str(effective(l, "nobody"), "");
    close_and_remove(l);
}

TEST(a_members_own_word_goes_before_that_of_its_groups)
{
    struct ledger *l = open_fresh();
    put(l, "clinic", "hospitals", NULL);
    lists(l, MEMBER_LIST_OF_GROUP, "hospitals", "medical -social");
    lists(l, MEMBER_LIST_OF_MEMBER, "clinic", "own social -medical");
    check_str(effective(l, "clinic"), "own social -medical");
    struct member_list read[MEMBER_LISTS_MAX];
    check_int(member_list_get(l, MEMBER_LIST_OF_MEMBER, "clinic", read), ==, 3);
    check_str(read[2].name, "medical");
    check(read[2].without && !read[0].without);
    check_int(member_delete(l, "clinic"), ==, 0);
    check_int(member_list_get(l, MEMBER_LIST_OF_MEMBER, "clinic", read), ==, 0);
    check_int(member_list_get(l, MEMBER_LIST_OF_GROUP, "hospitals", read), ==, 2);
    close_and_remove(l);
}

TEST(names_that_no_list_has_and_twins_are_refused)
{
    struct ledger *l = open_fresh();
    static const struct member_list bad[] = {{.name = "a b"}}, twins[] = {{.name = "a"}, {.name = "a", .without = true}}, empty[] = {{.name = ""}};
    static struct member_list many[MEMBER_LISTS_MAX + 1];
    for (unsigned i = 0; i < array_len(many); i++)
        snprintf(many[i].name, sizeof many[i].name, "l%u", i);
    check_int(member_list_put(l, MEMBER_LIST_OF_GROUP, "g", bad, 1), ==, -EINVAL);
    check_int(member_list_put(l, MEMBER_LIST_OF_GROUP, "g", twins, 2), ==, -EINVAL);
    check_int(member_list_put(l, MEMBER_LIST_OF_GROUP, "g", empty, 1), ==, -EINVAL);
    check_int(member_list_put(l, MEMBER_LIST_OF_GROUP, "g", many, MEMBER_LISTS_MAX + 1), ==, -EINVAL);
    check_int(member_list_put(l, MEMBER_LIST_OF_GROUP, "", many, 1), ==, -EINVAL);
    check_int(member_list_put(l, MEMBER_LIST_OF_GROUP, "g", many, MEMBER_LISTS_MAX), ==, 0);
    check_int(member_list_get(l, MEMBER_LIST_OF_GROUP, "g", many), ==, MEMBER_LISTS_MAX);
    close_and_remove(l);
}

static int tell(void *self, const char *name, unsigned members)
{
    char *text = self;
    snprintf(text + strlen(text), 256 - strlen(text), "%s=%u ", name, members);
    return 0;
}

TEST(groups_are_those_with_members_and_those_with_lists)
{
    struct ledger *l = open_fresh();
    char text[256] = "";
    put(l, "clinic", "hospitals", "small");
    put(l, "shop", "small", NULL);
    lists(l, MEMBER_LIST_OF_GROUP, "schools", "x");
    lists(l, MEMBER_LIST_OF_GROUP, "small", "x y");
    check_int(member_group_list(l, NULL, 10, tell, text), ==, 0);
    check_str(text, "hospitals=1 schools=0 small=2 ");
    text[0] = '\0';
    check_int(member_group_list(l, "hospitals", 1, tell, text), ==, 0);
    check_str(text, "schools=0 ");
    close_and_remove(l);
}

int main(int argc, char **argv)
{
    return test_main(argc, argv);
}
