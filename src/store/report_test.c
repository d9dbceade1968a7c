/* Reports of wrong blocks: kept, found, decided once, counted, and bounded. */
#include "store/report.h"

#include <errno.h>
#include <sqlite3.h>
#include <string.h>

#include "store/ledger_file_test.h"
#include "store/ledger_impl.h"

#define SECOND INT64_C(1000000)
#define DAY (86400 * SECOND)

static struct report report_of(const char *reference, const char *name, const char *member, unsigned host, int64_t made_us)
{
    struct report r = {.made_us = made_us, .verdict = {7, 3}};
    uint8_t octets[16] = {0x20, 0x01, 0x0d, 0xb8};
    octets[15] = (uint8_t)host;
    memcpy(&r.address, octets, sizeof octets);
    snprintf(r.reference, sizeof r.reference, "%s", reference);
    snprintf(r.name, sizeof r.name, "%s", name);
    snprintf(r.given, sizeof r.given, "http://%s/", name);
    snprintf(r.text, sizeof r.text, "これは病院のページです");
    snprintf(r.contact, sizeof r.contact, "hana@example.jp");
    snprintf(r.language, sizeof r.language, "ja");
    snprintf(r.member, sizeof r.member, "%s", member);
    snprintf(r.cause, sizeof r.cause, "ads");
    return r;
}

static void add(struct ledger *l, const char *reference, const char *name, const char *member, unsigned host, int64_t made_us)
{
    struct report r = report_of(reference, name, member, host, made_us);
    check_int(report_add(l, &r), ==, 0);
}

static int note(void *self, const struct report *r)
{
    char *text = self;
    snprintf(text + strlen(text), 200 - strlen(text), "%s %s %s;", r->reference, r->name, report_state_word(r->state));
    return 0;
}

TEST(what_was_written_is_kept)
{
    struct ledger *l = open_fresh();
    struct report r = report_of("REFERENCE", "a.example", "hospital", 1, 5), back;
    check_int(report_add(l, &r), ==, 0);
    check_int(r.number, ==, 1);
    check_int(report_by_reference(l, "REFERENCE", &back), ==, 0);
    r.state = REPORT_OPEN;
    check_bytes(&back.address, &r.address, sizeof r.address);
    check_str(back.text, r.text);
    check_str(back.given, "http://a.example/");
    check_str(back.contact, "hana@example.jp");
    check_str(back.member, "hospital");
    check_str(back.cause, "ads");
    check_int(back.verdict.id, ==, 7);
    check_int(back.verdict.line, ==, 3);
    check_int(back.state, ==, REPORT_OPEN);
    check_int(report_by_reference(l, "OTHER", &back), ==, -ENOENT);
    check_int(report_by_number(l, 2, &back), ==, -ENOENT);
    check_int(report_add(l, &r), ==, -EEXIST);
    r.reference[0] = '\0';
    check_int(report_add(l, &r), ==, -EINVAL);
    close_and_remove(l);
}

TEST(members_see_their_own_and_states_are_filtered)
{
    struct ledger *l = open_fresh();
    unsigned count;
    char all[200] = "", own[200] = "", open[200] = "", second[200] = "";
    add(l, "A", "a.example", "hospital", 1, 1);
    add(l, "B", "b.example", "city", 2, 2);
    add(l, "C", "c.example", "hospital", 3, 3);
    check_int(report_decide(l, 3, false, REPORT_REFUSED, "it is phishing", "ken (analyst)", 10, &count), ==, 0);
    check_int(report_list(l, &(struct report_filter){.state = -1, .limit = 10}, note, all), ==, 0);
    check_str(all, "C c.example refused;B b.example open;A a.example open;");
    check_int(report_list(l, &(struct report_filter){.member = "hospital", .state = -1, .limit = 10}, note, own), ==, 0);
    check_str(own, "C c.example refused;A a.example open;");
    check_int(report_list(l, &(struct report_filter){.member = "hospital", .state = REPORT_OPEN, .limit = 10}, note, open), ==, 0);
    check_str(open, "A a.example open;");
    check_int(report_list(l, &(struct report_filter){.state = -1, .before = 3, .limit = 1}, note, second), ==, 0);
    check_str(second, "B b.example open;");
    close_and_remove(l);
}

TEST(a_release_decides_all_of_the_name_and_nothing_twice)
{
    struct ledger *l = open_fresh();
    unsigned count;
    struct report r;
    add(l, "A", "a.example", "", 1, 1);
    add(l, "B", "a.example", "", 2, 2);
    add(l, "C", "b.example", "", 3, 3);
    check_int(report_decide(l, 1, true, REPORT_RELEASED, "a shop", "ken (analyst)", 9, &count), ==, 0);
    check_int(count, ==, 2);
    check_int(report_by_reference(l, "B", &r), ==, 0);
    check_int(r.state, ==, REPORT_RELEASED);
    check_str(r.reason, "a shop");
    check_str(r.decided_by, "ken (analyst)");
    check_int(r.decided_us, ==, 9);
    check_int(report_by_reference(l, "C", &r), ==, 0);
    check_int(r.state, ==, REPORT_OPEN);
    check_int(report_decide(l, 1, true, REPORT_REFUSED, "no", "x", 10, &count), ==, -ENOENT);
    check_int(report_decide(l, 4, true, REPORT_REFUSED, "no", "x", 10, &count), ==, -ENOENT);
    close_and_remove(l);
}

