/* Sharing: the queue, what recipients have, receipts that the log proves, and the loop clock. */
#include "store/sharing.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "base/test.h"
#include "store/ledger_file_test.h"
#include "store/indicator.h"
#include "store/loop_clock.h"

/* An indicator that is there; its number. */
static uint32_t indicator(struct ledger *l, const char *value, enum indicator_state state)
{
    struct verdict v = {.claim = CLAIM_C2, .probability = 900, .tlp = VERDICT_TLP_GREEN, .made_us = 1000, .from_us = 1000,
                        .subject = {.kind = SUBJECT_DOMAIN}, .author = {.kind = VERDICT_BY_FEED, .name = "one"}, .reason = "seen"};
    struct indicator i = {.claim = CLAIM_C2, .state = state, .next_us = INT64_MAX};
    snprintf(v.subject.value, sizeof v.subject.value, "%s", value);
    i.subject = v.subject;
    check_int(ledger_append(l, &v), ==, 0);
    check_int(indicator_put(l, v.number, &i), ==, 0);
    return v.number;
}

static const uint8_t rules_a[SHARING_RULES_LEN] = {1}, rules_b[SHARING_RULES_LEN] = {2};

TEST(the_queue_holds_each_indicator_once)
{
    struct ledger *l = open_fresh();
    uint32_t numbers[8];
    unsigned count;
    check_int(sharing_queue(l, 7), ==, 0);
    check_int(sharing_queue(l, 3), ==, 0);
    check_int(sharing_queue(l, 7), ==, 0);
    check_int(sharing_queue_read(l, 8, numbers, &count), ==, 0);
    check(count == 2 && numbers[0] == 3 && numbers[1] == 7);
    check_int(sharing_queue_drop(l, 3), ==, 0);
    check_int(sharing_queue_read(l, 8, numbers, &count), ==, 0);
    check(count == 1 && numbers[0] == 7);
    close_and_remove(l);
}

TEST(other_rules_are_noticed_once)
{
    struct ledger *l = open_fresh();
    uint32_t first, again;
    bool changed;
    check_int(sharing_recipient(l, "north", rules_a, &first, &changed), ==, 0);
    check(changed);
    check_int(sharing_recipient(l, "north", rules_a, &again, &changed), ==, 0);
    check(!changed && again == first);
    check_int(sharing_recipient(l, "north", rules_b, &again, &changed), ==, 0);
    check(changed && again == first);
    check_int(sharing_recipient(l, "south", rules_b, &again, &changed), ==, 0);
    check(changed && again != first);
    close_and_remove(l);
}

struct seen {
    char text[300];
};

static int note_given(void *self, const struct sharing_row *row, const struct subject *s)
{
    struct seen *seen = self;
    size_t n = strlen(seen->text);
    snprintf(seen->text + n, sizeof seen->text - n, "%u:%s ", row->indicator, s->value);
    return 0;
}

static int note_row(void *self, const char *recipient, const struct sharing_row *row)
{
    struct seen *seen = self;
    size_t n = strlen(seen->text);
    snprintf(seen->text + n, sizeof seen->text - n, "%s:%u ", recipient, row->outcome);
    return 0;
}

TEST(what_a_recipient_has_is_found_from_both_sides)
{
    struct ledger *l = open_fresh();
    uint32_t a = indicator(l, "a.example", INDICATOR_ACTIVE), b = indicator(l, "b.example", INDICATOR_REVOKED), north, south, numbers[8];
    unsigned count;
    bool changed;
    struct seen seen = {""};
    struct sharing_row given = {.indicator = a, .given = true, .decision = INDICATOR_DO_BLOCK, .first_us = 5, .modified_us = 6}, got;
    struct sharing_row refused = {.indicator = a, .outcome = 2}, was = {.indicator = b, .given = true};
    check_int(sharing_recipient(l, "north", rules_a, &north, &changed), ==, 0);
    check_int(sharing_recipient(l, "south", rules_a, &south, &changed), ==, 0);
    check_int(sharing_get(l, north, a, &got), ==, -ENOENT);
    check_int(sharing_put(l, north, &given), ==, 0);
    check_int(sharing_put(l, south, &refused), ==, 0);
    check_int(sharing_put(l, north, &was), ==, 0);
    check_int(sharing_get(l, north, a, &got), ==, 0);
    check(got.given && got.decision == INDICATOR_DO_BLOCK && got.first_us == 5 && got.modified_us == 6 && got.outcome == 0);
    check_int(sharing_of(l, a, note_row, &seen), ==, 0);
    check_str(seen.text, "north:0 south:2 ");
    seen.text[0] = '\0';
    check_int(sharing_given(l, north, 0, 10, note_given, &seen), ==, 0);
    check_str(seen.text, "1:a.example 2:b.example ");
    check_int(sharing_queue_all(l, north), ==, 0); /* what is active, and what was given though it is not */
    check_int(sharing_queue_read(l, 8, numbers, &count), ==, 0);
    check(count == 2 && numbers[0] == a && numbers[1] == b);
    close_and_remove(l);
}

