/* Cases: kept, found by what they have, traced, bounded. */
#include "store/case.h"

#include <errno.h>
#include <string.h>

#include "store/ledger_file_test.h"
#include "store/ledger_impl.h"

static const struct case_asker nobody = {0, ""};
static const struct case_hand ana = {"ana (analyst)", 100};

static struct case_record a_case(struct ledger *l, const char *title, const char *owner)
{
    struct case_record c = {.tlp = VERDICT_TLP_GREEN, .severity = VERDICT_HIGH, .made_us = 50, .made_by = "ana (analyst)"};
    snprintf(c.title, sizeof c.title, "%s", title);
    snprintf(c.owner, sizeof c.owner, "%s", owner);
    check_int(case_add(l, &c, 7, "ana"), ==, 0);
    return c;
}

static struct case_subject a_subject(const char *value, const char *note)
{
    struct case_subject s = {.subject = {.kind = SUBJECT_DOMAIN}};
    snprintf(s.subject.value, sizeof s.subject.value, "%s", value);
    snprintf(s.note, sizeof s.note, "%s", note);
    return s;
}

static int note_number(void *self, const struct case_record *c, const struct case_facts *f)
{
    (void)f;
    *(int64_t *)self = *(int64_t *)self * 10 + c->number;
    return 0;
}

static int64_t found(struct ledger *l, struct case_filter f)
{
    int64_t numbers = 0;
    check_int(case_list(l, &f, &nobody, note_number, &numbers), ==, 0);
    return numbers;
}

/* "field old>text;" of each note, the newest first. */
static int note_text(void *self, const struct case_note *n)
{
    char *to = self;
    snprintf(to + strlen(to), 400 - strlen(to), "%s %s>%s;", n->field, n->old, n->text);
    return 0;
}

static const char *notes(struct ledger *l, int64_t number, const char *member, unsigned max)
{
    static char text[400];
    text[0] = '\0';
    check_int(case_notes(l, number, member, 0, max, note_text, text), ==, 0);
    return text;
}

TEST(what_was_written_is_read)
{
    struct ledger *l = open_fresh();
    struct case_record c = a_case(l, "銀行をかたるフィッシング", "ana"), back;
    struct case_facts f;
    check_int(c.number, ==, 1);
    check_int(case_get(l, 1, &(struct case_asker){7, ""}, &back, &f), ==, 0);
    check_str(back.title, "銀行をかたるフィッシング");
    check_str(back.owner, "ana");
    check_str(back.made_by, "ana (analyst)");
    check(back.severity == VERDICT_HIGH && back.tlp == VERDICT_TLP_GREEN && back.state == CASE_OPEN && back.made_us == 50 && back.version == 1);
    check(f.is_admitted && f.may_write && !f.is_concerned);
    check_int(case_get(l, 1, &nobody, &back, &f), ==, 0);
    check(!f.is_admitted && !f.may_write);
    check_int(case_get(l, 2, &nobody, &back, &f), ==, -ENOENT);
    close_and_remove(l);
}

TEST(a_change_leaves_what_was_before)
{
    struct ledger *l = open_fresh();
    struct case_record c = a_case(l, "one", "ana"), to = c, back;
    struct case_facts f;
    check_int(case_change(l, &c, &to, &ana), ==, 0);
    to.state = CASE_CLOSED;
    check_int(case_change(l, &c, &to, &ana), ==, -EINVAL); /* without an outcome */
    to.outcome = CASE_RESOLVED;
    to.severity = VERDICT_LOW;
    check_int(case_change(l, &c, &to, &ana), ==, 1);
    check_str(notes(l, 1, NULL, 3), "severity high>low;outcome none>resolved;state open>closed;");
    check_int(case_get(l, 1, &nobody, &back, &f), ==, 0);
    check(back.closed_us == 100 && back.changed_us == 100 && back.version == 2 && back.state == CASE_CLOSED);
    c = to;
    to.state = CASE_OPEN;
    to.outcome = CASE_NO_OUTCOME;
    check_int(case_change(l, &c, &to, &(struct case_hand){"bob", 200}), ==, 1);
    check_int(case_get(l, 1, &nobody, &back, &f), ==, 0);
    check(back.closed_us == 0 && back.version == 3);
    snprintf(to.title, sizeof to.title, "two\nlines");
    check_int(case_change(l, &back, &to, &ana), ==, -EINVAL);
    close_and_remove(l);
}

