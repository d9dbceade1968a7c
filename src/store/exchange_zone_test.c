/* Zones: what is in them at which serial, while they change; filling, emptying, the journal's end, deliveries. */
#include "store/exchange_zone.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#include "base/test.h"
#include "store/exchange_impl.h"

static char dir[64], path[96];
static struct exchange *e;
static struct exchange_zone z;

static void open_store(void)
{
    snprintf(dir, sizeof dir, "/tmp/exchange_zone_test.XXXXXX");
    check(mkdtemp(dir) != NULL);
    snprintf(path, sizeof path, "%s/exchange.db", dir);
    check_int(exchange_open(path, &e), ==, 0);
    check_int(exchange_zone_open(e, "b", &z), ==, 0);
}

static void serve(void)
{
    open_store();
    check_int(exchange_zone_fill(e, z.number, NULL, 0, 0, true, 1000), ==, 0);
}

static void close_store(void)
{
    static const char *const tails[] = {"", "-wal", "-shm"};
    exchange_close(e);
    for (size_t i = 0; i < array_len(tails); i++) {
        char file[128];
        snprintf(file, sizeof file, "%s%s", path, tails[i]);
        unlink(file);
    }
    rmdir(dir);
}

static int64_t put(enum subject_kind kind, const char *value, bool given, int64_t now_s)
{
    struct subject s = {.kind = kind};
    snprintf(s.value, sizeof s.value, "%s", value);
    struct exchange_zone_item item = {.subject = &s, .given = given};
    int64_t serial = -1;
    check_int(exchange_zone_put(e, z.number, &item, 1, now_s, &serial), ==, 0);
    return serial;
}

/* "value:records " of each. */
static char seen[1 << 16];

static int take(void *self, const struct exchange_zone_row *row)
{
    (void)self;
    size_t len = strlen(seen);
    snprintf(seen + len, sizeof seen - len, "%s:%u ", row->value, row->now);
    return 0;
}

static const char *whole(int64_t serial, unsigned max)
{
    struct exchange_zone_place at = {0};
    int r;
    seen[0] = '\0';
    while ((r = exchange_zone_whole(e, z.number, serial, max, &at, take, NULL)) == 1)
        continue;
    return r < 0 ? "error" : seen;
}

TEST(a_zone_is_made_once)
{
    struct exchange_zone again;
    open_store();
    check_int(z.state, ==, EXCHANGE_ZONE_FILLING);
    check_int(exchange_zone_open(e, "b", &again), ==, 0);
    check_int(again.number, ==, z.number);
    check_int(exchange_zone_get(e, "c", &again), ==, -ENOENT);
    check_int(exchange_zone_open(e, "", &again), ==, -EINVAL);
    close_store();
}

TEST(the_same_again_changes_nothing)
{
    serve();
    int64_t first = put(SUBJECT_DOMAIN, "a.example", true, 2000);
    check_int(first, ==, 2000);
    check_int(put(SUBJECT_DOMAIN, "a.example", true, 3000), ==, first);
    check_int(put(SUBJECT_DOMAIN, "b.example", false, 3000), ==, first);
    check_int(put(SUBJECT_URL, "http://a.example/", true, 3000), ==, first);
    check_int(exchange_counters(e)->zone_no_place, ==, 1);
    check_str(whole(first, 10), "a.example:3 ");
    close_store();
}

TEST(serials_only_grow)
{
    serve();
    check_int(put(SUBJECT_HOST, "a.example", true, 500), ==, 1001); /* the clock went back */
    check_int(put(SUBJECT_HOST, "b.example", true, 1001), ==, 1002);
    check_int(put(SUBJECT_HOST, "c.example", true, 2000), ==, 2000);
    check_int(put(SUBJECT_HOST, "d.example", true, 2000 + INT64_C(0x7fffffff)), ==, 2001); /* RFC 1982: too far */
    check_int(put(SUBJECT_HOST, "e.example", true, 2000 + INT64_C(0x7fffffff)), ==, 2000 + INT64_C(0x7fffffff));
    check_int(put(SUBJECT_HOST, "f.example", true, INT64_C(1) << 32), ==, (INT64_C(1) << 32) + 1); /* 0 is passed over */
    close_store();
}

TEST(two_kinds_of_one_name_share_a_record)
{
    serve();
    int64_t a = put(SUBJECT_HOST, "x.example", true, 1000);
    int64_t b = put(SUBJECT_DOMAIN, "x.example", true, 1000);
    check_str(whole(a, 10), "x.example:1 ");
    check_str(whole(b, 10), "x.example:3 ");
    check_int(put(SUBJECT_HOST, "x.example", false, 1000), ==, b); /* the domain has it still */
    int64_t c = put(SUBJECT_DOMAIN, "x.example", false, 1000);
    check_str(whole(c, 10), "");
    check_str(whole(a, 10), "x.example:1 ");
    close_store();
}

