/* What waits to be told back to feeds. */
#include "store/feed_report.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "base/test.h"
#include "store/indicator.h"

static char dir[64], path[96];

static struct ledger *open_fresh(void)
{
    snprintf(dir, sizeof dir, "/tmp/feed_report_test.XXXXXX");
    check(mkdtemp(dir) != NULL);
    snprintf(path, sizeof path, "%s/ledger.db", dir);
    struct ledger *l = NULL;
    check_int(ledger_open(path, &l), ==, 0);
    return l;
}

static void close_and_remove(struct ledger *l)
{
    static const char *const tails[] = {"", "-wal", "-shm"};
    ledger_close(l);
    for (size_t i = 0; i < array_len(tails); i++) {
        char file[128];
        snprintf(file, sizeof file, "%s%s", path, tails[i]);
        unlink(file);
    }
    rmdir(dir);
}

static struct feed_report met(const char *ref, uint32_t hour, uint64_t count, int64_t first_us, int64_t last_us)
{
    struct feed_report r = {.what = FEED_REPORT_MET, .hour = hour, .count = count, .first_us = first_us, .last_us = last_us};
    snprintf(r.ref, sizeof r.ref, "%s", ref);
    return r;
}

static void add(struct ledger *l, const char *feed, struct feed_report r)
{
    check_int(feed_report_add(l, feed, &r), ==, 0);
}

struct seen {
    unsigned count;
    struct feed_report rows[8];
};

static int see(void *self, const struct feed_report *r)
{
    struct seen *s = self;
    check(s->count < array_len(s->rows));
    s->rows[s->count++] = *r;
    return 0;
}

TEST(one_object_and_hour_is_one_row_until_it_is_sealed)
{
    struct ledger *l = open_fresh();
    struct seen s = {0};
    unsigned sealed;
    uint64_t waiting;
    add(l, "a", met("indicator--1", 5, 2, 100, 200));
    add(l, "a", met("indicator--1", 5, 3, 50, 150));
    add(l, "a", met("indicator--1", 6, 1, 300, 300));
    add(l, "b", met("indicator--1", 5, 1, 1, 1));
    check_int(feed_report_seal(l, "a", 1, &sealed), ==, 0);
    check_int(sealed, ==, 1);
    add(l, "a", met("indicator--1", 5, 7, 400, 400)); /* not into what may have been sent */
    check_int(feed_report_seal(l, "a", 9, &sealed), ==, 0);
    check_int(sealed, ==, 1); /* the same again */
    check_int(feed_report_sealed(l, "a", see, &s), ==, 0);
    check_int(s.count, ==, 1);
    check_int(s.rows[0].count, ==, 5);
    check_int(s.rows[0].first_us, ==, 50);
    check_int(s.rows[0].last_us, ==, 200);
    check_int(feed_report_drop_sealed(l, "a"), ==, 0);
    check_int(feed_report_waiting(l, "a", &waiting), ==, 0);
    check_int(waiting, ==, 2);
    check_int(feed_report_waiting(l, "b", &waiting), ==, 0);
    check_int(waiting, ==, 1);
    close_and_remove(l);
}

TEST(numbers_are_not_used_again)
{
    struct ledger *l = open_fresh();
    struct seen s = {0};
    unsigned sealed;
    for (int i = 0; i < 2; i++) {
        add(l, "a", met("indicator--1", 5, 1, 1, 1));
        check_int(feed_report_seal(l, "a", 9, &sealed), ==, 0);
        check_int(feed_report_sealed(l, "a", see, &s), ==, 0);
        check_int(feed_report_drop_sealed(l, "a"), ==, 0);
    }
    check_int(s.count, ==, 2);
    check(s.rows[1].number > s.rows[0].number);
    close_and_remove(l);
}

static int note(const struct verdict *v, void *self)
{
    *(uint32_t *)self = v->number;
    return 0;
}

TEST(appraisals_are_found_behind_the_mark)
{
    struct ledger *l = open_fresh();
    uint32_t mark, found = 0, last = 0;
    struct verdict v = {.claim = CLAIM_C2, .probability = 900, .made_us = 1000, .from_us = 1000,
                        .subject = {.kind = SUBJECT_DOMAIN, .value = "a.example"}, .author = {.kind = VERDICT_BY_ANALYST, .name = "one"}};
    check_int(ledger_append(l, &v), ==, 0);
    check_int(feed_report_mark_get(l, "a", &mark), ==, 0);
    check_int(mark, ==, 1); /* what was said before the feed was asked for is not told back */
    check_int(feed_report_mark_set(l, "a", mark), ==, 0);
    v.claim = CLAIM_FALSE_POSITIVE;
    v.id = (struct verdict_id){0};
    check_int(ledger_append(l, &v), ==, 0);
    v.claim = CLAIM_PHISHING;
    v.id = (struct verdict_id){0};
    check_int(ledger_append(l, &v), ==, 0);
    check_int(feed_report_appraisals(l, mark, 10, note, &found, &last), ==, 0);
    check_int(found, ==, 2);
    check_int(last, ==, 3);
    check_int(feed_report_mark_get(l, "a", &mark), ==, 0);
    check_int(mark, ==, 1);
    close_and_remove(l);
}

TEST(hits_are_counted_beside_a_source)
{
    struct ledger *l = open_fresh();
    struct indicator_source s = {.kind = VERDICT_BY_FEED, .name = "eset", .said = 3};
    check_int(indicator_source_add(l, &s), ==, 0);
    check_int(feed_report_hit(l, VERDICT_BY_FEED, "eset", 4), ==, 0);
    check_int(feed_report_hit(l, VERDICT_BY_FEED, "eset", 5), ==, 0);
    check_int(indicator_source_get(l, VERDICT_BY_FEED, "eset", &s), ==, 0);
    check_int(s.hits, ==, 9);
    check_int(s.said, ==, 3);
    close_and_remove(l);
}

int main(int argc, char **argv)
{
    return test_main(argc, argv);
}
