/* Indicators beside the ledger: what is new since, statements in order, rows that come back as they were put, sightings that add up. */
#include "store/indicator.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "base/test.h"
#include "store/ledger_file_test.h"

static uint32_t say(struct ledger *l, enum claim claim, enum subject_kind kind, const char *value, const char *author, uint32_t supersedes)
{
    struct verdict v = {.claim = claim, .probability = 900, .tlp = VERDICT_TLP_GREEN, .made_us = 1000, .from_us = 1000,
                        .supersedes = supersedes, .author = {.kind = VERDICT_BY_FEED}};
    v.subject.kind = kind;
    snprintf(v.subject.value, sizeof v.subject.value, "%s", value);
    snprintf(v.author.name, sizeof v.author.name, "%s", author);
    snprintf(v.reason, sizeof v.reason, "seen");
    check_int(ledger_append(l, &v), ==, 0);
    return v.number;
}

struct seen {
    char text[400];
};

static void note(struct seen *seen, const char *format, uint32_t number, const char *word)
{
    size_t n = strlen(seen->text);
    snprintf(seen->text + n, sizeof seen->text - n, format, n ? " " : "", number, word);
}

static int note_subject(void *self, uint32_t number, const struct subject *s)
{
    note(self, "%s%u:%s", number, s->value);
    return 0;
}

static int note_statement(void *self, const struct verdict *v, bool superseded)
{
    note(self, "%s%u%s", v->number, superseded ? "-" : "+");
    return 0;
}

static int note_indicator(void *self, uint32_t id, const struct indicator *i)
{
    note(self, "%s%u:%s", id, i->subject.value);
    return 0;
}

TEST(new_subjects_are_those_of_weighed_entries_after_the_number)
{
    struct ledger *l = open_fresh();
    struct seen seen = {""};
    uint32_t last;
    say(l, CLAIM_PHISHING, SUBJECT_DOMAIN, "a.example", "one", 0);
    say(l, CLAIM_BLOCK, SUBJECT_DOMAIN, "b.example", "one", 0); /* a directive */
    say(l, CLAIM_C2, SUBJECT_ADDRESS, "192.0.2.1", "one", 0);
    say(l, CLAIM_BENIGN, SUBJECT_DOMAIN, "a.example", "two", 0);
    check_int(indicator_new_subjects(l, 0, 3, note_subject, &seen, &last), ==, 0);
    check_str(seen.text, "1:a.example 3:192.0.2.1");
    check_int(last, ==, 3);
    seen.text[0] = '\0';
    check_int(indicator_new_subjects(l, last, 3, note_subject, &seen, &last), ==, 0);
    check_str(seen.text, "4:a.example");
    check_int(indicator_new_subjects(l, 4, 3, note_subject, &seen, &last), ==, 0);
    check_int(last, ==, 4);
    close_and_remove(l);
}

TEST(statements_are_those_of_the_kind_and_tell_what_was_replaced)
{
    struct ledger *l = open_fresh();
    struct subject domain = {SUBJECT_DOMAIN, "a.example"}, host = {SUBJECT_HOST, "a.example"}, other = {SUBJECT_DOMAIN, "c.example"};
    struct seen seen = {""};
    uint32_t id;
    uint32_t first = say(l, CLAIM_PHISHING, SUBJECT_DOMAIN, "a.example", "one", 0);
    say(l, CLAIM_PHISHING, SUBJECT_HOST, "a.example", "one", 0);
    say(l, CLAIM_PHISHING, SUBJECT_DOMAIN, "a.example", "one", first);
    check_int(indicator_statements(l, &domain, note_statement, &seen, &id), ==, 0);
    check_str(seen.text, "1- 3+");
    check_int(id, ==, 1);
    seen.text[0] = '\0';
    check_int(indicator_statements(l, &host, note_statement, &seen, &id), ==, 0);
    check_str(seen.text, "2+");
    check_int(id, ==, 2);
    check_int(indicator_statements(l, &other, note_statement, &seen, &id), ==, 0);
    check_int(id, ==, 0);
    close_and_remove(l);
}