/* Against a model: what was there at each serial, read page by page at any later time. */
TEST(a_zone_can_be_read_as_it_was)
{
    enum { NAMES = 40, STEPS = 120 };
    static char wanted[STEPS][4096];
    static int64_t serials[STEPS];
    uint8_t kinds[NAMES] = {0};
    uint32_t state = 12345;
    serve();
    for (unsigned step = 0; step < STEPS; step++) {
        state = state * 1103515245u + 12345u;
        unsigned name = state >> 16 & 0x7fff, kind = name & 1 ? 1 : 2;
        name = name / 2 % NAMES;
        bool given = (state >> 8 & 3) != 0;
        char value[32];
        snprintf(value, sizeof value, "n%02u.example", name);
        kinds[name] = (uint8_t)(given ? kinds[name] | kind : kinds[name] & ~kind);
        serials[step] = put(kind == 1 ? SUBJECT_HOST : SUBJECT_DOMAIN, value, given, 0);
        for (unsigned i = 0; i < NAMES; i++) {
            size_t len = strlen(wanted[step]);
            if (kinds[i])
                snprintf(wanted[step] + len, sizeof wanted[step] - len, "n%02u.example:%u ", i, exchange_zone_records(kinds[i]));
        }
    }
    for (unsigned step = 0; step < STEPS; step++) {
        check_str(whole(serials[step], 1000), wanted[step]);
        check_str(whole(serials[step], 3), wanted[step]);
    }
    /* And while it changes between the pages. */
    struct exchange_zone_place at = {0};
    seen[0] = '\0';
    int r;
    for (unsigned i = 0; (r = exchange_zone_whole(e, z.number, serials[STEPS - 1], 2, &at, take, NULL)) == 1; i++) {
        char value[32];
        snprintf(value, sizeof value, "n%02u.example", i * 7 % NAMES);
        put(SUBJECT_DOMAIN, value, i % 2 == 0, 0);
        put(SUBJECT_HOST, value, false, 0);
        put(SUBJECT_HOST, "n99.example", i % 2 == 0, 0);
    }
    check_int(r, ==, 0);
    check_str(seen, wanted[STEPS - 1]);
    close_store();
}

static int count_rows(void *self, const struct exchange_zone_row *row)
{
    (void)row;
    ++*(unsigned *)self;
    return 0;
}

TEST(differences_come_step_by_step)
{
    serve();
    int64_t a = put(SUBJECT_HOST, "a.example", true, 1000), b = put(SUBJECT_HOST, "b.example", true, 1000);
    struct exchange_zone_place at = {.serial = 1000};
    unsigned rows = 0;
    check_int(exchange_zone_step(e, z.number, a, &at, count_rows, &rows), ==, 1);
    check_int(at.serial, ==, a);
    check_int(exchange_zone_step(e, z.number, a, &at, count_rows, &rows), ==, 0); /* b is after what was asked for */
    check_int(exchange_zone_step(e, z.number, b, &at, count_rows, &rows), ==, 1);
    check_int(rows, ==, 2);
    int64_t span;
    check_int(exchange_zone_get(e, "b", &z), ==, 0);
    check_int(exchange_zone_span(e, &z, 1000, 100, &span), ==, 0);
    check_int(span, ==, 2);
    check_int(exchange_zone_span(e, &z, a, 100, &span), ==, 0);
    check_int(span, ==, 1);
    check_int(exchange_zone_span(e, &z, 999, 100, &span), ==, -ENOENT);
    check_int(exchange_zone_span(e, &z, b + 1, 100, &span), ==, -ENOENT);
    close_store();
}

TEST(a_change_taken_back_in_one_serial_is_none)
{
    serve();
    struct subject s = {.kind = SUBJECT_HOST, .value = "a.example"};
    const struct exchange_zone_item items[] = {{&s, true}, {&s, false}};
    struct exchange_zone_place at = {.serial = 1000};
    int64_t serial;
    unsigned rows = 0;
    check_int(exchange_zone_put(e, z.number, items, 2, 1000, &serial), ==, 0);
    check_int(exchange_zone_step(e, z.number, serial, &at, count_rows, &rows), ==, 1);
    check_int(rows, ==, 0);
    close_store();
}

TEST(the_journal_forgets_the_oldest)
{
    serve();
    int64_t a = put(SUBJECT_HOST, "a.example", true, 1000), b = put(SUBJECT_HOST, "b.example", true, 1000);
    check_int(exchange_run(e, "UPDATE zone SET changes = 1000000"), ==, 0); /* as if there were so many */
    int64_t c = put(SUBJECT_HOST, "c.example", true, 1000);
    check_int(exchange_zone_get(e, "b", &z), ==, 0);
    check_int(z.oldest, ==, a);
    check_int(exchange_counters(e)->zone_serials_evicted, ==, 1);
    check_str(whole(1000, 10), "error");
    check_str(whole(a, 10), "a.example:1 ");
    check_str(whole(c, 10), "a.example:1 b.example:1 c.example:1 ");
    int64_t span;
    check_int(exchange_zone_span(e, &z, 1000, 10, &span), ==, -ENOENT);
    check_int(exchange_zone_span(e, &z, a, 10, &span), ==, 0);
    check_int(span, ==, 2);
    check_int(b, ==, a + 1);
    close_store();
}