TEST(notes_are_neither_edited_nor_removed)
{
    struct ledger *l = open_fresh();
    int64_t id = 0;
    a_case(l, "one", "ana");
    check_int(case_add_note(l, 1, "called the bank\n二行目", true, &ana, &id), ==, 1);
    check_int(case_add_note(l, 1, "reset your passwords", false, &ana, &id), ==, 1);
    check_str(notes(l, 1, NULL, 2), " >reset your passwords; >called the bank\n二行目;");
    check_str(notes(l, 1, "hospital", 9), " >reset your passwords;");
    check_int(ledger_run(l, "UPDATE case_note SET text = 'x'"), <, 0);
    check_int(ledger_run(l, "DELETE FROM case_note"), <, 0);
    check_int(case_add_note(l, 1, "", true, &ana, &id), ==, -EINVAL);
    check_int(case_add_note(l, 1, "bell\a", true, &ana, &id), ==, -EINVAL);
    check_int(case_add_note(l, 1, "\xff", true, &ana, &id), ==, -EINVAL);
    check_str(notes(l, 1, "hospital", 9), " >reset your passwords;");
    close_and_remove(l);
}

static bool is_answered(struct ledger *l, int64_t number, const char *member)
{
    struct case_record c = {0};
    struct case_facts f;
    check_int(case_get(l, number, &(struct case_asker){0, member}, &c, &f), ==, 0);
    return c.is_answered;
}

TEST(a_member_answers_to_the_centre_alone)
{
    static const struct case_hand eve = {"eve (operator)", 5}, bob = {"bob (operator)", 6};
    struct ledger *l = open_fresh();
    int64_t id = 0;
    a_case(l, "one", "ana");
    check_int(case_add_note(l, 1, "what did you find?", false, &ana, &id), ==, 1);
    check_int(case_add_answer(l, 1, "hospital", "one PC, cleaned", &eve, &id), ==, 1);
    check_int(case_add_answer(l, 1, "city", "nothing", &bob, &id), ==, 1);
    check_str(notes(l, 1, NULL, 3), " >nothing; >one PC, cleaned; >what did you find?;");
    check_str(notes(l, 1, "hospital", 9), " >one PC, cleaned; >what did you find?;");
    check_str(notes(l, 1, "city", 9), " >nothing; >what did you find?;");
    check_str(notes(l, 1, "bank", 9), " >what did you find?;");
    check_int(case_add_answer(l, 1, "hospital", "bell\a", &eve, &id), ==, -EINVAL);
    check_int(case_add_answer(l, 1, "", "of nobody", &eve, &id), ==, -EINVAL);
    for (unsigned i = 1; i < CASE_ANSWERS_MAX; i++)
        check_int(case_add_answer(l, 1, "hospital", "again", &eve, &id), ==, 1);
    check_int(case_add_answer(l, 1, "hospital", "once too often", &eve, &id), ==, -E2BIG);
    check_int(case_add_answer(l, 1, "city", "there is room for others", &bob, &id), ==, 1);
    /* 102 answers stand there; the centre's own are not counted with them. */
    check_int(ledger_run(l, "WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 1897)"
                            " INSERT INTO case_note (number, field, internal, made_by, made_us, old, text, member) SELECT 1, '', 0, '', 0, '', 'x', 'm' || i FROM n"),
              ==, 0);
    check_int(case_add_answer(l, 1, "city", "the 2,000th", &bob, &id), ==, 1);
    check_int(case_add_answer(l, 1, "bank", "one more", &bob, &id), ==, -E2BIG);
    check_int(case_add_note(l, 1, "the centre goes on", true, &ana, &id), ==, 1);
    close_and_remove(l);
}

