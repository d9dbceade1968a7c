/* The table of permissions against the one for people in docs/formats/api.md, row by row. */
#include "api/web/permission.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "base/test.h"

static const char *document; /* path, from the command line */

/* The next cell of a row of a table; NULL: there is none. */
static char *cell(char **at)
{
    char *start = *at + strspn(*at, "| "), *end = strchr(start, '|');
    if (!end)
        return NULL;
    *at = end;
    while (end > start && end[-1] == ' ')
        end--;
    *at += *end == '|' ? 0 : 1;
    *end = '\0';
    return start;
}

static enum access access_of(const char *word)
{
    return strcmp(word, "all") == 0 ? ACCESS_ALL : strcmp(word, "own") == 0 ? ACCESS_OWN : ACCESS_NONE;
}

TEST(the_document_and_the_table_say_the_same)
{
    char line[1024];
    unsigned rows = 0, roles[ACCOUNT_ROLE_COUNT], columns = 0;
    FILE *f = fopen(document, "r");
    check(f != NULL);
    while (f && fgets(line, sizeof line, f)) {
        char *at = line, *first = line[0] == '|' ? cell(&at) : NULL, *word;
        enum permission permission;
        if (first && strcmp(first, "permission") == 0) {
            for (columns = 0; columns < ACCOUNT_ROLE_COUNT && (word = cell(&at)); columns++) {
                enum account_role role;
                check_int(account_role_parse(word, &role), ==, 0);
                roles[columns] = role;
            }
        } else if (first && columns > 0 && permission_parse(first, &permission) == 0) {
            rows++;
            for (unsigned i = 0; i < columns && (word = cell(&at)); i++) {
                if (permission_access(permission, (enum account_role)roles[i]) != access_of(word))
                    printf("# %s, %s: the document says %s\n", first, account_role_word(roles[i]), word);
                check_int(permission_access(permission, (enum account_role)roles[i]), ==, access_of(word));
            }
        }
    }
    if (f)
        fclose(f);
    check_int(columns, ==, ACCOUNT_ROLE_COUNT);
    check_int(rows, ==, PERMISSION_COUNT);
}

TEST(nothing_beyond_the_table_is_permitted)
{
    check_int(permission_access(PERMISSION_COUNT, ACCOUNT_ADMINISTRATOR), ==, ACCESS_NONE);
    check_int(permission_access(PERMIT_LOG, ACCOUNT_ROLE_COUNT), ==, ACCESS_NONE);
}

int main(int argc, char **argv)
{
    if (argc > 1)
        document = argv[1];
    return test_main(1, argv);
}