static struct indicator some(const char *value)
{
    struct indicator i = {.claim = CLAIM_C2, .state = INDICATOR_ACTIVE, .decision = INDICATOR_DO_ASK, .probability = 777, .conflict = true,
                          .guards = INDICATOR_GUARD_OWN | INDICATOR_GUARD_SHARED, .tlp = VERDICT_TLP_RED, .pap = VERDICT_PAP_AMBER,
                          .verdict = 1, .verdict_count = 3, .source_count = 2, .false_blocks = 4, .first_us = 5, .last_us = 6,
                          .changed_us = 7, .next_us = 8};
    i.subject.kind = SUBJECT_DOMAIN;
    snprintf(i.subject.value, sizeof i.subject.value, "%s", value);
    return i;
}

TEST(a_row_comes_back_as_it_was_put)
{
    struct ledger *l = open_fresh();
    struct indicator i = some("a.example"), got;
    uint32_t id = say(l, CLAIM_C2, SUBJECT_DOMAIN, "a.example", "one", 0), found;
    struct subject unknown = {SUBJECT_DOMAIN, "b.example"};
    check_int(indicator_get(l, &i.subject, &found, &got), ==, -ENOENT);
    check_int(indicator_put(l, id, &i), ==, 0);
    check_int(indicator_get(l, &i.subject, &found, &got), ==, 0);
    check_int(found, ==, id);
    check(subject_equal(&got.subject, &i.subject) && got.claim == i.claim && got.state == i.state && got.decision == i.decision);
    check(got.probability == 777 && got.conflict && got.guards == i.guards && got.tlp == i.tlp && got.pap == i.pap);
    check(got.verdict == 1 && got.verdict_count == 3 && got.source_count == 2 && got.false_blocks == 4);
    check(got.first_us == 5 && got.last_us == 6 && got.changed_us == 7 && got.next_us == 8);
    i.state = INDICATOR_REVOKED;
    i.next_us = INT64_MAX;
    check_int(indicator_put(l, id, &i), ==, 0);
    check_int(indicator_get_by_id(l, id, &got), ==, 0);
    check(got.state == INDICATOR_REVOKED && got.next_us == INT64_MAX);
    check_int(indicator_get(l, &unknown, &found, &got), ==, -ENOENT);
    close_and_remove(l);
}

TEST(what_is_due_comes_by_its_time)
{
    struct ledger *l = open_fresh();
    struct indicator a = some("a.example"), b = some("b.example"), c = some("c.example");
    struct seen seen = {""};
    int64_t next;
    check_int(indicator_next_due(l, &next), ==, 0);
    check(next == INT64_MAX);
    b.next_us = 3;
    c.next_us = INT64_MAX;
    check_int(indicator_put(l, say(l, CLAIM_C2, SUBJECT_DOMAIN, "a.example", "one", 0), &a), ==, 0);
    check_int(indicator_put(l, say(l, CLAIM_C2, SUBJECT_DOMAIN, "b.example", "one", 0), &b), ==, 0);
    check_int(indicator_put(l, say(l, CLAIM_C2, SUBJECT_DOMAIN, "c.example", "one", 0), &c), ==, 0);
    check_int(indicator_next_due(l, &next), ==, 0);
    check_int(next, ==, 3);
    check_int(indicator_due(l, 7, 10, note_indicator, &seen), ==, 0);
    check_str(seen.text, "2:b.example");
    seen.text[0] = '\0';
    check_int(indicator_due(l, 8, 10, note_indicator, &seen), ==, 0);
    check_str(seen.text, "2:b.example 1:a.example");
    close_and_remove(l);
}