TEST(a_full_zone_takes_no_more)
{
    serve();
    put(SUBJECT_HOST, "a.example", true, 1000);
    check_int(exchange_run(e, "UPDATE zone SET rules = 20000000"), ==, 0);
    put(SUBJECT_HOST, "b.example", true, 1000);
    check_int(exchange_counters(e)->zone_refused_full, ==, 1);
    put(SUBJECT_HOST, "a.example", false, 1000); /* but lets go */
    put(SUBJECT_HOST, "b.example", true, 1000);
    check_int(exchange_counters(e)->zone_refused_full, ==, 1);
    close_store();
}

TEST(it_is_filled_emptied_and_filled_again)
{
    open_store();
    struct subject s[] = {{SUBJECT_HOST, "a.example"}, {SUBJECT_PREFIX, "192.0.2.0/24"}};
    const struct exchange_zone_item items[] = {{&s[0], true}, {&s[1], true}};
    check_int(exchange_zone_fill(e, z.number, items, 2, 17, false, 1000), ==, 0);
    check_int(exchange_zone_get(e, "b", &z), ==, 0);
    check_int(z.place, ==, 17);
    check_int(z.serial, ==, 0);
    check_str(whole(0, 10), "error"); /* not served yet */
    put(SUBJECT_HOST, "early.example", true, 1000); /* a change while it is filled */
    check_int(exchange_zone_fill(e, z.number, NULL, 0, 20, true, 1000), ==, 0);
    check_str(whole(1000, 10), "a.example:1 early.example:1 192.0.2.0/24:1 ");
    int64_t last = put(SUBJECT_HOST, "b.example", true, 1000);
    check_int(exchange_zone_retire(e, z.number), ==, 0);
    check_str(whole(last, 10), "error");
    put(SUBJECT_HOST, "c.example", true, 1000); /* is filled in later, with all */
    bool empty = true;
    check_int(exchange_zone_empty(e, z.number, 2, &empty), ==, 0);
    check(!empty);
    while (!empty)
        check_int(exchange_zone_empty(e, z.number, 2, &empty), ==, 0);
    check_int(exchange_zone_get(e, "b", &z), ==, 0);
    check_int(z.rules, ==, 0);
    check_int(z.changes, ==, 0);
    check_int(z.state, ==, EXCHANGE_ZONE_FILLING);
    check_int(exchange_zone_fill(e, z.number, items, 1, 1, true, 10), ==, 0);
    check_str(whole(last + 1, 10), "a.example:1 ");
    int64_t span;
    check_int(exchange_zone_get(e, "b", &z), ==, 0);
    check_int(exchange_zone_span(e, &z, last, 10, &span), ==, -ENOENT); /* who had the old one takes the whole */
    close_store();
}

TEST(all_of_it_is_there_after_the_file_is_opened_again)
{
    serve();
    int64_t a = put(SUBJECT_HOST, "a.example", true, 1000);
    exchange_close(e);
    check_int(exchange_open(path, &e), ==, 0);
    check_str(whole(a, 10), "a.example:1 ");
    check_str(whole(1000, 10), "");
    check_int(put(SUBJECT_HOST, "b.example", true, 5), ==, a + 1);
    struct exchange *reader;
    check_int(exchange_open_to_read(path, &reader), ==, 0);
    struct exchange_zone read;
    check_int(exchange_zone_get(reader, "b", &read), ==, 0);
    check_int(read.serial, ==, a + 1);
    exchange_close(reader);
    close_store();
}

static int take_delivery(void *self, const struct exchange_zone_delivery *d)
{
    *(struct exchange_zone_delivery *)self = *d;
    return 1;
}

TEST(deliveries_add_up_by_minute)
{
    open_store();
    struct exchange_zone_delivery d = {
        .recipient = "b", .zone = "rpz.example", .minute_us = 61000000, .records = 10, .first_serial = 5, .last_serial = 9}, got = {0};
    check_int(exchange_zone_delivery_add(e, &d), ==, 0);
    d.minute_us = 119000000;
    d.first_serial = 0;
    d.last_serial = 8;
    check_int(exchange_zone_delivery_add(e, &d), ==, 0);
    check_int(exchange_zone_delivery_each(e, 60000000, take_delivery, &got), ==, 0);
    check_int(exchange_zone_delivery_each(e, 120000000, take_delivery, &got), ==, 1);
    check_int(got.minute_us, ==, 60000000);
    check_int(got.records, ==, 20);
    check_int(got.first_serial, ==, 0);
    check_int(got.last_serial, ==, 9);
    check_int(exchange_zone_delivery_drop(e, &got), ==, 0);
    check_int(exchange_zone_delivery_each(e, 120000000, take_delivery, &got), ==, 0);
    close_store();
}

int main(int argc, char **argv)
{
    return test_main(argc, argv);
}
