/* What is to be reckoned again: of sources whose worth moves, of all under other rules, in steps, and after a new start. */
#include "apps/belief/reckon_again.h"

#include <string.h>

#include "store/ledger_file_test.h"

static uint32_t confirmed, wrong; /* of each source; as they are given by the record */
static struct config config;
static char told[8192];

static void record_of(void *self, const struct indicator_source *counts, struct belief_record *ret_record)
{
    (void)self;
    bool moves = strcmp(counts->name, "one") == 0;
    *ret_record = (struct belief_record){.confirmed = moves ? confirmed : 0, .wrong = moves ? wrong : 0};
}

static void say(struct ledger *l, enum claim claim, const char *value, const char *author)
{
    struct verdict v = {.claim = claim, .probability = 900, .made_us = 1000, .from_us = 1000, .author = {.kind = VERDICT_BY_FEED}};
    struct indicator i = {.claim = CLAIM_C2, .next_us = INT64_MAX};
    struct indicator_source s = {.kind = VERDICT_BY_FEED, .said = 1};
    v.subject.kind = SUBJECT_DOMAIN;
    snprintf(v.subject.value, sizeof v.subject.value, "%s", value);
    snprintf(v.author.name, sizeof v.author.name, "%s", author);
    snprintf(v.reason, sizeof v.reason, "seen");
    check_int(ledger_append(l, &v), ==, 0);
    i.subject = v.subject;
    memcpy(s.name, v.author.name, sizeof s.name);
    check_int(indicator_put(l, v.number, &i), ==, 0);
    check_int(indicator_source_add(l, &s), ==, 0);
    check_int(indicator_set_folded(l, v.number), ==, 0);
}

static struct reckon_again *make(struct ledger *l)
{
    struct reckon_again_options o = {.ledger = l, .record = record_of};
    struct reckon_again *r = NULL;
    check_int(reckon_again_new(&o, &r), ==, 0);
    check_int(reckon_again_check(r, &config.judge), ==, 0);
    return r;
}

static int note(void *self, uint32_t number, const struct subject *s)
{
    (void)self, (void)number;
    snprintf(told + strlen(told), sizeof told - strlen(told), "%.40s ", s->value);
    return 0;
}

TEST(where_nothing_was_reckoned_nothing_is_again)
{
    config_defaults(&config);
    struct ledger *l = open_fresh();
    struct reckon_again *r = make(l);
    check(!reckon_again_is_due(r));
    config.judge.rules.thresholds[0].block = 950;
    check_int(reckon_again_check(r, &config.judge), ==, 0);
    check(!reckon_again_is_due(r));
    check_int(indicator_set_folded(l, 1), ==, 0);
    check_int(reckon_again_check(r, &config.judge), ==, 0);
    check(!reckon_again_is_due(r));
    config.judge.rules.thresholds[0].block = 960;
    check_int(reckon_again_check(r, &config.judge), ==, 0);
    check(reckon_again_is_due(r));
    reckon_again_free(r);
    close_and_remove(l);
}

/* Until the walk, and what came in the meantime, is over. How many steps. */
static unsigned walk(struct ledger *l, struct reckon_again *r, unsigned max)
{
    uint64_t size;
    uint8_t root[LEDGER_HASH_LEN];
    unsigned steps = 0;
    told[0] = '\0';
    ledger_root(l, &size, root);
    while (reckon_again_is_due(r) && steps < 100) {
        steps++;
        check_int(reckon_again_next(r, (uint32_t)size, max, note, NULL), ==, 0);
        check_int(reckon_again_put(r), ==, 0);
        if (reckon_again_done(r))
            snprintf(told + strlen(told), sizeof told - strlen(told), ". ");
    }
    return steps;
}

static void begin(void)
{
    confirmed = wrong = 0;
    config_defaults(&config);
}

static void touch(struct ledger *l, struct reckon_again *r, const char *name)
{
    struct indicator_source s;
    check_int(indicator_source_get(l, VERDICT_BY_FEED, name, &s), ==, 0);
    check_int(reckon_again_source(r, &s), ==, 0);
}

TEST(a_source_whose_worth_moves_is_walked_over)
{
    begin();
    struct ledger *l = open_fresh();
    say(l, CLAIM_C2, "a.example", "one");
    say(l, CLAIM_C2, "b.example", "two");
    say(l, CLAIM_BLOCK, "c.example", "one"); /* an order */
    say(l, CLAIM_C2, "d.example", "one");
    struct reckon_again *r = make(l);
    walk(l, r, 10);
    check_str(told, "a.example b.example c.example d.example . "); /* nothing was known of how they were reckoned */
    touch(l, r, "one");
    check(!reckon_again_is_due(r));
    confirmed = 50;
    touch(l, r, "one");
    touch(l, r, "two");
    check(reckon_again_is_due(r));
    walk(l, r, 10);
    check_str(told, "a.example d.example . ");
    touch(l, r, "one");
    check(!reckon_again_is_due(r)); /* as it was reckoned with */
    confirmed = 51; /* 94.0 to 94.1 %: a thousandth */
    touch(l, r, "one");
    check(!reckon_again_is_due(r));
    reckon_again_free(r);
    close_and_remove(l);
}