TEST(an_answer_waits_until_the_centre_does_something)
{
    static const struct case_hand bob = {"bob (operator)", 6};
    const struct subject about = {.kind = SUBJECT_DOMAIN, .value = "evil.example"};
    struct ledger *l = open_fresh();
    int64_t id = 0;
    a_case(l, "one", "ana");
    check_int(case_add_answer(l, 1, "city", "nothing", &bob, &id), ==, 1);
    a_case(l, "two", "ana");
    check_int(found(l, (struct case_filter){.state = -1}), ==, 21);
    check_int(found(l, (struct case_filter){.state = -1, .is_answered = true}), ==, 1);
    check_int(found(l, (struct case_filter){.state = CASE_WAITING, .is_answered = true}), ==, 0);
    check_int(found(l, (struct case_filter){.state = CASE_OPEN, .is_answered = true, .owner = "ana"}), ==, 1);
    check_int(found(l, (struct case_filter){.state = -1, .is_answered = true, .owner = "bob"}), ==, 0);
    check_int(found(l, (struct case_filter){.state = -1, .is_answered = true, .member = "bank"}), ==, 0);
    check_int(found(l, (struct case_filter){.state = -1, .is_answered = true, .subject = &about}), ==, 0);
    check_int(case_add_subjects(l, 2, &(struct case_subject){.subject = about}, 1, &ana), ==, 1);
    check_int(found(l, (struct case_filter){.state = -1, .is_answered = true, .subject = &about}), ==, 0); /* of the other case */
    check_int(case_add_subjects(l, 1, &(struct case_subject){.subject = about}, 1, &ana), ==, 1);
    check_int(case_add_answer(l, 1, "city", "that one, too", &bob, &id), ==, 1);
    check_int(found(l, (struct case_filter){.state = -1, .is_answered = true, .subject = &about}), ==, 1);
    check(is_answered(l, 1, "") && !is_answered(l, 2, ""));
    check(!is_answered(l, 1, "bank")); /* what others said is not told */
    check(!is_answered(l, 1, "city"));
    check_int(case_add_note(l, 1, "thank you", true, &ana, &id), ==, 1);
    check(!is_answered(l, 1, ""));
    check_int(found(l, (struct case_filter){.state = -1, .is_answered = true}), ==, 0);
    check_int(case_add_answer(l, 1, "city", "one more thing", &bob, &id), ==, 1);
    check(is_answered(l, 1, ""));
    check_int(case_add_member(l, 1, "bank", &ana), ==, 1); /* a change is a reaction, too */
    check(!is_answered(l, 1, ""));
    close_and_remove(l);
}

static int count_subject(void *self, const struct case_subject *s)
{
    *(unsigned *)self += s->subject.value[0] != '\0';
    return 0;
}

TEST(subjects_are_added_as_one_step)
{
    struct ledger *l = open_fresh();
    unsigned count = 0;
    a_case(l, "one", "ana");
    struct case_subject s[] = {a_subject("a.example", ""), a_subject("b.example", "the page itself"), a_subject("c.example", "x\x01")};
    check_int(case_add_subjects(l, 1, s, 3, &ana), ==, -EINVAL);
    check_int(case_subjects(l, 1, 0, 9, count_subject, &count), ==, 0);
    check_int(count, ==, 0); /* none of them */
    check_int(case_add_subjects(l, 1, s, 2, &ana), ==, 2);
    check_int(case_add_subjects(l, 1, s, 2, &ana), ==, 0);
    s[0] = a_subject("a.example", "its server");
    check_int(case_add_subjects(l, 1, s, 2, &ana), ==, 1);
    check_str(notes(l, 1, NULL, 3), "subject-note >its server;subject >domain b.example;subject >domain a.example;");
    check_int(case_drop_subject(l, 1, &s[0].subject, &ana), ==, 1);
    check_int(case_drop_subject(l, 1, &s[0].subject, &ana), ==, 0);
    check_str(notes(l, 1, NULL, 1), "subject domain a.example>;");
    check_int(case_subjects(l, 1, 0, 9, count_subject, &count), ==, 0);
    check_int(count, ==, 1);
    close_and_remove(l);
}