TEST(lists_are_filtered_and_go_on_after_a_number)
{
    struct ledger *l = open_fresh();
    struct indicator ask = some("a.example"), block = some("b.example"), ask_too = some("c.example");
    struct indicator_filter filter = {.decisions = 1 << INDICATOR_DO_ASK}, rest = {.after = 2}, calm = {.states = 1 << INDICATOR_EXPIRED};
    struct indicator_counts counts;
    struct seen seen = {""};
    block.decision = INDICATOR_DO_BLOCK;
    check_int(indicator_put(l, say(l, CLAIM_C2, SUBJECT_DOMAIN, "a.example", "one", 0), &ask), ==, 0);
    check_int(indicator_put(l, say(l, CLAIM_C2, SUBJECT_DOMAIN, "b.example", "one", 0), &block), ==, 0);
    check_int(indicator_put(l, say(l, CLAIM_C2, SUBJECT_DOMAIN, "c.example", "one", 0), &ask_too), ==, 0);
    check_int(indicator_list(l, &filter, note_indicator, &seen), ==, 0);
    check_str(seen.text, "1:a.example 3:c.example");
    seen.text[0] = '\0';
    check_int(indicator_list(l, &rest, note_indicator, &seen), ==, 0);
    check_str(seen.text, "3:c.example");
    seen.text[0] = '\0';
    check_int(indicator_list(l, &calm, note_indicator, &seen), ==, 0);
    check_str(seen.text, "");
    check_int(indicator_count(l, &counts), ==, 0);
    check_int(counts.state[INDICATOR_ACTIVE], ==, 3);
    check_int(counts.decision[INDICATOR_DO_ASK], ==, 2);
    check_int(counts.decision[INDICATOR_DO_BLOCK], ==, 1);
    close_and_remove(l);
}

static int sum(void *self, const struct indicator_sighting *s)
{
    note(self, "%s%u:%s", (uint32_t)s->count, s->member);
    return 0;
}

TEST(sightings_add_up_by_hour_and_member)
{
    struct ledger *l = open_fresh();
    struct indicator i = some("a.example");
    struct indicator_sighting one = {.indicator = 1, .hour = 10, .member = "east", .count = 3, .first_us = 100, .last_us = 200},
                              two = {.indicator = 1, .hour = 11, .member = "west", .count = 1, .first_us = 300, .last_us = 300}, none = two;
    struct seen seen = {""};
    uint64_t forgotten;
    none.indicator = 9;
    check_int(indicator_put(l, say(l, CLAIM_C2, SUBJECT_DOMAIN, "a.example", "one", 0), &i), ==, 0);
    check_int(indicator_add_sighting(l, &one), ==, 0);
    one.first_us = 50;
    check_int(indicator_add_sighting(l, &one), ==, 0);
    check_int(indicator_add_sighting(l, &two), ==, 0);
    check_int(indicator_add_sighting(l, &none), ==, -ENOENT);
    check_int(indicator_get_by_id(l, 1, &i), ==, 0);
    check_int(i.sightings, ==, 7);
    check_int(i.seen_members, ==, 2);
    check_int(i.seen_us, ==, 300);
    check_int(indicator_sightings(l, 1, 10, sum, &seen), ==, 0);
    check_str(seen.text, "1:west 6:east");
    check_int(indicator_forget_sightings(l, 11, &forgotten), ==, 0);
    check_int(forgotten, ==, 1);
    close_and_remove(l);
}

TEST(a_source_counts_what_came_of_it)
{
    struct ledger *l = open_fresh();
    struct indicator_source c;
    check_int(indicator_source_get(l, VERDICT_BY_FEED, "one", &c), ==, 0);
    check(c.said == 0 && c.last_us == 0);
    check_str(c.name, "one");
    c.said = 2;
    c.wrong = 1;
    c.last_us = 9;
    check_int(indicator_source_add(l, &c), ==, 0);
    c.wrong = (uint64_t)-1;
    c.last_us = 5;
    check_int(indicator_source_add(l, &c), ==, 0);
    check_int(indicator_source_get(l, VERDICT_BY_FEED, "one", &c), ==, 0);
    check_int(c.said, ==, 4);
    check_int(c.wrong, ==, 0);
    check_int(c.last_us, ==, 9);
    close_and_remove(l);
}