TEST(it_goes_in_steps_and_what_moves_meanwhile_comes_after)
{
    begin();
    struct ledger *l = open_fresh();
    for (unsigned i = 0; i < 5; i++)
        say(l, CLAIM_C2, i % 2 ? "b.example" : "a.example", "one");
    struct reckon_again *r = make(l);
    walk(l, r, 10);
    confirmed = 20;
    touch(l, r, "one");
    check_int(reckon_again_next(r, 5, 2, note, NULL), ==, 0);
    check_int(reckon_again_put(r), ==, 0);
    check(!reckon_again_done(r));
    uint32_t at, of;
    reckon_again_progress(r, &at, &of);
    check_int(at, ==, 2);
    check_int(of, ==, 5);
    touch(l, r, "one"); /* the same is no news */
    wrong = 20;
    touch(l, r, "one");
    check_int(walk(l, r, 2), ==, 2 + 3);
    check_str(told, "a.example b.example a.example . a.example b.example a.example b.example a.example . ");
    reckon_again_free(r);
    close_and_remove(l);
}

TEST(what_changed_while_nobody_looked_is_found)
{
    begin();
    struct ledger *l = open_fresh();
    say(l, CLAIM_C2, "a.example", "one");
    say(l, CLAIM_C2, "b.example", "two");
    struct reckon_again *r = make(l);
    walk(l, r, 10);
    reckon_again_free(r);
    r = make(l);
    check(!reckon_again_is_due(r));
    reckon_again_free(r);
    confirmed = 50;
    r = make(l);
    check_int(reckon_again_next(r, 2, 1, note, NULL), ==, 0); /* cut off: nothing is written */
    reckon_again_free(r);
    r = make(l);
    walk(l, r, 10);
    check_str(told, "a.example . ");
    reckon_again_free(r);
    config.judge.rules.thresholds[0].block = 950;
    r = make(l);
    walk(l, r, 1);
    check_str(told, "a.example b.example . ");
    reckon_again_free(r);
    r = make(l);
    check(!reckon_again_is_due(r));
    config.judge.source_count = 1;
    snprintf(config.judge.sources[0].name, sizeof config.judge.sources[0].name, "two");
    config.judge.sources[0].cluster = 1;
    check_int(reckon_again_check(r, &config.judge), ==, 0);
    check(reckon_again_is_due(r));
    reckon_again_free(r);
    close_and_remove(l);
}

TEST(all_is_walked_over_if_asked_for_also_after_a_new_start)
{
    begin();
    struct ledger *l = open_fresh();
    say(l, CLAIM_C2, "a.example", "one");
    say(l, CLAIM_C2, "b.example", "two");
    struct reckon_again *r = make(l);
    walk(l, r, 10);
    check(!reckon_again_is_due(r));
    check_int(reckon_again_all(r), ==, 0);
    check(reckon_again_is_due(r));
    reckon_again_free(r);
    r = make(l);
    walk(l, r, 1);
    check_str(told, "a.example b.example . ");
    check(!reckon_again_is_due(r));
    reckon_again_free(r);
    close_and_remove(l);
}

TEST(of_too_many_sources_all_is_walked_over)
{
    begin();
    struct ledger *l = open_fresh();
    char name[32];
    for (unsigned i = 0; i <= RECKON_AGAIN_SOURCES_MAX; i++) {
        snprintf(name, sizeof name, "source%u", i);
        say(l, CLAIM_C2, i ? "a.example" : "first.example", name);
    }
    struct reckon_again *r = make(l);
    walk(l, r, 200);
    for (unsigned i = 0; i <= RECKON_AGAIN_SOURCES_MAX; i++) {
        struct indicator_source s = {.kind = VERDICT_BY_FEED, .weight = 900};
        snprintf(s.name, sizeof s.name, "source%u", i);
        check_int(reckon_again_source(r, &s), ==, 0);
    }
    walk(l, r, 200);
    check(strncmp(told, "first.example ", 14) == 0);
    check(!reckon_again_is_due(r));
    reckon_again_free(r);
    close_and_remove(l);
}

int main(int argc, char **argv)
{
    return test_main(argc, argv);
}