static int note_receipt(void *self, const struct sharing_receipt *r)
{
    *(struct sharing_receipt *)self = *r;
    return 1;
}

TEST(a_receipt_is_an_entry_that_the_log_proves)
{
    struct ledger *l = open_fresh();
    struct sharing_receipt r = {.recipient = "north", .way = SHARING_BY_TAXII, .what = "to-north", .objects = 3, .made_us = 1700000000000000,
                                .first = "2026-11-22T00:00:00.000001Z", .last = "2026-11-22T00:00:00.000003Z"}, got = {0}, bad = {0};
    struct verdict v;
    uint32_t bad_number;
    indicator(l, "a.example", INDICATOR_ACTIVE);
    check_int(sharing_receipt_append(l, &r), ==, 0);
    check_int(r.number, ==, 2);
    check_int(sharing_receipt_append(l, &bad), ==, -EINVAL);
    check_int(sharing_receipts(l, "north", 10, note_receipt, &got), ==, 1);
    check(got.number == 2 && got.objects == 3 && got.made_us == r.made_us && got.way == SHARING_BY_TAXII);
    check_str(got.what, "to-north");
    check_str(got.last, r.last);
    check_int(sharing_receipts(l, "south", 10, note_receipt, &got), ==, 0);
    check_int(ledger_get(l, 2, &v), ==, -ENOENT); /* no verdict */
    check_int(ledger_verify(l, NULL, NULL, &bad_number), ==, 0);
    indicator(l, "b.example", INDICATOR_ACTIVE);
    check_int(ledger_verify(l, NULL, NULL, &bad_number), ==, 0);
    close_and_remove(l);
}

static int note_times(void *self, const struct clock_times *t)
{
    *(struct clock_times *)self = *t;
    return 0;
}

TEST(the_clock_keeps_the_earliest_moment)
{
    struct ledger *l = open_fresh();
    struct clock_times t = {0};
    uint32_t a = indicator(l, "a.example", INDICATOR_ACTIVE);
    check_int(clock_mark(l, a, CLOCK_JUDGED, 500), ==, 0);
    check_int(clock_mark(l, a, CLOCK_BLOCKED, 700), ==, 0);
    check_int(clock_mark(l, a, CLOCK_BLOCKED, 900), ==, 0);
    check_int(clock_mark(l, a, CLOCK_SEEN, 300), ==, 0);
    check_int(clock_mark(l, a, CLOCK_SEEN, 100), ==, 0);
    check_int(clock_mark(l, a, CLOCK_SEEN, 0), ==, -EINVAL);
    check_int(clock_read(l, 400, note_times, &t), ==, 0);
    check(t.indicator == a && t.at_us[CLOCK_SEEN] == 100 && t.at_us[CLOCK_JUDGED] == 500 && t.at_us[CLOCK_BLOCKED] == 700);
    check(t.at_us[CLOCK_SHARED] == 0 && t.claim == CLAIM_C2);
    t.indicator = 0;
    check_int(clock_read(l, 501, note_times, &t), ==, 0);
    check_int(t.indicator, ==, 0);
    close_and_remove(l);
}

int main(int argc, char **argv)
{
    return test_main(argc, argv);
}
