/* The wall of cases: its table against the one for people in docs/formats/api.md, row by row, and what leads to a row. */
#include "api/case/case_wall.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "store/ledger_file_test.h"

static const char *document; /* path, from the command line */

static enum case_access access_of(const char *word)
{
    static const char *const words[] = {[CASE_HIDDEN] = "-", [CASE_TO_ADMIT] = "admit", [CASE_SHOWN] = "shown", [CASE_READ] = "read", [CASE_WRITE] = "write"};
    for (unsigned i = 0; i < array_len(words); i++)
        if (strcmp(words[i], word) == 0)
            return (enum case_access)i;
    return (enum case_access)99;
}

static void hold_row(char *line, unsigned *rows)
{
    char *rest = NULL, *first = strtok_r(line, "|", &rest);
    for (unsigned i = 0; first && i < 2 * CASE_STANDING_COUNT; i++) {
        bool is_restricted = i >= CASE_STANDING_COUNT;
        enum case_standing standing = (enum case_standing)(i % CASE_STANDING_COUNT);
        const char *word = case_wall_row_word(is_restricted, standing);
        if (strncmp(first + 1, word, strlen(word)) != 0 || first[1 + strlen(word)] != ' ')
            continue;
        *rows += 1;
        for (unsigned role = 0; role < ACCOUNT_ROLE_COUNT; role++) {
            char cell[16] = "";
            const char *text = strtok_r(NULL, "|", &rest);
            check(text && sscanf(text, " %15s", cell) == 1);
            if (case_wall_access(is_restricted, standing, (enum account_role)role) != access_of(cell))
                printf("# %s, %s: the document says %s\n", word, account_role_word(role), cell);
            check_int(case_wall_access(is_restricted, standing, (enum account_role)role), ==, access_of(cell));
        }
        return;
    }
}

TEST(the_document_and_the_table_say_the_same)
{
    char line[1024];
    unsigned rows = 0;
    FILE *f = fopen(document, "r");
    check(f != NULL);
    while (f && fgets(line, sizeof line, f))
        if (strncmp(line, "| open ", 7) == 0 || strncmp(line, "| restricted ", 13) == 0)
            hold_row(line, &rows);
    if (f)
        fclose(f);
    check_int(rows, ==, 2 * CASE_STANDING_COUNT);
}

TEST(nothing_beyond_the_table_is_permitted)
{
    check_int(case_wall_access(false, CASE_STANDING_COUNT, ACCOUNT_ADMINISTRATOR), ==, CASE_HIDDEN);
    check_int(case_wall_access(false, CASE_OTHER, ACCOUNT_ROLE_COUNT), ==, CASE_HIDDEN);
}

/* ---- what leads to a row ---- */

static const struct case_viewer root = {1, ACCOUNT_ADMINISTRATOR, "root", ""}, analyst = {2, ACCOUNT_ANALYST, "ana", ""}, other = {3, ACCOUNT_ANALYST, "bob", ""},
                                auditor = {4, ACCOUNT_AUDITOR, "aud", ""}, hospital = {5, ACCOUNT_OPERATOR, "op", "hospital"},
                                city = {6, ACCOUNT_READER, "re", "city"}, here = {0, ACCOUNT_ADMINISTRATOR, "uid 0", ""};

static enum case_access sees(struct ledger *l, int64_t number, const struct case_viewer *v)
{
    struct case_asker asker = case_wall_asker(v);
    struct case_record c;
    struct case_facts f;
    check_int(case_get(l, number, &asker, &c, &f), ==, 0);
    return case_wall_sight(v, &c, &f);
}

static struct case_record a_case(struct ledger *l, bool is_restricted)
{
    struct case_record c = {.tlp = VERDICT_TLP_AMBER, .made_us = 5, .is_restricted = is_restricted, .title = "phishing of a bank", .made_by = "ana", .owner = "ana"};
    check_int(case_add(l, &c, analyst.account, analyst.name), ==, 0);
    return c;
}

TEST(an_open_case_is_for_the_centre)
{
    struct ledger *l = open_fresh();
    struct case_record c = a_case(l, false);
    check_int(sees(l, c.number, &root), ==, CASE_WRITE);
    check_int(sees(l, c.number, &other), ==, CASE_WRITE);
    check_int(sees(l, c.number, &auditor), ==, CASE_READ);
    check_int(sees(l, c.number, &hospital), ==, CASE_HIDDEN);
    check_int(sees(l, c.number, &city), ==, CASE_HIDDEN);
    close_and_remove(l);
}

