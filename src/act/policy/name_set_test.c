/* Names and their parents are found, others are not; compared with a plain search over many random names. */
#include "act/policy/name_set.h"

#include <errno.h>
#include <stdlib.h>

#include "act/policy/image.h"
#include "base/test.h"

static struct dns_name name_of(const char *text)
{
    struct dns_name name = {0};
    check_int(dns_name_parse(text, strlen(text), &name), ==, 0);
    return name;
}

static void add(struct name_set *s, const char *text, uint8_t scope, uint32_t line)
{
    struct dns_name name = name_of(text);
    check_int(name_set_add(s, &name, scope, 3, line), ==, 0);
}

static uint8_t find(const struct name_set *s, const char *text, unsigned label, struct name_set_entry *ret_entry)
{
    struct dns_name name = name_of(text);
    return name_set_find(s, &name, label, ret_entry);
}

static bool has_below(const struct name_set *s, const char *text, struct name_set_entry *ret_entry)
{
    struct dns_name name = name_of(text);
    return name_set_has_below(s, &name, ret_entry);
}

TEST(a_name_is_in_the_set_and_below_its_parents)
{
    struct name_set *s = name_set_new((struct sip_key){1, 2});
    struct name_set_entry entry = {0};
    char text[DNS_NAME_TEXT_MAX];
    check_int(find(s, "a.example", 0, NULL), ==, 0);
    check(!has_below(s, ".", NULL));
    add(s, "www.a.example", POLICY_SCOPE_EXACT, 7);
    check_int(find(s, "www.a.example", 0, &entry), ==, POLICY_SCOPE_EXACT);
    check_str(dns_name_format(&entry.name, text), "www.a.example");
    check_int(entry.source, ==, 3);
    check_int(entry.line, ==, 7);
    check_int(find(s, "x.www.a.example", 1, NULL), ==, POLICY_SCOPE_EXACT);
    check_int(find(s, "a.example", 0, NULL), ==, 0);
    check(has_below(s, "a.example", NULL) && has_below(s, "example", NULL) && has_below(s, ".", NULL));
    check(!has_below(s, "www.a.example", NULL) && !has_below(s, "b.example", NULL) && !has_below(s, "w.a.example", NULL));
    check_int(name_set_count(s), ==, 1);
    /* A parent that is added itself keeps what is below it. */
    add(s, "a.example", POLICY_SCOPE_BELOW, 9);
    check_int(find(s, "a.example", 0, &entry), ==, POLICY_SCOPE_BELOW);
    check_int(entry.line, ==, 9);
    check(has_below(s, "a.example", &entry));
    check_str(dns_name_format(&entry.name, text), "www.a.example");
    check_int(entry.scope, ==, POLICY_SCOPE_EXACT);
    /* Said again: the scopes of both, the line of the first. */
    add(s, "a.example", POLICY_SCOPE_EXACT, 11);
    check_int(find(s, "a.example", 0, &entry), ==, POLICY_SCOPE_BOTH);
    check_int(entry.line, ==, 9);
    check_int(name_set_count(s), ==, 2);
    name_set_free(s);
}

enum { NAMES = 3000 };

/* The same numbers in each run. */
static unsigned number_below(unsigned limit)
{
    static uint64_t turn;
    turn++;
    return (unsigned)(sip_hash((struct sip_key){5, 6}, &turn, sizeof turn) % limit);
}

/* One to four labels of one to two letters: many names are parents of others, and many are said twice. */
static void random_name(char *text)
{
    char *at = text;
    for (unsigned labels = 1 + number_below(4); labels > 0; labels--) {
        for (unsigned n = 1 + number_below(2); n > 0; n--)
            *at++ = (char)('a' + number_below(4));
        *at++ = labels > 1 ? '.' : '\0';
    }
}

static bool is_below(const char *name, const char *parent)
{
    size_t n = strlen(name), p = strlen(parent);
    return n > p && strcmp(name + n - p, parent) == 0 && name[n - p - 1] == '.';
}

TEST(it_agrees_with_a_plain_search)
{
    static char names[NAMES][16];
    struct name_set *s = name_set_new((struct sip_key){3, 4});
    for (int i = 0; i < NAMES; i++) {
        random_name(names[i]);
        add(s, names[i], POLICY_SCOPE_EXACT, (uint32_t)i);
    }
    for (int i = 0; i < 2000; i++) {
        char asked[16];
        bool member = false, below = false;
        random_name(asked);
        for (int k = 0; k < NAMES; k++) {
            member |= strcmp(names[k], asked) == 0;
            below |= is_below(names[k], asked);
        }
        struct name_set_entry entry;
        char text[DNS_NAME_TEXT_MAX];
        check_int(find(s, asked, 0, NULL) != 0, ==, member);
        check_int(has_below(s, asked, &entry), ==, below);
        if (below)
            check(is_below(dns_name_format(&entry.name, text), asked));
    }
    name_set_free(s);
}

int main(int argc, char **argv)
{
    return test_main(argc, argv);
}
