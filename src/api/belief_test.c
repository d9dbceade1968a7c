/* What would be believed without one of the sources: as where it never spoke. */
#include "api/belief.h"

#include <string.h>

#include "store/ledger_file_test.h"

enum { NOW_US = 2000 };

static void no_record(void *self, const struct verdict_author *source, struct belief_record *ret_record)
{
    (void)self, (void)source;
    *ret_record = (struct belief_record){0};
}

static unsigned no_guards(void *self, const struct subject *subject)
{
    (void)self, (void)subject;
    return 0;
}

/* Who says that it is harmless is a person. */
static void say(struct ledger *l, const char *value, const char *author, enum claim claim)
{
    struct verdict v = {.claim = claim, .probability = 900, .made_us = 1000, .from_us = 1000, .reason = "seen"};
    v.author.kind = claim == CLAIM_BENIGN ? VERDICT_BY_ANALYST : VERDICT_BY_FEED;
    v.subject.kind = SUBJECT_DOMAIN;
    snprintf(v.subject.value, sizeof v.subject.value, "%s", value);
    snprintf(v.author.name, sizeof v.author.name, "%s", author);
    check_int(ledger_append(l, &v), ==, 0);
}

static void gather(struct belief *b, struct ledger *l, const char *value)
{
    struct subject s = {.kind = SUBJECT_DOMAIN};
    uint32_t id = 0;
    snprintf(s.value, sizeof s.value, "%s", value);
    check_int(belief_gather(b, l, &s, &id), ==, 0);
    check(id > 0);
}

/* "SOURCE CLAIM PROBABILITY STATE ADVICE" of the row of that source. */
static const char *row_of(const json_t *rows, const char *source)
{
    static char text[160];
    const json_t *row;
    size_t i;
    json_array_foreach(rows, i, row)
    {
        if (strcmp(json_string_value(json_object_get(row, "source")), source) != 0)
            continue;
        snprintf(text, sizeof text, "%s %d %s %s", json_string_value(json_object_get(row, "claim")), (int)json_integer_value(json_object_get(row, "probability")),
                 json_string_value(json_object_get(row, "state")), json_string_value(json_object_get(row, "advice")));
        return text;
    }
    return "none";
}

static const char *now_of(struct belief *b)
{
    static char text[160];
    struct indicator i;
    check_int(belief_now(b, NOW_US, &i), ==, 0);
    snprintf(text, sizeof text, "%s %d %s %s", claim_traits(i.claim)->word, (int)i.probability, indicator_state_word(i.state), indicator_decision_word(i.decision));
    return text;
}

TEST(without_a_source_is_as_where_it_never_spoke)
{
    static const struct belief_options options = {.record = no_record, .guards = no_guards};
    struct ledger *l = open_fresh();
    struct belief *b = belief_new(&options);
    char with[160];
    say(l, "all.example", "one", CLAIM_PHISHING);
    say(l, "all.example", "two", CLAIM_PHISHING);
    say(l, "all.example", "three", CLAIM_BENIGN);
    say(l, "no-one.example", "two", CLAIM_PHISHING);
    say(l, "no-one.example", "three", CLAIM_BENIGN);
    say(l, "no-three.example", "one", CLAIM_PHISHING);
    say(l, "no-three.example", "two", CLAIM_PHISHING);
    gather(b, l, "all.example");
    snprintf(with, sizeof with, "%s", now_of(b));
    json_t *rows = belief_without_json(b, NOW_US);
    check_int(json_array_size(rows), ==, 3);
    check_str(now_of(b), with); /* nothing was changed */
    gather(b, l, "no-one.example");
    check_str(row_of(rows, "one"), now_of(b));
    gather(b, l, "no-three.example");
    check_str(row_of(rows, "three"), now_of(b));
    check(strcmp(row_of(rows, "three"), with) != 0);
    json_decref(rows);
    belief_free(b);
    close_and_remove(l);
}

TEST(who_said_nothing_that_stands_is_left_out_and_the_rows_have_an_end)
{
    static const struct belief_options options = {.record = no_record, .guards = no_guards};
    struct ledger *l = open_fresh();
    struct belief *b = belief_new(&options);
    char name[16];
    say(l, "few.example", "one", CLAIM_PHISHING);
    struct verdict again = {.claim = CLAIM_BENIGN, .probability = 900, .made_us = 1500, .from_us = 1500, .supersedes = 1,
                            .author = {VERDICT_BY_FEED, "two", ""}, .subject = {SUBJECT_DOMAIN, "few.example"}, .reason = "seen"};
    check_int(ledger_append(l, &again), ==, 0);
    gather(b, l, "few.example");
    json_t *rows = belief_without_json(b, NOW_US);
    check_int(json_array_size(rows), ==, 1);
    check_str(row_of(rows, "one"), "none");
    json_decref(rows);
    for (unsigned i = 0; i < BELIEF_WITHOUT_MAX + 4; i++) {
        snprintf(name, sizeof name, "source-%u", i);
        say(l, "many.example", name, CLAIM_PHISHING);
    }
    gather(b, l, "many.example");
    rows = belief_without_json(b, NOW_US);
    check_int(json_array_size(rows), ==, BELIEF_WITHOUT_MAX);
    json_decref(rows);
    belief_free(b);
    close_and_remove(l);
}

int main(int argc, char **argv)
{
    return test_main(argc, argv);
}
