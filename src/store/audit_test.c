/* Who did what: written, read back newest first, part of the log, and found changed when it was. */
#include "store/audit.h"

#include <errno.h>
#include <sqlite3.h>
#include <string.h>

#include "store/ledger_file_test.h"

static struct audit_row row(const char *account, const char *what, const char *about)
{
    struct audit_row r = {.role = ACCOUNT_ANALYST, .count = 2, .first_us = 5, .last_us = 9};
    snprintf(r.account, sizeof r.account, "%s", account);
    snprintf(r.what, sizeof r.what, "%s", what);
    snprintf(r.about, sizeof r.about, "%s", about);
    return r;
}

struct seen {
    char text[512];
    unsigned count;
};

static int note(void *self, uint32_t entry, const struct audit_row *r)
{
    struct seen *s = self;
    size_t len = strlen(s->text);
    s->count++;
    snprintf(s->text + len, sizeof s->text - len, "%u %s %s %s %u;", (unsigned)entry, r->account, r->what, r->about, (unsigned)r->count);
    return 0;
}

TEST(rows_come_back_newest_first)
{
    struct ledger *l = open_fresh();
    struct audit_row rows[] = {row("hana", "GET /log", "name=a.example"), row("ken", "POST /rules/block", "{\"name\":\"火.example\"}")};
    struct seen all = {.text = ""}, older = {.text = ""}, one = {.text = ""};
    uint32_t bad = 7;
    check_int(audit_append(l, 100, rows, 2), ==, 0);
    check_int(audit_append(l, 200, rows, 1), ==, 0);
    check_int(audit_list(l, 0, 10, note, &all), ==, 0);
    check_str(all.text, "2 hana GET /log name=a.example 2;1 ken POST /rules/block {\"name\":\"火.example\"} 2;1 hana GET /log name=a.example 2;");
    check_int(audit_list(l, 2, 10, note, &older), ==, 0);
    check_int(older.count, ==, 2);
    check_int(audit_list(l, 0, 1, note, &one), ==, 0);
    check_int(one.count, ==, 1);
    check_int(ledger_verify(l, NULL, NULL, &bad), ==, 0);
    check_int(bad, ==, 0);
    close_and_remove(l);
}

TEST(what_is_no_entry_is_refused)
{
    struct ledger *l = open_fresh();
    static struct audit_row many[AUDIT_ROWS_MAX + 1];
    struct audit_row broken = row("a", "GET /x", "\xff");
    check_int(audit_append(l, 1, many, 0), ==, -EINVAL);
    check_int(audit_append(l, 1, many, AUDIT_ROWS_MAX + 1), ==, -EINVAL);
    check_int(audit_append(l, 1, &broken, 1), ==, -EINVAL);
    close_and_remove(l);
}

TEST(the_longest_rows_fit)
{
    struct ledger *l = open_fresh();
    static struct audit_row many[AUDIT_ROWS_MAX];
    struct seen all = {.text = ""};
    for (unsigned i = 0; i < AUDIT_ROWS_MAX; i++) {
        many[i] = row("", "", "");
        memset(many[i].account, 'a', sizeof many[i].account - 1);
        memset(many[i].what, 'w', sizeof many[i].what - 1);
        memset(many[i].about, '"', sizeof many[i].about - 1); /* twice as long when written */
    }
    check_int(audit_append(l, 1, many, AUDIT_ROWS_MAX), ==, 0);
    check_int(audit_list(l, 0, 1, note, &all), ==, 0);
    check_int(all.count, ==, AUDIT_ROWS_MAX);
    close_and_remove(l);
}

TEST(a_changed_entry_is_found)
{
    struct ledger *l = open_fresh();
    struct audit_row r = row("hana", "GET /log", "");
    uint32_t bad = 0;
    sqlite3 *db;
    check_int(audit_append(l, 100, &r, 1), ==, 0);
    check_int(sqlite3_open(ledger_path, &db), ==, SQLITE_OK);
    check_int(sqlite3_exec(db, "DROP TRIGGER entry_never_edited; UPDATE entry SET body = CAST(replace(CAST(body AS TEXT), 'hana', 'nobo') AS BLOB)", NULL, NULL, NULL), ==, SQLITE_OK);
    sqlite3_close(db);
    check_int(ledger_verify(l, NULL, NULL, &bad), <, 0);
    check_int(bad, ==, 1);
    close_and_remove(l);
}

int main(int argc, char **argv)
{
    return test_main(argc, argv);
}