TEST(members_see_what_concerns_them_and_is_shared)
{
    struct ledger *l = open_fresh();
    const struct case_hand by = {"ana", 7};
    struct case_record c = a_case(l, false), to = c;
    check_int(case_add_member(l, c.number, "hospital", &by), ==, 1);
    check_int(sees(l, c.number, &hospital), ==, CASE_HIDDEN); /* not shared */
    to.is_shared = true;
    check_int(case_change(l, &c, &to, &by), ==, 1);
    check_int(sees(l, c.number, &hospital), ==, CASE_SHOWN);
    check_int(sees(l, c.number, &city), ==, CASE_HIDDEN);
    c = to;
    to.tlp = VERDICT_TLP_AMBER_STRICT;
    check_int(case_change(l, &c, &to, &by), ==, 1);
    check_int(sees(l, c.number, &hospital), ==, CASE_HIDDEN);
    c = to;
    to.tlp = VERDICT_TLP_CLEAR;
    to.is_restricted = true;
    check_int(case_change(l, &c, &to, &by), ==, 1);
    check_int(sees(l, c.number, &hospital), ==, CASE_HIDDEN);
    check_int(case_drop_member(l, c.number, "hospital", &by), ==, 1);
    c = to;
    to.is_restricted = false;
    check_int(case_change(l, &c, &to, &by), ==, 1);
    check_int(sees(l, c.number, &hospital), ==, CASE_HIDDEN); /* does not concern it any more */
    close_and_remove(l);
}

TEST(a_restricted_case_is_for_its_people)
{
    struct ledger *l = open_fresh();
    const struct case_hand by = {"ana", 7};
    struct case_record c = a_case(l, true);
    check_int(sees(l, c.number, &analyst), ==, CASE_WRITE);
    check_int(sees(l, c.number, &other), ==, CASE_HIDDEN);
    check_int(sees(l, c.number, &root), ==, CASE_TO_ADMIT);
    check_int(sees(l, c.number, &auditor), ==, CASE_READ);
    check_int(sees(l, c.number, &here), ==, CASE_WRITE);
    check_int(case_admit(l, c.number, &(struct case_person){.account = other.account, .name = "bob"}, &by), ==, 1);
    check_int(sees(l, c.number, &other), ==, CASE_READ);
    check_int(case_admit(l, c.number, &(struct case_person){.account = other.account, .name = "bob", .may_write = true}, &by), ==, 1);
    check_int(sees(l, c.number, &other), ==, CASE_WRITE);
    check_int(case_dismiss(l, c.number, "BOB", &by), ==, 1);
    check_int(sees(l, c.number, &other), ==, CASE_HIDDEN);
    struct case_viewer same_name = other; /* a new account that is called as the old one was */
    same_name.account = 77;
    check_int(case_admit(l, c.number, &(struct case_person){.account = other.account, .name = "bob"}, &by), ==, 1);
    check_int(sees(l, c.number, &same_name), ==, CASE_HIDDEN);
    close_and_remove(l);
}

static int find(struct ledger *l, const struct case_viewer *v, const char *number, enum case_access needed)
{
    struct case_record c;
    enum case_access access;
    json_t *arguments = json_pack("{s:s}", "number", number);
    int e = case_wall_find(l, v, arguments, needed, &c, &access);
    json_decref(arguments);
    return e;
}

TEST(what_may_not_be_seen_is_not_there)
{
    struct ledger *l = open_fresh();
    a_case(l, true);
    check_int(find(l, &other, "1", CASE_SHOWN), ==, -ENOENT);
    check_int(find(l, &root, "1", CASE_SHOWN), ==, -EACCES);
    check_int(find(l, &root, "1", CASE_TO_ADMIT), ==, 0);
    check_int(find(l, &auditor, "1", CASE_SHOWN), ==, 0);
    check_int(find(l, &auditor, "1", CASE_WRITE), ==, -EPERM);
    check_int(find(l, &analyst, "1", CASE_WRITE), ==, 0);
    static const char *const none[] = {"", "0", "-1", "2", "01", " 1", "1 ", "1x", "x", "99999999999999999999", "9223372036854775807"};
    for (size_t i = 0; i < array_len(none); i++)
        check_int(find(l, &analyst, none[i], CASE_SHOWN), ==, -ENOENT);
    close_and_remove(l);
}

static void hold_noted(const char *arguments, bool is_restricted, const char *wanted)
{
    json_t *given = json_loads(arguments, 0, NULL), *noted = case_wall_noted(given, is_restricted);
    char *text = json_dumps(noted, JSON_COMPACT | JSON_SORT_KEYS);
    check_str(text, wanted);
    free(text);
    json_decref(noted);
    json_decref(given);
}

TEST(what_is_written_in_a_restricted_case_is_not_noted)
{
    static const char note[] = "{\"number\":\"2\",\"text\":\"the insider is\"}";
    hold_noted(note, false, note);
    hold_noted(note, true, "{\"number\":\"2\"}");
    hold_noted("{\"title\":\"an insider\",\"restricted\":true,\"subjects\":[\"a.example\"],\"text\":\"x\"}", false, "{\"restricted\":true}");
    hold_noted("{\"number\":\"2\",\"account\":\"bob\",\"write\":false}", true, "{\"account\":\"bob\",\"number\":\"2\",\"write\":false}");
    hold_noted("{\"number\":\"2\",\"claim\":\"c2\",\"reason\":\"x\",\"subject\":\"a.example\",\"note\":\"y\",\"evidence\":[]}", true, "{\"number\":\"2\"}");
}

int main(int argc, char **argv)
{
    if (argc > 1)
        document = argv[1];
    return test_main(1, argv);
}