TEST(cases_are_found_by_what_they_have)
{
    struct ledger *l = open_fresh();
    struct case_subject s = a_subject("a.example", "");
    struct case_record second, to;
    a_case(l, "one", "ana");
    second = to = a_case(l, "two", "bob");
    a_case(l, "three", "ana");
    check_int(case_add_subjects(l, 1, &s, 1, &ana), ==, 1);
    check_int(case_add_subjects(l, 3, &s, 1, &ana), ==, 1);
    check_int(case_add_member(l, 2, "hospital", &ana), ==, 1);
    check_int(case_add_member(l, 2, "hospital", &ana), ==, 0);
    check_int(case_add_member(l, 3, "hospital", &ana), ==, 1);
    to.state = CASE_WAITING;
    check_int(case_change(l, &second, &to, &ana), ==, 1);
    check_int(found(l, (struct case_filter){.state = -1}), ==, 321);
    check_int(found(l, (struct case_filter){.state = -1, .before = 3}), ==, 21);
    check_int(found(l, (struct case_filter){.state = CASE_WAITING}), ==, 2);
    check_int(found(l, (struct case_filter){.state = -1, .owner = "ana"}), ==, 31);
    check_int(found(l, (struct case_filter){.state = -1, .member = "hospital"}), ==, 32);
    check_int(found(l, (struct case_filter){.state = CASE_OPEN, .member = "hospital"}), ==, 3);
    check_int(found(l, (struct case_filter){.state = -1, .member = "city"}), ==, 0);
    check_int(found(l, (struct case_filter){.state = -1, .subject = &s.subject}), ==, 31);
    check_int(found(l, (struct case_filter){.state = -1, .subject = &s.subject, .member = "hospital"}), ==, 3);
    s.subject.kind = SUBJECT_HOST;
    check_int(found(l, (struct case_filter){.state = -1, .subject = &s.subject}), ==, 0);
    close_and_remove(l);
}

TEST(each_table_has_an_end)
{
    struct ledger *l = open_fresh();
    struct case_record c = a_case(l, "one", "ana"), to = c;
    struct case_subject s = a_subject("last.example", "");
    int64_t id;
    check_int(ledger_run(l, "WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 500)"
                            " INSERT INTO case_subject SELECT 1, 0, i || '.example', '', '', 0 FROM n"),
              ==, 0);
    check_int(case_add_subjects(l, 1, &s, 1, &ana), ==, -E2BIG);
    check_int(ledger_run(l, "WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 500) INSERT INTO case_member SELECT 1, 'm' || i FROM n"), ==, 0);
    check_int(case_add_member(l, 1, "one more", &ana), ==, -E2BIG);
    check_int(ledger_run(l, "WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 49) INSERT INTO case_person SELECT 1, 100 + i, 'p', 0 FROM n"), ==, 0);
    check_int(case_admit(l, 1, &(struct case_person){.account = 5, .name = "eve"}, &ana), ==, -E2BIG);
    check_int(case_admit(l, 1, &(struct case_person){.account = 7, .name = "ana"}, &ana), ==, 1); /* who is there can be made a reader */
    check_int(ledger_run(l, "WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 2000)"
                            " INSERT INTO case_note (number, field, internal, made_by, made_us, old, text) SELECT 1, '', 1, '', 0, '', 'x' FROM n"),
              ==, 0);
    check_int(case_add_note(l, 1, "one more", true, &ana, &id), ==, -E2BIG);
    check_int(ledger_run(l, "WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 8000)"
                            " INSERT INTO case_note (number, field, internal, made_by, made_us, old, text) SELECT 1, 'title', 1, '', 0, '', 'x' FROM n"),
              ==, 0);
    snprintf(to.title, sizeof to.title, "another");
    check_int(case_change(l, &c, &to, &ana), ==, -E2BIG);
    to = c;
    to.state = CASE_CLOSED;
    to.outcome = CASE_DUPLICATE;
    check_int(case_change(l, &c, &to, &ana), ==, 1); /* it can still be closed */
    check_int(ledger_run(l, "UPDATE case_file SET number = 100000 WHERE number = 99; INSERT INTO case_file SELECT 100000, title, state, outcome, severity, tlp, owner,"
                            " made_by, restricted, shared, made_us, changed_us, closed_us, version FROM case_file"),
              ==, 0);
    struct case_record more = {.made_us = 1, .title = "one more", .made_by = "ana"};
    check_int(case_add(l, &more, 7, "ana"), ==, -E2BIG);
    close_and_remove(l);
}