TEST(a_step_that_is_taken_back_leaves_no_trace)
{
    struct ledger *l = open_fresh();
    uint32_t number = 7;
    say(l, CLAIM_C2, SUBJECT_DOMAIN, "a.example", "one", 0);
    check_int(indicator_begin(l), ==, 0);
    check_int(indicator_set_folded(l, 1), ==, 0);
    indicator_rollback(l);
    check_int(indicator_folded(l, &number), ==, 0);
    check_int(number, ==, 0);
    check_int(indicator_begin(l), ==, 0);
    check_int(indicator_set_folded(l, 1), ==, 0);
    check_int(indicator_commit(l), ==, 0);
    check_int(indicator_folded(l, &number), ==, 0);
    check_int(number, ==, 1);
    check_int(say(l, CLAIM_C2, SUBJECT_DOMAIN, "a.example", "two", 0), ==, 2);
    close_and_remove(l);
}

static int note_said(void *self, const struct indicator_said *said)
{
    struct seen *seen = self;
    size_t at = strlen(seen->text);
    snprintf(seen->text + at, sizeof seen->text - at, "%s%u:%s:%s", at ? " " : "", said->number, said->value, said->author);
    return 0;
}

TEST(with_what_it_was_reckoned_is_kept)
{
    struct ledger *l = open_fresh();
    struct indicator_source source = {.kind = VERDICT_BY_FEED, .name = "one", .said = 1}, got;
    uint8_t rules[INDICATOR_RULES_LEN] = {7}, back[INDICATOR_RULES_LEN];
    check_int(indicator_rules_get(l, back), ==, -ENOENT);
    check_int(indicator_rules_put(l, rules), ==, 0);
    rules[1] = 8;
    check_int(indicator_rules_put(l, rules), ==, 0);
    check_int(indicator_rules_get(l, back), ==, 0);
    check(memcmp(rules, back, sizeof rules) == 0);
    check_int(indicator_source_add(l, &source), ==, 0);
    check_int(indicator_source_get(l, VERDICT_BY_FEED, "one", &got), ==, 0);
    check_int(got.weight, ==, -1);
    check_int(indicator_weight_put(l, VERDICT_BY_FEED, "one", 490), ==, 0);
    check_int(indicator_weight_put(l, VERDICT_BY_FEED, "one", 500), ==, 0);
    check_int(indicator_source_get(l, VERDICT_BY_FEED, "one", &got), ==, 0);
    check_int(got.weight, ==, 500);
    check_int(got.said, ==, 1);
    check_int(indicator_source_get(l, VERDICT_BY_FEED, "two", &got), ==, 0);
    check_int(got.weight, ==, -1);
    close_and_remove(l);
}

TEST(what_was_said_comes_by_ranges)
{
    struct ledger *l = open_fresh();
    struct seen seen = {""};
    for (unsigned i = 0; i < 5; i++)
        say(l, CLAIM_C2, SUBJECT_DOMAIN, i % 2 ? "b.example" : "a.example", i == 3 ? "two" : "one", 0);
    say(l, CLAIM_BLOCK, SUBJECT_DOMAIN, "c.example", "one", 0); /* a directive */
    check_int(indicator_said(l, 1, 4, note_said, &seen), ==, 0);
    check_str(seen.text, "2:b.example:one 3:a.example:one 4:b.example:two");
    check_int(indicator_said(l, 5, 9, note_said, &seen), ==, 0);
    check_str(seen.text, "2:b.example:one 3:a.example:one 4:b.example:two");
    close_and_remove(l);
}

static int keep_lead(void *self, const struct indicator_source *s)
{
    *(int64_t *)self = s->lead_s;
    return 0;
}

TEST(what_sources_were_ahead_never_runs_over)
{
    struct ledger *l = open_fresh();
    struct indicator_source c = {.kind = VERDICT_BY_FEED, .name = "old feed", .said = 1, .followed = 1, .lead_s = INT64_MAX / 2};
    int64_t lead_s = 0;
    for (unsigned i = 0; i < 3; i++)
        check_int(indicator_source_add(l, &c), ==, 0);
    check_int(indicator_sources(l, keep_lead, &lead_s), ==, 0);
    check_int(lead_s, ==, INT64_C(9000000000000000000));
    close_and_remove(l);
}

int main(int argc, char **argv)
{
    return test_main(argc, argv);
}
