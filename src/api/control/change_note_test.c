/* What of the commands of the control socket is in the audit trail, and what of it is not. */
#include "api/control/change_note.h"

#include <stdio.h>
#include <string.h>

#include "store/audit.h"
#include "store/ledger_file_test.h"

static struct audit_row last;
static unsigned count;

static int take(void *self, uint32_t entry, const struct audit_row *row)
{
    (void)self, (void)entry;
    if (count++ == 0)
        last = *row;
    return 0;
}

static void note(struct ledger *l, const char *command, const char *arguments, unsigned wanted)
{
    json_t *object = json_loads(arguments, 0, NULL);
    check_int(change_note(l, "ana (uid 1000)", command, object, 5), ==, 0);
    json_decref(object);
    count = 0;
    check_int(audit_list(l, 0, 100, take, NULL), ==, 0);
    check_int(count, ==, wanted);
}

TEST(changes_are_noted_with_who_made_them)
{
    struct ledger *l = open_fresh();
    note(l, "members", "{\"command\":\"members\",\"user\":\"ana\"}", 0);
    note(l, "block", "{\"command\":\"block\",\"name\":\"a.example\"}", 0); /* is an entry itself */
    note(l, "member-remove", "{\"command\":\"member-remove\",\"user\":\"ana\",\"name\":\"hospital\"}", 1);
    check_str(last.account, "ana (uid 1000)");
    check_int(last.role, ==, ACCOUNT_ADMINISTRATOR);
    check_str(last.what, "command member-remove");
    check_str(last.about, "{\"name\":\"hospital\"}");
    check(!account_name_is_valid(last.account)); /* so it cannot be taken for an account of the console */
    note(l, "member-code", "{\"name\":\"hospital\",\"value\":\"a.example\",\"code\":\"ABCD-EFGH\"}", 2);
    check_str(last.about, "{\"name\":\"hospital\",\"value\":\"a.example\"}");
    close_and_remove(l);
}

TEST(what_is_long_is_cut)
{
    struct ledger *l = open_fresh();
    char arguments[800] = "{\"note\":\"";
    size_t at = strlen(arguments);
    memset(arguments + at, 'x', 600);
    snprintf(arguments + at + 600, sizeof arguments - at - 600, "\"}");
    note(l, "member-put", arguments, 1);
    check_int(strlen(last.about), ==, AUDIT_ABOUT_MAX - 1);
    check_str(last.about + AUDIT_ABOUT_MAX - 4, "...");
    close_and_remove(l);
}

int main(int argc, char **argv)
{
    return test_main(argc, argv);
}