static int count_person(void *self, const struct case_person *p)
{
    *(unsigned *)self += p->may_write ? 10 : 1;
    return 0;
}

static int sum_link(void *self, const struct case_link *link)
{
    *(int64_t *)self += link->reference * (link->kind == CASE_LINK_REPORT ? 100 : 1);
    return 0;
}

TEST(people_and_links)
{
    struct ledger *l = open_fresh();
    unsigned people = 0;
    int64_t links = 0;
    a_case(l, "one", "ana");
    check_int(case_admit(l, 1, &(struct case_person){.account = 8, .name = "bob"}, &ana), ==, 1);
    check_int(case_admit(l, 1, &(struct case_person){.account = 8, .name = "bob"}, &ana), ==, 0);
    check_int(case_people(l, 1, count_person, &people), ==, 0);
    check_int(people, ==, 11);
    check_int(case_dismiss(l, 1, "nobody", &ana), ==, 0);
    check_int(case_add_link(l, 1, CASE_LINK_VERDICT, 3, &ana), ==, 1);
    check_int(case_add_link(l, 1, CASE_LINK_VERDICT, 3, &ana), ==, 0);
    check_int(case_add_link(l, 1, CASE_LINK_REPORT, 4, &ana), ==, 1);
    check_int(case_links(l, 1, sum_link, &links), ==, 0);
    check_int(links, ==, 403);
    check_str(notes(l, 1, NULL, 2), "link >report 4;link >verdict 3;");
    close_and_remove(l);
}

TEST(judging_is_one_step)
{
    struct ledger *l = open_fresh();
    struct verdict v[2] = {{.claim = CLAIM_PHISHING, .probability = 900, .made_us = 5, .from_us = 5, .author.name = "ana", .reason = "seen"}};
    snprintf(v[0].subject.value, sizeof v[0].subject.value, "a.example");
    v[1] = v[0];
    snprintf(v[1].subject.value, sizeof v[1].subject.value, "b.example");
    a_case(l, "one", "ana");
    check_int(case_judge(l, 1, v, 2, &ana), ==, 0);
    check_str(notes(l, 1, NULL, 1), "judged >phishing 1-2;");
    uint64_t size;
    uint8_t root[LEDGER_HASH_LEN];
    v[0] = v[1];
    v[0].id = v[1].id = (struct verdict_id){0};
    v[1].supersedes = 99; /* there is no such verdict: none is appended */
    check_int(case_judge(l, 1, v, 2, &ana), ==, -ENOENT);
    ledger_root(l, &size, root);
    check_int((int64_t)size, ==, 2);
    check_str(notes(l, 1, NULL, 1), "judged >phishing 1-2;");
    close_and_remove(l);
}

int main(int argc, char **argv)
{
    return test_main(argc, argv);
}