TEST(an_address_has_so_many_a_day)
{
    struct ledger *l = open_fresh();
    char reference[16];
    for (unsigned i = 0; i < REPORT_OF_ADDRESS_MAX; i++) {
        snprintf(reference, sizeof reference, "R%u", i);
        add(l, reference, "a.example", "", 1, DAY + i);
    }
    struct report r = report_of("LAST", "a.example", "", 1, DAY + 100);
    check_int(report_add(l, &r), ==, -EDQUOT);
    r.address.bytes[15] = 2; /* another address of the same /64 */
    check_int(report_add(l, &r), ==, -EDQUOT);
    struct report other = report_of("OTHER", "a.example", "", 1, DAY + 100);
    other.address.bytes[7] = 1;
    check_int(report_add(l, &other), ==, 0);
    r.made_us = 2 * DAY; /* 24 hours after the first one */
    check_int(report_add(l, &r), ==, 0);
    close_and_remove(l);
}

TEST(of_ipv4_each_address_is_one)
{
    struct ledger *l = open_fresh();
    char reference[16];
    for (unsigned i = 0; i <= REPORT_OF_ADDRESS_MAX; i++) {
        snprintf(reference, sizeof reference, "R%u", i);
        struct report r = report_of(reference, "a.example", "", 1, DAY + i);
        r.address = (struct addr){.bytes = {[10] = 0xff, 0xff, 192, 0, 2, (uint8_t)(i / REPORT_OF_ADDRESS_MAX)}};
        check_int(report_add(l, &r), ==, 0);
        r.address.bytes[15] = 0;
        r.reference[0] = 'S';
        if (i == REPORT_OF_ADDRESS_MAX)
            check_int(report_add(l, &r), ==, -EDQUOT);
    }
    close_and_remove(l);
}

/* By another number than a day of typing would take: the rows are put in by SQL. */
static void fill(struct ledger *l, unsigned state)
{
    char sql[600];
    snprintf(sql, sizeof sql,
             "WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < %d) INSERT INTO report (reference, name, given, text,"
             " contact, language, member, address, cause, verdict, line, made_us, state, reason, decided_by, decided_us)"
             " SELECT 'F' || i, 'x.example', '', '', '', '', '', zeroblob(16), '', 0, 0, i, %u, '', '', i FROM n",
             REPORTS_MAX, state);
    check_int(sqlite3_exec(l->db, sql, NULL, NULL, NULL), ==, SQLITE_OK);
}

TEST(the_oldest_decided_one_gives_way)
{
    struct ledger *l = open_fresh();
    struct report r;
    int64_t count;
    fill(l, REPORT_REFUSED);
    add(l, "NEW", "a.example", "", 1, DAY);
    check_int(ledger_read_number(l, "SELECT count(*) FROM report", &count), ==, 0);
    check_int(count, ==, REPORTS_MAX);
    check_int(report_by_reference(l, "F1", &r), ==, -ENOENT);
    check_int(report_by_reference(l, "F2", &r), ==, 0);
    close_and_remove(l);
}

TEST(open_ones_do_not_give_way)
{
    struct ledger *l = open_fresh();
    struct report r = report_of("NEW", "a.example", "", 1, DAY);
    fill(l, REPORT_OPEN);
    check_int(report_add(l, &r), ==, -ENOSPC);
    close_and_remove(l);
}

static int note_cause(void *self, const struct report_cause *c)
{
    char *text = self;
    snprintf(text + strlen(text), 200 - strlen(text), "%s %u %u %u;", c->cause, (unsigned)c->open, (unsigned)c->released, (unsigned)c->refused);
    return 0;
}

TEST(times_to_release_are_reckoned)
{
    struct ledger *l = open_fresh();
    struct report_summary s;
    unsigned count;
    static const int64_t took[] = {5, 1, 100, 2, 3};
    char causes[200] = "";
    check_int(report_summarise(l, NULL, 0, &s), ==, 0);
    check(s.open == 0 && s.released == 0 && s.median_us == 0 && s.oldest_open_us == 0);
    for (unsigned i = 0; i < array_len(took); i++) {
        char reference[8];
        snprintf(reference, sizeof reference, "T%u", i);
        add(l, reference, reference, i < 3 ? "hospital" : "city", i, 1000 * SECOND);
        check_int(report_decide(l, i + 1, true, REPORT_RELEASED, "x", "x", (1000 + took[i]) * SECOND, &count), ==, 0);
    }
    add(l, "OPEN", "o.example", "city", 9, 1500 * SECOND);
    add(l, "NO", "n.example", "city", 9, 1600 * SECOND);
    check_int(report_decide(l, 7, false, REPORT_REFUSED, "x", "x", 1700 * SECOND, &count), ==, 0);
    check_int(report_summarise(l, NULL, 0, &s), ==, 0);
    check(s.open == 1 && s.released == 5 && s.refused == 1);
    check_int(s.oldest_open_us, ==, 1500 * SECOND);
    check_int(s.median_us, ==, 3 * SECOND);
    check_int(s.p90_us, ==, 100 * SECOND);
    check_int(report_summarise(l, "hospital", 0, &s), ==, 0);
    check(s.open == 0 && s.released == 3 && s.median_us == 5 * SECOND);
    check_int(report_summarise(l, NULL, 1050 * SECOND, &s), ==, 0);
    check(s.released == 1 && s.median_us == 100 * SECOND);
    check_int(report_causes(l, NULL, 0, 10, note_cause, causes), ==, 0);
    check_str(causes, "ads 1 5 1;");
    close_and_remove(l);
}

int main(int argc, char **argv)
{
    return test_main(argc, argv);
}
